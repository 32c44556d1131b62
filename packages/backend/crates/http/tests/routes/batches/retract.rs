//! `POST /api/batches/{id}/retract`, and `X-Batch-Id`

use axum::body::Body;
use axum::http::{Method, Request};
use goody_application::retract::PAGE;
use goody_testkit::{OrderBuilder, Response, ndjson};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, problem};

/// Sends events with a batch id; an empty one sends none. Returns the id of the response.
async fn send(app: &TestApp, batch_id: &str, events: String) -> String {
    let request = Request::post("/api/orders/events").header("content-type", "application/x-ndjson");
    let request = if batch_id.is_empty() { request } else { request.header("x-batch-id", batch_id) };
    let response = app.send(request.body(Body::from(events)).unwrap()).await;
    assert_eq!(response.status.as_u16(), 200, "{}", response.text());
    app.project().await;
    response.header("x-batch-id").to_owned()
}

async fn retract(app: &TestApp, path: &str) -> Response {
    let response = app.request(Method::POST, &format!("/api/batches/{path}"), "", Body::empty()).await;
    app.project().await;
    response
}

#[tokio::test]
async fn a_request_has_a_new_batch_id_unless_it_names_its_own() {
    let app = TestApp::new();
    let events = |id: &str| ndjson(&OrderBuilder::new(id).events());
    assert_eq!(send(&app, "shop:2026-03-10", events("o-1")).await, "shop:2026-03-10");
    let ids = [send(&app, "", events("o-2")).await, send(&app, "not an id", events("o-3")).await];
    assert!(ids.iter().all(|id| id.len() == 22 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
    let history = app.read("/api/orders/o-2").await["history"].clone();
    assert_eq!(column(&history, "batchId"), [&json!(ids[0])]);
}

#[tokio::test]
async fn a_batch_is_taken_back_and_the_history_says_so() {
    let app = TestApp::new();
    let order = OrderBuilder::new("o-1").lost("2026-03-05T10:00:00Z").events();
    send(&app, "good", ndjson(&order[..1])).await;
    send(&app, "bad", ndjson(&order[1..])).await;
    send(&app, "bad", ndjson(&OrderBuilder::new("o-2").events())).await;
    assert_eq!(
        retract(&app, "bad/retract").await.json(),
        json!({"batchId": "bad", "orders": 2, "events": 2, "expiredOrders": 0, "isComplete": true, "next": null})
    );
    let detail = app.read("/api/orders/o-1").await;
    assert_eq!((&detail["order"]["status"], &detail["version"]), (&json!("PLACED"), &json!(3)));
    let history = &detail["history"];
    assert_eq!(column(history, "kind"), ["event", "event", "retraction"]);
    assert_eq!(column(history, "batchId"), ["good", "bad", "bad"]);
    assert_eq!((&history[0]["isTakenBack"], &history[1]["isTakenBack"]), (&json!(false), &json!(true)));
    assert_eq!(history[2], json!({"kind": "retraction", "recordedAt": "2026-03-10T14:30:20Z", "batchId": "bad"}));
    assert_eq!(app.read("/api/orders/o-2").await["order"], Value::Null);
    let again = retract(&app, "bad/retract").await.json();
    assert_eq!((&again["orders"], &again["events"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_retraction_begins_after_the_given_order() {
    let app = TestApp::new();
    let orders = PAGE + 2;
    let events = (0..orders).flat_map(|number| OrderBuilder::new(&format!("o-{number:04}")).events());
    send(&app, "bad", ndjson(&events.collect::<Vec<_>>())).await;
    let last = format!("bad/retract?after=o-{:04}", orders - 2);
    assert_eq!(retract(&app, &last).await.json()["orders"], 1);
    assert_eq!(retract(&app, "bad/retract").await.json()["orders"], orders - 1);
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 0);
}

#[tokio::test]
async fn an_invalid_batch_or_position_is_refused() {
    let app = TestApp::new();
    for (path, field) in [("a%20b/retract", "id"), ("b/retract?after=a%20b", "after")] {
        let problem = problem(&retract(&app, path).await, 400, "INVALID_PARAMETER");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    problem(&app.get("/api/batches/b/retract").await, 405, "METHOD_NOT_ALLOWED");
}
