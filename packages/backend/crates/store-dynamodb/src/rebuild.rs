//! Rebuild: computes a scope from the orders, and corrects the stored buckets that differ.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{PostedChange, Rebuilt, Result, Scope};
use goody_domain::{
    Bucket, Counter, CounterSeries, Counters, Day, Entry, Minute, Month, MonthSummaries, MonthTotals, OrderId, Status,
    VendorId, contribution_to,
};

use crate::bucket_transaction::BucketTransaction;
use crate::buckets::{BucketItem, FLEET, MONTHS, ROW_MINUTES, Row, ScopeItem, partition, read_counters};
use crate::client::{Backoff, MAX_CONCURRENT_CALLS, Terms, TransactionOutcome, text};
use crate::items::read;
use crate::tables::BY_VENDOR;
use crate::{DynamoStore, apply, markers, orders, secondary_vendors};

/// How many orders are written again at a time.
const ORDERS: usize = 500;
/// A day before every order.
const FIRST: Day = Day::from_number(-7_000);
/// A day after every order.
const LAST: Day = Day::from_number(1_000_000);
const DOING: &str = "rebuilding a scope";

/// How many months one transaction replaces.
const MONTHS_PER_TRANSACTION: usize = 90;

type Buckets = BTreeMap<Day, Bucket>;

/// Rebuilds a scope. If another writer changes it during the rebuild, the rebuild starts again.
pub(crate) async fn rebuild(store: &DynamoStore, scope: &Scope) -> Result<Rebuilt> {
    let mut backoff = Backoff::default();
    let mut missing_terms = 0;
    loop {
        let fleet = store.current_row(DOING, FLEET).await?;
        let kept_from = fleet.kept_from.map_or(FIRST, Day::from_number);
        if let Scope::Vendor(vendor_id) = scope
            && store.current_row(DOING, vendor_id.as_str()).await?.has_other_rules(&store.rules)
        {
            write_orders_again(store, vendor_id).await?;
        }
        let (actual, revision) = full_series(store, scope).await?;
        let expected = match scope {
            Scope::Fleet => buckets_of_vendors(store, kept_from).await?,
            Scope::Vendor(vendor_id) => {
                let (buckets, missing) = buckets_of_orders(store, vendor_id, kept_from).await?;
                missing_terms += missing;
                buckets
            }
        };
        if let Some(mut rebuilt) = repair(store, scope, (&actual, revision), &expected, kept_from).await? {
            // By other rules, changes wait that the counts by status do not have yet.
            if *scope == Scope::Fleet && !fleet.has_other_rules(&store.rules) {
                rebuilt.different += u64::from(correct_unplaced(store).await?);
            }
            rebuilt.different += missing_terms;
            return Ok(rebuilt);
        }
        backoff.wait().await?;
    }
}

/// Writes the orders of a vendor again: the attributes of their lists follow the rules of this program then. An order with a new fact
/// needs no such write.
async fn write_orders_again(store: &DynamoStore, vendor_id: &VendorId) -> Result<()> {
    let ids: Vec<OrderId> = order_ids(store, vendor_id).await?.into_iter().collect();
    for ids in ids.chunks(ORDERS) {
        let histories = store.histories(ids).await?.into_values();
        let writes = histories.map(|history| store.write_again(history));
        stream::iter(writes).buffered(MAX_CONCURRENT_CALLS).try_for_each(|()| async { Ok(()) }).await?;
    }
    Ok(())
}

/// Counts the orders without a placement: those that no vendor's counts by status have. Returns whether the stored number differed.
async fn correct_unplaced(store: &DynamoStore) -> Result<bool> {
    let row = store.current_row(DOING, FLEET).await?;
    let totals = read_counters(&row.totals)?;
    let placed: i64 = Status::ALL.into_iter().map(|status| totals[Counter::InStatus(status)]).sum();
    let unplaced = store.count_orders().await? - placed;
    let differs = unplaced != row.unplaced_orders;
    if differs {
        store.save_unplaced(unplaced).await?;
    }
    Ok(differs)
}

/// The counter series of a scope with all of its buckets, and its revision.
async fn full_series(store: &DynamoStore, scope: &Scope) -> Result<(CounterSeries, i64)> {
    store.read_series(scope, FIRST, (FIRST, LAST)).await
}

/// The ids of the orders of a vendor.
async fn order_ids(store: &DynamoStore, vendor_id: &VendorId) -> Result<BTreeSet<OrderId>> {
    let (names, values) = Terms::new([("vendorId", text(vendor_id.as_str()))]).split();
    let query = store.client.query().table_name(&store.tables.orders).index_name(BY_VENDOR);
    let query = query.key_condition_expression("#vendorId = :vendorId");
    let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
    store.query(DOING, query, None).await?.iter().map(orders::order_id).collect()
}

/// The buckets of a vendor from `first` on, computed from the orders that belong to it or name it, and from the settled rows of
/// expired orders. Writes the terms that these orders miss, and returns their number.
async fn buckets_of_orders(store: &DynamoStore, vendor_id: &VendorId, first: Day) -> Result<(Buckets, u64)> {
    let mut ids = order_ids(store, vendor_id).await?;
    ids.extend(secondary_vendors::orders(store, vendor_id).await?);
    let ids: Vec<OrderId> = ids.into_iter().collect();

    let histories = store.histories(&ids).await?;
    let missing_terms = store.write_missing_terms(histories.values()).await?;
    let markers = markers::read_all(store, &ids).await?;
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    for (id, history) in &histories {
        let marker = markers.get(id).cloned().unwrap_or_default();
        let (order, occurrences) = (history.at_version(marker.version), history.occurrences_at(marker.version));
        for entry in contribution_to(vendor_id, order.as_ref(), &occurrences, &store.zone) {
            entries.entry(entry.day).or_default().push(entry);
        }
        if let Some(applied) = marker.steps {
            let change = PostedChange::new(history.change(marker.version, applied.next_version), &store.zone);
            let steps = apply::steps(&change);
            let applied = steps.iter().take(applied.step).flat_map(|step| &step.entries);
            for entry in applied.filter(|(of, _)| *of == vendor_id).flat_map(|(_, entries)| *entries) {
                entries.entry(entry.day).or_default().push(*entry);
            }
        }
    }
    let mut buckets = Buckets::new();
    let last = Row::Settled(LAST).key();
    for item in store.scope_rows(vendor_id.as_str(), Row::Settled(first).key(), &last).await? {
        let row: BucketItem = read(item)?;
        if let Row::Settled(day) = Row::parse(&row.date)? {
            buckets.insert(day, row.bucket()?);
        }
    }
    for (day, entries) in entries.into_iter().filter(|(day, _)| *day >= first) {
        buckets.entry(day).or_default().add(&entries);
    }
    Ok((buckets, missing_terms))
}

/// The buckets of the fleet from `first` on: the sums of the vendors' buckets.
async fn buckets_of_vendors(store: &DynamoStore, first: Day) -> Result<Buckets> {
    let rows = store.current_rows(DOING).await?;
    let vendors: Vec<VendorId> =
        rows.iter().filter(|row| row.vendor_id != FLEET).map(|row| row.vendor_id()).collect::<Result<_>>()?;
    let mut all_series = stream::iter(vendors)
        .map(|id| async move { full_series(store, &Scope::Vendor(id)).await })
        .buffered(MAX_CONCURRENT_CALLS);
    let mut sum = Buckets::new();
    while let Some((series, _)) = all_series.try_next().await? {
        for (day, bucket) in series.buckets.into_iter().filter(|(day, _)| *day >= first) {
            sum.entry(day).or_default().add(&bucket.entries(day));
        }
    }
    Ok(sum)
}

/// Writes the buckets that differ. `None` if another writer changed the scope since.
async fn repair(
    store: &DynamoStore,
    scope: &Scope,
    (actual, revision): (&CounterSeries, i64),
    expected: &Buckets,
    kept_from: Day,
) -> Result<Option<Rebuilt>> {
    let name = partition(scope);
    let stored: Buckets = actual.buckets.iter().cloned().collect();
    let row = store.current_row(DOING, name).await?;
    let mut totals = read_counters(row.expired.as_deref().unwrap_or_default())?;
    expected.values().for_each(|bucket| totals.add_all(&bucket.totals));
    // A late fact may create a bucket of a day that has expired. Such a bucket is final.
    stored.range(..kept_from).for_each(|(_, bucket)| totals.add_all(&bucket.totals));

    let empty = Bucket::default();
    let days: BTreeSet<Day> = stored.keys().chain(expected.keys()).copied().filter(|day| *day >= kept_from).collect();
    let differs = |day: &Day| stored.get(day).unwrap_or(&empty) != expected.get(day).unwrap_or(&empty);
    let different: Vec<Day> = days.into_iter().filter(differs).collect();
    let totals_differ = totals != actual.totals;
    let first = (kept_from != FIRST).then_some(kept_from);
    let months = Months::compare(store, (name, &row), expected, first, &totals).await?;
    let rebuilt = Rebuilt {
        buckets: expected.len() as u64,
        different: different.len() as u64 + u64::from(totals_differ) + months.differences(&row),
    };
    let follows_rules = row.revision == 0 || row.zone_rules.as_deref() == Some(&*store.rules);
    if rebuilt.different == 0 && follows_rules && months.summaries.is_none() {
        return Ok(Some(rebuilt));
    }
    if rebuilt.different > 0 {
        tracing::warn!(scope = name, different = rebuilt.different, "buckets were not as they should be");
    }
    // One transaction per day, some for the months, and the last also for the totals.
    let mut revision = revision;
    for day in different {
        if !repair_day(store, name, day, expected, revision, totals.clone()).await? {
            return Ok(None);
        }
        revision += 1;
    }
    let parts = months.different.len().div_ceil(MONTHS_PER_TRANSACTION).max(1);
    for part in 0..parts {
        let of_part = months.different.chunks(MONTHS_PER_TRANSACTION).nth(part).unwrap_or_default();
        let summaries = months.summaries.clone().filter(|_| part + 1 == parts);
        if !repair_months(store, name, (of_part, summaries, part + 1 == parts), revision, totals.clone()).await? {
            return Ok(None);
        }
        revision += 1;
    }
    Ok(Some(rebuilt))
}

/// Replaces a day and the totals of a scope. Returns false if the scope has another revision.
async fn repair_day(
    store: &DynamoStore,
    name: &str,
    day: Day,
    expected: &Buckets,
    revision: i64,
    totals: Counters,
) -> Result<bool> {
    let hours = (0..=store.zone.minutes(day) / ROW_MINUTES).map(|hour| Row::Hour(day, hour));
    let row_keys = hours.chain([Row::Day(day)]).map(|row| (name.to_owned(), row)).collect();
    let mut transaction = BucketTransaction::begin(store, &row_keys, day).await?;
    if transaction.revision(name) != revision {
        return Ok(false);
    }
    // The last transaction, for the totals, writes the rules.
    transaction.keep_zone_rules();
    transaction.replace(name, day, expected.get(&day).unwrap_or(&Bucket::default()));
    transaction.replace_totals(name, totals);
    Ok(store.transact(DOING, transaction.writes()?).await? == TransactionOutcome::Committed)
}

/// Replaces months and the totals of a scope. Returns false if the scope has another revision.
async fn repair_months(
    store: &DynamoStore,
    name: &str,
    (months, summaries, is_last): (&[(Month, MonthTotals)], Option<MonthSummaries>, bool),
    revision: i64,
    totals: Counters,
) -> Result<bool> {
    let months_of_scope = months.iter().map(|(month, _)| Row::Month(*month));
    // The row of a day that does not exist, so that the current row of the scope is read.
    let row_keys = months_of_scope.chain([Row::Day(FIRST)]).map(|row| (name.to_owned(), row)).collect();
    let mut transaction = BucketTransaction::begin(store, &row_keys, FIRST).await?;
    if transaction.revision(name) != revision {
        return Ok(false);
    }
    if !is_last {
        transaction.keep_zone_rules();
    }
    transaction.replace_months(name, months, summaries);
    transaction.replace_totals(name, totals);
    Ok(store.transact(DOING, transaction.writes()?).await? == TransactionOutcome::Committed)
}

/// The months of a scope that differ from its buckets.
struct Months {
    different: Vec<(Month, MonthTotals)>,
    /// The summaries, if they differ or do not exist yet.
    summaries: Option<MonthSummaries>,
}

impl Months {
    /// Compares the stored months with the buckets from `first` on.
    async fn compare(
        store: &DynamoStore,
        (name, row): (&str, &ScopeItem),
        buckets: &Buckets,
        first: Option<Day>,
        totals: &Counters,
    ) -> Result<Self> {
        let micros =
            |latest: Option<(Minute, i64)>| latest.map(|(minute, micros)| i64::from(minute) * 60_000_000 + micros);
        let mut expected: BTreeMap<Month, MonthTotals> = BTreeMap::new();
        for (day, bucket) in buckets {
            let latest = [bucket.latest_fact(None), bucket.latest_delivery(None)].map(micros);
            expected.entry(Month::of(*day)).or_default().set(*day, &bucket.totals, latest);
        }
        let from = first.map_or(MONTHS.to_owned(), |first| Row::Month(Month::of(first)).key());
        let mut stored: BTreeMap<Month, MonthTotals> = BTreeMap::new();
        for item in store.scope_rows(name, from, &Row::Month(Month::of(LAST)).key()).await? {
            let item: BucketItem = read(item)?;
            let Row::Month(month) = Row::parse(&item.date)? else { continue };
            let mut days = item.month()?;
            if let Some(first) = first.filter(|first| Month::of(*first) == month) {
                days.remove_before(first);
            }
            stored.insert(month, days);
            expected.entry(month).or_default();
        }
        let summaries = expected.iter().map(|(month, days)| (*month, days));
        let summaries = MonthSummaries::of_months(summaries, first, totals, &store.zone);
        let agree = row.has_months() && row.summaries()?.agree(&summaries, first);
        let differs = |(month, days): &(Month, MonthTotals)| {
            stored.get(month).map_or_else(Vec::new, MonthTotals::write) != days.write()
        };
        Ok(Self { different: expected.into_iter().filter(differs).collect(), summaries: (!agree).then_some(summaries) })
    }

    /// How many differ. Months of an older version are no difference.
    fn differences(&self, row: &ScopeItem) -> u64 {
        if row.has_months() { self.different.len() as u64 + u64::from(self.summaries.is_some()) } else { 0 }
    }
}
