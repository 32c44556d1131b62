//! Parses the events of a request, stores them, and says what became of each.

use bytes::Bytes;
use goody_application::ingest::Batch;
use goody_application::parcels::named_by;
use goody_application::ports::{EVENTS_ROUTE, Refused, RejectionCode};
use goody_contract::{FieldProblem, IngestLine, IngestResult};
use goody_domain::{FieldError, IngestOutcome, Instant, OrderEvent, ParcelKey, Rejection, ReportZone};
use goody_formats::event_splitter::RawEvent;
use goody_formats::webhooks::cloud_events::CloudEvents;

use crate::App;
use crate::error::ApiError;

/// Events as they arrived, each with its line number.
pub(crate) type RawEvents = Vec<(u64, RawEvent)>;

/// The events of a request, and the results so far.
pub(crate) struct ParsedEvents {
    lines: Vec<IngestLine>,
    events: Vec<OrderEvent>,
    /// For each event, the position of its line, and its text.
    texts: Vec<(usize, Bytes)>,
    rejected: Vec<RejectedText>,
}

/// The text of a rejected event.
struct RejectedText {
    code: RejectionCode,
    reason: String,
    text: Bytes,
    is_cut: bool,
}

impl ParsedEvents {
    pub(crate) fn of(raw_events: RawEvents, now: Instant, zone: &ReportZone) -> Self {
        let number = raw_events.len();
        let (lines, events, texts) =
            (Vec::with_capacity(number), Vec::with_capacity(number), Vec::with_capacity(number));
        let mut parsed = Self { lines, events, texts, rejected: Vec::new() };
        for (line, raw_event) in raw_events {
            match raw_event {
                RawEvent::Text(text) => match OrderEvent::parse_with_warnings(&text, now, zone) {
                    Ok((event, warnings)) => parsed.accept(line, event, warnings, text),
                    Err(rejection) => parsed.reject(line, RejectionCode::Invalid, rejection, (text, false)),
                },
                RawEvent::TooLong(start) => {
                    parsed.reject(line, RejectionCode::TooLong, Rejection::too_long(), (start, true));
                }
                RawEvent::Malformed(reason, start) => {
                    parsed.reject(line, RejectionCode::Invalid, Rejection::field("line", reason), (start, true));
                }
            }
        }
        parsed
    }

    /// The events of CloudEvents, or why each is none. `body` is that of the request.
    pub(crate) fn of_cloud_events(events: CloudEvents, body: &Bytes, now: Instant, zone: &ReportZone) -> Self {
        let mut parsed = Self { lines: Vec::new(), events: Vec::new(), texts: Vec::new(), rejected: Vec::new() };
        for (line, event) in (1..).zip(events) {
            match event {
                Ok(event) => {
                    // Without its envelope, it can be taken in again. JSON can represent every event.
                    let text = Bytes::from(serde_json::to_vec(&event).unwrap_or_default());
                    match OrderEvent::check_with_warnings(&event, now, zone) {
                        Ok((event, warnings)) => parsed.accept(line, event, warnings, text),
                        Err(rejection) => parsed.reject(line, RejectionCode::Invalid, rejection, (text, false)),
                    }
                }
                Err(rejection) => parsed.reject(line, RejectionCode::Invalid, rejection, (body.clone(), false)),
            }
        }
        parsed
    }

    fn accept(&mut self, line: u64, event: OrderEvent, warnings: Vec<FieldError>, text: Bytes) {
        self.texts.push((self.lines.len(), text));
        let event_id = Some(event.event_id.to_string());
        let warnings = warnings.into_iter().map(FieldProblem::from).collect();
        self.lines.push(IngestLine { line, event_id, result: IngestResult::Accepted, errors: Vec::new(), warnings });
        self.events.push(event);
    }

    fn reject(&mut self, line: u64, code: RejectionCode, rejection: Rejection, (text, is_cut): (Bytes, bool)) {
        self.rejected.push(RejectedText { code, reason: rejection.to_string(), text, is_cut });
        self.lines.push(rejected(line, None, rejection));
    }

    /// Stores the events. Returns the result of each, and what was rejected, as sent by the source of the batch.
    pub(crate) async fn ingest(
        mut self,
        app: &App,
        batch: &Batch,
        now: Instant,
    ) -> Result<(Vec<IngestLine>, Vec<Refused>), ApiError> {
        let events = std::mem::take(&mut self.events);
        let parcels = named_by(&events);
        let outcomes = app.0.ingest.ingest(events, batch, now).await?;
        take_in_of(app, &parcels, now).await;
        app.0.new_facts.notify_one();
        for ((position, text), outcome) in std::mem::take(&mut self.texts).into_iter().zip(outcomes) {
            self.judge(position, text, outcome);
        }
        let source = &batch.source;
        let refused = self.rejected.into_iter().map(|RejectedText { code, reason, text, is_cut }| Refused {
            source: source.clone(),
            route: EVENTS_ROUTE.to_owned(),
            code,
            reason,
            body: text.trim_ascii().to_vec(),
            is_cut,
        });
        Ok((self.lines, refused.collect()))
    }

    /// Records the outcome of a stored event.
    fn judge(&mut self, position: usize, text: Bytes, outcome: IngestOutcome) {
        let line = &mut self.lines[position];
        let (code, rejection) = match outcome {
            IngestOutcome::New => return,
            IngestOutcome::NewOfOtherVendor => return line.warnings.push(FieldError::other_vendor().into()),
            IngestOutcome::Known | IngestOutcome::Expired => {
                let is_expired = outcome == IngestOutcome::Expired;
                line.result = if is_expired { IngestResult::Expired } else { IngestResult::Duplicate };
                return line.warnings.clear();
            }
            IngestOutcome::Conflict => (RejectionCode::Conflict, Rejection::conflict()),
            IngestOutcome::Full => {
                metrics::counter!("goody_events_refused_total", "reason" => "order_full").increment(1);
                (RejectionCode::OrderFull, Rejection::full())
            }
        };
        self.rejected.push(RejectedText { code, reason: rejection.to_string(), text, is_cut: false });
        *line = rejected(line.line, line.event_id.take(), rejection);
    }
}

/// Takes in what waits for parcels that stored events name. If that fails, the next search for orders of parcels does it.
pub(crate) async fn take_in_of(app: &App, parcels: &[ParcelKey], now: Instant) {
    if let Err(error) = app.0.parcels.take_in_of(parcels, now).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "facts of parcels could not be taken in");
    }
}

fn rejected(line: u64, event_id: Option<String>, rejection: Rejection) -> IngestLine {
    let errors = rejection.errors.into_iter().map(FieldProblem::from).collect();
    IngestLine { line, event_id, result: IngestResult::Rejected, errors, warnings: Vec::new() }
}
