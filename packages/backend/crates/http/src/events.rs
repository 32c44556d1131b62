//! `POST /api/orders/events`: receives order events.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use goody_application::ingest::Batch;
use goody_contract::{ErrorCode, IdParam, IngestAnswer, IngestLine, OrderEventView, Problem};
use goody_formats::event_splitter::{BodyFormat, EventSplitter};
use tracing::Instrument;

use crate::App;
use crate::access::Caller;
use crate::audit::Source;
use crate::batch_id::{batch_header, batch_id};
use crate::capacity::Capacity;
use crate::error::{ApiError, LONGEST_JSON, too_large};
use crate::intake::{Intake, store_parsed};
use crate::parsed_events::ParsedEvents;
use crate::request_log::CorrelationId;
use crate::results::{JsonResults, LineResults};
use crate::webhooks;

/// Receives one event, an array of events, or one event on each line (`application/x-ndjson`, of any length); or CloudEvents around
/// events of this form, in structured, batched or binary mode.
///
/// An invalid event is rejected; the others are stored. `X-Batch-Id` of the response is the id with which they can be taken back; a
/// request can name its own. The response to NDJSON is sent line by line while the body is read.
#[utoipa::path(
    post, path = "/api/orders/events", operation_id = "postOrderEvents", tag = "orders",
    request_body(content((OrderEventView = "application/json"), (Vec<OrderEventView> = "application/json"), (String = "application/x-ndjson"), (Object = "application/cloudevents+json"), (Vec<Object> = "application/cloudevents-batch+json"))),
    responses(
        (status = 200, content((IngestAnswer = "application/json"), (IngestLine = "application/x-ndjson")), headers(("X-Batch-Id" = IdParam, description = "The batch of the events."))),
        (status = 400, body = Problem), (status = 408, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 503, body = Problem)
    )
)]
pub(crate) async fn post(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
    Extension(capacity): Extension<Capacity>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    if webhooks::is_cloud_event(&headers) {
        return post_cloud_events((app, capacity), Source { caller, correlation_id }, (&uri, &headers), body).await;
    }
    let body_format = body_format(&headers)?;
    let limit = match body_format {
        BodyFormat::Json => LONGEST_JSON,
        BodyFormat::Ndjson => usize::MAX,
    };
    let content_length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if content_length.is_some_and(|length| length > limit) {
        return Err(too_large("No event is stored."));
    }
    let batch_id = batch_id(&headers);
    let batch_header = batch_header(&batch_id);
    let batch = Batch { id: batch_id, source: caller.name().to_owned() };
    let source = Source { caller, correlation_id };
    let body = (body.into_data_stream(), limit);
    let intake = Intake::new(app, (source, batch, capacity), body, EventSplitter::new(body_format));
    let mut response = match body_format {
        BodyFormat::Json => respond_json(intake).await,
        BodyFormat::Ndjson => respond_ndjson(intake).await,
    }?;
    response.headers_mut().extend(batch_header);
    Ok(response)
}

/// Stores the events of a body in CloudEvents. The response is that of JSON.
async fn post_cloud_events(
    (app, capacity): (App, Capacity),
    source: Source,
    (uri, headers): (&Uri, &HeaderMap),
    body: Body,
) -> Result<Response, ApiError> {
    let (body, memory) = webhooks::read_body(body, &capacity).await?;
    let headers_read = webhooks::headers(headers);
    let request = webhooks::request(uri, &headers_read, &body);
    let events = app.0.webhooks.read_cloud_events(&request)?;
    let (slot, now) = (capacity.write_slot()?, app.now());
    let parsed = ParsedEvents::of_cloud_events(events, &body, now, app.0.reports.zone());
    let batch_id = batch_id(headers);
    let batch_header = batch_header(&batch_id);
    let batch = Batch { id: batch_id, source: source.caller.name().to_owned() };
    let work = store_parsed(app.clone(), (source, batch), (parsed, Some(memory), false), (slot, now), b',');
    let mut results = JsonResults::default();
    results.push(app.0.tasks.run(work).await?)?;
    let mut response = results.into_response();
    response.headers_mut().extend(batch_header);
    Ok(response)
}

fn body_format(headers: &HeaderMap) -> Result<BodyFormat, ApiError> {
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, "Send the body without a Content-Encoding."));
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(BodyFormat::Json),
        "application/x-ndjson" | "application/jsonl" => Ok(BodyFormat::Ndjson),
        _ => Err(ApiError::new(
            ErrorCode::UnsupportedMediaType,
            "Send application/json (one event or an array) or application/x-ndjson (one event on each line).",
        )),
    }
}

async fn respond_json(mut intake: Intake) -> Result<Response, ApiError> {
    let mut results = JsonResults::default();
    while let Some(batch) = intake.next_batch(b',').await? {
        results.push(batch)?;
    }
    Ok(results.into_response())
}

/// Reads the body and sends the response at the same time. A client may read the response after it has sent the whole body,
/// unless there are more results than the server buffers. The response starts after the first batch, so that its status is an
/// error if that batch cannot be stored.
async fn respond_ndjson(mut intake: Intake) -> Result<Response, ApiError> {
    let mut batch = Ok(intake.next_batch(b'\n').await?);
    let (results, body) = LineResults::new();
    let work = async move {
        loop {
            let is_sent = match batch {
                Ok(None) => return,
                Ok(Some(batch)) => results.send(batch).await,
                Err(error) => return results.abort(&error),
            };
            if !is_sent {
                return;
            }
            batch = intake.next_batch(b'\n').await;
        }
    };
    tokio::spawn(work.in_current_span());
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    Ok(([(CONTENT_TYPE, ndjson)], body).into_response())
}
