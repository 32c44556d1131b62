//! The ports: what the verbs need of a store, each named by what it allows.
//!
//! A trait says one thing its caller needs, so that a function's bounds and its permissions read the same. Every store is
//! held to these words by the suite in `testkit`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use goody_domain::{
    AsOf, Change, Counter, CounterSeries, Counters, Day, Entry, GiftType, History, Instant, Order, OrderId, Posting,
    Recorded, Report, ReportZone, Status, Vendor, VendorId, combined, postings,
};
use serde::{Deserialize, Serialize};

use crate::clock_watch::ClockJump;

/// What a store could not do. The cause is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store does not answer, is locked for too long, or has no room.
    #[error("the store is not available while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What is stored cannot be read.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Others changed the same thing again and again.
    #[error("gave up after {0} attempts: others keep changing the same orders")]
    Contended(usize),
}

/// What keeps a store from working, or needs attention.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreProblem {
    /// What it is, and what to do, in plain words.
    pub message: String,
    /// For how long, in seconds.
    pub seconds: f64,
    /// Whether it keeps the store from working. Otherwise it only needs attention.
    pub stops: bool,
}

/// How a store is, by what its reads and writes met lately.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoreHealth {
    /// What stands in the way of storing, or of reading what is stored.
    pub problem: Option<StoreProblem>,
    /// Writes that wait for their turn.
    pub waiting: u64,
    /// Another server keeps the reports of this store; this one will when that one ends.
    pub is_standby: bool,
}

/// What every store call answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// An order as a writer finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// All that is known of it; empty for an order never heard of.
    Known(History),
    /// It was forgotten by age, and its numbers are final.
    Expired,
}

/// A history that has grown since it was loaded.
#[derive(Clone, Debug)]
pub struct OrderWrite {
    /// The history with its new facts.
    pub history: History,
    /// The version it was loaded at; nothing is written if the store has another one by now.
    pub from_version: usize,
    /// Vendors that the new facts name and that may not be registered yet.
    pub unknown_vendors: Vec<VendorId>,
}

/// Takes in what was told of orders.
#[async_trait]
pub trait OrderWriter: Send + Sync {
    /// The orders of those ids, in the order asked.
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>>;

    /// Writes each order that still has the version it was loaded at, together with its change, all in one go. Says for
    /// each whether it was written.
    ///
    /// The vendors that a write names are registered with it or before it, and those of an order that is not written are
    /// not: a store that cannot do both at once checks the version first.
    async fn save(&self, writes: Vec<OrderWrite>, now: Instant) -> Result<Vec<bool>>;
}

/// Which orders a list is about, and which of them come first. Orders not placed yet are in no list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// Only this vendor's.
    pub vendor_id: Option<VendorId>,
    /// Only those in one of these statuses; all where empty.
    pub statuses: Vec<Status>,
    /// Only those placed on this day or later.
    pub placed_from: Option<Day>,
    /// Only those placed on this day or earlier.
    pub placed_to: Option<Day>,
    /// Only those past their promise, or only the others.
    pub delayed: Option<bool>,
    /// Only gifts of this kind.
    pub gift_type: Option<GiftType>,
    /// The first placed come first, instead of the latest placed.
    pub oldest_first: bool,
}

impl OrderFilter {
    /// Whether an order is in the list at `now`.
    pub fn takes(&self, order: &Order, zone: &ReportZone, now: Instant) -> bool {
        let placed = zone.day(order.created_at);
        self.vendor_id.as_ref().is_none_or(|id| *id == order.placement.vendor_id)
            && self.takes_status(order.status())
            && self.placed_from.is_none_or(|from| placed >= from)
            && self.placed_to.is_none_or(|to| placed <= to)
            && self.delayed.is_none_or(|delayed| delayed == order.is_delayed(now))
            && self.gift_type.as_ref().is_none_or(|gift| Some(gift) == order.placement.gift_type.as_ref())
    }

    /// Whether the list is of orders in this status.
    pub fn takes_status(&self, status: Status) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }

    /// Whether buckets know how many orders are in the list: they count by vendor, status and day of placement.
    pub fn is_counted(&self) -> bool {
        self.delayed.is_none() && self.gift_type.is_none()
    }

    /// The list in two: the orders placed before the buckets that are kept, and the others. An order with a late promise outlives
    /// the bucket of its placement, so the first are counted one by one. They are few.
    pub fn split_at(self, kept_from: Option<Day>) -> (Option<Self>, Option<Self>) {
        let Some(kept_from) = kept_from else { return (None, Some(self)) };
        let (from, to, last) = (self.placed_from, self.placed_to, kept_from.plus(-1));
        let is_older = from.is_none_or(|from| from <= last);
        let is_kept = to.is_none_or(|to| to >= kept_from);
        let older = Self { placed_to: Some(to.map_or(last, |to| to.min(last))), ..self.clone() };
        let kept = Self { placed_from: Some(from.map_or(kept_from, |from| from.max(kept_from))), ..self };
        (is_older.then_some(older), is_kept.then_some(kept))
    }
}

/// A place in a list of orders, between two of them: after the order placed (or updated) then, with that id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When the order was placed, or updated.
    pub at: Instant,
    /// The order.
    pub order_id: OrderId,
}

/// One count for each of the nine statuses, at its place in [`Status::ALL`].
pub type StatusCounts = [i64; 9];

/// How many orders a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderCount {
    /// By where they stand.
    pub by_status: StatusCounts,
    /// Counting stopped: there are so many or more.
    pub is_lower_bound: bool,
}

impl OrderCount {
    /// Adds the orders that buckets count: those of the list's statuses.
    pub fn add_counted(&mut self, filter: &OrderFilter, totals: &Counters) {
        for status in Status::ALL.into_iter().filter(|status| filter.takes_status(*status)) {
            self.by_status[status as usize] += totals[Counter::InStatus(status)];
        }
    }
}

/// Which recent updates a feed is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentFilter {
    /// Only orders whose latest event occurred at this instant or later. Stores keep the last [`RECENT_HOURS`].
    pub since: Instant,
    /// Only those in one of these statuses; all where empty.
    pub statuses: Vec<Status>,
    /// Only this vendor's.
    pub vendor_id: Option<VendorId>,
}

/// How far back the recent feed goes, in hours.
pub const RECENT_HOURS: i64 = 168;

/// Answers about single orders and lists of them.
#[async_trait]
pub trait OrderReader: Send + Sync {
    /// How the store of the orders is. Cheap: it answers from memory. A store that keeps no such memory has met nothing.
    fn store_health(&self) -> StoreHealth {
        StoreHealth::default()
    }

    /// The same, after a look at what changes without a read or a write, as the room on a disk.
    fn store_health_now(&self) -> StoreHealth {
        self.store_health()
    }

    /// Where it is doubtful whether orders can be stored, as a write failed or room is short, tries it: so that [`Self::store_health`]
    /// is of now.
    async fn probe(&self) {}

    /// A part of the program that works on this store met a fault and was started again. A store with a memory for that says
    /// so in its condition.
    fn part_failed(&self, _part: &'static str) {}

    /// All that is known of one order.
    async fn order(&self, id: &OrderId) -> Result<Option<History>>;

    /// The orders of a list that come after a place in it, by placement in the direction the filter says, orders of the same
    /// instant by id in the same direction: as many as `limit`, fewer only where the list ends. What lists show of an order is
    /// there; a store may leave out what [`History::summary`] leaves out.
    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>>;

    /// How many orders a list has: exactly where [`OrderFilter::is_counted`], else exactly or counted up to `limit`, or as far as
    /// a bounded effort goes.
    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount>;

    /// [`OrderReader::list`] and [`OrderReader::count`] in one, the latter up to `most`: for stores that look through a list once
    /// for both.
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

    /// The orders of a feed that come after a place in it, the latest updated first, orders of the same instant by id. Of an order
    /// with very many facts a store may give [`History::summary`] alone.
    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>>;

    /// How many orders a feed has from the whole minute of its `since` on, by where they stand.
    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts>;

    /// A vendor's orders that ended as an issue before an instant, the latest end first, orders of the same instant by id.
    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>>;

    /// Every order, by id, after the one given: for exports, which must be equal for equal facts.
    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>>;
}

/// A change of an order, with what it adds to the counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedChange {
    /// The change.
    pub change: Change,
    /// What it adds to the counters of each vendor, and to those of the fleet: [`goody_domain::combined`], nothing that cancels out.
    pub entries: Vec<(VendorId, Vec<Entry>)>,
}

impl PostedChange {
    /// Computes what a change adds to the counters.
    pub fn new(change: Change, zone: &ReportZone) -> Self {
        let mut of_vendors: BTreeMap<VendorId, Vec<Entry>> = BTreeMap::new();
        for Posting { vendor_id, entry } in postings(change.before.as_ref(), change.after.as_ref(), zone) {
            of_vendors.entry(vendor_id).or_default().push(entry);
        }
        let entries = of_vendors.into_iter().map(|(vendor_id, entries)| (vendor_id, combined(entries))).collect();
        Self { change, entries }
    }
}

/// Changes that no bucket reflects yet.
#[derive(Clone, Debug, Default)]
pub struct ChangeBatch {
    /// Where the feed stood before them; 0 in a feed that has no places and keeps a mark for each order instead.
    pub from: i64,
    /// Where it stands after them.
    pub to: i64,
    /// At most one for each order: its changes are drawn together.
    pub changes: Vec<PostedChange>,
}

/// Changes that no bucket reflects yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeLag {
    /// How many.
    pub changes: u64,
    /// When the oldest of them was stored.
    pub oldest: Option<Instant>,
}

/// Tells which orders changed, at least once each.
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// The next changes that no bucket reflects yet, at most `limit`.
    async fn changes(&self, limit: usize) -> Result<ChangeBatch>;

    /// How far the buckets are behind.
    async fn lag(&self) -> Result<ChangeLag>;
}

/// Whose counters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All vendors together.
    Fleet,
    /// One vendor.
    Vendor(VendorId),
}

/// What to add to one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketMove {
    /// Whose.
    pub scope: Scope,
    /// Which day's.
    pub day: Day,
    /// What: entries of that day.
    pub entries: Vec<Entry>,
}

/// A vendor's report for today, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurrentReport {
    /// The report.
    pub report: Report,
    /// The score of each of the 30 dates ending with the report's, oldest first.
    pub reliability30d: Vec<Option<f64>>,
    /// It stays as it is until this instant if nothing is told.
    pub unchanged_until: Instant,
    /// The revision of the buckets it was made from.
    pub revision: i64,
}

impl CurrentReport {
    /// Whether it says what one made as of `as_of` would, apart from that instant, if nothing was told since.
    pub fn holds(&self, as_of: AsOf) -> bool {
        let made = self.report.as_of;
        self.report.date == as_of.date()
            && (made == as_of.at() || (made < as_of.at() && as_of.at() < self.unchanged_until))
    }
}

/// Moves the counters and keeps the reports.
#[async_trait]
pub trait ReportWriter: Send + Sync {
    /// Moves buckets and totals by what [`crate::project::moves`] makes of the changes, each change together with the note
    /// that it was applied. False where somebody applied any of them since the batch was read: none moves a bucket twice, and
    /// the feed tells again those that moved none.
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool>;

    /// Keeps reports. One made from older buckets never replaces one made from newer ones.
    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()>;

    /// Notes that the reports are up to the clock, and how far the buckets were behind then. A store may go on telling a later
    /// note for a while, so that one sees that the clock was set back.
    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()>;

    /// Notes that the clock was set. Only hosts that run for long notice it; a store that is only used by others keeps nothing.
    async fn note_clock_jump(&self, _jump: ClockJump) -> Result<()> {
        Ok(())
    }
}

/// A vendor and what is kept of its numbers.
#[derive(Clone, Debug)]
pub struct VendorState {
    /// Master data.
    pub vendor: Vendor,
    /// The report last kept, which may be of another day or of older buckets.
    pub kept: Option<CurrentReport>,
    /// The revision of its buckets; 0 without any.
    pub revision: i64,
}

impl VendorState {
    /// The kept report, if it is the one that its buckets give as of `as_of`.
    pub fn current(&self, as_of: AsOf) -> Option<CurrentReport> {
        let mut current = self.kept.clone().filter(|kept| kept.revision == self.revision && kept.holds(as_of))?;
        current.report.as_of = as_of.at();
        Some(current)
    }
}

/// When the reports were brought up to the clock, and how the kept ones are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportStatus {
    /// The last [`ReportWriter::mark_refreshed`].
    pub refreshed_at: Option<Instant>,
    /// Vendors with a kept report.
    pub reports: u64,
    /// When the first of the kept reports is over.
    pub first_over: Option<Instant>,
    /// When the latest fact occurred that the buckets reflect.
    pub latest_fact: Option<Instant>,
    /// How far the buckets were behind at `refreshed_at`.
    pub lag: ChangeLag,
    /// The last [`ReportWriter::note_clock_jump`].
    pub clock_jump: Option<ClockJump>,
    /// Some counters follow other rules of the time zone than this program has: they stand still until they are rebuilt.
    pub has_other_rules: bool,
}

/// What [`ReportReader::changes_since`] tells, all of one moment.
#[derive(Clone, Debug, Default)]
pub struct ChangesSince {
    /// By id.
    pub vendors: Vec<VendorState>,
    /// The revision now.
    pub revision: i64,
    /// See [`ReportReader::status`].
    pub status: ReportStatus,
    /// See [`ReportReader::kept_from`].
    pub kept_from: Option<Day>,
}

/// Answers from the counters.
#[async_trait]
pub trait ReportReader: Send + Sync {
    /// The zone whose days the buckets are.
    fn zone(&self) -> &ReportZone;

    /// What [`ReportReader::changes_since`] would tell as the revision now. Cheap: it answers from memory, a few milliseconds late
    /// where another process made the change. `None` where only asking can tell.
    fn revision(&self) -> Option<i64>;

    /// Scopes with every bucket from `from` on, those of `minutes_from` to `minutes_to` with their minutes, each with the
    /// revision it has, in the order asked, each of one moment.
    async fn all_series(
        &self,
        scopes: &[Scope],
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>>;

    /// One scope, as [`ReportReader::all_series`] reads many.
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

    /// One vendor, as [`ReportReader::changes_since`] tells of many, `None` where it is not known; and the first day whose buckets
    /// are all kept, as [`ReportReader::kept_from`] tells it.
    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)>;

    /// The vendors of which anything changed after a revision (all of them after −1). The revision grows whenever buckets or
    /// vendors change. Revisions are those of one process.
    async fn changes_since(&self, after: i64) -> Result<ChangesSince>;

    /// Vendors whose kept report is missing, made from older buckets, or over at an instant; at most `limit`.
    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>>;

    /// How the reports are.
    async fn status(&self) -> Result<ReportStatus>;

    /// The first day whose buckets are all kept; `None` while nothing has expired. Whoever asks before reading buckets reads all of
    /// that day and later.
    async fn kept_from(&self) -> Result<Option<Day>>;

    /// Every clock jump that is noted, the earliest first.
    async fn clock_jumps(&self) -> Result<Vec<ClockJump>> {
        Ok(Vec::new())
    }
}

/// Vendors' master data.
#[async_trait]
pub trait VendorStore: Send + Sync {
    /// Registers those of the vendors that are not known yet, as unregistered.
    async fn register_unknown(&self, vendors: Vec<VendorId>) -> Result<()>;

    /// Creates or replaces a vendor; true if it was not known.
    async fn put(&self, vendor: Vendor) -> Result<bool>;

    /// One vendor.
    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>>;

    /// Those of at most 100 vendors that are known.
    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>>;

    /// Every vendor, by id, after the one given.
    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>>;
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Orders.
    pub orders: u64,
    /// Buckets.
    pub buckets: u64,
    /// Marks of orders forgotten long ago.
    pub marks: u64,
}

/// What a rebuild of one scope found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Buckets that there should be.
    pub buckets: u64,
    /// Buckets that were not as they should be. They are now.
    pub different: u64,
}

/// What is old enough to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Orders with a [`last_day`] before this one expire.
    pub orders_before: Day,
    /// How many days after its [`last_day`] an order is kept. One that is still open is given up at the end of the last of them.
    pub order_days: u16,
    /// Buckets of days before this one expire, unless they changed on it or later.
    pub buckets_before: Day,
    /// The day on which this happens.
    pub today: Day,
}

/// Forgets what is old, and checks what is kept.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// Removes at most `limit` of the orders that expire, the oldest first, and all buckets that expire. What an order
    /// contributed stays; one that is still open leaves the levels, as [`crate::retention::settlement`] says. Nothing else
    /// changes a number.
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired>;

    /// The earliest [`last_day`] of the orders; `None` without orders, and for a store that removes orders by itself.
    async fn oldest_order_day(&self) -> Result<Option<Day>>;

    /// Computes one scope anew from the orders, and puts right what differs. The fleet is the sum of the vendors.
    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt>;
}

/// A store that can do all of it.
pub trait Store:
    OrderWriter + OrderReader + ChangeFeed + ReportWriter + ReportReader + VendorStore + Housekeeping + 'static
{
}

impl<T> Store for T where
    T: OrderWriter + OrderReader + ChangeFeed + ReportWriter + ReportReader + VendorStore + Housekeeping + 'static
{
}

/// What time it is. The only place a clock comes in.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;

    /// How much time has passed since some fixed instant, sleep of the machine included. Setting the clock does not change it.
    fn elapsed(&self) -> Duration;
}

/// The day until which an order of these facts has to be kept: the latest of its placement, promise, completion and
/// recording.
pub fn last_day(facts: &[Recorded], order: Option<&Order>, zone: &ReportZone) -> Day {
    let recorded = facts.iter().map(|Recorded { recorded_at, .. }| *recorded_at);
    let lived = order.into_iter().flat_map(|order| {
        [Some(order.created_at), order.placement.estimated_delivery, order.completed_at()].into_iter().flatten()
    });
    recorded.chain(lived).max().map_or(Day::from_number(0), |latest| zone.day(latest))
}
