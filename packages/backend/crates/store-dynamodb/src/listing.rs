//! Lists of orders: every list is a merge of a few streams, and every order of a page is looked at before it is told.
//!
//! A vendor's list is its partition of one index. Other lists are merges of five groups, by how orders ended: a status is in
//! one or two of them, and late orders stand apart from those that were on time. A gift type that few orders have has an index
//! that tells so. What else a filter asks for, an entry of the index can tell. One look through the streams gives both a page
//! and the total of its list, where no bucket knows it.

use std::collections::HashMap;

use goody_application::ports::{OrderCount, OrderFilter, Position, ReportReader, Result, Scope};
use goody_domain::{Counters, Day, History, Instant, Order, OrderId, Status};

use crate::DynamoStore;
use crate::buckets::{BucketItem, Row, partition, read_counters};
use crate::index_reader::{Entry, Merged, Partition, Range, Stream, Wanted};
use crate::items::{Group, moment, place, read};
use crate::tables::{BY_GIFT, BY_GROUP, BY_VENDOR};

/// A gift type that no more orders have than this is rare.
const RARE: usize = 300;
/// After every place of an index.
const LAST: &str = "~";

/// Where the orders of a list are.
enum Source<'s> {
    /// Each of them is in one of these.
    Streams(Merged<'s>),
    /// They are among these few.
    Few(Vec<OrderId>),
}

impl DynamoStore {
    fn range(&self, filter: &OrderFilter, after: Option<&Position>) -> Range {
        let from = filter.placed_from.map_or_else(String::new, |day| moment(self.zone.start(day)));
        let to = filter.placed_to.map_or_else(|| LAST.to_owned(), |day| moment(self.zone.end(day)));
        // Neither end may be empty.
        Range::new(if from.is_empty() { moment(Instant::from_micros(0)) } else { from }, to, filter.oldest_first, after)
    }

    /// Where the orders of a list are, from a place in it on.
    async fn source(&self, filter: &OrderFilter, after: Option<&Position>) -> Result<Source<'_>> {
        let range = self.range(filter, after);
        let stream = |index, attribute, value: &str| {
            let partition = Partition { index, attribute, value: value.to_owned(), sort: "createdAt" };
            Stream::new(self, partition, range.clone())
        };
        if let Some(vendor_id) = &filter.vendor_id {
            return Ok(Source::Streams(Merged { streams: vec![stream(BY_VENDOR, "vendorId", vendor_id.as_str())] }));
        }
        if let Some(gift_type) = &filter.gift_type {
            let mut probe = stream(BY_GIFT, "giftType", gift_type.as_str());
            let found = if probe.ended() { Vec::new() } else { probe.page(Some(RARE)).await? };
            if probe.ended() {
                return Ok(Source::Few(found.iter().map(Entry::order_id).collect::<Result<_>>()?));
            }
        }
        let groups = Group::EVERY.into_iter().filter(|group| may_hold(*group, filter));
        let streams = groups.map(|group| stream(BY_GROUP, "list", group.key())).collect();
        Ok(Source::Streams(Merged { streams }))
    }

    /// Those of a few orders that are in a list, in its order.
    async fn few(&self, filter: &OrderFilter, ids: &[OrderId], now: Instant) -> Result<Vec<Order>> {
        let orders = self.listed(ids).await?.into_values().filter_map(|history| history.order());
        let mut orders: Vec<Order> = orders.filter(|order| filter.takes(order, &self.zone, now)).collect();
        orders.sort_by_cached_key(order_place);
        if !filter.oldest_first {
            orders.reverse();
        }
        Ok(orders)
    }
}

fn order_place(order: &Order) -> String {
    place(order.created_at, order.order_id.as_str())
}

/// The first orders of a list after a place in it.
fn from_place(orders: Vec<Order>, filter: &OrderFilter, after: Option<&Position>, limit: usize) -> Vec<Order> {
    let after = after.map(|after| place(after.at, after.order_id.as_str()));
    let is_after = |order: &Order| {
        after.as_ref().is_none_or(|after| match filter.oldest_first {
            true => order_place(order) > *after,
            false => order_place(order) < *after,
        })
    };
    orders.into_iter().filter(is_after).take(limit).collect()
}

/// Whether a group may have orders of a list.
fn may_hold(group: Group, filter: &OrderFilter) -> bool {
    let has_status = Status::ALL.into_iter().any(|status| filter.takes_status(status) && group.may_be(status));
    let has_lateness = match group {
        Group::Arrived => filter.delayed != Some(true),
        Group::Late => filter.delayed != Some(false),
        Group::Open | Group::Issue | Group::Cancelled => true,
    };
    has_status && has_lateness
}

/// Whether an order may be in a list, by what its index tells. What it does not tell may be.
fn takes(filter: &OrderFilter, entry: &Entry, minute: i64) -> bool {
    let is = |told: &Option<String>, asked: &str| told.as_deref().is_none_or(|told| told == asked);
    let has_status = entry.status.as_deref().and_then(Status::parse).is_none_or(|status| filter.takes_status(status));
    let is_late = entry.late || entry.promise.is_some_and(|promise| promise < minute);
    filter.vendor_id.as_ref().is_none_or(|id| is(&entry.vendor_id, id.as_str()))
        && has_status
        && filter
            .gift_type
            .as_ref()
            .is_none_or(|gift| entry.status.is_none() || entry.gift_type.as_deref() == Some(gift.as_str()))
        && filter.delayed.is_none_or(|delayed| entry.status.is_none() || delayed == is_late)
}

/// Whether the streams of a list hold nothing else.
fn takes_all(filter: &OrderFilter) -> bool {
    filter.statuses.is_empty() && filter.delayed.is_none() && filter.gift_type.is_none()
}

/// A part of a list. Indexes may be a moment behind, so what they tell is a proposal: the order itself decides.
pub(crate) async fn list(
    store: &DynamoStore,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Result<Vec<Order>> {
    match store.source(filter, after).await? {
        Source::Few(ids) => Ok(from_place(store.few(filter, &ids, now).await?, filter, after, limit)),
        Source::Streams(streams) => read_page(store, filter, streams, limit, now).await,
    }
}

async fn read_page(
    store: &DynamoStore,
    filter: &OrderFilter,
    mut streams: Merged<'_>,
    limit: usize,
    now: Instant,
) -> Result<Vec<Order>> {
    let minute = now.floor_minute().micros();
    let takes = |entry: &Entry| takes(filter, entry, minute);
    let wanted = Wanted { takes: &takes, all: takes_all(filter), few: limit };
    let mut page: Vec<Order> = Vec::with_capacity(limit);
    while page.len() < limit {
        let many = limit - page.len();
        let entries = streams.next(many, wanted).await?;
        let is_last = entries.len() < many;
        let ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
        let mut histories: HashMap<OrderId, History> = store.listed(&ids).await?;
        let orders = ids.iter().filter_map(|id| histories.remove(id)?.order());
        page.extend(orders.filter(|order| filter.takes(order, &store.zone, now)));
        if is_last {
            break;
        }
    }
    Ok(page)
}

/// A part of a list, and how many orders the whole list has.
pub(crate) async fn page(
    store: &DynamoStore,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    most: i64,
) -> Result<(Vec<Order>, OrderCount)> {
    if filter.is_counted() {
        return futures::try_join!(list(store, filter, after, limit, now), count(store, filter, most, now));
    }
    match store.source(filter, None).await? {
        Source::Few(ids) => {
            let orders = store.few(filter, &ids, now).await?;
            let count = tally(orders.iter().map(Order::status), most, true);
            Ok((from_place(orders, filter, after, limit), count))
        }
        Source::Streams(mut streams) => {
            let count = survey(&mut streams, filter, most, now).await?;
            if let Some(after) = after {
                streams.go_to(after);
            }
            Ok((read_page(store, filter, streams, limit, now).await?, count))
        }
    }
}

/// How many orders a list has: from the buckets where they know, else counted up to a limit.
pub(crate) async fn count(store: &DynamoStore, filter: &OrderFilter, most: i64, now: Instant) -> Result<OrderCount> {
    if !filter.is_counted() {
        return count_orders(store, filter, most, now).await;
    }
    let has_days = filter.placed_from.is_some() || filter.placed_to.is_some();
    let (older, kept) = match has_days {
        true => filter.clone().split_at(store.kept_from().await?),
        false => (None, Some(filter.clone())),
    };
    let mut count = match older {
        Some(older) => count_orders(store, &older, most, now).await?,
        None => OrderCount::default(),
    };
    if let Some(kept) = kept {
        count.add_counted(filter, &standing(store, &kept).await?);
    }
    Ok(count)
}

/// Counts order by order, up to a limit.
async fn count_orders(store: &DynamoStore, filter: &OrderFilter, most: i64, now: Instant) -> Result<OrderCount> {
    match store.source(filter, None).await? {
        Source::Few(ids) => Ok(tally(store.few(filter, &ids, now).await?.iter().map(Order::status), most, true)),
        Source::Streams(mut streams) => survey(&mut streams, filter, most, now).await,
    }
}

/// Counts what the streams hold, as far as one look through them reaches.
async fn survey(streams: &mut Merged<'_>, filter: &OrderFilter, most: i64, now: Instant) -> Result<OrderCount> {
    let minute = now.floor_minute().micros();
    let takes = |entry: &Entry| takes(filter, entry, minute);
    let (entries, whole) = streams.look(usize::try_from(most).unwrap_or(0), &takes).await?;
    let status = |entry: &&Entry| entry.status.as_deref().and_then(Status::parse);
    Ok(tally(entries.iter().filter_map(status), most, whole))
}

/// Counts the first `most`, in the order of the list. Not whole: there may be more of them than these.
fn tally(statuses: impl Iterator<Item = Status>, most: i64, whole: bool) -> OrderCount {
    let mut count = OrderCount { is_lower_bound: !whole, ..OrderCount::default() };
    for (number, status) in (0..).zip(statuses) {
        if number == most {
            count.is_lower_bound = true;
            break;
        }
        count.by_status[status as usize] += 1;
    }
    count
}

/// Where the orders of the filter's vendor and days stand, from the sums or from the buckets of the days.
async fn standing(store: &DynamoStore, filter: &OrderFilter) -> Result<Counters> {
    let scope = filter.vendor_id.clone().map_or(Scope::Fleet, Scope::Vendor);
    let scope = partition(&scope);
    if filter.placed_from.is_none() && filter.placed_to.is_none() {
        return read_counters(&store.row("counting orders", scope).await?.totals);
    }
    let from = filter.placed_from.map_or_else(|| "day#".to_owned(), |day| Row::Day(day).key());
    let to = filter.placed_to.map_or_else(|| format!("day#{LAST}"), |day: Day| Row::Day(day).key());
    let mut sum = Counters::default();
    if from <= to {
        for item in store.scope_rows(scope, from, &to).await? {
            sum.add_all(&read_counters(&read::<BucketItem>(item)?.totals)?);
        }
    }
    Ok(sum)
}
