//! Order events on their way in.

use std::time::Duration;

use axum::Extension;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use goody_application::ports::StoreError;
use goody_contract::{ErrorCode, FieldProblem, IngestAnswer, IngestLine, IngestResult, OrderEventView, Problem};
use goody_domain::{Learned, OrderEvent, Rejection};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use crate::audit::Counts;
use crate::body::{Cutter, Form, Piece};
use crate::correlation::CorrelationId;
use crate::doors::{Caller, Place};
use crate::error::ApiError;
use crate::{App, audit};

/// How many events are stored together.
const BATCH: usize = 1_000;
/// Bytes of a JSON body at most: it is answered when all of it is read. NDJSON is of any size.
const LONGEST_JSON: usize = 16 * 1024 * 1024;
/// How long an event may take to arrive, and an answer to be taken. A client that is slower holds what others need.
const PATIENCE: Duration = Duration::from_secs(30);
/// Answers that wait for a client that does not read. They are of a batch each; then reading waits, too.
const ANSWERS: usize = 128;

/// One event, an array of events, or a line each (`application/x-ndjson`), of any size.
///
/// A bad event costs only itself. NDJSON is answered line by line, while it is being read.
#[utoipa::path(
    post, path = "/api/orders/events", operation_id = "postOrderEvents", tag = "orders",
    request_body(content((OrderEventView = "application/json"), (Vec<OrderEventView> = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, content((IngestAnswer = "application/json"), (IngestLine = "application/x-ndjson"))),
        (status = 400, body = Problem), (status = 408, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 503, body = Problem)
    )
)]
pub(crate) async fn post(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let form = form(&headers)?;
    let left = match form {
        Form::Json => LONGEST_JSON,
        Form::Lines => usize::MAX,
    };
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|length| length > left) {
        return Err(too_large("Nothing of it was read."));
    }
    let body = body.into_data_stream();
    let intake = Intake { app, caller, correlation_id, body, left, cutter: Some(Cutter::new(form)), _place: place };
    match form {
        Form::Json => all_at_once(intake).await,
        Form::Lines => line_by_line(intake).await,
    }
}

fn too_large(what_became_of_it: &str) -> ApiError {
    let most = LONGEST_JSON / 1024 / 1024;
    ApiError::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "JSON may be {most} MiB long. {what_became_of_it} Send application/x-ndjson, which may be of any length."
        ),
    )
}

fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, "Send the body without a Content-Encoding."));
    }
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(Form::Json),
        "application/x-ndjson" | "application/jsonl" => Ok(Form::Lines),
        _ => Err(ApiError::new(
            ErrorCode::UnsupportedMediaType,
            "Send application/json (one event or an array) or application/x-ndjson (a line an event).",
        )),
    }
}

async fn all_at_once(mut intake: Intake) -> Result<Response, ApiError> {
    let mut answer = IngestAnswer { accepted: 0, duplicate: 0, rejected: 0, results: Vec::new() };
    while let Some(lines) = intake.next_batch().await? {
        for line in lines {
            match line.result {
                IngestResult::Accepted => answer.accepted += 1,
                IngestResult::Duplicate => answer.duplicate += 1,
                IngestResult::Rejected => answer.rejected += 1,
            }
            answer.results.push(line);
        }
    }
    Ok(axum::Json(answer).into_response())
}

/// Reads and answers at the same time. A client may read the answers only after it has sent everything, as long as they
/// are not too many to wait. The answer begins with the first events, so that one who cannot be served is told so.
async fn line_by_line(mut intake: Intake) -> Result<Response, ApiError> {
    let mut batch: Result<_, ApiError> = Ok(intake.next_batch().await?);
    let (sender, answers) = mpsc::channel::<Result<Bytes, std::io::Error>>(ANSWERS);
    let work = async move {
        loop {
            let answer = match batch {
                Ok(None) => return,
                Ok(Some(lines)) => Ok(written(&lines)),
                // The answer has begun: breaking it off is the only way left to say that it is not whole.
                Err(error) => Err(std::io::Error::other(error.detail().to_owned())),
            };
            let is_over = answer.is_err();
            match tokio::time::timeout(PATIENCE, sender.send(answer)).await {
                Ok(Ok(())) if !is_over => {}
                Ok(Ok(())) => return,
                Ok(Err(_)) => return tracing::debug!("the client went away; what it sent until now is stored"),
                Err(_) => {
                    return tracing::info!("the client does not read its answers; what it sent until now is stored");
                }
            }
            batch = intake.next_batch().await;
        }
    };
    tokio::spawn(work.in_current_span());
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    Ok(([(CONTENT_TYPE, ndjson)], Body::from_stream(ReceiverStream::new(answers))).into_response())
}

fn written(lines: &[IngestLine]) -> Bytes {
    let mut bytes = Vec::with_capacity(lines.len() * 80);
    for line in lines {
        // Writing to a Vec cannot fail, and an answer has nothing that JSON cannot say.
        let _ = serde_json::to_writer(&mut bytes, line);
        bytes.push(b'\n');
    }
    bytes.into()
}

/// A body being read.
struct Intake {
    app: App,
    caller: Caller,
    correlation_id: CorrelationId,
    body: BodyDataStream,
    /// Bytes that may still come.
    left: usize,
    /// `None` once the body is read.
    cutter: Option<Cutter>,
    _place: Place,
}

impl Intake {
    /// Stores the next events and says what became of each; `None` at the end of the body.
    async fn next_batch(&mut self) -> Result<Option<Vec<IngestLine>>, ApiError> {
        let pieces = tokio::time::timeout(PATIENCE, self.next_pieces()).await.unwrap_or_else(|_| {
            let told = format!("No event came for {} s. What came before is stored.", PATIENCE.as_secs());
            Err(ApiError::new(ErrorCode::Timeout, told))
        })?;
        if pieces.is_empty() {
            return Ok(None);
        }
        let now = self.app.now();
        let mut lines = Vec::with_capacity(pieces.len());
        let mut events = Vec::with_capacity(pieces.len());
        let mut places = Vec::with_capacity(pieces.len());
        for (number, piece) in pieces {
            match read(&piece, now) {
                Ok(event) => {
                    places.push(lines.len());
                    let event_id = Some(event.event_id.to_string());
                    lines.push(IngestLine {
                        line: number,
                        event_id,
                        result: IngestResult::Accepted,
                        errors: Vec::new(),
                    });
                    events.push(event);
                }
                Err(rejection) => lines.push(rejected(number, None, rejection)),
            }
        }
        let learned = self.app.0.ingest.ingest(events, now).await.map_err(|error: StoreError| ApiError::from(error))?;
        self.app.0.told.notify_one();
        for (place, learned) in places.into_iter().zip(learned) {
            let line = &mut lines[place];
            match learned {
                Learned::New => {}
                Learned::Known => line.result = IngestResult::Duplicate,
                Learned::Conflict => *line = rejected(line.line, line.event_id.take(), Rejection::conflict()),
            }
        }
        let mut counts = Counts::default();
        for line in &lines {
            match line.result {
                IngestResult::Accepted => counts.accepted += 1,
                IngestResult::Duplicate => counts.duplicate += 1,
                IngestResult::Rejected => counts.rejected += 1,
            }
        }
        let Counts { accepted, duplicate, rejected } = counts;
        let results = [("accepted", accepted), ("duplicate", duplicate), ("rejected", rejected)];
        for (result, number) in results.into_iter().filter(|(_, number)| *number > 0) {
            metrics::counter!("goody_events_total", "result" => result).increment(number);
        }
        audit::events(&self.caller, &self.correlation_id, now, counts);
        Ok(Some(lines))
    }

    /// As many events as there are, up to a batch, each with its line; none at the end of the body.
    async fn next_pieces(&mut self) -> Result<Vec<(u64, Piece)>, ApiError> {
        let mut pieces = Vec::new();
        while let Some(cutter) = &mut self.cutter {
            while pieces.len() < BATCH
                && let Some(piece) = cutter.next()
            {
                pieces.push(piece);
            }
            if pieces.len() >= BATCH {
                break;
            }
            // What is here is stored before more is waited for.
            let more = if pieces.is_empty() {
                self.body.next().await
            } else {
                match futures::poll!(self.body.next()) {
                    std::task::Poll::Ready(more) => more,
                    std::task::Poll::Pending => break,
                }
            };
            match more {
                Some(Ok(bytes)) if bytes.len() > self.left => {
                    return Err(too_large("What came before its end is stored."));
                }
                Some(Ok(bytes)) => {
                    self.left -= bytes.len();
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
        Ok(pieces)
    }
}

fn read(piece: &Piece, now: goody_domain::Instant) -> Result<OrderEvent, Rejection> {
    match piece {
        Piece::Text(text) => OrderEvent::parse(text, now),
        Piece::TooLong => Err(Rejection::too_long()),
        Piece::Broken(reason) => Err(Rejection::field("line", *reason)),
    }
}

fn rejected(line: u64, event_id: Option<String>, rejection: Rejection) -> IngestLine {
    let errors = rejection.errors.into_iter().map(FieldProblem::from).collect();
    IngestLine { line, event_id, result: IngestResult::Rejected, errors }
}
