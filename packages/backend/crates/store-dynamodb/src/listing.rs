//! Lists of orders. A list is read from one index partition or merged from several. Every order of a page is loaded and checked
//! against the filter before it is returned, because an index may lag behind its table.
//!
//! The list of a vendor is one partition of an index. Other lists are merged from the five groups of another index: each status
//! is in one or two groups, and orders that arrived late are a separate group. A list of a rare gift type is read from the index
//! of gift types, and a search finds its orders by their terms. The other conditions of a filter are checked on the attributes of the index entries. If no bucket has the total
//! of a list, one read of the index gives both a page and the total.

use std::collections::HashMap;

use goody_application::ports::{OrderCount, OrderFilter, Position, ReportReader, Result, Scope};
use goody_domain::{Counters, Day, History, Instant, Order, OrderId, Status};

use crate::DynamoStore;
use crate::buckets::{BucketItem, Row, partition, read_counters};
use crate::index_reader::{Entry, MergedReader, Partition, PartitionReader, Range, Selection};
use crate::items::read;
use crate::order_item::{Group, sort_key, sort_key_start};
use crate::search_terms::Found;
use crate::tables::{BY_GIFT, BY_GROUP, BY_VENDOR};

/// A gift type is rare if at most this many orders have it.
const MAX_RARE: usize = 300;
/// Sorts after every sort key.
const LAST: &str = "~";

/// Where the orders of a list are.
enum Source<'s> {
    /// In these partitions of an index.
    Index(MergedReader<'s>),
    /// Among these few orders.
    Orders(Found),
}

impl DynamoStore {
    fn range(&self, filter: &OrderFilter, after: Option<&Position>) -> Range {
        let from = filter.placed_from.map_or_else(String::new, |day| sort_key_start(self.zone.start(day)));
        let to = filter.placed_to.map_or_else(|| LAST.to_owned(), |day| sort_key_start(self.zone.end(day)));
        // DynamoDB refuses an empty key.
        Range::new(
            if from.is_empty() { sort_key_start(Instant::from_micros(0)) } else { from },
            to,
            filter.ascending,
            after,
        )
    }

    /// Where the orders of a list are, after a position.
    async fn source(&self, filter: &OrderFilter, after: Option<&Position>) -> Result<Source<'_>> {
        if let Some(search) = &filter.search {
            return Ok(Source::Orders(self.find_orders(search).await?));
        }
        let range = self.range(filter, after);
        let partition_reader = |index, attribute, value: &str| {
            let partition = Partition { index, attribute, value: value.to_owned(), sort_attribute: "createdAt" };
            PartitionReader::new(self, partition, range.clone())
        };
        if let Some(vendor_id) = &filter.vendor_id {
            return Ok(Source::Index(MergedReader {
                readers: vec![partition_reader(BY_VENDOR, "vendorId", vendor_id.as_str())],
            }));
        }
        if let Some(gift_type) = &filter.gift_type {
            let mut probe = partition_reader(BY_GIFT, "giftType", gift_type.as_str());
            let entries = if probe.is_done() { Vec::new() } else { probe.next_page(Some(MAX_RARE)).await? };
            if probe.is_done() {
                let ids = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
                return Ok(Source::Orders(Found { ids, is_complete: true }));
            }
        }
        let groups = Group::ALL.into_iter().filter(|group| group_may_match(*group, filter));
        let readers = groups.map(|group| partition_reader(BY_GROUP, "list", group.key())).collect();
        Ok(Source::Index(MergedReader { readers }))
    }

    /// The orders that match the filter, in the sequence of the list.
    async fn matching_orders(&self, filter: &OrderFilter, ids: &[OrderId], now: Instant) -> Result<Vec<Order>> {
        // A summary lacks some of the facts that terms, levels and statuses of the past follow from.
        let mut histories = match filter.search.is_some() || !filter.is_basic() {
            true => self.histories(ids).await?,
            false => self.list_histories(ids).await?,
        };
        if let Some(search) = &filter.search {
            histories.retain(|_, history| search.finds(&history.terms()));
        }
        let orders = histories.into_values().filter_map(|history| history.order());
        let mut orders: Vec<Order> = orders.filter(|order| filter.takes(order, &self.zone, now)).collect();
        orders.sort_by_cached_key(order_sort_key);
        if !filter.ascending {
            orders.reverse();
        }
        Ok(orders)
    }
}

fn order_sort_key(order: &Order) -> String {
    sort_key(order.created_at, order.order_id.as_str())
}

/// The first orders after a position.
fn page_after(orders: Vec<Order>, filter: &OrderFilter, after: Option<&Position>, limit: usize) -> Vec<Order> {
    let after = after.map(|after| sort_key(after.instant(), after.order_id.as_str()));
    let is_after = |order: &Order| {
        after.as_ref().is_none_or(|after| match filter.ascending {
            true => order_sort_key(order) > *after,
            false => order_sort_key(order) < *after,
        })
    };
    orders.into_iter().filter(is_after).take(limit).collect()
}

/// Whether a group may hold orders that match the filter.
fn group_may_match(group: Group, filter: &OrderFilter) -> bool {
    let has_status = Status::ALL.into_iter().any(|status| filter.takes_status(status) && group.may_have(status));
    let has_lateness = match group {
        Group::Arrived => filter.delayed != Some(true),
        Group::Late => filter.delayed != Some(false),
        Group::Open | Group::Issue | Group::Cancelled => true,
    };
    has_status && has_lateness
}

/// Whether an order may match the filter, by the attributes of its index entry. A missing attribute matches everything.
fn may_match(filter: &OrderFilter, entry: &Entry, minute: i64) -> bool {
    let may_be = |actual: &Option<String>, expected: &str| actual.as_deref().is_none_or(|actual| actual == expected);
    let has_status = entry.status.as_deref().and_then(Status::parse).is_none_or(|status| filter.takes_status(status));
    let is_late = entry.late || entry.promise.is_some_and(|promise| promise < minute);
    filter.vendor_id.as_ref().is_none_or(|id| may_be(&entry.vendor_id, id.as_str()))
        && has_status
        && filter
            .gift_type
            .as_ref()
            .is_none_or(|gift| entry.status.is_none() || entry.gift_type.as_deref() == Some(gift.as_str()))
        && filter.delayed.is_none_or(|delayed| entry.status.is_none() || delayed == is_late)
}

/// Whether every entry of the partitions of a list matches the filter.
fn matches_all(filter: &OrderFilter) -> bool {
    filter.statuses.is_empty() && filter.delayed.is_none() && filter.gift_type.is_none()
}

/// A page of a list.
pub(crate) async fn list(
    store: &DynamoStore,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Result<Vec<Order>> {
    if !filter.is_basic() {
        let (orders, _) = all_matching_orders(store, filter, now).await?;
        return Ok(filter.page_of(orders, after, limit));
    }
    match store.source(filter, after).await? {
        Source::Orders(Found { ids, .. }) => {
            Ok(page_after(store.matching_orders(filter, &ids, now).await?, filter, after, limit))
        }
        Source::Index(reader) => read_page(store, filter, reader, limit, now).await,
    }
}

async fn read_page(
    store: &DynamoStore,
    filter: &OrderFilter,
    mut reader: MergedReader<'_>,
    limit: usize,
    now: Instant,
) -> Result<Vec<Order>> {
    let minute = now.floor_minute().micros();
    let accepts = |entry: &Entry| may_match(filter, entry, minute);
    let selection = Selection { accepts: &accepts, accepts_all: matches_all(filter), page_size: limit };
    let mut page: Vec<Order> = Vec::with_capacity(limit);
    while page.len() < limit {
        let missing = limit - page.len();
        let entries = reader.next(missing, selection).await?;
        let is_last = entries.len() < missing;
        let ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
        let mut histories: HashMap<OrderId, History> = store.list_histories(&ids).await?;
        let orders = ids.iter().filter_map(|id| histories.remove(id)?.order());
        page.extend(orders.filter(|order| filter.takes(order, &store.zone, now)));
        if is_last {
            break;
        }
    }
    Ok(page)
}

/// A page of a list, and the number of orders in the list.
pub(crate) async fn page(
    store: &DynamoStore,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    count_limit: i64,
) -> Result<(Vec<Order>, OrderCount)> {
    if filter.is_counted() || !filter.is_basic() {
        return futures::try_join!(list(store, filter, after, limit, now), count(store, filter, count_limit, now));
    }
    match store.source(filter, None).await? {
        Source::Orders(Found { ids, is_complete }) => {
            let orders = store.matching_orders(filter, &ids, now).await?;
            let count = count_statuses(orders.iter().map(Order::status), count_limit, is_complete);
            Ok((page_after(orders, filter, after, limit), count))
        }
        Source::Index(mut reader) => {
            let count = count_entries(&mut reader, filter, count_limit, now).await?;
            if let Some(after) = after {
                reader.seek(after);
            }
            Ok((read_page(store, filter, reader, limit, now).await?, count))
        }
    }
}

/// The orders of a list, found by a search or by reading every order of its vendor and days of placement. False if there may be others.
async fn all_matching_orders(store: &DynamoStore, filter: &OrderFilter, now: Instant) -> Result<(Vec<Order>, bool)> {
    let superset = OrderFilter {
        vendor_id: filter.vendor_id.clone(),
        placed_from: filter.placed_from,
        placed_to: filter.placed_to,
        gift_type: filter.gift_type.clone(),
        search: filter.search.clone(),
        ..OrderFilter::default()
    };
    let Found { ids, is_complete } = match store.source(&superset, None).await? {
        Source::Orders(found) => found,
        Source::Index(mut reader) => {
            let selection = Selection { accepts: &|_| true, accepts_all: true, page_size: MAX_RARE };
            let entries = reader.next(usize::MAX, selection).await?;
            Found { ids: entries.iter().map(Entry::order_id).collect::<Result<_>>()?, is_complete: true }
        }
    };
    Ok((store.matching_orders(filter, &ids, now).await?, is_complete))
}

/// The number of orders in a list: from the buckets if they count it, else counted up to a limit.
pub(crate) async fn count(
    store: &DynamoStore,
    filter: &OrderFilter,
    count_limit: i64,
    now: Instant,
) -> Result<OrderCount> {
    if !filter.is_basic() {
        let (orders, is_complete) = all_matching_orders(store, filter, now).await?;
        return Ok(count_statuses(orders.iter().map(|order| filter.status_of(order)), count_limit, is_complete));
    }
    if !filter.is_counted() {
        return count_orders(store, filter, count_limit, now).await;
    }
    let has_days = filter.placed_from.is_some() || filter.placed_to.is_some();
    let (older, kept) = match has_days {
        true => filter.clone().split_at(store.kept_from().await?),
        false => (None, Some(filter.clone())),
    };
    let mut count = match older {
        Some(older) => count_orders(store, &older, count_limit, now).await?,
        None => OrderCount::default(),
    };
    if let Some(kept) = kept {
        count.add_counted(filter, &status_counts(store, &kept).await?);
    }
    Ok(count)
}

/// Counts the orders of a list one by one, up to a limit.
async fn count_orders(store: &DynamoStore, filter: &OrderFilter, count_limit: i64, now: Instant) -> Result<OrderCount> {
    match store.source(filter, None).await? {
        Source::Orders(Found { ids, is_complete }) => Ok(count_statuses(
            store.matching_orders(filter, &ids, now).await?.iter().map(Order::status),
            count_limit,
            is_complete,
        )),
        Source::Index(mut reader) => count_entries(&mut reader, filter, count_limit, now).await,
    }
}

/// Counts the matching index entries, as far as one [`MergedReader::peek`] reads.
async fn count_entries(
    reader: &mut MergedReader<'_>,
    filter: &OrderFilter,
    count_limit: i64,
    now: Instant,
) -> Result<OrderCount> {
    let minute = now.floor_minute().micros();
    let accepts = |entry: &Entry| may_match(filter, entry, minute);
    let (entries, is_complete) = reader.peek(usize::try_from(count_limit).unwrap_or(0), &accepts).await?;
    let status = |entry: &&Entry| entry.status.as_deref().and_then(Status::parse);
    Ok(count_statuses(entries.iter().filter_map(status), count_limit, is_complete))
}

/// Counts the first `count_limit` statuses. `is_complete` is false if the list may have more than these.
fn count_statuses(statuses: impl Iterator<Item = Status>, count_limit: i64, is_complete: bool) -> OrderCount {
    let mut count = OrderCount { is_lower_bound: !is_complete, ..OrderCount::default() };
    for (number, status) in (0..).zip(statuses) {
        if number == count_limit {
            count.is_lower_bound = true;
            break;
        }
        count.by_status[status as usize] += 1;
    }
    count
}

/// The counters of the filter's vendor or of the fleet: the totals, or the sum over the filter's days.
async fn status_counts(store: &DynamoStore, filter: &OrderFilter) -> Result<Counters> {
    let scope = filter.vendor_id.clone().map_or(Scope::Fleet, Scope::Vendor);
    let scope = partition(&scope);
    if filter.placed_from.is_none() && filter.placed_to.is_none() {
        return read_counters(&store.current_row("counting orders", scope).await?.totals);
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
