//! The outermost layer: correlation ids, the log line of each request, problems, and `304`.

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::App;
use crate::error::{ApiError, refused_unseen};
use crate::json_response::names;

pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What a request is called in logs, in the audit trail, and in its answer.
#[derive(Clone, Debug)]
pub(crate) struct CorrelationId(pub(crate) String);

pub(crate) async fn correlate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = correlation_id(request.headers());
    let traceparent = request.headers().get(TRACEPARENT).cloned();
    let if_none_match = request.headers().get(IF_NONE_MATCH).cloned();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // A write that went through is no answer that the caller has already.
    let is_asked = matches!(method, Method::GET | Method::HEAD);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let trace = traceparent.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!("request", correlation_id = %id, traceparent = trace, %method, path);

    request.extensions_mut().insert(CorrelationId(id.clone()));
    let began = app.now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let seconds = app.now().seconds_since(began);

    let told = response.extensions_mut().remove::<ApiError>();
    if let Some(error) = told.or_else(|| refused_unseen(&response)) {
        let problem = error.problem(&id, app.now());
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
        *response.body_mut() = Body::from(body);
    } else if is_asked
        && if_none_match.is_some_and(|known| response.headers().get(ETAG).is_some_and(|etag| names(&known, etag)))
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
    // Reads that went well are many and say little; everything else is worth a line.
    let is_ordinary = method.is_safe() && status < 400;
    span.in_scope(|| match is_ordinary {
        true => tracing::debug!(status, seconds, bytes, "answered"),
        false => tracing::info!(status, seconds, bytes, "answered"),
    });
    response
}

/// The caller's own id where it is one that can be logged as it is, else a new one.
fn correlation_id(headers: &HeaderMap) -> String {
    let told = headers.get(CORRELATION_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
    };
    told.filter(plain).map_or_else(|| uuid::Uuid::new_v4().to_string(), ToOwned::to_owned)
}
