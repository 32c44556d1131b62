//! Calls to DynamoDB: until all of it is done, and tried again within bounds.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::{BoxError, SdkError};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, KeysAndAttributes, TransactWriteItem, WriteRequest};
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{Result, StoreError};

use crate::DynamoStore;
use crate::items::Item;

/// How often anything is tried.
const ATTEMPTS: u32 = 12;
/// The first pause, and the longest, in milliseconds.
const PAUSES: (u64, u64) = (8, 1_000);
/// How many calls are under way at once.
pub(crate) const AT_ONCE: usize = 16;
/// The most items of one `BatchGetItem`.
const BATCH: usize = 100;
/// The most items of one `BatchWriteItem`.
const DELETED: usize = 25;

/// Tries things again, after pauses that grow and that no two callers share.
#[derive(Default)]
pub(crate) struct Patience {
    attempts: u32,
}

impl Patience {
    /// Waits for the next attempt; an error when there were enough.
    pub(crate) async fn wait(&mut self) -> Result<()> {
        self.attempts += 1;
        if self.attempts >= ATTEMPTS {
            return Err(StoreError::Contended(self.attempts as usize));
        }
        metrics::counter!("goody_store_retries_total").increment(1);
        let (first, longest) = PAUSES;
        let pause = (first << self.attempts).min(longest);
        tokio::time::sleep(Duration::from_millis(fastrand::u64(pause / 2..=pause))).await;
        Ok(())
    }
}

/// An error of the client as one of the ports.
pub(crate) fn failed(doing: &'static str) -> impl Fn(BoxError) -> StoreError {
    move |source| StoreError::Unavailable { doing, source }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// What became of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Transacted {
    /// All of it is written.
    Done,
    /// Nothing is written: the conditions at these places did not hold. None where others were writing the same items.
    Refused(Vec<usize>),
}

impl DynamoStore {
    /// The items of those keys that are there, in no order, as they are now.
    pub(crate) async fn get_all(&self, doing: &'static str, table: &str, keys: Vec<Item>) -> Result<Vec<Item>> {
        let chunks: Vec<Vec<Item>> = keys.chunks(BATCH).map(<[Item]>::to_vec).collect();
        let found = stream::iter(chunks).map(|keys| self.get_batch(doing, table, keys)).buffered(AT_ONCE);
        Ok(found.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn get_batch(&self, doing: &'static str, table: &str, keys: Vec<Item>) -> Result<Vec<Item>> {
        let mut found = Vec::with_capacity(keys.len());
        let mut wanted = Some(keys);
        let mut patience = Patience::default();
        while let Some(keys) = wanted.take() {
            let of_table = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let of_table = of_table.map_err(|error| failed(doing)(error.into()))?;
            let answer = self.client.batch_get_item().request_items(table, of_table).send().await;
            let answer = answer.map_err(|error| failed(doing)(error.into()))?;
            found.extend(answer.responses.into_iter().flatten().flat_map(|(_, items)| items));
            wanted = answer.unprocessed_keys.and_then(|mut keys| keys.remove(table)).map(|keys| keys.keys);
            wanted = wanted.filter(|keys| !keys.is_empty());
            if wanted.is_some() {
                patience.wait().await?;
            }
        }
        Ok(found)
    }

    /// The item of a key as it is now.
    pub(crate) async fn get(&self, doing: &'static str, table: &str, key: Item) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(table).set_key(Some(key)).consistent_read(true);
        Ok(call.send().await.map_err(|error| failed(doing)(error.into()))?.item)
    }

    /// Everything that a query finds, page after page; no more than `limit` where there is one.
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

    /// Deletes the items of those keys, whether they are there or not.
    pub(crate) async fn delete_all(&self, doing: &'static str, table: &str, keys: Vec<Item>) -> Result<()> {
        for keys in keys.chunks(DELETED) {
            let delete = |key: &Item| {
                let delete = DeleteRequest::builder().set_key(Some(key.clone())).build();
                Ok(WriteRequest::builder().delete_request(delete.map_err(|error| failed(doing)(error.into()))?).build())
            };
            let mut wanted: Vec<WriteRequest> = keys.iter().map(delete).collect::<Result<_>>()?;
            let mut patience = Patience::default();
            loop {
                let answer = self.client.batch_write_item().request_items(table, wanted).send().await;
                let answer = answer.map_err(|error| failed(doing)(error.into()))?;
                wanted = answer.unprocessed_items.and_then(|mut items| items.remove(table)).unwrap_or_default();
                if wanted.is_empty() {
                    break;
                }
                patience.wait().await?;
            }
        }
        Ok(())
    }

    /// Writes everything or nothing.
    pub(crate) async fn transact(&self, doing: &'static str, writes: Vec<TransactWriteItem>) -> Result<Transacted> {
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(Transacted::Done),
            Err(error) => match refused(&error) {
                None => Err(failed(doing)(error.into())),
                Some(places) => {
                    metrics::counter!("goody_write_conflicts_total").increment(1);
                    Ok(Transacted::Refused(places))
                }
            },
        }
    }
}

/// Where conditions did not hold, if nothing worse happened than that or others writing the same.
fn refused(error: &SdkError<TransactWriteItemsError>) -> Option<Vec<usize>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let mut places = Vec::new();
            for (place, reason) in cancelled.cancellation_reasons().iter().enumerate() {
                match reason.code() {
                    None
                    | Some("None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {}
                    Some("ConditionalCheckFailed") => places.push(place),
                    Some(_) => return None,
                }
            }
            Some(places)
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

/// Names and values of an expression, so that no name is taken for a word of DynamoDB's own.
#[derive(Default)]
pub(crate) struct Terms {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Terms {
    /// Each attribute as `#name`, and its value as `:name`.
    pub(crate) fn new<const N: usize>(terms: [(&str, AttributeValue); N]) -> Self {
        let mut made = Self::default();
        for (name, value) in terms {
            made.names.insert(format!("#{name}"), name.to_owned());
            made.values.insert(format!(":{name}"), value);
        }
        made
    }

    /// Also these values, which are not of the attribute of their name.
    pub(crate) fn values<const N: usize>(mut self, values: [(&str, AttributeValue); N]) -> Self {
        self.values.extend(values.map(|(name, value)| (format!(":{name}"), value)));
        self
    }

    /// Also these attributes, without a value.
    pub(crate) fn names<const N: usize>(mut self, names: [&str; N]) -> Self {
        self.names.extend(names.map(|name| (format!("#{name}"), name.to_owned())));
        self
    }

    /// Also this attribute, as `#called`.
    pub(crate) fn named(mut self, called: &str, attribute: &str) -> Self {
        self.names.insert(format!("#{called}"), attribute.to_owned());
        self
    }

    pub(crate) fn split(self) -> (Names, Values) {
        (Some(self.names).filter(|names| !names.is_empty()), Some(self.values).filter(|values| !values.is_empty()))
    }
}
