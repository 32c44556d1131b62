//! What a record of the orders' stream says.

use aws_lambda_events::dynamodb::EventRecord;
use goody_application::ports::Result;
use goody_domain::History;

use crate::items::OrderItem;

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something more is known of it: everything that is.
    Grown(History),
    /// It was forgotten by age: everything that was known. No number of any report changes by it.
    Expired(History),
}

impl Told {
    /// The order's history.
    pub fn history(&self) -> &History {
        match self {
            Self::Grown(history) | Self::Expired(history) => history,
        }
    }
}

/// What a record says. The same record may come again, and records of different orders in any order.
///
/// # Errors
/// The record has no image, or one that is no order.
pub fn change(record: &EventRecord) -> Result<Told> {
    let images = &record.change;
    if record.event_name == "REMOVE" {
        return OrderItem::from_image(images.old_image.clone())?.history().map(Told::Expired);
    }
    OrderItem::from_image(images.new_image.clone())?.history().map(Told::Grown)
}
