//! The behaviour that all routes share: problems, correlation ids, traces, ETags, compression, parameters and cursors.

use std::io::Read;

use axum::http::Method;
use serde_json::json;

use crate::TestApp;
use crate::fleet::{problem, small_fleet};

#[tokio::test]
async fn an_unknown_route_is_named() {
    let app = TestApp::new();
    for path in ["/nowhere", "/api", "/api/nowhere", "/api/vendors/acme/nowhere", "/api/orders/"] {
        let problem = problem(&app.get(path).await, 404, "NOT_FOUND");
        assert!(problem["detail"].as_str().unwrap().contains(path), "{problem}");
    }
}

#[tokio::test]
async fn an_unsupported_method_is_refused() {
    let app = TestApp::new();
    for (method, path) in [
        (Method::POST, "/health"),
        (Method::DELETE, "/api/orders/o-1"),
        (Method::PUT, "/api/orders/events"),
        (Method::POST, "/api/vendors/acme"),
    ] {
        let response = app.request(method, path, "", "").await;
        problem(&response, 405, "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_decoded_is_a_problem() {
    let app = TestApp::new();
    for path in ["/api/orders/%FF", "/api/vendors/%FF/report", "/api/vendors/%FF/history"] {
        problem(&app.get(path).await, 400, "INVALID_PARAMETER");
    }
}

#[tokio::test]
async fn a_correlation_id_is_returned_with_responses_and_problems() {
    let app = TestApp::new();
    for path in ["/api/dashboard", "/nowhere", "/api/orders/export"] {
        let response = app.get_with(path, &[("x-correlation-id", "order-desk:42")]).await;
        assert_eq!(response.header("x-correlation-id"), "order-desk:42", "{path}");
    }
    let problem = app.get_with("/nowhere", &[("x-correlation-id", "order-desk:42")]).await.json();
    assert_eq!(problem["correlationId"], "order-desk:42");
}

#[tokio::test]
async fn a_request_without_a_valid_correlation_id_gets_a_new_one() {
    let app = TestApp::new();
    let long = "x".repeat(129);
    let mut ids = Vec::new();
    for headers in [
        vec![],
        vec![("x-correlation-id", "two words")],
        vec![("x-correlation-id", long.as_str())],
        vec![("x-correlation-id", "")],
    ] {
        let id = app.get_with("/api/dashboard", &headers).await.header("x-correlation-id").to_owned();
        assert_eq!(id.len(), 36, "{id}");
        assert!(!ids.contains(&id));
        ids.push(id);
    }
}

#[tokio::test]
async fn a_traceparent_is_returned() {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let response = TestApp::new().get_with("/api/dashboard", &[("traceparent", trace)]).await;
    assert_eq!(response.header("traceparent"), trace);
}

#[tokio::test]
async fn an_unchanged_response_is_not_sent_again() {
    let app = small_fleet().await;
    for path in [
        "/api/dashboard",
        "/dashboard/summary",
        "/api/dashboard/history",
        "/api/vendors",
        "/api/vendors/acme/report",
        "/api/vendors/acme/history",
        "/api/reports",
        "/api/orders",
        "/api/orders/recent",
        "/api/orders/b-7",
    ] {
        let first = app.get(path).await;
        assert_eq!(first.status.as_u16(), 200, "{path}");
        let etag = first.header("etag").to_owned();
        let strong = etag.strip_prefix("W/").unwrap_or_else(|| panic!("{path}: {etag} is not weak"));
        assert!(strong.starts_with('"') && strong.ends_with('"'), "{path}: {etag}");
        for known in [etag.clone(), strong.to_owned(), format!("\"other\", {etag}"), "*".into()] {
            let again = app.get_with(path, &[("if-none-match", &known)]).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path} with {known}");
            assert_eq!(again.header("etag"), etag);
        }
        let other = app.get_with(path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status.as_u16(), &other.body), (200, &first.body), "{path}");
    }
}

#[tokio::test]
async fn a_response_is_compressed_if_the_client_accepts_it() {
    let app = small_fleet().await;
    for path in ["/api/dashboard", "/api/vendors", "/api/orders/export?format=ndjson", "/api/orders/unknown"] {
        let plain = app.get(path).await;
        assert!(!plain.headers.contains_key("content-encoding"), "{path}");
        let compressed = app.get_with(path, &[("accept-encoding", "gzip"), ("x-correlation-id", "same")]).await;
        assert_eq!((compressed.status, compressed.header("content-encoding")), (plain.status, "gzip"), "{path}");
        assert_eq!(compressed.header("vary"), "accept-encoding", "{path}");
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(&compressed.body[..]).read_to_end(&mut body).expect("gzip");
        let again = app.get_with(path, &[("x-correlation-id", "same")]).await;
        assert_eq!(body, again.body, "{path}");
        assert_eq!(
            app.get_with(path, &[("accept-encoding", "gzip, br")]).await.header("content-encoding"),
            "br",
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_etag_changes_with_the_response() {
    let app = small_fleet().await;
    let before = app.get("/api/dashboard").await.header("etag").to_owned();
    app.record(goody_testkit::OrderBuilder::new("new").placed("2026-03-10T14:00:00Z").events()).await;
    let after = app.get_with("/api/dashboard", &[("if-none-match", &before)]).await;
    assert_eq!(after.status.as_u16(), 200);
}

#[tokio::test]
async fn an_unknown_parameter_is_named() {
    let app = TestApp::new();
    for path in [
        "/api/dashboard",
        "/dashboard/summary",
        "/api/dashboard/history",
        "/api/vendors",
        "/api/vendors/export",
        "/api/vendors/acme/report",
        "/api/vendors/acme/history",
        "/vendors/acme/report",
        "/api/reports",
        "/api/orders",
        "/api/orders/recent",
        "/api/orders/export",
        "/api/signals/episodes",
        "/api/signals/episodes/export",
    ] {
        let problem = problem(&app.get(&format!("{path}?vendro=acme")).await, 400, "INVALID_PARAMETER");
        assert_eq!(
            problem["errors"],
            json!([{"field": "vendro", "reason": "is not a parameter of this route"}]),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_repeated_parameter_is_named() {
    let problem = problem(&TestApp::new().get("/api/orders?vendorId=a&vendorId=b").await, 400, "INVALID_PARAMETER");
    assert_eq!(problem["errors"][0]["field"], "vendorId");
}

#[tokio::test]
async fn a_cursor_of_another_list_or_filter_is_refused() {
    let app = small_fleet().await;
    let cursor = app.read("/api/orders?limit=1").await["nextCursor"].as_str().unwrap().to_owned();
    for path in [
        format!("/api/orders?vendorId=acme&cursor={cursor}"),
        format!("/api/orders/recent?cursor={cursor}"),
        format!("/api/vendors?cursor={cursor}"),
        format!("/api/reports?cursor={cursor}"),
        "/api/orders?cursor=made-up".into(),
        "/api/orders?cursor=".into(),
        "/api/orders/recent?cursor=%00".into(),
    ] {
        problem(&app.get(&path).await, 400, "INVALID_CURSOR");
    }
}

#[tokio::test]
async fn a_path_with_a_nul_is_refused_for_every_method() {
    let app = TestApp::new();
    for path in ["/api/orders/a%00b", "/api/vendors/%00/report", "/api/nowhere/%00", "/%00"] {
        problem(&app.get(path).await, 400, "INVALID_PARAMETER");
        for method in [Method::HEAD, Method::POST, Method::PUT] {
            let response = app.request(method.clone(), path, "application/json", "{}").await;
            assert_eq!(response.status.as_u16(), 400, "{method} {path}");
        }
    }
}
