//! How large, how many, how slow.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use futures::channel::mpsc;
use futures::stream;
use goody_http::Doors;
use goody_testkit::{OrderBuilder, Response, TestApp, ndjson};

use crate::fleet::problem;

const ROUTE: &str = "/api/orders/events";
const MIB: usize = 1024 * 1024;

async fn post(app: &TestApp, kind: &str, body: impl Into<Body>) -> Response {
    let answer = app.request(Method::POST, ROUTE, kind, body).await;
    app.project().await;
    answer
}

/// A body that sends something and then waits, for as long as its sender is there.
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
async fn what_is_too_much_at_once_is_refused_and_told_when_to_come_back() {
    let app = TestApp::guarded(Doors { concurrent: Some(2), ..Doors::open() });
    let events = ndjson(&OrderBuilder::new("o-1").events());
    let (first, body) = waiting(&events);
    let (second, other) = waiting("\n");
    let request = |body| Request::post(ROUTE).header("content-type", "application/x-ndjson").body(body).unwrap();
    let long = async { tokio::join!(app.send(request(body)), app.send(request(other))) };
    let meanwhile = async {
        // Both have a place until their bodies end, though their answers have begun.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let refused = app.get("/api/dashboard").await;
        problem(&refused, 503, "OVERLOADED");
        assert_eq!(refused.header("retry-after"), "1");
        problem(&post(&app, "application/json", "[]").await, 503, "OVERLOADED");
        assert_eq!(app.get("/health").await.status.as_u16(), 200, "operators see how it is");
        drop(first);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(app.get("/api/dashboard").await.status.as_u16(), 200, "a place is free again");
        drop(second);
    };
    let ((answer, _), ()) = tokio::join!(long, meanwhile);
    assert!(answer.lines().iter().all(|line| line["result"] == "accepted"), "{}", answer.text());
    app.project().await;
    assert_eq!(app.get("/api/dashboard").await.status.as_u16(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_no_whole_event_for_long_is_given_up() {
    let app = TestApp::new();
    let (_sender, body) = waiting(r#"[{"eventId": "e-1""#);
    let answer = post(&app, "application/json", body).await;
    let problem = problem(&answer, 408, "TIMEOUT");
    assert_eq!(problem["detail"], "No event came for 30 s. What came before is stored.");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_a_byte_now_and_then_is_given_up() {
    let app = TestApp::new();
    let drops = stream::unfold(0, |sent| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), sent + 1)).filter(|_| sent < 1_000)
    });
    problem(&post(&app, "application/json", Body::from_stream(drops)).await, 408, "TIMEOUT");
}

#[tokio::test(start_paused = true)]
async fn what_came_before_a_client_was_given_up_is_stored() {
    let app = TestApp::new();
    let event = ndjson(&OrderBuilder::new("o-1").events()[..1]).trim().to_owned();
    let (_sender, body) = waiting(&format!("[{event},"));
    problem(&post(&app, "application/json", body).await, 408, "TIMEOUT");
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 1);
}

#[tokio::test]
async fn a_json_body_is_bounded_and_lines_are_not() {
    let app = TestApp::new();
    let told = Request::post(ROUTE).header("content-type", "application/json").header("content-length", 17 * MIB);
    let told = app.send(told.body(Body::empty()).unwrap()).await;
    assert!(problem(&told, 413, "PAYLOAD_TOO_LARGE")["detail"].as_str().unwrap().contains("application/x-ndjson"));
    problem(&post(&app, "application/json", mebibytes(17, &" ".repeat(MIB))).await, 413, "PAYLOAD_TOO_LARGE");
    let lines = mebibytes(20, &format!("{}\n", " ".repeat(1_023)).repeat(1_024));
    assert_eq!(post(&app, "application/x-ndjson", lines).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_vendor_is_not_megabytes() {
    let body = format!(r#"{{"name":"{}"}}"#, "x".repeat(3 * MIB));
    let answer = TestApp::new().request(Method::PUT, "/api/vendors/acme", "application/json", body).await;
    problem(&answer, 413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_body_that_is_packed_is_not_unpacked() {
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let request =
            Request::post(ROUTE).header("content-type", "application/json").header("content-encoding", encoding);
        let answer = TestApp::new().send(request.body(Body::from(vec![0; 1_000])).unwrap()).await;
        problem(&answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
}

#[tokio::test]
async fn json_within_json_within_json_costs_only_its_line() {
    let app = TestApp::new();
    let event = ndjson(&OrderBuilder::new("o-1").events()[..1]).trim().to_owned();
    for bomb in ["[".repeat(60_000), "{\"a\":".repeat(12_000), format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000))]
    {
        let answer = post(&app, "application/x-ndjson", format!("{bomb}\n{event}\n")).await;
        let results: Vec<_> = answer.lines().iter().map(|line| line["result"].clone()).collect();
        assert_eq!(results[0], "rejected", "{}", answer.text());
        assert_ne!(results[1], "rejected", "{}", answer.text());
        let answer = post(&app, "application/json", bomb).await.json();
        assert_eq!((&answer["accepted"], &answer["rejected"]), (&0.into(), &1.into()), "{answer}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_be_careful_with_answers() {
    let app = TestApp::new();
    for (path, policy) in [
        ("/api/dashboard", "default-src 'none'; frame-ancestors 'none'"),
        ("/api/orders/export?format=csv", "default-src 'none'; frame-ancestors 'none'"),
        ("/nowhere", "default-src 'none'; frame-ancestors 'none'"),
        ("/api/docs/", "default-src 'none'; script-src 'self'; "),
    ] {
        let answer = app.get(path).await;
        assert!(answer.header("content-security-policy").starts_with(policy), "{path}: {:?}", answer.headers);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
    }
}
