//! Retention: removes expired orders and buckets. It changes no number of a past date. An open order that expires leaves the
//! levels.

use std::time::Duration;

use goody_domain::{
    Counter, Day, Entry, History, Instant, Order, ReportZone, contribution, contribution_to, merge_entries, postings,
};

use crate::clock_watch::ClockWatch;
use crate::ports::{
    BucketMove, Clock, Expired, Expiry, Housekeeping, ParcelStore, RejectionStore, ReportReader, Result, Scope,
    kept_since,
};
use crate::project::moves_of;

/// How many orders are removed in one transaction.
const BATCH: usize = 2_000;
/// For how long the clock has to be steady before anything is removed.
const STEADY: Duration = Duration::from_secs(3_600);
/// The most days of orders that are removed for each day that passes.
const REMOVED_DAYS_PER_DAY: i32 = 7;
const DAY: Duration = Duration::from_secs(86_400);

/// How long data is retained, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// An order, after the latest of its placement, promise, completion and recording.
    pub order_days: u16,
    /// A bucket, after the later of its day and its last change.
    pub bucket_days: u16,
}

impl Default for Retention {
    /// 400 days for orders, and twice as long for buckets.
    fn default() -> Self {
        Self { order_days: 400, bucket_days: 800 }
    }
}

impl Retention {
    /// What has expired on the day `as_of`.
    pub fn expiry(self, as_of: Day, today: Day) -> Expiry {
        let before = |days: u16| as_of.plus(-i32::from(days));
        let (orders_before, buckets_before) = (before(self.order_days), before(self.bucket_days));
        Expiry { orders_before, order_days: self.order_days, buckets_before, today }
    }
}

/// How the counters change when an order expires.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The order as it counts from now on; `None` if its placement is not known or is taken back.
    pub order: Option<Order>,
    /// The entries that stay in the counters of the vendors that it names. A rebuild adds them to the contributions of the orders.
    pub settled: Vec<BucketMove>,
    /// The entries to add to the counters of its vendor and of the fleet: the order leaves the totals of lists, and if it is open,
    /// the levels. Sorted by scope and day.
    pub moved: Vec<BucketMove>,
}

/// The settlement of an order that expires `order_days` days after its [`crate::ports::last_day`].
///
/// An open order is given up. The history does not record that fact, because the transaction that counts it deletes the history.
pub fn settlement(history: &History, last_day: Day, order_days: u16, zone: &ReportZone) -> Settlement {
    let (order, occurrences) = (history.order(), history.occurrences());
    let end = zone.end(last_day.plus(i32::from(order_days)));
    let given_up = order.clone().map(|order| order.given_up(end));
    let is_of_lists = |entry: &Entry| matches!(entry.counter, Counter::InStatus(_));
    let settled = occurrences.named_vendors.iter().flat_map(|vendor_id| {
        let entries = contribution_to(vendor_id, given_up.as_ref(), &occurrences, zone);
        let entries = entries.into_iter().filter(|entry| !is_of_lists(entry));
        moves_of(Scope::Vendor(vendor_id.clone()), &merge_entries(entries.collect())).collect::<Vec<_>>()
    });
    let settled = settled.collect();
    let mut moved = Vec::new();
    if let Some(given_up) = &given_up {
        let left_lists = contribution(given_up, zone).into_iter().filter(is_of_lists);
        let left_lists = left_lists.map(|entry| Entry { amount: -entry.amount, ..entry });
        let left_levels = postings(order.as_ref(), Some(given_up), zone).into_iter().map(|posting| posting.entry);
        let left = merge_entries(left_levels.chain(left_lists).collect());
        let scopes = [Scope::Vendor(given_up.placement.vendor_id.clone()), Scope::Fleet];
        moved.extend(scopes.into_iter().flat_map(|scope| moves_of(scope, &left).collect::<Vec<_>>()));
    }
    Settlement { order: given_up, settled, moved }
}

/// Removes everything that has expired. Returns the numbers of removed items.
async fn remove<S: Housekeeping + ?Sized>(store: &S, expiry: Expiry) -> Result<Expired> {
    let mut total = Expired::default();
    loop {
        let expired = store.expire(expiry, BATCH).await?;
        total.orders += expired.orders;
        total.buckets += expired.buckets;
        total.marks += expired.marks;
        if expired.orders < BATCH as u64 {
            return Ok(total);
        }
    }
}

/// Removes everything that has expired at `now`, without a check of the clock. Returns the numbers of removed items.
///
/// # Errors
/// The store failed. The call can be repeated.
pub async fn expire<S: Housekeeping + ReportReader + ?Sized>(
    store: &S,
    retention: Retention,
    now: Instant,
) -> Result<Expired> {
    let today = store.zone().day(now);
    remove(store, retention.expiry(today, today)).await
}

/// Removes expired data without trust in the clock: a clock that is wrong for a moment must not remove every order.
///
/// It uses the earlier of the clock and the latest fact, waits until the clock has been steady for an hour, and removes at most
/// seven days of orders for each day that passes.
#[derive(Debug)]
pub struct RetentionTask {
    retention: Retention,
    /// When orders were last removed, by [`Clock::elapsed`].
    last_removal: Option<Duration>,
    /// The last day for which everything that had expired was removed.
    last_complete_day: Option<Day>,
}

impl RetentionTask {
    /// A task that has removed nothing yet.
    pub fn new(retention: Retention) -> Self {
        Self { retention, last_removal: None, last_complete_day: None }
    }

    /// Removes what has expired since the last call, if the clock is steady. Returns the numbers of removed items, or `None` if
    /// it is not time.
    ///
    /// # Errors
    /// The store failed. The call can be repeated.
    pub async fn step<S>(&mut self, store: &S, clock: &dyn Clock, watch: &ClockWatch) -> Result<Option<Expired>>
    where
        S: Housekeeping + ReportReader + RejectionStore + ParcelStore + ?Sized,
    {
        let (now, elapsed) = (clock.now(), clock.elapsed());
        let today = store.zone().day(now);
        if self.last_complete_day == Some(today) || watch.steady_for(elapsed) < STEADY {
            return Ok(None);
        }
        store.expire_rejections(kept_since(now)).await?;
        store.expire_waiting(kept_since(now)).await?;
        // A store without a fact has nothing to remove.
        let latest_fact = store.status().await?.latest_fact.unwrap_or(Instant::from_micros(0));
        let as_of = store.zone().day(now.min(latest_fact));
        let mut expiry = self.retention.expiry(as_of, today);
        if let Some(oldest) = store.oldest_order_day().await? {
            let passed = self.last_removal.map_or(DAY, |last_removal| elapsed.saturating_sub(last_removal).max(DAY));
            let days = passed.as_secs().div_ceil(DAY.as_secs());
            let most = i32::try_from(days).unwrap_or(i32::MAX).saturating_mul(REMOVED_DAYS_PER_DAY);
            expiry.orders_before = expiry.orders_before.min(Day::from_number(oldest.number().saturating_add(most)));
        }
        let expired = remove(store, expiry).await?;
        (self.last_removal, self.last_complete_day) = (Some(elapsed), Some(today));
        Ok(Some(expired))
    }
}
