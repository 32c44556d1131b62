//! Requests made of fixtures, and what they say as lines of text.

use goody_domain::{BatchId, History, Instant, OrderEvent, OrderId, WireEvent};
use goody_formats::files::mapping::Mapping;
use goody_formats::request::{Headers, Request};
use goody_formats::webhooks::{Config, Facts, Outcome, Source};
use serde_json::Value;

/// The JSON of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!("fixtures/", $name))).unwrap()
    };
}
pub(crate) use fixture;

pub(crate) fn now() -> Instant {
    Instant::parse("2026-06-01T12:00:00Z").unwrap()
}

pub(crate) fn read_with(source: Source, headers: &[(&str, &str)], body: &[u8], config: &Config) -> Outcome {
    let headers: Headers<'_> = headers.iter().copied().collect();
    source.read(&Request { path: "/", headers: &headers, body }, config)
}

/// What a body says, without a header.
pub(crate) fn read(source: Source, body: &Value) -> Outcome {
    read_with(source, &[], body.to_string().as_bytes(), &Config::default())
}

pub(crate) fn facts(outcome: Outcome) -> Facts {
    match outcome {
        Outcome::Facts(facts) => facts,
        other => panic!("no facts: {other:?}"),
    }
}

/// The field and the reason of a refusal.
pub(crate) fn refusal(outcome: Outcome) -> String {
    match outcome {
        Outcome::Refused(rejection) => rejection.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn reason_of_ignored(outcome: Outcome) -> String {
    match outcome {
        Outcome::Ignored(reason) => reason,
        other => panic!("not left out: {other:?}"),
    }
}

pub(crate) fn mapping(text: &str) -> Mapping {
    Mapping::parse("test.toml".into(), text).unwrap()
}

/// `status time parcel reason`, with what is there.
pub(crate) fn line(event: &WireEvent<'_>) -> String {
    let parts = [&event.status, &event.occurred_at, &event.parcel_id, &event.reason];
    parts.into_iter().flatten().map(|part| &**part).collect::<Vec<_>>().join(" ")
}

/// The lines of the events about parcels, in their order.
pub(crate) fn parcel_lines(facts: &Facts) -> Vec<String> {
    assert!(facts.events.is_empty(), "{facts:?}");
    facts.parcel_events.iter().map(|parcel| line(parcel.event())).collect()
}

/// An attribute of the latest event.
pub(crate) fn attribute(facts: &Facts, name: &str) -> Option<String> {
    let parcels = facts.parcel_events.iter().map(goody_domain::ParcelEvent::event);
    let latest = facts.events.iter().chain(parcels).last()?;
    latest.attributes.as_ref()?.get(name).map(|text| text.clone().into_owned())
}

/// The events as the server checks them.
pub(crate) fn checked<'e>(events: impl IntoIterator<Item = &'e WireEvent<'static>>) -> Vec<OrderEvent> {
    events.into_iter().map(|event| OrderEvent::check(event, now()).unwrap()).collect()
}

/// The history of an order that received these events, in this order.
pub(crate) fn history(order_id: &OrderId, events: &[WireEvent<'static>]) -> History {
    let mut history = History::empty(order_id.clone());
    for event in checked(events) {
        history.record(event, &BatchId::parse("b-1").unwrap(), now());
    }
    history
}
