//! Reads scopes: their buckets, totals and current reports.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{
    ChangeLag, ChangesSince, CurrentReport, LatestDetection, PastFleet, PastVendor, ReportReader, ReportStatus, Result,
    Scope, ScopeQuarters, VendorState,
};
use goody_domain::{Bucket, CounterSeries, Day, Instant, Quarters, ReportZone, VendorId};

use crate::DynamoStore;
use crate::bucket_transaction::item_key;
use crate::buckets::{BucketItem, CURRENT, FLEET, Row, ScopeItem, hour_key_prefix, partition, read_counters};
use crate::client::{Backoff, MAX_CONCURRENT_CALLS, Terms, failed, number, text};
use crate::detections;
use crate::items::{Item, damaged, read};
use crate::tables::BY_DATE;

/// The revisions of the scopes, as this process has read them. Other processes write the scopes too, so the store has no revision
/// of its own.
#[derive(Debug, Default)]
pub(crate) struct KnownRevisions(Mutex<Revisions>);

#[derive(Debug, Default)]
struct Revisions {
    /// Grows with each change that this process reads.
    revision: i64,
    /// For each vendor: the revisions of its buckets and of its master data, and the process's revision at which they changed.
    vendors: HashMap<VendorId, ((i64, i64), i64)>,
}

impl KnownRevisions {
    fn lock(&self) -> MutexGuard<'_, Revisions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Revisions {
    /// Records the revisions of a vendor. Returns the process's revision at which they changed.
    fn record(&mut self, id: &VendorId, revisions: (i64, i64), next: i64) -> i64 {
        let known = self.vendors.entry(id.clone()).or_insert(((0, 0), 0));
        if known.0 != revisions {
            *known = (revisions, next);
            self.revision = next;
        }
        known.1
    }
}

impl DynamoStore {
    /// The current row of every scope.
    pub(crate) async fn current_rows(&self, doing: &'static str) -> Result<Vec<ScopeItem>> {
        Ok(self.current(doing).await?.0)
    }

    /// The current row of every scope, and the latest detection: one query, with a page for each megabyte.
    pub(crate) async fn current(&self, doing: &'static str) -> Result<(Vec<ScopeItem>, Option<LatestDetection>)> {
        let (names, values) = Terms::new([("reportDate", text(CURRENT))]).split();
        let query = self.client.query().table_name(&self.tables.reports).index_name(BY_DATE);
        let query = query.key_condition_expression("#reportDate = :reportDate");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let found = self.query(doing, query, None).await?;
        let (parts, rows): (Vec<Item>, Vec<Item>) = found.into_iter().partition(detections::is_part);
        Ok((rows.into_iter().map(read).collect::<Result<_>>()?, detections::latest(parts)?))
    }

    /// The current row of one scope.
    pub(crate) async fn current_row(&self, doing: &'static str, scope: &str) -> Result<ScopeItem> {
        let found = self.get(doing, &self.tables.reports, item_key(scope, CURRENT.to_owned())).await?;
        Ok(found.map(read).transpose()?.unwrap_or_default())
    }

    /// The rows of a scope between two sort keys, the last first, by a consistent read.
    pub(crate) async fn scope_rows(&self, scope: &str, from: String, to: &str) -> Result<Vec<Item>> {
        let terms = Terms::new([("vendorId", text(scope))]).with_names(["date"]);
        let (names, values) = terms.with_values([("from", text(from)), ("to", text(to))]).split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        let query = query.key_condition_expression("#vendorId = :vendorId AND #date BETWEEN :from AND :to");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        self.query("reading buckets", query.scan_index_forward(false), None).await
    }

    /// The quarters of the days of a scope that have some.
    async fn scope_quarters(&self, scope: &Scope, from: Day, to: Day) -> Result<Vec<(Day, Quarters)>> {
        let (from, to) = (Row::Day(from).key(), Row::Day(to).key());
        let mut days = Vec::new();
        for item in self.scope_rows(partition(scope), from, &to).await? {
            let row: BucketItem = read(item)?;
            if let (Row::Day(day), Some(_)) = (Row::parse(&row.date)?, &row.quarters) {
                days.push((day, row.bucket()?.quarters));
            }
        }
        days.reverse();
        Ok(days)
    }

    /// Reads the scope's current row first and its buckets after it. If a bucket is newer than the current row, another writer
    /// has changed it since: then everything is read again, so that a counter series is of one moment.
    pub(crate) async fn read_series(
        &self,
        scope: &Scope,
        from: Day,
        minutes: (Day, Day),
    ) -> Result<(CounterSeries, i64)> {
        let start = if minutes.0 > minutes.1 { "day#".to_owned() } else { hour_key_prefix(minutes.0) };
        let mut backoff = Backoff::default();
        loop {
            let rows = self.scope_rows(partition(scope), start.clone(), CURRENT).await?;
            if let Some(read) = series(rows, from, minutes)? {
                return Ok(read);
            }
            backoff.wait().await?;
        }
    }
}

fn scope_of(row: &ScopeItem) -> Result<Scope> {
    if row.vendor_id == FLEET { Ok(Scope::Fleet) } else { row.vendor_id().map(Scope::Vendor) }
}

/// `None` if a bucket is newer than the totals of the scope.
fn series(rows: Vec<Item>, from: Day, minutes: (Day, Day)) -> Result<Option<(CounterSeries, i64)>> {
    let mut series = CounterSeries::default();
    let mut revision = 0;
    let mut days: std::collections::BTreeMap<Day, Bucket> = std::collections::BTreeMap::new();
    let first_with_minutes = from.max(minutes.0);
    for item in rows {
        if item.get("date").and_then(|date| date.as_s().ok()).is_some_and(|date| date == CURRENT) {
            let scope: ScopeItem = read(item)?;
            revision = scope.revision;
            series.totals = read_counters(&scope.totals)?;
            series.earlier_fact = series.earlier_fact.max(scope.expired_fact.map(Instant::from_micros));
            series.earlier_delivery = series.earlier_delivery.max(scope.expired_delivery.map(Instant::from_micros));
            continue;
        }
        let row: BucketItem = read(item)?;
        if row.revision > revision {
            return Ok(None);
        }
        match Row::parse(&row.date)? {
            Row::Day(day) => {
                if day < first_with_minutes {
                    series.earlier_fact = series.earlier_fact.max(row.latest_fact.map(Instant::from_micros));
                    let delivery = row.deliveries.values().max().copied();
                    series.earlier_delivery = series.earlier_delivery.max(delivery.map(Instant::from_micros));
                }
                if day >= from {
                    let Bucket { totals, quarters, .. } = row.bucket()?;
                    let bucket = days.entry(day).or_default();
                    bucket.totals = totals;
                    if first_with_minutes <= day && day <= minutes.1 {
                        bucket.quarters = quarters;
                    }
                }
            }
            Row::Hour(day, _) if day >= first_with_minutes && day <= minutes.1 => {
                days.entry(day).or_default().minutes.extend(row.bucket()?.minutes);
            }
            Row::Hour(..) | Row::Settled(_) | Row::Month(_) => {}
        }
    }
    for bucket in days.values_mut() {
        bucket.minutes.sort_by_key(|entry| (entry.minute, entry.counter.index()));
    }
    series.buckets = days.into_iter().collect();
    Ok(Some((series, revision)))
}

#[async_trait]
impl ReportReader for DynamoStore {
    fn zone(&self) -> &ReportZone {
        &self.zone
    }

    fn revision(&self) -> Option<i64> {
        None
    }

    async fn all_series(
        &self,
        scopes: &[Scope],
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let all_series = stream::iter(scopes.to_vec())
            .map(|scope| async move { self.read_series(&scope, from, (minutes_from, minutes_to)).await });
        all_series.buffered(MAX_CONCURRENT_CALLS).try_collect().await
    }

    async fn past_series(&self, scopes: &[Scope], from: Day, to: Day) -> Result<Vec<(CounterSeries, i64)>> {
        self.past_series_of(scopes, from, to).await
    }

    async fn first_day(&self) -> Result<Option<Day>> {
        let terms = Terms::new([("vendorId", text(FLEET))]).with_names(["date", "quarters"]);
        let (names, values) = terms.with_values([("from", text("day#")), ("to", text(CURRENT))]).split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        let query = query.key_condition_expression("#vendorId = :vendorId AND #date BETWEEN :from AND :to");
        let query = query.filter_expression("attribute_exists(#quarters)");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let Some(item) = self.query("reading the first day", query, Some(1)).await?.into_iter().next() else {
            return Ok(None);
        };
        let row: BucketItem = read(item)?;
        Ok(if let Row::Day(day) = Row::parse(&row.date)? { Some(day) } else { None })
    }

    async fn quarters(&self, from: Day, to: Day) -> Result<Vec<ScopeQuarters>> {
        let mut scopes: Vec<Scope> =
            self.current_rows("reading quarters of days").await?.iter().map(scope_of).collect::<Result<_>>()?;
        scopes.sort();
        let all = stream::iter(scopes).map(|scope| async move {
            let days = self.scope_quarters(&scope, from, to).await?;
            Ok((scope, days))
        });
        let all: Vec<_> = all.buffered(MAX_CONCURRENT_CALLS).try_collect().await?;
        Ok(all.into_iter().filter(|(_, days)| !days.is_empty()).collect())
    }

    async fn past_fleet(&self, after: i64, from: Day, to: Day) -> Result<PastFleet> {
        let (rows, latest_detection) = self.current("reading reports").await?;
        let (status, kept_from) = (self.status_of(&rows)?, kept_from(&rows));
        let (changed, revision) = self.changed_rows(rows, after)?;
        let all_series = self.read_past(changed.clone(), kept_from, from, to).await?;
        let vendor = |(row, (series, revision)): (ScopeItem, (CounterSeries, i64))| {
            let earlier_until = row.vendor_earlier_until.map(Day::from_number);
            Some(PastVendor { vendor: row.vendor?, earlier_until, series, revision })
        };
        let vendors = changed.into_iter().zip(all_series).filter_map(vendor).collect();
        Ok(PastFleet { vendors, revision, status, kept_from, latest_detection })
    }

    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)> {
        let keys = [vendor_id.as_str(), FLEET].map(|scope| item_key(scope, CURRENT.to_owned())).to_vec();
        let rows = self.get_all("reading a report", &self.tables.reports, keys).await?;
        let rows: Vec<ScopeItem> = rows.into_iter().map(read).collect::<Result<_>>()?;
        let of_vendor = rows.iter().find(|row| row.vendor_id == vendor_id.as_str());
        Ok((of_vendor.map(state).transpose()?.flatten(), kept_from(&rows)))
    }

    async fn changes_since(&self, after: i64) -> Result<ChangesSince> {
        let (rows, latest_detection) = self.current("reading reports").await?;
        let (status, kept_from) = (self.status_of(&rows)?, kept_from(&rows));
        let (changed, revision) = self.changed_rows(rows, after)?;
        let vendors = changed.iter().filter_map(|row| state(row).transpose()).collect::<Result<_>>()?;
        Ok(ChangesSince { vendors, revision, status, kept_from, latest_detection })
    }

    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>> {
        let mut due = Vec::new();
        for row in self.current_rows("looking for stale reports").await? {
            if row.revision == 0 || row.vendor_id == FLEET {
                continue;
            }
            let report = current_report(&row)?;
            let is_current =
                report.is_some_and(|report| report.revision >= row.revision && report.unchanged_until > at);
            if !is_current && due.len() < limit {
                due.push(row.vendor_id()?);
            }
        }
        Ok(due)
    }

    async fn status(&self) -> Result<ReportStatus> {
        self.status_of(&self.current_rows("reading the reports' status").await?)
    }

    async fn kept_from(&self) -> Result<Option<Day>> {
        Ok(self.current_row("reading the first day with buckets", FLEET).await?.kept_from.map(Day::from_number))
    }
}

impl DynamoStore {
    /// The rows of the vendors that changed after a revision of this process, sorted by id, and its revision.
    fn changed_rows(&self, rows: Vec<ScopeItem>, after: i64) -> Result<(Vec<ScopeItem>, i64)> {
        let mut changed = Vec::with_capacity(rows.len());
        let mut revisions = self.known_revisions.lock();
        let next = revisions.revision + 1;
        for row in rows {
            let Some(vendor) = &row.vendor else { continue };
            if revisions.record(&vendor.vendor_id, (row.revision, row.vendor_revision), next) > after {
                changed.push(row);
            }
        }
        changed.sort_by(|one, other| one.vendor_id.cmp(&other.vendor_id));
        Ok((changed, revisions.revision))
    }

    /// Replaces the number of orders without a placement.
    pub(crate) async fn save_unplaced(&self, orders: i64) -> Result<()> {
        let (names, values) = Terms::new([("unplacedOrders", number(orders)), ("reportDate", text(CURRENT))]).split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(item_key(FLEET, CURRENT.to_owned())));
        let update = update.update_expression("SET #unplacedOrders = :unplacedOrders, #reportDate = :reportDate");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        update.send().await.map(drop).map_err(|error| failed("saving the orders without a placement")(error.into()))
    }

    /// The status, computed from the current rows of all scopes.
    fn status_of(&self, rows: &[ScopeItem]) -> Result<ReportStatus> {
        let mut status = ReportStatus::default();
        for row in rows {
            status.has_other_rules |= row.has_other_rules(&self.rules);
            if row.vendor_id == FLEET {
                status.refreshed_at = row.rolled_at.map(Instant::from_micros);
                status.latest_fact = row.latest_fact.map(Instant::from_micros);
                status.unplaced_orders = row.unplaced_orders;
                status.lag = ChangeLag { changes: row.lag_changes, oldest: row.lag_oldest.map(Instant::from_micros) };
            }
            if let Some(report) = current_report(row)? {
                status.reports += 1;
                status.first_over = status.first_over.into_iter().chain([report.unchanged_until]).min();
            }
        }
        Ok(status)
    }
}

/// The first day from which on no bucket has expired, from the fleet's row.
pub(crate) fn kept_from(rows: &[ScopeItem]) -> Option<Day> {
    rows.iter().find(|row| row.vendor_id == FLEET)?.kept_from.map(Day::from_number)
}

fn state(row: &ScopeItem) -> Result<Option<VendorState>> {
    let Some(vendor) = row.vendor.clone() else { return Ok(None) };
    let earlier_until = row.vendor_earlier_until.map(Day::from_number);
    Ok(Some(VendorState { vendor, earlier_until, kept: current_report(row)?, revision: row.revision }))
}

fn current_report(row: &ScopeItem) -> Result<Option<CurrentReport>> {
    let Some(report) = &row.report else { return Ok(None) };
    serde_json::from_str(&report.text()?).map(Some).map_err(|error| damaged("a report", &error))
}
