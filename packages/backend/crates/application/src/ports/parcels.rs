//! The port of parcels: which orders have a parcel, and the facts that wait for an order.

use async_trait::async_trait;
use goody_domain::{BatchId, History, Instant, ParcelEvent, ParcelKey};

use super::Result;

/// The most orders of a parcel that are looked at.
pub const MOST_ORDERS_OF_PARCEL: usize = 100;
/// The most facts that wait. If more come, the oldest are removed.
pub const MOST_WAITING: u64 = 10_000;

/// A fact of a parcel whose order is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingParcel {
    /// The fact.
    pub parcel: ParcelEvent,
    /// When it was received.
    pub since: Instant,
    /// Its sender, see [`crate::ingest::Batch::source`].
    pub source: String,
    /// The batch with which it was sent: its events can be taken back with the others.
    pub batch_id: BatchId,
}

impl WaitingParcel {
    /// Its key among the facts that wait: the parcel, and the id of the event.
    pub fn key(&self) -> (String, String) {
        let event_id = self.parcel.event().event_id.as_deref().unwrap_or_default().to_owned();
        (parcel_term(&self.parcel.key), event_id)
    }
}

/// A text for a parcel: equal for the same parcel only.
pub fn parcel_term(key: &ParcelKey) -> String {
    let (kind, term) = key.term();
    format!("{}:{term}", kind as u8)
}

/// Finds the orders of parcels, and keeps facts until their orders are known.
#[async_trait]
pub trait ParcelStore: Send + Sync {
    /// The orders of which an event names the parcel, without those that are taken back: at most [`MOST_ORDERS_OF_PARCEL`], by id.
    async fn orders_of_parcel(&self, key: &ParcelKey) -> Result<Vec<History>>;

    /// Keeps facts until their orders are known. The same event of a parcel again changes nothing. If more than `most` wait then, the
    /// oldest are removed. Returns how many were removed.
    async fn wait(&self, parcels: Vec<WaitingParcel>, most: u64) -> Result<u64>;

    /// The facts that wait for one of the parcels, the oldest first.
    async fn waiting_for(&self, keys: &[ParcelKey]) -> Result<Vec<WaitingParcel>>;

    /// All facts that wait, the oldest first.
    async fn waiting(&self) -> Result<Vec<WaitingParcel>>;

    /// Removes facts. One that does not wait is not an error.
    async fn stop_waiting(&self, parcels: &[WaitingParcel]) -> Result<()>;

    /// Removes the facts that were received before an instant, and returns their number.
    async fn expire_waiting(&self, before: Instant) -> Result<u64>;

    /// How many facts wait. A store may count some that were removed.
    async fn count_waiting(&self) -> Result<u64>;
}
