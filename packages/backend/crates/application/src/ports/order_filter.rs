//! Which orders a list has, and how it is sorted.

use std::collections::BTreeMap;
use std::ops::Range;

use goody_domain::{
    Day, GiftType, Instant, Level, LevelPeriod, Milestone, Order, OrderId, ReportZone, SearchTerm, Status, VendorId,
};
use serde::{Deserialize, Serialize};

/// Days from one to another, both included. Without an end it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRange {
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
}

impl DayRange {
    /// The instants of the days.
    pub fn instants(self, zone: &ReportZone) -> Range<Instant> {
        let from = self.from.map_or(Instant::from_micros(i64::MIN), |day| zone.start(day));
        let until = self.to.map_or(Instant::from_micros(i64::MAX), |day| zone.end(day));
        from..until
    }

    /// Whether a day is among them.
    pub fn contains(self, day: Day) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// By what a list of orders is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderSort {
    /// The instant of a milestone.
    Milestone(Milestone),
    /// The promise. Orders without a promise come after the latest one.
    Promise,
    /// The value of the gift in minor units. Orders without a value come before the least one.
    Value,
}

impl Default for OrderSort {
    fn default() -> Self {
        Self::Milestone(Milestone::Placed)
    }
}

/// Selects and sorts the orders of a list. An order that is not placed yet is in no list.
///
/// Every condition is about one instant T, a whole minute: `as_of`, or the start of the current minute. A range of days of a
/// milestone ends at T at the latest, as in a report as of T. Without `as_of` the status is the current one; with it, that
/// of T, and a list without such a range has orders placed before T only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// Only orders of this vendor.
    pub vendor_id: Option<VendorId>,
    /// Only orders in one of these statuses; an empty list means all statuses.
    pub statuses: Vec<Status>,
    /// Only orders placed on this day or later.
    pub placed_from: Option<Day>,
    /// Only orders placed on this day or earlier.
    pub placed_to: Option<Day>,
    /// Only orders placed at this instant or later.
    pub placed_since: Option<Instant>,
    /// Only orders that were due at this instant or later.
    pub due_since: Option<Instant>,
    /// Only orders that reached these milestones on these days. [`Milestone::Placed`] is not among them.
    pub ranges: BTreeMap<Milestone, DayRange>,
    /// Only delayed orders, or only the others.
    pub delayed: Option<bool>,
    /// Only orders with this type of gift.
    pub gift_type: Option<GiftType>,
    /// Only orders that arrived by their promise, or only orders whose promise counts and that did not.
    pub on_time: Option<bool>,
    /// Only orders that were handed over by their deadline, or only orders whose deadline counts and that were not.
    pub shipped_on_time: Option<bool>,
    /// Only orders whose latest carrier has this name.
    pub carrier: Option<String>,
    /// Only orders for which the customer paid for fast delivery, or only the others.
    pub is_rush: Option<bool>,
    /// Only orders with a destination in this region.
    pub region: Option<String>,
    /// Only orders with a promise this many calendar days after the day of their placement.
    pub promise_days: Option<i32>,
    /// Only orders whose promise passed more than so many hours ago.
    pub delayed_by_hours: Option<u16>,
    /// Only orders that are in [`Level::Unshipped`], or only the others.
    pub unshipped: Option<bool>,
    /// Only orders that are in [`Level::Stalled`], or only the others.
    pub stalled: Option<bool>,
    /// Only orders with a gift of this value or more, in minor units of its currency.
    pub value_from: Option<i64>,
    /// Only orders with a gift of this value or less, in minor units of its currency.
    pub value_to: Option<i64>,
    /// The instant T, a whole minute; `None` is the current minute.
    pub as_of: Option<Instant>,
    /// By what the list is sorted.
    pub sort: OrderSort,
    /// The least comes first, instead of the greatest: the earliest instead of the latest.
    pub ascending: bool,
    /// Only orders of which this finds one of the terms (see [`goody_domain::History::terms`]). Of very many found orders, a store may
    /// list and count only some, see [`super::MOST_FOUND`]; it may compare references and tracking numbers whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchTerm>,
}

impl OrderFilter {
    /// The instant T.
    pub fn evaluated_at(&self, now: Instant) -> Instant {
        self.as_of.unwrap_or_else(|| now.floor_minute())
    }

    /// The days of placement.
    pub fn placed(&self) -> DayRange {
        DayRange { from: self.placed_from, to: self.placed_to }
    }

    /// Whether an order is in the list at `now`, if its terms are found: an order does not have all of its terms.
    pub fn takes(&self, order: &Order, zone: &ReportZone, now: Instant) -> bool {
        let placement = &order.placement;
        let at = self.evaluated_at(now);
        let is_in = |level| match self.as_of {
            Some(at) => order.is_in(level, at, zone),
            None => order.is_still_in(level, at, zone),
        };
        let delayed = || match self.as_of {
            Some(at) => order.is_delayed_at(at),
            None => order.is_delayed(now),
        };
        self.vendor_id.as_ref().is_none_or(|id| *id == placement.vendor_id)
            && self.takes_status_of(order)
            && self.gift_type.as_ref().is_none_or(|gift| Some(gift) == placement.gift_type.as_ref())
            && self.carrier.as_ref().is_none_or(|carrier| Some(carrier) == order.latest_note.carrier.as_ref())
            && self.is_rush.is_none_or(|is_rush| is_rush == placement.is_rush())
            && self.region.as_ref().is_none_or(|region| Some(region) == region_of(order))
            && self.takes_value(placement.gift_value)
            && self.placed().contains(zone.day(order.created_at))
            && self.placed_since.is_none_or(|since| order.created_at >= since)
            && self.due_since.is_none_or(|since| order.milestone(Milestone::Due).is_some_and(|due| due >= since))
            && self.ranges.iter().all(|(milestone, range)| {
                let reached = order.milestone(*milestone).filter(|reached| *reached < at);
                reached.is_some_and(|reached| range.contains(zone.day(reached)))
            })
            && self.promise_days.is_none_or(|days| promise_days(order, zone) == Some(days))
            && self.on_time.is_none_or(|on_time| order.is_on_time() == Some(on_time))
            && self.shipped_on_time.is_none_or(|on_time| order.is_shipped_on_time() == Some(on_time))
            && self.delayed.is_none_or(|wanted| wanted == delayed())
            && self.overdue_since(at).is_none_or(|since| placement.estimated_delivery.is_some_and(|it| it < since))
            && self.unshipped.is_none_or(|wanted| wanted == is_in(Level::Unshipped))
            && self.stalled.is_none_or(|wanted| wanted == is_in(Level::Stalled))
    }

    /// The status by which the list takes or counts an order: the current one, or that of `as_of`.
    pub fn status_of(&self, order: &Order) -> Status {
        match self.as_of {
            Some(at) => order.status_at(at).unwrap_or(Status::Placed),
            None => order.status(),
        }
    }

    /// Promises and deadlines count before the placement, too, as in the reports.
    fn takes_status_of(&self, order: &Order) -> bool {
        let is_placed = self.as_of.is_none_or(|at| order.created_at < at);
        let needs_placement = self.ranges.is_empty() || !self.statuses.is_empty();
        (is_placed || !needs_placement) && self.takes_status(self.status_of(order))
    }

    /// The instant before which the promises of the list passed, for `delayed_by_hours`.
    pub fn overdue_since(&self, at: Instant) -> Option<Instant> {
        self.delayed_by_hours.map(|hours| at.plus_seconds(-i64::from(hours) * 3_600))
    }

    /// Whether the list has orders with a gift of this value.
    pub fn takes_value(&self, value: Option<i64>) -> bool {
        self.value_from.is_none_or(|from| value.is_some_and(|value| value >= from))
            && self.value_to.is_none_or(|to| value.is_some_and(|value| value <= to))
    }

    /// Whether the list has orders in this status.
    pub fn takes_status(&self, status: Status) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }

    /// Whether the list has open orders only.
    pub fn is_open_only(&self) -> bool {
        !self.statuses.is_empty() && self.statuses.iter().all(|status| status.active().is_some())
    }

    /// Whether the list is selected and sorted by the placement, the current status, lateness and type of gift only.
    pub fn is_basic(&self) -> bool {
        let basic = Self {
            vendor_id: self.vendor_id.clone(),
            statuses: self.statuses.clone(),
            placed_from: self.placed_from,
            placed_to: self.placed_to,
            delayed: self.delayed,
            gift_type: self.gift_type.clone(),
            ascending: self.ascending,
            ..Self::default()
        };
        *self == basic
    }

    /// Whether the buckets count the orders of the list by status: they do by vendor, status and day of placement.
    pub fn is_counted(&self) -> bool {
        self.is_basic() && self.delayed.is_none() && self.gift_type.is_none()
    }

    /// Whether a list of the present has an open order, by what [`OpenOrder`] says of it.
    pub fn takes_open(&self, order: &OpenOrder, zone: &ReportZone, now: Instant) -> bool {
        let at = self.evaluated_at(now);
        let has_passed = |instant: Option<Instant>| instant.is_some_and(|instant| instant < at);
        self.takes_status(order.status)
            && self.placed().instants(zone).contains(&order.created_at)
            && self.delayed.is_none_or(|delayed| delayed == has_passed(order.promise))
            && self.overdue_since(at).is_none_or(|since| order.promise.is_some_and(|promise| promise < since))
            && self.unshipped.is_none_or(|unshipped| unshipped == has_passed(order.unshipped_at))
            && self.stalled.is_none_or(|stalled| stalled == has_passed(order.stalled_at))
            && self.takes_value(order.gift_value)
    }

    /// The same number as [`Self::sort_key`] of an open order in a list that no milestone but the placement sorts.
    pub fn sort_key_of_open(&self, order: &OpenOrder) -> i64 {
        match self.sort {
            OrderSort::Milestone(_) => order.created_at.micros(),
            OrderSort::Promise => order.promise.map_or(i64::MAX, Instant::micros),
            OrderSort::Value => order.gift_value.unwrap_or(-1),
        }
    }

    /// Whether [`Self::takes_open`] answers every condition of the list, except those of its vendor and type of gift.
    pub fn is_about_open_only(&self) -> bool {
        self.is_open_only()
            && self.as_of.is_none()
            && self.placed_since.is_none()
            && self.due_since.is_none()
            && self.ranges.is_empty()
            && self.on_time.is_none()
            && self.shipped_on_time.is_none()
            && self.carrier.is_none()
            && self.is_rush.is_none()
            && self.region.is_none()
            && self.promise_days.is_none()
            && self.search.is_none()
    }

    /// The number by which the list sorts an order: microseconds since 1970, or minor units.
    pub fn sort_key(&self, order: &Order) -> i64 {
        match self.sort {
            OrderSort::Milestone(milestone) => order.milestone(milestone).map_or(i64::MAX, Instant::micros),
            OrderSort::Promise => order.placement.estimated_delivery.map_or(i64::MAX, Instant::micros),
            OrderSort::Value => order.placement.gift_value.unwrap_or(-1),
        }
    }

    /// The position of an order in the list.
    pub fn position(&self, order: &Order) -> Position {
        Position { key: self.sort_key(order), order_id: order.order_id.clone() }
    }

    /// Sorts the orders of the list, and returns those after a position: at most `limit`.
    pub fn page_of(&self, mut orders: Vec<Order>, after: Option<&Position>, limit: usize) -> Vec<Order> {
        orders.sort_by_cached_key(|order| self.position(order));
        if !self.ascending {
            orders.reverse();
        }
        orders.into_iter().filter(|order| self.is_after(&self.position(order), after)).take(limit).collect()
    }

    /// Whether a position comes after another one in the list, or that one is `None`.
    pub fn is_after(&self, position: &Position, after: Option<&Position>) -> bool {
        after.is_none_or(|after| if self.ascending { position > after } else { position < after })
    }

    /// Splits the list into the orders placed before `kept_from`, the first day with buckets, and the others. An order with a late
    /// promise is retained longer than the bucket of its placement, so stores count the first part one by one. These orders are
    /// few.
    pub fn split_at(self, kept_from: Option<Day>) -> (Option<Self>, Option<Self>) {
        let Some(kept_from) = kept_from else { return (None, Some(self)) };
        let (from, to, last) = (self.placed_from, self.placed_to, kept_from.plus(-1));
        let is_older = from.is_none_or(|from| from <= last);
        let is_kept = to.is_none_or(|to| to >= kept_from);
        let older = Self { placed_to: Some(to.map_or(last, |to| to.min(last))), ..self.clone() };
        let kept = Self { placed_from: Some(from.map_or(kept_from, |from| from.max(kept_from))), ..self };
        (is_older.then_some(older), is_kept.then_some(kept))
    }
}

/// What a list of open orders selects and sorts them by. Stores have it in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its status.
    pub status: Status,
    /// When it was placed.
    pub created_at: Instant,
    /// Its promise.
    pub promise: Option<Instant>,
    /// When it entered [`Level::Unshipped`], or will if nothing happens.
    pub unshipped_at: Option<Instant>,
    /// When it entered [`Level::Stalled`], or will if nothing happens.
    pub stalled_at: Option<Instant>,
    /// The value of the gift in minor units of its currency.
    pub gift_value: Option<i64>,
}

impl OpenOrder {
    /// Of an order; `None` if it has ended.
    pub fn new(order: &Order, zone: &ReportZone) -> Option<Self> {
        let since = |level| {
            let is_current = |period: &LevelPeriod| period.level == level && period.until.is_none();
            order.level_periods(zone).find(is_current).map(|period| period.from)
        };
        order.status().active().map(|_| Self {
            status: order.status(),
            created_at: order.created_at,
            promise: order.placement.estimated_delivery,
            unshipped_at: since(Level::Unshipped),
            stalled_at: since(Level::Stalled),
            gift_value: order.placement.gift_value,
        })
    }
}

/// The region of an order's destination.
pub fn region_of(order: &Order) -> Option<&String> {
    order.placement.destination.as_ref()?.region.as_ref()
}

/// The calendar days from the day of an order's placement to the day of its promise, in the report time zone.
pub fn promise_days(order: &Order, zone: &ReportZone) -> Option<i32> {
    let promise = order.placement.estimated_delivery?;
    Some(zone.day(promise).number() - zone.day(order.created_at).number())
}

/// A position in a list of orders: after the order with this id and this number by which the list is sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// See [`OrderFilter::sort_key`]; in the recent feed, when the order was updated, in microseconds since 1970.
    pub key: i64,
    /// The order.
    pub order_id: OrderId,
}

impl Position {
    /// The position of an order in a list that is sorted by an instant.
    pub fn at(at: Instant, order_id: OrderId) -> Self {
        Self { key: at.micros(), order_id }
    }

    /// The instant by which the list is sorted.
    pub fn instant(&self) -> Instant {
        Instant::from_micros(self.key)
    }
}
