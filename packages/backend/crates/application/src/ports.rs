//! The ports: the traits through which the steps of the program use a store or a clock.
//!
//! A trait is one capability that its caller needs, so that a function's bounds and its permissions are the same list. The store
//! suite in `testkit` checks that every store does what these comments say.

mod detections;
mod order_filter;
mod parcels;
mod rejections;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use goody_domain::{
    AsOf, BatchId, Change, Counter, CounterSeries, Counters, Day, Entry, History, HistoryFact, Instant, Order, OrderId,
    Posting, Quarters, RateCounts, Report, ReportZone, Status, Vendor, VendorId, fact_postings, merge_entries,
    postings,
};
use serde::{Deserialize, Serialize};

use crate::clock_watch::ClockJump;
pub use detections::{
    DayRevisions, DetectionKey, DetectionStore, LatestDetection, SlotTime, StoredDetection, keeps_detection,
};
pub use order_filter::{DayRange, OpenOrder, OrderFilter, OrderSort, Position, promise_days, region_of};
pub use parcels::{MOST_ORDERS_OF_PARCEL, MOST_WAITING, ParcelStore, WaitingParcel, parcel_term};
pub use rejections::{
    EVENTS_ROUTE, KeptRejection, LONGEST_BODY, PAGE_BYTES, REJECTION_DAYS, Refused, RejectionBounds, RejectionCode,
    RejectionCount, RejectionId, RejectionPage, RejectionPosition, RejectionStore, distinct, kept_since,
};

/// Why a store call failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store does not answer, is locked for too long, or has no space left.
    #[error("the store is not available while {doing}")]
    Unavailable {
        /// The operation that failed.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Stored data cannot be read.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Other writers changed the same orders at every attempt.
    #[error("gave up after {0} attempts: other writers keep changing the same orders")]
    Contended(usize),
    /// A list without an index of its own is among more orders than the store reads for one request.
    #[error("the list is among more than {0} orders")]
    TooManyOrders(usize),
}

/// A problem of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreProblem {
    /// The problem and what to do about it, for operators.
    pub message: String,
    /// How long it has lasted, in seconds.
    pub seconds: f64,
    /// Whether it keeps the store from working. Otherwise it only needs attention.
    pub stops: bool,
}

/// The health of a store, by the results of its latest reads and writes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoreHealth {
    /// The problem that keeps the store from reading or writing, or that needs attention.
    pub problem: Option<StoreProblem>,
    /// The number of writes in the queue.
    pub waiting: u64,
    /// Another server updates the reports of this store. This one takes over when that server stops.
    pub is_standby: bool,
}

/// The result of a store call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// An order as a writer loads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its history; empty for an order that the store does not have.
    Known(History),
    /// It has expired, and its numbers are final.
    Expired,
}

/// A history with new events, to be written.
#[derive(Clone, Debug)]
pub struct OrderWrite {
    /// The history, with its new events.
    pub history: History,
    /// The version at which it was loaded. Nothing is written if the store has another version by then.
    pub from_version: usize,
    /// Vendors that the new events name and that may not be registered yet, see [`Vendor::unregistered`].
    pub unknown_vendors: Vec<Vendor>,
}

/// Loads and writes the histories of orders.
#[async_trait]
pub trait OrderWriter: Send + Sync {
    /// The orders with those ids, in the same sequence.
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>>;

    /// Writes each order that still has the version at which it was loaded, atomically with its change. Returns for each
    /// whether it was written. `source` is the sender of their new events, for [`ReportStatus::last_received`]; `None` without any.
    ///
    /// The vendors that a write names are registered with it or before it. Those of an order that is not written are not
    /// registered: a store that cannot do both in one transaction checks the version first.
    async fn save(&self, writes: Vec<OrderWrite>, source: Option<&str>, now: Instant) -> Result<Vec<bool>>;
}

/// The most orders that a search finds before the other conditions of the filter. A store may find fewer.
pub const MOST_FOUND: usize = 10_000;

/// A count for each of the nine statuses, in the sequence of [`Status::ALL`].
pub type StatusCounts = [i64; 9];

/// The number of orders in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderCount {
    /// The orders in each status.
    pub by_status: StatusCounts,
    /// Counting stopped at a limit, so the list can have more orders.
    pub is_lower_bound: bool,
}

impl OrderCount {
    /// Adds the orders that the totals of buckets count, in the statuses of the list.
    pub fn add_counted(&mut self, filter: &OrderFilter, totals: &Counters) {
        for status in Status::ALL.into_iter().filter(|status| filter.takes_status(*status)) {
            self.by_status[status as usize] += totals[Counter::InStatus(status)];
        }
    }
}

/// Selects the orders of the recent feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentFilter {
    /// Only orders whose latest event occurred at this instant or later. Stores have the last [`RECENT_HOURS`].
    pub since: Instant,
    /// Only orders in one of these statuses; an empty list means all statuses.
    pub statuses: Vec<Status>,
    /// Only orders of this vendor.
    pub vendor_id: Option<VendorId>,
}

/// The length of the recent feed, in hours.
pub const RECENT_HOURS: i64 = 168;

/// Reads single orders and lists of orders.
#[async_trait]
pub trait OrderReader: Send + Sync {
    /// The health of the order store, from memory and therefore cheap. A store that does not record its health has no problem.
    fn store_health(&self) -> StoreHealth {
        StoreHealth::default()
    }

    /// Like [`Self::store_health`], but measures what changes without a read or a write, such as the free space of the disk.
    fn store_health_now(&self) -> StoreHealth {
        self.store_health()
    }

    /// Tries a write if it is in doubt whether orders can be stored, because a write failed or space is short. So
    /// [`Self::store_health`] is current.
    async fn probe(&self) {}

    /// Records that a part of the program that works on this store panicked and was started again. A store that records its
    /// health reports it.
    fn part_failed(&self, _part: &'static str) {}

    /// The history of one order.
    async fn order(&self, id: &OrderId) -> Result<Option<History>>;

    /// The orders of a list that come after a position in it, sorted as the filter says, and orders with the same
    /// [`OrderFilter::sort_key`] by id in the same direction: as many as `limit`, and fewer only at the end of the list. An order
    /// has everything that lists show; a store may leave out what [`History::summary`] leaves out.
    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>>;

    /// [`Self::list`] of a list with a known number of orders: for stores that look through orders until they have found all.
    async fn list_of_total(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
        _total: i64,
    ) -> Result<Vec<Order>> {
        self.list(filter, after, limit, now).await
    }

    /// The number of orders in a list, by [`OrderFilter::status_of`]: exact if [`OrderFilter::is_counted`]; else a store may stop
    /// counting at `limit`, or after a bounded effort. Open orders that only [`OpenOrder`] selects are few, and counted beyond `limit`.
    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount>;

    /// [`OrderReader::list`] and [`OrderReader::count`] up to `most`, in one call: for stores that do both in one pass over the
    /// list.
    async fn page(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
        most: i64,
    ) -> Result<(Vec<Order>, OrderCount)> {
        Ok((self.list(filter, after, limit, now).await?, self.count(filter, most, now).await?))
    }

    /// The orders of a feed that come after a position in it, the latest update first, and orders of the same instant by id. For
    /// an order with very many events a store may return the [`History::summary`] only.
    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>>;

    /// The first day from which on the store has every order that reached a milestone, as far as [`last_day`] covers it; `None`
    /// while no order has expired.
    async fn orders_kept_from(&self, now: Instant) -> Result<Option<Day>>;

    /// The number of orders in a feed from the start of the minute of its `since` on, by status.
    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts>;

    /// A vendor's orders that ended as an issue before an instant, the latest end first, and orders of the same instant by id.
    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>>;

    /// All orders after the given id, sorted by id: for exports, which must be equal for equal facts.
    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>>;

    /// One part of a search through all orders for those that a batch may have events of: that of at most `limit` orders after the
    /// given id. A store may leave out orders that name the batch nowhere.
    async fn search_batch(&self, _batch_id: &BatchId, after: Option<&OrderId>, limit: usize) -> Result<BatchSearch> {
        let found = self.all(after, limit).await?;
        let next = found.last().filter(|_| found.len() == limit).map(|last| last.order_id().clone());
        Ok(BatchSearch { searched: found.len() as u64, next, found })
    }

    /// How many orders had events of a batch when they expired: see [`History::batches`].
    async fn count_expired(&self, batch_id: &BatchId) -> Result<u64>;
}

/// The result of [`OrderReader::search_batch`].
#[derive(Clone, Debug, Default)]
pub struct BatchSearch {
    /// The orders that may have events of the batch.
    pub found: Vec<History>,
    /// How many orders were searched.
    pub searched: u64,
    /// The order after which the search continues; `None` at its end.
    pub next: Option<OrderId>,
}

/// A change of an order, with the entries that it adds to the counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedChange {
    /// The change.
    pub change: Change,
    /// The entries that it adds to the counters of each vendor and to those of the fleet, merged by [`goody_domain::merge_entries`].
    pub entries: Vec<(VendorId, Vec<Entry>)>,
}

impl PostedChange {
    /// Computes the entries of a change.
    pub fn new(change: Change, zone: &ReportZone) -> Self {
        let mut of_vendors: BTreeMap<&VendorId, Vec<Entry>> = BTreeMap::new();
        let moved = postings(change.before.as_ref(), change.after.as_ref(), zone).into_iter();
        let facts = fact_postings(&change.occurred_before, &change.occurred_after, zone);
        for Posting { vendor_id, entry } in moved.chain(facts) {
            of_vendors.entry(vendor_id).or_default().push(entry);
        }
        let merged = |(vendor_id, entries): (&VendorId, _)| (vendor_id.clone(), merge_entries(entries));
        Self { entries: of_vendors.into_iter().map(merged).collect(), change }
    }
}

/// The next changes that the buckets do not reflect yet.
#[derive(Clone, Debug, Default)]
pub struct ChangeBatch {
    /// The position in the feed before them; 0 in a feed without positions, which keeps a marker for each order instead.
    pub from: i64,
    /// The position in the feed after them.
    pub to: i64,
    /// At most one for each order: all changes of an order are merged.
    pub changes: Vec<PostedChange>,
}

/// How far the buckets are behind the orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeLag {
    /// The number of changes that the buckets do not reflect yet.
    pub changes: u64,
    /// When the oldest of them was stored.
    pub oldest: Option<Instant>,
}

/// Reads the changes of orders, each at least once.
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// The next changes that the buckets do not reflect yet, at most `limit`.
    async fn changes(&self, limit: usize) -> Result<ChangeBatch>;

    /// How far the buckets are behind the orders.
    async fn lag(&self) -> Result<ChangeLag>;
}

/// Whose counters: those of one vendor, or of the fleet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All vendors together.
    Fleet,
    /// One vendor.
    Vendor(VendorId),
}

/// The entries to add to one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketMove {
    /// The scope of the bucket.
    pub scope: Scope,
    /// The day of the bucket.
    pub day: Day,
    /// The entries, all of that day.
    pub entries: Vec<Entry>,
}

/// The stored report of a vendor for today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurrentReport {
    /// The report.
    pub report: Report,
    /// The score of each of the 30 dates ending with the report's, oldest first.
    pub reliability30d: Vec<Option<f64>>,
    /// Until when the report is valid if no event is received.
    pub unchanged_until: Instant,
    /// The revision of the buckets from which it was computed.
    pub revision: i64,
}

impl CurrentReport {
    /// Whether a report as of `as_of` has the same numbers, if no event was received since this one was computed.
    pub fn holds(&self, as_of: AsOf) -> bool {
        let computed = self.report.as_of;
        self.report.date == as_of.date()
            && (computed == as_of.at() || (computed < as_of.at() && as_of.at() < self.unchanged_until))
    }
}

/// Updates the counters and stores the reports.
#[async_trait]
pub trait ReportWriter: Send + Sync {
    /// Adds the entries that [`crate::project::moves`] computes from the changes to buckets and totals, each change atomically with
    /// the record that it was applied. Returns false if another process applied one of them since the batch was read. No change is
    /// applied twice, and the feed returns again the changes that were not applied.
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool>;

    /// Stores reports. One computed from older buckets never replaces one computed from newer buckets.
    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()>;

    /// Records that the reports are current at `at`, and how far the buckets were behind then. A store may keep a later record for
    /// a while, which shows that the clock was set back.
    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()>;

    /// Records that the clock was set. Only processes that run for long detect it; stores of other hosts record nothing.
    async fn note_clock_jump(&self, _jump: ClockJump) -> Result<()> {
        Ok(())
    }
}

/// A vendor and its stored report.
#[derive(Clone, Debug)]
pub struct VendorState {
    /// Master data.
    pub vendor: Vendor,
    /// The last day of the latest earlier version of the master data: see [`VendorStore::versions_on`]. `None` without one.
    pub earlier_until: Option<Day>,
    /// The last stored report, which can be of another day or of older buckets.
    pub kept: Option<CurrentReport>,
    /// The revision of its buckets; 0 without buckets.
    pub revision: i64,
}

impl VendorState {
    /// The stored report, if its buckets give the same one as of `as_of`.
    pub fn current(&self, as_of: AsOf) -> Option<CurrentReport> {
        let mut current = self.kept.clone().filter(|stored| stored.revision == self.revision && stored.holds(as_of))?;
        current.report.as_of = as_of.at();
        Some(current)
    }
}

/// When the latest new event came in, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// When it was stored.
    pub at: Instant,
    /// Its sender, for operators: a token, a file, a bus or the simulator.
    pub source: String,
}

/// When the reports were updated last, and their state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportStatus {
    /// The last [`ReportWriter::mark_refreshed`].
    pub refreshed_at: Option<Instant>,
    /// The number of stored reports.
    pub reports: u64,
    /// When the validity of the stored reports first ends: the earliest [`CurrentReport::unchanged_until`].
    pub first_over: Option<Instant>,
    /// When the latest fact that the buckets reflect occurred.
    pub latest_fact: Option<Instant>,
    /// How far the buckets were behind at `refreshed_at`.
    pub lag: ChangeLag,
    /// The last [`ReportWriter::note_clock_jump`].
    pub clock_jump: Option<ClockJump>,
    /// Orders with events and without a placement.
    pub unplaced_orders: i64,
    /// When and from where a new event came in last; `None` if a store does not know it.
    pub last_received: Option<Received>,
    /// Some counters follow other time zone rules than this program: they are not updated until they are rebuilt.
    pub has_other_rules: bool,
}

/// The result of [`ReportReader::changes_since`]; all of it is of the same instant.
#[derive(Clone, Debug, Default)]
pub struct ChangesSince {
    /// The vendors, sorted by id.
    pub vendors: Vec<VendorState>,
    /// The current revision.
    pub revision: i64,
    /// See [`ReportReader::status`].
    pub status: ReportStatus,
    /// See [`ReportReader::kept_from`].
    pub kept_from: Option<Day>,
    /// See [`DetectionStore::latest_detection`].
    pub latest_detection: Option<LatestDetection>,
}

/// A vendor and its counters for a past date.
#[derive(Clone, Debug)]
pub struct PastVendor {
    /// Current master data.
    pub vendor: Vendor,
    /// See [`VendorState::earlier_until`].
    pub earlier_until: Option<Day>,
    /// The counter series.
    pub series: CounterSeries,
    /// The revision of its buckets.
    pub revision: i64,
}

/// The vendors of a store, with what their reports of past dates need; all of one vendor is of the same instant.
#[derive(Clone, Debug, Default)]
pub struct PastFleet {
    /// The vendors, sorted by id.
    pub vendors: Vec<PastVendor>,
    /// The current revision.
    pub revision: i64,
    /// See [`ReportReader::status`].
    pub status: ReportStatus,
    /// See [`ReportReader::kept_from`].
    pub kept_from: Option<Day>,
    /// See [`DetectionStore::latest_detection`].
    pub latest_detection: Option<LatestDetection>,
}

/// The days of a scope that counted anything, by quarter; sorted.
pub type ScopeQuarters = (Scope, Vec<(Day, Quarters)>);

/// Reads counters and stored reports.
#[async_trait]
pub trait ReportReader: Send + Sync {
    /// The time zone whose days the buckets count.
    fn zone(&self) -> &ReportZone;

    /// The revision that [`ReportReader::changes_since`] would return, from memory and therefore cheap: a few milliseconds late if
    /// another process made the change. `None` for a store that has to be read to know it.
    fn revision(&self) -> Option<i64>;

    /// The counter series of scopes, in the same sequence, each with its revision and all of it of the same instant: every bucket
    /// from `from` on, those of `minutes_from` to `minutes_to` with their minutes.
    async fn all_series(
        &self,
        scopes: &[Scope],
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>>;

    /// [`ReportReader::all_series`] of one scope.
    async fn series(
        &self,
        scope: &Scope,
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<(CounterSeries, i64)> {
        let all_series = self.all_series(std::slice::from_ref(scope), from, minutes_from, minutes_to).await?;
        Ok(all_series.into_iter().next().unwrap_or_default())
    }

    /// Counter series for dates that are over, up to `to`, in the same sequence, each with its revision: every bucket from `from` to
    /// `to` without its minutes, and the latest fact and delivery until the end of `to`. They read as many rows for an old date as for
    /// a recent one: a store has sums of months, see [`goody_domain::MonthTotals`].
    async fn past_series(&self, scopes: &[Scope], from: Day, to: Day) -> Result<Vec<(CounterSeries, i64)>> {
        self.all_series(scopes, from, to.plus(1), to).await
    }

    /// The first day on which the fleet counted anything by quarter; `None` without any.
    async fn first_day(&self) -> Result<Option<Day>>;

    /// What the days from `from` to `to` counted by quarter, of the fleet and of each vendor: sorted by scope and day, without days that
    /// counted nothing.
    async fn quarters(&self, from: Day, to: Day) -> Result<Vec<ScopeQuarters>>;

    /// [`ReportReader::past_series`] up to `to`, which may be today, with the minutes of some days. Its latest fact and delivery mean
    /// nothing.
    async fn window_series(
        &self,
        scopes: &[Scope],
        from: Day,
        to: Day,
        minutes: &[Day],
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let (first, last) = (minutes.iter().min(), minutes.iter().max());
        self.all_series(scopes, from, first.copied().unwrap_or(to.plus(1)), last.copied().unwrap_or(to)).await
    }

    /// The vendors of [`ReportReader::changes_since`], each with its [`ReportReader::past_series`].
    async fn past_fleet(&self, after: i64, from: Day, to: Day) -> Result<PastFleet> {
        let ChangesSince { vendors, revision, status, kept_from, latest_detection } = self.changes_since(after).await?;
        let scopes: Vec<Scope> = vendors.iter().map(|state| Scope::Vendor(state.vendor.vendor_id.clone())).collect();
        let all_series = self.past_series(&scopes, from, to).await?;
        let vendors = vendors.into_iter().zip(all_series).map(|(state, (series, revision))| PastVendor {
            vendor: state.vendor,
            earlier_until: state.earlier_until,
            series,
            revision,
        });
        Ok(PastFleet { vendors: vendors.collect(), revision, status, kept_from, latest_detection })
    }

    /// The counts of each day from `from` to the date of `last` by which the risk of each vendor is judged, in the same sequence.
    async fn rate_counts(&self, vendors: &[VendorId], from: Day, last: AsOf) -> Result<Vec<Vec<RateCounts>>> {
        let scopes: Vec<Scope> = vendors.iter().cloned().map(Scope::Vendor).collect();
        let minutes: Vec<Day> = last.cut().map(|_| last.date()).into_iter().collect();
        let all_series = self.window_series(&scopes, from, last.date(), &minutes).await?;
        Ok(all_series.iter().map(|(series, _)| RateCounts::of_days(&series.buckets, from, last)).collect())
    }

    /// One vendor as in [`ReportReader::changes_since`], `None` if it is unknown; and [`ReportReader::kept_from`].
    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)>;

    /// The vendors that changed after a revision, or whose buckets did; all vendors after −1. The revision grows whenever buckets
    /// or vendors change. Revisions are valid in one process only.
    async fn changes_since(&self, after: i64) -> Result<ChangesSince>;

    /// Vendors whose stored report is missing, computed from older buckets, or no longer valid at an instant; at most `limit`.
    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>>;

    /// When the reports were updated last, and their state.
    async fn status(&self) -> Result<ReportStatus>;

    /// The first day from which on the store has all buckets; `None` while no bucket has expired. A caller that reads this day
    /// first, and buckets afterwards, gets all buckets of that day and later.
    async fn kept_from(&self) -> Result<Option<Day>>;

    /// The recorded clock jumps, the earliest first.
    async fn clock_jumps(&self) -> Result<Vec<ClockJump>> {
        Ok(Vec::new())
    }
}

/// Stores the master data of vendors.
#[async_trait]
pub trait VendorStore: Send + Sync {
    /// Adds those of the vendors that are unknown, and gives a name to those that have none yet: see [`Vendor::named_as`].
    /// A name completes the master data as it is, and makes no version.
    async fn register_unknown(&self, vendors: Vec<Vendor>) -> Result<()>;

    /// Creates or replaces a vendor; returns true if it was unknown. The replaced master data becomes a version, as
    /// [`goody_domain::version_made_on`] says: past dates keep it.
    async fn put(&self, vendor: Vendor, now: Instant) -> Result<bool>;

    /// Those of the vendors that have an earlier version for the end of a past day, with its master data. A store may drop the
    /// oldest versions of a vendor that has very many.
    async fn versions_on(&self, day: Day, ids: &[VendorId]) -> Result<Vec<Vendor>>;

    /// One vendor.
    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>>;

    /// The known vendors among at most 100 ids.
    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>>;

    /// At most `limit` vendors after the given id, sorted by id.
    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>>;
}

/// The numbers of removed items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Orders.
    pub orders: u64,
    /// Buckets.
    pub buckets: u64,
    /// Marks of orders that expired long ago.
    pub marks: u64,
}

/// The result of rebuilding one scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// The number of buckets that follow from the orders, and of stored states of the detection that follow from them.
    pub buckets: u64,
    /// How many of them differed and were corrected.
    pub different: u64,
}

/// What expires on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Orders with a [`last_day`] before this day expire.
    pub orders_before: Day,
    /// How many days after its [`last_day`] an order is retained. An open order is given up at the end of the last of them.
    pub order_days: u16,
    /// Buckets of days before this day expire, unless they changed on it or later.
    pub buckets_before: Day,
    /// The day on which the expiry runs.
    pub today: Day,
}

/// Removes expired orders and buckets, and rebuilds buckets.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// Removes at most `limit` of the orders that expire, the oldest first, and all buckets that expire. The contribution of an
    /// order stays; an open order leaves the levels, as [`crate::retention::settlement`] computes. No other number changes.
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired>;

    /// The earliest [`last_day`] of the orders; `None` without orders, and for a store that removes orders by itself.
    async fn oldest_order_day(&self) -> Result<Option<Day>>;

    /// Computes the counters of one scope from the orders, and corrects those that differ. The fleet is the sum of the vendors.
    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt>;
}

/// A store with every capability.
pub trait Store:
    OrderWriter
    + OrderReader
    + ChangeFeed
    + ReportWriter
    + ReportReader
    + VendorStore
    + Housekeeping
    + RejectionStore
    + ParcelStore
    + DetectionStore
    + 'static
{
}

impl<T> Store for T where
    T: OrderWriter
        + OrderReader
        + ChangeFeed
        + ReportWriter
        + ReportReader
        + VendorStore
        + Housekeeping
        + RejectionStore
        + ParcelStore
        + DetectionStore
        + 'static
{
}

/// The clock: the only source of the current time.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Instant;

    /// The time elapsed since a fixed instant, the machine's sleep included. Setting the clock does not change it.
    fn elapsed(&self) -> Duration;
}

/// The last day of an order with these facts, from which its retention counts: the latest of its placement, promise, completion
/// and recording.
pub fn last_day(facts: &[HistoryFact], order: Option<&Order>, zone: &ReportZone) -> Day {
    let recorded = facts.iter().map(HistoryFact::recorded_at);
    let occurred = order.into_iter().flat_map(|order| {
        [Some(order.created_at), order.placement.estimated_delivery, order.completed_at()].into_iter().flatten()
    });
    recorded.chain(occurred).max().map_or(Day::from_number(0), |latest| zone.day(latest))
}
