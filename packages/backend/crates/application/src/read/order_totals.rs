//! Totals of lists of orders that the buckets count: those of the lists behind the numbers of a report.

use std::collections::BTreeSet;

use goody_domain::{ActiveStatus, Counter, Counters, Day, Instant, Level, Milestone, Status};

use crate::ports::{DayRange, OrderCount, OrderFilter, OrderReader, ReportReader, Result, Scope, StatusCounts};

/// The number of orders in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderTotal {
    /// The number of orders.
    pub total: i64,
    /// Counting stopped early, so the list can have more orders.
    pub is_lower_bound: bool,
    /// The orders in each status; `None` if the buckets have the total and do not count these orders by status.
    pub by_status: Option<StatusCounts>,
}

impl From<OrderCount> for OrderTotal {
    fn from(count: OrderCount) -> Self {
        let total = count.by_status.iter().sum();
        Self { total, is_lower_bound: count.is_lower_bound, by_status: Some(count.by_status) }
    }
}

/// What buckets have to be added up for the total of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Counted {
    /// The flows of a range of days, up to T. Those with a status give the counts by status.
    Window(DayRange, Vec<Term>),
    /// The flows of all days up to T.
    Level(Vec<Term>),
}

/// A counter, whether it is added or subtracted, and the status of the orders that it counts, if they all have one.
type Term = (Counter, i64, Option<Status>);

/// How the buckets count the orders of a list; `None` if they do not.
fn counted(filter: &OrderFilter) -> Option<Counted> {
    // Without `..`: a new condition must be added to those that buckets do not count.
    let OrderFilter {
        vendor_id: _,
        statuses,
        placed_from: _,
        placed_to: _,
        placed_since: None,
        due_since: None,
        ranges,
        delayed,
        gift_type: None,
        on_time,
        shipped_on_time,
        carrier: None,
        is_rush: None,
        region: None,
        promise_days: None,
        delayed_by_hours: None,
        unshipped,
        stalled,
        value_from: None,
        value_to: None,
        as_of,
        sort: _,
        ascending: _,
        search: None,
    } = filter
    else {
        return None;
    };
    let is_level = filter.is_open_only() && as_of.is_some();
    let has_level_condition = delayed.is_some() || unshipped.is_some() || stalled.is_some();
    let mut windows: Vec<(Milestone, DayRange)> =
        ranges.iter().map(|(milestone, range)| (*milestone, *range)).collect();
    let placed = filter.placed();
    if placed != DayRange::default() || (windows.is_empty() && as_of.is_some() && !is_level) {
        windows.push((Milestone::Placed, placed));
    }
    match (windows.as_slice(), is_level) {
        ([], true) => level_terms(filter).map(Counted::Level),
        ([(milestone, range)], false) if !has_level_condition => {
            let keeps = match milestone {
                Milestone::Due => shipped_on_time.is_none(),
                Milestone::ShipDue => on_time.is_none(),
                _ => on_time.is_none() && shipped_on_time.is_none(),
            };
            let terms = window_terms(filter, *milestone, statuses)?;
            keeps.then_some(Counted::Window(*range, terms))
        }
        _ => None,
    }
}

fn window_terms(filter: &OrderFilter, milestone: Milestone, statuses: &[Status]) -> Option<Vec<Term>> {
    let plain = |counter| vec![(counter, 1, None)];
    let kept_or_not = |all, kept, wanted: Option<bool>| match wanted {
        None => plain(all),
        Some(true) => plain(kept),
        Some(false) => vec![(all, 1, None), (kept, -1, None)],
    };
    if milestone == Milestone::Completed {
        let outcomes =
            Status::ALL.into_iter().filter(|status| filter.takes_status(*status)).filter_map(Status::outcome);
        return Some(outcomes.map(|outcome| (Counter::Ended(outcome), 1, Some(outcome.status()))).collect());
    }
    if !statuses.is_empty() {
        return None;
    }
    match milestone {
        // Without `as_of` the stores count by the current status.
        Milestone::Placed => filter.as_of.map(|_| plain(Counter::Entered(ActiveStatus::Placed))),
        Milestone::Due => Some(kept_or_not(Counter::Due, Counter::OnTime, filter.on_time)),
        Milestone::ShipDue => Some(kept_or_not(Counter::ShipDue, Counter::ShippedOnTime, filter.shipped_on_time)),
        Milestone::HandedOver => Some(plain(Counter::HandedOver)),
        Milestone::Returned => Some(plain(Counter::Returned)),
        Milestone::Refunded => Some(plain(Counter::Refunded)),
        Milestone::Completed => None,
    }
}

fn level_terms(filter: &OrderFilter) -> Option<Vec<Term>> {
    let of = |level: Level, status| vec![(level.entered(), 1, status), (level.left(), -1, status)];
    let takes_all = ActiveStatus::ALL.into_iter().all(|status| filter.takes_status(status.status()));
    if filter.on_time.is_some() || filter.shipped_on_time.is_some() {
        return None;
    }
    match (filter.delayed, filter.unshipped, filter.stalled) {
        (None, None, None) => {
            let statuses: BTreeSet<Status> = filter.statuses.iter().copied().collect();
            let active = statuses.into_iter().filter_map(Status::active);
            Some(active.flat_map(|status| of(Level::In(status), Some(status.status()))).collect())
        }
        (Some(true), None, None) if takes_all => Some(of(Level::Overdue, None)),
        (None, Some(true), None) if filter.takes_status(Status::Placed) => {
            Some(of(Level::Unshipped, Some(Status::Placed)))
        }
        (None, None, Some(true)) if takes_all => Some(of(Level::Stalled, None)),
        _ => None,
    }
}

/// The first day from which on a list by a milestone has all of its orders, where orders have expired whose last day is before
/// `kept_from`. The deadline for the handover can be later than this last day: a delivery before it ends an order without a promise.
pub fn complete_from(filter: &OrderFilter, kept_from: Day) -> Day {
    /// By how much a deadline may be later. Deadlines are days after the placement.
    const DEADLINE_DAYS: i32 = 31;
    kept_from.plus(if filter.ranges.contains_key(&Milestone::ShipDue) { DEADLINE_DAYS } else { 0 })
}

/// The total of a list, if the buckets have it. They count orders that have expired, too: the total of a list that may have had
/// some of them is counted from its orders.
///
/// # Errors
/// The store failed.
pub async fn counted_total(
    orders: &dyn OrderReader,
    reports: &dyn ReportReader,
    filter: &OrderFilter,
    now: Instant,
) -> Result<Option<OrderTotal>> {
    let Some(counted) = counted(filter) else { return Ok(None) };
    let (mut last, minute) = reports.zone().day_and_minute(filter.evaluated_at(now));
    let mut cut = Some(minute);
    if minute == 0 {
        // The end of the day before: its minutes are not needed.
        (last, cut) = (last.plus(-1), None);
    }
    if let Counted::Window(DayRange { to: Some(to), .. }, _) = counted
        && to < last
    {
        (last, cut) = (to, None);
    }
    let (first, terms) = match &counted {
        Counted::Window(range, terms) => (range.from, terms),
        Counted::Level(terms) => (Some(last), terms),
    };
    let kept_from =
        [reports.kept_from().await?, orders.orders_kept_from(now).await?.map(|day| complete_from(filter, day))];
    let kept_from = kept_from.into_iter().flatten().max();
    if kept_from.is_some_and(|kept_from| first.is_none_or(|first| first < kept_from)) {
        return Ok(None);
    }
    let scope = filter.vendor_id.clone().map_or(Scope::Fleet, Scope::Vendor);
    let mut series = match first {
        Some(first) => {
            let minutes: Vec<Day> = cut.map(|_| last).into_iter().collect();
            let series = reports.window_series(&[scope], first.min(last), last, &minutes).await?;
            series.into_iter().next().unwrap_or_default().0
        }
        None => reports.series(&scope, Day::from_number(-100_000), last, last).await?.0,
    };
    let mut counters = Counters::default();
    if let Counted::Level(_) = counted {
        series.move_totals(last.plus(-1));
        counters = std::mem::take(&mut series.totals);
    }
    for (day, bucket) in series.days(first.unwrap_or(Day::from_number(i32::MIN)), last) {
        counters.add_all(&bucket.until(cut.filter(|_| *day == last)));
    }
    Ok(Some(total(&counters, terms)))
}

fn total(counters: &Counters, terms: &[Term]) -> OrderTotal {
    let mut by_status = Some(StatusCounts::default());
    let mut total = 0;
    for (counter, sign, status) in terms {
        let amount = sign * counters[*counter];
        total += amount;
        match (status, &mut by_status) {
            (Some(status), Some(by_status)) => by_status[*status as usize] += amount,
            (None, _) => by_status = None,
            (Some(_), None) => {}
        }
    }
    OrderTotal { total, is_lower_bound: false, by_status }
}
