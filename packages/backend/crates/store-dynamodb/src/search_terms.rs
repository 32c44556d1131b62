//! The terms by which orders are found: one item for each term of an order, in the partition of the term. Ids of parcels have
//! partitions of their own, so that no search finds them.
//!
//! The id of an order needs an item only if it is not its own search form: the index of all ids finds the start of an id, in the
//! spelling of the search, in small letters and in capitals. An item is written before the order that has its term, and outlives the
//! event that has it, until the order expires: so a search checks the terms of every order that it finds, and a write that was
//! refused leaves nothing wrong.

use std::collections::{BTreeSet, HashSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::Result;
use goody_domain::{History, OrderId, SearchTerm, SearchTerms, TermKind};

use crate::client::{MAX_CONCURRENT_CALLS, Terms, failed, text};
use crate::items::{Item, damaged};
use crate::order_item::ALL;
use crate::tables::BY_ID;
use crate::{DynamoStore, bucket_transaction};

/// The most orders that a search loads.
const MOST_FOUND: usize = 1_000;

/// The partition of a term. Ids of vendors contain no `#`.
fn partition(kind: TermKind, term: &str) -> String {
    let prefix = if kind == TermKind::ParcelId { "parcel" } else { "term" };
    format!("{prefix}#{term}")
}

/// The partitions in which an order has an item.
fn partitions(order_id: &OrderId, terms: &SearchTerms) -> BTreeSet<String> {
    let has_item = |(kind, term): &&(TermKind, String)| *kind != TermKind::OrderId || term != order_id.as_str();
    terms.iter().filter(has_item).map(|(kind, term)| partition(*kind, term)).collect()
}

fn key(partition: &str, order_id: &OrderId) -> Item {
    bucket_transaction::item_key(partition, order_id.to_string())
}

/// What a search finds.
pub(crate) struct Found {
    /// Orders that may have the term.
    pub(crate) ids: Vec<OrderId>,
    /// Whether these are all.
    pub(crate) is_complete: bool,
}

impl DynamoStore {
    /// Writes the terms that an order did not have at `from_version`; all terms if it had no placement then.
    pub(crate) async fn write_terms(&self, history: &History, from_version: usize) -> Result<()> {
        let terms = history.terms();
        let before = match history.at_version(from_version) {
            Some(_) => history.terms_at(from_version),
            None => SearchTerms::new(),
        };
        let new = partitions(history.order_id(), &terms);
        let known = partitions(history.order_id(), &before);
        let keys = new.difference(&known).map(|partition| key(partition, history.order_id()));
        self.write_term_items(keys.collect()).await
    }

    async fn write_term_items(&self, keys: Vec<Item>) -> Result<()> {
        // An update without changes creates an item of its key. Functions that ingest may not put items into this table.
        let write = async |key: Item| {
            let update = self.client.update_item().table_name(&self.tables.reports).set_key(Some(key));
            update.send().await.map(drop).map_err(|error| failed("writing the terms of an order")(error.into()))
        };
        stream::iter(keys).map(write).buffered(MAX_CONCURRENT_CALLS).try_collect().await
    }

    /// Writes the terms of orders that have no item, as those of an earlier version of the program. Returns their number.
    pub(crate) async fn write_missing_terms(&self, histories: impl Iterator<Item = &History>) -> Result<u64> {
        const DOING: &str = "reading the terms of orders";
        let mut expected: Vec<Item> = Vec::new();
        for history in histories {
            let partitions = partitions(history.order_id(), &history.terms());
            expected.extend(partitions.iter().map(|partition| key(partition, history.order_id())));
        }
        let found = self.get_all(DOING, &self.tables.reports, expected.clone()).await?;
        let found: HashSet<(String, String)> = found.iter().map(keys).collect();
        let missing: Vec<Item> = expected.into_iter().filter(|key| !found.contains(&keys(key))).collect();
        let number = missing.len() as u64;
        self.write_term_items(missing).await?;
        Ok(number)
    }

    /// Deletes the terms of an order that expires, also those of events that are taken back.
    pub(crate) async fn delete_terms(&self, history: &History) -> Result<()> {
        let partitions = partitions(history.order_id(), &history.terms_ever());
        let keys = partitions.iter().map(|partition| key(partition, history.order_id()));
        self.delete_all("deleting the terms of an order", &self.tables.reports, keys.collect()).await
    }

    /// The orders that may have a term: the whole term, or an id that begins with it.
    pub(crate) async fn find_orders(&self, search: &SearchTerm) -> Result<Found> {
        let prefixes: BTreeSet<String> =
            [search.given().to_owned(), search.as_str().to_owned(), search.as_str().to_uppercase()].into();
        // Other texts begin no id.
        let prefixes = prefixes.into_iter().filter(|prefix| OrderId::parse(prefix).is_ok());
        let of_ids = stream::iter(prefixes).map(|prefix| self.find_ids(prefix)).buffered(MAX_CONCURRENT_CALLS);
        let (of_term, of_ids) = futures::try_join!(self.find_term(search), of_ids.try_collect::<Vec<_>>())?;
        let found: BTreeSet<OrderId> = of_term.into_iter().chain(of_ids.into_iter().flatten()).collect();
        let is_complete = found.len() <= MOST_FOUND;
        Ok(Found { ids: found.into_iter().take(MOST_FOUND).collect(), is_complete })
    }

    async fn find_term(&self, search: &SearchTerm) -> Result<Vec<OrderId>> {
        // References and tracking numbers share the partitions of their terms.
        self.orders_in(partition(TermKind::Reference, search.as_str()), MOST_FOUND + 1).await
    }

    /// The orders that may have a term, by id: at most `most`.
    pub(crate) async fn orders_of_term(&self, kind: TermKind, term: &str, most: usize) -> Result<Vec<OrderId>> {
        self.orders_in(partition(kind, term), most).await
    }

    async fn orders_in(&self, partition: String, most: usize) -> Result<Vec<OrderId>> {
        let (names, values) = Terms::new([("vendorId", text(partition))]).split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        let query = query.key_condition_expression("#vendorId = :vendorId").set_expression_attribute_names(names);
        let query = query.set_expression_attribute_values(values);
        let found = self.query("searching a term", query, Some(most)).await?;
        found.iter().map(|item| order_id(item, "date")).collect()
    }

    async fn find_ids(&self, prefix: String) -> Result<Vec<OrderId>> {
        let (names, values) = Terms::new([("all", text(ALL)), ("orderId", text(prefix))]).split();
        let query = self.client.query().table_name(&self.tables.orders).index_name(BY_ID);
        let query = query.key_condition_expression("#all = :all AND begins_with(#orderId, :orderId)");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let found = self.query("searching the ids of orders", query, Some(MOST_FOUND + 1)).await?;
        found.iter().map(|item| order_id(item, "orderId")).collect()
    }
}

fn key_text(item: &Item, attribute: &str) -> String {
    item.get(attribute).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

/// The order in a key of an item.
fn order_id(item: &Item, attribute: &str) -> Result<OrderId> {
    OrderId::parse(&key_text(item, attribute)).map_err(|reason| damaged("a term", &reason))
}

/// The keys of an item.
fn keys(item: &Item) -> (String, String) {
    (key_text(item, "vendorId"), key_text(item, "date"))
}
