//! Errors: the table of error codes, and the error response.

use goody_domain::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of error. Clients switch on the code; its meaning never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// A parameter is unknown or has an invalid value.
    InvalidParameter,
    /// The body cannot be read.
    InvalidBody,
    /// The server did not make the cursor, or it belongs to another filter.
    InvalidCursor,
    /// The request needs a token, and has none or an unknown one.
    Unauthenticated,
    /// No secret of this server signed the webhook, or its time is long ago.
    InvalidSignature,
    /// The token has another scope, or the `Host` or `Origin` of the request is not allowed.
    Forbidden,
    /// The route, vendor or order does not exist.
    NotFound,
    /// The date is older than the stored data.
    DateExpired,
    /// The route does not support the method.
    MethodNotAllowed,
    /// The vendor is not in the state that `If-Match` or `If-None-Match` requires. Nothing was changed.
    PreconditionFailed,
    /// The route fills an empty database, and this one has events.
    NotEmpty,
    /// What was refused cannot be taken in again: it is not kept whole.
    CannotRetry,
    /// The webhook should say something of an order or a parcel, and does not. It is kept as a rejection.
    InvalidWebhook,
    /// The route does not accept this media type.
    UnsupportedMediaType,
    /// The request is larger than the route accepts.
    PayloadTooLarge,
    /// The request or its response took too long.
    Timeout,
    /// The token has sent too many requests. `Retry-After` says when to try again.
    RateLimited,
    /// The server has too many requests in progress. `Retry-After` says when to try again.
    Overloaded,
    /// A dependency of the server does not respond.
    Unavailable,
    /// An error in the server. The log has the details under the correlation id.
    Internal,
}

impl ErrorCode {
    /// The HTTP status and the title.
    pub fn status_and_title(self) -> (u16, &'static str) {
        match self {
            Self::InvalidParameter => (400, "A parameter is not valid"),
            Self::InvalidBody => (400, "The body cannot be read"),
            Self::InvalidCursor => (400, "The cursor is not valid"),
            Self::Unauthenticated => (401, "A token is needed"),
            Self::InvalidSignature => (401, "The signature is not valid"),
            Self::Forbidden => (403, "Not allowed"),
            Self::NotFound => (404, "Not found"),
            Self::DateExpired => (404, "The date is older than the stored data"),
            Self::MethodNotAllowed => (405, "Method not allowed"),
            Self::NotEmpty => (409, "The database is not empty"),
            Self::CannotRetry => (409, "It cannot be taken in again"),
            Self::PreconditionFailed => (412, "The precondition failed"),
            Self::InvalidWebhook => (422, "The webhook is refused"),
            Self::UnsupportedMediaType => (415, "The media type is not supported"),
            Self::PayloadTooLarge => (413, "The request is too large"),
            Self::Timeout => (408, "The request took too long"),
            Self::RateLimited => (429, "Too many requests"),
            Self::Overloaded => (503, "The server is overloaded"),
            Self::Unavailable => (503, "Not available right now"),
            Self::Internal => (500, "Internal error"),
        }
    }
}

/// An invalid field or parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// The name of the field.
    pub field: String,
    /// The reason, as the end of a sentence that begins with the field.
    pub reason: String,
}

impl From<FieldError> for FieldProblem {
    fn from(FieldError { field, reason }: FieldError) -> Self {
        Self { field, reason }
    }
}

/// An error response: `application/problem+json`, RFC 9457.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The URI of the kind of error: `urn:goody:error:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of error, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This error, in words.
    pub detail: String,
    /// The kind of error, for programs.
    pub code: ErrorCode,
    /// Every invalid field.
    pub errors: Vec<FieldProblem>,
    /// The id of the request in the log.
    pub correlation_id: String,
    /// When the error occurred.
    pub timestamp: String,
}
