//! Ingest: order events → order store.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use goody_domain::{Instant, Learned, OrderEvent, OrderId, VendorId};

use crate::ports::{Found, OrderWrite, OrderWriter, Result, Store, StoreError, VendorStore};

/// How often a write that others overtook is tried again. Each time, somebody else's write went through.
const ATTEMPTS: usize = 50;

/// Takes events in. One of these per process: it remembers which vendors are known.
#[derive(Clone)]
pub struct Ingest {
    orders: Arc<dyn OrderWriter>,
    vendors: Arc<dyn VendorStore>,
    met: Arc<Mutex<HashSet<VendorId>>>,
}

impl Ingest {
    /// Takes events into this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { orders: store.clone(), vendors: store, met: Arc::default() }
    }

    /// Stores events and says what became of each, in the order they were given. When it returns, they are durable.
    ///
    /// Facts about an order that has expired are known: its numbers are final.
    pub async fn ingest(&self, events: Vec<OrderEvent>, now: Instant) -> Result<Vec<Learned>> {
        self.meet_vendors(&events).await?;
        let mut answers = vec![Learned::Known; events.len()];
        let mut waiting: Vec<(usize, OrderEvent)> = events.into_iter().enumerate().collect();
        for _ in 0..ATTEMPTS {
            if waiting.is_empty() {
                return Ok(answers);
            }
            waiting = self.attempt(waiting, &mut answers, now).await?;
        }
        if waiting.is_empty() { Ok(answers) } else { Err(StoreError::Contended(ATTEMPTS)) }
    }

    /// Folds the events into their orders and writes them; gives back the events of orders that others wrote meanwhile.
    async fn attempt(
        &self,
        events: Vec<(usize, OrderEvent)>,
        answers: &mut [Learned],
        now: Instant,
    ) -> Result<Vec<(usize, OrderEvent)>> {
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

        let mut writes = Vec::with_capacity(ids.len());
        let mut written = Vec::with_capacity(ids.len());
        for (found, events) in self.orders.load(&ids).await?.into_iter().zip(by_order) {
            let Found::Known(mut history) = found else { continue };
            let from_version = history.version();
            for (line, event) in &events {
                answers[*line] = history.learn(event.clone(), now);
            }
            if history.version() > from_version {
                writes.push(OrderWrite { history, from_version });
                written.push(events);
            }
        }
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let saved = self.orders.save(writes, now).await?;
        Ok(saved.into_iter().zip(written).filter(|(saved, _)| !saved).flat_map(|(_, events)| events).collect())
    }

    async fn meet_vendors(&self, events: &[OrderEvent]) -> Result<()> {
        let strangers: HashSet<VendorId> = {
            let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
            let named = events.iter().filter_map(OrderEvent::vendor_id);
            named.filter(|id| !met.contains(*id)).cloned().collect()
        };
        if strangers.is_empty() {
            return Ok(());
        }
        self.vendors.meet(strangers.iter().cloned().collect()).await?;
        self.met.lock().unwrap_or_else(PoisonError::into_inner).extend(strangers);
        Ok(())
    }
}
