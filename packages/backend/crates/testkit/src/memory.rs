//! The store in memory: simple on purpose, so that its results are obviously right.
//!
//! It filters and counts all orders for each request, and keeps all buckets and expired orders, so that a rebuild can check them.
//! The store suite compares the other stores with it.

mod counters;
mod detections;
mod orders;
mod parcels;
mod rejections;
mod retention;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use goody_application::clock_watch::ClockJump;
use goody_application::ports::{
    ChangeLag, CurrentReport, Received, Result, Scope, SlotTime, StoredDetection, VendorStore, WaitingParcel,
};
use goody_domain::{
    BatchId, Bucket, Day, History, Instant, Occurrences, Order, OrderId, ReportZone, Vendor, VendorId, version_made_on,
};

/// A store that ends with the process. Clones share the same data.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    zone: Arc<ReportZone>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    orders: BTreeMap<OrderId, History>,
    changes: Vec<LoggedChange>,
    last_sequence: i64,
    checkpoint: i64,
    revision: i64,
    /// All buckets, the expired ones included.
    buckets: BTreeMap<(Scope, Day), StoredBucket>,
    /// The revision of each scope.
    scopes: BTreeMap<Scope, i64>,
    reports: BTreeMap<VendorId, CurrentReport>,
    refreshed: Option<(Instant, ChangeLag)>,
    clock_jumps: Vec<ClockJump>,
    /// The latest delivery in the expired buckets of each scope. It is final.
    expired_deliveries: BTreeMap<Scope, Instant>,
    kept_from: Option<Day>,
    /// Orders with a last day before this one have expired.
    orders_kept_from: Option<Day>,
    vendors: BTreeMap<VendorId, StoredVendor>,
    last_received: Option<Received>,
    /// The expired orders as they count since then, and when their events occurred.
    settled: Vec<(Option<Order>, Occurrences)>,
    /// The ids of expired orders, each with the day of its expiry and the batches of its events.
    expired_ids: BTreeMap<OrderId, (Day, Vec<BatchId>)>,
    rejections: rejections::Rejections,
    /// The oldest first.
    waiting_parcels: Vec<WaitingParcel>,
    /// The revision at which the counters of a day changed last.
    day_revisions: BTreeMap<Day, i64>,
    detections: BTreeMap<SlotTime, StoredDetection>,
    explanations: BTreeMap<(Instant, VendorId), Vec<u8>>,
}

#[derive(Debug)]
struct LoggedChange {
    sequence: i64,
    order_id: OrderId,
    from: usize,
    to: usize,
    recorded_at: Instant,
}

#[derive(Debug)]
struct StoredVendor {
    revision: i64,
    vendor: Vendor,
    /// The earlier versions, by their last days.
    versions: BTreeMap<Day, Vendor>,
}

impl StoredVendor {
    fn earlier_until(&self) -> Option<Day> {
        self.versions.last_key_value().map(|(last_day, _)| *last_day)
    }
}

#[derive(Debug, Default)]
struct StoredBucket {
    bucket: Bucket,
    /// `None` after its expiry, until a late fact changes it again.
    changed_on: Option<Day>,
}

impl MemoryStore {
    /// An empty store that counts the days of this zone.
    pub fn new(zone: ReportZone) -> Self {
        Self { zone: Arc::new(zone), state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_revision(&mut self) -> i64 {
        self.revision += 1;
        self.revision
    }

    /// Registers the vendors that are not known yet.
    fn register_vendors(&mut self, vendors: Vec<Vendor>) {
        for vendor in vendors {
            let known = self.vendors.get(&vendor.vendor_id);
            let new = known.map_or_else(|| Some(vendor.clone()), |known| known.vendor.named_as(&vendor));
            if let Some(new) = new {
                self.store_vendor(new);
            }
        }
    }

    /// Stores a vendor without a change of its versions. Returns its previous master data.
    fn store_vendor(&mut self, vendor: Vendor) -> Option<Vendor> {
        let revision = self.next_revision();
        match self.vendors.entry(vendor.vendor_id.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(StoredVendor { revision, vendor, versions: BTreeMap::new() });
                None
            }
            Entry::Occupied(mut entry) => {
                entry.get_mut().revision = revision;
                Some(std::mem::replace(&mut entry.get_mut().vendor, vendor))
            }
        }
    }

    /// All orders with a placement.
    fn placed_orders(&self) -> Vec<Order> {
        self.orders.values().filter_map(History::order).collect()
    }
}

#[async_trait]
impl VendorStore for MemoryStore {
    async fn register_unknown(&self, vendors: Vec<Vendor>) -> Result<()> {
        self.state().register_vendors(vendors);
        Ok(())
    }

    async fn put(&self, vendor: Vendor, now: Instant) -> Result<bool> {
        let today = self.zone.day(now);
        let mut state = self.state();
        let Some(previous) = state.store_vendor(vendor.clone()) else { return Ok(true) };
        if let Some(stored) = state.vendors.get_mut(&vendor.vendor_id)
            && previous != vendor
        {
            let last_day = version_made_on(today, stored.earlier_until());
            stored.versions.extend(last_day.map(|last_day| (last_day, previous)));
        }
        Ok(false)
    }

    async fn versions_on(&self, day: Day, ids: &[VendorId]) -> Result<Vec<Vendor>> {
        let state = self.state();
        let stored = ids.iter().filter_map(|id| state.vendors.get(id));
        Ok(stored
            .filter_map(|stored| stored.versions.range(day..).next())
            .map(|(_, version)| version.clone())
            .collect())
    }

    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>> {
        Ok(self.state().vendors.get(id).map(|stored| stored.vendor.clone()))
    }

    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| state.vendors.get(id)).map(|stored| stored.vendor.clone()).collect())
    }

    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>> {
        let state = self.state();
        let later = state.vendors.values().map(|stored| &stored.vendor);
        Ok(later.filter(|vendor| after.is_none_or(|after| vendor.vendor_id > *after)).take(limit).cloned().collect())
    }
}
