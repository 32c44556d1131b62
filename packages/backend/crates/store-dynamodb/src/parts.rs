//! Orders with more facts than an item has room for.
//!
//! An item has 400 KB. The facts of an order are cut, from the first on, into parts of at most [`ROOM`]; the last stays in the
//! order's own item, and each full one is an item of its own in the same table. Facts are only ever added behind the others, so a
//! full part never changes, and a later cut has the same parts and more. A part is named by the order, its place and its content,
//! and is written before the order that names it: whoever writes the same part writes the same bytes, and where the order's own
//! write is refused nothing names what was written for it. The name of a part is no order's id, and no index has it.
//!
//! Parts are read with their order, and for nothing else: what lists show of the order is in its own item.

use std::collections::{HashMap, HashSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::Result;
use goody_domain::{History, OrderId, Recorded};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::DynamoStore;
use crate::client::{AT_ONCE, failed, text};
use crate::items::{FactItem, Item, damaged, fact, facts, read, write};

/// The most bytes of facts in one item, counted as JSON, which is longer than what DynamoDB counts.
const ROOM: usize = 300 * 1024;
/// Between an order's id and the rest of a part's name. No order's id has it.
const MARK: char = '/';
const DOING: &str = "reading the parts of a long order";

/// A part: some of the facts of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartItem<'a> {
    order_id: String,
    #[serde(borrow)]
    facts: Vec<FactItem<'a>>,
}

/// What an order's own item has of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub(crate) order_id: OrderId,
    /// The parts that come first.
    pub(crate) parts: Vec<String>,
    /// The facts after those of the parts.
    pub(crate) last: Vec<Recorded>,
    /// Where there are parts: [`History::summary`].
    pub(crate) summary: Vec<Recorded>,
}

impl Stored {
    /// The history as far as lists need it, without its parts: of an order with parts only its summary.
    pub(crate) fn listed(self) -> History {
        History::from_recorded(self.order_id, if self.parts.is_empty() { self.last } else { self.summary })
    }
}

/// Whether a key of the orders' table is that of a part.
pub(crate) fn is_part(key: &str) -> bool {
    key.contains(MARK)
}

/// The full parts of a history: their names and where each ends.
pub(crate) fn cut(history: &History) -> Result<Vec<(String, usize)>> {
    let (mut full, mut start, mut bytes) = (Vec::new(), 0, 0);
    let mut hash = Sha256::new();
    for (place, recorded) in history.events().iter().enumerate() {
        let written = serde_json::to_vec(&fact(recorded)).map_err(|error| damaged("what was to be written", &error))?;
        if bytes + written.len() > ROOM && place > start {
            let hash = std::mem::take(&mut hash).finalize();
            let hash: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            full.push((format!("{}{MARK}{start}{MARK}{hash}", history.order_id()), place));
            (start, bytes) = (place, 0);
        }
        bytes += written.len();
        hash.update(&written);
    }
    Ok(full)
}

fn part_key(name: &str) -> Item {
    HashMap::from([("orderId".to_owned(), text(name))])
}

impl DynamoStore {
    /// Writes the parts of a history that are full now and were not at a version.
    pub(crate) async fn write_parts(&self, history: &History, from_version: usize) -> Result<()> {
        let mut start = 0;
        for (name, end) in cut(history)? {
            // What was stored then may have had this part as its last: written again, it is the same.
            if end >= from_version {
                let facts = history.events()[start..end].iter().map(fact).collect();
                let item = write(&PartItem { order_id: name, facts })?;
                let put = self.client.put_item().table_name(&self.tables.orders).set_item(Some(item));
                put.send().await.map_err(|error| failed("saving a part of a long order")(error.into()))?;
            }
            start = end;
        }
        Ok(())
    }

    /// Deletes the parts of an order that is gone.
    pub(crate) async fn delete_parts(&self, history: &History) -> Result<()> {
        for (name, _) in cut(history)? {
            let delete = self.client.delete_item().table_name(&self.tables.orders).set_key(Some(part_key(&name)));
            delete.send().await.map_err(|error| failed("forgetting a part of a long order")(error.into()))?;
        }
        Ok(())
    }

    /// The whole histories of orders as they are stored. Those whose parts are gone are left out: they were forgotten meanwhile.
    pub(crate) async fn whole(&self, stored: Vec<Stored>) -> Result<Vec<History>> {
        let whole = stream::iter(stored).map(|stored| self.whole_one(stored)).buffered(AT_ONCE);
        Ok(whole.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn whole_one(&self, stored: Stored) -> Result<Option<History>> {
        let Stored { order_id, parts, last, .. } = stored;
        if parts.is_empty() {
            return Ok(Some(History::from_recorded(order_id, last)));
        }
        let names: HashSet<&String> = parts.iter().collect();
        let keys = names.into_iter().map(|name| part_key(name)).collect();
        let mut found: HashMap<String, Vec<Recorded>> = HashMap::new();
        for item in self.get_all(DOING, &self.tables.orders, keys).await? {
            let part: PartItem<'_> = read(item)?;
            found.insert(part.order_id, facts(&order_id, part.facts)?);
        }
        let mut events = Vec::new();
        for name in &parts {
            let Some(facts) = found.remove(name) else {
                let order = self.get_all(DOING, &self.tables.orders, vec![part_key(order_id.as_str())]).await?;
                let missing = || damaged("an order", &format!("its part {name} is missing"));
                return if order.is_empty() { Ok(None) } else { Err(missing()) };
            };
            events.extend(facts);
        }
        events.extend(last);
        Ok(Some(History::from_recorded(order_id, events)))
    }
}
