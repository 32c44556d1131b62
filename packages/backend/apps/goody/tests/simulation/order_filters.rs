//! Which orders a list or a feed must contain, computed without the filter functions of the application.

use goody_application::ports::{OrderFilter, RecentFilter};
use goody_domain::{Instant, Order, ReportZone, Status};

/// Whether the list of `filter` must contain the order at `now`. The lists behind the numbers of a report are checked against the
/// report instead.
pub(crate) fn matches(filter: &OrderFilter, order: &Order, zone: &ReportZone, now: Instant) -> bool {
    let OrderFilter { vendor_id, statuses, placed_from, placed_to, delayed, gift_type, .. } = filter;
    assert!(filter.is_basic(), "no condition is left out");
    has_vendor(vendor_id.as_ref().map(|id| id.as_str()), order)
        && has_status(statuses, order)
        && placed_from.is_none_or(|day| order.created_at >= zone.start(day))
        && placed_to.is_none_or(|day| order.created_at < zone.end(day))
        && delayed.is_none_or(|delayed| delayed == is_delayed(order, now))
        && (gift_type.is_none() || order.placement.gift_type == *gift_type)
}

/// Whether the recent feed of `filter` must contain the order.
pub(crate) fn matches_recent(filter: &RecentFilter, order: &Order) -> bool {
    let RecentFilter { since, statuses, vendor_id } = filter;
    order.updated_at >= *since
        && has_status(statuses, order)
        && has_vendor(vendor_id.as_ref().map(|id| id.as_str()), order)
}

fn has_vendor(vendor_id: Option<&str>, order: &Order) -> bool {
    vendor_id.is_none_or(|id| id == order.placement.vendor_id.as_str())
}

fn has_status(statuses: &[Status], order: &Order) -> bool {
    statuses.is_empty() || statuses.contains(&order.status())
}

/// An order that has ended is delayed if it ended after the minute of its promise, an open one from the whole minute after its
/// promise on.
fn is_delayed(order: &Order, now: Instant) -> bool {
    let minute = |at: Instant| at.micros().div_euclid(60_000_000);
    let is_past = |promise| minute(promise) < minute(order.completed_at().unwrap_or(now));
    order.placement.estimated_delivery.is_some_and(is_past)
}
