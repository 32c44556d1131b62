//! What became of a webhook.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookResult {
    /// It says something new, which is stored.
    Stored,
    /// What it says is stored already, or its order has expired. Nothing changed.
    Known,
    /// It is about a parcel whose order is not known yet. It is kept, and taken in when the order is known.
    Waiting,
    /// It says nothing of an order or a parcel. Nothing is stored.
    LeftOut,
    /// It is a test of the sender. Nothing is stored.
    Test,
}

/// The response to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAnswer {
    /// What became of it.
    pub result: WebhookResult,
    /// The number of new events.
    pub accepted: u64,
    /// The number of events that were already stored.
    pub duplicate: u64,
    /// The number of events of orders that have expired.
    pub expired: u64,
    /// The number of facts that wait for their order.
    pub waiting: u64,
    /// Why it waits or is left out; null otherwise.
    #[schema(required)]
    pub reason: Option<String>,
}
