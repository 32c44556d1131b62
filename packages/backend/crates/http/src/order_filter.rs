//! The filter of lists of orders, from the parameters of a request.

use std::collections::BTreeMap;

use goody_application::ports::{DayRange, OrderFilter, OrderSort};
use goody_contract::{OrderFilterQuery, OrderSortBy, SortOrder};
use goody_domain::{Day, GiftType, Instant, Milestone, Outcome, ReportZone, SearchTerm, Status, VendorId};

use crate::params::Validator;

/// The longest range of days of a list of all vendors as of a past instant.
const LONGEST_PAST_RANGE: i32 = 31;
/// The names of the active statuses, for error messages.
const OPEN: &str = "PLACED, SHIPPING_ON_TIME or SHIPPING_DELAYED";

/// Parses the filter of a query. Errors are added to `validator`.
pub(crate) fn order_filter(
    query: &OrderFilterQuery,
    validator: &mut Validator,
    zone: &ReportZone,
    now: Instant,
) -> OrderFilter {
    let mut ranges = ranges(query, validator);
    let on_time = validator.flag("onTime", query.on_time.as_ref());
    let shipped_on_time = validator.flag("shippedOnTime", query.shipped_on_time.as_ref());
    let due_since = validator.parse("dueSince", query.due_since.as_ref(), Instant::parse);
    if on_time.is_some() || due_since.is_some() {
        let due = ranges.entry(Milestone::Due).or_default();
        due.from = due.from.or_else(|| due_since.map(|since| zone.day(since)));
    }
    if shipped_on_time.is_some() {
        ranges.entry(Milestone::ShipDue).or_default();
    }
    let placed = range(validator, ("dateFrom", query.date_from.as_ref()), ("dateTo", query.date_to.as_ref()));
    let sort_by: Option<OrderSortBy> = validator.enum_value("sort", query.sort.as_ref());
    let delayed_by_hours = validator.number("delayedByHours", query.delayed_by_hours.as_ref(), 0..=10_000);
    let statuses = statuses(query, validator, sort_by, ranges.contains_key(&Milestone::Completed));
    let sort = match (sort_by, ranges.keys().next()) {
        (Some(_), Some(_)) => {
            validator.reject("sort", "is not for a list with a range of days: that is sorted by the range");
            OrderSort::default()
        }
        (Some(OrderSortBy::Promise), None) => OrderSort::Promise,
        (Some(OrderSortBy::Value), None) => OrderSort::Value,
        (Some(OrderSortBy::Placed), None) => OrderSort::default(),
        (None, Some(milestone)) => OrderSort::Milestone(*milestone),
        (None, None) if delayed_by_hours.is_some() => OrderSort::Promise,
        (None, None) => OrderSort::default(),
    };
    let ascending = match validator.enum_value("order", query.order.as_ref()) {
        Some(SortOrder::Asc) => true,
        Some(SortOrder::Desc) => false,
        None => sort == OrderSort::Promise,
    };
    let filter = OrderFilter {
        vendor_id: validator.parse("vendorId", query.vendor_id.as_ref(), VendorId::parse),
        statuses,
        placed_from: placed.from,
        placed_to: placed.to,
        placed_since: validator.parse("placedSince", query.placed_since.as_ref(), Instant::parse),
        due_since,
        ranges,
        delayed: validator.flag("delayed", query.delayed.as_ref()),
        gift_type: validator.parse("giftType", query.gift_type.as_ref(), GiftType::parse),
        on_time,
        shipped_on_time,
        carrier: validator.parse("carrier", query.carrier.as_ref(), name),
        is_rush: validator.flag("isRush", query.is_rush.as_ref()),
        region: validator.parse("region", query.region.as_ref(), name),
        promise_days: narrow(validator.number("promiseDays", query.promise_days.as_ref(), -1_000..=1_000)),
        delayed_by_hours: narrow(delayed_by_hours),
        unshipped: validator.flag("unshipped", query.unshipped.as_ref()),
        stalled: validator.flag("stalled", query.stalled.as_ref()),
        value_from: validator.number("valueFrom", query.value_from.as_ref(), 0..=i64::MAX),
        value_to: validator.number("valueTo", query.value_to.as_ref(), 0..=i64::MAX),
        as_of: as_of(query.as_of.as_ref(), validator, zone, now),
        sort,
        ascending,
        search: validator.parse("q", query.q.as_ref(), SearchTerm::parse),
    };
    check(&filter, validator, zone);
    filter
}

fn narrow<T: TryFrom<i64>>(number: Option<i64>) -> Option<T> {
    number.and_then(|number| T::try_from(number).ok())
}

/// The name of a carrier or a region.
fn name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.len() > 500 { Err("must have 1 to 500 bytes") } else { Ok(text.to_owned()) }
}

fn range(
    validator: &mut Validator,
    (from_name, from): (&str, Option<&String>),
    (to_name, to): (&str, Option<&String>),
) -> DayRange {
    let range = DayRange { from: validator.day(from_name, from), to: validator.day(to_name, to) };
    if let (Some(from), Some(to)) = (range.from, range.to)
        && from > to
    {
        validator.reject(from_name, format!("is after {to_name}, {to}"));
    }
    range
}

fn ranges(query: &OrderFilterQuery, validator: &mut Validator) -> BTreeMap<Milestone, DayRange> {
    let of_milestones = [
        (Milestone::Completed, ("completedFrom", &query.completed_from), ("completedTo", &query.completed_to)),
        (Milestone::Due, ("dueFrom", &query.due_from), ("dueTo", &query.due_to)),
        (Milestone::ShipDue, ("shipDueFrom", &query.ship_due_from), ("shipDueTo", &query.ship_due_to)),
        (Milestone::HandedOver, ("handedOverFrom", &query.handed_over_from), ("handedOverTo", &query.handed_over_to)),
        (Milestone::Returned, ("returnedFrom", &query.returned_from), ("returnedTo", &query.returned_to)),
        (Milestone::Refunded, ("refundedFrom", &query.refunded_from), ("refundedTo", &query.refunded_to)),
    ];
    let given = of_milestones.into_iter().map(|(milestone, (from_name, from), (to_name, to))| {
        (milestone, range(validator, (from_name, from.as_ref()), (to_name, to.as_ref())))
    });
    given.filter(|(_, range)| *range != DayRange::default()).collect()
}

/// The statuses of `status` or of `outcome`; else those that the other parameters imply.
fn statuses(
    query: &OrderFilterQuery,
    validator: &mut Validator,
    sort_by: Option<OrderSortBy>,
    is_completed: bool,
) -> Vec<Status> {
    let mut statuses = validator.statuses(query.status.as_ref());
    let is_outcome = |text: &str| Status::parse(text).filter(|status| status.outcome().is_some());
    let mut outcomes = validator.list("outcome", query.outcome.as_ref(), is_outcome);
    outcomes.sort_unstable();
    outcomes.dedup();
    if query.outcome.is_some() && query.status.is_some() {
        validator.reject("outcome", "is not for a list with status: an outcome is a status, too");
    }
    let sorts_open = matches!(sort_by, Some(OrderSortBy::Promise | OrderSortBy::Value));
    let of_open_orders = [
        ("delayedByHours", query.delayed_by_hours.is_some()),
        ("unshipped", query.unshipped.is_some()),
        ("stalled", query.stalled.is_some()),
        ("valueFrom", query.value_from.is_some()),
        ("valueTo", query.value_to.is_some()),
        ("sort", sorts_open),
    ];
    let for_open_orders = of_open_orders.into_iter().find(|(_, given)| *given);
    if let Some((name, _)) = for_open_orders {
        if statuses.iter().any(|status| status.active().is_none()) {
            validator.reject("status", format!("must be {OPEN}: {name} is for open orders"));
        }
        if query.outcome.is_some() {
            validator.reject("outcome", format!("is not for a list with {name}, which is for open orders"));
        }
        if is_completed {
            let field = if query.completed_from.is_some() { "completedFrom" } else { "completedTo" };
            validator.reject(field, format!("is not for a list with {name}, which is for open orders"));
        }
        if statuses.is_empty() {
            statuses = Status::ALL.into_iter().filter(|status| status.active().is_some()).collect();
        }
        return statuses;
    }
    if is_completed && let Some(active) = statuses.iter().find(|status| status.active().is_some()) {
        validator.reject("status", format!("has {active}, which no completed order has"));
    }
    statuses.extend(outcomes);
    if is_completed && statuses.is_empty() {
        let completed = Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Cancelled);
        statuses = completed.map(Outcome::status).collect();
    }
    statuses
}

/// The instant of `asOf`: the end of a past date, or the current minute of today, or the minute of an instant.
pub(crate) fn as_of(
    value: Option<&String>,
    validator: &mut Validator,
    zone: &ReportZone,
    now: Instant,
) -> Option<Instant> {
    validator.parse("asOf", value, |text| {
        if let Ok(date) = Day::parse(text) {
            let as_of = zone.as_of(date, now).ok_or_else(|| format!("is after today, {}", zone.today(now).date()))?;
            return Ok(as_of.at());
        }
        match Instant::parse(text) {
            Ok(at) if at > now => Err("lies in the future".to_owned()),
            Ok(at) => Ok(at.floor_minute()),
            Err(_) => Err("is neither a date of the form 2026-01-31 nor an RFC 3339 time".to_owned()),
        }
    })
}

/// Rejects conditions that contradict each other, and lists as of a past instant that no index has.
fn check(filter: &OrderFilter, validator: &mut Validator, zone: &ReportZone) {
    if filter.delayed_by_hours.is_some() && filter.delayed == Some(false) {
        validator.reject("delayed", "must be true with delayedByHours");
    }
    if let (Some(from), Some(to)) = (filter.value_from, filter.value_to)
        && from > to
    {
        validator.reject("valueFrom", format!("is more than valueTo, {to}"));
    }
    let Some(at) = filter.as_of else { return };
    // What occurs at T does not count.
    let last = zone.day_before(at).number();
    let is_short = |range: &DayRange| {
        let to = range.to.map_or(last, |to| to.number().min(last));
        range.from.is_some_and(|from| to - from.number() < LONGEST_PAST_RANGE)
    };
    let has_short_range = filter.ranges.values().any(is_short) || is_short(&filter.placed());
    let is_level = filter.is_open_only() || filter.delayed == Some(true);
    if filter.vendor_id.is_none() && !has_short_range && !is_level {
        validator.reject(
            "asOf",
            format!(
                "needs a vendorId, a range of at most {LONGEST_PAST_RANGE} days, delayed=true, or a status that is {OPEN}"
            ),
        );
    }
}
