//! How an order follows from its parcels.

use goody_domain::{ActiveStatus, Counter, Instant, Order, Outcome, ReportZone, Status, contribution};

use crate::timeline::{at, order};

/// The order placed on the 1st, with an event on each day that `days` names, at 10:00, about a parcel or about all (`""`).
fn parcels(days: &[(u32, &str, &str)]) -> Order {
    let line = |(day, parcel, status): &(u32, &str, &str)| {
        let parcel = if parcel.is_empty() { String::new() } else { format!("parcelId={parcel}") };
        format!("{status} {} {parcel}", on(*day))
    };
    let lines: Vec<String> = days.iter().map(line).collect();
    order(&format!("PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-09T10:00:00Z\n{}", lines.join("\n")))
}

fn on(day: u32) -> Instant {
    at(&format!("2026-03-{day:02}T10:00:00Z"))
}

fn steps(order: &Order) -> Vec<(ActiveStatus, Instant)> {
    order.steps.iter().map(|step| (step.status, step.at)).collect()
}

#[test]
fn an_order_without_named_parcels_has_one_without_a_name() {
    let order = parcels(&[(2, "", "SHIPPING_ON_TIME"), (3, "", "ARRIVED")]);
    assert!(order.parcels.is_empty());
    assert_eq!(order.completion, Some((on(3), Outcome::Arrived)));
}

#[test]
fn a_parcel_exists_from_the_placement_on_whenever_it_is_first_named() {
    let order = parcels(&[(2, "a", "SHIPPING_ON_TIME"), (5, "b", "SHIPPING_ON_TIME")]);
    assert_eq!(steps(&order), [(ActiveStatus::Placed, on(1)), (ActiveStatus::ShippingOnTime, on(5))]);
    let statuses = order.parcels.iter().map(|(id, parcel)| (id.as_str(), parcel.status()));
    assert!(statuses.eq([("a", Status::ShippingOnTime), ("b", Status::ShippingOnTime)]));
}

#[test]
fn an_event_without_a_parcel_is_about_every_parcel_of_the_set() {
    let order = parcels(&[(2, "", "SHIPPING_ON_TIME"), (3, "a", "ARRIVED"), (4, "b", "ARRIVED")]);
    assert_eq!(order.handover, Some(on(2)), "b is named later and was handed over on the 2nd, too");
    let all = parcels(&[(2, "a", "SHIPPING_ON_TIME"), (3, "b", "SHIPPING_ON_TIME"), (4, "", "ARRIVED")]);
    assert_eq!(all.completion, Some((on(4), Outcome::Arrived)));
}

#[test]
fn the_step_is_the_least_far_of_the_parcels_that_have_not_ended() {
    let order = parcels(&[
        (2, "a", "SHIPPING_ON_TIME"),
        (3, "b", "SHIPPING_DELAYED"),
        (4, "a", "SHIPPING_DELAYED"),
        (5, "b", "SHIPPING_ON_TIME"),
        (6, "a", "ARRIVED"),
    ]);
    // Placed is the least far, then delayed, then on time. On the 4th and 5th nothing changes for the order: a is delayed.
    let expected =
        [(ActiveStatus::Placed, on(1)), (ActiveStatus::ShippingDelayed, on(3)), (ActiveStatus::ShippingOnTime, on(6))];
    assert_eq!(steps(&order), expected);
    assert_eq!(order.status(), Status::ShippingOnTime);
}

#[test]
fn a_parcel_that_has_ended_no_longer_holds_the_step_back() {
    let order = parcels(&[(2, "b", "SHIPPING_ON_TIME"), (4, "a", "LOST")]);
    assert_eq!(steps(&order), [(ActiveStatus::Placed, on(1)), (ActiveStatus::ShippingOnTime, on(4))]);
    assert_eq!((order.status(), order.completion), (Status::ShippingOnTime, None));
}

#[test]
fn equal_neighbours_are_one_step() {
    let order = parcels(&[(2, "", "SHIPPING_ON_TIME"), (3, "", "SHIPPING_ON_TIME"), (4, "", "SHIPPING_DELAYED")]);
    let expected =
        [(ActiveStatus::Placed, on(1)), (ActiveStatus::ShippingOnTime, on(2)), (ActiveStatus::ShippingDelayed, on(4))];
    assert_eq!(steps(&order), expected);
}

#[test]
fn an_order_has_ended_when_all_its_parcels_have_at_the_last_of_their_ends() {
    let open = parcels(&[(3, "a", "ARRIVED"), (4, "b", "SHIPPING_ON_TIME")]);
    assert_eq!((open.completion, open.actual_delivery), (None, None));
    let ended = parcels(&[(6, "a", "ARRIVED"), (4, "b", "ARRIVED")]);
    assert_eq!(ended.completion, Some((on(6), Outcome::Arrived)));
    assert_eq!(ended.actual_delivery, Some(on(6)), "the last one's");
}

#[test]
fn the_outcome_is_the_issue_of_the_first_parcel_by_id_that_has_one() {
    let order = parcels(&[(2, "c", "LOST"), (3, "b", "DAMAGED"), (4, "a", "ARRIVED")]);
    assert_eq!(order.completion, Some((on(4), Outcome::Damaged)), "b comes before c, although c ended first");
    assert_eq!(order.actual_delivery, None, "not all arrived");
    let arrived = parcels(&[(2, "a", "ARRIVED"), (3, "b", "UNDELIVERABLE")]);
    assert_eq!(arrived.completion, Some((on(3), Outcome::Undeliverable)));
}

#[test]
fn a_parcel_cancelled_among_others_counts_for_nothing() {
    let order = parcels(&[(2, "b", "SHIPPING_ON_TIME"), (4, "b", "ARRIVED"), (6, "a", "CANCELLED")]);
    assert_eq!(order.completion, Some((on(4), Outcome::Arrived)));
    assert_eq!((order.handover, order.actual_delivery), (Some(on(2)), Some(on(4))));
    assert_eq!(steps(&order), [(ActiveStatus::Placed, on(1)), (ActiveStatus::ShippingOnTime, on(2))]);
    assert_eq!(order.updated_at, on(6), "its events are kept");
}

#[test]
fn an_order_whose_parcels_are_all_cancelled_is_cancelled_at_the_last() {
    let order = parcels(&[(5, "a", "CANCELLED"), (3, "b", "CANCELLED")]);
    assert_eq!(order.completion, Some((on(5), Outcome::Cancelled)));
    assert_eq!(steps(&order), [(ActiveStatus::Placed, on(1))]);
}

#[test]
fn the_handover_is_that_of_the_last_parcel_and_there_is_none_until_all_have_it() {
    let some = parcels(&[(2, "a", "SHIPPING_ON_TIME"), (3, "b", "CANCELLED"), (3, "c", "CANCELLED"), (4, "c", "LOST")]);
    assert_eq!(some.handover, Some(on(4)), "b does not count, and c was lost in the end");
    let one =
        parcels(&[(2, "a", "SHIPPING_ON_TIME"), (3, "b", "CANCELLED"), (4, "b", "ARRIVED"), (5, "c", "CANCELLED")]);
    assert_eq!(one.handover, Some(on(4)));
    let open = order(
        "PLACED 2026-03-01T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z parcelId=a
         CANCELLED 2026-03-03T10:00:00Z parcelId=b
         CANCELLED 2026-03-04T10:00:00Z parcelId=a",
    );
    assert_eq!((open.status(), open.handover), (Status::Cancelled, None), "b was never handed over");
}

#[test]
fn refund_and_return_are_the_first_of_any_parcel() {
    let order = parcels(&[
        (2, "", "ARRIVED"),
        (7, "a", "RETURN_TO_SENDER"),
        (5, "b", "RETURN_TO_SENDER"),
        (6, "a", "CANCELLED"),
        (8, "b", "CANCELLED"),
    ]);
    assert_eq!(order.completion, Some((on(2), Outcome::Arrived)));
    assert_eq!((order.returned_at, order.refunded_at), (Some(on(5)), Some(on(6))));
}

#[test]
fn an_exception_looks_at_the_events_of_its_own_parcel_only() {
    let order = parcels(&[(2, "a", "ARRIVED"), (3, "b", "RETURN_TO_SENDER"), (4, "a", "ARRIVED")]);
    assert_eq!(order.completion, Some((on(3), Outcome::ReturnToSender)), "b never arrived at the customer");
    assert_eq!(order.returned_at, None);
    let lost = parcels(&[(2, "a", "LOST"), (3, "b", "SHIPPING_ON_TIME"), (4, "a", "ARRIVED"), (5, "b", "ARRIVED")]);
    assert_eq!(lost.completion, Some((on(5), Outcome::Arrived)), "a was found, and b was not its replacement");
    let cancelled = parcels(&[(2, "a", "ARRIVED"), (3, "b", "CANCELLED")]);
    assert_eq!((cancelled.completion, cancelled.refunded_at), (Some((on(2), Outcome::Arrived)), None));
}

#[test]
fn the_counters_have_the_steps_of_the_order_and_never_those_of_its_parcels() {
    let order = parcels(&[
        (2, "a", "SHIPPING_ON_TIME"),
        (3, "b", "SHIPPING_ON_TIME"),
        (4, "a", "ARRIVED"),
        (5, "b", "ARRIVED"),
        (6, "b", "RETURN_TO_SENDER"),
        (7, "a", "RETURN_TO_SENDER"),
    ]);
    let entries = contribution(&order, &ReportZone::utc());
    let days = |counter: Counter| -> Vec<(String, i64)> {
        let of = entries.iter().filter(|entry| entry.counter == counter);
        of.map(|entry| (entry.day.to_string(), entry.amount)).collect()
    };
    let once = |day: &str| vec![(day.to_owned(), 1)];
    assert_eq!(days(Counter::Entered(ActiveStatus::Placed)), once("2026-03-01"));
    assert_eq!(days(Counter::Entered(ActiveStatus::ShippingOnTime)), once("2026-03-03"));
    assert_eq!(days(Counter::Left(ActiveStatus::ShippingOnTime)), once("2026-03-05"));
    assert_eq!(days(Counter::Ended(Outcome::Arrived)), once("2026-03-05"));
    assert_eq!(days(Counter::HandedOver), once("2026-03-03"));
    assert_eq!(days(Counter::OnTime), once("2026-03-09"));
    assert_eq!(days(Counter::Returned), once("2026-03-06"));
}

#[test]
fn an_order_can_have_thousands_of_parcels_and_of_events_about_all_of_them() {
    const MANY: i64 = 2_000;
    let first = at("2026-03-02T00:00:00Z");
    let named = (0..MANY).map(|number| format!("SHIPPING_ON_TIME {} parcelId=p-{number}", first.plus_seconds(number)));
    let about_all = (0..MANY).map(|number| {
        let status = ["SHIPPING_DELAYED", "SHIPPING_ON_TIME"][usize::from(number % 2 == 1)];
        format!("{status} {}", first.plus_seconds(MANY + number))
    });
    let lines: Vec<String> = named.chain(about_all).collect();
    let order = order(&format!("PLACED 2026-03-01T10:00:00Z\n{}", lines.join("\n")));
    assert_eq!(order.parcels.len(), 2_000);
    assert_eq!(order.handover, Some(first.plus_seconds(MANY - 1)), "that of the last parcel");
    // Placed, on time when the last parcel is handed over, and then each event about all is a step.
    assert_eq!(order.steps.len(), 2 + 2_000);
    assert_eq!(order.status(), Status::ShippingOnTime);
}
