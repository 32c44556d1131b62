//! What was refused: how it is kept, listed, tried again and forgotten.

mod delete;
mod list;
mod retry;

use axum::http::Method;
use goody_testkit::Response;
use serde_json::{Value, json};

use crate::TestApp;

fn placed(id: &str) -> Value {
    json!({"eventId": format!("e-{id}"), "orderId": id, "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-03-10T10:00:00Z"})
}

/// An event that is half an hour ahead of the tests' now.
fn ahead(id: &str) -> Value {
    let mut event = placed(id);
    event["occurredAt"] = "2026-03-10T15:00:20Z".into();
    event
}

async fn post_json(app: &TestApp, body: &str) -> Response {
    app.request(Method::POST, "/api/orders/events", "application/json", body.to_owned()).await
}

/// The kept rejections, the newest first.
async fn kept(app: &TestApp) -> Vec<Value> {
    app.read("/api/rejections?limit=100").await["rejections"].as_array().unwrap().clone()
}

fn texts(rejections: &[Value], field: &str) -> Vec<String> {
    rejections.iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}
