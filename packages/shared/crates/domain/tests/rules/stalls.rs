//! Stalled orders: active, beyond `PLACED`, and 48 hours without an event.

use goody_domain::{Counter, Order, ReportZone, contribution};

use crate::report::Acme;
use crate::timeline::{at, order};

/// The hours from the placement at which an order becomes stalled, and those at which it no longer is.
fn stalls(order: &Order, zone: &ReportZone) -> (Vec<f64>, Vec<f64>) {
    let hours = |counter: Counter| {
        let entries = contribution(order, zone).into_iter().filter(move |entry| entry.counter == counter);
        let mut hours: Vec<f64> = entries
            .map(|entry| {
                assert_eq!(entry.amount, 1);
                zone.start(entry.day).plus_seconds(i64::from(entry.minute) * 60).seconds_since(order.created_at)
                    / 3600.0
            })
            .collect();
        hours.sort_by(f64::total_cmp);
        hours
    };
    (hours(Counter::StalledEntered), hours(Counter::StalledLeft))
}

fn utc(timeline: &str) -> (Vec<f64>, Vec<f64>) {
    stalls(&order(timeline), &ReportZone::utc())
}

#[test]
fn an_order_is_stalled_48_hours_after_its_latest_event() {
    let acme = Acme::with(&["PLACED 2026-03-01T10:00:00Z\n SHIPPING_ON_TIME 2026-03-02T10:00:00Z"]);
    let stalled = |now: &str| acme.at(now).current7d.stalled_orders;
    assert_eq!(stalled("2026-03-04T10:00:00Z"), 0);
    assert_eq!(stalled("2026-03-04T10:01:00Z"), 1);
    assert_eq!(stalled("2026-03-31T10:00:00Z"), 1);
}

#[test]
fn an_order_that_is_still_placed_is_never_stalled() {
    assert_eq!(utc("PLACED 2026-03-01T10:00:00Z"), (vec![], vec![]));
    let second = "PLACED 2026-03-01T10:00:00Z\n PLACED 2026-03-02T10:00:00Z";
    assert_eq!(utc(second), (vec![], vec![]));
    let one_of_two = "PLACED 2026-03-01T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z parcelId=a
         CANCELLED 2026-03-03T10:00:00Z parcelId=c
         SHIPPING_ON_TIME 2026-03-11T10:00:00Z parcelId=b";
    assert_eq!(utc(one_of_two), (vec![240.0 + 48.0], vec![]), "it is PLACED until b is shipped on the 11th");
}

#[test]
fn each_gap_between_events_is_a_stall_and_the_next_event_ends_it() {
    let timeline = "PLACED 2026-03-01T00:00:00Z
         SHIPPING_ON_TIME 2026-03-02T00:00:00Z
         SHIPPING_ON_TIME 2026-03-05T00:00:00Z
         SHIPPING_DELAYED 2026-03-06T00:00:00Z
         SHIPPING_ON_TIME 2026-03-10T00:00:00Z";
    // Events after 24, 96, 120 and 216 hours: stalled from 72 to 96, from 168 to 216, and from 264 on.
    assert_eq!(utc(timeline), (vec![72.0, 168.0, 264.0], vec![96.0, 216.0]));
    let acme = Acme::with(&[timeline]);
    let stalled = |date: &str| acme.on(date).current7d.stalled_orders;
    let days = ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-07", "2026-03-08", "2026-03-10", "2026-03-12"];
    assert_eq!(days.map(stalled), [0, 1, 0, 0, 1, 0, 1]);
}

#[test]
fn a_gap_of_exactly_48_hours_is_no_stall() {
    let shipped = "PLACED 2026-03-01T00:00:00Z\n SHIPPING_ON_TIME 2026-03-02T00:00:00Z";
    assert_eq!(utc(&format!("{shipped}\n ARRIVED 2026-03-04T00:00:00Z")), (vec![], vec![]));
    assert_eq!(utc(&format!("{shipped}\n ARRIVED 2026-03-04T01:00:00Z")), (vec![72.0], vec![73.0]));
}

#[test]
fn the_end_of_the_order_ends_its_stall_and_nothing_is_stalled_later() {
    let timeline = "PLACED 2026-03-01T00:00:00Z
         SHIPPING_ON_TIME 2026-03-02T00:00:00Z
         LOST 2026-03-06T00:00:00Z
         SHIPPING_ON_TIME 2026-03-20T00:00:00Z";
    assert_eq!(utc(timeline), (vec![72.0], vec![120.0]));
    assert_eq!(utc("PLACED 2026-03-01T00:00:00Z\n ARRIVED 2026-03-09T00:00:00Z"), (vec![], vec![]));
}

#[test]
fn an_event_of_any_parcel_ends_a_stall_even_if_it_changes_nothing_else() {
    let timeline = "PLACED 2026-03-01T00:00:00Z
         SHIPPING_ON_TIME 2026-03-02T00:00:00Z
         ARRIVED 2026-03-03T00:00:00Z parcelId=a
         SHIPPING_DELAYED 2026-03-06T00:00:00Z parcelId=a
         PLACED 2026-03-07T00:00:00Z vendorId=bloom
         CANCELLED 2026-03-08T00:00:00Z parcelId=a
         ARRIVED 2026-03-12T00:00:00Z parcelId=b";
    // Events after 48, 120, 144, 168 and 264 hours.
    assert_eq!(utc(timeline), (vec![96.0, 216.0], vec![120.0, 264.0]));
}

#[test]
fn an_event_before_the_placement_counts_as_of_the_placement() {
    let timeline = "SHIPPING_ON_TIME 2026-02-01T00:00:00Z\n PLACED 2026-03-01T00:00:00Z";
    assert_eq!(utc(timeline), (vec![48.0], vec![]));
}

#[test]
fn a_database_can_have_other_hours() {
    let timeline =
        order("PLACED 2026-03-01T00:00:00Z\n SHIPPING_ON_TIME 2026-03-02T00:00:00Z\n LOST 2026-03-04T00:00:00Z");
    let after = |hours: u16| stalls(&timeline, &ReportZone::utc().with_stall_hours(hours));
    assert_eq!(after(24), (vec![48.0], vec![72.0]));
    assert_eq!(after(72), (vec![], vec![]));
    assert_ne!(
        ReportZone::utc().with_stall_hours(24).rules(),
        ReportZone::utc().rules(),
        "counters have to be rebuilt"
    );
}

#[test]
fn hours_are_hours_also_where_the_clocks_change() {
    let zone = ReportZone::named("Europe/Berlin").unwrap();
    let shipped = order("PLACED 2026-03-28T11:00:00Z\n SHIPPING_ON_TIME 2026-03-28T12:00:00Z");
    assert_eq!(stalls(&shipped, &zone), (vec![49.0], vec![]));
    let acme = Acme::in_zone(
        "Europe/Berlin",
        &["PLACED 2026-03-28T11:00:00Z\n SHIPPING_ON_TIME 2026-03-28T12:00:00Z\n LOST 2026-04-01T00:00:00Z"],
    );
    assert_eq!(acme.at("2026-03-30T12:00:00Z").current7d.stalled_orders, 0);
    assert_eq!(acme.at("2026-03-30T12:01:00Z").current7d.stalled_orders, 1);
}

#[test]
fn stalled_and_unshipped_orders_are_compared_with_a_week_before() {
    let acme = Acme::with(&[
        "PLACED 2026-02-20T10:00:00Z\n SHIPPING_ON_TIME 2026-02-21T10:00:00Z\n LOST 2026-03-09T10:00:00Z",
        "PLACED 2026-02-20T10:00:00Z shipBy=2026-03-08T10:00:00Z",
        "PLACED 2026-02-20T10:00:00Z shipBy=2026-03-02T10:00:00Z",
    ]);
    let report = acme.on("2026-03-10");
    assert_eq!((report.current7d.stalled_orders, report.previous7d.stalled_orders), (0, 1));
    assert_eq!((report.current7d.unshipped_orders, report.previous7d.unshipped_orders), (2, 1));
}

#[test]
fn a_report_of_today_is_valid_until_the_next_order_becomes_stalled() {
    let acme = Acme::with(&["PLACED 2026-03-07T10:00:00Z\n SHIPPING_ON_TIME 2026-03-08T12:00:30Z"]);
    assert_eq!(acme.valid_until("2026-03-10T09:00:00Z"), at("2026-03-10T12:01:00Z"));
    assert_eq!(acme.valid_until("2026-03-10T12:01:00Z"), at("2026-03-11T00:00:00Z"));
}
