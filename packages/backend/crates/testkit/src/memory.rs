//! The store in memory: naive on purpose, so that it can be believed.
//!
//! It filters all orders, counts by counting, and forgets nothing that it may need to tell whether something is right. Other
//! stores are held against it.

mod counters;
mod orders;
mod retention;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use goody_application::clock_watch::ClockJump;
use goody_application::ports::{ChangeLag, CurrentReport, Result, Scope, VendorStore};
use goody_domain::{Bucket, Day, History, Instant, Order, OrderId, ReportZone, Vendor, VendorId};

/// A store that is gone with the process. Clones are the same store.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    zone: Arc<ReportZone>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    orders: BTreeMap<OrderId, History>,
    changes: Vec<LoggedChange>,
    last_seq: i64,
    checkpoint: i64,
    revision: i64,
    /// Every bucket there ever was, those that have expired as well.
    buckets: BTreeMap<(Scope, Day), KeptBucket>,
    /// The revision of each scope.
    scopes: BTreeMap<Scope, i64>,
    reports: BTreeMap<VendorId, CurrentReport>,
    rolled: Option<(Instant, ChangeLag)>,
    clock_jumps: Vec<ClockJump>,
    kept_from: Option<Day>,
    vendors: BTreeMap<VendorId, (i64, Vendor)>,
    /// Orders that have expired, as they were.
    settled: Vec<Order>,
    /// Ids of orders that have expired, each with the day on which it did.
    marks: BTreeMap<OrderId, Day>,
}

#[derive(Debug)]
struct LoggedChange {
    seq: i64,
    order_id: OrderId,
    from: usize,
    to: usize,
    recorded_at: Instant,
}

#[derive(Debug, Default)]
struct KeptBucket {
    bucket: Bucket,
    /// `None` once it has expired, until a late fact changes it again.
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

    /// Registers those of the vendors that are not known yet.
    fn register(&mut self, vendors: Vec<VendorId>) {
        let unknown_vendors: Vec<VendorId> = vendors.into_iter().filter(|id| !self.vendors.contains_key(id)).collect();
        if !unknown_vendors.is_empty() {
            let revision = self.next_revision();
            for id in unknown_vendors {
                self.vendors.insert(id.clone(), (revision, Vendor::unregistered(id)));
            }
        }
    }

    /// Every order that is placed.
    fn placed(&self) -> Vec<Order> {
        self.orders.values().filter_map(History::order).collect()
    }
}

#[async_trait]
impl VendorStore for MemoryStore {
    async fn register_unknown(&self, vendors: Vec<VendorId>) -> Result<()> {
        self.state().register(vendors);
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
