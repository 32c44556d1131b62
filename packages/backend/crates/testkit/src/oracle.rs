//! A second computation of the numbers that docs/NUMBERS.md defines, over folded orders.
//!
//! It shares nothing with buckets, contributions, calendars or reports: every number is counted by looking at every order.

use std::collections::BTreeMap;

use goody_domain::{
    ActiveStatus, Day, Instant, Interval, Order, OrderEvent, OrderId, Outcome, Report, Status, VendorId, fold,
};
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// Every order that those events tell of and whose placement is known.
pub fn orders(events: &[OrderEvent]) -> Vec<Order> {
    let mut by_order: BTreeMap<&OrderId, BTreeMap<&str, &OrderEvent>> = BTreeMap::new();
    for event in events {
        by_order.entry(&event.order_id).or_default().insert(event.event_id.as_str(), event);
    }
    by_order.into_iter().filter_map(|(id, events)| fold(id, events.into_values())).collect()
}

/// One window's numbers, counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// Placed in the window.
    pub total_orders: i64,
    /// Ended in the window, by how they did.
    pub ended: BTreeMap<Outcome, i64>,
    /// Promised for the window and before T, and not cancelled.
    pub due_orders: i64,
    /// Those of them that arrived by the promise.
    pub on_time_deliveries: i64,
    /// Hours from placement to arrival of each that ended in the window as arrived.
    pub delivery_hours: Vec<f64>,
    /// At T, by status.
    pub active: BTreeMap<ActiveStatus, i64>,
    /// Active at T with their promise before T.
    pub delayed_orders: i64,
}

/// What a report should say.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// T.
    pub as_of: Instant,
    /// The seven days ending with the date, up to T.
    pub current: Window,
    /// The seven days before; levels at T − 7 days.
    pub previous: Window,
    /// The latest fact before T.
    pub updated_at: Option<Instant>,
}

/// The report of a vendor about `date`, asked at `now`: at the whole minute if that is today, else at the end of the date.
pub fn expected(vendor_id: &VendorId, orders: &[Order], date: Day, now: Instant, zone: &str) -> Expected {
    let zone = &TimeZoneDatabase::bundled().get(zone).unwrap();
    let start = |date: Date| first(zone, date.at(0, 0, 0, 0));
    let date: Date = date.to_string().parse().unwrap();
    let minute = Timestamp::from_microsecond(now.micros() - now.micros().rem_euclid(60_000_000)).unwrap();
    let is_of = |date: Date| (start(date)..start(date + 1.day())).contains(&micros(minute));
    let (t, week_ago) = if is_of(date) {
        let week_ago = first(zone, zone.to_datetime(minute).checked_sub(7.days()).unwrap());
        // Where days are longer or shorter than their clocks show, the time stays in the day a week before.
        (micros(minute), week_ago.clamp(start(date - 7.days()), start(date - 6.days())))
    } else {
        (start(date + 1.day()), start(date - 6.days()))
    };
    let own: Vec<&Order> = orders.iter().filter(|order| order.placement.vendor_id == *vendor_id).collect();
    // A vendor that only a placement without effect names was told of the order's facts, too.
    let told =
        orders.iter().filter(|order| order.named_vendors.contains(vendor_id)).flat_map(|order| &order.occurrences);
    Expected {
        as_of: Instant::from_micros(t),
        current: window(&own, start(date - 6.days()), t, t),
        previous: window(&own, start(date - 13.days()), start(date - 6.days()), week_ago),
        updated_at: told.filter(|told| told.micros() < t).max().copied(),
    }
}

/// The first instant at which the clocks of a zone show a time or a later one, found by looking at every minute around it.
fn first(zone: &TimeZone, time: DateTime) -> i64 {
    let about = time.to_zoned(TimeZone::UTC).unwrap().timestamp();
    if zone.to_ambiguous_timestamp(time).is_ambiguous() {
        let minutes = (-50 * 60..=50 * 60).map(|minutes: i64| about + minutes.minutes());
        micros(minutes.into_iter().find(|minute| zone.to_datetime(*minute) >= time).unwrap())
    } else {
        micros(time.to_zoned(zone.clone()).unwrap().timestamp())
    }
}

fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

fn window(orders: &[&Order], from: i64, to: i64, level_at: i64) -> Window {
    let within = |instant: Instant| (from..to).contains(&instant.micros());
    let before = |instant: Instant| instant.micros() < level_at;
    let mut window = Window::default();
    for order in orders {
        if within(order.created_at) {
            window.total_orders += 1;
        }
        if let Some((ended_at, outcome)) = order.completion
            && within(ended_at)
        {
            *window.ended.entry(outcome).or_default() += 1;
            if outcome == Outcome::Arrived {
                let arrival = order.actual_delivery.expect("what arrived has an arrival");
                window.delivery_hours.push(arrival.seconds_since(order.created_at) / 3600.0);
            }
        }
        let promise = order.placement.estimated_delivery;
        if let Some(promise) = promise
            && within(promise)
            && order.status() != Status::Cancelled
        {
            window.due_orders += 1;
            if order.actual_delivery.is_some_and(|arrival| arrival <= promise) {
                window.on_time_deliveries += 1;
            }
        }
        let has_left = order.left_levels_at().is_some_and(before);
        if before(order.created_at) && !has_left {
            let step = order.steps.iter().rfind(|step| before(step.at)).expect("a placed order has a status");
            *window.active.entry(step.status).or_default() += 1;
            if promise.is_some_and(before) {
                window.delayed_orders += 1;
            }
        }
    }
    window
}

/// Holds a report against what it should say, number by number.
pub fn assert_report(report: &Report, expected: &Expected) {
    let about = format!("{} on {} as of {}", report.vendor_id, report.date, report.as_of);
    assert_eq!(report.as_of, expected.as_of, "{about}: T");
    assert_eq!(report.updated_at, expected.updated_at, "{about}: updatedAt");
    for (name, figures, window) in
        [("current7d", &report.current7d, &expected.current), ("previous7d", &report.previous7d, &expected.previous)]
    {
        let count = |outcome: Outcome| window.ended.get(&outcome).copied().unwrap_or(0);
        let arrived = count(Outcome::Arrived);
        let issues = [Outcome::Lost, Outcome::Damaged, Outcome::Undeliverable, Outcome::ReturnToSender]
            .map(count)
            .iter()
            .sum::<i64>();
        let completed = arrived + issues;
        let cancelled = count(Outcome::Cancelled);
        let active: i64 = window.active.values().sum();
        for (number, said, counted) in [
            ("totalOrders", figures.total_orders, window.total_orders),
            ("arrivedOrders", figures.arrived_orders(), arrived),
            ("completedOrders", figures.completed_orders(), completed),
            ("issueCount", figures.issue_count(), issues),
            ("cancelledOrders", figures.cancelled_orders(), cancelled),
            ("dueOrders", figures.due_orders, window.due_orders),
            ("onTimeDeliveries", figures.on_time_deliveries, window.on_time_deliveries),
            ("activeOrders", figures.active_orders(), active),
            ("delayedOrders", figures.delayed_orders, window.delayed_orders),
        ] {
            assert_eq!(said, counted, "{about}: {name}.{number} (left: the report, right: section 4)");
        }
        for status in Status::ALL {
            let counted = match (status.active(), status.outcome()) {
                (Some(active), _) => window.active.get(&active).copied().unwrap_or(0),
                (_, Some(outcome)) => count(outcome),
                _ => unreachable!("a status is active or an outcome"),
            };
            assert_eq!(figures.status_count(status), counted, "{about}: {name}.statusCounts.{status}");
        }
        let hours = &window.delivery_hours;
        let mean = (!hours.is_empty()).then(|| hours.iter().sum::<f64>() / hours.len() as f64);
        for (number, said, counted) in [
            ("reliabilityScore", figures.reliability_score(), percent(arrived, completed)),
            ("issueRate", figures.issue_rate(), percent(issues, completed)),
            ("cancellationRate", figures.cancellation_rate(), percent(cancelled, completed + cancelled)),
            ("onTimePercentage", figures.on_time_percentage(), percent(window.on_time_deliveries, window.due_orders)),
        ] {
            assert!(close(said, counted), "{about}: {name}.{number} says {said:?}, counted {counted:?}");
            assert!(said.is_none_or(|rate| (0.0..=100.0).contains(&rate)), "{about}: {name}.{number} is {said:?}");
        }
        let said = figures.avg_delivery_hours();
        assert!(close(said, mean), "{about}: {name}.avgDeliveryHours says {said:?}, counted {mean:?}");
        assert_eq!(
            figures.reliability_interval(),
            Interval::wilson(arrived, completed),
            "{about}: {name}.reliabilityInterval"
        );
    }
}

fn percent(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64 * 100.0)
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-9,
        (None, None) => true,
        _ => false,
    }
}
