//! What became of the events that were sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::FieldProblem;

/// What became of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IngestResult {
    /// A new fact; it is stored.
    Accepted,
    /// A fact already known; nothing changed.
    Duplicate,
    /// Malformed, or in conflict with a fact already known; nothing changed.
    Rejected,
}

/// What became of one line. NDJSON is answered with one of these a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestLine {
    /// The line, or the place in the array, from 1.
    pub line: u64,
    /// The event's id, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// What became of it.
    pub result: IngestResult,
    /// Why it was rejected: every field that was wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// What was left out of an event that was accepted: each field, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldProblem>,
}

/// The answer to a JSON event or array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestAnswer {
    /// How many were new.
    pub accepted: u64,
    /// How many were known.
    pub duplicate: u64,
    /// How many were rejected.
    pub rejected: u64,
    /// Each of them, in the order they were sent.
    pub results: Vec<IngestLine>,
}
