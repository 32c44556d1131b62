//! Orders: load and save for writers, single orders and lists for readers.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::Select;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{
    Found, OrderCount, OrderFilter, OrderReader, OrderWrite, OrderWriter, Position, RecentFilter, Result, StatusCounts,
    VendorStore,
};
use goody_domain::{BatchId, Day, History, Instant, Order, OrderId, Vendor, VendorId};

use crate::client::{MAX_CONCURRENT_CALLS, Terms, failed, number, text};
use crate::items::{Item, read, write};
use crate::order_item::{ALL, OrderItem, sort_key_start};
use crate::parts::StoredOrder;
use crate::tables::{BY_ID, BY_ISSUE};
use crate::{DynamoStore, listing, markers, recent};

#[async_trait]
impl OrderWriter for DynamoStore {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let mut known = self.histories(ids).await?;
        let unknown_ids: Vec<OrderId> = ids.iter().filter(|id| !known.contains_key(*id)).cloned().collect();
        let expired: HashSet<OrderId> = markers::read_all(self, &unknown_ids).await?.into_keys().collect();
        let find = |id: &OrderId| match known.remove(id) {
            Some(history) => Found::Known(history),
            None if expired.contains(id) => Found::Expired,
            None => Found::Known(History::empty(id.clone())),
        };
        Ok(ids.iter().map(find).collect())
    }

    async fn save(&self, writes: Vec<OrderWrite>, _source: Option<&str>, _now: Instant) -> Result<Vec<bool>> {
        let outdated = self.register_vendors(&writes).await?;
        let save = async |write: OrderWrite| match outdated.contains(write.history.order_id()) {
            true => Ok(false),
            false => self.save_one(write).await,
        };
        stream::iter(writes).map(save).buffered(MAX_CONCURRENT_CALLS).try_collect().await
    }
}

impl DynamoStore {
    /// The histories of these orders. An unknown order is left out.
    pub(crate) async fn histories(&self, ids: &[OrderId]) -> Result<HashMap<OrderId, History>> {
        let histories = self.full_histories(self.stored_orders(ids).await?).await?;
        Ok(histories.into_iter().map(|history| (history.order_id().clone(), history)).collect())
    }

    /// The histories of these orders, as lists need them: of a long order, only [`History::summary`].
    pub(crate) async fn list_histories(&self, ids: &[OrderId]) -> Result<HashMap<OrderId, History>> {
        let stored = self.stored_orders(ids).await?;
        Ok(stored.into_iter().map(|stored| (stored.order_id.clone(), stored.list_history())).collect())
    }

    async fn stored_orders(&self, ids: &[OrderId]) -> Result<Vec<StoredOrder>> {
        let keys: HashSet<&OrderId> = ids.iter().collect();
        let keys = keys.into_iter().map(key).collect();
        parse_orders(self.get_all("loading orders", &self.tables.orders, keys).await?)
    }

    /// Saves one order. Returns false if the stored version is not the loaded one.
    async fn save_one(&self, OrderWrite { history, from_version, .. }: OrderWrite) -> Result<bool> {
        futures::try_join!(self.write_parts(&history, from_version), self.write_terms(&history, from_version))?;
        let summary = history.summary();
        let item = write(&OrderItem::new(&history, &summary, &self.zone, self.retention.order_days)?)?;
        let put = self.client.put_item().table_name(&self.tables.orders).set_item(Some(item));
        let (condition, terms) = match from_version {
            0 => ("attribute_not_exists(#orderId)", Terms::default().with_names(["orderId"])),
            version => ("#version = :version", Terms::new([("version", number(version))])),
        };
        let (names, values) = terms.split();
        let put = put.condition_expression(condition).set_expression_attribute_names(names);
        match put.set_expression_attribute_values(values).send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(refused))
                if matches!(refused.err(), PutItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(false)
            }
            Err(error) => Err(failed("saving an order")(error.into())),
        }
    }

    /// Writes an order again as it is, unless it has new facts.
    pub(crate) async fn write_again(&self, history: History) -> Result<()> {
        let from_version = history.version();
        self.save_one(OrderWrite { history, from_version, unknown_vendors: Vec::new() }).await.map(drop)
    }

    /// The number of all orders.
    pub(crate) async fn count_orders(&self) -> Result<i64> {
        const DOING: &str = "counting all orders";
        let (names, values) = Terms::new([("all", text(ALL))]).split();
        let query = self.client.query().table_name(&self.tables.orders).index_name(BY_ID).select(Select::Count);
        let query = query.key_condition_expression("#all = :all").set_expression_attribute_names(names);
        let query = query.set_expression_attribute_values(values);
        let mut count = 0;
        let mut start: Option<Item> = None;
        loop {
            let page = query.clone().set_exclusive_start_key(start).send().await;
            let page = page.map_err(|error| failed(DOING)(error.into()))?;
            count += i64::from(page.count);
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    /// Registers the unknown vendors of writes, except those of outdated writes: the stored order has another version. Returns
    /// the orders of the outdated writes.
    ///
    /// One transaction has no room for an order and all vendors that it may name. So the vendors are registered first, because an
    /// order may name registered vendors only. A vendor that no order names can remain only if another writer changes the order
    /// between this check and the write.
    async fn register_vendors(&self, writes: &[OrderWrite]) -> Result<HashSet<OrderId>> {
        let mut unknown_vendors: BTreeSet<VendorId> =
            writes.iter().flat_map(|write| &write.unknown_vendors).map(|vendor| vendor.vendor_id.clone()).collect();
        if unknown_vendors.is_empty() {
            return Ok(HashSet::new());
        }
        for known in self.vendors_by_id(unknown_vendors.clone()).await? {
            let may_be_named = |vendor: &Vendor| known.named_as(vendor).is_some();
            let is_named = !writes
                .iter()
                .flat_map(|write| &write.unknown_vendors)
                .any(|vendor| vendor.vendor_id == known.vendor_id && may_be_named(vendor));
            if is_named {
                unknown_vendors.remove(&known.vendor_id);
            }
        }
        let is_unknown = |vendor: &Vendor| unknown_vendors.contains(&vendor.vendor_id);
        let affected = writes.iter().filter(|write| write.unknown_vendors.iter().any(is_unknown));
        let ids: Vec<OrderId> = affected.clone().map(|write| write.history.order_id().clone()).collect();
        let stored = self.histories(&ids).await?;
        let version = |id: &OrderId| stored.get(id).map_or(0, History::version);
        let (current, outdated): (Vec<_>, Vec<_>) =
            affected.partition(|write| version(write.history.order_id()) == write.from_version);
        let vendors = current.into_iter().flat_map(|write| &write.unknown_vendors);
        self.register_unknown(vendors.filter(|vendor| is_unknown(vendor)).cloned().collect()).await?;
        Ok(outdated.into_iter().map(|write| write.history.order_id().clone()).collect())
    }

    /// The ids of the orders after `after`, sorted.
    pub(crate) async fn order_ids(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<OrderId>> {
        let after = after.map_or_else(String::new, ToString::to_string);
        let (condition, terms) = match after.as_str() {
            "" => ("#all = :all", Terms::new([("all", text(ALL))])),
            after => {
                ("#all = :all AND #orderId > :orderId", Terms::new([("all", text(ALL)), ("orderId", text(after))]))
            }
        };
        let (names, values) = terms.split();
        let query = self.client.query().table_name(&self.tables.orders).index_name(BY_ID);
        let query = query.key_condition_expression(condition).set_expression_attribute_names(names);
        let entries =
            self.query("reading all orders", query.set_expression_attribute_values(values), Some(limit)).await?;
        entries.iter().map(order_id).collect()
    }
}

/// Parses the items of orders.
fn parse_orders(items: Vec<Item>) -> Result<Vec<StoredOrder>> {
    items.into_iter().map(|item| read::<OrderItem<'_>>(item)?.parse()).collect()
}

/// The key of an order.
pub(crate) fn key(id: &OrderId) -> Item {
    HashMap::from([("orderId".to_owned(), text(id.as_str()))])
}

/// The order of an index entry.
pub(crate) fn order_id(item: &Item) -> Result<OrderId> {
    let id = item.get("orderId").and_then(|id| id.as_s().ok()).map_or("", String::as_str);
    OrderId::parse(id).map_err(|reason| crate::items::damaged("an order", &reason))
}

#[async_trait]
impl OrderReader for DynamoStore {
    async fn order(&self, id: &OrderId) -> Result<Option<History>> {
        let item = self.get("reading an order", &self.tables.orders, key(id)).await?;
        Ok(self.full_histories(parse_orders(item.into_iter().collect())?).await?.pop())
    }

    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>> {
        listing::list(self, filter, after, limit, now, None).await
    }

    async fn list_of_total(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
        total: i64,
    ) -> Result<Vec<Order>> {
        listing::list(self, filter, after, limit, now, Some(total)).await
    }

    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
        listing::count(self, filter, limit, now).await
    }

    async fn page(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
        count_limit: i64,
    ) -> Result<(Vec<Order>, OrderCount)> {
        listing::page(self, filter, after, limit, now, count_limit).await
    }

    async fn orders_kept_from(&self, now: Instant) -> Result<Option<Day>> {
        Ok(Some(self.zone.day(now).plus(-i32::from(self.retention.order_days))))
    }

    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>> {
        recent::recent(self, filter, after, limit).await
    }

    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts> {
        recent::count(self, filter).await
    }

    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>> {
        let terms = Terms::new([("issueOf", text(vendor_id.as_str())), ("endedAt", text(sort_key_start(before)))]);
        let (names, values) = terms.split();
        let query = self.client.query().table_name(&self.tables.orders).index_name(BY_ISSUE);
        let query = query.key_condition_expression("#issueOf = :issueOf AND #endedAt < :endedAt");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let entries = self.query("reading a vendor's issues", query.scan_index_forward(false), Some(limit)).await?;
        Ok(parse_orders(entries)?.into_iter().filter_map(|stored| stored.list_history().order()).collect())
    }

    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>> {
        let ids = self.order_ids(after, limit).await?;
        let mut histories = self.histories(&ids).await?;
        Ok(ids.iter().filter_map(|id| histories.remove(id)).collect())
    }

    async fn count_expired(&self, batch_id: &BatchId) -> Result<u64> {
        markers::count_expired(self, batch_id).await
    }
}
