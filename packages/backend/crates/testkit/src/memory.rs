//! The store in memory: simple on purpose, so that its results are obviously right.
//!
//! It filters and counts all orders for each request, and keeps all buckets and expired orders, so that a rebuild can check them.
//! The store suite compares the other stores with it.

mod counters;
mod orders;
mod retention;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use goody_application::clock_watch::ClockJump;
use goody_application::ports::{ChangeLag, CurrentReport, Received, Result, Scope, VendorStore};
use goody_domain::{BatchId, Bucket, Day, History, Instant, Occurrences, Order, OrderId, ReportZone, Vendor, VendorId};

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
    vendors: BTreeMap<VendorId, (i64, Vendor)>,
    last_received: Option<Received>,
    /// The expired orders as they count since then, and when their events occurred.
    settled: Vec<(Option<Order>, Occurrences)>,
    /// The ids of expired orders, each with the day of its expiry and the batches of its events.
    expired_ids: BTreeMap<OrderId, (Day, Vec<BatchId>)>,
}

#[derive(Debug)]
struct LoggedChange {
    sequence: i64,
    order_id: OrderId,
    from: usize,
    to: usize,
    recorded_at: Instant,
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
            let new = known.map_or_else(|| Some(vendor.clone()), |(_, known)| known.named_as(&vendor));
            if let Some(new) = new {
                let revision = self.next_revision();
                self.vendors.insert(new.vendor_id.clone(), (revision, new));
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

    async fn put(&self, vendor: Vendor) -> Result<bool> {
        let mut state = self.state();
        let revision = state.next_revision();
        Ok(state.vendors.insert(vendor.vendor_id.clone(), (revision, vendor)).is_none())
    }

    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>> {
        Ok(self.state().vendors.get(id).map(|(_, vendor)| vendor.clone()))
    }

    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| state.vendors.get(id)).map(|(_, vendor)| vendor.clone()).collect())
    }

    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>> {
        let state = self.state();
        let later = state.vendors.values().map(|(_, vendor)| vendor);
        Ok(later.filter(|vendor| after.is_none_or(|after| vendor.vendor_id > *after)).take(limit).cloned().collect())
    }
}
