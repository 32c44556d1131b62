//! Orders and the change feed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use goody_application::ports::{
    ChangeBatch, ChangeFeed, ChangeLag, Found, OrderCount, OrderFilter, OrderReader, OrderWrite, OrderWriter, Position,
    PostedChange, Received, RecentFilter, Result, StatusCounts,
};
use goody_domain::{BatchId, Day, History, Instant, Order, OrderId, VendorId};

use super::{LoggedChange, MemoryStore, State};

#[async_trait]
impl OrderWriter for MemoryStore {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let state = self.state();
        let find = |id: &OrderId| match state.orders.get(id) {
            Some(history) => Found::Known(history.clone()),
            None if state.expired_ids.contains_key(id) => Found::Expired,
            None => Found::Known(History::empty(id.clone())),
        };
        Ok(ids.iter().map(find).collect())
    }

    async fn save(&self, writes: Vec<OrderWrite>, source: Option<&str>, now: Instant) -> Result<Vec<bool>> {
        let mut state = self.state();
        let mut saved = Vec::with_capacity(writes.len());
        for OrderWrite { history, from_version, unknown_vendors } in writes {
            let id = history.order_id().clone();
            let is_latest = state.orders.get(&id).map_or(0, History::version) == from_version;
            if is_latest {
                state.register_vendors(unknown_vendors);
                state.last_sequence += 1;
                let sequence = state.last_sequence;
                let to = history.version();
                state.changes.push(LoggedChange {
                    sequence,
                    order_id: id.clone(),
                    from: from_version,
                    to,
                    recorded_at: now,
                });
                state.orders.insert(id, history);
            }
            saved.push(is_latest);
        }
        if let Some(source) = source.filter(|_| saved.contains(&true)) {
            state.last_received = Some(Received { at: now, source: source.to_owned() });
        }
        Ok(saved)
    }
}

#[async_trait]
impl OrderReader for MemoryStore {
    async fn order(&self, id: &OrderId) -> Result<Option<History>> {
        Ok(self.state().orders.get(id).cloned())
    }

    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>> {
        let state = self.state();
        let mut orders = state.placed_orders();
        orders.retain(|order| filter.takes(order, &self.zone, now) && state.finds(filter, order));
        Ok(filter.page_of(orders, after, limit))
    }

    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
        let mut count = OrderCount::default();
        let state = self.state();
        let is_listed = |order: &&Order| filter.takes(order, &self.zone, now) && state.finds(filter, order);
        for order in state.placed_orders().iter().filter(is_listed) {
            if !filter.is_counted() && count.by_status.iter().sum::<i64>() == limit {
                count.is_lower_bound = true;
                break;
            }
            count.by_status[filter.status_of(order) as usize] += 1;
        }
        Ok(count)
    }

    async fn orders_kept_from(&self, _: Instant) -> Result<Option<Day>> {
        Ok(self.state().orders_kept_from)
    }

    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>> {
        let state = self.state();
        let orders: Vec<Order> = state.placed_orders().into_iter().filter(|order| matches(filter, order)).collect();
        let page = page(orders, |order| order.updated_at, |order| &order.order_id, after, limit);
        Ok(page.iter().map(|order| state.orders[&order.order_id].clone()).collect())
    }

    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts> {
        let mut counts = StatusCounts::default();
        let filter = &RecentFilter { since: filter.since.floor_minute(), ..filter.clone() };
        for order in self.state().placed_orders().iter().filter(|order| matches(filter, order)) {
            counts[order.status() as usize] += 1;
        }
        Ok(counts)
    }

    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>> {
        let mut orders = self.state().placed_orders();
        orders.retain(|order| {
            let has_ended = order.completed_at().is_some_and(|end| end < before);
            order.placement.vendor_id == *vendor_id && order.status().is_issue() && has_ended
        });
        let ended_at = |order: &Order| order.completed_at().expect("an issue has ended");
        Ok(page(orders, ended_at, |order| &order.order_id, None, limit))
    }

    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>> {
        let state = self.state();
        let remaining = state.orders.values().filter(|history| after.is_none_or(|after| history.order_id() > after));
        Ok(remaining.take(limit).cloned().collect())
    }

    async fn count_expired(&self, batch_id: &BatchId) -> Result<u64> {
        let state = self.state();
        Ok(state.expired_ids.values().filter(|(_, batches)| batches.contains(batch_id)).count() as u64)
    }
}

impl State {
    /// Whether the search of a filter finds an order.
    fn finds(&self, filter: &OrderFilter, order: &Order) -> bool {
        filter.search.as_ref().is_none_or(|search| search.finds(&self.orders[&order.order_id].terms()))
    }
}

fn matches(filter: &RecentFilter, order: &Order) -> bool {
    order.updated_at >= filter.since
        && (filter.statuses.is_empty() || filter.statuses.contains(&order.status()))
        && filter.vendor_id.as_ref().is_none_or(|id| *id == order.placement.vendor_id)
}

/// A page after a position: the latest order first, orders of the same instant by descending id.
fn page(
    mut orders: Vec<Order>,
    instant: impl Fn(&Order) -> Instant,
    id: impl Fn(&Order) -> &OrderId,
    after: Option<&Position>,
    limit: usize,
) -> Vec<Order> {
    orders.sort_by(|a, b| (instant(b), id(b)).cmp(&(instant(a), id(a))));
    orders.retain(|order| after.is_none_or(|after| (instant(order), id(order)) < (after.instant(), &after.order_id)));
    orders.truncate(limit);
    orders
}

#[async_trait]
impl ChangeFeed for MemoryStore {
    async fn changes(&self, limit: usize) -> Result<ChangeBatch> {
        let state = self.state();
        let pending: Vec<&LoggedChange> =
            state.changes.iter().filter(|change| change.sequence > state.checkpoint).take(limit).collect();
        let to = pending.last().map_or(state.checkpoint, |change| change.sequence);
        let mut merged: BTreeMap<&OrderId, (usize, usize)> = BTreeMap::new();
        for change in pending {
            merged.entry(&change.order_id).or_insert((change.from, change.to)).1 = change.to;
        }
        let change = |(id, (from, to)): (&OrderId, (usize, usize))| {
            PostedChange::new(state.orders[id].change(from, to), &self.zone)
        };
        Ok(ChangeBatch { from: state.checkpoint, to, changes: merged.into_iter().map(change).collect() })
    }

    async fn lag(&self) -> Result<ChangeLag> {
        let state = self.state();
        let pending = || state.changes.iter().filter(|change| change.sequence > state.checkpoint);
        Ok(ChangeLag { changes: pending().count() as u64, oldest: pending().next().map(|change| change.recorded_at) })
    }
}
