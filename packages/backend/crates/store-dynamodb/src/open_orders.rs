//! Lists of open orders to chase: selected and sorted by the entries of one index, so that only the orders of a page are loaded.

use goody_application::ports::{OpenOrder, OrderCount, OrderFilter, OrderSort, Position, Result};
use goody_domain::{Instant, Milestone, Order, OrderId, Status};

use crate::DynamoStore;
use crate::index_reader::{Entry, MergedReader, PartitionReader, Range};
use crate::list_orders::{self, CHUNK, MOST_LOADED, too_many};
use crate::order_item::Group;

/// The open orders of a list by the conditions that the index has, unsorted.
pub(crate) struct OpenOrders {
    orders: Vec<(Position, Status)>,
    /// Whether these are all. Of very many, the index is read in part: from the longest open ones on, or from the latest ones if the
    /// list begins with them; of a vendor, from the latest ones.
    is_complete: bool,
}

impl OpenOrders {
    pub(crate) async fn read(store: &DynamoStore, filter: &OrderFilter, now: Instant) -> Result<Self> {
        let begins_with_latest = filter.sort == OrderSort::Milestone(Milestone::Placed) && !filter.ascending;
        let oldest_first = filter.vendor_id.is_none() && !begins_with_latest;
        let range = Range { oldest_first, ..list_orders::range(store, filter, None) };
        let partition = match &filter.vendor_id {
            Some(vendor_id) => list_orders::vendor_partition(vendor_id),
            None => list_orders::group_partition(Group::Open),
        };
        let mut reader = MergedReader { readers: vec![PartitionReader::new(store, partition, range)] };
        let is_candidate = |entry: &Entry| {
            let status = entry.status();
            status.is_some_and(|status| status.active().is_some() && filter.takes_status(status))
                && filter.gift_type.as_ref().is_none_or(|gift| entry.gift_type.as_deref() == Some(gift.as_str()))
        };
        let (entries, is_complete) = reader.peek(usize::MAX - 1, &is_candidate).await?;
        let mut candidates: Vec<(OrderId, OpenOrder)> = Vec::with_capacity(entries.len());
        let mut without_attributes = Vec::new();
        for entry in entries {
            match entry.open_order()? {
                Some(open) => candidates.push((entry.order_id()?, open)),
                None => without_attributes.push(entry.order_id()?),
            }
        }
        for history in store.histories(&without_attributes).await?.into_values() {
            let open = history.order().and_then(|order| OpenOrder::new(&order, &store.zone));
            candidates.extend(open.map(|open| (history.order_id().clone(), open)));
        }
        candidates.retain(|(_, open)| filter.takes_open(open, &store.zone, now));
        let position = |(order_id, open): (OrderId, OpenOrder)| {
            (Position { key: filter.sort_key_of_open(&open), order_id }, open.status)
        };
        Ok(Self { orders: candidates.into_iter().map(position).collect(), is_complete })
    }

    /// The orders after a position.
    pub(crate) async fn page(
        mut self,
        store: &DynamoStore,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>> {
        self.orders.retain(|(position, _)| filter.is_after(position, after));
        self.orders.sort_unstable();
        if !filter.ascending {
            self.orders.reverse();
        }
        let ids: Vec<OrderId> = self.orders.into_iter().map(|(position, _)| position.order_id).collect();
        let mut page: Vec<Order> = Vec::with_capacity(limit);
        let mut loaded = 0;
        while page.len() < limit && loaded < ids.len() {
            if loaded >= MOST_LOADED {
                return Err(too_many());
            }
            let missing = limit - page.len();
            // Conditions that the index does not have may leave out most of the orders.
            let chunk = if filter.is_about_open_only() { missing } else { missing.max(CHUNK) };
            let ids = &ids[loaded..ids.len().min(loaded + chunk)];
            loaded += ids.len();
            page.extend(store.matching_orders(filter, ids, now).await?);
        }
        page.truncate(limit);
        Ok(page)
    }

    /// The number of orders in the list, if the index has all of its conditions.
    pub(crate) fn count(&self, filter: &OrderFilter) -> Option<OrderCount> {
        let statuses = self.orders.iter().map(|(_, status)| *status);
        filter.is_about_open_only().then(|| list_orders::count_statuses(statuses, i64::MAX, self.is_complete))
    }
}
