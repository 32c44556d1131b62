//! Order events from the EventBridge bus `GoodyOrderEvents`: each bus event has one order event in its `detail`.

use goody_application::ingest::{Batch, Ingest};
use goody_application::parcels::{Parcels, named_by};
use goody_application::ports::StoreError;
use goody_domain::{BatchId, FieldError, IngestOutcome, Instant, OrderEvent, Rejection, ReportZone};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An event as EventBridge delivers it.
#[derive(Debug, Deserialize)]
pub struct BusEvent {
    /// EventBridge's id of the event.
    pub id: String,
    /// The sender.
    pub source: String,
    /// The order event, in the format of `POST /api/orders/events`.
    pub detail: Box<RawValue>,
}

/// Why an event was not stored. The invocation fails with this error; after the retries, Lambda sends the event to the
/// dead-letter queue, where an operator finds it.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The event is invalid, conflicts with a stored event of the same id, or its order is full.
    #[error("event {id} of {event_source} was rejected: {rejection}")]
    Rejected {
        /// See [`BusEvent::id`].
        id: String,
        /// See [`BusEvent::source`].
        event_source: String,
        /// Every invalid field.
        rejection: Rejection,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the order event of a bus event, as the only one of a batch with the id of the bus event. A promise that is a date ends with
/// the day of `zone`. A duplicate is a success. What waits for the parcel that it names is taken in.
///
/// # Errors
/// See [`BusError`].
pub async fn ingest(
    (ingest, parcels): (&Ingest, &Parcels),
    event: BusEvent,
    zone: &ReportZone,
    now: Instant,
) -> Result<(), BusError> {
    let rejected =
        |rejection| BusError::Rejected { id: event.id.clone(), event_source: event.source.clone(), rejection };
    let (received, warnings) =
        OrderEvent::parse_with_warnings(event.detail.get().as_bytes(), now, zone).map_err(rejected)?;
    for warning in warnings {
        tracing::warn!(event_source = event.source, correlation_id = event.id, %warning, "a field was ignored");
    }
    let id = BatchId::parse(&event.id).map_err(|reason| rejected(Rejection::field("id", reason)))?;
    let batch = Batch { id, source: event.source.clone() };
    let received = vec![received];
    let named = named_by(&received);
    let outcome = ingest.ingest(received, &batch, now).await?;
    // If this fails, the event is delivered again.
    parcels.take_in_of(&named, now).await?;
    if outcome == [IngestOutcome::NewOfOtherVendor] {
        let warning = FieldError::other_vendor();
        tracing::warn!(event_source = event.source, correlation_id = event.id, %warning, "an event counts nowhere");
    }
    let result = match outcome.as_slice() {
        [IngestOutcome::New | IngestOutcome::NewOfOtherVendor] => "accepted",
        [IngestOutcome::Expired] => "expired",
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
