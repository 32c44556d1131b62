//! The model: it receives every write that the real store makes, and knows what the store must contain.
//!
//! It knows which facts are stored, which of them are projected, and which orders have expired. It records a violation when the
//! store does one of these twice, in the wrong order or too early. It computes no reports: the oracle of `testkit` does.
//!
//! It never calls functions of the application: an error there must not change what it expects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use goody_application::ports::{Expiry, OrderWrite, Scope};
use goody_domain::{
    BatchId, Change, Day, HistoryFact, IngestOutcome, Instant, Occurrences, Order, OrderEvent, OrderId, Recorded,
    ReportZone, Retraction, Status, Vendor, VendorId, fold,
};
use goody_testkit::oracle::CountedOrder;

use crate::master_data::MasterData;
use crate::moved_buckets::MovedBuckets;

/// A report needs the buckets of its date and of so many days before it.
pub(crate) const REPORT_DAYS_BEFORE: i32 = 13;

/// One order as the store must have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModelOrder {
    pub(crate) facts: Vec<HistoryFact>,
    /// How many of the facts are in the buckets.
    pub(crate) projected: usize,
    /// See [`last_day`].
    last_day: Option<Day>,
}

impl ModelOrder {
    pub(crate) fn order(&self, id: &OrderId) -> Option<Order> {
        self.at_version(id, self.facts.len())
    }

    /// The order of the first `version` facts.
    fn at_version(&self, id: &OrderId, version: usize) -> Option<Order> {
        let mut order = fold(id, self.valid_events(version).map(|recorded| &recorded.event))?;
        order.updated_at = self.events(version).map(|event| event.occurred_at).max().unwrap();
        Some(order)
    }

    /// The events among the first `version` facts.
    fn events(&self, version: usize) -> impl Iterator<Item = &OrderEvent> + Clone {
        self.facts[..version].iter().filter_map(HistoryFact::event).map(|recorded| &recorded.event)
    }

    /// The events among the first `version` facts that no later one of these facts takes back.
    fn valid_events(&self, version: usize) -> impl Iterator<Item = &Recorded> {
        let facts = &self.facts[..version];
        facts.iter().enumerate().filter_map(|(position, fact)| {
            let takes_back = |later: &HistoryFact| matches!(later, HistoryFact::Retraction(Retraction { batch_id, .. }) if Some(batch_id) == fact.batch_id());
            fact.event().filter(|_| !facts[position..].iter().any(takes_back))
        })
    }

    /// The order as it counts after the first `version` facts.
    fn counted_at(&self, id: &OrderId, version: usize) -> CountedOrder {
        CountedOrder { order: self.at_version(id, version), occurrences: Occurrences::of(self.events(version)) }
    }

    /// The order as it counts.
    pub(crate) fn counted(&self, id: &OrderId) -> CountedOrder {
        self.counted_at(id, self.facts.len())
    }

    pub(crate) fn named_vendors(&self) -> impl Iterator<Item = &VendorId> {
        self.events(self.facts.len()).filter_map(OrderEvent::vendor_id)
    }

    /// How many events of a batch are stored and not taken back.
    fn events_of_batch(&self, batch_id: &BatchId) -> usize {
        self.valid_events(self.facts.len()).filter(|recorded| recorded.batch_id.as_ref() == Some(batch_id)).count()
    }

    /// Whether an event with the event's id is stored and not taken back.
    fn has_id_of(&self, event: &OrderEvent) -> bool {
        self.valid_events(self.facts.len()).any(|recorded| recorded.event.event_id == event.event_id)
    }

    /// Whether an equal event was stored, and whether another one with its id was. One of them may be taken back.
    fn has_had(&self, event: &OrderEvent) -> (bool, bool) {
        let same_id = self.events(self.facts.len()).filter(|stored| stored.event_id == event.event_id);
        (same_id.clone().any(|stored| stored == event), same_id.clone().any(|stored| stored != event))
    }
}

/// Everything that the store must contain.
#[derive(Default)]
pub(crate) struct ModelState {
    /// Orders that have not expired.
    pub(crate) orders: BTreeMap<OrderId, ModelOrder>,
    /// Ids of expired orders.
    pub(crate) expired_ids: BTreeSet<OrderId>,
    /// Expired orders as they count from their expiry on.
    pub(crate) settled: Vec<CountedOrder>,
    /// The vendors.
    pub(crate) master_data: MasterData,
    /// The last day on which all expired orders were removed.
    pub(crate) last_complete_expiry: Option<Day>,
    /// The first day whose buckets are all kept; `None` while no bucket has expired.
    pub(crate) kept_from: Option<Day>,
    /// The existing buckets, each with the day on which it changed last.
    buckets: BTreeMap<(Scope, Day), Day>,
    violations: Vec<String>,
}

impl ModelState {
    /// The vendor as the store must have it: as it was registered last, or unregistered.
    pub(crate) fn vendor(&self, id: &VendorId) -> Vendor {
        self.master_data.current(id)
    }
}

/// Receives every write that the real store makes.
pub(crate) struct Model {
    zone: ReportZone,
    /// How many days after its last day an order is kept.
    order_days: u16,
    /// How many days after its day and its last change a bucket is kept.
    bucket_days: u16,
    state: Mutex<ModelState>,
}

impl Model {
    pub(crate) fn new(zone: ReportZone, order_days: u16, bucket_days: u16) -> Self {
        Self { zone, order_days, bucket_days, state: Mutex::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, ModelState> {
        self.state.lock().unwrap()
    }

    pub(crate) fn record_violation(&self, message: String) {
        self.state().violations.push(message);
    }

    /// Fails if a violation is recorded.
    pub(crate) fn assert_no_violations(&self) {
        let violations = std::mem::take(&mut self.state().violations);
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }

    /// Records writes of orders. `saved` says of each whether the store made it.
    pub(crate) fn record_saves(&self, writes: &[Addition], saved: &[bool]) {
        let state = &mut *self.state();
        let made = writes.iter().zip(saved).filter(|(_, saved)| **saved);
        for Addition { order_id: id, from_version, facts, named_vendors } in made.map(|(write, _)| write) {
            for vendor_id in named_vendors {
                state.master_data.record_named(vendor_id);
            }
            let order = state.orders.entry(id.clone()).or_default();
            if order.facts.len() != *from_version {
                let version = order.facts.len();
                state.violations.push(format!("{id} has version {version}, and a write from {from_version} succeeded"));
            }
            for fact in facts {
                match fact {
                    HistoryFact::Event(recorded) if order.has_id_of(&recorded.event) => {
                        state
                            .violations
                            .push(format!("{id} has a fact with the id of {fact:?}, and it was stored again"));
                    }
                    HistoryFact::Retraction(retraction) if order.events_of_batch(&retraction.batch_id) == 0 => {
                        state.violations.push(format!("{id} has nothing that {fact:?} takes back"));
                    }
                    _ => {}
                }
                order.facts.push(fact.clone());
            }
            order.last_day = last_day(order, id, &self.zone);
        }
    }

    /// Records that events named a vendor.
    pub(crate) fn record_named(&self, id: &VendorId) {
        self.state().master_data.record_named(id);
    }

    /// Records that a vendor was stored.
    pub(crate) fn record_vendor(&self, vendor: Vendor, now: Instant) {
        self.state().master_data.record(vendor, self.zone.day(now));
    }

    /// Records changes that were applied. Each must begin at the version that the buckets have, and must contain the order of the
    /// stored facts.
    pub(crate) fn record_projection(&self, changes: &[Change], today: Day) {
        let state = &mut *self.state();
        let mut moved = MovedBuckets::new(&self.zone);
        for change in changes {
            let Change { order_id: id, from_version, version, .. } = change;
            let Some(order) = state.orders.get_mut(id).filter(|order| *version <= order.facts.len()) else {
                state.violations.push(format!("{id} was projected to version {version}, which is not stored"));
                continue;
            };
            if order.projected != *from_version {
                let projected = order.projected;
                state.violations.push(format!(
                    "{id} is projected up to {projected}, and was projected from {from_version} to {version}"
                ));
            }
            let (before, after) = (order.counted_at(id, *from_version), order.counted_at(id, *version));
            let expected = Change {
                order_id: id.clone(),
                from_version: *from_version,
                version: *version,
                before: before.order.clone(),
                after: after.order.clone(),
                occurred_before: before.occurrences.clone(),
                occurred_after: after.occurrences.clone(),
            };
            if *change != expected {
                state.violations.push(format!("the change of {id} is {change:?}, expected {expected:?}"));
            }
            moved.add(&before, &after);
            order.projected = *version;
        }
        state.buckets.extend(moved.into_buckets().into_iter().map(|bucket| (bucket, today)));
    }

    /// The orders that may be removed: their last day lies before the expiry, and the buckets have all their facts.
    pub(crate) fn expirable_orders(&self, expiry: Expiry) -> Vec<OrderId> {
        let before = expiry.orders_before;
        let order_days = self.order_days;
        if before > expiry.today.plus(-i32::from(order_days)) || expiry.order_days != order_days {
            self.record_violation(format!("orders are kept for {order_days} days, the program removes {expiry:?}"));
        }
        let state = self.state();
        let expirable = state.orders.iter().filter(|(_, order)| {
            order.projected == order.facts.len() && order.last_day.is_some_and(|last| last < before)
        });
        expirable.map(|(id, _)| id.clone()).collect()
    }

    /// Records that orders were removed. A removed order also leaves the list totals in the bucket of its day.
    pub(crate) fn record_expired_orders(&self, ids: Vec<OrderId>, expiry: Expiry) {
        let state = &mut *self.state();
        for id in ids {
            let removed = state.orders.remove(&id);
            let last_day = removed.as_ref().and_then(|order| order.last_day);
            if let (Some(removed), Some(last_day)) = (removed, last_day) {
                let mut counted = removed.counted(&id);
                let end = self.zone.end(last_day.plus(i32::from(self.order_days)));
                counted.order = counted.order.map(|order| order.given_up(end));
                if let Some(order) = &counted.order {
                    let changed = [Some(order.created_at), order.given_up_at];
                    for day in changed.into_iter().flatten().map(|at| self.zone.day(at)) {
                        for scope in [Scope::Fleet, Scope::Vendor(order.placement.vendor_id.clone())] {
                            state.buckets.insert((scope, day), expiry.today);
                        }
                    }
                }
                state.settled.push(counted);
            }
            state.expired_ids.insert(id);
        }
    }

    /// Removes the buckets of all days before the first day that is still needed: that has not expired, or has a bucket that
    /// changed since. Returns the number of removed buckets.
    pub(crate) fn expire_buckets(&self, expiry: Expiry) -> u64 {
        let before = expiry.buckets_before;
        let bucket_days = self.bucket_days;
        if before > expiry.today.plus(-i32::from(bucket_days)) {
            self.record_violation(format!("buckets are kept for {bucket_days} days, the program removes {expiry:?}"));
        }
        let state = &mut *self.state();
        let needed = state.buckets.iter().filter(|((_, day), changed)| *day >= before || **changed >= before);
        let first = needed.map(|((_, day), _)| *day).min().unwrap_or(before).min(before);
        let count = state.buckets.len();
        state.buckets.retain(|(_, day), _| *day >= first);
        let removed = (count - state.buckets.len()) as u64;
        if removed > 0 {
            state.kept_from = state.kept_from.max(Some(first));
        }
        removed
    }

    /// Checks that a retraction left nothing of a batch.
    pub(crate) fn check_retraction(&self, batch_id: &BatchId) {
        let state = &mut *self.state();
        let left = state.orders.iter().filter(|(_, order)| order.events_of_batch(batch_id) > 0);
        let left: Vec<String> = left.map(|(id, _)| id.to_string()).collect();
        if !left.is_empty() {
            state.violations.push(format!("batch {batch_id} was taken back, and is left in the orders {left:?}"));
        }
    }

    /// Checks the outcomes that a writer received: every event must be stored, or belong to an expired order. It may be taken back
    /// since.
    pub(crate) fn check_outcomes(&self, events: &[OrderEvent], outcomes: &[IngestOutcome]) {
        let state = &mut *self.state();
        for (event, outcome) in events.iter().zip(outcomes) {
            let stored = state.orders.get(&event.order_id).map(|order| order.has_had(event));
            let is_correct = match (outcome, stored) {
                (IngestOutcome::New | IngestOutcome::Known, Some((true, _))) => true,
                (IngestOutcome::NewOfOtherVendor, Some((true, _))) => event.status() == Status::Placed,
                (IngestOutcome::Conflict, Some((_, true))) => true,
                _ => state.expired_ids.contains(&event.order_id),
            };
            if !is_correct {
                state.violations.push(format!(
                    "the outcome is {outcome:?}; an equal fact and another one of its id are stored: {stored:?}. The event is {event:?}"
                ));
            }
        }
    }
}

/// The latest day of an order's placement, promise, completion and recording.
fn last_day(order: &ModelOrder, id: &OrderId, zone: &ReportZone) -> Option<Day> {
    let mut latest: Option<Instant> = order.facts.iter().map(HistoryFact::recorded_at).max();
    if let Some(order) = order.order(id) {
        latest = latest.max(Some(order.created_at)).max(order.placement.estimated_delivery).max(order.completed_at());
    }
    latest.map(|latest| zone.day(latest))
}

/// What a write adds.
pub(crate) struct Addition {
    order_id: OrderId,
    from_version: usize,
    facts: Vec<HistoryFact>,
    /// The vendors that it registers if they are unknown.
    named_vendors: Vec<VendorId>,
}

/// What each write adds.
pub(crate) fn additions(writes: &[OrderWrite]) -> Vec<Addition> {
    let addition = |OrderWrite { history, from_version, unknown_vendors }: &OrderWrite| Addition {
        order_id: history.order_id().clone(),
        from_version: *from_version,
        facts: history.facts()[*from_version..].to_vec(),
        named_vendors: unknown_vendors.iter().map(|vendor| vendor.vendor_id.clone()).collect(),
    };
    writes.iter().map(addition).collect()
}
