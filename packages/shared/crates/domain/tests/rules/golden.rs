//! Golden events: every released version of the JSON is still parsed, and is written again with the same content.

use std::collections::BTreeSet;

use goody_domain::{OrderEvent, Status, WireEvent, fold};
use serde_json::Value;

use crate::timeline::at;

const V1: &str = include_str!("../../../../fixtures/events/order-event-v1.json");

fn golden() -> Vec<(Value, OrderEvent)> {
    let values: Vec<Value> = serde_json::from_str(V1).unwrap();
    let parse = |value: Value| {
        let event = OrderEvent::parse(value.to_string().as_bytes(), at("2026-03-10T14:30:20Z")).unwrap();
        (value, event)
    };
    values.into_iter().map(parse).collect()
}

#[test]
fn the_golden_events_have_every_status_and_every_field() {
    let events = golden();
    let statuses: BTreeSet<Status> = events.iter().map(|(_, event)| event.status()).collect();
    assert_eq!(statuses, Status::ALL.into());
    let WireEvent {
        event_id,
        order_id,
        vendor_id,
        status,
        occurred_at,
        estimated_delivery,
        ship_by,
        gift_value,
        currency,
        gift_type,
        is_rush,
        carrier,
        tracking_number,
        reason,
        is_backfilled,
        parcel_id,
        reference,
        vendor_name,
        destination,
        attributes,
    } = WireEvent::from(&events[0].1);
    let texts = [
        event_id,
        order_id,
        vendor_id,
        status,
        occurred_at,
        estimated_delivery,
        ship_by,
        currency,
        gift_type,
        carrier,
        tracking_number,
        reason,
    ];
    assert!(texts.iter().all(Option::is_some));
    assert!(gift_value.is_some() && is_rush.is_some() && is_backfilled.is_some());
    let of_version_2 = [parcel_id, reference, vendor_name];
    assert!(of_version_2.iter().all(Option::is_none) && destination.is_none() && attributes.is_none());
}

#[test]
fn a_golden_event_is_read_with_every_value() {
    let (_, placed) = &golden()[0];
    let wire = WireEvent::from(placed);
    assert_eq!(wire.occurred_at.as_deref(), Some("2026-03-01T10:00:00.123456Z"));
    assert_eq!(wire.estimated_delivery.as_deref(), Some("2026-03-04T17:00:00Z"), "the same instant, in UTC");
    assert_eq!((wire.gift_value, wire.currency.as_deref(), wire.is_rush), (Some(4900), Some("EUR"), Some(true)));
    assert_eq!(wire.carrier.as_deref(), Some("Flügel & Söhne"));
}

#[test]
fn an_event_is_written_as_it_was_read() {
    for (value, event) in golden() {
        let text = serde_json::to_string(&WireEvent::from(&event)).unwrap();
        let again = OrderEvent::parse(text.as_bytes(), at("2026-03-10T14:30:20Z")).unwrap();
        assert_eq!(again, event);
        let written: Value = serde_json::from_str(&text).unwrap();
        for (field, read) in value.as_object().unwrap() {
            let is_same = match field.as_str() {
                // Instants are written in UTC. A field that is false by default is left out.
                "occurredAt" | "estimatedDelivery" => written[field].is_string(),
                "isBackfilled" => written[field] == *read || *read == Value::Bool(false),
                _ => written[field] == *read,
            };
            assert!(is_same, "{field}: read {read}, written {}", written[field]);
        }
    }
}

#[test]
fn the_golden_events_are_one_order() {
    let events: Vec<OrderEvent> = golden().into_iter().map(|(_, event)| event).collect();
    let order = fold(&events[0].order_id, &events).unwrap();
    assert_eq!((order.status(), order.completed_at()), (Status::Cancelled, Some(at("2026-03-04T15:00:00Z"))));
}
