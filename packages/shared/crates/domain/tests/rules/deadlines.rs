//! Deadlines: which are due, which are kept, and the levels of what is late.

use goody_domain::{Counter, Figures, Instant, Order, ReportZone, contribution};

use crate::report::Acme;
use crate::timeline::{at, order};

/// The figures of one order at the end of 2026-03-10.
fn figures(timeline: &str) -> Figures {
    Acme::with(&[timeline]).on("2026-03-10").current7d
}

/// The deadlines for the handover, those kept, and the orders without a handover after theirs, of an order with `shipBy` at 12:00:30.
fn shipped(events: &str) -> (i64, i64, i64) {
    let figures = figures(&format!("PLACED 2026-03-08T10:00:00Z shipBy=2026-03-09T12:00:30Z\n{events}"));
    (figures.ship_due_orders, figures.shipped_on_time, figures.unshipped_orders)
}

fn amounts(order: &Order, counter: Counter) -> Vec<(String, u16, i64)> {
    let entries = contribution(order, &ReportZone::utc()).into_iter().filter(|entry| entry.counter == counter);
    entries.map(|entry| (entry.day.to_string(), entry.minute, entry.amount)).collect()
}

#[test]
fn a_deadline_for_the_handover_is_kept_until_the_end_of_its_minute() {
    assert_eq!(shipped("SHIPPING_ON_TIME 2026-03-09T12:00:30Z"), (1, 1, 0));
    assert_eq!(shipped("SHIPPING_ON_TIME 2026-03-09T12:00:59.999999Z"), (1, 1, 0));
    assert_eq!(shipped("SHIPPING_ON_TIME 2026-03-09T12:01:00Z"), (1, 0, 0));
    assert_eq!(shipped(""), (1, 0, 1), "it is a miss as long as nothing is handed over");
}

#[test]
fn an_arrival_or_an_issue_without_a_shipping_event_is_a_handover() {
    for status in ["ARRIVED", "LOST", "DAMAGED", "UNDELIVERABLE", "RETURN_TO_SENDER"] {
        assert_eq!(shipped(&format!("{status} 2026-03-09T11:00:00Z")), (1, 1, 0), "{status}");
        assert_eq!(shipped(&format!("{status} 2026-03-09T13:00:00Z")), (1, 0, 0), "{status}");
    }
}

#[test]
fn an_order_cancelled_before_its_deadline_for_the_handover_is_not_due_and_one_cancelled_after_it_is_a_miss() {
    assert_eq!(shipped("CANCELLED 2026-03-09T12:00:59.999999Z"), (0, 0, 0));
    assert_eq!(shipped("CANCELLED 2026-03-09T12:01:00Z"), (1, 0, 0));
    assert_eq!(shipped("SHIPPING_ON_TIME 2026-03-09T11:00:00Z\n CANCELLED 2026-03-09T13:00:00Z"), (1, 1, 0));
}

#[test]
fn a_refund_leaves_both_deadlines_due() {
    let figures = figures(
        "PLACED 2026-03-05T10:00:00Z shipBy=2026-03-06T10:00:00Z estimatedDelivery=2026-03-08T10:00:00Z
         SHIPPING_ON_TIME 2026-03-06T09:00:00Z
         ARRIVED 2026-03-07T10:00:00Z
         CANCELLED 2026-03-07T11:00:00Z",
    );
    assert_eq!((figures.ship_due_orders, figures.shipped_on_time), (1, 1));
    assert_eq!((figures.due_orders, figures.on_time_deliveries), (1, 1));
    assert_eq!((figures.cancelled_orders(), figures.refunded_orders), (0, 1));
}

#[test]
fn the_promise_of_an_order_of_parcels_is_kept_when_the_last_parcel_arrives_in_time() {
    let counted = |last: &str| {
        let figures = figures(&format!(
            "PLACED 2026-03-05T10:00:00Z shipBy=2026-03-06T10:00:00Z estimatedDelivery=2026-03-08T10:00:00Z
             SHIPPING_ON_TIME 2026-03-06T09:00:00Z parcelId=a
             ARRIVED 2026-03-07T10:00:00Z parcelId=a
             {last} parcelId=b"
        ));
        (figures.due_orders, figures.on_time_deliveries, figures.ship_due_orders, figures.shipped_on_time)
    };
    assert_eq!(counted("ARRIVED 2026-03-06T10:00:00Z"), (1, 1, 1, 1));
    assert_eq!(counted("ARRIVED 2026-03-08T10:00:59Z"), (1, 1, 1, 0));
    assert_eq!(counted("ARRIVED 2026-03-08T10:01:00Z"), (1, 0, 1, 0));
    assert_eq!(counted("LOST 2026-03-07T10:00:00Z"), (1, 0, 1, 0));
    assert_eq!(counted("CANCELLED 2026-03-09T10:00:00Z"), (1, 1, 1, 1), "the cancelled parcel counts for nothing");
}

#[test]
fn a_replacement_or_an_arrival_at_the_sender_keeps_no_promise() {
    let on_time = |events: &str| {
        let figures = figures(&format!("PLACED 2026-03-05T10:00:00Z estimatedDelivery=2026-03-09T10:00:00Z\n{events}"));
        (figures.due_orders, figures.on_time_deliveries)
    };
    assert_eq!(
        on_time("LOST 2026-03-06T10:00:00Z\n SHIPPING_ON_TIME 2026-03-07T10:00:00Z\n ARRIVED 2026-03-08T10:00:00Z"),
        (1, 0)
    );
    assert_eq!(on_time("RETURN_TO_SENDER 2026-03-06T10:00:00Z\n ARRIVED 2026-03-08T10:00:00Z"), (1, 0));
    assert_eq!(on_time("LOST 2026-03-06T10:00:00Z\n ARRIVED 2026-03-08T10:00:00Z"), (1, 1), "it was found");
}

#[test]
fn an_order_is_unshipped_from_its_deadline_until_it_leaves_placed() {
    let timeline = "PLACED 2026-03-01T10:00:00Z shipBy=2026-03-02T12:00:30Z\n SHIPPING_DELAYED 2026-03-04T09:00:00Z";
    let acme = Acme::with(&[timeline]);
    let unshipped = |now: &str| acme.at(now).current7d.unshipped_orders;
    assert_eq!(unshipped("2026-03-02T12:00:59Z"), 0);
    assert_eq!(unshipped("2026-03-02T12:01:00Z"), 1);
    assert_eq!(unshipped("2026-03-04T09:00:59Z"), 1, "what occurs in a minute counts once the minute is over");
    assert_eq!(unshipped("2026-03-04T09:01:00Z"), 0);
    let early = order("PLACED 2026-03-01T10:00:00Z shipBy=2026-02-01T10:00:00Z");
    assert_eq!(
        amounts(&early, Counter::UnshippedEntered),
        [("2026-03-01".to_owned(), 600, 1)],
        "not before it is placed"
    );
    let cancelled = order("PLACED 2026-03-01T10:00:00Z shipBy=2026-03-02T10:00:00Z\n CANCELLED 2026-03-03T10:00:00Z");
    assert_eq!(amounts(&cancelled, Counter::UnshippedLeft), [("2026-03-03".to_owned(), 600, 1)]);
}

#[test]
fn an_order_is_unshipped_while_one_of_its_parcels_is_still_placed() {
    let acme = Acme::with(&["PLACED 2026-03-01T10:00:00Z shipBy=2026-03-02T12:00:00Z
         SHIPPING_ON_TIME 2026-03-01T12:00:00Z parcelId=a
         SHIPPING_ON_TIME 2026-03-04T12:00:00Z parcelId=b"]);
    let unshipped = |date: &str| acme.on(date).current7d.unshipped_orders;
    assert_eq!((unshipped("2026-03-01"), unshipped("2026-03-03"), unshipped("2026-03-04")), (0, 1, 0));
}

#[test]
fn handover_hours_are_a_mean_over_the_orders_handed_over_in_the_window() {
    let figures = Acme::with(&[
        "PLACED 2026-03-01T10:00:00Z\n SHIPPING_ON_TIME 2026-03-05T10:00:00Z",
        "PLACED 2026-03-05T10:00:00Z\n LOST 2026-03-06T10:00:00Z",
        "PLACED 2026-03-01T10:00:00Z\n SHIPPING_ON_TIME 2026-03-02T10:00:00Z\n ARRIVED 2026-03-06T10:00:00Z",
        "PLACED 2026-03-05T10:00:00Z\n CANCELLED 2026-03-06T10:00:00Z",
        "PLACED 2026-03-05T10:00:00Z\n ARRIVED 2026-03-05T09:00:00Z",
    ])
    .on("2026-03-10")
    .current7d;
    // 96 and 24 hours; the third was handed over before the window, the fourth never, and the last is suspect.
    assert_eq!((figures.handed_over, figures.avg_handover_hours()), (2, Some(60.0)));
}

#[test]
fn a_suspect_order_counts_everywhere_but_in_the_means_of_hours() {
    let figures = Acme::with(&[
        "PLACED 2026-03-05T10:00:00Z estimatedDelivery=2026-03-07T10:00:00Z\n ARRIVED 2026-03-05T09:00:00Z",
        "PLACED 2026-03-05T10:00:00Z estimatedDelivery=2026-03-07T10:00:00Z\n ARRIVED 2026-03-06T10:00:00Z",
    ])
    .on("2026-03-10")
    .current7d;
    assert_eq!((figures.arrived_orders(), figures.due_orders, figures.on_time_deliveries), (2, 2, 2));
    assert_eq!((figures.avg_delivery_hours(), figures.avg_handover_hours()), (Some(24.0), Some(24.0)));
}

#[test]
fn returns_and_refunds_count_on_their_own_day_and_are_no_issues() {
    let acme = Acme::with(&["PLACED 2026-02-20T10:00:00Z
         ARRIVED 2026-02-22T10:00:00Z
         RETURN_TO_SENDER 2026-03-05T10:00:00Z
         CANCELLED 2026-03-20T10:00:00Z"]);
    let counted = |date: &str| {
        let figures = acme.on(date).current7d;
        (figures.returned_orders, figures.refunded_orders, figures.issue_count(), figures.cancelled_orders())
    };
    assert_eq!(counted("2026-03-04"), (0, 0, 0, 0));
    assert_eq!(counted("2026-03-05"), (1, 0, 0, 0));
    assert_eq!(counted("2026-03-20"), (0, 1, 0, 0));
    assert_eq!(acme.on("2026-02-22").current7d.arrived_orders(), 1);
}

#[test]
fn an_order_given_up_leaves_every_level_and_stays_due() {
    let open = order(
        "PLACED 2026-03-01T10:00:00Z shipBy=2026-03-02T10:00:00Z estimatedDelivery=2026-03-05T10:00:00Z
         SHIPPING_ON_TIME 2026-03-03T10:00:00Z",
    );
    let given_up: Instant = at("2027-04-09T00:00:00Z");
    let order = open.clone().given_up(given_up);
    let zone = ReportZone::utc();
    let mut change: Vec<(Counter, i64)> = Vec::new();
    for (sign, order) in [(-1, &open), (1, &order)] {
        for entry in contribution(order, &zone) {
            match change.iter_mut().find(|(counter, _)| *counter == entry.counter) {
                Some((_, amount)) => *amount += sign * entry.amount,
                None => change.push((entry.counter, sign * entry.amount)),
            }
        }
    }
    change.retain(|(_, amount)| *amount != 0);
    change.sort_by_key(|(counter, _)| counter.index());
    let expected = [
        (Counter::Left(goody_domain::ActiveStatus::ShippingOnTime), 1),
        (Counter::OverdueLeft, 1),
        (Counter::StalledLeft, 1),
    ];
    assert_eq!(change, expected, "no outcome, and Due and ShipDue as before");
    assert_eq!(amounts(&order, Counter::Due), [("2026-03-05".to_owned(), 600, 1)]);
    assert_eq!(amounts(&order, Counter::StalledLeft), [("2027-04-09".to_owned(), 0, 1)]);
    let unshipped =
        crate::timeline::order("PLACED 2026-03-01T10:00:00Z shipBy=2026-03-02T10:00:00Z").given_up(given_up);
    assert_eq!(amounts(&unshipped, Counter::UnshippedLeft), [("2027-04-09".to_owned(), 0, 1)]);
    let ended = crate::timeline::order("PLACED 2026-03-01T10:00:00Z\n LOST 2026-03-02T10:00:00Z");
    assert_eq!(ended.clone().given_up(given_up), ended, "an order that ended is not given up");
}
