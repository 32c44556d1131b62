//! What the events of one parcel make of it: found, tried again, refunded, returned, back at the sender, replaced, suspect.

use goody_domain::{Instant, Order, Outcome, Status};

use crate::timeline::{at, order};

const PLACED: &str = "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-04T10:00:00Z";

/// The order placed on the 1st, with one event on each day that `days` names, at 10:00.
fn after(days: &[(u32, &str)]) -> Order {
    let lines: Vec<String> = days.iter().map(|(day, status)| format!("{status} {}", on(*day))).collect();
    order(&format!("{PLACED}\n{}", lines.join("\n")))
}

fn on(day: u32) -> Instant {
    at(&format!("2026-03-{day:02}T10:00:00Z"))
}

#[test]
fn a_refund_after_an_arrival_changes_no_outcome() {
    let order = after(&[(2, "ARRIVED"), (5, "CANCELLED"), (6, "CANCELLED")]);
    assert_eq!(order.completion, Some((on(2), Outcome::Arrived)));
    assert_eq!(order.refunded_at, Some(on(5)), "the first one");
    assert_eq!(order.actual_delivery, Some(on(2)));
}

#[test]
fn a_refund_after_an_issue_changes_no_outcome() {
    for issue in ["LOST", "DAMAGED", "UNDELIVERABLE", "RETURN_TO_SENDER"] {
        let order = after(&[(2, issue), (5, "CANCELLED")]);
        assert_eq!((order.status().as_str(), order.completed_at()), (issue, Some(on(2))));
        assert_eq!(order.refunded_at, Some(on(5)), "{issue}");
    }
}

#[test]
fn a_cancellation_before_anything_was_completed_is_no_refund() {
    let order = after(&[(2, "SHIPPING_ON_TIME"), (3, "CANCELLED"), (4, "CANCELLED")]);
    assert_eq!(order.completion, Some((on(3), Outcome::Cancelled)));
    assert_eq!(order.refunded_at, None);
    assert_eq!(order.handover, Some(on(2)));
}

#[test]
fn a_parcel_that_arrives_although_it_was_cancelled_has_arrived() {
    let order = after(&[(2, "CANCELLED"), (3, "ARRIVED"), (4, "CANCELLED")]);
    assert_eq!(order.completion, Some((on(2), Outcome::Arrived)), "it ended when it was cancelled");
    assert_eq!(order.actual_delivery, Some(on(3)));
    assert_eq!(order.refunded_at, Some(on(4)), "it had arrived by then");
}

#[test]
fn a_customer_who_returns_the_gift_changes_no_outcome() {
    let order = after(&[(2, "ARRIVED"), (5, "RETURN_TO_SENDER"), (6, "RETURN_TO_SENDER"), (8, "ARRIVED")]);
    assert_eq!(order.completion, Some((on(2), Outcome::Arrived)));
    assert_eq!(order.returned_at, Some(on(5)));
    assert_eq!(order.actual_delivery, Some(on(2)), "the arrival on the 8th is that at the sender");
    assert_eq!(order.replacement_arrived_at, None);
}

#[test]
fn a_return_after_an_arrival_counts_however_much_lies_between() {
    let order = after(&[(2, "ARRIVED"), (3, "SHIPPING_ON_TIME"), (4, "DAMAGED"), (5, "RETURN_TO_SENDER")]);
    assert_eq!(order.completion, Some((on(2), Outcome::Damaged)));
    assert_eq!(order.returned_at, Some(on(5)));
}

#[test]
fn a_parcel_that_goes_back_without_an_arrival_is_an_issue() {
    let order = after(&[(2, "SHIPPING_ON_TIME"), (4, "RETURN_TO_SENDER")]);
    assert_eq!(order.completion, Some((on(4), Outcome::ReturnToSender)));
    assert_eq!((order.returned_at, order.actual_delivery), (None, None));
}

#[test]
fn an_arrival_at_the_sender_is_no_arrival_at_the_customer() {
    let order = after(&[(2, "UNDELIVERABLE"), (3, "RETURN_TO_SENDER"), (4, "SHIPPING_ON_TIME"), (5, "ARRIVED")]);
    assert_eq!(order.completion, Some((on(2), Outcome::ReturnToSender)));
    assert_eq!((order.actual_delivery, order.returned_at, order.replacement_arrived_at), (None, None, None));
}

#[test]
fn the_arrival_of_a_replacement_leaves_the_issue_visible() {
    for issue in [Outcome::Lost, Outcome::Damaged] {
        let word = issue.status().as_str();
        let order =
            after(&[(2, "SHIPPING_ON_TIME"), (3, word), (4, "SHIPPING_DELAYED"), (6, "ARRIVED"), (7, "ARRIVED")]);
        assert_eq!(order.completion, Some((on(3), issue)));
        assert_eq!(order.replacement_arrived_at, Some(on(6)), "the first one");
        assert_eq!(order.actual_delivery, None, "what was ordered did not arrive");
        assert_eq!(order.handover, Some(on(2)));
    }
}

#[test]
fn a_replacement_of_a_gift_that_arrived_damaged_leaves_its_arrival_as_it_was() {
    let order = after(&[(2, "ARRIVED"), (3, "DAMAGED"), (4, "SHIPPING_ON_TIME"), (6, "ARRIVED")]);
    assert_eq!(order.completion, Some((on(2), Outcome::Damaged)));
    assert_eq!((order.actual_delivery, order.replacement_arrived_at), (Some(on(2)), Some(on(6))));
}

#[test]
fn a_lost_parcel_that_arrives_with_nothing_between_was_found() {
    let order = after(&[(2, "SHIPPING_ON_TIME"), (3, "LOST"), (6, "ARRIVED")]);
    assert_eq!(order.completion, Some((on(3), Outcome::Arrived)));
    assert_eq!((order.actual_delivery, order.replacement_arrived_at), (Some(on(6)), None));
}

#[test]
fn an_undeliverable_parcel_that_is_tried_again_has_arrived() {
    let order = after(&[(2, "UNDELIVERABLE"), (3, "SHIPPING_ON_TIME"), (4, "ARRIVED")]);
    assert_eq!(order.completion, Some((on(2), Outcome::Arrived)));
    assert_eq!((order.actual_delivery, order.replacement_arrived_at), (Some(on(4)), None));
}

#[test]
fn an_active_status_after_the_end_is_kept_and_changes_nothing_else() {
    let (before, after) = (after(&[(2, "CANCELLED")]), after(&[(2, "CANCELLED"), (3, "SHIPPING_ON_TIME")]));
    assert_eq!((after.status(), after.completion, after.steps), (Status::Cancelled, before.completion, before.steps));
    assert_eq!((after.handover, after.updated_at), (None, on(3)));
    assert_eq!(after.occurrences, [on(1), on(2), on(3)]);
}

#[test]
fn the_handover_is_the_first_event_beyond_the_placement_that_is_no_cancellation() {
    for status in
        ["SHIPPING_ON_TIME", "SHIPPING_DELAYED", "ARRIVED", "LOST", "DAMAGED", "UNDELIVERABLE", "RETURN_TO_SENDER"]
    {
        assert_eq!(after(&[(2, status), (3, "ARRIVED")]).handover, Some(on(2)), "{status}");
    }
    assert_eq!(after(&[]).handover, None);
    assert_eq!(after(&[(2, "CANCELLED")]).handover, None);
    let second = order(&format!("{PLACED}\n PLACED 2026-03-02T10:00:00Z\n SHIPPING_ON_TIME 2026-03-03T10:00:00Z"));
    assert_eq!(second.handover, Some(on(3)), "a second placement is no handover");
}

#[test]
fn an_arrival_before_the_placement_or_more_than_two_years_after_it_makes_the_order_suspect() {
    let is_suspect = |status: &str, when: &str| order(&format!("{PLACED}\n {status} {when}")).is_suspect;
    assert!(is_suspect("ARRIVED", "2026-03-01T09:59:59.999999Z"));
    assert!(!is_suspect("ARRIVED", "2026-03-01T10:00:00Z"));
    assert!(!is_suspect("ARRIVED", "2028-03-01T10:00:00Z"), "two years are not more than two years");
    assert!(is_suspect("ARRIVED", "2028-03-03T10:00:00Z"));
    assert!(!is_suspect("LOST", "2026-02-01T10:00:00Z"), "it is no arrival");
    assert!(!is_suspect("SHIPPING_ON_TIME", "2026-02-01T10:00:00Z"));
}

#[test]
fn a_suspect_order_is_kept_with_its_arrival_as_of_the_placement() {
    let order = order(&format!("{PLACED}\n ARRIVED 2026-02-28T10:00:00Z"));
    assert_eq!(order.completion, Some((on(1), Outcome::Arrived)));
    assert_eq!((order.actual_delivery, order.handover), (Some(on(1)), Some(on(1))));
    assert!(!order.is_delayed(on(9)));
}

#[test]
fn each_field_of_a_placement_is_that_of_the_first_placement_that_has_it() {
    let order = order(
        "PLACED 2026-03-02T10:00:00Z shipBy=2026-03-03T10:00:00Z giftType=food reference=#2 currency=EUR
         PLACED 2026-03-03T10:00:00Z shipBy=2026-03-09T10:00:00Z giftType=plant vendorName=Acme estimatedDelivery=2026-03-08
         PLACED 2026-03-04T10:00:00Z isRush=false giftValue=0 destination={\"country\":\"DE\"} estimatedDelivery=2026-03-09
         PLACED 2026-03-05T10:00:00Z isRush=true giftValue=5 destination={\"country\":\"NO\",\"region\":\"Oslo\"} vendorName=Acme-2
         PLACED 2026-03-01T10:00:00Z reference=#1
         PLACED 2026-03-01T12:00:00Z vendorId=bloom currency=JPY vendorName=Bloom",
    );
    let placement = &order.placement;
    assert_eq!(order.created_at, on(1));
    assert_eq!(placement.vendor_id.as_str(), "acme");
    assert_eq!(placement.reference.as_deref(), Some("#1"));
    assert_eq!(placement.ship_by, Some(on(3)));
    assert_eq!(placement.gift_type.as_ref().unwrap().as_str(), "food");
    assert_eq!(placement.estimated_delivery, Some(at("2026-03-08T23:59:59Z")));
    assert_eq!(placement.currency().as_str(), "EUR", "a placement with another vendor counts nowhere");
    assert_eq!(placement.vendor_name.as_deref(), Some("Acme"));
    assert_eq!((placement.is_rush, placement.gift_value), (Some(false), Some(0)), "false and 0 are given");
    let destination = placement.destination.as_ref().unwrap();
    assert_eq!((destination.country.as_str(), &destination.region), ("DE", &None), "as a whole, never mixed");
}

#[test]
fn a_field_that_no_placement_has_is_missing_and_a_currency_is_then_us_dollars() {
    let order = order("PLACED 2026-03-01T10:00:00Z\n PLACED 2026-03-02T10:00:00Z");
    assert_eq!((order.placement.is_rush, order.placement.is_rush()), (None, false));
    assert_eq!((&order.placement.currency, order.placement.currency().as_str()), (&None, "USD"));
    assert_eq!((order.placement.estimated_delivery, order.placement.ship_by), (None, None));
}
