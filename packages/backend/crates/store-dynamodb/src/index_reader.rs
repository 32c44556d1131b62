//! Readers of the indexes of the orders: one reader per partition, and a reader that merges several partitions by sort key.

use std::cmp::Reverse;
use std::collections::VecDeque;

use aws_sdk_dynamodb::types::Select;
use futures::future::try_join_all;
use goody_application::ports::{OpenOrder, Position, Result};
use goody_domain::{Instant, OrderId, Status};
use serde::Deserialize;

use crate::DynamoStore;
use crate::client::{Names, Terms, Values, failed, text};
use crate::items::{Item, damaged, read};
use crate::order_item::{OpenAttributes, sort_key};

/// The size of the first page of a reader that may skip entries. Later pages are as large as DynamoDB makes them: 1 MB.
const FIRST_PAGE: usize = 1_000;
/// The maximum number of queries of one [`MergedReader::peek`]. Each returns some thousand entries.
const MAX_QUERIES: usize = 7;

/// An order in an index.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    order_id: String,
    created_at: Option<String>,
    updated_at: Option<String>,
    pub(crate) vendor_id: Option<String>,
    status: Option<String>,
    pub(crate) gift_type: Option<String>,
    pub(crate) promise: Option<i64>,
    #[serde(default)]
    pub(crate) late: bool,
    pub(crate) open: Option<OpenAttributes>,
}

impl Entry {
    /// Its sort key in the index.
    fn sort_key(&self, sort_attribute: &str) -> String {
        let sort_key = if sort_attribute == "updatedAt" { &self.updated_at } else { &self.created_at };
        sort_key.clone().unwrap_or_default()
    }

    pub(crate) fn status(&self) -> Option<Status> {
        self.status.as_deref().and_then(Status::parse)
    }

    /// What lists of open orders need to know of an open order. `None` if the entry does not have it: an earlier version of the program
    /// wrote it.
    pub(crate) fn open_order(&self) -> Result<Option<OpenOrder>> {
        let (Some(open), Some(status)) = (self.open, self.status()) else { return Ok(None) };
        let micros = self.created_at.as_deref().and_then(|sort_key| sort_key.split_once('#')?.0.parse().ok());
        let created_at = micros.ok_or_else(|| damaged("an entry of an index", &"has no time of placement"))?;
        Ok(Some(OpenOrder {
            status,
            created_at: Instant::from_micros(created_at),
            promise: self.promise.map(Instant::from_micros),
            unshipped_at: open.unshipped_at.map(Instant::from_micros),
            stalled_at: open.stalled_at.map(Instant::from_micros),
            gift_value: open.gift_value,
        }))
    }

    pub(crate) fn order_id(&self) -> Result<OrderId> {
        OrderId::parse(&self.order_id).map_err(|reason| damaged("an entry of an index", &reason))
    }
}

/// A partition of an index.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    pub(crate) index: &'static str,
    /// The attribute that is the partition key.
    pub(crate) attribute: &'static str,
    /// The value of the partition key.
    pub(crate) value: String,
    /// The attribute that is the sort key.
    pub(crate) sort_attribute: &'static str,
}

/// The sort keys to read, both ends included, and the direction.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) oldest_first: bool,
    /// The range begins after this sort key.
    pub(crate) after: Option<String>,
}

impl Range {
    /// The sort keys between two others, after a position.
    pub(crate) fn new(from: String, to: String, oldest_first: bool, after: Option<&Position>) -> Self {
        let after = after.map(|after| sort_key(after.instant(), after.order_id.as_str()));
        let mut range = Self { from, to, oldest_first, after: after.clone() };
        match after {
            Some(after) if oldest_first => range.from = range.from.max(after),
            Some(after) => range.to = range.to.min(after),
            None => {}
        }
        range
    }

    fn is_empty(&self) -> bool {
        self.from > self.to
    }
}

/// Reads one partition page by page.
pub(crate) struct PartitionReader<'s> {
    store: &'s DynamoStore,
    partition: Partition,
    range: Range,
    buffered: VecDeque<Entry>,
    /// The sort key of the last entry that was read.
    last_read: Option<String>,
    next_key: Option<Item>,
    calls: usize,
    is_done: bool,
}

/// Which entries a reader returns.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'w> {
    pub(crate) accepts: &'w (dyn Fn(&Entry) -> bool + Sync),
    /// `accepts` is true for every entry.
    pub(crate) accepts_all: bool,
    /// The number of entries of a page of the list. Used if `accepts_all` is true.
    pub(crate) page_size: usize,
}

impl<'s> PartitionReader<'s> {
    pub(crate) fn new(store: &'s DynamoStore, partition: Partition, range: Range) -> Self {
        let is_done = range.is_empty();
        Self { store, partition, range, buffered: VecDeque::new(), last_read: None, next_key: None, calls: 0, is_done }
    }

    /// Reads pages until the buffer has an entry or the partition ends.
    async fn fill_buffer(&mut self, selection: Selection<'_>) -> Result<()> {
        while self.buffered.is_empty() && !self.is_done {
            let limit = match (selection.accepts_all, self.calls) {
                (true, _) => Some(selection.page_size + 1),
                (false, 0) => Some(FIRST_PAGE),
                (false, _) => None,
            };
            let entries = self.next_page(limit).await?;
            let after = self.range.after.as_deref();
            let entries = entries
                .into_iter()
                .filter(|entry| after != Some(entry.sort_key(self.partition.sort_attribute).as_str()));
            self.buffered.extend(entries.filter(|entry| (selection.accepts)(entry)));
        }
        Ok(())
    }

    /// The next entries of the index, without a selection.
    pub(crate) async fn next_page(&mut self, limit: Option<usize>) -> Result<Vec<Entry>> {
        const DOING: &str = "reading an index of the orders";
        let (names, values) = self.terms();
        let limit = limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX));
        let query = self.store.client.query().table_name(&self.store.tables.orders).index_name(self.partition.index);
        let query = query.key_condition_expression(CONDITION).scan_index_forward(self.range.oldest_first);
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let query = query.set_limit(limit).set_exclusive_start_key(self.next_key.take());
        let page = query.send().await.map_err(|error| failed(DOING)(error.into()))?;
        self.calls += 1;
        self.next_key = page.last_evaluated_key.filter(|key| !key.is_empty());
        self.is_done = self.next_key.is_none();
        let entries: Vec<Entry> = page.items.into_iter().flatten().map(read).collect::<Result<_>>()?;
        self.last_read =
            entries.last().map(|entry| entry.sort_key(self.partition.sort_attribute)).or(self.last_read.take());
        Ok(entries)
    }

    /// Reads the next page, up to 1 MB, into the buffer.
    async fn read_more(&mut self, accepts: &(dyn Fn(&Entry) -> bool + Sync)) -> Result<()> {
        let entries = self.next_page(None).await?;
        self.buffered.extend(entries.into_iter().filter(accepts));
        Ok(())
    }

    /// See [`MergedReader::seek`].
    fn seek(&mut self, after: &Position) {
        let Range { from, to, oldest_first, .. } = self.range.clone();
        let (sort_attribute, sort_key) =
            (self.partition.sort_attribute, sort_key(after.instant(), after.order_id.as_str()));
        self.buffered.retain(|entry| is_before(&sort_key, &entry.sort_key(sort_attribute), oldest_first));
        let is_behind = self.last_read.as_ref().is_none_or(|last_read| is_before(last_read, &sort_key, oldest_first));
        if is_behind && !self.is_done {
            *self = Self::new(self.store, self.partition.clone(), Range::new(from, to, oldest_first, Some(after)));
        }
    }

    /// Whether the reader has reached the end of its range.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    fn terms(&self) -> (Names, Values) {
        let Partition { attribute, value, sort_attribute, .. } = &self.partition;
        let mut terms = Terms::default().with_values([
            ("value", text(value)),
            ("from", text(&self.range.from)),
            ("to", text(&self.range.to)),
        ]);
        terms = terms.with_alias("attribute", attribute).with_alias("sort", sort_attribute);
        terms.split()
    }

    /// Counts the remaining entries. `filter` is a filter expression on `#filtered` and `:filtered`, the attribute and its value.
    pub(crate) async fn count(mut self, filter: Option<(&str, &str, &str)>) -> Result<i64> {
        const DOING: &str = "counting orders";
        let mut count = 0;
        while !self.is_done {
            let (mut names, mut values) = self.terms();
            let mut query = self.store.client.query().table_name(&self.store.tables.orders);
            if let Some((expression, attribute, value)) = filter {
                names.get_or_insert_default().insert("#filtered".to_owned(), attribute.to_owned());
                values.get_or_insert_default().insert(":filtered".to_owned(), text(value));
                query = query.filter_expression(expression);
            }
            let query = query.index_name(self.partition.index).key_condition_expression(CONDITION);
            let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let query = query.select(Select::Count).set_exclusive_start_key(self.next_key.take());
            let page = query.send().await.map_err(|error| failed(DOING)(error.into()))?;
            count += i64::from(page.count);
            self.next_key = page.last_evaluated_key.filter(|key| !key.is_empty());
            self.is_done = self.next_key.is_none();
        }
        Ok(count)
    }
}

const CONDITION: &str = "#attribute = :value AND #sort BETWEEN :from AND :to";

/// Merges several readers by sort key.
pub(crate) struct MergedReader<'s> {
    pub(crate) readers: Vec<PartitionReader<'s>>,
}

/// Whether a sort key comes before another in this direction.
fn is_before(one: &str, other: &str, oldest_first: bool) -> bool {
    if oldest_first { one < other } else { one > other }
}

impl MergedReader<'_> {
    /// Returns the first accepted entries by sort key without consuming them, and whether these are all entries. Reads until it
    /// has `count + 1` entries, until all readers end, or for [`MAX_QUERIES`] queries.
    pub(crate) async fn peek(
        &mut self,
        count: usize,
        accepts: &(dyn Fn(&Entry) -> bool + Sync),
    ) -> Result<(Vec<&Entry>, bool)> {
        let unread = self.readers.iter_mut().filter(|reader| !reader.is_done);
        let mut queries = try_join_all(unread.map(|reader| reader.read_more(accepts))).await?.len();
        while let Some(slowest) = self.slowest() {
            if queries >= MAX_QUERIES || self.complete_entries().len() > count {
                break;
            }
            self.readers[slowest].read_more(accepts).await?;
            queries += 1;
        }
        let is_complete = self.slowest().is_none();
        let mut complete_entries = self.complete_entries();
        complete_entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if self.readers.first().is_some_and(|reader| !reader.range.oldest_first) {
            complete_entries.reverse();
        }
        Ok((complete_entries.into_iter().map(|(_, entry)| entry).take(count + 1).collect(), is_complete))
    }

    /// Continues after a position. Reuses the buffered entries if they reach that far.
    pub(crate) fn seek(&mut self, after: &Position) {
        self.readers.iter_mut().for_each(|reader| reader.seek(after));
    }

    /// The unfinished reader that has read least far. Entries after its last sort key may still be missing.
    fn slowest(&self) -> Option<usize> {
        let unfinished = (0..self.readers.len()).filter(|number| !self.readers[*number].is_done);
        unfinished.reduce(|one, other| {
            let (last_read, other_last_read) = (&self.readers[one].last_read, &self.readers[other].last_read);
            let comes_first = |one: &String, other: &String| is_before(one, other, self.readers[0].range.oldest_first);
            match (last_read, other_last_read) {
                (Some(last_read), Some(other_last_read)) if comes_first(other_last_read, last_read) => other,
                _ => one,
            }
        })
    }

    /// The buffered entries up to the first sort key at which one may be missing, each with its sort key, unsorted.
    fn complete_entries(&self) -> Vec<(String, &Entry)> {
        let end = self.slowest().and_then(|slowest| self.readers[slowest].last_read.as_ref());
        let mut complete_entries = Vec::new();
        for reader in &self.readers {
            let (sort_attribute, oldest_first) = (reader.partition.sort_attribute, reader.range.oldest_first);
            let is_complete = |sort_key: &String| end.is_none_or(|end| !is_before(end, sort_key, oldest_first));
            let entries = reader.buffered.iter().map(|entry| (entry.sort_key(sort_attribute), entry));
            complete_entries.extend(entries.filter(|(sort_key, _)| is_complete(sort_key)));
        }
        complete_entries
    }

    /// The next `count` accepted entries; fewer only at the end of all readers.
    pub(crate) async fn next(&mut self, count: usize, selection: Selection<'_>) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while entries.len() < count {
            try_join_all(self.readers.iter_mut().map(|reader| reader.fill_buffer(selection))).await?;
            let heads = self.readers.iter().enumerate();
            let heads = heads.filter_map(|(number, reader)| {
                Some((
                    reader.buffered.front()?.sort_key(reader.partition.sort_attribute),
                    number,
                    reader.range.oldest_first,
                ))
            });
            let next = heads.min_by(
                |(one, _, oldest_first), (other, _, _)| {
                    if *oldest_first { one.cmp(other) } else { Reverse(one).cmp(&Reverse(other)) }
                },
            );
            let Some((_, number, _)) = next else { break };
            entries.extend(self.readers[number].buffered.pop_front());
        }
        Ok(entries)
    }
}
