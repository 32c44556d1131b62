//! Ingest: order events → order store.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use goody_domain::{IngestOutcome, Instant, OrderEvent, OrderId, VendorId};

use crate::ports::{Found, OrderWrite, OrderWriter, Result, Store, StoreError};

/// How often a write that others overtook is tried again. Each time, somebody else's write went through.
const ATTEMPTS: usize = 50;

/// Takes events in. One of these per process: it remembers which vendors are known.
#[derive(Clone)]
pub struct Ingest {
    orders: Arc<dyn OrderWriter>,
    met: Arc<Mutex<HashSet<VendorId>>>,
}

/// What events make of the orders they are about, before it is stored.
#[derive(Debug)]
pub struct PreparedWrites {
    /// What became of each event, in the order they were given.
    answers: Vec<IngestOutcome>,
    writes: Vec<OrderWrite>,
    /// The events of each write, with their places among all.
    of_order: Vec<Vec<(usize, OrderEvent)>>,
}

impl Ingest {
    /// Takes events into this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { orders: store, met: Arc::default() }
    }

    /// Stores events and says what became of each, in the order they were given. When it returns, they are durable.
    ///
    /// Facts about an order that has expired are known: its numbers are final.
    pub async fn ingest(&self, events: Vec<OrderEvent>, now: Instant) -> Result<Vec<IngestOutcome>> {
        self.save(self.prepare(events, now).await?, now).await
    }

    /// The first half of [`Ingest::ingest`]: folds the events into the orders as they are stored now.
    pub async fn prepare(&self, events: Vec<OrderEvent>, now: Instant) -> Result<PreparedWrites> {
        let answers = vec![IngestOutcome::Known; events.len()];
        self.prepared(events.into_iter().enumerate().collect(), answers, now).await
    }

    /// The second half: writes the orders. Those that others wrote meanwhile are folded again.
    ///
    /// The store has the writes once this was polled for the first time, so that the next batch can be learned while they
    /// are made, and still be written after them.
    pub async fn save(&self, mut prepared: PreparedWrites, now: Instant) -> Result<Vec<IngestOutcome>> {
        for _ in 0..ATTEMPTS {
            if prepared.writes.is_empty() {
                return Ok(prepared.answers);
            }
            let unknown_vendors: Vec<Vec<VendorId>> =
                prepared.writes.iter().map(|write| write.unknown_vendors.clone()).collect();
            let saved = self.orders.save(prepared.writes, now).await?;
            let registered = unknown_vendors.into_iter().zip(&saved).filter(|(_, saved)| **saved);
            self.known_vendors().extend(registered.flat_map(|(unknown_vendors, _)| unknown_vendors));
            let conflicts = saved.iter().filter(|saved| !**saved).count();
            metrics::counter!("goody_write_conflicts_total").increment(conflicts as u64);
            let overtaken = saved.into_iter().zip(prepared.of_order).filter(|(saved, _)| !saved);
            prepared = self.prepared(overtaken.flat_map(|(_, events)| events).collect(), prepared.answers, now).await?;
        }
        if prepared.writes.is_empty() { Ok(prepared.answers) } else { Err(StoreError::Contended(ATTEMPTS)) }
    }

    async fn prepared(
        &self,
        events: Vec<(usize, OrderEvent)>,
        mut answers: Vec<IngestOutcome>,
        now: Instant,
    ) -> Result<PreparedWrites> {
        let mut ids: Vec<OrderId> = Vec::new();
        let mut places: HashMap<OrderId, usize> = HashMap::with_capacity(events.len());
        let mut by_order: Vec<Vec<(usize, OrderEvent)>> = Vec::new();
        for (line, event) in events {
            let place = *places.entry(event.order_id.clone()).or_insert_with(|| {
                ids.push(event.order_id.clone());
                by_order.push(Vec::new());
                ids.len() - 1
            });
            by_order[place].push((line, event));
        }
        let (mut writes, mut of_order) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        if ids.is_empty() {
            return Ok(PreparedWrites { answers, writes, of_order });
        }
        let found = self.orders.load(&ids).await?;
        let known = self.known_vendors();
        for (found, events) in found.into_iter().zip(by_order) {
            let Found::Known(mut history) = found else { continue };
            let from_version = history.version();
            let mut unknown_vendors = Vec::new();
            for (line, event) in &events {
                answers[*line] = history.record(event.clone(), now);
                // A refused event leaves no vendor behind.
                if answers[*line] == IngestOutcome::New
                    && let Some(vendor_id) = event.vendor_id()
                    && !known.contains(vendor_id)
                    && !unknown_vendors.contains(vendor_id)
                {
                    unknown_vendors.push(vendor_id.clone());
                }
            }
            if history.version() > from_version {
                writes.push(OrderWrite { history, from_version, unknown_vendors });
                of_order.push(events);
            }
        }
        Ok(PreparedWrites { answers, writes, of_order })
    }

    fn known_vendors(&self) -> MutexGuard<'_, HashSet<VendorId>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
