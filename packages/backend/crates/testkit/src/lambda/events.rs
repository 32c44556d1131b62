//! Events in the format of AWS.

use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::gateway;

/// A `GET` request to the API.
pub fn http_get(path: &str) -> Value {
    let (parts, ()) = Request::get(path).body(()).unwrap().into_parts();
    gateway::event(&parts, &Bytes::new())
}

/// A `POST` request to the API with a JSON body.
pub fn http_post(path: &str, body: &str) -> Value {
    let request = Request::post(path).header(CONTENT_TYPE, "application/json").body(()).unwrap();
    gateway::event(&request.into_parts().0, &Bytes::copy_from_slice(body.as_bytes()))
}

/// A tick of a schedule.
pub fn scheduled() -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Scheduled Event",
        "source": "aws.scheduler", "account": "000000000000", "time": "2026-03-10T14:30:00Z", "region": "eu-west-1",
        "resources": ["arn:aws:scheduler:eu-west-1:000000000000:schedule/default/test"], "detail": "{}"
    })
}

/// An order event on the event bus.
pub fn on_the_bus(order_event: &Value) -> Value {
    json!({
        "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "OrderEvent", "source": "carrier",
        "account": "000000000000", "time": "2026-03-10T14:30:00Z", "region": "eu-west-1", "resources": [],
        "detail": order_event
    })
}

/// A batch of stream records.
pub fn records(records: &[Value]) -> Value {
    json!({ "Records": records })
}

/// The stream record of the deletion of an expired order, made from another record of the order.
pub fn forgotten(record: &Value) -> Value {
    let mut record = record.clone();
    record["eventName"] = "REMOVE".into();
    record["userIdentity"] = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    let images = record["dynamodb"].as_object_mut().unwrap();
    let last = images.remove("NewImage").unwrap();
    images.insert("OldImage".to_owned(), last);
    record
}
