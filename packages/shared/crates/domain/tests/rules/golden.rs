//! Golden events: every released version of the JSON is still parsed, and is written again with the same content.

use std::collections::BTreeSet;

use goody_domain::{Fact, OrderEvent, Outcome, Status, WireEvent, fold};
use serde_json::{Map, Value};

use crate::timeline::at;

const V1: &str = include_str!("../../../../fixtures/events/order-event-v1.json");
/// With parcels, promises as dates, and the fields that version 1 does not have.
const V2: &str = include_str!("../../../../fixtures/events/order-event-v2.json");
const VERSIONS: [&str; 2] = [V1, V2];

fn golden(version: &str) -> Vec<(Value, OrderEvent)> {
    let values: Vec<Value> = serde_json::from_str(version).unwrap();
    let parse = |value: Value| {
        let event = OrderEvent::parse(value.to_string().as_bytes(), at("2026-03-10T14:30:20Z")).unwrap();
        (value, event)
    };
    values.into_iter().map(parse).collect()
}

fn written(event: &OrderEvent) -> Map<String, Value> {
    let Value::Object(fields) = serde_json::to_value(WireEvent::from(event)).unwrap() else {
        panic!("it is an object")
    };
    fields
}

/// The events of a version that are about its first order.
fn first_order(version: &str) -> Vec<OrderEvent> {
    let events: Vec<OrderEvent> = golden(version).into_iter().map(|(_, event)| event).collect();
    let first = events[0].order_id.clone();
    events.into_iter().filter(|event| event.order_id == first).collect()
}

#[test]
fn the_golden_events_have_every_status_and_every_field() {
    let events: Vec<OrderEvent> = VERSIONS.into_iter().flat_map(golden).map(|(_, event)| event).collect();
    let statuses: BTreeSet<Status> = events.iter().map(OrderEvent::status).collect();
    assert_eq!(statuses, Status::ALL.into());
    let fields: BTreeSet<String> = events.iter().flat_map(written).map(|(field, _)| field).collect();
    // The compiler names this place when the event has another field: add it to a new golden file.
    let WireEvent {
        event_id: _,
        order_id: _,
        vendor_id: _,
        status: _,
        occurred_at: _,
        estimated_delivery: _,
        ship_by: _,
        gift_value: _,
        currency: _,
        gift_type: _,
        is_rush: _,
        carrier: _,
        tracking_number: _,
        reason: _,
        is_backfilled: _,
        parcel_id: _,
        reference: _,
        vendor_name: _,
        destination: _,
        attributes: _,
    } = WireEvent::default();
    assert_eq!(fields.len(), 20, "{fields:?}");
}

#[test]
fn a_golden_event_is_read_with_every_value() {
    let wire = written(&golden(V1)[0].1);
    assert_eq!(wire["occurredAt"], "2026-03-01T10:00:00.123456Z");
    assert_eq!(wire["estimatedDelivery"], "2026-03-04T17:00:00Z", "the same instant, in UTC");
    assert_eq!((&wire["giftValue"], &wire["currency"], &wire["isRush"]), (&4900.into(), &"EUR".into(), &true.into()));
    assert_eq!(wire["carrier"], "Flügel & Söhne");

    let Fact::Placed(placement) = &golden(V2)[0].1.fact else { panic!("it is placed") };
    assert_eq!(placement.estimated_delivery, Some(at("2026-03-05T23:59:59Z")), "the last second of the day");
    assert_eq!(placement.ship_by, Some(at("2026-03-02T23:59:59Z")));
    assert_eq!(placement.is_rush, Some(false), "it is given, which is not the same as missing");
    assert_eq!(placement.reference.as_deref(), Some("#1058 – Geschenk für Zoë"));
    assert_eq!(placement.vendor_name.as_deref(), Some("Acme Flowers & Söhne"));
    let destination = placement.destination.as_ref().unwrap();
    assert_eq!(
        (destination.country.as_str(), destination.region.as_deref(), destination.postal_prefix.as_deref()),
        ("BR", Some("São Paulo"), Some("013"))
    );
    assert_eq!(golden(V2)[0].1.attributes["Gift note"], "\"Happy birthday!\"");
    assert_eq!(golden(V2)[1].1.parcel_id.as_ref().unwrap().as_str(), "box:1");
}

#[test]
fn an_event_is_written_as_it_was_read() {
    for (value, event) in VERSIONS.into_iter().flat_map(golden) {
        let text = serde_json::to_string(&WireEvent::from(&event)).unwrap();
        let again = OrderEvent::parse(text.as_bytes(), at("2026-03-10T14:30:20Z")).unwrap();
        assert_eq!(again, event);
        let written = written(&event);
        for (field, read) in value.as_object().unwrap() {
            let is_same = match field.as_str() {
                // Instants are written in UTC. A backfilled mark that is false is left out.
                "occurredAt" | "estimatedDelivery" | "shipBy" => written[field].is_string(),
                "isBackfilled" => written.get(field).unwrap_or(&Value::Bool(false)) == read,
                _ => written[field] == *read,
            };
            assert!(is_same, "{field}: read {read}, written {}", written[field]);
        }
    }
}

#[test]
fn the_golden_events_of_version_1_are_one_order() {
    let events = first_order(V1);
    assert_eq!(events.len(), golden(V1).len());
    let order = fold(&events[0].order_id, &events).unwrap();
    // The last outcome that is neither the customer's return nor the refund after the arrival.
    assert_eq!(order.completion, Some((at("2026-03-04T15:00:00Z"), Outcome::Undeliverable)));
    assert_eq!(order.actual_delivery, Some(at("2026-03-04T15:00:00Z")));
    assert_eq!(order.returned_at, Some(at("2026-03-08T10:00:00Z")));
    assert_eq!(order.refunded_at, Some(at("2026-03-09T10:00:00Z")));
}

#[test]
fn the_golden_events_of_version_2_are_an_order_of_two_parcels() {
    let events = first_order(V2);
    let order = fold(&events[0].order_id, &events).unwrap();
    let parcels: Vec<&str> = order.parcels.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(parcels, ["box:1", "box:2"]);
    assert_eq!(order.completion, Some((at("2026-03-06T10:00:00Z"), Outcome::Arrived)), "when the last parcel arrived");
    assert_eq!(order.handover, Some(at("2026-03-02T12:00:00Z")), "when the last parcel was handed over");
    assert_eq!(order.returned_at, Some(at("2026-03-07T10:00:00Z")));
    assert_eq!(order.refunded_at, Some(at("2026-03-08T10:00:00Z")));
}
