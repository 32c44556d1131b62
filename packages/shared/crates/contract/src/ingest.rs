//! The results of received events, and of batches that are taken back.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{FieldProblem, IdParam};

/// The result of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IngestResult {
    /// The event is new and is stored.
    Accepted,
    /// The event is already stored. Nothing changed.
    Duplicate,
    /// The order has expired, and its numbers are final. Nothing changed.
    Expired,
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
    /// The fields of an accepted event that were dropped or count nowhere, each with the reason.
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
    /// The number of events of orders that have expired.
    pub expired: u64,
    /// The number of rejected events.
    pub rejected: u64,
    /// The result of each event, in the order of the request.
    pub results: Vec<IngestLine>,
}

/// `?after`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RetractQuery {
    /// The `next` of the previous response. Without it, the search begins with the first order.
    #[param(value_type = Option<IdParam>)]
    pub after: Option<String>,
}

/// What one request took back of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetractionAnswer {
    /// The batch.
    pub batch_id: String,
    /// The number of orders that lost events.
    pub orders: u64,
    /// The number of events that were taken back.
    pub events: u64,
    /// The number of expired orders with events of the batch: their numbers are final. Counted when the search is complete.
    pub expired_orders: u64,
    /// Whether all orders were searched. If not, send the request again with `after` set to `next`.
    pub is_complete: bool,
    /// The order after which the search continues; null if it is complete.
    #[schema(required)]
    pub next: Option<String>,
}
