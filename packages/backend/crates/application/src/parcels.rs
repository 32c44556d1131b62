//! Parcels find orders: facts of carriers, who know a parcel and not its order.
//!
//! A fact of an unknown parcel waits, and is taken in when an event names the parcel. It is kept before its order is looked for a second
//! time, and an event is stored before the facts that wait for its parcel are looked for: so one of the two finds the other, whatever
//! their order. What a killed process leaves is found by [`Parcels::take_in_all`].

use std::collections::BTreeSet;
use std::sync::Arc;

use goody_domain::{History, IngestOutcome, Instant, OrderEvent, ParcelEvent, ParcelKey, Rejection, Status};

use crate::ingest::{Batch, Ingest};
use crate::ports::{MOST_WAITING, Result, Store, WaitingParcel};

/// Finds the orders of parcels.
#[derive(Clone)]
pub struct Parcels {
    store: Arc<dyn Store>,
    ingest: Ingest,
}

/// What became of a fact of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParcelOutcome {
    /// It is about these orders: the outcome for each.
    Recorded(Vec<IngestOutcome>),
    /// It waits for its order, and why.
    Waits(String),
    /// It is wrong.
    Rejected(Rejection),
}

/// Why a parcel has no order.
enum NoOrder {
    Unknown,
    /// So many orders share its number, and this many of them are open.
    Shared(usize, usize),
}

impl NoOrder {
    fn reason(&self, key: &ParcelKey) -> String {
        match self {
            Self::Unknown => format!("no order has the {key} yet"),
            Self::Shared(orders, 0) => format!("{orders} orders share the {key}, and none of them is open"),
            Self::Shared(orders, open) => format!("{orders} orders share the {key}, and {open} of them are open"),
        }
    }
}

/// The orders that a fact is about: all that have the parcel; of those that share a number of a carrier, the one that is open. A fact
/// that one of them has already is about that one.
fn orders_of<'h>(parcel: &ParcelEvent, found: &'h [History]) -> std::result::Result<Vec<&'h History>, NoOrder> {
    if found.is_empty() {
        return Err(NoOrder::Unknown);
    }
    if matches!(parcel.key, ParcelKey::ParcelId(_)) || found.len() == 1 {
        return Ok(found.iter().collect());
    }
    let event_id = parcel.event().event_id.as_deref();
    let has_event =
        |history: &&History| history.events().any(|recorded| Some(recorded.event.event_id.as_str()) == event_id);
    if let Some(history) = found.iter().find(has_event) {
        return Ok(vec![history]);
    }
    let open: Vec<&History> = found.iter().filter(|history| is_open(history)).collect();
    if open.len() == 1 { Ok(open) } else { Err(NoOrder::Shared(found.len(), open.len())) }
}

/// Whether an order is on its way. One without its placement may be.
fn is_open(history: &History) -> bool {
    history.order().is_none_or(|order| Status::active(order.status()).is_some())
}

/// The parcels that events name, each once.
pub fn named_by(events: &[OrderEvent]) -> Vec<ParcelKey> {
    events.iter().flat_map(ParcelKey::named_by).collect::<BTreeSet<_>>().into_iter().collect()
}

impl Parcels {
    /// Records facts in the orders of this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { ingest: Ingest::new(store.clone()), store }
    }

    /// Records facts of parcels in their orders, or keeps them until their orders are known. Returns what became of each, in the same
    /// sequence. When it returns, they are durable.
    ///
    /// # Errors
    /// The store failed. The call can be repeated.
    pub async fn receive(&self, parcels: Vec<ParcelEvent>, batch: &Batch, now: Instant) -> Result<Vec<ParcelOutcome>> {
        let mut outcomes = Vec::with_capacity(parcels.len());
        for parcel in parcels {
            outcomes.push(match self.record(&parcel, batch, now).await? {
                ParcelOutcome::Waits(_) => self.keep(parcel, batch, now).await?,
                outcome => outcome,
            });
        }
        Ok(outcomes)
    }

    /// Takes in the facts that wait for one of these parcels, which stored events name. Returns their number.
    ///
    /// # Errors
    /// The store failed. The call can be repeated.
    pub async fn take_in_of(&self, keys: &[ParcelKey], now: Instant) -> Result<u64> {
        if keys.is_empty() { Ok(0) } else { self.take_in(self.store.waiting_for(keys).await?, now).await }
    }

    /// Takes in every fact whose order is known by now. Returns their number.
    ///
    /// # Errors
    /// The store failed. The call can be repeated.
    pub async fn take_in_all(&self, now: Instant) -> Result<u64> {
        if self.store.count_waiting().await? == 0 {
            return Ok(0);
        }
        self.take_in(self.store.waiting().await?, now).await
    }

    async fn take_in(&self, waiting: Vec<WaitingParcel>, now: Instant) -> Result<u64> {
        let mut done = Vec::new();
        for waiting in waiting {
            let batch = Batch { id: waiting.batch_id.clone(), source: waiting.source.clone() };
            match self.record(&waiting.parcel, &batch, now).await? {
                ParcelOutcome::Waits(_) => {}
                ParcelOutcome::Recorded(_) => done.push(waiting),
                ParcelOutcome::Rejected(rejection) => {
                    tracing::warn!(%rejection, "a fact of a parcel that waited for its order was rejected");
                    done.push(waiting);
                }
            }
        }
        if !done.is_empty() {
            self.store.stop_waiting(&done).await?;
        }
        Ok(done.len() as u64)
    }

    /// Records a fact in its orders, if they are known.
    async fn record(&self, parcel: &ParcelEvent, batch: &Batch, now: Instant) -> Result<ParcelOutcome> {
        let found = self.store.orders_of_parcel(&parcel.key).await?;
        let orders = match orders_of(parcel, &found) {
            Ok(orders) => orders,
            Err(reason) => return Ok(ParcelOutcome::Waits(reason.reason(&parcel.key))),
        };
        let zone = self.store.zone();
        let events = orders.into_iter().map(|history| parcel.of_order(history, now, zone));
        match events.collect::<std::result::Result<Vec<OrderEvent>, Rejection>>() {
            Ok(events) => Ok(ParcelOutcome::Recorded(self.ingest.ingest(events, batch, now).await?)),
            Err(rejection) => Ok(ParcelOutcome::Rejected(rejection)),
        }
    }

    /// Keeps a fact of an unknown parcel, unless it is wrong, or its order has become known meanwhile.
    async fn keep(&self, parcel: ParcelEvent, batch: &Batch, now: Instant) -> Result<ParcelOutcome> {
        if let Err(rejection) = parcel.check(now) {
            return Ok(ParcelOutcome::Rejected(rejection));
        }
        let waiting = WaitingParcel { parcel, since: now, source: batch.source.clone(), batch_id: batch.id.clone() };
        let removed = self.store.wait(vec![waiting.clone()], MOST_WAITING).await?;
        if removed > 0 {
            metrics::counter!("goody_waiting_parcels_lost_total").increment(removed);
            tracing::warn!(removed, "too many facts of parcels wait for their orders: the oldest were removed");
        }
        let outcome = self.record(&waiting.parcel, batch, now).await?;
        if !matches!(outcome, ParcelOutcome::Waits(_)) {
            self.store.stop_waiting(&[waiting]).await?;
        }
        Ok(outcome)
    }
}
