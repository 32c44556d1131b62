//! A transaction over buckets: it reads them, changes them and writes all of them. It writes nothing if one of them has changed
//! since the read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use goody_application::ports::{BucketMove, Result, Scope};
use goody_domain::{Bucket, Counter, Counters, Day, Entry, Minute, MinuteEntry, Month, MonthSummaries, MonthTotals};
use serde_bytes::ByteBuf;

use crate::DynamoStore;
use crate::buckets::{
    BucketItem, CURRENT, FLEET, Row, ScopeItem, partition, read_counters, write_counters, write_minutes,
};
use crate::client::{Terms, failed, number, text};
use crate::items::{Item, read, write};

const DOING: &str = "moving the counters";

/// The partition of a scope, and its row in the partition.
pub(crate) type RowKey = (String, Row);

/// The rows of scopes: the stored ones, and those to write.
pub(crate) struct BucketTransaction<'s> {
    store: &'s DynamoStore,
    /// The day of the transaction.
    today: Day,
    scopes: BTreeMap<String, ScopeItem>,
    rows: BTreeMap<RowKey, BucketItem>,
    new_totals: BTreeMap<String, Counters>,
    new_buckets: BTreeMap<RowKey, Bucket>,
    latest_facts: BTreeMap<RowKey, i64>,
    new_months: BTreeMap<RowKey, MonthTotals>,
    new_summaries: BTreeMap<String, MonthSummaries>,
    /// How many more orders have no placement.
    unplaced: i64,
    /// After the write, all buckets of these scopes follow the time zone rules of this program.
    follows_rules: bool,
}

/// The rows that a move of a bucket changes.
pub(crate) fn row_keys(of: &BucketMove) -> impl Iterator<Item = RowKey> {
    let scope = partition(&of.scope).to_owned();
    let rows = Row::split(of.day, &of.entries).into_iter().map(|(row, _)| row);
    rows.chain([Row::Month(Month::of(of.day))]).map(move |row| (scope.clone(), row))
}

/// The key of a row of a scope, as the client takes it.
pub(crate) fn item_key(scope: &str, date: String) -> Item {
    HashMap::from([("vendorId".to_owned(), text(scope)), ("date".to_owned(), text(date))])
}

impl<'s> BucketTransaction<'s> {
    /// Reads the rows, and the current row of each of their scopes.
    pub(crate) async fn begin(store: &'s DynamoStore, row_keys: &BTreeSet<RowKey>, today: Day) -> Result<Self> {
        let scopes: BTreeSet<&str> = row_keys.iter().map(|(scope, _)| scope.as_str()).collect();
        let mut keys: Vec<Item> = scopes.into_iter().map(|scope| item_key(scope, CURRENT.to_owned())).collect();
        keys.extend(row_keys.iter().map(|(scope, row)| item_key(scope, row.key())));
        let mut transaction = Self {
            store,
            today,
            scopes: BTreeMap::new(),
            rows: BTreeMap::new(),
            new_totals: BTreeMap::new(),
            new_buckets: BTreeMap::new(),
            latest_facts: BTreeMap::new(),
            new_months: BTreeMap::new(),
            new_summaries: BTreeMap::new(),
            unplaced: 0,
            follows_rules: true,
        };
        for item in store.get_all("reading buckets", &store.tables.reports, keys).await? {
            if item.get("date").and_then(|date| date.as_s().ok()).is_some_and(|date| date == CURRENT) {
                let scope: ScopeItem = read(item)?;
                transaction.scopes.insert(scope.vendor_id.clone(), scope);
            } else {
                let row: BucketItem = read(item)?;
                transaction.rows.insert((row.vendor_id.clone(), Row::parse(&row.date)?), row);
            }
        }
        Ok(transaction)
    }

    /// Adds the entries to a bucket and to the totals of its scope.
    pub(crate) fn add(&mut self, scope: &Scope, day: Day, entries: &[Entry]) -> Result<()> {
        let name = partition(scope);
        if self.scopes.get(name).is_some_and(|scope| scope.has_other_rules(&self.store.rules)) {
            let reason = format!("the counters of {name} follow other time zone rules than this program: rebuild them");
            return Err(failed(DOING)(reason.into()));
        }
        let totals = match self.new_totals.entry(name.to_owned()) {
            std::collections::btree_map::Entry::Occupied(stored) => stored.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                let stored = self.scopes.get(name).map(|scope| read_counters(&scope.totals)).transpose()?;
                slot.insert(stored.unwrap_or_default())
            }
        };
        for entry in entries.iter().filter(|entry| !entry.counter.is_instant()) {
            totals.add(entry.counter, entry.amount);
        }
        for (row, entries) in Row::split(day, entries) {
            self.add_row((name.to_owned(), row), &entries)?;
        }
        self.add_month(name, day, entries)
    }

    /// Changes the month of a day, whose bucket is changed already. A scope whose months are not summed yet stays so until a rebuild.
    fn add_month(&mut self, name: &str, day: Day, entries: &[Entry]) -> Result<()> {
        let scope = self.scopes.get(name);
        if scope.is_some_and(|scope| !scope.has_months()) {
            return Ok(());
        }
        let (month, key) = (Month::of(day), (name.to_owned(), Row::Day(day)));
        let start = self.store.zone.start(day).micros();
        let delivery = self.deliveries(&key, day).into_values().max();
        let latest = [self.latest_facts.get(&key).copied(), delivery].map(|latest| latest.map(|latest| latest - start));
        let totals = self.new_buckets.get(&key).map(|bucket| bucket.totals.clone()).unwrap_or_default();
        let month_key = (name.to_owned(), Row::Month(month));
        let days = match self.new_months.entry(month_key.clone()) {
            std::collections::btree_map::Entry::Occupied(stored) => stored.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                let stored = self.rows.get(&month_key).map(BucketItem::month).transpose()?;
                slot.insert(stored.unwrap_or_default())
            }
        };
        days.set(day, &totals, latest);
        let summaries = match self.new_summaries.entry(name.to_owned()) {
            std::collections::btree_map::Entry::Occupied(stored) => stored.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(self.scopes.get(name).map(ScopeItem::summaries).transpose()?.unwrap_or_default())
            }
        };
        summaries.add(month, entries);
        summaries.set_latest(month, days.latest(month, &self.store.zone));
        Ok(())
    }

    /// Adds the entries to one row only. The totals of its scope stay.
    pub(crate) fn add_row(&mut self, key: RowKey, entries: &[Entry]) -> Result<()> {
        if let Row::Day(day) = key.1 {
            let start = self.store.zone.start(day).micros();
            let facts = entries.iter().filter(|entry| entry.counter == Counter::LatestFact);
            let latest = facts.map(|entry| start + micros_from_day_start(entry.minute) + entry.amount - 1).max();
            let stored = self.rows.get(&key).and_then(|row| row.latest_fact);
            if let Some(latest) = latest.max(stored) {
                let known = self.latest_facts.entry(key.clone()).or_insert(latest);
                *known = latest.max(*known);
            }
        }
        let bucket = match self.new_buckets.entry(key.clone()) {
            std::collections::btree_map::Entry::Occupied(stored) => stored.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                let stored = self.rows.get(&key).map(BucketItem::bucket).transpose()?;
                slot.insert(stored.unwrap_or_default())
            }
        };
        bucket.add(entries);
        Ok(())
    }

    /// Replaces a day of a scope. The totals of the scope stay.
    pub(crate) fn replace(&mut self, scope: &str, day: Day, bucket: &Bucket) {
        let key = |row| (scope.to_owned(), row);
        let entry = |of: &MinuteEntry| Entry { day, minute: of.minute, counter: of.counter, amount: of.amount };
        let timed: Vec<Entry> = bucket.minutes.iter().map(entry).collect();
        self.new_buckets.extend(self.rows.keys().cloned().map(|key| (key, Bucket::default())));
        for (row, entries) in Row::split(day, &timed) {
            let mut part = Bucket::default();
            part.add(&entries);
            if let Row::Day(day) = row {
                let facts = entries.iter().filter(|entry| entry.counter == Counter::LatestFact);
                let start = self.store.zone.start(day).micros();
                let latest = facts.map(|entry| start + micros_from_day_start(entry.minute) + entry.amount - 1).max();
                self.latest_facts.extend(latest.map(|latest| (key(Row::Day(day)), latest)));
                part.totals.clone_from(&bucket.totals);
            }
            self.new_buckets.insert(key(row), part);
        }
    }

    /// Does not write which time zone rules the scopes follow. For a rebuild that has more buckets to replace.
    pub(crate) fn keep_zone_rules(&mut self) {
        self.follows_rules = false;
    }

    /// Replaces months of a scope, and their summaries if they are complete then.
    pub(crate) fn replace_months(
        &mut self,
        scope: &str,
        months: &[(Month, MonthTotals)],
        summaries: Option<MonthSummaries>,
    ) {
        let months = months.iter().map(|(month, days)| ((scope.to_owned(), Row::Month(*month)), days.clone()));
        self.new_months.extend(months);
        self.new_summaries.extend(summaries.map(|summaries| (scope.to_owned(), summaries)));
    }

    /// Replaces the totals of a scope.
    pub(crate) fn replace_totals(&mut self, scope: &str, totals: Counters) {
        self.new_totals.insert(scope.to_owned(), totals);
    }

    /// Adds to the number of orders without a placement.
    pub(crate) fn add_unplaced(&mut self, orders: i64) {
        self.unplaced += orders;
    }

    /// The stored revision of a scope.
    pub(crate) fn revision(&self, scope: &str) -> i64 {
        self.scopes.get(scope).map_or(0, |scope| scope.revision)
    }

    /// The writes of every changed row.
    pub(crate) fn writes(&self) -> Result<Vec<TransactWriteItem>> {
        let mut writes = Vec::with_capacity(self.new_totals.len() + self.new_buckets.len());
        let none = ScopeItem::default();
        if self.unplaced != 0 && !self.new_totals.contains_key(FLEET) {
            writes.push(self.write_unplaced()?);
        }
        for (name, totals) in &self.new_totals {
            writes.push(self.write_scope(name, self.scopes.get(name).unwrap_or(&none).revision, totals)?);
        }
        for (key, bucket) in &self.new_buckets {
            // A settled row is not a part of the scope's totals, so it has its own revision.
            let revision = match key.1 {
                Row::Settled(_) => self.rows.get(key).map_or(0, |row| row.revision),
                _ => self.scopes.get(&key.0).unwrap_or(&none).revision,
            };
            writes.push(self.write_row(key, bucket, revision + 1)?);
        }
        for (key, days) in &self.new_months {
            let (scope, row) = key;
            let revision = self.scopes.get(scope).unwrap_or(&none).revision + 1;
            let days = Some(ByteBuf::from(days.write()));
            let item =
                BucketItem { vendor_id: scope.clone(), date: row.key(), revision, days, ..BucketItem::default() };
            writes.push(self.put_row(key, &item)?);
        }
        Ok(writes)
    }

    fn write_scope(&self, name: &str, revision: i64, totals: &Counters) -> Result<TransactWriteItem> {
        let condition = if revision == 0 { "attribute_not_exists(#revision)" } else { "#revision = :stored" };
        let mut change = "SET #revision = :revision, #totals = :totals, #reportDate = :reportDate".to_owned();
        let mut terms = Terms::new([
            ("revision", number(revision + 1)),
            ("totals", text(write_counters(totals))),
            ("reportDate", text(CURRENT)),
        ]);
        if revision != 0 {
            terms = terms.with_values([("stored", number(revision))]);
        }
        if self.follows_rules {
            terms = terms.with_names(["zoneRules"]).with_values([("zoneRules", text(&*self.store.rules))]);
            change += ", #zoneRules = :zoneRules";
        }
        if let Some(summaries) = self.new_summaries.get(name) {
            let stored = AttributeValue::B(Blob::new(summaries.write()));
            terms = terms.with_names(["months"]).with_values([("months", stored)]);
            change += ", #months = :months";
        }
        if let Some(latest) = self.latest_fact(name) {
            terms = terms.with_names(["latestFact"]).with_values([("latestFact", number(latest))]);
            change += ", #latestFact = :latestFact";
        }
        if name == FLEET && self.unplaced != 0 {
            terms = terms.with_names(["unplacedOrders"]).with_values([("unplacedOrders", number(self.unplaced))]);
            change += " ADD #unplacedOrders :unplacedOrders";
        }
        let (names, values) = terms.split();
        let update =
            Update::builder().table_name(&self.store.tables.reports).set_key(Some(item_key(name, CURRENT.to_owned())));
        let update = update
            .update_expression(change)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        let update = update.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The write of the fleet's row if only the number of orders without a placement changes.
    fn write_unplaced(&self) -> Result<TransactWriteItem> {
        let terms = Terms::new([("unplacedOrders", number(self.unplaced)), ("reportDate", text(CURRENT))]);
        let (names, values) = terms.split();
        let update = Update::builder().table_name(&self.store.tables.reports);
        let update = update.set_key(Some(item_key(FLEET, CURRENT.to_owned())));
        let update = update.update_expression("SET #reportDate = :reportDate ADD #unplacedOrders :unplacedOrders");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let update = update.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The latest fact of the fleet; `None` for other scopes, which do not store it.
    fn latest_fact(&self, name: &str) -> Option<i64> {
        let changed = self.latest_facts.iter().filter(|((scope, _), _)| scope == FLEET).map(|(_, latest)| *latest);
        let stored = self.scopes.get(FLEET).and_then(|scope| scope.latest_fact);
        changed.chain(stored).max().filter(|_| name == FLEET)
    }

    /// The latest delivery of each hour of a day, with those of the hours that this transaction writes.
    fn deliveries(&self, (scope, row): &RowKey, day: Day) -> BTreeMap<String, i64> {
        let stored = self.rows.get(&(scope.clone(), row.clone()));
        let mut deliveries = stored.map(|stored| stored.deliveries.clone()).unwrap_or_default();
        let start = self.store.zone.start(day).micros();
        let hours = (scope.clone(), Row::Hour(day, 0))..=(scope.clone(), Row::Hour(day, Minute::MAX));
        for ((_, row), bucket) in self.new_buckets.range(hours) {
            let Row::Hour(_, hour) = row else { continue };
            match bucket.latest_delivery(None) {
                Some((minute, micros)) => {
                    deliveries.insert(hour.to_string(), start + micros_from_day_start(minute) + micros);
                }
                None => drop(deliveries.remove(&hour.to_string())),
            }
        }
        deliveries
    }

    fn write_row(&self, key: &RowKey, bucket: &Bucket, revision: i64) -> Result<TransactWriteItem> {
        let (scope, row) = key;
        let mut item = BucketItem { vendor_id: scope.clone(), date: row.key(), revision, ..BucketItem::default() };
        match row {
            Row::Hour(..) => item.minutes = write_minutes(&bucket.minutes)?,
            Row::Settled(_) => {
                item.totals = write_counters(&bucket.totals);
                item.minutes = write_minutes(&bucket.minutes)?;
            }
            Row::Day(day) => {
                item.deliveries = self.deliveries(key, *day);
                item.totals = write_counters(&bucket.totals);
                item.latest_fact = self.latest_facts.get(key).copied();
                item.quarters = Some(bucket.quarters.write()).filter(|it| !it.is_empty()).map(ByteBuf::from);
                item.changed_on = Some(self.today.number());
            }
            Row::Month(_) => {}
        }
        self.put_row(key, &item)
    }

    /// The write of a row, if it is still as it was read.
    fn put_row(&self, key: &RowKey, item: &BucketItem) -> Result<TransactWriteItem> {
        let put = Put::builder().table_name(&self.store.tables.reports).set_item(Some(write(item)?));
        let put = match self.rows.get(key) {
            None => put
                .condition_expression("attribute_not_exists(#vendorId)")
                .expression_attribute_names("#vendorId", "vendorId"),
            Some(row) => {
                let (names, values) = Terms::new([("revision", number(row.revision))]).split();
                let put = put.condition_expression("#revision = :revision");
                put.set_expression_attribute_names(names).set_expression_attribute_values(values)
            }
        };
        let put = put.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// Microseconds from the start of a day to the start of one of its minutes.
fn micros_from_day_start(minute: Minute) -> i64 {
    i64::from(minute) * 60_000_000
}
