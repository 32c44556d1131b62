//! Lists of orders. Every order of a page is loaded and checked against the filter before it is returned, because an index may lag
//! behind its table.
//!
//! Lists by placement are read from one index partition or merged from several. The list of a vendor is one partition of an index.
//! Other lists are merged from the five groups of another index: each status is in one or two groups, and orders that arrived late are a
//! separate group. A list of a rare gift type is read from the index of gift types, and a search finds its orders by their terms. The
//! other conditions of a filter are checked on the attributes of the index entries. If no bucket has the total of a list, one read of the
//! index gives both a page and the total.
//!
//! Lists of open orders to chase are in [`crate::open_orders`]. No index sorts other lists, those behind the numbers of reports: their
//! orders are looked for among those that were placed before, the latest first, until as many are found as the buckets count.

use goody_application::ports::{OrderCount, OrderFilter, OrderSort, Position, ReportReader, Result, Scope};
use goody_domain::{Counters, Day, Instant, Milestone, Order, OrderId, Status};

use crate::DynamoStore;
use crate::buckets::{BucketItem, Row, partition, read_counters};
use crate::index_reader::{Entry, MergedReader, PartitionReader, Range, Selection};
use crate::items::read;
use crate::list_orders::{
    CHUNK, LAST, MOST_LOADED, by_placement, count_statuses, group_partition, range, too_many, vendor_partition,
};
use crate::open_orders::OpenOrders;
use crate::order_item::Group;
use crate::search_terms::Found;
use crate::tables::BY_GIFT;

/// A gift type is rare if at most this many orders have it.
const MAX_RARE: usize = 300;
/// The maximum number of orders that are loaded to count a list.
const MOST_LOADED_TO_COUNT: usize = 1_000;

/// Where the orders of a list are.
enum Source<'s> {
    /// In these partitions of an index.
    Index(MergedReader<'s>),
    /// Among these few orders.
    Orders(Found),
}

/// How the orders of a list are found.
enum Access {
    /// An index sorts them, or they are the few of a search.
    Placement,
    /// By the entries of the open orders.
    Open,
    /// All of them have to be found, and then sorted.
    LookThrough,
}

impl Access {
    fn of(filter: &OrderFilter) -> Self {
        let is_by_placement = filter.sort == OrderSort::Milestone(Milestone::Placed) && filter.ranges.is_empty();
        match (filter.is_open_only(), filter.as_of) {
            _ if filter.is_basic() || filter.search.is_some() => Self::Placement,
            (true, None) if filter.ranges.is_empty() => Self::Open,
            // Most of the orders of the index ended before a past instant, so that the last page would look through all of them.
            (true, Some(_)) => Self::LookThrough,
            _ if is_by_placement => Self::Placement,
            _ => Self::LookThrough,
        }
    }
}

impl DynamoStore {
    /// Where the orders of a list with sort keys in this range are.
    async fn source(&self, filter: &OrderFilter, range: Range) -> Result<Source<'_>> {
        if let Some(search) = &filter.search {
            return Ok(Source::Orders(self.find_orders(search).await?));
        }
        let reader = |partition| PartitionReader::new(self, partition, range.clone());
        if let Some(vendor_id) = &filter.vendor_id {
            return Ok(Source::Index(MergedReader { readers: vec![reader(vendor_partition(vendor_id))] }));
        }
        if let Some(gift_type) = &filter.gift_type {
            let mut probe = reader(by_placement(BY_GIFT, "giftType", gift_type.as_str()));
            let entries = if probe.is_done() { Vec::new() } else { probe.next_page(Some(MAX_RARE)).await? };
            if probe.is_done() {
                let ids = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
                return Ok(Source::Orders(Found { ids, is_complete: true }));
            }
        }
        let groups = Group::ALL.into_iter().filter(|group| group_may_match(*group, filter));
        Ok(Source::Index(MergedReader { readers: groups.map(|group| reader(group_partition(group))).collect() }))
    }
}

/// Whether a group may hold orders that match the filter.
fn group_may_match(group: Group, filter: &OrderFilter) -> bool {
    let is_open = group == Group::Open;
    // The current group does not have the status and the lateness at an instant of the past, except that an end stays one.
    let is_current = filter.as_of.is_none();
    let has_status = Status::ALL.into_iter().any(|status| filter.takes_status(status) && group.may_have(status));
    let has_lateness = match group {
        Group::Arrived => filter.delayed != Some(true),
        Group::Late => filter.delayed != Some(false),
        Group::Open | Group::Issue | Group::Cancelled => true,
    };
    let needs_end = [Milestone::Completed, Milestone::Returned, Milestone::Refunded];
    let has_end = !is_open || needs_end.iter().all(|milestone| !filter.ranges.contains_key(milestone));
    (!is_current || (has_status && has_lateness)) && has_end
}

/// Whether an order may match the filter, by the attributes of its index entry. A missing attribute matches everything.
fn may_match(filter: &OrderFilter, entry: &Entry, minute: i64) -> bool {
    let may_be = |actual: &Option<String>, expected: &str| actual.as_deref().is_none_or(|actual| actual == expected);
    let is_late = entry.late || entry.promise.is_some_and(|promise| promise < minute);
    let is_current = filter.as_of.is_none();
    filter.vendor_id.as_ref().is_none_or(|id| may_be(&entry.vendor_id, id.as_str()))
        && entry.status().is_none_or(|status| {
            group_may_match(Group::of(status, entry.late), filter)
                && (!is_current || filter.takes_status(status))
                && (!is_current || filter.delayed.is_none_or(|delayed| delayed == is_late))
                && filter.gift_type.as_ref().is_none_or(|gift| entry.gift_type.as_deref() == Some(gift.as_str()))
        })
}

/// Whether every entry of the partitions of a list matches the filter.
fn matches_all(filter: &OrderFilter) -> bool {
    filter.statuses.is_empty() && filter.delayed.is_none() && filter.gift_type.is_none() && filter.ranges.is_empty()
}

/// A page of a list. `total` is the number of its orders, if it is known.
pub(crate) async fn list(
    store: &DynamoStore,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    total: Option<i64>,
) -> Result<Vec<Order>> {
    match Access::of(filter) {
        Access::Open => OpenOrders::read(store, filter, now).await?.page(store, filter, after, limit, now).await,
        Access::LookThrough => Ok(filter.page_of(look_through(store, filter, now, total).await?, after, limit)),
        Access::Placement => match store.source(filter, range(store, filter, after)).await? {
            Source::Orders(Found { ids, .. }) => {
                Ok(filter.page_of(store.matching_orders(filter, &ids, now).await?, after, limit))
            }
            Source::Index(reader) => read_page(store, filter, reader, limit, now).await,
        },
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
    // Conditions that the index does not have may leave out most of the orders.
    let chunk = if filter.is_basic() { 1 } else { CHUNK };
    let selection = Selection { accepts: &accepts, accepts_all: matches_all(filter), page_size: limit.max(chunk) };
    let (mut page, mut loaded): (Vec<Order>, usize) = (Vec::with_capacity(limit), 0);
    while page.len() < limit {
        if loaded >= MOST_LOADED && !filter.is_basic() {
            return Err(too_many());
        }
        let wanted = (limit - page.len()).max(chunk);
        let entries = reader.next(wanted, selection).await?;
        loaded += entries.len();
        let ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
        page.extend(store.matching_orders(filter, &ids, now).await?);
        if entries.len() < wanted {
            break;
        }
    }
    page.truncate(limit);
    Ok(page)
}

/// The orders of a list that no index sorts, unsorted. `total` is their number, if it is known.
///
/// # Errors
/// The store failed, or [`MOST_LOADED`] orders were not enough to find all.
async fn look_through(
    store: &DynamoStore,
    filter: &OrderFilter,
    now: Instant,
    total: Option<i64>,
) -> Result<Vec<Order>> {
    let total = total.map_or(usize::MAX, |total| usize::try_from(total).unwrap_or(0));
    if total == 0 {
        return Ok(Vec::new());
    }
    let latest_first = Range { oldest_first: false, ..range(store, filter, None) };
    let (ids, is_complete) = match store.source(filter, latest_first).await? {
        Source::Orders(Found { ids, is_complete }) => (ids, is_complete),
        Source::Index(mut reader) => candidates(&mut reader, filter, now, MOST_LOADED).await?,
    };
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        if found.len() >= total {
            break;
        }
        found.extend(store.matching_orders(filter, chunk, now).await?);
    }
    if is_complete || found.len() >= total { Ok(found) } else { Err(too_many()) }
}

/// The orders that may be in a list by their entries, as far as one [`MergedReader::peek`] reads: at most `most`, and whether these are
/// all. Those that are still open come first in a list of open orders of the past, as more of them are in it.
async fn candidates(
    reader: &mut MergedReader<'_>,
    filter: &OrderFilter,
    now: Instant,
    most: usize,
) -> Result<(Vec<OrderId>, bool)> {
    let minute = now.floor_minute().micros();
    let accepts = |entry: &Entry| may_match(filter, entry, minute);
    let (mut entries, is_complete) = reader.peek(usize::MAX - 1, &accepts).await?;
    if filter.is_open_only() {
        entries.sort_by_key(|entry| entry.status().is_none_or(|status| status.active().is_none()));
    }
    let is_complete = is_complete && entries.len() <= most;
    let ids = entries.into_iter().take(most).map(Entry::order_id).collect::<Result<_>>()?;
    Ok((ids, is_complete))
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
    if filter.search.is_some() || (filter.is_basic() && !filter.is_counted()) {
        return match store.source(filter, range(store, filter, None)).await? {
            Source::Orders(Found { ids, is_complete }) => {
                let orders = store.matching_orders(filter, &ids, now).await?;
                let count = count_orders(filter, &orders, count_limit, is_complete);
                Ok((filter.page_of(orders, after, limit), count))
            }
            Source::Index(mut reader) => {
                let count = count_entries(&mut reader, filter, count_limit, now).await?;
                if let Some(after) = after {
                    reader.seek(after);
                }
                Ok((read_page(store, filter, reader, limit, now).await?, count))
            }
        };
    }
    match Access::of(filter) {
        Access::Open => {
            let open_orders = OpenOrders::read(store, filter, now).await?;
            let count = count_open(store, filter, &open_orders, count_limit, now).await?;
            Ok((open_orders.page(store, filter, after, limit, now).await?, count))
        }
        Access::LookThrough => {
            let orders = look_through(store, filter, now, None).await?;
            let count = count_orders(filter, &orders, count_limit, true);
            Ok((filter.page_of(orders, after, limit), count))
        }
        Access::Placement => {
            futures::try_join!(list(store, filter, after, limit, now, None), count(store, filter, count_limit, now))
        }
    }
}

/// The number of orders in a list: from the buckets if they count it, else counted up to a limit.
pub(crate) async fn count(
    store: &DynamoStore,
    filter: &OrderFilter,
    count_limit: i64,
    now: Instant,
) -> Result<OrderCount> {
    if !filter.is_basic() {
        return match Access::of(filter) {
            Access::Placement => count_some(store, filter, count_limit, now).await,
            Access::Open => {
                let open_orders = OpenOrders::read(store, filter, now).await?;
                count_open(store, filter, &open_orders, count_limit, now).await
            }
            Access::LookThrough => {
                Ok(count_orders(filter, &look_through(store, filter, now, None).await?, count_limit, true))
            }
        };
    }
    if !filter.is_counted() {
        return count_one_by_one(store, filter, count_limit, now).await;
    }
    let has_days = filter.placed_from.is_some() || filter.placed_to.is_some();
    let (older, kept) = match has_days {
        true => filter.clone().split_at(store.kept_from().await?),
        false => (None, Some(filter.clone())),
    };
    let mut count = match older {
        Some(older) => count_one_by_one(store, &older, count_limit, now).await?,
        None => OrderCount::default(),
    };
    if let Some(kept) = kept {
        count.add_counted(filter, &status_counts(store, &kept).await?);
    }
    Ok(count)
}

/// Counts the orders of a list by its index entries, up to a limit.
async fn count_one_by_one(
    store: &DynamoStore,
    filter: &OrderFilter,
    count_limit: i64,
    now: Instant,
) -> Result<OrderCount> {
    match store.source(filter, range(store, filter, None)).await? {
        Source::Orders(Found { ids, is_complete }) => {
            Ok(count_orders(filter, &store.matching_orders(filter, &ids, now).await?, count_limit, is_complete))
        }
        Source::Index(mut reader) => count_entries(&mut reader, filter, count_limit, now).await,
    }
}

/// Counts those of the first [`MOST_LOADED_TO_COUNT`] orders that are in a list with conditions that no index has.
async fn count_some(store: &DynamoStore, filter: &OrderFilter, count_limit: i64, now: Instant) -> Result<OrderCount> {
    let (ids, is_complete) = match store.source(filter, range(store, filter, None)).await? {
        Source::Orders(Found { ids, is_complete }) => (ids, is_complete),
        Source::Index(mut reader) => candidates(&mut reader, filter, now, MOST_LOADED_TO_COUNT).await?,
    };
    Ok(count_orders(filter, &store.matching_orders(filter, &ids, now).await?, count_limit, is_complete))
}

async fn count_open(
    store: &DynamoStore,
    filter: &OrderFilter,
    open_orders: &OpenOrders,
    count_limit: i64,
    now: Instant,
) -> Result<OrderCount> {
    match open_orders.count(filter) {
        Some(count) => Ok(count),
        None => count_some(store, filter, count_limit, now).await,
    }
}

/// Counts loaded orders of a list.
fn count_orders(filter: &OrderFilter, orders: &[Order], count_limit: i64, is_complete: bool) -> OrderCount {
    count_statuses(orders.iter().map(|order| filter.status_of(order)), count_limit, is_complete)
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
    let statuses = entries.into_iter().filter_map(Entry::status);
    Ok(count_statuses(statuses, count_limit, is_complete))
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
