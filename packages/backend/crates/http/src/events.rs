//! Order events on their way in.

use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use futures::channel::mpsc;
use goody_application::ports::StoreError;
use goody_contract::{ErrorCode, FieldProblem, IngestAnswer, IngestLine, IngestResult, OrderEventView, Problem};
use goody_domain::{Learned, OrderEvent, Rejection};
use tracing::Instrument;

use crate::App;
use crate::body::{Cutter, Form, Piece};
use crate::error::ApiError;

/// How many events are stored together.
const BATCH: usize = 1_000;

/// One event, an array of events, or a line each (`application/x-ndjson`), of any size.
///
/// A bad event costs only itself. NDJSON is answered line by line, while it is being read.
#[utoipa::path(
    post, path = "/api/orders/events", operation_id = "postOrderEvents", tag = "orders",
    request_body(content((OrderEventView = "application/json"), (Vec<OrderEventView> = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, content((IngestAnswer = "application/json"), (IngestLine = "application/x-ndjson"))),
        (status = 400, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)
    )
)]
pub(crate) async fn post(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let form = form(&headers)?;
    let intake = Intake { app, body: body.into_data_stream(), cutter: Some(Cutter::new(form)) };
    match form {
        Form::Json => all_at_once(intake).await,
        Form::Lines => Ok(line_by_line(intake)),
    }
}

fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
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

/// Reads and answers at the same time. Answers wait without bound: a client that reads them only after it has sent
/// everything must not stop us from reading what it sends.
fn line_by_line(mut intake: Intake) -> Response {
    let (sender, answers) = mpsc::unbounded::<Result<Bytes, std::io::Error>>();
    let work = async move {
        loop {
            let sent = match intake.next_batch().await {
                Ok(None) => return,
                Ok(Some(lines)) => sender.unbounded_send(Ok(written(&lines))),
                Err(_) => {
                    // The answer has begun: breaking it off is the only way left to say that it is not whole.
                    let _ = sender.unbounded_send(Err(std::io::Error::other("the store failed")));
                    return;
                }
            };
            if sent.is_err() {
                tracing::debug!("the client went away; what it sent until now is stored");
                return;
            }
        }
    };
    tokio::spawn(work.in_current_span());
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    ([(CONTENT_TYPE, ndjson)], Body::from_stream(answers)).into_response()
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
    body: BodyDataStream,
    /// `None` once the body is read.
    cutter: Option<Cutter>,
}

impl Intake {
    /// Stores the next events and says what became of each; `None` at the end of the body.
    async fn next_batch(&mut self) -> Result<Option<Vec<IngestLine>>, ApiError> {
        let pieces = self.next_pieces().await?;
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
        for line in &lines {
            let result = match line.result {
                IngestResult::Accepted => "accepted",
                IngestResult::Duplicate => "duplicate",
                IngestResult::Rejected => "rejected",
            };
            metrics::counter!("goody_events_total", "result" => result).increment(1);
        }
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
                Some(Ok(bytes)) => cutter.feed(&bytes),
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
