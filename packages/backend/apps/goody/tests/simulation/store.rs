//! The store as a world with weather sees it: the real one, behind calls that are slow, fail, or fail to say what they did.
//!
//! While the real store works, nothing else goes on: what happens beside what is decided by drawn delays alone, never by
//! how fast a thread or a disk is.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use goody_application::ports::{
    ChangeBatch, ChangeFeed, ChangeLag, ChangesSince, CurrentReport, Expired, Expiry, Found, Housekeeping, OrderCount,
    OrderFilter, OrderReader, OrderWrite, OrderWriter, Position, Rebuilt, RecentFilter, ReportReader, ReportStatus,
    ReportWriter, Result, Scope, StatusCounts, StoreError, VendorState, VendorStore,
};
use goody_domain::{CounterSeries, Day, History, Instant, Order, OrderId, ReportZone, Vendor, VendorId};
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::suite::wait_alone;
use tokio::sync::watch;

use crate::clock::JumpingClock;
use crate::faults::{Fate, Faults};
use crate::model::{Model, additions, moved, steps};

/// Why calls fail that were made to fail.
#[derive(Debug, thiserror::Error)]
#[error("bad weather")]
struct InjectedFault;

/// Whether a failure is one that the weather made.
pub(crate) fn is_injected(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { source, .. } if source.is::<InjectedFault>())
}

/// The store, as one run of the program has it open.
pub(crate) struct FaultyStore {
    real: SqliteStore,
    faults: Arc<Faults>,
    model: Arc<Model>,
    clock: Arc<JumpingClock>,
    /// What the real store says, told when its call is over and not when its threads come to it.
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

    /// The store itself, for whoever looks when all is quiet.
    pub(crate) fn real(&self) -> &SqliteStore {
        &self.real
    }

    pub(crate) fn revisions(&self) -> watch::Receiver<i64> {
        self.revisions.subscribe()
    }

    /// Makes one call. `told` is what of its answer the digest takes.
    async fn call<T, D: Hash>(
        &self,
        doing: &'static str,
        act: impl FnOnce(&SqliteStore) -> Result<T> + Send,
        told: impl Fn(&T) -> D + Send,
    ) -> Result<T> {
        let (fate, before, after) = self.faults.fate(self.clock.runtime());
        self.faults.note((doing, fate, self.clock.runtime()));
        pause(before).await;
        let failed = || Err(StoreError::Unavailable { doing, source: InjectedFault.into() });
        if matches!(fate, Fate::Refused) {
            return failed();
        }
        let answer = act(&self.real);
        self.faults.note((doing, self.clock.runtime(), answer.as_ref().ok().map(told)));
        let revision = self.real.revision().unwrap();
        self.revisions.send_if_modified(|known| std::mem::replace(known, revision) != revision);
        pause(after).await;
        if matches!(fate, Fate::Unsaid) { failed() } else { answer }
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
        let told = |found: &Vec<Found>| found.iter().map(version).collect::<Vec<_>>();
        self.call("loading orders", |real| wait_alone(real.load(ids)), told).await
    }

    async fn save(&self, writes: Vec<OrderWrite>, now: Instant) -> Result<Vec<bool>> {
        let act = |real: &SqliteStore| {
            let additions = additions(&writes);
            let saved = wait_alone(real.save(writes, now))?;
            self.model.saved(&additions, &saved);
            Ok(saved)
        };
        self.call("saving orders", act, Vec::clone).await
    }
}

#[async_trait]
impl OrderReader for FaultyStore {
    async fn order(&self, id: &OrderId) -> Result<Option<History>> {
        let told = |found: &Option<History>| found.as_ref().map(History::version);
        self.call("reading an order", |real| wait_alone(real.order(id)), told).await
    }

    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>> {
        let act = |real: &SqliteStore| wait_alone(real.list(filter, after, limit, now));
        self.call("listing orders", act, |orders: &Vec<Order>| ids(orders)).await
    }

    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
        let act = |real: &SqliteStore| wait_alone(real.count(filter, limit, now));
        self.call("counting orders", act, |count| count.by_status).await
    }

    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>> {
        let act = |real: &SqliteStore| wait_alone(real.recent(filter, after, limit));
        self.call("reading the recent feed", act, |histories: &Vec<History>| versions(histories)).await
    }

    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts> {
        self.call("counting the recent feed", |real| wait_alone(real.count_recent(filter)), StatusCounts::clone).await
    }

    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>> {
        let act = |real: &SqliteStore| wait_alone(real.issues(vendor_id, before, limit));
        self.call("reading a vendor's issues", act, |orders: &Vec<Order>| ids(orders)).await
    }

    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>> {
        let act = |real: &SqliteStore| wait_alone(real.all(after, limit));
        self.call("reading all orders", act, |histories: &Vec<History>| versions(histories)).await
    }
}

#[async_trait]
impl ChangeFeed for FaultyStore {
    async fn changes(&self, limit: usize) -> Result<ChangeBatch> {
        let told = |batch: &ChangeBatch| (batch.from, batch.to, batch.changes.len());
        self.call("reading the change feed", |real| wait_alone(real.changes(limit)), told).await
    }

    async fn lag(&self) -> Result<ChangeLag> {
        self.call("measuring the lag", |real| wait_alone(real.lag()), |lag| (lag.changes, lag.oldest)).await
    }
}

#[async_trait]
impl ReportWriter for FaultyStore {
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool> {
        let act = |real: &SqliteStore| {
            let (steps, moved) = (steps(&batch), moved(&batch));
            let is_applied = wait_alone(real.apply(batch, now))?;
            if is_applied {
                self.model.applied(&steps, moved, real.zone().day(now));
            }
            Ok(is_applied)
        };
        self.call("moving the counters", act, |is_applied| *is_applied).await
    }

    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()> {
        self.call("keeping reports", |real| wait_alone(real.save_reports(reports)), |()| ()).await
    }

    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()> {
        self.call("noting the timer", |real| wait_alone(real.mark_refreshed(at, lag)), |()| at).await
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
        let act = |real: &SqliteStore| wait_alone(real.all_series(scopes, from, minutes_from, minutes_to));
        let told = |all_series: &Vec<(CounterSeries, i64)>| {
            all_series.iter().map(|(series, revision)| (series.buckets.len(), *revision)).collect::<Vec<_>>()
        };
        self.call("reading buckets", act, told).await
    }

    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)> {
        let told = |(state, kept_from): &(Option<VendorState>, Option<Day>)| {
            (state.as_ref().map(|state| state.revision), *kept_from)
        };
        self.call("reading a report", |real| wait_alone(real.state(vendor_id)), told).await
    }

    async fn changes_since(&self, after: i64) -> Result<ChangesSince> {
        let told = |changed: &ChangesSince| (changed.vendors.len(), changed.revision, changed.kept_from);
        self.call("reading reports", |real| wait_alone(real.changes_since(after)), told).await
    }

    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>> {
        self.call("looking for reports to make", |real| wait_alone(real.stale_reports(at, limit)), Vec::clone).await
    }

    async fn status(&self) -> Result<ReportStatus> {
        let told = |status: &ReportStatus| (status.reports, status.first_over, status.latest_fact);
        self.call("reading the reports' status", |real| wait_alone(real.status()), told).await
    }

    async fn kept_from(&self) -> Result<Option<Day>> {
        self.call("reading what has expired", |real| wait_alone(real.kept_from()), |kept_from| *kept_from).await
    }
}

#[async_trait]
impl VendorStore for FaultyStore {
    async fn register_unknown(&self, mut vendors: Vec<VendorId>) -> Result<()> {
        vendors.sort();
        self.call("meeting vendors", |real| wait_alone(real.register_unknown(vendors)), |()| ()).await
    }

    async fn put(&self, vendor: Vendor) -> Result<bool> {
        let act = |real: &SqliteStore| {
            let is_new = wait_alone(real.put(vendor.clone()))?;
            self.model.done().registered.insert(vendor.vendor_id.clone(), vendor);
            Ok(is_new)
        };
        self.call("keeping a vendor", act, |is_new| *is_new).await
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
        let act = |real: &SqliteStore| {
            let old = self.model.old(expiry);
            let expired = wait_alone(real.expire(expiry, limit))?;
            let found = wait_alone(real.load(&old))?;
            let gone = |(id, found): (OrderId, Found)| (found == Found::Expired).then_some(id);
            let gone: Vec<OrderId> = old.into_iter().zip(found).filter_map(gone).collect();
            if gone.len() as u64 != expired.orders {
                let forgot = expired.orders;
                self.model.object(format!("{forgot} orders were forgotten, of those that may be only {}", gone.len()));
            }
            self.model.forgot(gone, expiry);
            let buckets = self.model.forgot_buckets(expiry);
            if buckets != expired.buckets {
                let forgot = expired.buckets;
                self.model.object(format!("{forgot} buckets were forgotten, those that may be are {buckets}"));
            }
            let left = self.model.old(expiry).len();
            if left > 0 && expired.orders < limit as u64 {
                self.model.object(format!("{left} orders may be forgotten and were not"));
            }
            if left == 0 {
                self.model.done().cleared = Some(today);
            }
            Ok(expired)
        };
        self.call("forgetting what is old", act, |expired| (expired.orders, expired.buckets, expired.marks)).await
    }

    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        self.call("reading the oldest order", |real| wait_alone(real.oldest_order_day()), |oldest| *oldest).await
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        let act = |real: &SqliteStore| {
            let rebuilt = wait_alone(real.rebuild(scope))?;
            if rebuilt.different > 0 {
                self.model.object(format!("a rebuild of {scope:?} found {rebuilt:?}"));
            }
            Ok(rebuilt)
        };
        self.call("rebuilding a book", act, |rebuilt| rebuilt.buckets).await
    }
}
