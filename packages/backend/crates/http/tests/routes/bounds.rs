//! Limits: the size of bodies and responses, concurrent requests, slow clients, and security headers.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use futures::channel::mpsc;
use futures::{StreamExt, stream};
use goody_http::Access;
use goody_testkit::{OrderBuilder, Response, TestApp, ndjson};

use crate::fleet::problem;

const ROUTE: &str = "/api/orders/events";
const MIB: usize = 1024 * 1024;

async fn post(app: &TestApp, kind: &str, body: impl Into<Body>) -> Response {
    let response = app.request(Method::POST, ROUTE, kind, body).await;
    app.project().await;
    response
}

/// A body that sends `begin` and then waits until the returned sender is dropped.
fn waiting(begin: &str) -> (mpsc::UnboundedSender<Result<Bytes, std::io::Error>>, Body) {
    let (sender, parts) = mpsc::unbounded();
    sender.unbounded_send(Ok(Bytes::from(begin.to_owned()))).unwrap();
    (sender, Body::from_stream(parts))
}

/// A body that arrives a mebibyte at a time.
fn mebibytes(number: usize, each: &str) -> Body {
    let each = Bytes::from(each.to_owned());
    Body::from_stream(stream::iter((0..number).map(move |_| Ok::<_, std::io::Error>(each.clone()))))
}

#[tokio::test]
async fn excess_requests_are_refused_with_a_retry_after_header() {
    let app = TestApp::guarded(Access { concurrent: Some(0), ..Access::open() });
    let events = ndjson(&OrderBuilder::new("o-1").events());
    let vendor = app.request(Method::PUT, "/api/vendors/acme", "application/json", r#"{"name":"Acme"}"#).await;
    for refused in [
        app.get("/api/dashboard").await,
        post(&app, "application/json", events.lines().next().unwrap().to_owned()).await,
        post(&app, "application/x-ndjson", events).await,
        vendor,
    ] {
        problem(&refused, 503, "OVERLOADED");
        assert_eq!(refused.header("retry-after"), "1");
    }
    assert_eq!(app.get("/health").await.status.as_u16(), 200, "operators can read the health of an overloaded server");
}

#[tokio::test]
async fn bodies_that_wait_for_their_client_hold_no_slot() {
    let app = TestApp::guarded(Access { concurrent: Some(1), ..Access::open() });
    let events = ndjson(&OrderBuilder::new("o-1").events());
    let (first, body) = waiting(&events);
    let (second, other) = waiting("\n");
    let (third, array) = waiting("[");
    let request = |kind, body| Request::post(ROUTE).header("content-type", kind).body(body).unwrap();
    let long = async {
        let kind = "application/x-ndjson";
        let (first, second) = (app.send(request(kind, body)), app.send(request(kind, other)));
        tokio::join!(first, second, app.send(request("application/json", array)))
    };
    let others = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(app.get("/api/dashboard").await.status.as_u16(), 200);
        assert_eq!(post(&app, "application/json", "[1]").await.json()["rejected"], 1);
        drop((first, second, third));
    };
    let ((response, ..), ()) = tokio::join!(long, others);
    assert!(response.lines().iter().all(|line| line["result"] == "accepted"), "{}", response.text());
    app.project().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_only_invalid_events_slowly_times_out() {
    let app = TestApp::new();
    let drops = stream::unfold(0, |sent| async move {
        tokio::time::sleep(Duration::from_secs(12)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"1,")), sent + 1)).filter(|_| sent < 1_000)
    });
    let body = Body::from_stream(stream::iter([Ok(Bytes::from_static(b"["))]).chain(drops));
    problem(&post(&app, "application/json", body).await, 408, "TIMEOUT");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_valid_events_slowly_is_served_to_the_end() {
    let app = TestApp::new();
    let lines: Vec<String> =
        ndjson(&OrderBuilder::new("o-1").events()).lines().map(|line| format!("{line}\n")).collect();
    let each = stream::iter((0..20).map(move |at| lines[at % lines.len()].clone())).then(|line| async move {
        tokio::time::sleep(Duration::from_secs(25)).await;
        Ok::<_, std::io::Error>(Bytes::from(line))
    });
    let response = post(&app, "application/x-ndjson", Body::from_stream(each)).await;
    assert_eq!(response.lines().len(), 20, "{}", response.text());
}

#[tokio::test]
async fn a_json_response_is_bounded_and_valid_events_never_reach_the_bound() {
    let app = TestApp::new();
    let ones = format!("[1{}]", ",1".repeat(200_000));
    let refused = problem(&post(&app, "application/json", ones).await, 413, "PAYLOAD_TOO_LARGE");
    assert!(refused["detail"].as_str().unwrap().contains("Send application/x-ndjson"), "{refused}");
    // The shortest possible event, repeated.
    let event = r#"{"eventId":"e","orderId":"o","status":"LOST","occurredAt":"2026-01-01T00:00:00Z"}"#;
    let events = format!("[{event}{}]", format!(",{event}").repeat(16 * MIB / (event.len() + 1) - 1));
    assert!(events.len() > 15 * MIB);
    let response = post(&app, "application/json", events).await;
    assert_eq!(response.status.as_u16(), 200, "{}", String::from_utf8_lossy(&response.body[..200]));
    let response = response.json();
    assert_eq!(response["accepted"], 1);
    assert_eq!(response["duplicate"].as_u64().unwrap() + 1, response["results"].as_array().unwrap().len() as u64);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_an_incomplete_event_times_out() {
    let app = TestApp::new();
    let (_sender, body) = waiting(r#"[{"eventId": "e-1""#);
    let response = post(&app, "application/json", body).await;
    let problem = problem(&response, 408, "TIMEOUT");
    assert_eq!(problem["detail"], "No event arrived for 30 s. The events before this point are stored.");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_single_bytes_slowly_times_out() {
    let app = TestApp::new();
    let drops = stream::unfold(0, |sent| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), sent + 1)).filter(|_| sent < 1_000)
    });
    problem(&post(&app, "application/json", Body::from_stream(drops)).await, 408, "TIMEOUT");
}

#[tokio::test(start_paused = true)]
async fn events_before_a_timeout_are_stored() {
    let app = TestApp::new();
    let event = ndjson(&OrderBuilder::new("o-1").events()[..1]).trim().to_owned();
    let (_sender, body) = waiting(&format!("[{event},"));
    problem(&post(&app, "application/json", body).await, 408, "TIMEOUT");
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 1);
}

#[tokio::test]
async fn a_json_body_is_bounded_and_an_ndjson_body_is_not() {
    let app = TestApp::new();
    let announced = Request::post(ROUTE).header("content-type", "application/json").header("content-length", 17 * MIB);
    let announced = app.send(announced.body(Body::empty()).unwrap()).await;
    assert!(problem(&announced, 413, "PAYLOAD_TOO_LARGE")["detail"].as_str().unwrap().contains("application/x-ndjson"));
    problem(&post(&app, "application/json", mebibytes(17, &" ".repeat(MIB))).await, 413, "PAYLOAD_TOO_LARGE");
    let lines = mebibytes(20, &format!("{}\n", " ".repeat(1_023)).repeat(1_024));
    assert_eq!(post(&app, "application/x-ndjson", lines).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_vendor_of_several_mebibytes_is_refused() {
    let body = format!(r#"{{"name":"{}"}}"#, "x".repeat(3 * MIB));
    let response = TestApp::new().request(Method::PUT, "/api/vendors/acme", "application/json", body).await;
    problem(&response, 413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let request =
            Request::post(ROUTE).header("content-type", "application/json").header("content-encoding", encoding);
        let response = TestApp::new().send(request.body(Body::from(vec![0; 1_000])).unwrap()).await;
        problem(&response, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
}

#[tokio::test]
async fn deeply_nested_json_affects_only_its_own_line() {
    let app = TestApp::new();
    let event = ndjson(&OrderBuilder::new("o-1").events()[..1]).trim().to_owned();
    for bomb in ["[".repeat(60_000), "{\"a\":".repeat(12_000), format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000))]
    {
        let response = post(&app, "application/x-ndjson", format!("{bomb}\n{event}\n")).await;
        let results: Vec<_> = response.lines().iter().map(|line| line["result"].clone()).collect();
        assert_eq!(results[0], "rejected", "{}", response.text());
        assert_ne!(results[1], "rejected", "{}", response.text());
        let response = post(&app, "application/json", bomb).await.json();
        assert_eq!((&response["accepted"], &response["rejected"]), (&0.into(), &1.into()), "{response}");
    }
}

#[tokio::test]
async fn every_response_has_security_headers() {
    let app = TestApp::new();
    for (path, policy) in [
        ("/api/dashboard", "default-src 'none'; frame-ancestors 'none'"),
        ("/api/orders/export?format=csv", "default-src 'none'; frame-ancestors 'none'"),
        ("/nowhere", "default-src 'none'; frame-ancestors 'none'"),
        ("/api/docs/", "default-src 'none'; script-src 'self'; "),
    ] {
        let response = app.get(path).await;
        assert!(response.header("content-security-policy").starts_with(policy), "{path}: {:?}", response.headers);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(response.header(name), value, "{path}");
        }
    }
}
