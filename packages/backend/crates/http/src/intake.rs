//! Reads the bodies of events in batches. A separate task stores and logs each batch.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures::StreamExt;
use goody_application::ingest::Batch as EventBatch;
use goody_contract::{ErrorCode, IngestLine};
use goody_domain::Instant;
use goody_formats::event_splitter::EventSplitter;
use tokio::time::{Instant as TokioInstant, timeout};

use crate::App;
use crate::audit::{self, Counts, Source};
use crate::capacity::{Capacity, Memory, Slot};
use crate::error::{ApiError, too_large};
use crate::parsed_events::{ParsedEvents, RawEvents};

/// How long an event may take to arrive, and how long results may wait for the client to read them. A slower client occupies
/// resources that others need.
pub(crate) const EVENT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long events that have arrived wait for more bytes of their body, so that they share a transaction with the next ones.
const BATCH_DELAY: Duration = Duration::from_millis(5);
/// The lowest rate of a body that has no valid event for longer than [`EVENT_TIMEOUT`]. A body of only invalid events is read on,
/// but not slowly.
const MIN_BYTES_PER_SECOND: f64 = 1_024.0;
/// How long a whole body may take.
const LONGEST_BODY: Duration = Duration::from_secs(3_600);

/// The size at which a batch is complete.
struct BatchLimit {
    events: usize,
    bytes: usize,
}

/// A batch that has reserved memory.
const FULL_BATCH: BatchLimit = BatchLimit { events: 1_000, bytes: 512 * 1_024 };
/// Bytes that a full batch reserves, for its text, its parsed events and its results.
const FULL_BATCH_MEMORY: usize = 2 * 1_024 * 1_024;
/// A batch without reserved memory, because none is free: small enough for every connection to have one.
const SMALL_BATCH: BatchLimit = BatchLimit { events: 32, bytes: 32 * 1_024 };

/// The body of a request that sends events.
pub(crate) struct Intake {
    pub(crate) app: App,
    pub(crate) source: Source,
    batch: EventBatch,
    pub(crate) capacity: Capacity,
    body: BodyDataStream,
    /// Bytes that the body may still have.
    bytes_left: usize,
    /// `None` after the end of the body.
    splitter: Option<EventSplitter>,
    started: TokioInstant,
    /// When the latest batch with a valid event was stored, and how many bytes have arrived since then.
    last_event: (TokioInstant, usize),
    has_started: bool,
}

/// The results of a batch.
pub(crate) struct Batch {
    /// One JSON object for each event, each followed by the separator.
    pub(crate) results: Vec<u8>,
    pub(crate) counts: Counts,
    /// The memory that the results occupy; `None` for a small batch.
    pub(crate) memory: Option<Memory>,
}

impl Intake {
    pub(crate) fn new(
        app: App,
        (source, batch, capacity): (Source, EventBatch, Capacity),
        (body, bytes_left): (BodyDataStream, usize),
        splitter: EventSplitter,
    ) -> Self {
        let started = TokioInstant::now();
        let (splitter, last_event) = (Some(splitter), (started, 0));
        Self { app, source, batch, capacity, body, bytes_left, splitter, started, last_event, has_started: false }
    }

    /// Stores the next batch of events and returns the result of each; `None` at the end of the body. A batch that has started
    /// to be stored is stored and logged even if the client disconnects.
    pub(crate) async fn next_batch(&mut self, separator: u8) -> Result<Option<Batch>, ApiError> {
        let (raw_events, memory, is_full) =
            timeout(self.event_timeout()?, self.next_raw_events()).await.unwrap_or_else(|_| Err(too_slow()))?;
        if raw_events.is_empty() {
            self.app.0.rejections.flush(false).await;
            return Ok(None);
        }
        let slot = match std::mem::replace(&mut self.has_started, true) {
            false => self.capacity.write_slot()?,
            true => self.capacity.next_write_slot().await?,
        };
        let app = self.app.clone();
        let work =
            store(app, (self.source.clone(), self.batch.clone()), (raw_events, memory, is_full), slot, separator);
        let batch = self.app.0.tasks.run(work).await?;
        if batch.counts.accepted + batch.counts.duplicate + batch.counts.expired > 0 {
            self.last_event = (TokioInstant::now(), 0);
        }
        Ok(Some(batch))
    }

    /// How long the next event may take.
    fn event_timeout(&self) -> Result<Duration, ApiError> {
        let left = LONGEST_BODY.saturating_sub(self.started.elapsed());
        if left.is_zero() {
            let seconds = LONGEST_BODY.as_secs();
            let detail = format!("A body may take at most {seconds} s. The events before this point are stored.");
            return Err(ApiError::new(ErrorCode::Timeout, detail));
        }
        let (since, bytes) = (self.last_event.0.elapsed(), self.last_event.1);
        if since > EVENT_TIMEOUT && (bytes as f64) < MIN_BYTES_PER_SECOND * since.as_secs_f64() {
            return Err(too_slow());
        }
        Ok(left.min(EVENT_TIMEOUT))
    }

    /// The events that have arrived, at most a batch, each with its line number; none at the end of the body. Also whether the batch is
    /// full, so that more have probably arrived.
    async fn next_raw_events(&mut self) -> Result<(RawEvents, Option<Memory>, bool), ApiError> {
        let (mut raw_events, mut memory, mut limit, mut bytes_read) = (Vec::new(), None, SMALL_BATCH, 0);
        while let Some(splitter) = &mut self.splitter {
            while raw_events.len() < limit.events
                && let Some(raw_event) = splitter.next_event()
            {
                if raw_events.is_empty() {
                    // Memory is reserved only when the first event has arrived, so that a silent client holds none.
                    memory = self.capacity.memory(FULL_BATCH_MEMORY);
                    limit = if memory.is_some() { FULL_BATCH } else { SMALL_BATCH };
                }
                raw_events.push(raw_event);
            }
            if !raw_events.is_empty() && (raw_events.len() >= limit.events || bytes_read >= limit.bytes) {
                return Ok((raw_events, memory, true));
            }
            // Events that have arrived do not wait for a slow client. They wait briefly for bytes that are already in transit,
            // because a transaction costs more than that.
            let more = if raw_events.is_empty() {
                self.body.next().await
            } else {
                match timeout(BATCH_DELAY, self.body.next()).await {
                    Ok(more) => more,
                    Err(_) => break,
                }
            };
            match more {
                Some(Ok(bytes)) if bytes.len() > self.bytes_left => {
                    return Err(too_large("The events before this point are stored."));
                }
                Some(Ok(bytes)) => {
                    self.bytes_left -= bytes.len();
                    self.last_event.1 += bytes.len();
                    bytes_read += bytes.len();
                    splitter.push(&bytes);
                }
                Some(Err(error)) => {
                    tracing::debug!(%error, "the body is incomplete");
                    return Err(ApiError::new(
                        ErrorCode::InvalidBody,
                        "The body is incomplete. The events before this point are stored.",
                    ));
                }
                None => raw_events.extend(self.splitter.take().and_then(EventSplitter::finish)),
            }
        }
        Ok((raw_events, memory, false))
    }
}

fn too_slow() -> ApiError {
    let seconds = EVENT_TIMEOUT.as_secs();
    let detail = format!("No event arrived for {seconds} s. The events before this point are stored.");
    ApiError::new(ErrorCode::Timeout, detail)
}

/// Stores a batch. Then it notifies the projection, updates the metrics, writes the audit line and keeps what was rejected: after a
/// full batch together with what the next one brings.
async fn store(
    app: App,
    (source, event_batch): (Source, EventBatch),
    (raw_events, memory, is_full): (RawEvents, Option<Memory>, bool),
    slot: Slot,
    separator: u8,
) -> Result<Batch, ApiError> {
    let now = app.now();
    let parsed = ParsedEvents::of(raw_events, now, app.0.reports.zone());
    store_parsed(app, (source, event_batch), (parsed, memory, is_full), (slot, now), separator).await
}

/// Stores parsed events, which arrived at `now`: see [`store`].
pub(crate) async fn store_parsed(
    app: App,
    (source, event_batch): (Source, EventBatch),
    (parsed, memory, is_full): (ParsedEvents, Option<Memory>, bool),
    (slot, now): (Slot, Instant),
    separator: u8,
) -> Result<Batch, ApiError> {
    let (lines, refused) = parsed.ingest(&app, &event_batch, now).await?;
    let counts = Counts::of(&lines);
    counts.add_to_metrics();
    audit::log_events(&source, now, &event_batch.id, counts);
    drop(slot);
    let has_refused = !refused.is_empty();
    let is_much = app.0.rejections.add(refused);
    if is_much || !is_full {
        app.0.rejections.flush(has_refused).await;
    }
    Ok(batch(&lines, counts, memory, separator))
}

fn batch(lines: &[IngestLine], counts: Counts, mut memory: Option<Memory>, separator: u8) -> Batch {
    let mut results = Vec::with_capacity(lines.len() * 80);
    for line in lines {
        // Writing to a Vec cannot fail, and JSON can represent every result.
        let _ = serde_json::to_writer(&mut results, line);
        results.push(separator);
    }
    // A copy: a block that shrinks by less than half keeps its size.
    let results = results.as_slice().to_vec();
    if let Some(memory) = &mut memory {
        memory.shrink_to(results.len());
    }
    Batch { results, counts, memory }
}

impl Drop for Intake {
    /// Keeps what was rejected of a body that ended early.
    fn drop(&mut self) {
        let rejections = self.app.0.rejections.clone();
        if rejections.has_waiting() {
            // A server that stops drops its requests without a runtime.
            let _ = tokio::runtime::Handle::try_current()
                .map(|runtime| runtime.spawn(async move { rejections.flush(false).await }));
        }
    }
}
