//! Parcels find orders: facts of carriers, who know a parcel and not its order.
//!
//! A fact of an unknown parcel waits, and is taken in when an event names the parcel. It is kept before its order is looked for a second
//! time, and an event is stored before the facts that wait for its parcel are looked for: so one of the two finds the other, whatever
//! their order. What a killed process leaves is found by [`Parcels::take_in_all`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use goody_domain::{
    History, IngestOutcome, Instant, OrderEvent, ParcelEvent, ParcelKey, Rejection, ReportZone, Status,
};

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

/// The orders that a fact is about: all that have the parcel; of those that share a number of a carrier, the one that is open. A fact
/// that one of them has already is about that one. Otherwise the reason for which it waits.
fn orders_of<'h>(parcel: &ParcelEvent, found: &'h [History]) -> std::result::Result<Vec<&'h History>, String> {
    let key = &parcel.key;
    if found.is_empty() {
        return Err(format!("no order has the {key} yet"));
    }
    if matches!(key, ParcelKey::ParcelId(_)) || found.len() == 1 {
        return Ok(found.iter().collect());
    }
    let event_id = parcel.event().event_id.as_deref();
    let has_event =
        |history: &&History| history.events().any(|recorded| Some(recorded.event.event_id.as_str()) == event_id);
    if let Some(history) = found.iter().find(has_event) {
        return Ok(vec![history]);
    }
    let open: Vec<&History> = found.iter().filter(|history| is_open(history)).collect();
    match open.len() {
        1 => Ok(open),
        0 => Err(format!("{} orders share the {key}, and none of them is open", found.len())),
        number => Err(format!("{} orders share the {key}, and {number} of them are open", found.len())),
    }
}

/// The events that a fact is for its orders; why there are none yet, or what is wrong with it.
fn events_of(
    parcel: &ParcelEvent,
    found: &[History],
    now: Instant,
    zone: &ReportZone,
) -> std::result::Result<Vec<OrderEvent>, ParcelOutcome> {
    // A wrong fact waits for nothing.
    parcel.check(now).map_err(ParcelOutcome::Rejected)?;
    let orders = orders_of(parcel, found).map_err(ParcelOutcome::Waits)?;
    let events = orders.into_iter().map(|history| parcel.of_order(history, now, zone));
    events.collect::<std::result::Result<_, _>>().map_err(ParcelOutcome::Rejected)
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
    /// Records facts in the orders of this store, with the `ingest` that records its events.
    pub fn new(store: Arc<dyn Store>, ingest: Ingest) -> Self {
        Self { store, ingest }
    }

    /// Records facts of parcels in their orders, or keeps them until their orders are known. Returns what became of each, in the same
    /// sequence. When it returns, they are durable.
    ///
    /// # Errors
    /// The store failed. The call can be repeated.
    pub async fn receive(&self, parcels: Vec<ParcelEvent>, batch: &Batch, now: Instant) -> Result<Vec<ParcelOutcome>> {
        let mut outcomes = self.record(&parcels.iter().collect::<Vec<_>>(), batch, now).await?;
        let unknown =
            outcomes.iter_mut().zip(parcels).filter(|(outcome, _)| matches!(outcome, ParcelOutcome::Waits(_)));
        let (places, unknown): (Vec<_>, Vec<_>) = unknown.unzip();
        if !unknown.is_empty() {
            let kept = self.keep(unknown, batch, now).await?;
            places.into_iter().zip(kept).for_each(|(place, outcome)| *place = outcome);
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
        let mut done = 0;
        for sent in waiting.chunk_by(|one, next| one.batch_id == next.batch_id) {
            let batch = Batch { id: sent[0].batch_id.clone(), source: sent[0].source.clone() };
            let parcels: Vec<&ParcelEvent> = sent.iter().map(|waiting| &waiting.parcel).collect();
            let outcomes = self.record(&parcels, &batch, now).await?;
            for outcome in &outcomes {
                if let ParcelOutcome::Rejected(rejection) = outcome {
                    tracing::warn!(%rejection, "a fact of a parcel that waited for its order was rejected");
                }
            }
            done += self.stop_waiting(sent, &outcomes).await?;
        }
        Ok(done)
    }

    /// Records facts in their orders, as far as these are known. A parcel's orders are looked for once, and all events stored together.
    async fn record(&self, parcels: &[&ParcelEvent], batch: &Batch, now: Instant) -> Result<Vec<ParcelOutcome>> {
        let mut orders: BTreeMap<&ParcelKey, Vec<History>> = BTreeMap::new();
        for parcel in parcels {
            if !orders.contains_key(&parcel.key) {
                orders.insert(&parcel.key, self.store.orders_of_parcel(&parcel.key).await?);
            }
        }
        let of_parcel = |parcel: &&ParcelEvent| events_of(parcel, &orders[&parcel.key], now, self.store.zone());
        let events: Vec<_> = parcels.iter().map(of_parcel).collect();
        let recorded = events.iter().flatten().flatten().cloned().collect();
        let mut recorded = self.ingest.ingest(recorded, batch, now).await?.into_iter();
        let outcome = |events: std::result::Result<Vec<OrderEvent>, ParcelOutcome>| match events {
            Ok(events) => ParcelOutcome::Recorded(recorded.by_ref().take(events.len()).collect()),
            Err(outcome) => outcome,
        };
        Ok(events.into_iter().map(outcome).collect())
    }

    /// Keeps facts of unknown parcels, except those whose orders have become known meanwhile.
    async fn keep(&self, parcels: Vec<ParcelEvent>, batch: &Batch, now: Instant) -> Result<Vec<ParcelOutcome>> {
        let waiting =
            |parcel| WaitingParcel { parcel, since: now, source: batch.source.clone(), batch_id: batch.id.clone() };
        let waiting: Vec<WaitingParcel> = parcels.into_iter().map(waiting).collect();
        let removed = self.store.wait(waiting.clone(), MOST_WAITING).await?;
        if removed > 0 {
            metrics::counter!("goody_waiting_parcels_lost_total").increment(removed);
            tracing::warn!(removed, "too many facts of parcels wait for their orders: the oldest were removed");
        }
        let parcels: Vec<&ParcelEvent> = waiting.iter().map(|waiting| &waiting.parcel).collect();
        let outcomes = self.record(&parcels, batch, now).await?;
        self.stop_waiting(&waiting, &outcomes).await?;
        Ok(outcomes)
    }

    /// Removes the facts that wait no longer. Returns their number.
    async fn stop_waiting(&self, waiting: &[WaitingParcel], outcomes: &[ParcelOutcome]) -> Result<u64> {
        let done = waiting.iter().zip(outcomes).filter(|(_, outcome)| !matches!(outcome, ParcelOutcome::Waits(_)));
        let done: Vec<WaitingParcel> = done.map(|(waiting, _)| waiting.clone()).collect();
        if !done.is_empty() {
            self.store.stop_waiting(&done).await?;
        }
        Ok(done.len() as u64)
    }
}
