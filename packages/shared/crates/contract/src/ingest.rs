//! The results of received events.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::FieldProblem;

/// The result of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IngestResult {
    /// The event is new and is stored.
    Accepted,
    /// The event is already stored. Nothing changed.
    Duplicate,
    /// The event is invalid, or its id is already stored with other content. Nothing changed.
    Rejected,
}

/// The result of one event. The response to NDJSON has one of these on each line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestLine {
    /// The line number, or the position in the array, from 1.
    pub line: u64,
    /// The id of the event. Absent if it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The result.
    pub result: IngestResult,
    /// Why the event was rejected: every invalid field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The fields of an accepted event that were dropped, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldProblem>,
}

/// The response to a JSON event or array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestAnswer {
    /// The number of new events.
    pub accepted: u64,
    /// The number of events that were already stored.
    pub duplicate: u64,
    /// The number of rejected events.
    pub rejected: u64,
    /// The result of each event, in the order of the request.
    pub results: Vec<IngestLine>,
}
