//! The store under test with fault injection: calls to the real SQLite store are slow, fail, or succeed and report a failure.
//!
//! While the real store executes a call, no other task runs. So the random delays of the seed alone decide how calls interleave,
//! never the speed of a thread or a disk.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use goody_application::ports::{
    BatchSearch, ChangeBatch, ChangeFeed, ChangeLag, ChangesSince, CurrentReport, Expired, Expiry, Found, Housekeeping,
    OrderCount, OrderFilter, OrderReader, OrderWrite, OrderWriter, PastFleet, Position, Rebuilt, RecentFilter,
    ReportReader, ReportStatus, ReportWriter, Result, Scope, ScopeQuarters, StatusCounts, StoreError, VendorState,
    VendorStore,
};
use goody_domain::{
    AsOf, BatchId, Change, CounterSeries, Day, History, Instant, Order, OrderId, RateCounts, ReportZone, Vendor,
    VendorId,
};
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::suite::wait_alone;
use tokio::sync::watch;

use crate::clock::JumpingClock;
use crate::faults::{CallOutcome, Faults};
use crate::model::{Model, additions};

/// The cause of an injected failure.
#[derive(Debug, thiserror::Error)]
#[error("injected fault")]
struct InjectedFault;

/// Whether fault injection caused this failure.
pub(crate) fn is_injected(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { source, .. } if source.is::<InjectedFault>())
}

/// The store, opened by one start of the program. Reports every write to the model.
pub(crate) struct FaultyStore {
    real: SqliteStore,
    faults: Arc<Faults>,
    model: Arc<Model>,
    clock: Arc<JumpingClock>,
    /// The revision of the real store. It changes at the end of a call, so that it does not depend on the threads of the store.
    revisions: watch::Sender<i64>,
}

impl FaultyStore {
    pub(crate) fn open(
        path: &Path,
        zone: &ReportZone,
        faults: Arc<Faults>,
        model: Arc<Model>,
        clock: Arc<JumpingClock>,
    ) -> Self {
        let real =
            SqliteStore::open(path, Settings { zone: Some(zone.clone()), ..Settings::new(clock.clone()) }).unwrap();
        let revisions = watch::Sender::new(real.revision().unwrap());
        Self { real, faults, model, clock, revisions }
    }

    /// The real store without faults, for checks while the simulation is idle.
    pub(crate) fn real(&self) -> &SqliteStore {
        &self.real
    }

    pub(crate) fn revisions(&self) -> watch::Receiver<i64> {
        self.revisions.subscribe()
    }

    /// Makes one call. `digested` selects the part of the result that enters the digest of the simulation.
    pub(crate) async fn call<T, D: Hash>(
        &self,
        doing: &'static str,
        execute: impl FnOnce(&SqliteStore) -> Result<T> + Send,
        digested: impl Fn(&T) -> D + Send,
    ) -> Result<T> {
        let (outcome, before, after) = self.faults.next_call(self.clock.runtime_elapsed());
        self.faults.record((doing, outcome, self.clock.runtime_elapsed()));
        pause(before).await;
        let failure = || Err(StoreError::Unavailable { doing, source: InjectedFault.into() });
        if matches!(outcome, CallOutcome::Refused) {
            return failure();
        }
        let result = execute(&self.real);
        self.faults.record((doing, self.clock.runtime_elapsed(), result.as_ref().ok().map(digested)));
        let revision = self.real.revision().unwrap();
        self.revisions.send_if_modified(|known| std::mem::replace(known, revision) != revision);
        pause(after).await;
        if matches!(outcome, CallOutcome::ReplyLost) { failure() } else { result }
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn ids<'a>(orders: impl IntoIterator<Item = &'a Order>) -> Vec<OrderId> {
    orders.into_iter().map(|order| order.order_id.clone()).collect()
}

fn versions(histories: &[History]) -> Vec<(OrderId, usize)> {
    histories.iter().map(|history| (history.order_id().clone(), history.version())).collect()
}

#[async_trait]
impl OrderWriter for FaultyStore {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let version = |found: &Found| match found {
            Found::Known(history) => Some(history.version()),
            Found::Expired => None,
        };
        let digested = |found: &Vec<Found>| found.iter().map(version).collect::<Vec<_>>();
        self.call("loading orders", |real| wait_alone(real.load(ids)), digested).await
    }

    async fn save(&self, writes: Vec<OrderWrite>, source: Option<&str>, now: Instant) -> Result<Vec<bool>> {
        let execute = |real: &SqliteStore| {
            let additions = additions(&writes);
            let saved = wait_alone(real.save(writes, source, now))?;
            self.model.record_saves(&additions, &saved);
            Ok(saved)
        };
        self.call("saving orders", execute, Vec::clone).await
    }
}

#[async_trait]
impl OrderReader for FaultyStore {
    async fn order(&self, id: &OrderId) -> Result<Option<History>> {
        let digested = |found: &Option<History>| found.as_ref().map(History::version);
        self.call("reading an order", |real| wait_alone(real.order(id)), digested).await
    }

    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>> {
        let execute = |real: &SqliteStore| wait_alone(real.list(filter, after, limit, now));
        self.call("listing orders", execute, |orders: &Vec<Order>| ids(orders)).await
    }

    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
        let execute = |real: &SqliteStore| wait_alone(real.count(filter, limit, now));
        self.call("counting orders", execute, |count| count.by_status).await
    }

    async fn orders_kept_from(&self, now: Instant) -> Result<Option<Day>> {
        self.call("reading the first day of the orders", |real| wait_alone(real.orders_kept_from(now)), |day| *day)
            .await
    }

    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>> {
        let execute = |real: &SqliteStore| wait_alone(real.recent(filter, after, limit));
        self.call("reading the recent feed", execute, |histories: &Vec<History>| versions(histories)).await
    }

    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts> {
        self.call("counting the recent feed", |real| wait_alone(real.count_recent(filter)), StatusCounts::clone).await
    }

    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>> {
        let execute = |real: &SqliteStore| wait_alone(real.issues(vendor_id, before, limit));
        self.call("reading a vendor's issues", execute, |orders: &Vec<Order>| ids(orders)).await
    }

    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>> {
        let execute = |real: &SqliteStore| wait_alone(real.all(after, limit));
        self.call("reading all orders", execute, |histories: &Vec<History>| versions(histories)).await
    }

    async fn search_batch(&self, batch_id: &BatchId, after: Option<&OrderId>, limit: usize) -> Result<BatchSearch> {
        let execute = |real: &SqliteStore| wait_alone(real.search_batch(batch_id, after, limit));
        let digested = |search: &BatchSearch| (search.searched, versions(&search.found));
        self.call("searching the orders of a batch", execute, digested).await
    }

    async fn count_expired(&self, batch_id: &BatchId) -> Result<u64> {
        let execute = |real: &SqliteStore| wait_alone(real.count_expired(batch_id));
        self.call("counting the expired orders of a batch", execute, |count| *count).await
    }
}

#[async_trait]
impl ChangeFeed for FaultyStore {
    async fn changes(&self, limit: usize) -> Result<ChangeBatch> {
        let digested = |batch: &ChangeBatch| (batch.from, batch.to, batch.changes.len());
        self.call("reading the change feed", |real| wait_alone(real.changes(limit)), digested).await
    }

    async fn lag(&self) -> Result<ChangeLag> {
        self.call("measuring the lag", |real| wait_alone(real.lag()), |lag| (lag.changes, lag.oldest)).await
    }
}

#[async_trait]
impl ReportWriter for FaultyStore {
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool> {
        let execute = |real: &SqliteStore| {
            let changes: Vec<Change> = batch.changes.iter().map(|posted| posted.change.clone()).collect();
            let is_applied = wait_alone(real.apply(batch, now))?;
            if is_applied {
                self.model.record_projection(&changes, real.zone().day(now));
            }
            Ok(is_applied)
        };
        self.call("applying changes", execute, |is_applied| *is_applied).await
    }

    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()> {
        self.call("saving reports", |real| wait_alone(real.save_reports(reports)), |()| ()).await
    }

    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()> {
        self.call("recording the refresh", |real| wait_alone(real.mark_refreshed(at, lag)), |()| at).await
    }
}

#[async_trait]
impl ReportReader for FaultyStore {
    fn zone(&self) -> &ReportZone {
        self.real.zone()
    }

    fn revision(&self) -> Option<i64> {
        self.real.revision()
    }

    async fn all_series(
        &self,
        scopes: &[Scope],
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let execute = |real: &SqliteStore| wait_alone(real.all_series(scopes, from, minutes_from, minutes_to));
        let digested = |all_series: &Vec<(CounterSeries, i64)>| {
            all_series.iter().map(|(series, revision)| (series.buckets.len(), *revision)).collect::<Vec<_>>()
        };
        self.call("reading buckets", execute, digested).await
    }

    async fn past_series(&self, scopes: &[Scope], from: Day, to: Day) -> Result<Vec<(CounterSeries, i64)>> {
        let execute = |real: &SqliteStore| wait_alone(real.past_series(scopes, from, to));
        let digested = |all_series: &Vec<(CounterSeries, i64)>| {
            all_series.iter().map(|(series, revision)| (series.buckets.len(), *revision)).collect::<Vec<_>>()
        };
        self.call("reading the sums of months", execute, digested).await
    }

    async fn first_day(&self) -> Result<Option<Day>> {
        self.call("reading the first day", |real| wait_alone(real.first_day()), |day| *day).await
    }

    async fn quarters(&self, from: Day, to: Day) -> Result<Vec<ScopeQuarters>> {
        let digested = |all: &Vec<ScopeQuarters>| all.iter().map(|(_, days)| days.len()).collect::<Vec<_>>();
        self.call("reading quarters of days", |real| wait_alone(real.quarters(from, to)), digested).await
    }

    async fn window_series(
        &self,
        scopes: &[Scope],
        from: Day,
        to: Day,
        minutes: &[Day],
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let execute = |real: &SqliteStore| wait_alone(real.window_series(scopes, from, to, minutes));
        let digested = |all_series: &Vec<(CounterSeries, i64)>| {
            all_series.iter().map(|(series, revision)| (series.buckets.len(), *revision)).collect::<Vec<_>>()
        };
        self.call("reading the sums of months", execute, digested).await
    }

    async fn past_fleet(&self, after: i64, from: Day, to: Day) -> Result<PastFleet> {
        let digested = |fleet: &PastFleet| (fleet.vendors.len(), fleet.revision, fleet.kept_from);
        self.call("reading the sums of months", |real| wait_alone(real.past_fleet(after, from, to)), digested).await
    }

    async fn rate_counts(&self, vendors: &[VendorId], from: Day, last: AsOf) -> Result<Vec<Vec<RateCounts>>> {
        let execute = |real: &SqliteStore| wait_alone(real.rate_counts(vendors, from, last));
        self.call("reading the sums of months", execute, Clone::clone).await
    }

    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)> {
        let digested = |(state, kept_from): &(Option<VendorState>, Option<Day>)| {
            (state.as_ref().map(|state| state.revision), *kept_from)
        };
        self.call("reading a report", |real| wait_alone(real.state(vendor_id)), digested).await
    }

    async fn changes_since(&self, after: i64) -> Result<ChangesSince> {
        let digested = |changed: &ChangesSince| (changed.vendors.len(), changed.revision, changed.kept_from);
        self.call("reading reports", |real| wait_alone(real.changes_since(after)), digested).await
    }

    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>> {
        self.call("reading stale reports", |real| wait_alone(real.stale_reports(at, limit)), Vec::clone).await
    }

    async fn status(&self) -> Result<ReportStatus> {
        let digested = |status: &ReportStatus| (status.reports, status.first_over, status.latest_fact);
        self.call("reading the reports' status", |real| wait_alone(real.status()), digested).await
    }

    async fn kept_from(&self) -> Result<Option<Day>> {
        self.call("reading the first kept day", |real| wait_alone(real.kept_from()), |kept_from| *kept_from).await
    }
}

#[async_trait]
impl VendorStore for FaultyStore {
    async fn register_unknown(&self, mut vendors: Vec<Vendor>) -> Result<()> {
        vendors.sort_by(|one, other| one.vendor_id.cmp(&other.vendor_id));
        let execute = |real: &SqliteStore| {
            let ids: Vec<VendorId> = vendors.iter().map(|vendor| vendor.vendor_id.clone()).collect();
            wait_alone(real.register_unknown(vendors))?;
            ids.iter().for_each(|id| self.model.record_named(id));
            Ok(())
        };
        self.call("registering vendors", execute, |()| ()).await
    }

    async fn put(&self, vendor: Vendor, now: Instant) -> Result<bool> {
        let execute = |real: &SqliteStore| {
            let is_new = wait_alone(real.put(vendor.clone(), now))?;
            self.model.record_vendor(vendor, now);
            Ok(is_new)
        };
        self.call("saving a vendor", execute, |is_new| *is_new).await
    }

    async fn versions_on(&self, day: Day, ids: &[VendorId]) -> Result<Vec<Vendor>> {
        self.call("reading versions of vendors", |real| wait_alone(real.versions_on(day, ids)), Vec::len).await
    }

    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>> {
        self.call("reading a vendor", |real| wait_alone(real.vendor(id)), Option::is_some).await
    }

    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>> {
        self.call("reading vendors", |real| wait_alone(real.vendors_by_id(ids)), Vec::len).await
    }

    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>> {
        self.call("listing vendors", |real| wait_alone(VendorStore::vendors(real, after, limit)), Vec::len).await
    }
}

#[async_trait]
impl Housekeeping for FaultyStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let today = expiry.today;
        let execute = |real: &SqliteStore| {
            let expirable = self.model.expirable_orders(expiry);
            let expired = wait_alone(real.expire(expiry, limit))?;
            let found = wait_alone(real.load(&expirable))?;
            let removed = |(id, found): (OrderId, Found)| (found == Found::Expired).then_some(id);
            let removed: Vec<OrderId> = expirable.into_iter().zip(found).filter_map(removed).collect();
            if removed.len() as u64 != expired.orders {
                let (reported, expected) = (expired.orders, removed.len());
                self.model.record_violation(format!(
                    "the store reports {reported} removed orders, {expected} expired orders are gone"
                ));
            }
            self.model.record_expired_orders(removed, expiry);
            let buckets = self.model.expire_buckets(expiry);
            if buckets != expired.buckets {
                let reported = expired.buckets;
                self.model
                    .record_violation(format!("the store reports {reported} removed buckets, {buckets} have expired"));
            }
            let left = self.model.expirable_orders(expiry).len();
            if left > 0 && expired.orders < limit as u64 {
                self.model.record_violation(format!("{left} expired orders were not removed"));
            }
            if left == 0 {
                self.model.state().last_complete_expiry = Some(today);
            }
            Ok(expired)
        };
        self.call("removing expired orders", execute, |expired| (expired.orders, expired.buckets, expired.marks)).await
    }

    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        self.call("reading the oldest order", |real| wait_alone(real.oldest_order_day()), |oldest| *oldest).await
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        let execute = |real: &SqliteStore| {
            let rebuilt = wait_alone(real.rebuild(scope))?;
            if rebuilt.different > 0 {
                self.model.record_violation(format!("a rebuild of {scope:?} found differences: {rebuilt:?}"));
            }
            Ok(rebuilt)
        };
        self.call("rebuilding a scope", execute, |rebuilt| rebuilt.buckets).await
    }
}
