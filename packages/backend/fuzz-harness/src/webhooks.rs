//! Webhooks of each source, CloudEvents, and signatures.

use goody_domain::{OrderId, Rejection, WireEvent};
use goody_formats::files::mapping::Mapping;
use goody_formats::request::{Headers, Request};
use goody_formats::signatures::Secret;
use goody_formats::webhooks::{Config, Outcome, Source, cloud_events};
use goody_testkit::now;

/// The end of the mapping of a generic sender.
const END: &[u8] = b"\n%%\n";

/// The law of webhooks: a body gives well-formed facts, a reason or a rejection that names a field, and twice the same. Returns whether
/// it gave facts.
fn check(source: Source, body: &[u8], config: &Config) -> bool {
    let headers = Headers::default();
    let read = || source.read(&Request { path: "/", headers: &headers, body }, config);
    let outcome = read();
    assert_eq!(outcome, read(), "the same body gives the same facts");
    match outcome {
        Outcome::Facts(facts) => {
            assert!(!facts.events.is_empty() || !facts.parcel_events.is_empty(), "facts are at least one");
            facts.events.iter().for_each(check_event);
            let order = OrderId::parse("order").unwrap();
            facts.parcel_events.iter().for_each(|parcel| check_event(&parcel.for_parcel(&order, None)));
            true
        }
        Outcome::Refused(rejection) => {
            check_rejection(&rejection);
            assert!(
                rejection.errors.iter().all(|error| !error.field.is_empty()),
                "a rejection names the field: {rejection}"
            );
            false
        }
        Outcome::Ignored(reason) => {
            assert!(!reason.is_empty(), "what is left out has a reason");
            false
        }
        Outcome::Ping => false,
    }
}

/// A well-formed event is accepted, or rejected for a time that is far ahead.
fn check_event(event: &WireEvent<'static>) {
    match goody_domain::OrderEvent::check(event, now()) {
        Ok(event) => crate::assert_round_trip(&event),
        Err(rejection) => {
            assert!(rejection.errors.iter().all(|error| error.field == "occurredAt"), "{rejection}: {event:?}");
        }
    }
}

fn check_rejection(rejection: &Rejection) {
    assert!(!rejection.errors.is_empty(), "a rejection has at least one error");
    assert!(rejection.errors.iter().all(|error| !error.reason.is_empty()), "a rejection has a reason: {rejection}");
}

macro_rules! sources {
    ($($name:ident: $source:ident),+ $(,)?) => {
        $(
            /// The law of webhooks for this source.
            pub fn $name(data: &[u8]) -> bool {
                check(Source::$source, data, &Config::default())
            }
        )+
    };
}

sources! {
    shopify: Shopify,
    woocommerce: WooCommerce,
    easypost: EasyPost,
    shippo: Shippo,
    aftership: AfterShip,
    shipengine: ShipEngine,
    ups: Ups,
}

/// The law of webhooks for a generic sender. The input is the mapping, a line `%%`, and the body.
pub fn generic(data: &[u8]) -> bool {
    let Some(at) = data.windows(END.len()).position(|bytes| bytes == END) else { return false };
    let Ok(text) = std::str::from_utf8(&data[..at]) else { return false };
    let Ok(mapping) = Mapping::parse("mapping.toml".into(), text) else { return false };
    check(Source::Generic, &data[at + END.len()..], &Config { mapping: Some(mapping), time_zone: None })
}

/// The law of CloudEvents: each event is accepted or rejected with a reason, and twice the same. The first byte chooses the mode.
/// Returns whether an event was accepted.
pub fn cloud(data: &[u8]) -> bool {
    let Some((choice, body)) = data.split_first() else { return false };
    let modes: [&[(&str, &str)]; 3] = [
        &[("Content-Type", "application/cloudevents+json")],
        &[("Content-Type", "application/cloudevents-batch+json")],
        &[("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-subject", "o-1"), ("ce-time", "2026-05-04T10:00:00Z")],
    ];
    let headers: Headers<'_> = modes[usize::from(choice % 3)].iter().copied().collect();
    let read = || cloud_events::read(&Request { path: "/", headers: &headers, body }).unwrap();
    let events = read();
    assert_eq!(events, read(), "the same request gives the same events");
    let mut accepted = false;
    for event in events {
        match event.and_then(|event| goody_domain::OrderEvent::check(&event, now())) {
            Ok(event) => {
                crate::assert_round_trip(&event);
                accepted = true;
            }
            Err(rejection) => check_rejection(&rejection),
        }
    }
    accepted
}

/// The law of signatures: a request is known only by a secret that it was signed with. The input is a source, a secret, a path and headers, each on
/// a line, an empty line, and the body. Returns whether the request is of its sender.
pub fn signatures(data: &[u8]) -> bool {
    let Some(at) = data.windows(2).position(|bytes| bytes == b"\n\n") else { return false };
    let Ok(head) = std::str::from_utf8(&data[..at]) else { return false };
    let mut lines = head.lines();
    let (Some(source), Some(secret), Some(path)) = (lines.next(), lines.next(), lines.next()) else { return false };
    let Some(source) = Source::from_name(source) else { return false };
    let Ok(secrets) = Secret::parse_list(secret) else { return false };
    let headers: Headers<'_> = lines.filter_map(|line| line.split_once(": ")).collect();
    let request = Request { path, headers: &headers, body: &data[at + 2..] };
    let verified = source.verify(&request, &secrets, now());
    assert_eq!(verified, source.verify(&request, &secrets, now()), "the same request is verified the same");
    let is_ping = source.verify(&request, &[], now()).is_ok();
    let other = "a-secret-that-no-request-has";
    let is_other = source.verify(&request, &Secret::parse_list(other).unwrap(), now()).is_ok();
    assert!(is_ping || head.contains(other) || !is_other, "a request is known by a secret that it does not have");
    verified.is_ok()
}
