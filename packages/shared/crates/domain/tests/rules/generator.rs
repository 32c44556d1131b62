//! Random events of an order, for laws that hold for every order.

use goody_domain::{Instant, OrderEvent, Status};
use proptest::prelude::*;

use crate::timeline::{at, events};

/// The hours at which events occur: few, so that many coincide, with gaps of less and of more than two days, and more than two years
/// later.
const HOURS: [i64; 12] = [0, 1, 2, 3, 24, 49, 60, 100, 150, 151, 300, 18_000];

/// The instant that many hours after the first one of a generated event.
pub(crate) fn hour(hours: i64) -> Instant {
    at("2026-03-01T00:00:00Z").plus_seconds(hours * 3_600)
}

/// The microseconds after the hour at which events occur and deadlines lie: mostly none; else within that minute or at the next one.
const MICROS: [i64; 6] = [0, 0, 0, 30_000_000, 59_999_999, 60_000_000];

/// The ends of the minutes around generated events and deadlines, and around two days later.
pub(crate) fn minute_ends() -> impl Iterator<Item = Instant> {
    let hours = HOURS.into_iter().chain(DEADLINES).flat_map(|hours| [hours, hours + 48]);
    hours.flat_map(|hours| (-1..=3).map(move |minutes| hour(hours).plus_seconds(minutes * 60)))
}

/// One of some hours, and a bit of that hour.
fn instant(hours: &'static [i64]) -> impl Strategy<Value = Instant> {
    (prop::sample::select(hours), prop::sample::select(&MICROS[..]))
        .prop_map(|(hours, micros)| Instant::from_micros(hour(hours).micros() + micros))
}

const DEADLINES: [i64; 5] = [-30, 2, 24, 100, 200];

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words)
}

/// A line of a timeline: a placement.
fn placement() -> impl Strategy<Value = String> {
    let deadline = |field: &'static str| {
        prop::option::of(instant(&DEADLINES))
            .prop_map(move |deadline| deadline.map_or_else(String::new, |deadline| format!("{field}={deadline}")))
    };
    let other = one_of(&[
        "",
        "currency=EUR",
        "giftType=food",
        "reference=#1",
        "vendorName=Acme",
        "carrier=ups",
        "giftValue=5",
        "isRush=true",
        "destination={\"country\":\"DE\"}",
    ]);
    let vendor = one_of(&["acme", "acme", "bloom"]);
    (instant(&HOURS), vendor, deadline("estimatedDelivery"), deadline("shipBy"), other).prop_map(
        |(at, vendor, promise, ship_by, other)| format!("PLACED {at} vendorId={vendor} {promise} {ship_by} {other}"),
    )
}

/// A line of a timeline: another event, about one of these parcels.
fn later(parcels: &'static [&'static str]) -> impl Strategy<Value = String> {
    let note = one_of(&["", "", "carrier=dhl", "trackingNumber=t-1", "reason=snow"]);
    (1..Status::ALL.len(), instant(&HOURS), prop::sample::select(parcels), note)
        .prop_map(|(status, at, parcel, note)| format!("{} {at} {parcel} {note}", Status::ALL[status]))
}

/// The events of an order, in any order, with parcels out of `parcels`: each `parcelId=…`, or empty for an event about all.
pub(crate) fn events_about(parcels: &'static [&'static str]) -> impl Strategy<Value = Vec<OrderEvent>> {
    let lines = (prop::collection::vec(placement(), 0..4), prop::collection::vec(later(parcels), 0..14));
    let lines = lines.prop_map(|(placements, later)| [placements, later].concat());
    lines.prop_shuffle().prop_map(|lines| events(&lines.join("\n")))
}

/// The events of an order of at most three named parcels.
pub(crate) fn any_events() -> impl Strategy<Value = Vec<OrderEvent>> {
    events_about(&["", "", "parcelId=a", "parcelId=b", "parcelId=c"])
}
