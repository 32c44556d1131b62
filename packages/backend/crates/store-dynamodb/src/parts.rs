//! Orders with more facts than one item has room for.
//!
//! An item has at most 400 KB. The facts of a long order are split, from the first on, into parts of at most [`MAX_PART_BYTES`].
//! Each full part is a separate item in the same table; the facts after the last full part are in the order's item. New facts are
//! always appended, so a full part never changes, and a later split has the same parts and perhaps more. The name of a part
//! consists of the order's id, the index of its first fact and a hash of its content. A part is written before the order that
//! names it: two writers of the same part write the same bytes, and when the write of the order is refused, no order names the
//! new part. The name of a part is not a valid order id, and no index holds parts.
//!
//! Parts are read only together with their order. Lists do not need them: the order's item has a summary.

use std::collections::{HashMap, HashSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::Result;
use goody_domain::{History, HistoryFact, OrderId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::DynamoStore;
use crate::client::{MAX_CONCURRENT_CALLS, failed, text};
use crate::items::{FactItem, Item, cannot_write, damaged, fact, facts, read, write};

/// The maximum size of the facts in one item, in bytes of JSON. JSON is longer than the size that DynamoDB computes.
const MAX_PART_BYTES: usize = 300 * 1024;
/// Separates the fields of a part's name. Order ids do not contain it.
const PART_SEPARATOR: char = '/';
const DOING: &str = "reading the parts of a long order";

/// A part: some of the facts of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartItem<'a> {
    order_id: String,
    #[serde(borrow)]
    facts: Vec<FactItem<'a>>,
}

/// The part of a history that is in the order's item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOrder {
    pub(crate) order_id: OrderId,
    /// The names of the parts, which hold the first facts.
    pub(crate) parts: Vec<String>,
    /// The facts after those in the parts.
    pub(crate) last: Vec<HistoryFact>,
    /// With parts only: [`History::summary`].
    pub(crate) summary: Vec<HistoryFact>,
}

impl StoredOrder {
    /// The history as lists need it: of an order with parts, only the summary.
    pub(crate) fn list_history(self) -> History {
        History::from_facts(self.order_id, if self.parts.is_empty() { self.last } else { self.summary })
    }
}

/// Whether a key of the table of the orders is the name of a part.
pub(crate) fn is_part(key: &str) -> bool {
    key.contains(PART_SEPARATOR)
}

/// The full parts of a history: for each, its name and the index after its last fact.
pub(crate) fn split_into_parts(history: &History) -> Result<Vec<(String, usize)>> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, 0);
    let mut hash = Sha256::new();
    for (index, stored) in history.facts().iter().enumerate() {
        let written = serde_json::to_vec(&fact(stored)).map_err(|error| cannot_write(&error))?;
        if bytes + written.len() > MAX_PART_BYTES && index > start {
            let hash = std::mem::take(&mut hash).finalize();
            let hash: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            parts.push((format!("{}{PART_SEPARATOR}{start}{PART_SEPARATOR}{hash}", history.order_id()), index));
            (start, bytes) = (index, 0);
        }
        bytes += written.len();
        hash.update(&written);
    }
    Ok(parts)
}

fn part_key(name: &str) -> Item {
    HashMap::from([("orderId".to_owned(), text(name))])
}

impl DynamoStore {
    /// Writes the full parts of a history that were not full yet at `from_version`.
    pub(crate) async fn write_parts(&self, history: &History, from_version: usize) -> Result<()> {
        let mut start = 0;
        for (name, end) in split_into_parts(history)? {
            // Up to version `end`, the order's own item held these facts.
            if end >= from_version {
                let facts = history.facts()[start..end].iter().map(fact).collect();
                let item = write(&PartItem { order_id: name, facts })?;
                let put = self.client.put_item().table_name(&self.tables.orders).set_item(Some(item));
                put.send().await.map_err(|error| failed("saving a part of a long order")(error.into()))?;
            }
            start = end;
        }
        Ok(())
    }

    /// Deletes the parts of a deleted order.
    pub(crate) async fn delete_parts(&self, history: &History) -> Result<()> {
        for (name, _) in split_into_parts(history)? {
            let delete = self.client.delete_item().table_name(&self.tables.orders).set_key(Some(part_key(&name)));
            delete.send().await.map_err(|error| failed("deleting a part of a long order")(error.into()))?;
        }
        Ok(())
    }

    /// The full histories of stored orders. An order that was deleted since, together with its parts, is left out.
    pub(crate) async fn full_histories(&self, stored: Vec<StoredOrder>) -> Result<Vec<History>> {
        let histories = stream::iter(stored).map(|stored| self.full_history(stored)).buffered(MAX_CONCURRENT_CALLS);
        Ok(histories.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn full_history(&self, stored: StoredOrder) -> Result<Option<History>> {
        let StoredOrder { order_id, parts, last, .. } = stored;
        if parts.is_empty() {
            return Ok(Some(History::from_facts(order_id, last)));
        }
        let names: HashSet<&String> = parts.iter().collect();
        let keys = names.into_iter().map(|name| part_key(name)).collect();
        let mut found: HashMap<String, Vec<HistoryFact>> = HashMap::new();
        for item in self.get_all(DOING, &self.tables.orders, keys).await? {
            let part: PartItem<'_> = read(item)?;
            found.insert(part.order_id, facts(&order_id, part.facts)?);
        }
        let mut all = Vec::new();
        for name in &parts {
            let Some(facts) = found.remove(name) else {
                let order = self.get_all(DOING, &self.tables.orders, vec![part_key(order_id.as_str())]).await?;
                let missing = || damaged("an order", &format!("its part {name} is missing"));
                return if order.is_empty() { Ok(None) } else { Err(missing()) };
            };
            all.extend(facts);
        }
        all.extend(last);
        Ok(Some(History::from_facts(order_id, all)))
    }
}
