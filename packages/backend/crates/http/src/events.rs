//! Order events on their way in.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use goody_contract::{ErrorCode, IngestAnswer, IngestLine, OrderEventView, Problem};
use tracing::Instrument;

use crate::App;
use crate::access::Caller;
use crate::audit::Source;
use crate::capacity::Capacity;
use crate::error::ApiError;
use crate::event_splitter::{Cutter, Form};
use crate::intake::Intake;
use crate::request_log::CorrelationId;
use crate::results::{JsonResults, LineResults};

/// Bytes of a JSON body at most: it is answered when all of it is read. NDJSON is of any size.
const LONGEST_JSON: usize = 16 * 1024 * 1024;

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
    Extension(capacity): Extension<Capacity>,
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
    let source = Source { caller, correlation_id };
    let intake = Intake::new(app, (source, capacity), (body.into_data_stream(), left), Cutter::new(form));
    match form {
        Form::Json => all_at_once(intake).await,
        Form::Lines => line_by_line(intake).await,
    }
}

pub(crate) fn too_large(what_became_of_it: &str) -> ApiError {
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
    let mut results = JsonResults::default();
    while let Some(batch) = intake.next_batch(b',').await? {
        results.push(batch)?;
    }
    Ok(results.into_response())
}

/// Reads and answers at the same time. A client may read the answers only after it has sent everything, as long as they
/// are not too many to wait. The answer begins with the first events, so that one who cannot be served is told so.
async fn line_by_line(mut intake: Intake) -> Result<Response, ApiError> {
    let mut batch = Ok(intake.next_batch(b'\n').await?);
    let (results, answers) = LineResults::new();
    let work = async move {
        loop {
            let is_taken = match batch {
                Ok(None) => return,
                Ok(Some(batch)) => results.send(batch).await,
                Err(error) => return results.break_off(&error),
            };
            if !is_taken {
                return;
            }
            batch = intake.next_batch(b'\n').await;
        }
    };
    tokio::spawn(work.in_current_span());
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    Ok(([(CONTENT_TYPE, ndjson)], answers).into_response())
}
