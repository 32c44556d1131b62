//! Laws of the explanation.

use goody_domain::detection::Rules;
use goody_domain::explanation::{
    Decomposition, Dimension, Ending, ExplainedOrder, ExplanationWindows, GroupCounts, Side, explain,
};
use goody_domain::{EventId, Instant, Order, OrderEvent, OrderId, Outcome, ReportZone, fold};
use proptest::prelude::*;
use serde_json::{Value, json};

const RULES: Rules = Rules::QUARTERS;

fn at(day: i64, hour: i64) -> Instant {
    Instant::parse("2026-03-01T00:00:00Z").unwrap().plus_seconds((day - 1) * 86_400 + hour * 3_600)
}

/// An order placed at noon of a day of March and promised at noon of another, with later events.
fn order(placed: i64, promised: i64, later: &[(&str, i64)]) -> Order {
    let mut events = vec![json!({
        "vendorId": "acme", "status": "PLACED", "occurredAt": at(placed, 12), "estimatedDelivery": at(promised, 12),
        "giftType": "flowers", "isRush": true, "destination": { "country": "DE", "region": "BE" },
    })];
    events.extend(
        later.iter().map(|(status, day)| json!({ "status": status, "occurredAt": at(*day, 12), "carrier": "dhl" })),
    );
    let parse = |(number, mut event): (usize, Value)| {
        event["eventId"] = json!(EventId::parse(&format!("e{number}")).unwrap());
        event["orderId"] = json!("o-1");
        OrderEvent::parse(event.to_string().as_bytes(), at(31, 0)).unwrap()
    };
    let events: Vec<OrderEvent> = events.into_iter().enumerate().map(parse).collect();
    fold(&OrderId::parse("o-1").unwrap(), &events).unwrap()
}

fn explained(later: &[(&str, i64)]) -> Option<ExplainedOrder> {
    ExplainedOrder::of(&order(2, 5, later), at(20, 0), &ReportZone::utc())
}

#[test]
fn an_order_is_missed_unless_it_arrived_by_its_promise() {
    for (later, is_missed, ending) in [
        (&[("ARRIVED", 5)][..], false, "ARRIVED"),
        (&[("ARRIVED", 6)], true, "ARRIVED_LATE"),
        (&[], true, "OPEN"),
        (&[("LOST", 4)], true, "LOST"),
        (&[("CANCELLED", 6)], true, "CANCELLED"),
    ] {
        let order = explained(later).unwrap();
        assert_eq!((order.is_missed, order.ending.as_str()), (is_missed, ending), "{later:?}");
    }
    assert_eq!(explained(&[("CANCELLED", 4)]), None, "cancelled before its promise");
    let still_open = ExplainedOrder::of(&order(2, 5, &[("ARRIVED", 6)]), at(6, 0), &ReportZone::utc());
    assert_eq!(still_open.unwrap().ending, Ending::Open, "as of an instant before it arrived");
}

#[test]
fn an_order_has_a_group_in_every_dimension() {
    let order = explained(&[("ARRIVED", 5)]).unwrap();
    let groups = Dimension::ALL.map(|dimension| order.group(dimension));
    assert_eq!(groups, ["flowers", "1", "3", "dhl", "DE-BE"]);
}

#[test]
fn windows_begin_with_the_change_and_leave_out_older_orders() {
    let windows = ExplanationWindows::of(&RULES, at(20, 0), at(25, 0), 10.0);
    assert_eq!(windows.after, at(20, 0)..at(25, 0));
    assert_eq!(windows.before, at(6, 0)..at(20, 0));
    let side = |placed, promised| windows.side(&order(placed, promised, &[]));
    assert_eq!(side(20, 22), Some(Side::After));
    assert_eq!(side(18, 22), None, "placed more than a day before the change");
    assert_eq!(side(18, 19), Some(Side::Before));
    assert_eq!(side(2, 5), None, "before both windows");
    assert_eq!(side(23, 26), None, "the promise has not passed");
    let long_ago = ExplanationWindows::of(&RULES, at(1, 0), at(25, 0), 10.0);
    assert_eq!((long_ago.before, long_ago.after), (at(-13, 0)..at(1, 0), at(11, 0)..at(25, 0)));
    let busy = ExplanationWindows::of(&RULES, at(20, 0), at(25, 0), 500.0);
    assert_eq!((busy.before, busy.after), (at(13, 0)..at(20, 0), at(22, 0)..at(25, 0)));
}

fn orders() -> impl Strategy<Value = Vec<ExplainedOrder>> {
    let endings = [Ending::Open, Ending::ArrivedLate, Ending::Ended(Outcome::Lost)];
    let order = (any::<bool>(), 0..3usize, 0..4usize).prop_map(move |(is_missed, ending, group)| {
        let ending = if is_missed { endings[ending] } else { Ending::Ended(Outcome::Arrived) };
        ExplainedOrder { is_missed, ending, groups: Dimension::ALL.map(|_| group.to_string()) }
    });
    proptest::collection::vec(order, 1..60)
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_rise(before in orders(), after in orders()) {
        let rate = |orders: &[ExplainedOrder]| orders.iter().filter(|it| it.is_missed).count() as f64 / orders.len() as f64;
        let rise = rate(&after) - rate(&before);
        let explanation = explain(&RULES, &before, &after, &Dimension::ALL).unwrap();
        let points: f64 = explanation.outcomes.iter().map(|share| share.points).sum();
        prop_assert!((points - rise).abs() < 1e-12, "outcomes: {points}, expected {rise}");
        for (dimension, decomposition) in &explanation.dimensions {
            let effects: f64 = decomposition.groups.iter().map(|effect| effect.rate + effect.mix).sum();
            prop_assert!((effects - rise).abs() < 1e-12, "{}: {effects}, expected {rise}", dimension.as_str());
            let missed: i64 = decomposition.groups.iter().map(|effect| effect.counts.missed_after).sum();
            prop_assert_eq!(missed, after.iter().filter(|it| it.is_missed).count() as i64);
        }
    }
}

#[test]
fn a_window_without_orders_has_no_explanation() {
    let one = [explained(&[]).unwrap()];
    assert_eq!(explain(&RULES, &[], &one, &Dimension::ALL), None);
    assert_eq!(explain(&RULES, &one, &[], &Dimension::ALL), None);
}

#[test]
fn a_rise_is_the_change_of_a_rate_or_of_a_share() {
    let group = |due_before, missed_before, due_after, missed_after| GroupCounts {
        due_before,
        missed_before,
        due_after,
        missed_after,
    };
    // The rates are the same in both windows; only the share of the worse group rises, from 1/2 to 3/4.
    let mixed =
        Decomposition::of(vec![("a".to_owned(), group(10, 0, 5, 0)), ("b".to_owned(), group(10, 4, 15, 6))]).unwrap();
    assert!((mixed.rise() - 0.1).abs() < 1e-15);
    assert!(mixed.groups.iter().all(|effect| effect.rate == 0.0 && effect.excess == 0.0), "{mixed:?}");
}
