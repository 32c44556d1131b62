//! What was refused, as it is kept.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{FieldProblem, IngestResult};

/// `?limit&cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RejectionsQuery {
    /// The most rejections on a page. Default: 50. A page has fewer if their bodies are large.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `nextCursor` of the previous page.
    pub cursor: Option<String>,
}

/// How a body is written as JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum BodyEncoding {
    /// The body is this text.
    #[serde(rename = "utf-8")]
    Utf8,
    /// The body is not UTF-8: its bytes in Base64 (RFC 4648).
    #[serde(rename = "base64")]
    Base64,
}

/// What was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectionView {
    /// Its id.
    pub id: String,
    /// When it was refused first.
    pub first_at: String,
    /// When it was refused last.
    pub last_at: String,
    /// How often it was refused.
    pub times: u64,
    /// Its sender: the name of its token, `anonymous`, or the source of a webhook.
    pub source: String,
    /// Where it was sent: `events`, or `webhook:` and the source.
    pub route: String,
    /// The kind of the reason: `INVALID`, `TOO_LONG`, `CONFLICT` or `ORDER_FULL`.
    pub code: String,
    /// The reason, as the sender read it.
    pub reason: String,
    /// One event or webhook, as it was received.
    pub body: String,
    /// How the body is written.
    pub body_encoding: BodyEncoding,
    /// The bytes of the body.
    pub bytes: u64,
    /// Whether the body is only the beginning of what was sent. It cannot be taken in again then.
    pub is_cut: bool,
}

/// The response of `GET /api/rejections`: the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectionsView {
    /// The rejections.
    pub rejections: Vec<RejectionView>,
    /// Whether there are more.
    pub has_more: bool,
    /// The cursor of the next page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What came of a rejection that was tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetryAnswer {
    /// The rejection.
    pub id: String,
    /// The id of the event. Absent if it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The result of the event. A webhook is `accepted` if anything of it is stored or waits for its order.
    pub result: IngestResult,
    /// Why it was rejected again: every invalid field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The fields of an accepted event that were dropped or count nowhere, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldProblem>,
    /// Whether the rejection is no longer kept. It stays if the event was rejected again.
    pub is_removed: bool,
}

/// The response of `DELETE /api/rejections`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForgottenView {
    /// How many rejections were removed.
    pub forgotten: u64,
}

/// What was refused and is kept, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectionCountView {
    /// The number of kept rejections; `null` if the store returned an error.
    #[schema(required)]
    pub kept: Option<u64>,
    /// When anything was refused last; `null` while nothing is kept.
    #[schema(required)]
    pub latest_at: Option<String>,
}
