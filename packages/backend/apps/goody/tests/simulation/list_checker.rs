//! Checks of the order lists, the recent feed and the vendors' issues.

use goody_application::ports::{OrderFilter, OrderReader, RecentFilter, ReportReader};
use goody_application::read::complete_from;
use goody_domain::{GiftType, Instant, Order, OrderId, Report, ReportZone, Status, VendorId};
use goody_store_sqlite::SqliteStore;
use goody_testkit::suite::numbers::{assert_list, numbers};
use goody_testkit::suite::wait_alone;

use crate::order_filters::{matches, matches_recent};
use crate::workload::GIFTS;

/// Every list must contain exactly the orders that match its filter, in order, and its totals must count them.
pub(crate) fn assert_lists(real: &SqliteStore, zone: &ReportZone, vendors: &[VendorId], kept: &[Order], now: Instant) {
    let mut oldest_first: Vec<&Order> = kept.iter().collect();
    oldest_first.sort_by_key(|order| (order.created_at, &order.order_id));
    for filter in filters(zone, vendors, now) {
        let mut expected: Vec<&Order> =
            oldest_first.iter().copied().filter(|order| matches(&filter, order, zone, now)).collect();
        if !filter.ascending {
            expected.reverse();
        }
        let expected: Vec<(&OrderId, Status)> =
            expected.into_iter().map(|order| (&order.order_id, order.status())).collect();
        let list = wait_alone(real.list(&filter, None, kept.len() + 1, now)).unwrap();
        let listed: Vec<(&OrderId, Status)> = list.iter().map(|order| (&order.order_id, order.status())).collect();
        assert_eq!(listed, expected, "the list of {filter:?} (left: the store, right: the model)");
        let count = wait_alone(real.count(&filter, 1_000_000, now)).unwrap();
        let statuses = expected.into_iter().map(|(_, status)| status);
        assert_eq!(count.by_status, count_by_status(statuses), "the totals of {filter:?}");
        assert!(!count.is_lower_bound, "the totals of {filter:?} are not exact");
    }
}

/// The list behind each number of these reports must have as many orders, and its total must be the number, as far as no order of
/// them can have expired.
pub(crate) fn assert_numbers(real: &SqliteStore, reports: &[Report], now: Instant) {
    let zone = real.zone();
    let kept_from = wait_alone(real.orders_kept_from(now)).unwrap();
    for report in reports {
        let as_of = if report.as_of == zone.today(now).at() { zone.today(now) } else { zone.end_of(report.date) };
        for number in numbers(Some(&report.vendor_id), [&report.current7d, &report.previous7d], as_of, zone) {
            let filter = &number.filter;
            let first = filter.ranges.values().map(|range| range.from).chain([filter.placed_from]).flatten().min();
            // An open order that is given up was in the levels until then.
            let is_complete = match first {
                Some(first) => kept_from.is_none_or(|kept_from| first >= complete_from(filter, kept_from)),
                None => kept_from.is_none() || filter.as_of == Some(zone.today(now).at()),
            };
            if is_complete {
                wait_alone(assert_list(real, &number, now));
            }
        }
    }
}

fn filters(zone: &ReportZone, vendors: &[VendorId], now: Instant) -> Vec<OrderFilter> {
    let all = OrderFilter::default();
    let today = zone.day(now);
    let mut filters = vec![
        all.clone(),
        OrderFilter { ascending: true, ..all.clone() },
        OrderFilter { delayed: Some(true), ..all.clone() },
        OrderFilter { delayed: Some(false), ..all.clone() },
        OrderFilter { statuses: Status::ALL[..3].to_vec(), delayed: Some(true), ..all.clone() },
        OrderFilter { placed_from: Some(today.plus(-6)), placed_to: Some(today.plus(-1)), ..all.clone() },
    ];
    filters.extend(Status::ALL.map(|status| OrderFilter { statuses: vec![status], ..all.clone() }));
    filters.extend(GIFTS.map(|gift| OrderFilter { gift_type: Some(GiftType::parse(gift).unwrap()), ..all.clone() }));
    filters.extend(vendors.iter().flat_map(|vendor| {
        let of_vendor = OrderFilter { vendor_id: Some(vendor.clone()), ..all.clone() };
        [of_vendor.clone(), OrderFilter { delayed: Some(true), placed_to: Some(today.plus(-3)), ..of_vendor }]
    }));
    filters
}

/// The recent feed and the issues of every vendor must contain exactly the expected orders, in order.
pub(crate) fn assert_feeds(real: &SqliteStore, vendors: &[VendorId], kept: &[Order], now: Instant) {
    let limit = kept.len() + 1;
    for hours in [1, 24, 168] {
        let filter = RecentFilter { since: now.plus_seconds(-hours * 3_600), statuses: Vec::new(), vendor_id: None };
        let mut expected: Vec<&Order> = kept.iter().filter(|order| matches_recent(&filter, order)).collect();
        expected.sort_by(|one, other| (other.updated_at, &other.order_id).cmp(&(one.updated_at, &one.order_id)));
        let expected: Vec<&OrderId> = expected.into_iter().map(|order| &order.order_id).collect();
        let feed = wait_alone(real.recent(&filter, None, limit)).unwrap();
        let listed: Vec<&OrderId> = feed.iter().map(|history| history.order_id()).collect();
        assert_eq!(listed, expected, "the feed of the last {hours} hours (left: the store, right: the model)");
        let counts = wait_alone(real.count_recent(&filter)).unwrap();
        let from_minute = RecentFilter { since: filter.since.floor_minute(), ..filter };
        let counted = kept.iter().filter(|order| matches_recent(&from_minute, order)).map(Order::status);
        assert_eq!(counts, count_by_status(counted), "the counts of the last {hours} hours");
    }
    for vendor in vendors {
        let is_listed = |order: &&Order| {
            order.placement.vendor_id == *vendor
                && order.status().is_issue()
                && order.completed_at().is_some_and(|end| end < now)
        };
        let mut expected: Vec<&Order> = kept.iter().filter(is_listed).collect();
        expected
            .sort_by(|one, other| (other.completed_at(), &other.order_id).cmp(&(one.completed_at(), &one.order_id)));
        let expected: Vec<&OrderId> = expected.into_iter().map(|order| &order.order_id).collect();
        let issues = wait_alone(real.issues(vendor, now, limit)).unwrap();
        let listed: Vec<&OrderId> = issues.iter().map(|order| &order.order_id).collect();
        assert_eq!(listed, expected, "the issues of {vendor} (left: the store, right: the model)");
    }
}

/// The number of orders in each status, in the order of [`Status::ALL`].
fn count_by_status(statuses: impl IntoIterator<Item = Status>) -> [i64; 9] {
    let mut counts = [0; 9];
    for status in statuses {
        counts[status as usize] += 1;
    }
    counts
}
