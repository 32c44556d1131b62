//! Order events that come by the bus `GoodyOrderEvents`: one in the `detail` of each.

use goody_application::ingest::Ingest;
use goody_application::ports::StoreError;
use goody_domain::{IngestOutcome, Instant, OrderEvent, Rejection};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An event as EventBridge hands it over.
#[derive(Debug, Deserialize)]
pub struct BusEvent {
    /// What EventBridge calls it.
    pub id: String,
    /// Who put it on the bus.
    pub source: String,
    /// The order event, as `POST /api/orders/events` takes one.
    pub detail: Box<RawValue>,
}

/// Why an event was not taken in. Thrown, so that it ends where somebody reads it.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// It is no order event, or says something else than one of the same id.
    #[error("event {id} of {event_source} was rejected: {rejection}")]
    Rejected {
        /// See [`BusEvent::id`].
        id: String,
        /// See [`BusEvent::source`].
        event_source: String,
        /// Every field that is wrong.
        rejection: Rejection,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the order event of a bus event. One that is known already is stored.
///
/// # Errors
/// See [`BusError`].
pub async fn take(ingest: &Ingest, event: BusEvent, now: Instant) -> Result<(), BusError> {
    let rejected =
        |rejection| BusError::Rejected { id: event.id.clone(), event_source: event.source.clone(), rejection };
    let (received, warnings) = OrderEvent::parse_with_warnings(event.detail.get().as_bytes(), now).map_err(rejected)?;
    for warning in warnings {
        tracing::warn!(event_source = event.source, correlation_id = event.id, %warning, "a field was left out");
    }
    let outcome = ingest.ingest(vec![received], now).await?;
    let result = match outcome.as_slice() {
        [IngestOutcome::New] => "accepted",
        [IngestOutcome::Conflict | IngestOutcome::Full] => "rejected",
        _ => "duplicate",
    };
    let refusal = if outcome == [IngestOutcome::Full] { Rejection::full() } else { Rejection::conflict() };
    if outcome == [IngestOutcome::Full] {
        metrics::counter!("goody_events_refused_total", "reason" => "order_full").increment(1);
    }
    metrics::counter!("goody_events_total", "result" => result).increment(1);
    tracing::info!(target: "audit", token = event.source, correlation_id = event.id, recorded_at = %now, result, "bus");
    if result == "rejected" { Err(rejected(refusal)) } else { Ok(()) }
}
