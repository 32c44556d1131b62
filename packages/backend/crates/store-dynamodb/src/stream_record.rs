//! What a record of the orders' stream says.

use aws_lambda_events::dynamodb::EventRecord;
use goody_application::ports::Result;
use goody_domain::{History, OrderId};

use crate::DynamoStore;
use crate::items::OrderItem;
pub use crate::parts::Stored;
use crate::parts::is_part;

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamChange {
    /// Something more is known of it: everything that is.
    Grown(History),
    /// It was forgotten by age: everything that was known. No number of any report changes by it.
    Expired(History),
    /// One of these two about an order that is too long for a record: see [`DynamoStore::complete`].
    Long {
        /// What the record has of it.
        stored: Stored,
        /// It was forgotten by age.
        expired: bool,
    },
    /// Nothing: the record is of a part of a long order, which the order's own record names.
    Nothing,
}

impl StreamChange {
    /// The order's history, where the record has all of it.
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

    fn new(stored: Stored, expired: bool) -> Self {
        if !stored.parts.is_empty() {
            return Self::Long { stored, expired };
        }
        let history = History::from_recorded(stored.order_id, stored.last);
        if expired { Self::Expired(history) } else { Self::Grown(history) }
    }
}

impl DynamoStore {
    /// Reads what a record did not have room for. The parts of an order that was forgotten since are gone, and with them
    /// everything that the record could still change: then it says nothing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn complete(&self, told: StreamChange) -> Result<StreamChange> {
        let StreamChange::Long { stored, expired } = told else { return Ok(told) };
        Ok(match self.whole(vec![stored]).await?.pop() {
            Some(history) if expired => StreamChange::Expired(history),
            Some(history) => StreamChange::Grown(history),
            None => StreamChange::Nothing,
        })
    }
}

/// What a record says. The same record may come again, and records of different orders in any order.
///
/// # Errors
/// The record has no image, or one that is no order.
pub fn change(record: &EventRecord) -> Result<StreamChange> {
    let images = &record.change;
    let expired = record.event_name == "REMOVE";
    let image = if expired { &images.old_image } else { &images.new_image };
    if let Some(serde_dynamo::AttributeValue::S(key)) = image.get("orderId")
        && is_part(key)
    {
        return Ok(StreamChange::Nothing);
    }
    Ok(StreamChange::new(OrderItem::from_image(image.clone())?.stored()?, expired))
}
