//! Bodies of events: read a batch at a time, each stored and logged by a task of its own.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures::StreamExt;
use goody_contract::{ErrorCode, FieldProblem, IngestLine, IngestResult};
use goody_domain::{FieldError, IngestOutcome, Instant, OrderEvent, Rejection};
use tokio::time::{Instant as Tick, timeout};

use crate::App;
use crate::audit::{self, Counts, Source};
use crate::capacity::{Capacity, Memory, Place};
use crate::error::ApiError;
use crate::event_splitter::{Cutter, Piece};
use crate::events::too_large;

/// How long an event may take to arrive. A client that is slower holds what others need.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long events that are here wait for the next bytes of their body.
const ON_ITS_WAY: Duration = Duration::from_millis(5);
/// Bytes a second of a body that brings no event for longer than that: it may be one of bad lines only, but not a slow one.
const LEAST_RATE: f64 = 1_024.0;
/// How long a body may take in all.
const LONGEST_BODY: Duration = Duration::from_secs(3_600);

/// How much of a body is worked on together.
struct Room {
    events: usize,
    bytes: usize,
}

/// A batch for which there is memory, and how much it may take: its text, what is read from it, and its answer.
const FULL: Room = Room { events: 1_000, bytes: 512 * 1_024 };
const FULL_MEMORY: usize = 2 * 1_024 * 1_024;
/// A batch while others have all the memory: small enough for every connection to have one.
const SMALL: Room = Room { events: 32, bytes: 32 * 1_024 };

/// A body being read.
pub(crate) struct Intake {
    pub(crate) app: App,
    pub(crate) source: Source,
    pub(crate) capacity: Capacity,
    body: BodyDataStream,
    /// Bytes that may still come.
    left: usize,
    /// `None` once the body is read.
    cutter: Option<Cutter>,
    began: Tick,
    /// When the last event came that was not rejected, and how many bytes came since.
    last_event: (Tick, usize),
    has_begun: bool,
}

/// What became of a batch.
pub(crate) struct Batch {
    /// A JSON object for each event, each followed by the separator that was asked for.
    pub(crate) answer: Vec<u8>,
    pub(crate) counts: Counts,
    /// What the answer takes; `None` for a small batch.
    pub(crate) memory: Option<Memory>,
}

type Pieces = Vec<(u64, Piece)>;

impl Intake {
    pub(crate) fn new(
        app: App,
        (source, capacity): (Source, Capacity),
        (body, left): (BodyDataStream, usize),
        cutter: Cutter,
    ) -> Self {
        let began = Tick::now();
        let (cutter, last_event) = (Some(cutter), (began, 0));
        Self { app, source, capacity, body, left, cutter, began, last_event, has_begun: false }
    }

    /// Stores the next events and says what became of each; `None` at the end of the body. Once a batch is being stored it
    /// will be, and be logged, even if the client goes away.
    pub(crate) async fn next_batch(&mut self, separator: u8) -> Result<Option<Batch>, ApiError> {
        let (pieces, memory) =
            timeout(self.patience()?, self.next_pieces()).await.unwrap_or_else(|_| Err(too_slow()))?;
        if pieces.is_empty() {
            return Ok(None);
        }
        let place = match std::mem::replace(&mut self.has_begun, true) {
            false => self.capacity.for_a_write()?,
            true => self.capacity.for_the_next_write().await?,
        };
        let work = store(self.app.clone(), self.source.clone(), (pieces, memory), place, separator);
        let batch = self.app.0.tasks.run(work).await?;
        if batch.counts.accepted + batch.counts.duplicate > 0 {
            self.last_event = (Tick::now(), 0);
        }
        Ok(Some(batch))
    }

    /// How long the next event may take.
    fn patience(&self) -> Result<Duration, ApiError> {
        let left = LONGEST_BODY.saturating_sub(self.began.elapsed());
        if left.is_zero() {
            let detail = format!("A body may take {} s. What came before is stored.", LONGEST_BODY.as_secs());
            return Err(ApiError::new(ErrorCode::Timeout, detail));
        }
        let (since, bytes) = (self.last_event.0.elapsed(), self.last_event.1);
        if since > PATIENCE && (bytes as f64) < LEAST_RATE * since.as_secs_f64() {
            return Err(too_slow());
        }
        Ok(left.min(PATIENCE))
    }

    /// As many events as there are, up to a batch, each with its line; none at the end of the body.
    async fn next_pieces(&mut self) -> Result<(Pieces, Option<Memory>), ApiError> {
        let (mut pieces, mut memory, mut room, mut fed) = (Vec::new(), None, SMALL, 0);
        while let Some(cutter) = &mut self.cutter {
            while pieces.len() < room.events
                && let Some(piece) = cutter.next()
            {
                if pieces.is_empty() {
                    // Memory is taken when there is something to hold, and not while a client is silent.
                    memory = self.capacity.memory(FULL_MEMORY);
                    room = if memory.is_some() { FULL } else { SMALL };
                }
                pieces.push(piece);
            }
            if !pieces.is_empty() && (pieces.len() >= room.events || fed >= room.bytes) {
                break;
            }
            // What is here is stored before more is waited for, but for what is on its way already: a transaction costs more.
            let more = if pieces.is_empty() {
                self.body.next().await
            } else {
                match timeout(ON_ITS_WAY, self.body.next()).await {
                    Ok(more) => more,
                    Err(_) => break,
                }
            };
            match more {
                Some(Ok(bytes)) if bytes.len() > self.left => {
                    return Err(too_large("What came before its end is stored."));
                }
                Some(Ok(bytes)) => {
                    self.left -= bytes.len();
                    self.last_event.1 += bytes.len();
                    fed += bytes.len();
                    cutter.feed(&bytes);
                }
                Some(Err(error)) => {
                    tracing::debug!(%error, "the body broke off");
                    return Err(ApiError::new(
                        ErrorCode::InvalidBody,
                        "The body broke off. What came before it is stored.",
                    ));
                }
                None => pieces.extend(self.cutter.take().and_then(Cutter::finish)),
            }
        }
        Ok((pieces, memory))
    }
}

fn too_slow() -> ApiError {
    let detail = format!("No event came for {} s. What came before is stored.", PATIENCE.as_secs());
    ApiError::new(ErrorCode::Timeout, detail)
}

/// Stores a batch. Whatever must follow a write follows here: the reports, the figures and the audit line.
async fn store(
    app: App,
    source: Source,
    (pieces, memory): (Pieces, Option<Memory>),
    place: Place,
    separator: u8,
) -> Result<Batch, ApiError> {
    let now = app.now();
    let mut lines = Vec::with_capacity(pieces.len());
    let mut events = Vec::with_capacity(pieces.len());
    let mut places = Vec::with_capacity(pieces.len());
    for (number, piece) in pieces {
        match read(&piece, now) {
            Ok((event, warnings)) => {
                places.push(lines.len());
                let event_id = Some(event.event_id.to_string());
                let warnings = warnings.into_iter().map(FieldProblem::from).collect();
                let result = IngestResult::Accepted;
                lines.push(IngestLine { line: number, event_id, result, errors: Vec::new(), warnings });
                events.push(event);
            }
            Err(rejection) => lines.push(rejected(number, None, rejection)),
        }
    }
    let outcome = app.0.ingest.ingest(events, now).await?;
    app.0.new_facts.notify_one();
    for (place, outcome) in places.into_iter().zip(outcome) {
        let line = &mut lines[place];
        match outcome {
            IngestOutcome::New => {}
            IngestOutcome::Known => {
                line.result = IngestResult::Duplicate;
                line.warnings.clear();
            }
            IngestOutcome::Conflict => *line = rejected(line.line, line.event_id.take(), Rejection::conflict()),
            IngestOutcome::Full => {
                metrics::counter!("goody_events_refused_total", "reason" => "order_full").increment(1);
                *line = rejected(line.line, line.event_id.take(), Rejection::full());
            }
        }
    }
    let counts = Counts::of(&lines);
    counts.measure();
    audit::events(&source, now, counts);
    drop(place);
    Ok(answered(&lines, counts, memory, separator))
}

fn answered(lines: &[IngestLine], counts: Counts, mut memory: Option<Memory>, separator: u8) -> Batch {
    let mut answer = Vec::with_capacity(lines.len() * 80);
    for line in lines {
        // Writing to a Vec cannot fail, and an answer has nothing that JSON cannot say.
        let _ = serde_json::to_writer(&mut answer, line);
        answer.push(separator);
    }
    answer.shrink_to_fit();
    if let Some(memory) = &mut memory {
        memory.shrink_to(answer.len());
    }
    Batch { answer, counts, memory }
}

fn read(piece: &Piece, now: Instant) -> Result<(OrderEvent, Vec<FieldError>), Rejection> {
    match piece {
        Piece::Text(text) => OrderEvent::parse_with_warnings(text, now),
        Piece::TooLong => Err(Rejection::too_long()),
        Piece::Broken(reason) => Err(Rejection::field("line", *reason)),
    }
}

fn rejected(line: u64, event_id: Option<String>, rejection: Rejection) -> IngestLine {
    let errors = rejection.errors.into_iter().map(FieldProblem::from).collect();
    IngestLine { line, event_id, result: IngestResult::Rejected, errors, warnings: Vec::new() }
}
