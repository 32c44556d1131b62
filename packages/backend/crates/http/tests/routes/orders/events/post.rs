//! `POST /api/orders/events`

use axum::http::Method;
use goody_testkit::{OrderBuilder, Response, ndjson};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, problem};

const ROUTE: &str = "/api/orders/events";

fn placed(id: &str) -> Value {
    json!({"eventId": format!("e-{id}"), "orderId": id, "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-03-10T10:00:00Z"})
}

fn with(id: &str, field: &str, value: impl Into<Value>) -> Value {
    let mut event = placed(id);
    event[field] = value.into();
    event
}

async fn post_json(app: &TestApp, body: Value) -> Response {
    app.request(Method::POST, ROUTE, "application/json", body.to_string()).await
}

async fn stored(app: &TestApp) -> Vec<String> {
    app.project().await;
    let list = app.read("/api/orders?limit=100").await;
    let mut ids: Vec<String> =
        column(&list["orders"], "orderId").iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// For each event: its line number, its result, and the first invalid field.
fn results_of(response: &Response) -> Vec<(u64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = response.lines();
    lines
        .iter()
        .map(|line| (line["line"].as_u64().unwrap(), text(&line["result"]), text(&line["errors"][0]["field"])))
        .collect()
}

fn lines(lines: &[(u64, &str, &str)]) -> Vec<(u64, String, String)> {
    lines.iter().map(|(line, result, field)| (*line, (*result).to_owned(), (*field).to_owned())).collect()
}

#[tokio::test]
async fn one_event_an_array_and_ndjson_are_accepted() {
    let app = TestApp::new();
    let one = post_json(&app, placed("one")).await.json();
    assert_eq!(
        one,
        json!({"accepted": 1, "duplicate": 0, "expired": 0, "rejected": 0, "results": [{"line": 1, "eventId": "e-one", "result": "accepted"}]})
    );
    let array = post_json(&app, json!([placed("two"), placed("three")])).await.json();
    assert_eq!((&array["accepted"], column(&array["results"], "line")), (&json!(2), vec![&json!(1), &json!(2)]));
    let response = app.post_ndjson(format!("{}\n{}", placed("four"), placed("five"))).await;
    assert_eq!(response.header("content-type"), "application/x-ndjson");
    assert_eq!(results_of(&response), lines(&[(1, "accepted", ""), (2, "accepted", "")]));
    assert_eq!(stored(&app).await, ["five", "four", "one", "three", "two"]);
}

#[tokio::test]
async fn an_invalid_line_is_rejected_alone_with_its_number_and_reason() {
    let app = TestApp::new();
    let mut body: Vec<u8> = Vec::new();
    let mut line = |bytes: &[u8]| {
        body.extend_from_slice(bytes);
        body.push(b'\n');
    };
    line(placed("good-1").to_string().as_bytes());
    line(b"this is not JSON");
    line(b"{}");
    line(with("bad", "status", "TELEPORTED").to_string().as_bytes());
    line(with("bad", "occurredAt", "1970-01-01T00:00:00Z").to_string().as_bytes());
    line(with("bad", "occurredAt", "2199-01-01T00:00:00Z").to_string().as_bytes());
    line(with("bad", "occurredAt", "+999999-01-01T00:00:00Z").to_string().as_bytes());
    line(with("bad", "reason", "x".repeat(1_000_000)).to_string().as_bytes());
    line(with("bad", "carrier", "nul \u{0}").to_string().as_bytes());
    line(b"{\"reason\": \"raw nul \0\"}");
    line(b"{\"reason\": \"\xc3\x28\"}");
    line(with("bad", "orderId", "../../etc/passwd").to_string().as_bytes());
    line(with("bad", "giftValue", 1e300).to_string().as_bytes());
    line(json!([placed("bad")]).to_string().as_bytes());
    line(placed("good-2").to_string().as_bytes());
    let response = app.post_ndjson(body).await;
    assert_eq!(
        results_of(&response),
        lines(&[
            (1, "accepted", ""),
            (2, "rejected", "line"),
            (3, "rejected", "eventId"),
            (4, "rejected", "status"),
            (5, "rejected", "occurredAt"),
            (6, "rejected", "occurredAt"),
            (7, "rejected", "occurredAt"),
            (8, "rejected", "line"),
            (9, "rejected", "carrier"),
            (10, "rejected", "line"),
            (11, "rejected", "line"),
            (12, "rejected", "orderId"),
            (13, "rejected", "giftValue"),
            (14, "rejected", "line"),
            (15, "accepted", ""),
        ])
    );
    let results = response.lines();
    let rejected = results.iter().filter(|line| line["result"] == "rejected");
    assert!(rejected.clone().all(|line| !line["errors"][0]["reason"].as_str().unwrap().is_empty()));
    assert_eq!(
        column(&results[2]["errors"], "field"),
        ["eventId", "orderId", "occurredAt", "status"],
        "every missing field is named"
    );
    assert!(response.body.len() < 10_000, "a response does not repeat the events");
    assert_eq!(stored(&app).await, ["good-1", "good-2"]);
}

#[tokio::test]
async fn lines_are_counted_as_an_editor_counts_them() {
    let app = TestApp::new();
    let body = format!("\n{}\r\n\n   \n{}\nbroken", placed("a"), placed("b"));
    assert_eq!(
        results_of(&app.post_ndjson(body).await),
        lines(&[(2, "accepted", ""), (5, "accepted", ""), (6, "rejected", "line")])
    );
    app.project().await;
}

#[tokio::test]
async fn an_invalid_array_element_is_rejected_alone() {
    let app = TestApp::new();
    let body = json!([
        placed("a"),
        7,
        null,
        with("bad", "status", "GONE"),
        with("bad", "reason", "x".repeat(1_000_000)),
        placed("b")
    ]);
    let response = post_json(&app, body).await.json();
    assert_eq!((&response["accepted"], &response["rejected"]), (&json!(2), &json!(4)));
    let results: Vec<&Value> = column(&response["results"], "result");
    assert_eq!(results, ["accepted", "rejected", "rejected", "rejected", "rejected", "accepted"]);
    assert_eq!(stored(&app).await, ["a", "b"]);
}

#[tokio::test]
async fn events_before_a_malformed_part_of_an_array_are_stored() {
    let app = TestApp::new();
    for (body, rejected) in [(format!("[{},{{\"eventId\"", placed("a")), 1), (format!("[{}", placed("b")), 1)] {
        let response = app.request(Method::POST, ROUTE, "application/json", body).await.json();
        assert_eq!(response["rejected"], rejected, "{response}");
    }
    assert!(stored(&app).await.contains(&"a".to_owned()));
}

#[tokio::test]
async fn the_same_event_again_is_a_duplicate_and_other_content_a_conflict() {
    let app = TestApp::new();
    let body = [placed("a"), placed("a"), with("a", "vendorId", "bloom")].map(|event| event.to_string()).join("\n");
    let response = app.post_ndjson(body.clone()).await;
    assert_eq!(results_of(&response), lines(&[(1, "accepted", ""), (2, "duplicate", ""), (3, "rejected", "eventId")]));
    let again = app.post_ndjson(body).await;
    assert_eq!(results_of(&again), lines(&[(1, "duplicate", ""), (2, "duplicate", ""), (3, "rejected", "eventId")]));
    app.project().await;
    assert_eq!(app.read("/api/orders/a").await["order"]["vendorId"], "acme");
    assert_eq!(app.read("/api/orders/a").await["version"], 1);
}

#[tokio::test]
async fn a_long_body_gets_a_result_for_every_line_in_order() {
    let app = TestApp::new();
    let events: Vec<_> = (0..2_500).flat_map(|number| OrderBuilder::new(&format!("o-{number}")).events()).collect();
    let response = app.post_ndjson(ndjson(&events)).await;
    let numbers: Vec<u64> = results_of(&response).into_iter().map(|(line, ..)| line).collect();
    assert_eq!(numbers, (1..=2_500).collect::<Vec<u64>>());
    app.project().await;
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 2_500);
}

#[tokio::test]
async fn events_in_reverse_order_give_the_same_order() {
    let app = TestApp::new();
    let mut events = OrderBuilder::new("o-1")
        .promised("2026-03-03")
        .shipped("2026-03-02T10:00:00Z")
        .arrived_late_by_hours(5)
        .events();
    events.reverse();
    for event in events {
        app.record(vec![event]).await;
    }
    let order = app.read("/api/orders/o-1").await["order"].clone();
    assert_eq!((&order["status"], &order["isDelayed"]), (&json!("ARRIVED"), &json!(true)));
    assert_eq!(app.read("/api/vendors/acme/report").await["report"]["current7d"]["arrivedOrders"], 1);
}

#[tokio::test]
async fn an_event_of_an_unknown_vendor_adds_the_vendor() {
    let app = TestApp::new();
    post_json(&app, placed("a")).await;
    app.project().await;
    let vendor = app.read("/api/vendors/acme/report").await["vendor"].clone();
    assert_eq!((&vendor["name"], &vendor["isRegistered"]), (&json!("acme"), &json!(false)));
}

#[tokio::test]
async fn an_empty_body_has_no_results() {
    let app = TestApp::new();
    for (kind, body) in [("application/json", "[]"), ("application/json", "")] {
        let response = app.request(Method::POST, ROUTE, kind, body).await;
        assert_eq!((response.status.as_u16(), response.json()["accepted"].clone()), (200, json!(0)), "{kind} {body:?}");
    }
    assert_eq!(results_of(&app.post_ndjson("\n\n").await), lines(&[]));
}

#[tokio::test]
async fn an_unsupported_media_type_is_refused() {
    let app = TestApp::new();
    for kind in ["", "text/csv", "application/xml", "multipart/form-data"] {
        problem(&app.request(Method::POST, ROUTE, kind, "a,b").await, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let with_charset = app.request(Method::POST, ROUTE, "Application/JSON; charset=utf-8", "[]").await;
    assert_eq!(with_charset.status.as_u16(), 200);
}

#[tokio::test]
async fn a_field_dropped_from_an_accepted_event_is_a_warning() {
    let app = TestApp::new();
    let mut event = placed("o-1");
    event["estimatedDelivery"] = json!("2062-03-12T10:00:00Z");
    let response = post_json(&app, event.clone()).await.json();
    let line = &response["results"][0];
    assert_eq!((&line["result"], &line["warnings"][0]["field"]), (&json!("accepted"), &json!("estimatedDelivery")));
    let again = app.post_ndjson(event.to_string()).await;
    assert_eq!(again.lines(), [json!({"line": 1, "eventId": "e-o-1", "result": "duplicate"})]);
    app.project().await;
    assert_eq!(app.read("/api/orders/o-1").await["order"]["estimatedDelivery"], Value::Null);
}

#[tokio::test]
async fn a_rejected_event_adds_no_vendor() {
    let app = TestApp::new();
    post_json(&app, placed("one")).await;
    let mut conflict = with("one", "vendorId", "ghost");
    conflict["giftValue"] = 7.into();
    let mut malformed = with("two", "vendorId", "phantom");
    malformed["occurredAt"] = 1_763_632_800.into();
    let response = app.post_ndjson(format!("{conflict}\n{malformed}")).await;
    assert_eq!(results_of(&response), lines(&[(1, "rejected", "eventId"), (2, "rejected", "occurredAt")]));
    app.project().await;
    assert_eq!(column(&app.read("/api/vendors").await["vendors"], "vendorId"), [&json!("acme")]);
}

#[tokio::test]
async fn a_placement_of_another_vendor_is_accepted_with_a_warning() {
    let app = TestApp::new();
    let mut other = placed("o-1");
    (other["eventId"], other["vendorId"], other["occurredAt"]) =
        ("e-2".into(), "bloom".into(), "2026-03-10T11:00:00Z".into());
    let response = app.post_ndjson(format!("{}\n{other}", placed("o-1"))).await;
    assert_eq!(results_of(&response), lines(&[(1, "accepted", ""), (2, "accepted", "")]));
    let warning = "names another vendor than the order's first placement; it counts nowhere";
    assert_eq!(response.lines()[1]["warnings"], json!([{"field": "vendorId", "reason": warning}]));
    assert_eq!(stored(&app).await, ["o-1"]);
}

#[tokio::test]
async fn an_event_of_an_expired_order_is_answered_as_expired() {
    let app = TestApp::new();
    let old = |id: &str| with(id, "occurredAt", "2026-01-01T10:00:00Z");
    app.clock.set(goody_testkit::at("2026-01-02T10:00:00Z"));
    app.post_ndjson(old("o-1").to_string()).await;
    app.project().await;
    app.clock.set(goody_testkit::now());
    let retention = goody_application::retention::Retention { order_days: 30, bucket_days: 183 };
    goody_application::retention::expire(app.store.as_ref(), retention, goody_testkit::now()).await.unwrap();
    let answer = post_json(&app, json!([old("o-1"), placed("o-2")])).await.json();
    assert_eq!((&answer["accepted"], &answer["duplicate"], &answer["expired"]), (&json!(1), &json!(0), &json!(1)));
    assert_eq!(column(&answer["results"], "result"), ["expired", "accepted"]);
    app.project().await;
}
