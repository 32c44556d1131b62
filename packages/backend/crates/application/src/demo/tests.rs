//! The events of the demo.

use goody_domain::{Order, Outcome, ReportZone};
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn demo(seed: u64) -> Demo {
    Demo::standard(seed, day("2026-01-01")).unwrap()
}

/// How often something happened, and its expected value and variance.
#[derive(Default)]
struct Tally {
    happened: f64,
    expected: f64,
    variance: f64,
}

impl Tally {
    fn add(&mut self, happened: bool, probability: f64) {
        self.happened += f64::from(u8::from(happened));
        self.expected += probability;
        self.variance += probability * (1.0 - probability);
    }

    /// Asserts that the count is in the interval of 99.9 % of all seeds (3.2905 standard deviations of a normal distribution).
    fn assert_is_expected(&self, what: &str) {
        let tolerance = 3.2905 * self.variance.sqrt();
        let (happened, expected) = (self.happened, self.expected);
        assert!((happened - expected).abs() <= tolerance, "{what}: {happened}, expected {expected} ± {tolerance}");
    }
}

/// The orders of these days: the events of each, and the order that they describe.
fn orders<'d>(demo: &'d Demo, first: &str, last: &str) -> impl Iterator<Item = (Vec<OrderEvent>, Order)> + use<'d> {
    let numbers = |day| (0..demo.orders_on(day)).map(move |number| (day, number));
    day(first).to(day(last)).flat_map(numbers).map(|(day, number)| {
        let events = demo.timeline(day, number).unwrap();
        let order = fold(&events[0].order_id, &events).unwrap();
        (events, order)
    })
}

#[test]
fn each_vendor_is_as_reliable_and_as_late_as_its_profile_says() {
    let demo = Demo { demand: 4_000_000, ..demo(42) };
    let mut tallies: Vec<[Tally; 3]> = demo.members.iter().map(|_| Default::default()).collect();
    let mut count = 0;
    for (_, order) in orders(&demo, "2026-01-01", "2026-02-14") {
        count += 1;
        let placed_on = ReportZone::utc().day(order.created_at);
        let position = demo.members.iter().position(|member| member.vendor_id == order.placement.vendor_id).unwrap();
        let (member, [reliability, lateness, handover]) = (&demo.members[position], &mut tallies[position]);
        if let Some(handed_over) = order.handover {
            handover.add(Some(handed_over) > order.placement.ship_by, member.profile.late_handover);
        }
        match order.completion {
            None | Some((_, Outcome::Cancelled)) => {}
            Some((at, outcome)) => {
                let arrived = outcome == Outcome::Arrived;
                reliability.add(arrived, member.reliability(placed_on));
                if arrived {
                    lateness.add(Some(at) > order.placement.estimated_delivery, member.late(placed_on));
                }
            }
        }
    }
    assert!(count > 200_000, "{count} orders");
    for (member, [reliability, lateness, handover]) in demo.members.iter().zip(tallies) {
        reliability.assert_is_expected(&format!("{} arrived", member.vendor_id));
        lateness.assert_is_expected(&format!("{} late", member.vendor_id));
        handover.assert_is_expected(&format!("{} handed over late", member.vendor_id));
    }
}

#[test]
fn a_few_orders_have_parcels_stalls_returns_refunds_and_replacements() {
    let demo = Demo { demand: 1_000_000, ..demo(42) };
    let [mut several, mut apart, mut silent, mut stalled, mut returned]: [Tally; 5] = Default::default();
    let [mut return_refunded, mut replaced, mut refunded]: [Tally; 3] = Default::default();
    for (events, order) in orders(&demo, "2026-01-01", "2026-02-14") {
        let Some(handover) = order.handover else { continue };
        several.add(!order.parcels.is_empty(), 0.08);
        silent.add(order.completion.is_none(), 0.003);
        let Some((end, outcome)) = order.completion else { continue };
        let is_late = order.actual_delivery > order.placement.estimated_delivery;
        if order.parcels.is_empty() && (is_late || outcome == Outcome::Lost) {
            let is_on_way = |event: &&OrderEvent| event.occurred_at > handover && event.occurred_at < end;
            let on_way = events.iter().filter(is_on_way).filter(|event| event.status().active().is_some());
            stalled.add(on_way.count() == 0, 0.2);
        }
        match outcome {
            Outcome::Arrived => {
                let arrivals = order.parcels.iter().filter_map(|(_, parcel)| parcel.actual_delivery);
                if let Some(first) = arrivals.min() {
                    apart.add(end.seconds_since(first) > 60.0, 0.25);
                }
                returned.add(order.returned_at.is_some(), 0.02);
                if order.returned_at.is_some() {
                    return_refunded.add(order.refunded_at.is_some(), 0.8);
                }
            }
            Outcome::Lost | Outcome::Damaged => {
                replaced.add(order.replacement_arrived_at.is_some(), 0.35);
                if order.replacement_arrived_at.is_none() {
                    refunded.add(order.refunded_at.is_some(), 0.5);
                }
            }
            _ => refunded.add(order.refunded_at.is_some(), 0.5),
        }
    }
    several.assert_is_expected("orders with several parcels");
    apart.assert_is_expected("orders whose parcels arrive apart");
    silent.assert_is_expected("shipped orders without a further event");
    stalled.assert_is_expected("late and lost orders that stall");
    returned.assert_is_expected("returned orders");
    return_refunded.assert_is_expected("refunds of returned orders");
    replaced.assert_is_expected("replacements");
    refunded.assert_is_expected("refunds of issues");
}

#[test]
fn weekdays_sell_two_and_a_half_times_as_much_as_weekends() {
    let demo = demo(7);
    let (mut weekdays, mut weekends) = ((0u32, 0u32), (0u32, 0u32));
    for day in day("2026-01-05").to(day("2026-12-27")) {
        let orders = demo.orders_on(day);
        assert!((50..=200).contains(&orders), "{orders} orders on {day}");
        let sum = if is_weekend(day) { &mut weekends } else { &mut weekdays };
        *sum = (sum.0 + orders, sum.1 + 1);
    }
    let mean = |(orders, days): (u32, u32)| f64::from(orders) / f64::from(days);
    let ratio = mean(weekdays) / mean(weekends);
    assert!((2.4..2.6).contains(&ratio), "{ratio}");
}

#[test]
fn a_scenario_begins_on_its_day() {
    let from = day("2026-01-15");
    let usual_demo = demo(42);
    let arrivals = |demo: &Demo, first: &str, last: &str| {
        let of_vendor = orders(demo, first, last).map(|(_, order)| order);
        let of_vendor = of_vendor.filter(|order| order.placement.vendor_id.as_str() == "bloom-and-branch");
        let ended: Vec<Status> = of_vendor.map(|order| order.status()).collect();
        let arrived = ended.iter().filter(|status| **status == Status::Arrived).count();
        arrived as f64 / ended.len() as f64
    };
    for (name, scenario) in Scenario::ALL {
        let demo = demo(42).with("bloom-and-branch", scenario, from).unwrap();
        let before = [&usual_demo, &demo].map(|demo| arrivals(demo, "2026-01-01", "2026-01-08"));
        assert_eq!(before[0], before[1], "{name}: nothing changes before its day");
        let [usual, affected] = [&usual_demo, &demo].map(|demo| arrivals(demo, "2026-01-15", "2026-02-14"));
        match scenario {
            Scenario::LateSurge => assert!((usual - affected).abs() < 0.05, "{name}: late orders still arrive"),
            Scenario::Stall => assert_eq!(affected, 0.0),
            _ => assert!(affected < usual - 0.1, "{name}: {affected} of {usual}"),
        }
    }
    let error = demo(42).with("unknown-vendor", Scenario::Drop, from).unwrap_err();
    assert!(error.contains("bloom-and-branch"), "the error lists the vendors: {error}");
}

#[test]
fn an_invalid_profile_is_refused_with_a_reason() {
    let profile = demo(1).members[0].profile.clone();
    let invalid = [
        (Profile { vendor_id: "no id".into(), ..profile.clone() }, "no id"),
        (Profile { gift_types: vec!["No Slug".into()], ..profile.clone() }, "slug"),
        (Profile { late: 1.5, ..profile.clone() }, "shares"),
        (Profile { late_handover: -0.1, ..profile.clone() }, "shares"),
        (Profile { gift_value: (2, 1), ..profile.clone() }, "giftValue"),
    ];
    for (profile, reason) in invalid {
        let error = Demo::new(1, 1_000, vec![profile], day("2026-01-01")).unwrap_err();
        assert!(error.to_lowercase().contains(&reason.to_lowercase()), "{error}");
    }
}

#[test]
fn the_id_of_an_order_gives_its_events_and_its_day() {
    let demo = demo(42);
    let event = demo.events(day("2026-01-05"), midnight(day("2026-01-06"))).last().unwrap();
    let timeline = demo.timeline_of(&event.order_id).unwrap();
    assert!(timeline.contains(&event));
    assert_eq!(demo.day_of(&event.order_id), Some(day("2026-01-05")));
    for other in ["s43-2026-01-05-0001", "s42-2026-01-05-1", "s42-2026-01-05-9999", "42-2026-01-05-0001", "s42-0001"] {
        assert_eq!(demo.timeline_of(&OrderId::parse(other).unwrap()), None, "{other}");
    }
}

#[test]
fn the_stream_has_all_events_of_all_orders_sorted_by_time() {
    let (demo, from, until) = (demo(3), day("2026-01-05"), midnight(day("2026-01-12")).plus_seconds(5 * HOUR));
    let events: Vec<OrderEvent> = demo.events(from, until).collect();
    assert!(events.is_sorted_by_key(|event| event.occurred_at));
    let orders = from.to(day("2026-01-12")).flat_map(|day| (0..demo.orders_on(day)).map(move |number| (day, number)));
    let mut expected: Vec<OrderEvent> = orders.flat_map(|(day, number)| demo.timeline(day, number).unwrap()).collect();
    expected.retain(|event| event.occurred_at <= until);
    let mut events = events;
    for events in [&mut events, &mut expected] {
        events.sort_by(|one, other| (&one.order_id, &one.event_id).cmp(&(&other.order_id, &other.event_id)));
    }
    assert_eq!(events, expected);
}

proptest! {
    #[test]
    fn the_events_of_an_order_follow_the_lifecycle(seed in 0..u64::MAX, days in 0..3_000i32, drawn in 0.0..1.0f64) {
        let demo = demo(seed);
        let day = day("2024-01-01").plus(days);
        let number = (drawn * f64::from(demo.orders_on(day))) as u32;
        let timeline = demo.timeline(day, number).unwrap();
        prop_assert_eq!(timeline[0].status(), Status::Placed);
        prop_assert!(midnight(day) <= timeline[0].occurred_at && timeline[0].occurred_at < midnight(day.plus(1)));
        prop_assert!(timeline[1..].iter().all(|event| event.status() != Status::Placed));
        prop_assert!(timeline[0].occurred_at < timeline[1].occurred_at);
        prop_assert!(timeline.is_sorted_by_key(|event| event.occurred_at), "{:?}", timeline);
        let ids: std::collections::BTreeSet<_> = timeline.iter().map(|event| &event.event_id).collect();
        prop_assert_eq!(ids.len(), timeline.len());

        let order = fold(&timeline[0].order_id, &timeline).unwrap();
        let promise = order.placement.estimated_delivery.unwrap();
        prop_assert!(order.placement.ship_by.unwrap() < promise && !order.is_suspect);
        let last_day = ReportZone::utc().day(promise).plus(LAST_EVENT_DAYS);
        prop_assert!(timeline.last().unwrap().occurred_at < midnight(last_day.plus(1)));
        let Some((end, outcome)) = order.completion else {
            prop_assert_eq!(order.status(), Status::ShippingOnTime);
            return Ok(());
        };
        // Whatever follows the end changes no outcome.
        let until_end: Vec<OrderEvent> = timeline.iter().filter(|event| event.occurred_at <= end).cloned().collect();
        prop_assert_eq!(fold(&order.order_id, &until_end).unwrap().completion, Some((end, outcome)));
        prop_assert!(order.returned_at.is_none() || outcome == Outcome::Arrived);
        prop_assert!(order.replacement_arrived_at.is_none() || matches!(outcome, Outcome::Lost | Outcome::Damaged));
        // Each parcel is shipped first, and all of them end.
        for (id, parcel) in &order.parcels {
            let of_parcel: Vec<&OrderEvent> = timeline.iter().filter(|event| event.parcel_id.as_ref() == Some(id)).collect();
            prop_assert_eq!(of_parcel[0].status(), Status::ShippingOnTime);
            prop_assert!(parcel.completion.is_some_and(|(at, _)| at <= end));
        }
        // On its way only a stalled order has no event for two days.
        for pair in until_end.windows(2) {
            let (scanned, next) = (&pair[0], &pair[1]);
            let is_long = next.occurred_at.seconds_since(scanned.occurred_at) > 48.0 * HOUR as f64;
            let is_stalled = next.status() == Status::Lost || next.occurred_at >= promise.plus_seconds(2 * DAY);
            prop_assert!(scanned.status() != Status::ShippingOnTime || !is_long || is_stalled, "{:?}", pair);
        }
    }
}
