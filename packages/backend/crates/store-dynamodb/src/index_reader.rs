//! Streams: one partition of an index of the orders, read in the order of its places and merged with others.

use std::cmp::Reverse;
use std::collections::VecDeque;

use aws_sdk_dynamodb::types::Select;
use futures::future::try_join_all;
use goody_application::ports::{Position, Result};
use goody_domain::OrderId;
use serde::Deserialize;

use crate::DynamoStore;
use crate::client::{Names, Terms, Values, failed, text};
use crate::items::{Item, damaged, place, read};

/// How many entries are looked at first where some may be left out. What follows comes by the megabyte.
const FIRST: usize = 1_000;
/// How many questions one look through all streams takes at most: some thousand entries each.
const EFFORT: usize = 7;

/// An order as an index has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    order_id: String,
    created_at: Option<String>,
    updated_at: Option<String>,
    pub(crate) vendor_id: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) gift_type: Option<String>,
    pub(crate) promise: Option<i64>,
    #[serde(default)]
    pub(crate) late: bool,
}

impl Entry {
    /// Its place in the index.
    fn place(&self, sort: &str) -> String {
        let place = if sort == "updatedAt" { &self.updated_at } else { &self.created_at };
        place.clone().unwrap_or_default()
    }

    pub(crate) fn order_id(&self) -> Result<OrderId> {
        OrderId::parse(&self.order_id).map_err(|reason| damaged("an entry of an index", &reason))
    }
}

/// A partition of an index.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    pub(crate) index: &'static str,
    /// The attribute that is the partition key, and its value.
    pub(crate) attribute: &'static str,
    pub(crate) value: String,
    /// The attribute that is the sort key.
    pub(crate) sort: &'static str,
}

/// Which places of a partition, the ends included, and in which direction.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) oldest_first: bool,
    /// The place after which the range begins.
    pub(crate) after: Option<String>,
}

impl Range {
    /// Every place between two, after a position.
    pub(crate) fn new(from: String, to: String, oldest_first: bool, after: Option<&Position>) -> Self {
        let after = after.map(|after| place(after.at, after.order_id.as_str()));
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

/// One partition, read a few at a time.
pub(crate) struct Stream<'s> {
    store: &'s DynamoStore,
    partition: Partition,
    range: Range,
    ahead: VecDeque<Entry>,
    /// The place of the last entry that was read.
    reached: Option<String>,
    start: Option<Item>,
    calls: usize,
    ended: bool,
}

/// Which entries are wanted, and how many at most at a time where all are.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(crate) takes: &'w (dyn Fn(&Entry) -> bool + Sync),
    /// No entry is left out.
    pub(crate) all: bool,
    pub(crate) few: usize,
}

impl<'s> Stream<'s> {
    pub(crate) fn new(store: &'s DynamoStore, partition: Partition, range: Range) -> Self {
        let ended = range.is_empty();
        Self { store, partition, range, ahead: VecDeque::new(), reached: None, start: None, calls: 0, ended }
    }

    /// Sees to it that the next entry is at hand, if there is one.
    async fn fill(&mut self, wanted: Wanted<'_>) -> Result<()> {
        while self.ahead.is_empty() && !self.ended {
            let limit = match (wanted.all, self.calls) {
                (true, _) => Some(wanted.few + 1),
                (false, 0) => Some(FIRST),
                (false, _) => None,
            };
            let found = self.page(limit).await?;
            let after = self.range.after.as_deref();
            let entries = found.into_iter().filter(|entry| after != Some(entry.place(self.partition.sort).as_str()));
            self.ahead.extend(entries.filter(|entry| (wanted.takes)(entry)));
        }
        Ok(())
    }

    /// The next entries as they stand in the index.
    pub(crate) async fn page(&mut self, limit: Option<usize>) -> Result<Vec<Entry>> {
        const DOING: &str = "reading an index of the orders";
        let (names, values) = self.terms();
        let limit = limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX));
        let query = self.store.client.query().table_name(&self.store.tables.orders).index_name(self.partition.index);
        let query = query.key_condition_expression(CONDITION).scan_index_forward(self.range.oldest_first);
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let query = query.set_limit(limit).set_exclusive_start_key(self.start.take());
        let page = query.send().await.map_err(|error| failed(DOING)(error.into()))?;
        self.calls += 1;
        self.start = page.last_evaluated_key.filter(|key| !key.is_empty());
        self.ended = self.start.is_none();
        let entries: Vec<Entry> = page.items.into_iter().flatten().map(read).collect::<Result<_>>()?;
        self.reached = entries.last().map(|entry| entry.place(self.partition.sort)).or(self.reached.take());
        Ok(entries)
    }

    /// Reads a megabyte more.
    async fn read_on(&mut self, takes: &(dyn Fn(&Entry) -> bool + Sync)) -> Result<()> {
        let found = self.page(None).await?;
        self.ahead.extend(found.into_iter().filter(takes));
        Ok(())
    }

    /// See [`Merged::go_to`].
    fn go_to(&mut self, after: &Position) {
        let Range { from, to, oldest_first, .. } = self.range.clone();
        let (sort, place) = (self.partition.sort, place(after.at, after.order_id.as_str()));
        self.ahead.retain(|entry| comes_before(&place, &entry.place(sort), oldest_first));
        let is_behind = self.reached.as_ref().is_none_or(|reached| comes_before(reached, &place, oldest_first));
        if is_behind && !self.ended {
            *self = Self::new(self.store, self.partition.clone(), Range::new(from, to, oldest_first, Some(after)));
        }
    }

    /// Whether there is nothing more to read.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    fn terms(&self) -> (Names, Values) {
        let Partition { attribute, value, sort, .. } = &self.partition;
        let mut terms = Terms::default().values([
            ("value", text(value)),
            ("from", text(&self.range.from)),
            ("to", text(&self.range.to)),
        ]);
        terms = terms.named("attribute", attribute).named("sort", sort);
        terms.split()
    }

    /// How many entries there are, if `filter` lets all or only some through.
    pub(crate) async fn count(mut self, filter: Option<(&str, &str, &str)>) -> Result<i64> {
        const DOING: &str = "counting orders";
        let mut count = 0;
        while !self.ended {
            let (mut names, mut values) = self.terms();
            let mut query = self.store.client.query().table_name(&self.store.tables.orders);
            if let Some((expression, attribute, value)) = filter {
                names.get_or_insert_default().insert("#filtered".to_owned(), attribute.to_owned());
                values.get_or_insert_default().insert(":filtered".to_owned(), text(value));
                query = query.filter_expression(expression);
            }
            let query = query.index_name(self.partition.index).key_condition_expression(CONDITION);
            let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
            let query = query.select(Select::Count).set_exclusive_start_key(self.start.take());
            let page = query.send().await.map_err(|error| failed(DOING)(error.into()))?;
            count += i64::from(page.count);
            self.start = page.last_evaluated_key.filter(|key| !key.is_empty());
            self.ended = self.start.is_none();
        }
        Ok(count)
    }
}

const CONDITION: &str = "#attribute = :value AND #sort BETWEEN :from AND :to";

/// Streams as one, in the order of their places.
pub(crate) struct Merged<'s> {
    pub(crate) streams: Vec<Stream<'s>>,
}

/// Whether a place comes before another.
fn comes_before(one: &str, other: &str, oldest_first: bool) -> bool {
    if oldest_first { one < other } else { one > other }
}

impl Merged<'_> {
    /// Looks through the streams from where they begin, and takes nothing out: gives the entries in the order of their places, as
    /// many as asked and one more, or all, or as many as a bounded effort shows; and whether those are all.
    pub(crate) async fn look(
        &mut self,
        many: usize,
        takes: &(dyn Fn(&Entry) -> bool + Sync),
    ) -> Result<(Vec<&Entry>, bool)> {
        let begun = self.streams.iter_mut().filter(|stream| !stream.ended);
        let mut asked = try_join_all(begun.map(|stream| stream.read_on(takes))).await?.len();
        while let Some(slowest) = self.slowest() {
            if asked >= EFFORT || self.known().len() > many {
                break;
            }
            self.streams[slowest].read_on(takes).await?;
            asked += 1;
        }
        let whole = self.slowest().is_none();
        let mut known = self.known();
        known.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if self.streams.first().is_some_and(|stream| !stream.range.oldest_first) {
            known.reverse();
        }
        Ok((known.into_iter().map(|(_, entry)| entry).take(many + 1).collect(), whole))
    }

    /// Goes on after a place: with what was read, where that reaches so far.
    pub(crate) fn go_to(&mut self, after: &Position) {
        self.streams.iter_mut().for_each(|stream| stream.go_to(after));
    }

    /// The stream that has reached least far of those that go on: nobody knows what comes after that place.
    fn slowest(&self) -> Option<usize> {
        let going_on = (0..self.streams.len()).filter(|number| !self.streams[*number].ended);
        going_on.reduce(|one, other| {
            let (reached, than) = (&self.streams[one].reached, &self.streams[other].reached);
            let is_before = |one: &String, other: &String| comes_before(one, other, self.streams[0].range.oldest_first);
            match (reached, than) {
                (Some(reached), Some(than)) if is_before(than, reached) => other,
                _ => one,
            }
        })
    }

    /// The entries before which none is missing, each with its place, in no order.
    fn known(&self) -> Vec<(String, &Entry)> {
        let end = self.slowest().and_then(|slowest| self.streams[slowest].reached.as_ref());
        let mut known = Vec::new();
        for stream in &self.streams {
            let (sort, oldest_first) = (stream.partition.sort, stream.range.oldest_first);
            let is_known = |place: &String| end.is_none_or(|end| !comes_before(end, place, oldest_first));
            let entries = stream.ahead.iter().map(|entry| (entry.place(sort), entry));
            known.extend(entries.filter(|(place, _)| is_known(place)));
        }
        known
    }

    /// The next entries, as many as asked; fewer only where all streams have ended.
    pub(crate) async fn next(&mut self, many: usize, wanted: Wanted<'_>) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while entries.len() < many {
            try_join_all(self.streams.iter_mut().map(|stream| stream.fill(wanted))).await?;
            let heads = self.streams.iter().enumerate();
            let heads = heads.filter_map(|(number, stream)| {
                Some((stream.ahead.front()?.place(stream.partition.sort), number, stream.range.oldest_first))
            });
            let next = heads.min_by(
                |(one, _, oldest_first), (other, _, _)| {
                    if *oldest_first { one.cmp(other) } else { Reverse(one).cmp(&Reverse(other)) }
                },
            );
            let Some((_, number, _)) = next else { break };
            entries.extend(self.streams[number].ahead.pop_front());
        }
        Ok(entries)
    }
}
