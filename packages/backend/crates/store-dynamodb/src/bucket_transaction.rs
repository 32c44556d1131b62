//! A transaction over buckets: it reads them, changes them, and writes all of them, or none unless each is still as it was read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use goody_application::ports::{BucketMove, Result, Scope};
use goody_domain::{Bucket, Counter, Counters, Day, Entry, Minute, MinuteEntry};

use crate::DynamoStore;
use crate::buckets::{BucketItem, FLEET, NOW, Row, ScopeItem, partition, read_counters, write_counters, write_minutes};
use crate::client::{Terms, failed, number, text};
use crate::items::{Item, read, write};

const DOING: &str = "moving the counters";

/// Where a scope's row is.
pub(crate) type Place = (String, Row);

/// Rows of scopes, as they were read and as they are to be written.
pub(crate) struct BucketTransaction<'s> {
    store: &'s DynamoStore,
    /// The day on which this happens.
    today: Day,
    scopes: BTreeMap<String, ScopeItem>,
    rows: BTreeMap<Place, BucketItem>,
    moved_scopes: BTreeMap<String, Counters>,
    moved_rows: BTreeMap<Place, Bucket>,
    latest_facts: BTreeMap<Place, i64>,
    /// Whether the buckets of all these scopes follow the rules of this program once all is written.
    follows_rules: bool,
}

/// The rows that a move of a bucket touches.
pub(crate) fn places(of: &BucketMove) -> impl Iterator<Item = Place> {
    let scope = partition(&of.scope).to_owned();
    Row::of(of.day, &of.entries).into_iter().map(move |(row, _)| (scope.clone(), row))
}

/// The key of a row of a scope.
pub(crate) fn key(scope: &str, date: String) -> Item {
    HashMap::from([("vendorId".to_owned(), text(scope)), ("date".to_owned(), text(date))])
}

impl<'s> BucketTransaction<'s> {
    /// Reads rows, and the current row of each of their scopes.
    pub(crate) async fn take(store: &'s DynamoStore, places: &BTreeSet<Place>, today: Day) -> Result<Self> {
        let scopes: BTreeSet<&str> = places.iter().map(|(scope, _)| scope.as_str()).collect();
        let mut keys: Vec<Item> = scopes.into_iter().map(|scope| key(scope, NOW.to_owned())).collect();
        keys.extend(places.iter().map(|(scope, row)| key(scope, row.key())));
        let mut transaction = Self {
            store,
            today,
            scopes: BTreeMap::new(),
            rows: BTreeMap::new(),
            moved_scopes: BTreeMap::new(),
            moved_rows: BTreeMap::new(),
            latest_facts: BTreeMap::new(),
            follows_rules: true,
        };
        for item in store.get_all("reading buckets", &store.tables.reports, keys).await? {
            if item.get("date").and_then(|date| date.as_s().ok()).is_some_and(|date| date == NOW) {
                let scope: ScopeItem = read(item)?;
                transaction.scopes.insert(scope.vendor_id.clone(), scope);
            } else {
                let row: BucketItem = read(item)?;
                transaction.rows.insert((row.vendor_id.clone(), Row::read(&row.date)?), row);
            }
        }
        Ok(transaction)
    }

    /// Adds to a bucket and to its scope's sums.
    pub(crate) fn add(&mut self, scope: &Scope, day: Day, entries: &[Entry]) -> Result<()> {
        let name = partition(scope);
        if self.scopes.get(name).is_some_and(|scope| scope.has_other_rules(&self.store.rules)) {
            let reason =
                format!("the counters of {name} follow other rules of the time zone than this program: rebuild them");
            return Err(failed(DOING)(reason.into()));
        }
        let totals = match self.moved_scopes.entry(name.to_owned()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let known = self.scopes.get(name).map(|scope| read_counters(&scope.totals)).transpose()?;
                place.insert(known.unwrap_or_default())
            }
        };
        for entry in entries.iter().filter(|entry| entry.counter != Counter::LatestFact) {
            totals.add(entry.counter, entry.amount);
        }
        for (row, entries) in Row::of(day, entries) {
            self.add_row((name.to_owned(), row), &entries)?;
        }
        Ok(())
    }

    /// Adds to one row and to nothing else.
    pub(crate) fn add_row(&mut self, place: Place, entries: &[Entry]) -> Result<()> {
        if let Row::Day(day) = place.1 {
            let start = self.store.zone.start(day).micros();
            let facts = entries.iter().filter(|entry| entry.counter == Counter::LatestFact);
            let latest = facts.map(|entry| start + minute_micros(entry.minute) + entry.amount - 1).max();
            let known = self.rows.get(&place).and_then(|row| row.latest_fact);
            if let Some(latest) = latest.max(known) {
                let slot = self.latest_facts.entry(place.clone()).or_insert(latest);
                *slot = latest.max(*slot);
            }
        }
        let bucket = match self.moved_rows.entry(place.clone()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(empty) => {
                let known = self.rows.get(&place).map(BucketItem::bucket).transpose()?;
                empty.insert(known.unwrap_or_default())
            }
        };
        bucket.add(entries);
        Ok(())
    }

    /// Replaces a day of a scope, whatever it was, without a word about the scope's sums.
    pub(crate) fn replace(&mut self, scope: &str, day: Day, bucket: &Bucket) {
        let place = |row| (scope.to_owned(), row);
        let entry = |of: &MinuteEntry| Entry { day, minute: of.minute, counter: of.counter, amount: of.amount };
        let timed: Vec<Entry> = bucket.minutes.iter().map(entry).collect();
        self.moved_rows.extend(self.rows.keys().cloned().map(|place| (place, Bucket::default())));
        for (row, entries) in Row::of(day, &timed) {
            let mut part = Bucket::default();
            part.add(&entries);
            if let Row::Day(day) = row {
                let facts = entries.iter().filter(|entry| entry.counter == Counter::LatestFact);
                let start = self.store.zone.start(day).micros();
                let latest = facts.map(|entry| start + minute_micros(entry.minute) + entry.amount - 1).max();
                self.latest_facts.extend(latest.map(|latest| (place(Row::Day(day)), latest)));
                part.totals = bucket.totals;
            }
            self.moved_rows.insert(place(row), part);
        }
    }

    /// Leaves the scopes' rules as they are: more of their buckets have to be replaced before they follow this program's.
    pub(crate) fn keep_rules(&mut self) {
        self.follows_rules = false;
    }

    /// Replaces a scope's sums.
    pub(crate) fn replace_totals(&mut self, scope: &str, totals: Counters) {
        self.moved_scopes.insert(scope.to_owned(), totals);
    }

    /// The revision of a scope, as it was read.
    pub(crate) fn revision(&self, scope: &str) -> i64 {
        self.scopes.get(scope).map_or(0, |scope| scope.revision)
    }

    /// Puts everything that moved back.
    pub(crate) fn writes(&self) -> Result<Vec<TransactWriteItem>> {
        let mut writes = Vec::with_capacity(self.moved_scopes.len() + self.moved_rows.len());
        let none = ScopeItem::default();
        for (name, totals) in &self.moved_scopes {
            writes.push(self.write_scope(name, self.scopes.get(name).unwrap_or(&none).revision, totals)?);
        }
        for (place, bucket) in &self.moved_rows {
            // What is settled is no part of the scope, and counts its own changes.
            let was = match place.1 {
                Row::Settled(_) => self.rows.get(place).map_or(0, |row| row.revision),
                _ => self.scopes.get(&place.0).unwrap_or(&none).revision,
            };
            writes.push(self.write_row(place, bucket, was + 1)?);
        }
        Ok(writes)
    }

    fn write_scope(&self, name: &str, was: i64, totals: &Counters) -> Result<TransactWriteItem> {
        let condition = if was == 0 { "attribute_not_exists(#revision)" } else { "#revision = :was" };
        let mut change = "SET #revision = :revision, #totals = :totals, #reportDate = :reportDate".to_owned();
        let mut terms = Terms::new([
            ("revision", number(was + 1)),
            ("totals", text(write_counters(totals))),
            ("reportDate", text(NOW)),
        ]);
        if was != 0 {
            terms = terms.values([("was", number(was))]);
        }
        if self.follows_rules {
            terms = terms.names(["zoneRules"]).values([("zoneRules", text(&*self.store.rules))]);
            change += ", #zoneRules = :zoneRules";
        }
        if let Some(latest) = self.latest_fact(name) {
            terms = terms.names(["latestFact"]).values([("latestFact", number(latest))]);
            change += ", #latestFact = :latestFact";
        }
        let (names, values) = terms.split();
        let update = Update::builder().table_name(&self.store.tables.reports).set_key(Some(key(name, NOW.to_owned())));
        let update = update
            .update_expression(change)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        let update = update.build().map_err(|error| failed(DOING)(error.into()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The latest fact of a scope, which only the fleet's has to tell.
    fn latest_fact(&self, name: &str) -> Option<i64> {
        let moved = self.latest_facts.iter().filter(|((scope, _), _)| scope == FLEET).map(|(_, latest)| *latest);
        let known = self.scopes.get(FLEET).and_then(|scope| scope.latest_fact);
        moved.chain(known).max().filter(|_| name == FLEET)
    }

    fn write_row(&self, place: &Place, bucket: &Bucket, revision: i64) -> Result<TransactWriteItem> {
        let (scope, row) = place;
        let mut item = BucketItem { vendor_id: scope.clone(), date: row.key(), revision, ..BucketItem::default() };
        match row {
            Row::Clock(..) => item.minutes = write_minutes(&bucket.minutes)?,
            Row::Settled(_) => {
                item.totals = write_counters(&bucket.totals);
                item.minutes = write_minutes(&bucket.minutes)?;
            }
            Row::Day(_) => {
                item.totals = write_counters(&bucket.totals);
                item.latest_fact = self.latest_facts.get(place).copied();
                item.changed_on = Some(self.today.number());
            }
        }
        let put = Put::builder().table_name(&self.store.tables.reports).set_item(Some(write(&item)?));
        let put = match self.rows.get(place) {
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

/// Microseconds from the start of a day to that of one of its minutes.
fn minute_micros(minute: Minute) -> i64 {
    i64::from(minute) * 60_000_000
}
