//! Items in the form of the client, and the form of a fact in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use goody_application::ports::{Result, StoreError};
use goody_domain::{BatchId, HistoryFact, Instant, OrderId, Recorded, Retraction, WireEvent};
use serde::{Deserialize, Serialize};

/// An item, as the client takes it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A fact and when it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactItem<'a> {
    /// In microseconds since 1970.
    recorded_at: i64,
    /// The batch that recorded the event; absent in the items of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<BatchId>,
    /// The batch whose events are taken back. The fact is a retraction, and has no event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retracts: Option<BatchId>,
    #[serde(flatten, borrow)]
    event: WireEvent<'a>,
}

/// The stored form of a fact.
pub(crate) fn fact(fact: &HistoryFact) -> FactItem<'_> {
    let recorded_at = fact.recorded_at().micros();
    match fact {
        HistoryFact::Event(Recorded { event, batch_id, .. }) => {
            let event = WireEvent { order_id: None, ..WireEvent::from(event) };
            FactItem { recorded_at, batch: batch_id.clone(), retracts: None, event }
        }
        HistoryFact::Retraction(Retraction { batch_id, .. }) => {
            FactItem { recorded_at, batch: None, retracts: Some(batch_id.clone()), event: WireEvent::default() }
        }
    }
}

/// Parses the stored facts of an order.
pub(crate) fn facts(order_id: &OrderId, facts: Vec<FactItem<'_>>) -> Result<Vec<HistoryFact>> {
    let read = facts.into_iter().map(|FactItem { recorded_at, batch, retracts, event }| {
        let recorded_at = Instant::from_micros(recorded_at);
        if let Some(batch_id) = retracts {
            return Ok(HistoryFact::Retraction(Retraction { batch_id, recorded_at }));
        }
        let event = WireEvent { order_id: Some(order_id.as_str().into()), ..event }.event();
        let event = event.map_err(|rejection| damaged("a fact", &rejection))?;
        Ok(HistoryFact::Event(Recorded { event, recorded_at, batch_id: batch }))
    });
    read.collect()
}

/// Encodes a value as an item.
pub(crate) fn write(item: &impl Serialize) -> Result<Item> {
    serde_dynamo::to_item(item).map_err(|error| cannot_write(&error))
}

/// Decodes an item.
pub(crate) fn read<'a, T: Deserialize<'a>>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| damaged("an item", &error))
}

/// The error for a value that has no stored form.
pub(crate) fn cannot_write(error: &(impl std::fmt::Display + ?Sized)) -> StoreError {
    StoreError::Damaged(format!("an item cannot be written: {error}"))
}

/// The error for a stored value that cannot be read.
pub(crate) fn damaged(what: &str, error: &(impl std::fmt::Display + ?Sized)) -> StoreError {
    StoreError::Damaged(format!("{what} cannot be read: {error}"))
}
