//! The progress of the demo orders.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The progress of the demo orders. The response of `POST /api/demo` has one of these on each line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemoProgress {
    /// The number of events that are stored.
    pub events: u64,
    /// How many of the three weeks have their events, in percent.
    pub percent: f64,
    /// Whether every event is stored and every report includes them. Only the last line says so.
    pub is_complete: bool,
}
