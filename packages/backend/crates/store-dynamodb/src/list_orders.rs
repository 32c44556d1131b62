//! What all lists of orders share: their partitions and ranges, the orders that match, and the bounds of their effort.

use goody_application::ports::{OrderCount, OrderFilter, Position, Result, StoreError};
use goody_domain::{Instant, Milestone, Order, OrderId, Status, VendorId};

use crate::DynamoStore;
use crate::index_reader::{Partition, Range};
use crate::order_item::{Group, sort_key_start};
use crate::tables::{BY_GROUP, BY_VENDOR};

/// Orders that are loaded in one step of looking through them.
pub(crate) const CHUNK: usize = 500;
/// The maximum number of orders that are loaded for a page.
pub(crate) const MOST_LOADED: usize = 10_000;
/// Sorts after every sort key.
pub(crate) const LAST: &str = "~";

pub(crate) fn too_many() -> StoreError {
    StoreError::TooManyOrders(MOST_LOADED)
}

pub(crate) fn vendor_partition(vendor_id: &VendorId) -> Partition {
    by_placement(BY_VENDOR, "vendorId", vendor_id.as_str())
}

pub(crate) fn group_partition(group: Group) -> Partition {
    by_placement(BY_GROUP, "list", group.key())
}

pub(crate) fn by_placement(index: &'static str, attribute: &'static str, value: &str) -> Partition {
    Partition { index, attribute, value: value.to_owned(), sort_attribute: "createdAt" }
}

/// The sort keys of the orders of a list, after a position.
pub(crate) fn range(store: &DynamoStore, filter: &OrderFilter, after: Option<&Position>) -> Range {
    // An order reaches these after its placement, and the others at any time.
    let follows_placement = |milestone| !matches!(milestone, Milestone::Due | Milestone::ShipDue);
    let ranges = filter.ranges.iter().filter(|(milestone, _)| follows_placement(**milestone));
    let days = ranges.filter_map(|(_, range)| range.to).chain(filter.placed_to);
    let as_of = filter.as_of.filter(|_| filter.ranges.keys().copied().all(follows_placement));
    let until = days.map(|day| store.zone.end(day)).chain(as_of).min();
    let to = until.map_or_else(|| LAST.to_owned(), sort_key_start);
    // DynamoDB refuses an empty key.
    let from = filter.placed_from.map_or(Instant::from_micros(0), |day| store.zone.start(day));
    Range::new(sort_key_start(from), to, filter.ascending, after)
}

impl DynamoStore {
    /// Those of these orders that match the filter, in the sequence of the list.
    pub(crate) async fn matching_orders(
        &self,
        filter: &OrderFilter,
        ids: &[OrderId],
        now: Instant,
    ) -> Result<Vec<Order>> {
        // A summary lacks some of the facts that terms, levels and statuses of the past follow from.
        let mut histories = match filter.is_basic() {
            true => self.list_histories(ids).await?,
            false => self.histories(ids).await?,
        };
        if let Some(search) = &filter.search {
            histories.retain(|_, history| search.finds(&history.terms()));
        }
        let orders = histories.into_values().filter_map(|history| history.order());
        let orders = orders.filter(|order| filter.takes(order, &self.zone, now)).collect();
        Ok(filter.page_of(orders, None, usize::MAX))
    }
}

/// Counts the first `count_limit` statuses. `is_complete` is false if the list may have more than these.
pub(crate) fn count_statuses(
    statuses: impl Iterator<Item = Status>,
    count_limit: i64,
    is_complete: bool,
) -> OrderCount {
    let mut count = OrderCount { is_lower_bound: !is_complete, ..OrderCount::default() };
    for (number, status) in (0..).zip(statuses) {
        if number == count_limit {
            count.is_lower_bound = true;
            break;
        }
        count.by_status[status as usize] += 1;
    }
    count
}
