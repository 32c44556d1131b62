//! Rebuild: a scope computed anew from the orders, and put right where it differs.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{Rebuilt, Result, Scope};
use goody_domain::{Bucket, CounterSeries, Counters, Day, Entry, OrderId, VendorId, contribution_to};

use crate::bucket_transaction::{BucketTransaction, Place};
use crate::buckets::{BucketItem, FLEET, Row, SLICE, partition, read_counters};
use crate::client::{AT_ONCE, Patience, Terms, Transacted, text};
use crate::items::read;
use crate::tables::BY_VENDOR;
use crate::{DynamoStore, markers, orders, secondary_vendors};

/// Before every day, and after.
const FIRST: Day = Day::from_number(-7_000);
const LAST: Day = Day::from_number(1_000_000);
const DOING: &str = "rebuilding the counters of a scope";

type Buckets = BTreeMap<Day, Bucket>;

/// Somebody may move the scope meanwhile; then it is computed again.
pub(crate) async fn rebuild(store: &DynamoStore, scope: &Scope) -> Result<Rebuilt> {
    let mut patience = Patience::default();
    loop {
        let kept_from = store.row(DOING, FLEET).await?.kept_from.map_or(FIRST, Day::from_number);
        let (is, revision) = whole(store, scope).await?;
        let should = match scope {
            Scope::Fleet => of_vendors(store, kept_from).await?,
            Scope::Vendor(vendor_id) => of_orders(store, vendor_id, kept_from).await?,
        };
        if let Some(rebuilt) = put_right(store, scope, (&is, revision), &should, kept_from).await? {
            return Ok(rebuilt);
        }
        patience.wait().await?;
    }
}

/// A scope with every bucket that is there.
async fn whole(store: &DynamoStore, scope: &Scope) -> Result<(CounterSeries, i64)> {
    store.read_series(scope, FIRST, (FIRST, LAST)).await
}

/// What the orders that have a vendor, or named it, amount to, those that were forgotten included.
async fn of_orders(store: &DynamoStore, vendor_id: &VendorId, first: Day) -> Result<Buckets> {
    let (names, values) = Terms::new([("vendorId", text(vendor_id.as_str()))]).split();
    let query = store.client.query().table_name(&store.tables.orders).index_name(BY_VENDOR);
    let query = query.key_condition_expression("#vendorId = :vendorId");
    let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
    let found = store.query(DOING, query, None).await?;
    let mut ids: BTreeSet<OrderId> = found.iter().map(orders::order_id).collect::<Result<_>>()?;
    ids.extend(secondary_vendors::orders(store, vendor_id).await?);
    let ids: Vec<OrderId> = ids.into_iter().collect();

    let histories = store.histories(&ids).await?;
    let markers = markers::read_all(store, &ids).await?;
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    for (id, history) in &histories {
        let applied = markers.get(id).map_or(0, |marker| marker.version);
        let Some(order) = history.at_version(applied) else { continue };
        for entry in contribution_to(vendor_id, &order, &store.zone) {
            entries.entry(entry.day).or_default().push(entry);
        }
    }
    let mut buckets = Buckets::new();
    let last = Row::Settled(LAST).key();
    for item in store.scope_rows(vendor_id.as_str(), Row::Settled(first).key(), &last).await? {
        let row: BucketItem = read(item)?;
        if let Row::Settled(day) = Row::read(&row.date)? {
            buckets.insert(day, row.bucket()?);
        }
    }
    for (day, entries) in entries.into_iter().filter(|(day, _)| *day >= first) {
        buckets.entry(day).or_default().add(&entries);
    }
    Ok(buckets)
}

/// What the vendors' buckets add up to.
async fn of_vendors(store: &DynamoStore, first: Day) -> Result<Buckets> {
    let rows = store.rows(DOING).await?;
    let vendors: Vec<VendorId> =
        rows.iter().filter(|row| row.vendor_id != FLEET).map(|row| row.vendor_id()).collect::<Result<_>>()?;
    let mut all_series =
        stream::iter(vendors).map(|id| async move { whole(store, &Scope::Vendor(id)).await }).buffered(AT_ONCE);
    let mut sum = Buckets::new();
    while let Some((series, _)) = all_series.try_next().await? {
        for (day, bucket) in series.buckets.into_iter().filter(|(day, _)| *day >= first) {
            sum.entry(day).or_default().add(&bucket.entries(day));
        }
    }
    Ok(sum)
}

/// Writes what is not as it should be. `None` where somebody moved the scope meanwhile.
async fn put_right(
    store: &DynamoStore,
    scope: &Scope,
    (is, revision): (&CounterSeries, i64),
    should: &Buckets,
    kept_from: Day,
) -> Result<Option<Rebuilt>> {
    let name = partition(scope);
    let stored: Buckets = is.buckets.iter().cloned().collect();
    let row = store.row(DOING, name).await?;
    let mut totals = read_counters(row.expired.as_deref().unwrap_or_default())?;
    should.values().for_each(|bucket| totals.add_all(&bucket.totals));
    // Days that have expired and were opened anew by late facts are final.
    stored.range(..kept_from).for_each(|(_, bucket)| totals.add_all(&bucket.totals));

    let empty = Bucket::default();
    let days: BTreeSet<Day> = stored.keys().chain(should.keys()).copied().filter(|day| *day >= kept_from).collect();
    let differs = |day: &Day| stored.get(day).unwrap_or(&empty) != should.get(day).unwrap_or(&empty);
    let different: Vec<Day> = days.into_iter().filter(differs).collect();
    let totals_differ = totals != is.totals;
    let rebuilt =
        Rebuilt { buckets: should.len() as u64, different: different.len() as u64 + u64::from(totals_differ) };
    let follows_rules = row.revision == 0 || row.zone_rules.as_deref() == Some(&*store.rules);
    if rebuilt.different == 0 && follows_rules {
        return Ok(Some(rebuilt));
    }
    if rebuilt.different > 0 {
        tracing::warn!(scope = name, different = rebuilt.different, "buckets were not as they should be");
    }
    for (number, day) in different.iter().map(Some).chain([None]).enumerate() {
        // One transaction a day, and one for the sums.
        let revision = revision + number as i64;
        if !put_day_right(store, name, day.copied(), should, revision, totals).await? {
            return Ok(None);
        }
    }
    Ok(Some(rebuilt))
}

async fn put_day_right(
    store: &DynamoStore,
    name: &str,
    day: Option<Day>,
    should: &Buckets,
    revision: i64,
    totals: Counters,
) -> Result<bool> {
    let places: BTreeSet<Place> = day
        .into_iter()
        .flat_map(|day| {
            let rows =
                (0..=store.zone.minutes(day) / SLICE).map(move |slice| Row::Clock(day, slice)).chain([Row::Day(day)]);
            rows.map(|row| (name.to_owned(), row))
        })
        .collect();
    let anchor = (name.to_owned(), Row::Day(day.unwrap_or(FIRST)));
    let places = if places.is_empty() { BTreeSet::from([anchor]) } else { places };
    let mut transaction = BucketTransaction::take(store, &places, day.unwrap_or(FIRST)).await?;
    if transaction.revision(name) != revision {
        return Ok(false);
    }
    if let Some(day) = day {
        // The sums come last.
        transaction.keep_rules();
        transaction.replace(name, day, should.get(&day).unwrap_or(&Bucket::default()));
    }
    transaction.replace_totals(name, totals);
    Ok(store.transact(DOING, transaction.writes()?).await? == Transacted::Done)
}
