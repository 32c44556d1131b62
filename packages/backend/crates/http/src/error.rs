//! API errors.
//!
//! Handlers return an [`ApiError`]. The outermost layer, which knows the correlation id and the time, turns it into a problem
//! response.

use std::any::Any;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use goody_application::ports::StoreError;
use goody_application::read::ReadError;
use goody_contract::{ErrorCode, FieldProblem, Problem};
use goody_domain::Instant;

/// The most bytes of a JSON body, whose response is sent after all of it is read. NDJSON has no limit.
pub(crate) const LONGEST_JSON: usize = 16 * 1024 * 1024;

/// An error, as the client sees it.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    code: ErrorCode,
    detail: String,
    errors: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        let headers = match code {
            ErrorCode::Unauthenticated => vec![(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"goody\""))],
            _ => Vec::new(),
        };
        Self { code, detail: detail.into(), errors: Vec::new(), headers }
    }

    /// Adds the header `Retry-After`.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER, seconds.into())
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds every invalid field.
    pub(crate) fn errors(self, errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..self }
    }

    /// The text of the error, for responses that are plain text and not a problem.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The error for invalid parameters.
    pub(crate) fn parameters(errors: Vec<FieldProblem>) -> Self {
        let reasons: Vec<String> = errors.iter().map(|error| format!("{} {}", error.field, error.reason)).collect();
        Self { errors, ..Self::new(ErrorCode::InvalidParameter, reasons.join("; ")) }
    }

    pub(crate) fn parameter(field: &str, reason: impl Into<String>) -> Self {
        Self::parameters(vec![FieldProblem { field: field.into(), reason: reason.into() }])
    }

    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no {kind} {id}."))
    }

    pub(crate) fn problem(self, correlation_id: &str, now: Instant) -> Problem {
        let (status, title) = self.code.status_and_title();
        let word = serde_json::to_value(self.code).ok().and_then(|code| code.as_str().map(str::to_lowercase));
        Problem {
            kind: format!("urn:goody:error:{}", word.unwrap_or_default().replace('_', "-")),
            title: title.to_owned(),
            status,
            detail: self.detail,
            code: self.code,
            errors: self.errors,
            correlation_id: correlation_id.to_owned(),
            timestamp: now.to_string(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let response = match &error {
            StoreError::TooManyOrders(most) => {
                let detail = format!(
                    "The list is among more than {most} orders, and no more are read for one request. Ask with vendorId, or for \
                     orders placed on fewer days with dateFrom and dateTo."
                );
                return Self::new(ErrorCode::InvalidParameter, detail);
            }
            StoreError::Unavailable { .. } | StoreError::Contended(_) => {
                Self::new(ErrorCode::Unavailable, "The store does not respond right now. Try again.").retry_after(1)
            }
            StoreError::Damaged(_) => Self::new(ErrorCode::Internal, "The log has the details."),
        };
        tracing::error!(error = &error as &dyn std::error::Error, "a request failed in the store");
        response
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::DateExpired { first } => {
                Self::new(ErrorCode::DateExpired, format!("Reports go back to {first}."))
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        let status = StatusCode::from_u16(self.code.status_and_title().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.headers_mut().extend(self.headers.drain(..));
        response.extensions_mut().insert(self);
        response
    }
}

/// The error of a request that the framework rejected before the handler; the framework's own response is plain text.
pub(crate) fn framework_error(response: &Response) -> Option<ApiError> {
    let is_text = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::BAD_REQUEST if is_text => {
            Some(ApiError::new(ErrorCode::InvalidParameter, "The path cannot be decoded."))
        }
        StatusCode::PAYLOAD_TOO_LARGE if is_text => {
            Some(ApiError::new(ErrorCode::PayloadTooLarge, "The body is larger than this route accepts."))
        }
        _ => None,
    }
}

pub(crate) async fn route_not_found(uri: Uri) -> ApiError {
    ApiError::not_found("route", uri.path())
}

pub(crate) async fn method_not_allowed(uri: Uri) -> ApiError {
    ApiError::new(ErrorCode::MethodNotAllowed, format!("{} does not support this method.", uri.path()))
}

pub(crate) fn handle_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("of unknown kind"), "a handler panicked");
    ApiError::new(ErrorCode::Internal, "The log has the details.").into_response()
}

/// The error for a JSON body that is longer than [`LONGEST_JSON`].
pub(crate) fn too_large(what_is_stored: &str) -> ApiError {
    let most = LONGEST_JSON / 1024 / 1024;
    ApiError::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "A JSON body may have at most {most} MiB. {what_is_stored} Send application/x-ndjson, which has no limit."
        ),
    )
}
