//! The entries that an order adds to the counters.

use std::collections::BTreeMap;

use goody_domain::{
    ActiveStatus, Bucket, Counter, Currency, Day, Entry, Minute, Occurrences, Order, Outcome, Posting, ReportZone,
    Status, VendorId, contribution, fact_postings, facts, postings,
};

use crate::timeline::{events, order};

/// The sums of a contribution's entries that are not 0.
fn sums(entries: &[Entry]) -> BTreeMap<(Day, Minute, Counter), i64> {
    let mut sums = BTreeMap::new();
    for entry in entries {
        *sums.entry((entry.day, entry.minute, entry.counter)).or_insert(0) += entry.amount;
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

fn entries_of(order: &Order) -> Vec<Entry> {
    contribution(order, &ReportZone::utc())
}

fn total(order: &Order, counter: Counter) -> i64 {
    entries_of(order).iter().filter(|entry| entry.counter == counter).map(|entry| entry.amount).sum()
}

const TIMELINES: [&str; 7] = [
    "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:00Z",
    "PLACED 2026-03-01T10:00:00Z\n SHIPPING_ON_TIME 2026-03-02T10:00:00Z\n SHIPPING_DELAYED 2026-03-03T10:00:00Z",
    "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:00Z\n ARRIVED 2026-03-02T10:00:00Z",
    "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:00Z\n ARRIVED 2026-03-04T10:00:00Z\n DAMAGED 2026-03-05T10:00:00Z",
    "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-02-03T10:00:00Z\n LOST 2026-03-01T10:00:00Z",
    "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:00Z\n CANCELLED 2026-03-04T10:00:00Z",
    "PLACED 2026-03-01T10:00:00Z vendorId=bloom\n LOST 2026-03-02T10:00:00Z\n ARRIVED 2026-03-04T10:00:00Z\n SHIPPING_ON_TIME 2026-03-05T10:00:00Z",
];

#[test]
fn every_order_is_counted_once_by_its_status_on_the_day_of_its_placement() {
    for timeline in TIMELINES {
        let order = order(timeline);
        let in_status: Vec<Entry> =
            entries_of(&order).into_iter().filter(|entry| matches!(entry.counter, Counter::InStatus(_))).collect();
        let placed = ReportZone::utc().day(order.created_at);
        assert!(
            matches!(&in_status[..], [only] if only.counter == Counter::InStatus(order.status()) && only.day == placed && only.amount == 1),
            "{timeline}"
        );
    }
}

#[test]
fn an_open_order_is_in_one_active_status_and_an_ended_order_in_none() {
    for timeline in TIMELINES {
        let order = order(timeline);
        for status in ActiveStatus::ALL {
            let level = total(&order, Counter::Entered(status)) - total(&order, Counter::Left(status));
            assert_eq!(level, i64::from(order.status() == status.status()), "{timeline}: {status:?}");
        }
        assert_eq!(total(&order, Counter::Entered(ActiveStatus::Placed)), 1, "{timeline}: it is placed once");
    }
}

#[test]
fn an_order_ends_once_with_its_last_outcome_on_the_day_of_its_first() {
    let order = order(TIMELINES[3]);
    for outcome in Outcome::ALL {
        assert_eq!(total(&order, Counter::Ended(outcome)), i64::from(outcome == Outcome::Damaged));
    }
    let ended: Vec<String> = entries_of(&order)
        .iter()
        .filter(|entry| matches!(entry.counter, Counter::Ended(_)))
        .map(|entry| entry.day.to_string())
        .collect();
    assert_eq!(ended, ["2026-03-04"]);
}

#[test]
fn delivery_time_counts_for_arrived_orders_only() {
    let day = 86_400_000_000;
    assert_eq!(total(&order(TIMELINES[2]), Counter::DeliveryMicros), day);
    assert_eq!(total(&order(TIMELINES[3]), Counter::DeliveryMicros), 0, "it arrived and was reported damaged later");
    assert_eq!(
        total(&order(TIMELINES[6]), Counter::DeliveryMicros),
        3 * day,
        "from the placement to the arrival, not to the LOST event"
    );
}

#[test]
fn a_promise_falls_due_unless_the_order_was_cancelled_before_it_passed() {
    let counted = |timeline: &str| (total(&order(timeline), Counter::Due), total(&order(timeline), Counter::OnTime));
    assert_eq!(counted(TIMELINES[0]), (1, 0));
    assert_eq!(counted(TIMELINES[2]), (1, 1));
    assert_eq!(counted(TIMELINES[3]), (1, 0));
    assert_eq!(counted(TIMELINES[5]), (1, 0), "it was cancelled a day after its promise");
    assert_eq!(counted(TIMELINES[1]), (0, 0), "it has no promise");
    let cancelled = |when: &str| {
        counted(&format!(
            "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:30Z\n CANCELLED 2026-03-03T{when}Z"
        ))
    };
    assert_eq!(cancelled("09:59:59"), (0, 0));
    assert_eq!(cancelled("10:00:59.999999"), (0, 0), "a promise passes at the end of its minute");
    assert_eq!(cancelled("10:01:00"), (1, 0));
    assert_eq!(
        counted("PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:00Z\n ARRIVED 2026-03-03T10:00:00Z"),
        (1, 1)
    );
}

#[test]
fn an_order_is_overdue_from_its_promise_to_its_end_if_the_end_is_later() {
    let counted = |timeline: &str| {
        (total(&order(timeline), Counter::OverdueEntered), total(&order(timeline), Counter::OverdueLeft))
    };
    assert_eq!(counted(TIMELINES[0]), (1, 0));
    assert_eq!(counted(TIMELINES[2]), (0, 0));
    assert_eq!(counted(TIMELINES[3]), (1, 1));
    assert_eq!(counted(TIMELINES[4]), (0, 0), "it ended at its placement");
    assert_eq!(counted(TIMELINES[5]), (1, 1));
}

#[test]
fn a_promise_before_the_placement_is_overdue_from_the_placement() {
    let order = order("PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-02-03T10:00:00Z");
    let days: Vec<String> = entries_of(&order)
        .iter()
        .filter(|entry| entry.counter == Counter::OverdueEntered)
        .map(|entry| entry.day.to_string())
        .collect();
    assert_eq!(days, ["2026-03-01"]);
}

#[test]
fn postings_between_equal_orders_add_up_to_zero() {
    for timeline in TIMELINES {
        let order = order(timeline);
        let entries: Vec<Entry> =
            postings(Some(&order), Some(&order), &ReportZone::utc()).into_iter().map(|posting| posting.entry).collect();
        assert_eq!(sums(&entries), BTreeMap::new(), "{timeline}");
    }
}

#[test]
fn the_counters_depend_on_the_last_version_of_an_order_and_not_on_earlier_ones() {
    let own: VendorId = VendorId::parse("acme").unwrap();
    for versions in [
        ["", TIMELINES[0], TIMELINES[3]],
        [TIMELINES[6], TIMELINES[5], TIMELINES[3]],
        [TIMELINES[4], TIMELINES[1], TIMELINES[3]],
    ] {
        let mut before: Option<Order> = None;
        let mut by_vendor: BTreeMap<VendorId, Vec<Entry>> = BTreeMap::new();
        for timeline in versions {
            let after = crate::timeline::order_if_placed(timeline);
            for Posting { vendor_id, entry } in postings(before.as_ref(), after.as_ref(), &ReportZone::utc()) {
                by_vendor.entry(vendor_id.clone()).or_default().push(entry);
            }
            before = after;
        }
        assert_eq!(sums(by_vendor.get(&own).unwrap()), sums(&entries_of(&order(TIMELINES[3]))));
        let others = by_vendor.iter().filter(|(vendor_id, _)| **vendor_id != own);
        others.for_each(|(vendor_id, entries)| {
            assert_eq!(sums(entries), BTreeMap::new(), "{vendor_id} does not have the order any more")
        });
    }
}

#[test]
fn facts_count_for_every_vendor_that_a_placement_named() {
    let events = events(
        "PLACED 2026-03-02T10:00:00Z vendorId=bloom
         PLACED 2026-03-01T10:00:00Z vendorId=acme
         ARRIVED 2026-03-03T10:00:30.000007Z",
    );
    let (none, all, zone) = (Occurrences::default(), Occurrences::of(&events), ReportZone::utc());
    let amounts: Vec<i64> = facts(&all, &zone).map(|entry| entry.amount).collect();
    assert_eq!(amounts, [1, 1, 30_000_008], "microseconds since the start of the minute, plus one");
    let vendors: Vec<&str> = fact_postings(&none, &all, &zone).map(|posting| posting.vendor_id.as_str()).collect();
    assert_eq!(vendors, ["acme", "acme", "acme", "bloom", "bloom", "bloom"]);
}

#[test]
fn a_bucket_does_not_depend_on_the_order_and_grouping_of_its_entries() {
    let entries: Vec<Entry> = TIMELINES
        .iter()
        .flat_map(|timeline| entries_of(&order(timeline)))
        .filter(|entry| entry.day.to_string() == "2026-03-01")
        .collect();
    let mut at_once = Bucket::default();
    at_once.add(&entries);
    let mut one_by_one = Bucket::default();
    entries.iter().rev().for_each(|entry| one_by_one.add(std::slice::from_ref(entry)));
    assert_eq!(at_once, one_by_one);
    let negated: Vec<Entry> = entries.iter().map(|entry| Entry { amount: -entry.amount, ..*entry }).collect();
    at_once.add(&negated);
    assert!(at_once.is_empty(), "entries and their negatives add up to an empty bucket");
}

#[test]
fn a_counter_keeps_its_index_for_ever() {
    // Stores keep the indices. If this fails, give the new counter a new index at the end instead.
    for (counter, index) in [
        (Counter::Entered(ActiveStatus::Placed), 0),
        (Counter::Entered(ActiveStatus::ShippingDelayed), 2),
        (Counter::Left(ActiveStatus::Placed), 3),
        (Counter::Ended(Outcome::Arrived), 6),
        (Counter::Ended(Outcome::Cancelled), 11),
        (Counter::DeliveryMicros, 12),
        (Counter::Due, 13),
        (Counter::OnTime, 14),
        (Counter::OverdueEntered, 15),
        (Counter::OverdueLeft, 16),
        (Counter::InStatus(Status::Placed), 17),
        (Counter::InStatus(Status::Cancelled), 25),
        (Counter::LatestFact, 26),
        (Counter::ShipDue, 27),
        (Counter::ShippedOnTime, 28),
        (Counter::HandedOver, 29),
        (Counter::HandoverMicros, 30),
        (Counter::UnshippedEntered, 31),
        (Counter::UnshippedLeft, 32),
        (Counter::StalledEntered, 33),
        (Counter::StalledLeft, 34),
        (Counter::Returned, 35),
        (Counter::Refunded, 36),
        (Counter::SuspectArrivals, 37),
        (Counter::KeptInGrace, 38),
        (Counter::DueRush, 39),
        (Counter::OnTimeRush, 40),
        (Counter::OverdueValue(Currency::parse("AAD").unwrap()), 41),
        (Counter::OverdueValue(Currency::parse("AAA").unwrap()), 60_035_190),
        (Counter::OverdueOrders(Currency::parse("AAA").unwrap()), 17_614),
        (Counter::DeliveredAt(0), 35_190),
    ] {
        assert_eq!(counter.index(), index, "{counter:?}");
    }
}
