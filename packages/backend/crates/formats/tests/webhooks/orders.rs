//! Facts about parcels, with the order that the host found.

use goody_domain::{History, OrderId, Outcome, Status, WireEvent};
use goody_formats::webhooks::Source;

use crate::support::{checked, facts, fixture, read};

/// An order of two parcels, of which EasyPost knows the first.
fn history() -> History {
    let event =
        |id: &'static str, status: Status, parcel: Option<&'static str>, number: Option<&'static str>| WireEvent {
            event_id: Some(id.into()),
            order_id: Some("o-1".into()),
            vendor_id: Some("v-1".into()),
            status: Some(status.as_str().into()),
            occurred_at: Some("2026-05-04T10:00:00Z".into()),
            parcel_id: parcel.map(Into::into),
            tracking_number: number.map(Into::into),
            ..WireEvent::default()
        };
    let events = [
        event("1", Status::Placed, None, None),
        event("2", Status::ShippingOnTime, Some("p-1"), Some("9400100000000000000001")),
        event("3", Status::ShippingOnTime, Some("p-2"), Some("other")),
    ];
    crate::support::history(&OrderId::parse("o-1").unwrap(), &events)
}

#[test]
fn a_carrier_ends_only_the_parcel_with_its_number() {
    let history = history();
    let facts = facts(read(Source::EasyPost, &fixture!("easypost-tracker.json")));
    let events: Vec<_> = facts.parcel_events.iter().map(|parcel| parcel.for_order(&history)).collect();
    assert!(events.iter().all(|event| event.parcel_id.as_deref() == Some("p-1")));
    let known: Vec<_> = history.events().map(|recorded| recorded.event.clone()).collect();
    let all: Vec<_> = known.into_iter().chain(checked(&events)).collect();
    let order = goody_domain::fold(history.order_id(), &all).unwrap();
    assert_eq!(order.completion, None, "the other parcel is on its way");
    let first = &order.parcels.iter().find(|(id, _)| id.as_str() == "p-1").unwrap().1;
    assert_eq!(first.completion.map(|(_, outcome)| outcome), Some(Outcome::Arrived));
}

#[test]
fn a_number_is_found_however_it_is_written() {
    let history = history();
    let mut body = fixture!("easypost-tracker.json");
    body["result"]["tracking_code"] = "OTHER".into();
    let facts = facts(read(Source::EasyPost, &body));
    assert_eq!(facts.parcel_events[0].for_order(&history).parcel_id.as_deref(), Some("p-2"));
    body["result"]["tracking_code"] = "unknown".into();
    let facts = crate::support::facts(read(Source::EasyPost, &body));
    assert_eq!(facts.parcel_events[0].for_order(&history).parcel_id, None, "about all of its parcels");
}

#[test]
fn a_parcel_of_a_shop_has_its_name_in_every_order() {
    let facts = facts(read(Source::Shopify, &fixture!("shopify-fulfillment-event.json")));
    assert_eq!(facts.parcel_events[0].for_order(&history()).parcel_id.as_deref(), Some("9001"));
}
