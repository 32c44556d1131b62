use goody_domain::{Rejection, WireEvent};
use goody_formats::request::{Headers, Request};
use goody_formats::webhooks::cloud_events;
use serde_json::{Value, json};

use crate::support::{fixture, line};

fn read(headers: &[(&str, &str)], body: &str) -> Option<Vec<Result<WireEvent<'static>, Rejection>>> {
    let headers: Headers<'_> = headers.iter().copied().collect();
    cloud_events::read(&Request { path: "/api/orders/events", headers: &headers, body: body.as_bytes() })
}

const STRUCTURED: (&str, &str) = ("Content-Type", "application/cloudevents+json; charset=utf-8");

#[test]
fn the_envelope_says_what_the_event_does_not() {
    let event = read(&[STRUCTURED], &fixture!("cloud-event.json").to_string()).unwrap().remove(0).unwrap();
    assert_eq!((event.event_id.as_deref(), event.order_id.as_deref()), (Some("c-1"), Some("o-1")));
    assert_eq!(line(&event), "SHIPPING_ON_TIME 2026-05-05T08:00:00Z");
}

#[test]
fn what_the_event_says_counts() {
    let mut body = fixture!("cloud-event.json");
    body["data"]["eventId"] = json!("own");
    body["data"]["orderId"] = json!("o-2");
    body["data"]["occurredAt"] = json!("2026-05-05T07:00:00Z");
    for data in [body["data"].clone(), json!(body["data"].to_string())] {
        body["data"] = data;
        let event = read(&[STRUCTURED], &body.to_string()).unwrap().remove(0).unwrap();
        assert_eq!((event.event_id.as_deref(), event.order_id.as_deref()), (Some("own"), Some("o-2")));
        assert_eq!(event.occurred_at.as_deref(), Some("2026-05-05T07:00:00Z"));
    }
}

#[test]
fn binary_mode_has_the_event_as_its_body() {
    let data = fixture!("cloud-event.json")["data"].to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "c%201"),
        ("ce-type", "t"),
        ("ce-source", "/s"),
        ("ce-subject", "o-1"),
        ("ce-time", "2026-05-05T08:00:00Z"),
    ];
    let event = read(&headers, &data).unwrap().remove(0).unwrap();
    assert!(event.event_id.as_deref().unwrap().starts_with("c-1-"), "an id of any text: {event:?}");
    assert_eq!(event.order_id.as_deref(), Some("o-1"));
    assert_eq!(read(&headers[..2], &data).unwrap()[0].clone().unwrap_err().to_string(), "ce-id: is missing");
}

#[test]
fn a_batch_has_each_event_by_itself() {
    let good = fixture!("cloud-event.json");
    let mut bad = good.clone();
    bad["data"]["orderid"] = json!("typo");
    let batch = json!([good, bad, 7]).to_string();
    let events = read(&[("content-type", "application/cloudevents-batch+json")], &batch).unwrap();
    assert!(events[0].is_ok());
    assert!(events[1].clone().unwrap_err().to_string().contains("orderid"), "{events:?}");
    assert_eq!(events[2].clone().unwrap_err().to_string(), "body: must be a JSON object");
}

#[test]
fn data_may_be_coded() {
    let mut body = fixture!("cloud-event.json");
    body["data_base64"] = json!("eyJzdGF0dXMiOiJBUlJJVkVEIn0=");
    let event = read(&[STRUCTURED], &body.to_string()).unwrap().remove(0).unwrap();
    assert_eq!(event.status.as_deref(), Some("ARRIVED"));
    body["data_base64"] = json!("?");
    assert_eq!(
        read(&[STRUCTURED], &body.to_string()).unwrap()[0].clone().unwrap_err().to_string(),
        "data_base64: is not base64"
    );
}

#[test]
fn what_is_no_cloud_event_is_left_to_the_route() {
    assert!(read(&[("Content-Type", "application/json")], "{}").is_none());
    assert!(read(&[], "{}").is_none());
    let refused = |headers: &[(&str, &str)], body: Value| {
        read(headers, &body.to_string()).unwrap()[0].clone().unwrap_err().to_string()
    };
    let mut old = fixture!("cloud-event.json");
    old["specversion"] = json!("0.3");
    assert_eq!(refused(&[STRUCTURED], old), "specversion: must be 1.0, not 0.3");
    assert_eq!(
        refused(&[("Content-Type", "application/cloudevents+avro")], json!(0)),
        "Content-Type: is a format of CloudEvents other than JSON"
    );
    let mut empty = fixture!("cloud-event.json");
    empty["data"] = Value::Null;
    assert_eq!(refused(&[STRUCTURED], empty), "data: is missing");
}
