//! Forgetting what is old, without changing a number.
//!
//! On AWS an order is deleted by its time to live, and the stream tells of it: [`DynamoStore::forget`] keeps what it
//! contributed as settled, and takes it out of the totals beside the lists. Buckets go from the oldest on, never from the
//! middle: [`DynamoStore::expire_buckets`] is for the daily timer.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem, Update};
use goody_application::ports::{BucketMove, Expired, Expiry, Housekeeping, Rebuilt, Result, Scope, last_day};
use goody_application::retention::{Settlement, settlement};
use goody_domain::{Counters, Day, History, OrderId};

use crate::bucket_transaction::{self, BucketTransaction, Place};
use crate::buckets::{BucketItem, FLEET, NOW, Row, ScopeItem, clocks, partition, read_counters, write_counters};
use crate::client::{Patience, Terms, Transacted, failed, number, text};
use crate::items::{Item, read};
use crate::{DynamoStore, markers, orders, rebuild, secondary_vendors};

/// How many orders are looked at together.
const PAGE: usize = 500;
/// How many days of a scope are forgotten in one transaction.
const DAYS: usize = 90;
const DOING: &str = "forgetting what is old";

#[async_trait]
impl Housekeeping for DynamoStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let Expiry { orders_before, order_days, buckets_before, today } = expiry;
        let mut forgotten = 0;
        for history in self.old(orders_before, limit).await? {
            forgotten += u64::from(self.forget_one(&history, order_days, today).await?);
        }
        // What the first call announces, the second forgets.
        let buckets = self.expire_buckets(buckets_before).await? + self.expire_buckets(buckets_before).await?;
        let marks = markers::forget(self, buckets_before).await?;
        Ok(Expired { orders: forgotten, buckets, marks })
    }

    /// The table removes orders by their time to live.
    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        Ok(None)
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        rebuild::rebuild(self, scope).await
    }
}

/// A day of a scope that is old.
struct OldDay {
    revision: i64,
    day: Day,
    totals: Counters,
    latest_fact: Option<i64>,
}

impl DynamoStore {
    /// Keeps the numbers of orders that the time to live has deleted. They may come again.
    ///
    /// # Errors
    /// Some may be forgotten. To be called again with all of them.
    pub async fn forget(&self, histories: Vec<History>, today: Day) -> Result<()> {
        let now = self.zone.start(today);
        self.project(histories.clone(), now).await?;
        for history in histories {
            self.forget_one(&history, self.retention.order_days, today).await?;
        }
        Ok(())
    }

    /// Orders about which nothing is known of that day or later, and whose changes the buckets reflect.
    async fn old(&self, before: Day, limit: usize) -> Result<Vec<History>> {
        let mut old: Vec<(Day, History)> = Vec::new();
        let mut after: Option<OrderId> = None;
        loop {
            let ids = self.ids(after.as_ref(), PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(last.clone());
            let histories = self.histories(&ids).await?;
            let waiting: BTreeSet<OrderId> = self
                .waiting(histories.values())
                .await?
                .into_iter()
                .map(|(history, _)| history.order_id().clone())
                .collect();
            for (id, history) in histories {
                let last = last_day(history.events(), history.order().as_ref(), &self.zone);
                if last < before && !waiting.contains(&id) {
                    old.push((last, history));
                }
            }
        }
        old.sort_by(|(one, of_one), (other, of_other)| (one, of_one.order_id()).cmp(&(other, of_other.order_id())));
        Ok(old.into_iter().take(limit).map(|(_, history)| history).collect())
    }

    /// Forgets one order, with everything that goes with it; says whether it was known.
    async fn forget_one(&self, history: &History, order_days: u16, today: Day) -> Result<bool> {
        let id = history.order_id();
        let mut patience = Patience::default();
        loop {
            let marker = markers::read_all(self, std::slice::from_ref(id)).await?.remove(id).unwrap_or_default();
            if marker.expired_on.is_some() {
                // Whoever noted that may have ended before its parts were gone.
                self.delete_parts(history).await?;
                return Ok(false);
            }
            let mut writes =
                vec![markers::expire(self, id, history.version(), marker.version, today)?, self.delete_order(history)?];
            if let Some(order) = history.order() {
                for vendor_id in order.named_vendors.iter().filter(|named| **named != order.placement.vendor_id) {
                    writes.push(self.delete_row(secondary_vendors::key(vendor_id, id), None)?);
                }
                let last_day = last_day(history.events(), Some(&order), &self.zone);
                writes.extend(self.settle(settlement(order, last_day, order_days, &self.zone), today).await?);
            }
            match self.transact(DOING, writes).await? {
                Transacted::Done => {
                    self.delete_parts(history).await?;
                    return Ok(true);
                }
                // More was told of it meanwhile.
                Transacted::Refused(places) if places.contains(&1) => return Ok(false),
                Transacted::Refused(_) => patience.wait().await?,
            }
        }
    }

    /// What an order contributed goes to the settled rows, and the counters move as it leaves.
    async fn settle(&self, settlement: Settlement, today: Day) -> Result<Vec<TransactWriteItem>> {
        let Settlement { settled, moved, .. } = settlement;
        let place = |of: &BucketMove| (partition(&of.scope).to_owned(), Row::Settled(of.day));
        let places: BTreeSet<Place> =
            settled.iter().map(place).chain(moved.iter().flat_map(bucket_transaction::places)).collect();
        let mut transaction = BucketTransaction::take(self, &places, today).await?;
        for of in &settled {
            transaction.add_row(place(of), &of.entries)?;
        }
        for BucketMove { scope, day, entries } in &moved {
            transaction.add(scope, *day, entries)?;
        }
        transaction.writes()
    }

    /// The order may be gone already, but it may not have grown.
    fn delete_order(&self, history: &History) -> Result<TransactWriteItem> {
        let terms = Terms::new([("version", number(history.version()))]).names(["orderId"]);
        let (names, values) = terms.split();
        let delete = Delete::builder().table_name(&self.tables.orders).set_key(Some(orders::key(history.order_id())));
        let delete = delete
            .condition_expression("attribute_not_exists(#orderId) OR #version = :version")
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        let delete = delete.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Only where it has that revision, if one is asked for.
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

    /// Forgets buckets of days before the first that has to be kept: none of that day or later, none that changed since.
    /// Says how many. Their sums go on in their scopes. A day is announced as gone by one call and forgotten by the next, the
    /// day after: who asks what is kept, and then reads it, finds it.
    ///
    /// # Errors
    /// Some may be forgotten. To be called again.
    pub async fn expire_buckets(&self, before: Day) -> Result<u64> {
        let mut first_kept = before;
        let mut scopes = Vec::new();
        for scope in self.rows(DOING).await? {
            let mut days = Vec::new();
            for item in self.scope_rows(&scope.vendor_id, "day#".to_owned(), NOW).await? {
                if item.get("date").and_then(|date| date.as_s().ok()).is_some_and(|date| date == NOW) {
                    continue;
                }
                let row: BucketItem = read(item)?;
                let Row::Day(day) = Row::read(&row.date)? else { continue };
                if day >= before || row.changed_on.is_some_and(|changed| changed >= before.number()) {
                    first_kept = first_kept.min(day);
                }
                let totals = read_counters(&row.totals)?;
                days.push(OldDay { revision: row.revision, day, totals, latest_fact: row.latest_fact });
            }
            scopes.push((scope.vendor_id, days));
        }
        let old = scopes.iter().flat_map(|(_, days)| days).any(|old| old.day < first_kept);
        let announced = self.row(DOING, FLEET).await?.kept_from.map(Day::from_number);
        if old {
            self.announce(announced.map_or(first_kept, |announced| announced.max(first_kept))).await?;
        }
        let Some(first_kept) = announced.map(|announced| announced.min(first_kept)) else { return Ok(0) };
        for (_, days) in &mut scopes {
            days.retain(|old| old.day < first_kept);
        }
        let gone: usize = scopes.iter().map(|(_, days)| days.len()).sum();
        for (scope, days) in scopes {
            for days in days.chunks(DAYS) {
                self.fold_days(&scope, days).await?;
            }
            let minutes = self.scope_rows(&scope, "clock#".to_owned(), &clocks(first_kept)).await?;
            let settled =
                self.scope_rows(&scope, "settled#".to_owned(), &Row::Settled(first_kept.plus(-1)).key()).await?;
            let keys = minutes.into_iter().chain(settled).map(|item| row_key(&item)).collect();
            self.delete_all(DOING, &self.tables.reports, keys).await?;
        }
        Ok(gone as u64)
    }

    /// Deletes days of a scope, and adds them to what has expired of it.
    async fn fold_days(&self, scope: &str, days: &[OldDay]) -> Result<()> {
        let mut patience = Patience::default();
        loop {
            let row = self.row(DOING, scope).await?;
            let mut expired = read_counters(row.expired.as_deref().unwrap_or_default())?;
            days.iter().for_each(|old| expired.add_all(&old.totals));
            let latest = days.iter().filter_map(|old| old.latest_fact).max().max(row.expired_fact);
            let mut writes = vec![self.write_expired(scope, &row, &expired, latest)?];
            for old in days {
                writes.push(
                    self.delete_row(bucket_transaction::key(scope, Row::Day(old.day).key()), Some(old.revision))?,
                );
            }
            match self.transact(DOING, writes).await? {
                Transacted::Done => return Ok(()),
                // A late fact moved one of the days: it is kept, and all of them wait for the next time.
                Transacted::Refused(places) if places.iter().any(|place| *place > 0) => return Ok(()),
                Transacted::Refused(_) => patience.wait().await?,
            }
        }
    }

    fn write_expired(
        &self,
        scope: &str,
        row: &ScopeItem,
        expired: &Counters,
        latest: Option<i64>,
    ) -> Result<TransactWriteItem> {
        let condition = if row.expired.is_none() { "attribute_not_exists(#expired)" } else { "#expired = :was" };
        let mut terms = Terms::new([("expired", text(write_counters(expired)))]);
        let mut change = "SET #expired = :expired".to_owned();
        if let Some(was) = &row.expired {
            terms = terms.values([("was", text(was))]);
        }
        if let Some(latest) = latest {
            terms = terms.names(["expiredFact"]).values([("expiredFact", number(latest))]);
            change += ", #expiredFact = :expiredFact";
        }
        let (names, values) = terms.split();
        let update = Update::builder().table_name(&self.tables.reports);
        let update = update.set_key(Some(bucket_transaction::key(scope, NOW.to_owned()))).update_expression(change);
        let update = update.condition_expression(condition).set_expression_attribute_names(names);
        let update = update.set_expression_attribute_values(values).build();
        Ok(TransactWriteItem::builder().update(update.map_err(|error| failed(DOING)(error.into()))?).build())
    }

    /// From now on nobody may ask for dates that need an earlier day.
    async fn announce(&self, day: Day) -> Result<()> {
        let (names, values) = Terms::new([("keptFrom", number(day.number())), ("reportDate", text(NOW))]).split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(bucket_transaction::key(FLEET, NOW.to_owned())));
        let update = update.update_expression("SET #keptFrom = :keptFrom, #reportDate = :reportDate");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        update.send().await.map(drop).map_err(|error| failed(DOING)(error.into()))
    }
}

/// The key of a row that was read.
fn row_key(item: &Item) -> Item {
    item.iter()
        .filter(|(name, _)| matches!(name.as_str(), "vendorId" | "date"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
