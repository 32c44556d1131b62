//! Reads the records of the stream of the orders.

use aws_lambda_events::dynamodb::EventRecord;
use goody_application::ports::Result;
use goody_domain::{History, OrderId};

use crate::DynamoStore;
use crate::order_item::OrderItem;
pub use crate::parts::StoredOrder;
use crate::parts::is_part;

/// What a record states about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamChange {
    /// The order has new facts. Holds its full history.
    Grown(History),
    /// The order has expired and is deleted. Holds its full history. No number of a report changes.
    Expired(History),
    /// One of these two for an order that is too long for a record: see [`DynamoStore::complete`].
    Long {
        /// The part of the history that is in the record.
        stored: StoredOrder,
        /// The order has expired and is deleted.
        expired: bool,
    },
    /// Nothing: the record belongs to a part of a long order. The record of the order names the part.
    Nothing,
}

impl StreamChange {
    /// The history of the order, if the record has all of it.
    pub fn history(&self) -> Option<&History> {
        match self {
            Self::Grown(history) | Self::Expired(history) => Some(history),
            Self::Long { .. } | Self::Nothing => None,
        }
    }

    /// The order.
    pub fn order_id(&self) -> Option<&OrderId> {
        match self {
            Self::Grown(history) | Self::Expired(history) => Some(history.order_id()),
            Self::Long { stored, .. } => Some(&stored.order_id),
            Self::Nothing => None,
        }
    }

    fn new(stored: StoredOrder, expired: bool) -> Self {
        if !stored.parts.is_empty() {
            return Self::Long { stored, expired };
        }
        let history = History::from_facts(stored.order_id, stored.last);
        if expired { Self::Expired(history) } else { Self::Grown(history) }
    }
}

impl DynamoStore {
    /// Reads the facts that the record has no room for. If the order has expired since, its parts are deleted and its numbers are
    /// final: then the result is [`StreamChange::Nothing`].
    ///
    /// # Errors
    /// The store failed.
    pub async fn complete(&self, change: StreamChange) -> Result<StreamChange> {
        let StreamChange::Long { stored, expired } = change else { return Ok(change) };
        Ok(match self.full_histories(vec![stored]).await?.pop() {
            Some(history) if expired => StreamChange::Expired(history),
            Some(history) => StreamChange::Grown(history),
            None => StreamChange::Nothing,
        })
    }
}

/// Parses a record. The stream may deliver a record twice, and the records of different orders in any sequence.
///
/// # Errors
/// The record has no image, or its image is not an order.
pub fn change(record: &EventRecord) -> Result<StreamChange> {
    let images = &record.change;
    let expired = record.event_name == "REMOVE";
    let image = if expired { &images.old_image } else { &images.new_image };
    if let Some(serde_dynamo::AttributeValue::S(key)) = image.get("orderId")
        && is_part(key)
    {
        return Ok(StreamChange::Nothing);
    }
    Ok(StreamChange::new(OrderItem::from_image(image.clone())?.parse()?, expired))
}
