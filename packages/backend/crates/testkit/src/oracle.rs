//! The oracle: a second computation of the numbers that docs/NUMBERS.md defines, from folded orders.
//!
//! It shares no code with buckets, contributions, calendars or reports: it counts every number over all orders.

use std::collections::BTreeMap;

use goody_domain::{
    ActiveStatus, Currency, Day, Instant, Interval, Occurrences, Order, OrderEvent, OrderId, Outcome, Overdue, Report,
    Status, VendorId, fold,
};
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// An order, and when its events occurred: it may count as a fact of vendors without counting in any number.
#[derive(Clone, Debug)]
pub struct CountedOrder {
    /// The order; `None` if its placement is not known or is taken back.
    pub order: Option<Order>,
    /// When its events occurred, taken back or not, and the vendors that its placements name.
    pub occurrences: Occurrences,
}

/// The orders of these events.
pub fn orders(events: &[OrderEvent]) -> Vec<CountedOrder> {
    let mut by_order: BTreeMap<&OrderId, BTreeMap<&str, &OrderEvent>> = BTreeMap::new();
    for event in events {
        by_order.entry(&event.order_id).or_default().insert(event.event_id.as_str(), event);
    }
    let counted = |(id, events): (&OrderId, BTreeMap<&str, &OrderEvent>)| {
        let events: Vec<OrderEvent> = events.into_values().cloned().collect();
        CountedOrder { order: fold(id, &events), occurrences: Occurrences::of(&events) }
    };
    by_order.into_iter().map(counted).collect()
}

/// The counts of one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// Orders placed in the window.
    pub total_orders: i64,
    /// Orders that ended in the window, by outcome.
    pub ended: BTreeMap<Outcome, i64>,
    /// Orders promised for the window and before T, and not cancelled before the promise passed.
    pub due_orders: i64,
    /// The due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// For each order that arrived in the window: the hours from placement to arrival.
    pub delivery_hours: Vec<f64>,
    /// Active orders at T, by status.
    pub active: BTreeMap<ActiveStatus, i64>,
    /// Active orders at T with a promise before T.
    pub delayed_orders: i64,
    /// Orders to be handed over in the window and before T, and not cancelled before the deadline passed.
    pub ship_due_orders: i64,
    /// Those that were handed over by their deadline.
    pub shipped_on_time: i64,
    /// For each order that was handed over in the window: the hours from placement to handover.
    pub handover_hours: Vec<f64>,
    /// Orders in `Placed` at T with a deadline for the handover before T.
    pub unshipped_orders: i64,
    /// Active orders beyond `Placed` at T without an event in the 48 hours before T.
    pub stalled_orders: i64,
    /// Orders returned by customers in the window.
    pub returned_orders: i64,
    /// Orders refunded in the window.
    pub refunded_orders: i64,
}

/// The expected numbers of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// T.
    pub as_of: Instant,
    /// The seven days that end with the date, up to T.
    pub current: Window,
    /// The seven days before these; levels are at T − 7 days.
    pub previous: Window,
    /// The gift values of the delayed orders at T by currency: how many orders, and their sum. `None` unless the date is today.
    pub overdue: Option<BTreeMap<Currency, (i64, i64)>>,
    /// The latest delivery before T.
    pub last_arrival_at: Option<Instant>,
    /// The latest fact before T.
    pub updated_at: Option<Instant>,
}

/// The expected report of a vendor for `date`, requested at `now`: as of the whole minute if the date is today, else as of the
/// end of the date.
pub fn expected(vendor_id: &VendorId, orders: &[CountedOrder], date: Day, now: Instant, zone: &str) -> Expected {
    let zone = &TimeZoneDatabase::bundled().get(zone).unwrap();
    let start = |date: Date| first(zone, date.at(0, 0, 0, 0));
    let date: Date = date.to_string().parse().unwrap();
    let minute = Timestamp::from_microsecond(now.micros() - now.micros().rem_euclid(60_000_000)).unwrap();
    let is_of = |date: Date| (start(date)..start(date + 1.day())).contains(&micros(minute));
    let is_today = is_of(date);
    let (t, week_ago) = if is_today {
        let week_ago = first(zone, zone.to_datetime(minute).checked_sub(7.days()).unwrap());
        // A day with a change of clocks is longer or shorter than 24 hours: the instant stays in the day a week before.
        (micros(minute), week_ago.clamp(start(date - 7.days()), start(date - 6.days())))
    } else {
        (start(date + 1.day()), start(date - 6.days()))
    };
    let placed = orders.iter().filter_map(|counted| counted.order.as_ref());
    let own: Vec<&Order> = placed.filter(|order| order.placement.vendor_id == *vendor_id).collect();
    // The facts of an order also count for a vendor that only a later placement names.
    let naming = orders.iter().map(|counted| &counted.occurrences);
    let naming = naming.filter(|occurrences| occurrences.named_vendors.contains(vendor_id));
    let facts = naming.flat_map(|occurrences| &occurrences.instants);
    Expected {
        as_of: Instant::from_micros(t),
        current: window(&own, start(date - 6.days()), t, t),
        previous: window(&own, start(date - 13.days()), start(date - 6.days()), week_ago),
        overdue: is_today.then(|| overdue(&own, t)),
        last_arrival_at: own
            .iter()
            .filter_map(|order| order.actual_delivery)
            .filter(|delivery| delivery.micros() < t)
            .max(),
        updated_at: facts.filter(|fact| fact.micros() < t).max().copied(),
    }
}

/// The first instant at which the clocks of a zone show this time or a later one. Checks every minute around it.
fn first(zone: &TimeZone, time: DateTime) -> i64 {
    let estimate = time.to_zoned(TimeZone::UTC).unwrap().timestamp();
    if zone.to_ambiguous_timestamp(time).is_ambiguous() {
        let minutes = (-50 * 60..=50 * 60).map(|minutes: i64| estimate + minutes.minutes());
        micros(minutes.into_iter().find(|minute| zone.to_datetime(*minute) >= time).unwrap())
    } else {
        micros(time.to_zoned(zone.clone()).unwrap().timestamp())
    }
}

fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

fn overdue(orders: &[&Order], t: i64) -> BTreeMap<Currency, (i64, i64)> {
    let before = |instant: Instant| instant.micros() < t;
    let mut overdue: BTreeMap<Currency, (i64, i64)> = BTreeMap::new();
    for order in orders {
        let is_active = before(order.created_at) && !order.left_levels_at().is_some_and(before);
        if is_active
            && order.placement.estimated_delivery.is_some_and(before)
            && let Some(value) = order.placement.gift_value
        {
            let (orders, amount) = overdue.entry(order.placement.currency.unwrap_or_default()).or_default();
            *orders += 1;
            *amount += value;
        }
    }
    overdue
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
            if outcome == Outcome::Arrived && !order.is_suspect {
                let arrival = order.actual_delivery.expect("an arrived order has an arrival");
                window.delivery_hours.push(arrival.seconds_since(order.created_at) / 3600.0);
            }
        }
        let promise = order.placement.estimated_delivery;
        for (deadline, kept_at, due, kept) in [
            (promise, order.actual_delivery, &mut window.due_orders, &mut window.on_time_deliveries),
            (order.placement.ship_by, order.handover, &mut window.ship_due_orders, &mut window.shipped_on_time),
        ] {
            let Some(deadline) = deadline.filter(|deadline| within(*deadline)) else { continue };
            let is_by_deadline =
                |at: Instant| at.micros().div_euclid(60_000_000) <= deadline.micros().div_euclid(60_000_000);
            if order.status() != Status::Cancelled || !order.completed_at().is_some_and(is_by_deadline) {
                *due += 1;
                *kept += i64::from(kept_at.is_some_and(is_by_deadline));
            }
        }
        if let Some(handover) = order.handover.filter(|handover| within(*handover) && !order.is_suspect) {
            window.handover_hours.push(handover.seconds_since(order.created_at) / 3600.0);
        }
        window.returned_orders += i64::from(order.returned_at.is_some_and(within));
        window.refunded_orders += i64::from(order.refunded_at.is_some_and(within));
        let has_left = order.left_levels_at().is_some_and(before);
        if before(order.created_at) && !has_left {
            let step = order.steps.iter().rfind(|step| before(step.at)).expect("a placed order has a status");
            *window.active.entry(step.status).or_default() += 1;
            window.delayed_orders += i64::from(promise.is_some_and(before));
            let is_beyond_placed = order.steps.get(1).is_some_and(|step| before(step.at));
            let latest_event =
                order.occurrences.iter().filter(|event| before(**event)).max().unwrap_or(&order.created_at);
            let is_silent = (*latest_event).max(order.created_at).micros() + 48 * 3_600_000_000 < level_at;
            window.stalled_orders += i64::from(is_beyond_placed && is_silent);
            window.unshipped_orders += i64::from(!is_beyond_placed && order.placement.ship_by.is_some_and(before));
        }
    }
    window
}

/// Compares a report with the expected numbers.
pub fn assert_report(report: &Report, expected: &Expected) {
    let subject = format!("{} on {} as of {}", report.vendor_id, report.date, report.as_of);
    assert_eq!(report.as_of, expected.as_of, "{subject}: T");
    assert_eq!(report.updated_at, expected.updated_at, "{subject}: updatedAt");
    assert_eq!(report.last_arrival_at, expected.last_arrival_at, "{subject}: lastArrivalAt");
    let overdue = report.overdue.as_ref().map(|overdue| {
        let of_currency = |of: &Overdue| (of.currency, (of.orders, of.amount));
        overdue.iter().map(of_currency).collect::<BTreeMap<_, _>>()
    });
    assert_eq!(overdue, expected.overdue, "{subject}: overdueValue");
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
        for (number, reported, counted) in [
            ("totalOrders", figures.total_orders, window.total_orders),
            ("arrivedOrders", figures.arrived_orders(), arrived),
            ("completedOrders", figures.completed_orders(), completed),
            ("issueCount", figures.issue_count(), issues),
            ("cancelledOrders", figures.cancelled_orders(), cancelled),
            ("dueOrders", figures.due_orders, window.due_orders),
            ("onTimeDeliveries", figures.on_time_deliveries, window.on_time_deliveries),
            ("activeOrders", figures.active_orders(), active),
            ("delayedOrders", figures.delayed_orders, window.delayed_orders),
            ("shipDueOrders", figures.ship_due_orders, window.ship_due_orders),
            ("shippedOnTime", figures.shipped_on_time, window.shipped_on_time),
            ("unshippedOrders", figures.unshipped_orders, window.unshipped_orders),
            ("stalledOrders", figures.stalled_orders, window.stalled_orders),
            ("returnedOrders", figures.returned_orders, window.returned_orders),
            ("refundedOrders", figures.refunded_orders, window.refunded_orders),
        ] {
            assert_eq!(reported, counted, "{subject}: {name}.{number} (left: the report, right: the oracle)");
        }
        for status in Status::ALL {
            let counted = match (status.active(), status.outcome()) {
                (Some(active), _) => window.active.get(&active).copied().unwrap_or(0),
                (_, Some(outcome)) => count(outcome),
                _ => unreachable!("a status is active or an outcome"),
            };
            assert_eq!(figures.status_count(status), counted, "{subject}: {name}.statusCounts.{status}");
        }
        for (number, reported, counted) in [
            ("reliabilityScore", figures.reliability_score(), percent(arrived, completed)),
            ("issueRate", figures.issue_rate(), percent(issues, completed)),
            ("cancellationRate", figures.cancellation_rate(), percent(cancelled, completed + cancelled)),
            ("onTimePercentage", figures.on_time_percentage(), percent(window.on_time_deliveries, window.due_orders)),
            (
                "shippedOnTimePercentage",
                figures.shipped_on_time_percentage(),
                percent(window.shipped_on_time, window.ship_due_orders),
            ),
        ] {
            assert!(close(reported, counted), "{subject}: {name}.{number} is {reported:?}, counted {counted:?}");
            assert!(
                reported.is_none_or(|rate| (0.0..=100.0).contains(&rate)),
                "{subject}: {name}.{number} is {reported:?}"
            );
        }
        for (number, reported, hours) in [
            ("avgDeliveryHours", figures.avg_delivery_hours(), &window.delivery_hours),
            ("avgHandoverHours", figures.avg_handover_hours(), &window.handover_hours),
        ] {
            let mean = (!hours.is_empty()).then(|| hours.iter().sum::<f64>() / hours.len() as f64);
            assert!(close(reported, mean), "{subject}: {name}.{number} is {reported:?}, counted {mean:?}");
        }
        assert_eq!(
            figures.reliability_interval(),
            Interval::wilson(arrived, completed),
            "{subject}: {name}.reliabilityInterval"
        );
        assert_eq!(
            figures.on_time_interval(),
            Interval::wilson(window.on_time_deliveries, window.due_orders),
            "{subject}: {name}.onTimeInterval"
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
