//! The events of the demo.

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

#[test]
fn each_vendor_is_as_reliable_and_as_late_as_its_profile_says() {
    let demo = Demo { demand: 4_000_000, ..demo(42) };
    let mut tallies: Vec<(Tally, Tally)> = demo.members.iter().map(|_| Default::default()).collect();
    let mut orders = 0;
    for day in day("2026-01-01").to(day("2026-02-14")) {
        for number in 0..demo.orders_on(day) {
            orders += 1;
            let position = demo.order_start(day, number).unwrap().member;
            let (member, (reliability, lateness)) = (&demo.members[position], &mut tallies[position]);
            let timeline = demo.timeline(day, number).unwrap();
            let Fact::Placed(placement) = &timeline[0].fact else { panic!("the first event is no placement") };
            let last = timeline.last().unwrap();
            let Some(outcome) = last.status().outcome().filter(|outcome| outcome.status() != Status::Cancelled) else {
                continue;
            };
            let arrived = outcome.status() == Status::Arrived;
            reliability.add(arrived, member.reliability(day));
            if arrived {
                lateness.add(Some(last.occurred_at) > placement.estimated_delivery, member.late(day));
            }
        }
    }
    assert!(orders > 200_000, "{orders} orders");
    for (member, (reliability, lateness)) in demo.members.iter().zip(tallies) {
        reliability.assert_is_expected(&format!("{} arrived", member.vendor_id));
        lateness.assert_is_expected(&format!("{} late", member.vendor_id));
    }
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
        let orders = day(first).to(day(last)).flat_map(|day| (0..demo.orders_on(day)).map(move |number| (day, number)));
        let of_vendor = orders.filter_map(|(day, number)| demo.timeline(day, number)).filter(|timeline| {
            matches!(&timeline[0].fact, Fact::Placed(placement) if placement.vendor_id.as_str() == "bloom-and-branch")
        });
        let ended: Vec<Status> = of_vendor.map(|timeline| timeline.last().unwrap().status()).collect();
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
        prop_assert!(timeline.is_sorted_by(|one, next| one.occurred_at < next.occurred_at), "{:?}", timeline);
        prop_assert!(timeline.windows(2).all(|pair| pair[0].event_id != pair[1].event_id));
        let (last, before) = timeline.split_last().unwrap();
        prop_assert!(before.iter().all(|event| event.status().active().is_some()), "no event follows an outcome");
        let silent = [Status::Placed, Status::ShippingOnTime];
        prop_assert!(last.status().active().is_none_or(|_| silent.contains(&last.status())), "an open order is placed or shipped");
    }
}
