//! Retention: deletes expired orders and buckets without a change of any report.
//!
//! On AWS, DynamoDB deletes an order by its time to live, and the stream delivers the deletion to [`DynamoStore::forget`], which
//! stores the contribution of the order in settled rows and takes the order out of the counts by status. Buckets are deleted from
//! the oldest day on, without gaps: the daily timer calls [`DynamoStore::expire_buckets`].

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem, Update};
use goody_application::ports::{BucketMove, Expired, Expiry, Housekeeping, Rebuilt, Result, Scope, last_day};
use goody_application::retention::{Settlement, settlement};
use goody_domain::{Counters, Day, History, Month, OrderId};

use crate::bucket_transaction::{self, BucketTransaction, RowKey};
use crate::buckets::{
    BucketItem, CURRENT, FLEET, MONTHS, Row, ScopeItem, hour_key_prefix, partition, read_counters, write_counters,
};
use crate::client::{Backoff, Terms, TransactionOutcome, failed, number, text};
use crate::items::{Item, read};
use crate::{DynamoStore, markers, orders, rebuild, secondary_vendors};

/// How many orders are checked at a time.
const PAGE: usize = 500;
/// How many days of a scope one transaction deletes.
const DAYS_PER_TRANSACTION: usize = 90;
const DOING: &str = "deleting expired data";

#[async_trait]
impl Housekeeping for DynamoStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let Expiry { orders_before, order_days, buckets_before, today } = expiry;
        let mut removed = 0;
        for history in self.expired_orders(orders_before, limit).await? {
            removed += u64::from(self.remove_order(&history, order_days, today).await?);
        }
        // The first call publishes the first day with buckets, the second deletes the earlier days.
        let buckets = self.expire_buckets(buckets_before).await? + self.expire_buckets(buckets_before).await?;
        let marks = markers::delete_expired(self, buckets_before).await?;
        Ok(Expired { orders: removed, buckets, marks })
    }

    /// The table removes orders by their time to live.
    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        Ok(None)
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        rebuild::rebuild(self, scope).await
    }
}

/// A day of a scope that may expire.
struct OldDay {
    revision: i64,
    day: Day,
    totals: Counters,
    latest_fact: Option<i64>,
    latest_delivery: Option<i64>,
}

impl DynamoStore {
    /// Settles the numbers of orders that the time to live has deleted. An order that is settled already is skipped.
    ///
    /// # Errors
    /// The store failed. Some orders may be settled: call it again with all of them.
    pub async fn forget(&self, histories: Vec<History>, today: Day) -> Result<()> {
        let now = self.zone.start(today);
        self.project(histories.clone(), now).await?;
        for history in histories {
            self.remove_order(&history, self.retention.order_days, today).await?;
        }
        Ok(())
    }

    /// The orders whose last day is before a day and whose changes the buckets reflect, the oldest first.
    async fn expired_orders(&self, before: Day, limit: usize) -> Result<Vec<History>> {
        let mut old: Vec<(Day, History)> = Vec::new();
        let mut after: Option<OrderId> = None;
        loop {
            let ids = self.order_ids(after.as_ref(), PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(last.clone());
            let histories = self.histories(&ids).await?;
            let pending = self.pending(histories.values()).await?.into_iter();
            let pending: BTreeSet<OrderId> = pending.map(|pending| pending.history.order_id().clone()).collect();
            for (id, history) in histories {
                let last = last_day(history.facts(), history.order().as_ref(), &self.zone);
                if last < before && !pending.contains(&id) {
                    old.push((last, history));
                }
            }
        }
        old.sort_by(|(one, of_one), (other, of_other)| (one, of_one.order_id()).cmp(&(other, of_other.order_id())));
        Ok(old.into_iter().take(limit).map(|(_, history)| history).collect())
    }

    /// Deletes an order, its pointers, parts and terms, and settles its numbers. Returns false if it has expired already or has new
    /// facts.
    async fn remove_order(&self, history: &History, order_days: u16, today: Day) -> Result<bool> {
        let id = history.order_id();
        let mut backoff = Backoff::default();
        loop {
            let marker = markers::read_all(self, std::slice::from_ref(id)).await?.remove(id).unwrap_or_default();
            if marker.expired_on.is_some() {
                // The process that wrote the marker may have ended before it deleted the parts and terms.
                self.delete_parts(history).await?;
                self.delete_terms(history).await?;
                return Ok(false);
            }
            let mut writes = vec![markers::expire(self, history, &marker, today)?, self.delete_order(history)?];
            for vendor_id in secondary_vendors::former_vendor_ids(history) {
                writes.push(self.delete_row(secondary_vendors::key(&vendor_id, id), None)?);
            }
            let last_day = last_day(history.facts(), history.order().as_ref(), &self.zone);
            writes.extend(self.settle(settlement(history, last_day, order_days, &self.zone), today).await?);
            match self.transact(DOING, writes).await? {
                TransactionOutcome::Committed => {
                    self.delete_parts(history).await?;
                    self.delete_terms(history).await?;
                    return Ok(true);
                }
                // The order has new facts.
                TransactionOutcome::Refused(indexes) if indexes.contains(&1) => return Ok(false),
                TransactionOutcome::Refused(_) => backoff.wait().await?,
            }
        }
    }

    /// The writes that add the contribution of an order to the settled rows and take the order out of the counters.
    async fn settle(&self, settlement: Settlement, today: Day) -> Result<Vec<TransactWriteItem>> {
        let Settlement { order, settled, moved } = settlement;
        let settled_key = |settled: &BucketMove| (partition(&settled.scope).to_owned(), Row::Settled(settled.day));
        let row_keys: BTreeSet<RowKey> =
            settled.iter().map(settled_key).chain(moved.iter().flat_map(bucket_transaction::row_keys)).collect();
        let mut transaction = BucketTransaction::begin(self, &row_keys, today).await?;
        for settled in &settled {
            transaction.add_row(settled_key(settled), &settled.entries)?;
        }
        for BucketMove { scope, day, entries } in &moved {
            transaction.add(scope, *day, entries)?;
        }
        if order.is_none() {
            transaction.add_unplaced(-1);
        }
        transaction.writes()
    }

    /// The write that deletes an order. An order that is deleted already is not an error, but an order with new facts is.
    fn delete_order(&self, history: &History) -> Result<TransactWriteItem> {
        let terms = Terms::new([("version", number(history.version()))]).with_names(["orderId"]);
        let (names, values) = terms.split();
        let delete = Delete::builder().table_name(&self.tables.orders).set_key(Some(orders::key(history.order_id())));
        let delete = delete
            .condition_expression("attribute_not_exists(#orderId) OR #version = :version")
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        let delete = delete.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// The write that deletes a row; with a revision, only if the row has this revision.
    fn delete_row(&self, key: Item, revision: Option<i64>) -> Result<TransactWriteItem> {
        let mut delete = Delete::builder().table_name(&self.tables.reports).set_key(Some(key));
        if let Some(revision) = revision {
            let (names, values) = Terms::new([("revision", number(revision))]).split();
            delete = delete.condition_expression("#revision = :revision");
            delete = delete.set_expression_attribute_names(names).set_expression_attribute_values(values);
        }
        let delete = delete.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Deletes the buckets of days before a day, up to the first bucket that has changed since. Returns their number. The totals
    /// of the scopes keep their sums. One call publishes the new first day with buckets, and the next call, a day later, deletes
    /// the earlier days: so a reader that has read the first day finds the buckets from that day on.
    ///
    /// # Errors
    /// The store failed. Some buckets may be deleted: call it again.
    pub async fn expire_buckets(&self, before: Day) -> Result<u64> {
        let mut first_day = before;
        let mut scopes = Vec::new();
        for scope in self.current_rows(DOING).await? {
            let mut days = Vec::new();
            for item in self.scope_rows(&scope.vendor_id, "day#".to_owned(), CURRENT).await? {
                if item.get("date").and_then(|date| date.as_s().ok()).is_some_and(|date| date == CURRENT) {
                    continue;
                }
                let row: BucketItem = read(item)?;
                let Row::Day(day) = Row::parse(&row.date)? else { continue };
                if day >= before || row.changed_on.is_some_and(|changed| changed >= before.number()) {
                    first_day = first_day.min(day);
                }
                let totals = read_counters(&row.totals)?;
                let latest_delivery = row.deliveries.values().max().copied();
                let latest_fact = row.latest_fact;
                days.push(OldDay { revision: row.revision, day, totals, latest_fact, latest_delivery });
            }
            scopes.push((scope.vendor_id, days));
        }
        let old = scopes.iter().flat_map(|(_, days)| days).any(|old| old.day < first_day);
        let published = self.current_row(DOING, FLEET).await?.kept_from.map(Day::from_number);
        if old {
            self.save_kept_from(published.map_or(first_day, |published| published.max(first_day))).await?;
        }
        let Some(first_day) = published.map(|published| published.min(first_day)) else { return Ok(0) };
        for (_, days) in &mut scopes {
            days.retain(|old| old.day < first_day);
        }
        let deleted: usize = scopes.iter().map(|(_, days)| days.len()).sum();
        self.remove_explanations(first_day).await?;
        for (scope, days) in scopes {
            for days in days.chunks(DAYS_PER_TRANSACTION) {
                self.delete_days(&scope, days).await?;
            }
            let minutes = self.scope_rows(&scope, "clock#".to_owned(), &hour_key_prefix(first_day)).await?;
            let settled =
                self.scope_rows(&scope, "settled#".to_owned(), &Row::Settled(first_day.plus(-1)).key()).await?;
            let months = Row::Month(Month::of(first_day).plus(-1)).key();
            let months = self.scope_rows(&scope, MONTHS.to_owned(), &months).await?;
            let keys = minutes.into_iter().chain(settled).chain(months).map(|item| row_key(&item)).collect();
            self.delete_all(DOING, &self.tables.reports, keys).await?;
        }
        Ok(deleted as u64)
    }

    /// Deletes days of a scope, and adds their counters to the expired sum of the scope.
    async fn delete_days(&self, scope: &str, days: &[OldDay]) -> Result<()> {
        let mut backoff = Backoff::default();
        loop {
            let row = self.current_row(DOING, scope).await?;
            let mut expired = read_counters(row.expired.as_deref().unwrap_or_default())?;
            days.iter().for_each(|old| expired.add_all(&old.totals));
            let latest = days.iter().filter_map(|old| old.latest_fact).max().max(row.expired_fact);
            let delivery = days.iter().filter_map(|old| old.latest_delivery).max().max(row.expired_delivery);
            let mut writes = vec![self.write_expired(scope, &row, &expired, (latest, delivery))?];
            for old in days {
                writes.push(
                    self.delete_row(bucket_transaction::item_key(scope, Row::Day(old.day).key()), Some(old.revision))?,
                );
            }
            match self.transact(DOING, writes).await? {
                TransactionOutcome::Committed => return Ok(()),
                // A late fact has changed one of the days: these days stay until the next call.
                TransactionOutcome::Refused(indexes) if indexes.iter().any(|index| *index > 0) => return Ok(()),
                TransactionOutcome::Refused(_) => backoff.wait().await?,
            }
        }
    }

    fn write_expired(
        &self,
        scope: &str,
        row: &ScopeItem,
        expired: &Counters,
        (latest_fact, latest_delivery): (Option<i64>, Option<i64>),
    ) -> Result<TransactWriteItem> {
        let condition = if row.expired.is_none() { "attribute_not_exists(#expired)" } else { "#expired = :stored" };
        let mut terms = Terms::new([("expired", text(write_counters(expired)))]);
        let mut change = "SET #expired = :expired".to_owned();
        if let Some(stored) = &row.expired {
            terms = terms.with_values([("stored", text(stored))]);
        }
        for (name, latest) in [("expiredFact", latest_fact), ("expiredDelivery", latest_delivery)] {
            if let Some(latest) = latest {
                terms = terms.with_names([name]).with_values([(name, number(latest))]);
                change += &format!(", #{name} = :{name}");
            }
        }
        let (names, values) = terms.split();
        let update = Update::builder().table_name(&self.tables.reports);
        let update =
            update.set_key(Some(bucket_transaction::item_key(scope, CURRENT.to_owned()))).update_expression(change);
        let update = update.condition_expression(condition).set_expression_attribute_names(names);
        let update = update.set_expression_attribute_values(values).build();
        Ok(TransactWriteItem::builder().update(update.map_err(|error| failed(DOING)(error.into()))?).build())
    }

    /// Stores the first day with buckets. From then on, a report that needs an earlier day has expired.
    async fn save_kept_from(&self, day: Day) -> Result<()> {
        let (names, values) = Terms::new([("keptFrom", number(day.number())), ("reportDate", text(CURRENT))]).split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(bucket_transaction::item_key(FLEET, CURRENT.to_owned())));
        let update = update.update_expression("SET #keptFrom = :keptFrom, #reportDate = :reportDate");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        update.send().await.map(drop).map_err(|error| failed(DOING)(error.into()))
    }
}

/// The key of a row.
fn row_key(item: &Item) -> Item {
    item.iter()
        .filter(|(name, _)| matches!(name.as_str(), "vendorId" | "date"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
