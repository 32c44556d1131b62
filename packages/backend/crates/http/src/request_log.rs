//! The outermost layer: correlation ids, the log line of each request, problem responses, and `304`.

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::App;
use crate::error::{ApiError, framework_error};
use crate::json_response::etag_matches;

pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The id of a request in the log, in the audit log and in its response.
#[derive(Clone, Debug)]
pub(crate) struct CorrelationId(pub(crate) String);

pub(crate) async fn correlate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = correlation_id(request.headers());
    let traceparent = request.headers().get(TRACEPARENT).cloned();
    let if_none_match = request.headers().get(IF_NONE_MATCH).cloned();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // The response to a successful write is never `304`.
    let is_read = matches!(method, Method::GET | Method::HEAD);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let trace = traceparent.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!("request", correlation_id = %id, traceparent = trace, %method, path);

    request.extensions_mut().insert(CorrelationId(id.clone()));
    let start = app.now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let seconds = app.now().seconds_since(start);

    let error = response.extensions_mut().remove::<ApiError>();
    if let Some(error) = error.or_else(|| framework_error(&response)) {
        let problem = error.problem(&id, app.now());
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
        *response.body_mut() = Body::from(body);
    } else if is_read
        && if_none_match
            .is_some_and(|known| response.headers().get(ETAG).is_some_and(|etag| etag_matches(&known, etag)))
    {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = Body::empty();
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(CORRELATION_ID, value);
    }
    if let Some(traceparent) = traceparent {
        response.headers_mut().insert(TRACEPARENT, traceparent);
    }

    let status = response.status().as_u16();
    let route = route.unwrap_or_else(|| "other".into());
    metrics::counter!("goody_http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("goody_http_request_seconds", "route" => route).record(seconds);
    let bytes = response.body().size_hint().exact();
    // Successful reads are frequent, so they are logged at the debug level only.
    let is_successful_read = method.is_safe() && status < 400;
    span.in_scope(|| match is_successful_read {
        true => tracing::debug!(status, seconds, bytes, "answered"),
        false => tracing::info!(status, seconds, bytes, "answered"),
    });
    response
}

/// The correlation id of the caller if it is safe to log; otherwise a new one.
fn correlation_id(headers: &HeaderMap) -> String {
    let id = headers.get(CORRELATION_ID).and_then(|value| value.to_str().ok());
    let is_valid = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
    };
    id.filter(is_valid).map_or_else(|| uuid::Uuid::new_v4().to_string(), ToOwned::to_owned)
}
