//! `order-ingest`: HTTP requests and bus events.

use std::sync::Arc;

use goody_application::ports::{OrderReader, VendorStore};
use goody_testkit::lambda::Failed;
use goody_testkit::lambda::events::{http_get, on_the_bus};
use goody_testkit::{Method, TestApp, TestStore, order_id, vendor_id};
use serde_json::{Value, json};

use crate::aws::{Aws, ORDER_INGEST};

fn placed() -> Value {
    json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-03-10T10:00:00Z",
        "estimatedDelivery": "2026-03-12T20:00:00Z", "giftValue": 4_200, "giftType": "flowers", "isRush": false
    })
}

async fn facts(aws: &Aws) -> usize {
    aws.store().order(&order_id("o-1")).await.unwrap().map_or(0, |history| history.version())
}

#[tokio::test]
async fn a_bus_event_that_is_delivered_twice_is_stored_once() {
    let aws = Aws::new().await;
    let function = aws.function(ORDER_INGEST);
    for _ in 0..2 {
        assert_eq!(function.invoke(&on_the_bus(&placed())).await, Ok(Value::Null));
    }
    assert_eq!(facts(&aws).await, 1);
    let history = aws.store().order(&order_id("o-1")).await.unwrap().unwrap();
    let batch_id = history.facts()[0].batch_id().map(ToString::to_string);
    assert_eq!(batch_id.as_deref(), on_the_bus(&placed())["id"].as_str(), "the bus event is its batch");
    assert!(aws.store().vendor(&vendor_id("acme")).await.unwrap().is_some(), "its vendor is registered");
    let counted = function.printed(2, |line| line["goody_events_total"].is_array()).await;
    let results: Vec<&Value> = counted.iter().map(|line| &line["result"]).collect();
    assert_eq!(results, ["accepted", "duplicate"]);
}

#[tokio::test]
async fn an_invalid_bus_event_fails_with_the_reason() {
    let aws = Aws::new().await;
    let function = aws.function(ORDER_INGEST);
    let mut wrong = placed();
    wrong["occurredAt"] = "2026-03-11T10:00:00Z".into();
    let Err(Failed::Thrown { message, .. }) = function.invoke(&on_the_bus(&wrong)).await else { panic!("no error") };
    assert!(message.contains("of carrier was rejected: occurredAt: is"), "{message}");

    function.invoke(&on_the_bus(&placed())).await.unwrap();
    let mut other = placed();
    other["giftValue"] = 1.into();
    let Err(Failed::Thrown { message, .. }) = function.invoke(&on_the_bus(&other)).await else { panic!("no error") };
    assert!(message.contains("eventId: is the id of another fact of this order"), "{message}");
    assert_eq!(facts(&aws).await, 1);
}

#[tokio::test]
async fn the_response_to_a_request_is_that_of_the_embedded_host() {
    let aws = Aws::new().await;
    let app = TestApp::through(TestStore::new(aws.store(), ()), Arc::new(aws.store()), aws.clock.clone(), aws.api());
    let body = format!("{}\nnonsense\n{}\n", placed(), placed());
    let response = app.request(Method::POST, "/api/orders/events", "application/x-ndjson", body).await;
    let results: Vec<Value> = response.lines().iter().map(|line| line["result"].clone()).collect();
    assert_eq!(results, ["accepted", "rejected", "duplicate"]);
    let batch_id = response.header("x-batch-id").to_owned();
    let retracted =
        app.request(Method::POST, &format!("/api/batches/{batch_id}/retract"), "application/json", "").await;
    let answer =
        json!({"batchId": batch_id, "orders": 1, "events": 1, "expiredOrders": 0, "isComplete": true, "next": null});
    assert_eq!(retracted.json(), answer);
    let put = app.request(Method::PUT, "/api/vendors/acme", "application/json", r#"{"name": "Acme"}"#).await;
    assert_eq!(put.status.as_u16(), 200, "{}", put.text());
    app.project().await;
}

#[tokio::test]
async fn the_deployed_api_has_no_demo_orders_and_states_that_events_need_a_token() {
    let app = crate::TestApp::new();
    let response = app.request(Method::POST, "/api/demo", "", "").await;
    assert_eq!((response.status.as_u16(), &response.json()["code"]), (404, &json!("NOT_FOUND")));
    assert_eq!(app.read("/health").await["intake"], json!({"needsToken": true, "offersDemo": false}));
}

#[tokio::test]
async fn the_log_lines_of_a_request_have_its_correlation_id() {
    let aws = Aws::new().await;
    let function = aws.function(ORDER_INGEST);
    let mut event = http_get("/api/vendors/acme");
    event["requestContext"]["http"]["method"] = "PUT".into();
    event["headers"]["x-correlation-id"] = "c-1".into();
    event["body"] = r#"{"name": "Acme"}"#.into();
    let response = function.invoke(&event).await.unwrap();
    assert_eq!((&response["statusCode"], &response["headers"]["x-correlation-id"]), (&json!(201), &json!("c-1")));
    let lines = function.printed(1, |line| line["message"] == "answered").await;
    assert_eq!(lines[0]["span"]["correlation_id"], "c-1");
}
