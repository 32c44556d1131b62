//! The witness: what the store said that it did, kept as plainly as can be.
//!
//! It knows which facts were stored, which of them were projected and which orders were forgotten, and says so when the
//! store does one of these twice, out of turn or too early. Numbers are not its business.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use goody_application::ports::{ChangeBatch, Expiry, OrderWrite, PostedChange, Scope};
use goody_application::project::moves;
use goody_application::retention::Retention;
use goody_domain::{
    Change, Day, IngestOutcome, Instant, Order, OrderEvent, OrderId, Recorded, ReportZone, Vendor, VendorId, fold,
};

/// What is known of one order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModelState {
    pub(crate) facts: Vec<Recorded>,
    /// How many of the facts the buckets reflect.
    pub(crate) projected: usize,
    /// The latest day that the order needs.
    last_day: Option<Day>,
}

impl ModelState {
    pub(crate) fn order(&self, id: &OrderId) -> Option<Order> {
        fold(id, self.facts.iter().map(|recorded| &recorded.event))
    }

    pub(crate) fn named_vendors(&self) -> impl Iterator<Item = &VendorId> {
        self.facts.iter().filter_map(|recorded| recorded.event.vendor_id())
    }

    fn knows(&self, event: &OrderEvent) -> Option<bool> {
        let same_id = self.facts.iter().find(|recorded| recorded.event.event_id == event.event_id);
        same_id.map(|recorded| recorded.event == *event)
    }
}

/// Everything that was done so far.
#[derive(Default)]
pub(crate) struct Done {
    /// Orders that are kept.
    pub(crate) orders: BTreeMap<OrderId, ModelState>,
    /// Ids of orders that were forgotten.
    pub(crate) expired_ids: BTreeSet<OrderId>,
    /// Orders that were forgotten, as they were.
    pub(crate) settled: Vec<Order>,
    /// Vendors as they were registered last.
    pub(crate) registered: BTreeMap<VendorId, Vendor>,
    /// The day of the last look for what is old that found all of it.
    pub(crate) cleared: Option<Day>,
    /// The first day whose buckets are all there, once some are gone.
    pub(crate) kept_from: Option<Day>,
    /// The buckets there are, each with the day on which it changed last.
    buckets: BTreeMap<(Scope, Day), Day>,
    violations: Vec<String>,
}

/// Sees every call that reaches the store.
pub(crate) struct Model {
    zone: ReportZone,
    retention: Retention,
    done: Mutex<Done>,
}

impl Model {
    pub(crate) fn new(zone: ReportZone, retention: Retention) -> Self {
        Self { zone, retention, done: Mutex::default() }
    }

    pub(crate) fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap()
    }

    /// Notes that something is not as it should be.
    pub(crate) fn object(&self, what: String) {
        self.done().violations.push(what);
    }

    /// Fails if anything was not as it should be.
    pub(crate) fn consent(&self) {
        let violations = std::mem::take(&mut self.done().violations);
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }

    /// Writes, and for each whether it was made.
    pub(crate) fn saved(&self, writes: &[(OrderId, usize, Vec<Recorded>)], saved: &[bool]) {
        let done = &mut *self.done();
        for ((id, from_version, facts), _) in writes.iter().zip(saved).filter(|(_, saved)| **saved) {
            let known = done.orders.entry(id.clone()).or_default();
            if known.facts.len() != *from_version {
                done.violations.push(format!(
                    "{id} had {} facts, and a write from {from_version} went through",
                    known.facts.len()
                ));
            }
            known.facts.extend_from_slice(facts);
            known.last_day = last_day(known, id, &self.zone);
        }
    }

    /// Changes that were applied, and the buckets that this moved.
    pub(crate) fn applied(&self, changes: &[(OrderId, usize, usize)], moved: Vec<(Scope, Day)>, today: Day) {
        let done = &mut *self.done();
        done.buckets.extend(moved.into_iter().map(|bucket| (bucket, today)));
        for (id, from_version, version) in changes {
            match done.orders.get_mut(id) {
                Some(known) if known.projected == *from_version && *version <= known.facts.len() => {
                    known.projected = *version;
                }
                known => {
                    let projected = known.map(|known| known.projected);
                    done.violations.push(format!(
                        "{id} is projected up to {projected:?}, and again from {from_version} to {version}"
                    ));
                }
            }
        }
    }

    /// Kept orders that may be forgotten: everything about them is long ago, and the buckets reflect all of it.
    pub(crate) fn old(&self, expiry: Expiry) -> Vec<OrderId> {
        let before = expiry.orders_before;
        if before > expiry.today.plus(-i32::from(self.retention.order_days))
            || expiry.order_days != self.retention.order_days
        {
            self.object(format!("{expiry:?} is no retention of {:?}", self.retention));
        }
        let done = self.done();
        let old = done.orders.iter().filter(|(_, known)| {
            known.projected == known.facts.len() && known.last_day.is_some_and(|last| last < before)
        });
        old.map(|(id, _)| id.clone()).collect()
    }

    /// Orders that were forgotten. What stands in a list is taken out of the bucket of its day.
    pub(crate) fn forgot(&self, ids: Vec<OrderId>, expiry: Expiry) {
        let done = &mut *self.done();
        for id in ids {
            let known = done.orders.remove(&id);
            let last_day = known.as_ref().and_then(|known| known.last_day);
            if let (Some(order), Some(last_day)) = (known.and_then(|known| known.order(&id)), last_day) {
                let order = order.given_up(self.zone.end(last_day.plus(i32::from(self.retention.order_days))));
                let changed = [Some(order.created_at), order.given_up_at];
                for day in changed.into_iter().flatten().map(|at| self.zone.day(at)) {
                    for scope in [Scope::Fleet, Scope::Vendor(order.placement.vendor_id.clone())] {
                        done.buckets.insert((scope, day), expiry.today);
                    }
                }
                done.settled.push(order);
            }
            done.expired_ids.insert(id);
        }
    }

    /// Buckets were forgotten: those of all days before the first on which, or on one of whose buckets, something happened since.
    /// Says how many they should be.
    pub(crate) fn forgot_buckets(&self, expiry: Expiry) -> u64 {
        let before = expiry.buckets_before;
        if before > expiry.today.plus(-i32::from(self.retention.bucket_days)) {
            self.object(format!("{expiry:?} is no retention of {:?}", self.retention));
        }
        let done = &mut *self.done();
        let needed = done.buckets.iter().filter(|((_, day), changed)| *day >= before || **changed >= before);
        let first = needed.map(|((_, day), _)| *day).min().unwrap_or(before).min(before);
        let count = done.buckets.len();
        done.buckets.retain(|(_, day), _| *day >= first);
        let gone = (count - done.buckets.len()) as u64;
        if gone > 0 {
            done.kept_from = done.kept_from.max(Some(first));
        }
        gone
    }

    /// What somebody was answered who told events. All of them must be kept, or be about orders that were forgotten.
    pub(crate) fn acknowledged(&self, events: &[OrderEvent], answers: &[IngestOutcome]) {
        let done = &mut *self.done();
        for (event, answer) in events.iter().zip(answers) {
            let known = done.orders.get(&event.order_id).and_then(|known| known.knows(event));
            let is_true = match (answer, known) {
                (IngestOutcome::New | IngestOutcome::Known, Some(true)) | (IngestOutcome::Conflict, Some(false)) => {
                    true
                }
                _ => done.expired_ids.contains(&event.order_id),
            };
            if !is_true {
                done.violations.push(format!("{answer:?} was the answer to {event:?}, which is kept as {known:?}"));
            }
        }
    }
}

/// The latest day of an order's placement, promise, end and recording.
fn last_day(known: &ModelState, id: &OrderId, zone: &ReportZone) -> Option<Day> {
    let mut latest: Option<Instant> = known.facts.iter().map(|recorded| recorded.recorded_at).max();
    if let Some(order) = known.order(id) {
        latest = latest.max(Some(order.created_at)).max(order.placement.estimated_delivery).max(order.completed_at());
    }
    latest.map(|latest| zone.day(latest))
}

/// What writes add, before they are given away.
pub(crate) fn additions(writes: &[OrderWrite]) -> Vec<(OrderId, usize, Vec<Recorded>)> {
    let addition = |OrderWrite { history, from_version, .. }: &OrderWrite| {
        (history.order_id().clone(), *from_version, history.events()[*from_version..].to_vec())
    };
    writes.iter().map(addition).collect()
}

/// The buckets that changes move.
pub(crate) fn moved(batch: &ChangeBatch) -> Vec<(Scope, Day)> {
    moves(&batch.changes).into_iter().map(|moved| (moved.scope, moved.day)).collect()
}

/// What changes do, before they are given away.
pub(crate) fn steps(batch: &ChangeBatch) -> Vec<(OrderId, usize, usize)> {
    let step = |posted: &PostedChange| {
        let Change { order_id, from_version, version, .. } = &posted.change;
        (order_id.clone(), *from_version, *version)
    };
    batch.changes.iter().map(step).collect()
}
