//! The orders of parcels, and the facts that wait for an order: a partition of the facts, and an item that counts them.
//!
//! The table deletes old facts by itself, and they stay counted until the facts are read. Functions that ingest may not put items into
//! this table: every write is an update.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{
    MOST_ORDERS_OF_PARCEL, ParcelStore, REJECTION_DAYS, Result, WaitingParcel, parcel_term,
};
use goody_domain::{BatchId, History, Instant, ParcelEvent, ParcelKey};
use serde::Deserialize;

use crate::client::{MAX_CONCURRENT_CALLS, Terms, failed, number, text};
use crate::items::{Item, damaged, read};
use crate::{DynamoStore, bucket_transaction};

/// The partition of the facts. Ids of vendors contain no `#`.
const WAITING: &str = "parcels#waiting";
/// The partition and the sort key of their number.
const COUNT: (&str, &str) = ("parcels#count", "waiting");
const SECONDS_PER_DAY: i64 = 86_400;
const KEEPING: &str = "keeping a fact of a parcel";
const READING: &str = "reading the facts of parcels";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FactItem {
    since: i64,
    source: String,
    batch_id: BatchId,
    body: String,
}

fn key(waiting: &WaitingParcel) -> Item {
    let (parcel, event_id) = waiting.key();
    bucket_transaction::item_key(WAITING, format!("{parcel}#{event_id}"))
}

fn waiting_parcel(item: Item) -> Result<WaitingParcel> {
    let FactItem { since, source, batch_id, body } = read(item)?;
    let parcel = ParcelEvent::read(&body).map_err(|error| damaged("a fact of a parcel", &error))?;
    Ok(WaitingParcel { parcel, since: Instant::from_micros(since), source, batch_id })
}

fn sorted(mut found: Vec<WaitingParcel>) -> Vec<WaitingParcel> {
    found.sort_by_key(|waiting| (waiting.since, waiting.key()));
    found
}

#[async_trait]
impl ParcelStore for DynamoStore {
    async fn orders_of_parcel(&self, key: &ParcelKey) -> Result<Vec<History>> {
        let term = key.term();
        let ids = self.orders_of_term(term.0, &term.1, MOST_ORDERS_OF_PARCEL).await?;
        let mut found: Vec<History> = self.histories(&ids).await?.into_values().collect();
        // An item outlives the event that has its term.
        found.retain(|history| history.terms().contains(&term));
        found.sort_by(|one, other| one.order_id().cmp(other.order_id()));
        Ok(found)
    }

    async fn wait(&self, parcels: Vec<WaitingParcel>, most: u64) -> Result<u64> {
        let keep = |waiting: WaitingParcel| async move { self.keep_waiting(&waiting).await };
        let kept = stream::iter(parcels).map(keep).buffered(MAX_CONCURRENT_CALLS);
        let new = kept.try_filter(|is_new| std::future::ready(*is_new)).try_collect::<Vec<bool>>().await?.len();
        let count = self.add_to_count(i64::try_from(new).unwrap_or(0)).await?;
        if count <= i64::try_from(most).unwrap_or(i64::MAX) {
            return Ok(0);
        }
        let mut all = self.waiting().await?;
        let all_number = all.len();
        all.truncate(all_number.saturating_sub(usize::try_from(most).unwrap_or(usize::MAX)));
        self.delete_waiting(&all).await?;
        self.add_to_count((all_number - all.len()) as i64 - count).await?;
        Ok(all.len() as u64)
    }

    async fn waiting_for(&self, keys: &[ParcelKey]) -> Result<Vec<WaitingParcel>> {
        let find = |key: ParcelKey| async move {
            let term = parcel_term(&key);
            let found = self.facts(Some(format!("{term}#"))).await?;
            Ok(found.into_iter().filter(|waiting| waiting.key().0 == term).collect::<Vec<_>>())
        };
        let found = stream::iter(keys.to_vec()).map(find).buffered(MAX_CONCURRENT_CALLS);
        Ok(sorted(found.try_collect::<Vec<_>>().await?.into_iter().flatten().collect()))
    }

    async fn waiting(&self) -> Result<Vec<WaitingParcel>> {
        Ok(sorted(self.facts(None).await?))
    }

    async fn stop_waiting(&self, parcels: &[WaitingParcel]) -> Result<()> {
        let removed = self.delete_waiting(parcels).await?;
        self.add_to_count(-removed).await.map(drop)
    }

    async fn expire_waiting(&self, before: Instant) -> Result<u64> {
        let mut all = self.waiting().await?;
        let all_number = all.len();
        all.retain(|waiting| waiting.since < before);
        self.delete_waiting(&all).await?;
        let left = (all_number - all.len()) as i64;
        self.add_to_count(left - self.add_to_count(0).await?).await?;
        Ok(all.len() as u64)
    }

    async fn count_waiting(&self) -> Result<u64> {
        #[derive(Deserialize)]
        struct CountItem {
            waiting: i64,
        }
        let key = bucket_transaction::item_key(COUNT.0, COUNT.1.to_owned());
        let found = self.get_all("counting the facts of parcels", &self.tables.reports, vec![key]).await?;
        let counts = found.into_iter().map(read::<CountItem>).collect::<Result<Vec<_>>>()?;
        Ok(counts.first().and_then(|count| u64::try_from(count.waiting).ok()).unwrap_or(0))
    }
}

impl DynamoStore {
    /// Keeps a fact. Returns whether it is new.
    async fn keep_waiting(&self, waiting: &WaitingParcel) -> Result<bool> {
        let body = serde_json::to_string(&waiting.parcel).map_err(|error| damaged("a fact of a parcel", &error))?;
        let ttl = waiting.since.micros() / 1_000_000 + REJECTION_DAYS * SECONDS_PER_DAY;
        let terms = Terms::new([
            ("since", number(waiting.since.micros())),
            ("source", text(&waiting.source)),
            ("batchId", text(waiting.batch_id.as_str())),
            ("body", text(body)),
            ("ttl", number(ttl)),
        ]);
        let (names, values) = terms.split();
        let update = self.client.update_item().table_name(&self.tables.reports).set_key(Some(key(waiting)));
        let update = update
            .update_expression(
                "SET #since = :since, #source = :source, #batchId = :batchId, #body = :body, #ttl = :ttl",
            )
            .condition_expression("attribute_not_exists(#body)")
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failed(KEEPING)(error.into())),
            },
        }
    }

    /// Deletes facts. Returns how many were there.
    async fn delete_waiting(&self, parcels: &[WaitingParcel]) -> Result<i64> {
        let keys: Vec<Item> = parcels.iter().map(key).collect();
        let deleted = stream::iter(keys).map(|key| self.delete_existing("removing the facts of parcels", key));
        let deleted: Vec<bool> = deleted.buffer_unordered(MAX_CONCURRENT_CALLS).try_collect().await?;
        Ok(deleted.into_iter().map(i64::from).sum())
    }

    /// The facts whose sort key begins with a text; all without one.
    async fn facts(&self, prefix: Option<String>) -> Result<Vec<WaitingParcel>> {
        let mut condition = "#vendorId = :vendorId".to_owned();
        let mut terms = Terms::new([("vendorId", text(WAITING))]);
        if let Some(prefix) = prefix {
            condition += " AND begins_with(#date, :prefix)";
            terms = terms.with_names(["date"]).with_values([("prefix", text(prefix))]);
        }
        let (names, values) = terms.split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        let query = query.key_condition_expression(condition).set_expression_attribute_names(names);
        let query = query.set_expression_attribute_values(values);
        self.query(READING, query, None).await?.into_iter().map(waiting_parcel).collect()
    }

    /// Adds to the number of facts, and returns it.
    async fn add_to_count(&self, amount: i64) -> Result<i64> {
        let (names, values) = Terms::new([("waiting", number(amount))]).split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update
            .set_key(Some(bucket_transaction::item_key(COUNT.0, COUNT.1.to_owned())))
            .update_expression("ADD #waiting :waiting")
            .return_values(ReturnValue::UpdatedNew)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        let updated = update.send().await.map_err(|error| failed(KEEPING)(error.into()))?;
        let count = updated.attributes.as_ref().and_then(|item| item.get("waiting")?.as_n().ok()?.parse().ok());
        Ok(count.unwrap_or(0))
    }
}
