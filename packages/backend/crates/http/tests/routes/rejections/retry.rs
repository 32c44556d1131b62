//! `POST /api/rejections/{id}/retry`

use axum::http::Method;
use goody_testkit::Response;
use serde_json::json;

use super::{ahead, kept, placed, post_json};
use crate::TestApp;
use crate::fleet::problem;

async fn retry(app: &TestApp, id: &str) -> Response {
    app.request(Method::POST, &format!("/api/rejections/{id}/retry"), "application/json", "").await
}

async fn only_id(app: &TestApp) -> String {
    let kept = kept(app).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    kept[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_event_of_the_future_is_accepted_once_its_time_has_come() {
    let app = TestApp::new();
    post_json(&app, &ahead("early").to_string()).await;
    let id = only_id(&app).await;
    let again = retry(&app, &id).await.json();
    let errors = json!([{"field": "occurredAt", "reason": "is more than 5 minutes ahead of now"}]);
    assert_eq!(again, json!({"id": id, "result": "rejected", "errors": errors, "isRemoved": false}));
    assert_eq!(only_id(&app).await, id, "it stays");
    app.clock.advance_seconds(1_800);
    let accepted = retry(&app, &id).await.json();
    assert_eq!(accepted, json!({"id": id, "eventId": "e-early", "result": "accepted", "isRemoved": true}));
    app.project().await;
    assert_eq!(app.read("/api/orders/early").await["order"]["vendorId"], "acme");
    assert!(kept(&app).await.is_empty());
    let gone = retry(&app, &id).await;
    assert_eq!((gone.status.as_u16(), &gone.json()["code"]), (404, &json!("NOT_FOUND")));
}

#[tokio::test]
async fn an_event_that_was_sent_again_meanwhile_is_a_duplicate_and_is_removed() {
    let app = TestApp::new();
    post_json(&app, &ahead("early").to_string()).await;
    let id = only_id(&app).await;
    app.clock.advance_seconds(1_800);
    post_json(&app, &ahead("early").to_string()).await;
    assert_eq!(retry(&app, &id).await.json()["result"], "duplicate");
    assert!(kept(&app).await.is_empty());
    app.project().await;
}

#[tokio::test]
async fn an_event_with_an_error_has_the_same_reasons_again() {
    let app = TestApp::new();
    let mut event = placed("bad");
    event["status"] = "SENT".into();
    let posted = post_json(&app, &event.to_string()).await.json();
    let id = only_id(&app).await;
    let again = retry(&app, &id).await.json();
    assert_eq!((&again["result"], &again["errors"]), (&json!("rejected"), &posted["results"][0]["errors"]));
    assert_eq!(kept(&app).await[0]["times"], 1, "a retry is not counted as the sender's");
}

#[tokio::test]
async fn what_is_not_kept_whole_cannot_be_taken_in_again() {
    let app = TestApp::new();
    post_json(&app, &format!("{{\"eventId\":\"{}\"}}", "x".repeat(70_000))).await;
    problem(&retry(&app, &only_id(&app).await).await, 409, "CANNOT_RETRY");
    problem(&retry(&app, "x").await, 400, "INVALID_PARAMETER");
}
