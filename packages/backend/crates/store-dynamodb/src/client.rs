//! Calls to DynamoDB: they read every page, send unprocessed keys again, and retry a bounded number of times.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::{BoxError, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, KeysAndAttributes, TransactWriteItem, WriteRequest};
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{Result, StoreError};

use crate::DynamoStore;
use crate::items::Item;

/// The maximum number of attempts of a call.
const MAX_ATTEMPTS: u32 = 12;
/// The base of the pauses, and the longest pause, in milliseconds.
const PAUSES: (u64, u64) = (8, 1_000);
/// The maximum number of calls at the same time.
pub(crate) const MAX_CONCURRENT_CALLS: usize = 16;
/// The maximum number of items in one `BatchGetItem`.
const GET_BATCH: usize = 100;
/// The maximum number of items in one `BatchWriteItem`.
const DELETE_BATCH: usize = 25;

/// Exponential backoff with jitter.
#[derive(Default)]
pub(crate) struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The number of attempts has reached [`MAX_ATTEMPTS`].
    pub(crate) async fn wait(&mut self) -> Result<()> {
        self.attempts += 1;
        if self.attempts >= MAX_ATTEMPTS {
            return Err(StoreError::Contended(self.attempts as usize));
        }
        metrics::counter!("goody_store_retries_total").increment(1);
        let (first, longest) = PAUSES;
        let pause = (first << self.attempts).min(longest);
        tokio::time::sleep(Duration::from_millis(fastrand::u64(pause / 2..=pause))).await;
        Ok(())
    }
}

/// Makes an error of the client an error of the ports.
pub(crate) fn failed(doing: &'static str) -> impl Fn(BoxError) -> StoreError {
    move |source| StoreError::Unavailable { doing, source }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The outcome of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TransactionOutcome {
    /// Everything is written.
    Committed,
    /// Nothing is written. The conditions of the writes at these indexes did not hold; no index means that another writer changed
    /// the same items at the same time.
    Refused(Vec<usize>),
}

impl DynamoStore {
    /// The items of these keys, by a consistent read and in no order. A key without an item is left out.
    pub(crate) async fn get_all(&self, doing: &'static str, table: &str, keys: Vec<Item>) -> Result<Vec<Item>> {
        let chunks: Vec<Vec<Item>> = keys.chunks(GET_BATCH).map(<[Item]>::to_vec).collect();
        let found = stream::iter(chunks).map(|keys| self.get_batch(doing, table, keys)).buffered(MAX_CONCURRENT_CALLS);
        Ok(found.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn get_batch(&self, doing: &'static str, table: &str, keys: Vec<Item>) -> Result<Vec<Item>> {
        let mut found = Vec::with_capacity(keys.len());
        let mut unprocessed = Some(keys);
        let mut backoff = Backoff::default();
        while let Some(keys) = unprocessed.take() {
            let table_keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let table_keys = table_keys.map_err(|error| failed(doing)(error.into()))?;
            let response = self.client.batch_get_item().request_items(table, table_keys).send().await;
            let response = response.map_err(|error| failed(doing)(error.into()))?;
            found.extend(response.responses.into_iter().flatten().flat_map(|(_, items)| items));
            unprocessed = response.unprocessed_keys.and_then(|mut keys| keys.remove(table)).map(|keys| keys.keys);
            unprocessed = unprocessed.filter(|keys| !keys.is_empty());
            if unprocessed.is_some() {
                backoff.wait().await?;
            }
        }
        Ok(found)
    }

    /// The item of a key, by a consistent read.
    pub(crate) async fn get(&self, doing: &'static str, table: &str, key: Item) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(table).set_key(Some(key)).consistent_read(true);
        Ok(call.send().await.map_err(|error| failed(doing)(error.into()))?.item)
    }

    /// All items that a query finds, page after page; at most `limit` if there is a limit.
    pub(crate) async fn query(
        &self,
        doing: &'static str,
        query: QueryFluentBuilder,
        limit: Option<usize>,
    ) -> Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let left = limit.map(|limit| i32::try_from(limit - found.len()).unwrap_or(i32::MAX));
            let page = query.clone().set_limit(left).set_exclusive_start_key(start).send().await;
            let page = page.map_err(|error| failed(doing)(error.into()))?;
            found.extend(page.items.into_iter().flatten());
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() || limit.is_some_and(|limit| found.len() >= limit) {
                return Ok(found);
            }
        }
    }

    /// Deletes an item of the table of reports. Returns whether it was there.
    pub(crate) async fn delete_existing(&self, doing: &'static str, key: Item) -> Result<bool> {
        let delete = self.client.delete_item().table_name(&self.tables.reports).set_key(Some(key));
        let delete = delete.condition_expression("attribute_exists(vendorId)");
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failed(doing)(error.into())),
            },
        }
    }

    /// Deletes the items of these keys. A key without an item is not an error.
    pub(crate) async fn delete_all(&self, doing: &'static str, table: &str, keys: Vec<Item>) -> Result<()> {
        for keys in keys.chunks(DELETE_BATCH) {
            let delete = |key: &Item| {
                let delete = DeleteRequest::builder().set_key(Some(key.clone())).build();
                Ok(WriteRequest::builder().delete_request(delete.map_err(|error| failed(doing)(error.into()))?).build())
            };
            let mut unprocessed: Vec<WriteRequest> = keys.iter().map(delete).collect::<Result<_>>()?;
            let mut backoff = Backoff::default();
            loop {
                let response = self.client.batch_write_item().request_items(table, unprocessed).send().await;
                let response = response.map_err(|error| failed(doing)(error.into()))?;
                unprocessed = response.unprocessed_items.and_then(|mut items| items.remove(table)).unwrap_or_default();
                if unprocessed.is_empty() {
                    break;
                }
                backoff.wait().await?;
            }
        }
        Ok(())
    }

    /// Writes everything, or nothing.
    pub(crate) async fn transact(
        &self,
        doing: &'static str,
        writes: Vec<TransactWriteItem>,
    ) -> Result<TransactionOutcome> {
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(TransactionOutcome::Committed),
            Err(error) => match refused(&error) {
                None => Err(failed(doing)(error.into())),
                Some(indexes) => {
                    metrics::counter!("goody_write_conflicts_total").increment(1);
                    Ok(TransactionOutcome::Refused(indexes))
                }
            },
        }
    }
}

/// The indexes of the conditions that did not hold. `None` if the transaction failed for another reason than a condition, a
/// conflict with another writer, or throttling.
fn refused(error: &SdkError<TransactWriteItemsError>) -> Option<Vec<usize>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let mut indexes = Vec::new();
            for (index, reason) in cancelled.cancellation_reasons().iter().enumerate() {
                match reason.code() {
                    None
                    | Some("None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {}
                    Some("ConditionalCheckFailed") => indexes.push(index),
                    Some(_) => return None,
                }
            }
            Some(indexes)
        }
        TransactWriteItemsError::TransactionInProgressException(_)
        | TransactWriteItemsError::ProvisionedThroughputExceededException(_) => Some(Vec::new()),
        _ => None,
    }
}

/// The names of an expression, as the client takes them.
pub(crate) type Names = Option<HashMap<String, String>>;
/// The values of an expression, as the client takes them.
pub(crate) type Values = Option<HashMap<String, AttributeValue>>;

/// The names and values of an expression. Placeholders keep attribute names apart from DynamoDB's reserved words.
#[derive(Default)]
pub(crate) struct Terms {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Terms {
    /// Each attribute as `#name` and its value as `:name`.
    pub(crate) fn new<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Self {
        let mut terms = Self::default();
        for (name, value) in pairs {
            terms.names.insert(format!("#{name}"), name.to_owned());
            terms.values.insert(format!(":{name}"), value);
        }
        terms
    }

    /// Adds values that belong to no attribute of the same name.
    pub(crate) fn with_values<const N: usize>(mut self, values: [(&str, AttributeValue); N]) -> Self {
        self.values.extend(values.map(|(name, value)| (format!(":{name}"), value)));
        self
    }

    /// Adds attributes without a value.
    pub(crate) fn with_names<const N: usize>(mut self, names: [&str; N]) -> Self {
        self.names.extend(names.map(|name| (format!("#{name}"), name.to_owned())));
        self
    }

    /// Adds an attribute as `#alias`.
    pub(crate) fn with_alias(mut self, alias: &str, attribute: &str) -> Self {
        self.names.insert(format!("#{alias}"), attribute.to_owned());
        self
    }

    pub(crate) fn split(self) -> (Names, Values) {
        (Some(self.names).filter(|names| !names.is_empty()), Some(self.values).filter(|values| !values.is_empty()))
    }
}
