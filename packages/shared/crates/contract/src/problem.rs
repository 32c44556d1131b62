//! Errors: one table of codes, one form of response.

use goody_domain::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of error it is. The page switches on these; a code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// A parameter is unknown or has a value it cannot have.
    InvalidParameter,
    /// The body cannot be read.
    InvalidBody,
    /// The cursor is not one of ours, or belongs to another filter.
    InvalidCursor,
    /// A token is needed, and none came or one that is not known.
    Unauthenticated,
    /// The token is good for something else, or the request comes from somewhere it must not come from.
    Forbidden,
    /// No such route, vendor or order.
    NotFound,
    /// The date is older than what is kept.
    DateExpired,
    /// The route has no such method.
    MethodNotAllowed,
    /// `If-Match` or `If-None-Match` asks for another state than there is. Nothing was changed.
    PreconditionFailed,
    /// The body's type is not one that the route takes.
    UnsupportedMediaType,
    /// The request is larger than the route takes.
    PayloadTooLarge,
    /// The request, or its answer, took too long.
    Timeout,
    /// This token asked too often. `Retry-After` says when to ask again.
    RateLimited,
    /// More is asked right now than can be answered. `Retry-After` says when to ask again.
    Overloaded,
    /// Something this program depends on does not answer.
    Unavailable,
    /// A fault of ours. The correlation id finds it in the log.
    Internal,
}

impl ErrorCode {
    /// The table: status and title.
    pub fn status_and_title(self) -> (u16, &'static str) {
        match self {
            Self::InvalidParameter => (400, "A parameter is not valid"),
            Self::InvalidBody => (400, "The body cannot be read"),
            Self::InvalidCursor => (400, "The cursor is not valid"),
            Self::Unauthenticated => (401, "A token is needed"),
            Self::Forbidden => (403, "Not allowed"),
            Self::NotFound => (404, "Not found"),
            Self::DateExpired => (404, "The date is older than what is kept"),
            Self::MethodNotAllowed => (405, "Method not allowed"),
            Self::PreconditionFailed => (412, "It is not in the state that was asked for"),
            Self::UnsupportedMediaType => (415, "The body has a type that is not understood"),
            Self::PayloadTooLarge => (413, "The request is too large"),
            Self::Timeout => (408, "It took too long"),
            Self::RateLimited => (429, "Asked too often"),
            Self::Overloaded => (503, "Too much to do right now"),
            Self::Unavailable => (503, "Not available right now"),
            Self::Internal => (500, "Something went wrong here"),
        }
    }
}

/// One field or parameter, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Its name.
    pub field: String,
    /// What is wrong, as the end of a sentence that begins with the field.
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
    /// A URI of the kind of error: `urn:goody:error:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of error in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This very error in words.
    pub detail: String,
    /// The kind of error, to switch on.
    pub code: ErrorCode,
    /// Every field that was wrong.
    pub errors: Vec<FieldProblem>,
    /// What to name when asking about it.
    pub correlation_id: String,
    /// When it happened.
    pub timestamp: String,
}
