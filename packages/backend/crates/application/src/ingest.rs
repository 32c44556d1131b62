//! Ingest: records order events in the order store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use goody_domain::{BatchId, IngestOutcome, Instant, OrderEvent, OrderId, Vendor, VendorId};

use crate::ports::{Found, OrderWrite, OrderWriter, Result, StoreError};

/// How often a write that conflicts with another writer is tried. At every conflict the other writer made progress.
const ATTEMPTS: usize = 50;

/// Records events. A process has one of these, because it caches which vendors are registered.
#[derive(Clone)]
pub struct Ingest {
    orders: Arc<dyn OrderWriter>,
    /// The vendors that are registered, and whether an event of this process gave them a name.
    registered_vendors: Arc<Mutex<HashMap<VendorId, bool>>>,
}

/// Events that were sent together, in a file or a request. They can be taken back together: see [`crate::retract`].
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its id, which every event has that it is the first to record.
    pub id: BatchId,
    /// Its sender, for operators: a token, a file, a bus or the simulator.
    pub source: String,
}

/// The writes that record events.
#[derive(Debug)]
pub struct PreparedWrites {
    /// The outcome of each event, in their sequence.
    outcomes: Vec<IngestOutcome>,
    writes: Vec<OrderWrite>,
    /// The events of each write, with their positions.
    events_by_write: Vec<Vec<(usize, OrderEvent)>>,
}

impl Ingest {
    /// Records events in this store.
    pub fn new(orders: Arc<dyn OrderWriter>) -> Self {
        Self { orders, registered_vendors: Arc::default() }
    }

    /// Stores events and returns the outcome of each, in the same sequence. When it returns, they are durable.
    ///
    /// Events of an expired order are not stored, because its numbers are final.
    pub async fn ingest(&self, events: Vec<OrderEvent>, batch: &Batch, now: Instant) -> Result<Vec<IngestOutcome>> {
        self.save(self.prepare(events, batch, now).await?, batch, now).await
    }

    /// The first half of [`Ingest::ingest`]: records the events in the histories that the store has now.
    pub async fn prepare(&self, events: Vec<OrderEvent>, batch: &Batch, now: Instant) -> Result<PreparedWrites> {
        let outcomes = vec![IngestOutcome::Expired; events.len()];
        self.prepare_numbered(events.into_iter().enumerate().collect(), outcomes, batch, now).await
    }

    /// The second half: writes the histories. Those that other writers changed meanwhile are loaded and prepared again.
    ///
    /// The store has queued the writes once this future was polled for the first time. So the next events can be prepared
    /// while they are written, and are still written after them.
    pub async fn save(&self, mut prepared: PreparedWrites, batch: &Batch, now: Instant) -> Result<Vec<IngestOutcome>> {
        for _ in 0..ATTEMPTS {
            if prepared.writes.is_empty() {
                return Ok(prepared.outcomes);
            }
            let unknown_vendors: Vec<Vec<Vendor>> =
                prepared.writes.iter().map(|write| write.unknown_vendors.clone()).collect();
            let saved = self.orders.save(prepared.writes, Some(&batch.source), now).await?;
            let registered = unknown_vendors.into_iter().zip(&saved).filter(|(_, saved)| **saved);
            for vendor in registered.flat_map(|(unknown_vendors, _)| unknown_vendors) {
                let has_name = vendor.name != vendor.vendor_id.as_str();
                *self.registered_vendors().entry(vendor.vendor_id).or_default() |= has_name;
            }
            let conflicts = saved.iter().filter(|saved| !**saved).count();
            metrics::counter!("goody_write_conflicts_total").increment(conflicts as u64);
            let not_saved = saved.into_iter().zip(prepared.events_by_write).filter(|(saved, _)| !saved);
            let events = not_saved.flat_map(|(_, events)| events).collect();
            prepared = self.prepare_numbered(events, prepared.outcomes, batch, now).await?;
        }
        if prepared.writes.is_empty() { Ok(prepared.outcomes) } else { Err(StoreError::Contended(ATTEMPTS)) }
    }

    /// Prepares events that have their positions, and sets their outcomes.
    async fn prepare_numbered(
        &self,
        events: Vec<(usize, OrderEvent)>,
        mut outcomes: Vec<IngestOutcome>,
        batch: &Batch,
        now: Instant,
    ) -> Result<PreparedWrites> {
        let mut ids: Vec<OrderId> = Vec::new();
        let mut index_by_id: HashMap<OrderId, usize> = HashMap::with_capacity(events.len());
        let mut by_order: Vec<Vec<(usize, OrderEvent)>> = Vec::new();
        for (position, event) in events {
            let index = *index_by_id.entry(event.order_id.clone()).or_insert_with(|| {
                ids.push(event.order_id.clone());
                by_order.push(Vec::new());
                ids.len() - 1
            });
            by_order[index].push((position, event));
        }
        let (mut writes, mut events_by_write) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        if ids.is_empty() {
            return Ok(PreparedWrites { outcomes, writes, events_by_write });
        }
        let orders = self.orders.load(&ids).await?;
        let registered = self.registered_vendors();
        for (order, events) in orders.into_iter().zip(by_order) {
            let Found::Known(mut history) = order else {
                // The order may have expired since an attempt to write it.
                events.iter().for_each(|(position, _)| outcomes[*position] = IngestOutcome::Expired);
                continue;
            };
            let from_version = history.version();
            let mut unknown_vendors: Vec<Vendor> = Vec::new();
            for (position, event) in &events {
                outcomes[*position] = history.record(event.clone(), &batch.id, now);
                // A refused event registers no vendor.
                if outcomes[*position].is_new()
                    && let Some(vendor_id) = event.vendor_id()
                    && registered.get(vendor_id).is_none_or(|has_name| !has_name && event.vendor_name().is_some())
                {
                    let vendor = Vendor::unregistered(vendor_id.clone(), event.vendor_name());
                    if !unknown_vendors.contains(&vendor) {
                        unknown_vendors.push(vendor);
                    }
                }
            }
            if history.version() > from_version {
                writes.push(OrderWrite { history, from_version, unknown_vendors });
                events_by_write.push(events);
            }
        }
        Ok(PreparedWrites { outcomes, writes, events_by_write })
    }

    fn registered_vendors(&self) -> MutexGuard<'_, HashMap<VendorId, bool>> {
        self.registered_vendors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
