//! Lists of orders: every list is a merge of a few streams, and every order of a page is looked at before it is told.
//!
//! A vendor's list is its partition of one index. Other lists are merges of five groups, by how orders ended: a status is in
//! one or two of them, and late orders stand apart from those that were on time. A gift type that few orders have has an index
//! that tells so. What else a filter asks for, an entry of the index can tell.

use goody_application::ports::{Book, OrderCount, OrderFilter, Position, Result, StatusCounts};
use goody_domain::{Counter, Counters, Day, Instant, Order, OrderId, Status};

use crate::DynamoStore;
use crate::buckets::{BucketItem, Row, partition, read_counters};
use crate::items::{Group, moment, read};
use crate::streams::{Entry, Merged, Partition, Range, Stream, Wanted};
use crate::tables::{BY_GIFT, BY_GROUP, BY_VENDOR};

/// A gift type that no more orders have than this is rare.
const RARE: usize = 300;
/// How many orders are looked at together at least.
const TOGETHER: usize = 100;
/// After every place of an index.
const LAST: &str = "~";

impl DynamoStore {
    fn range(&self, filter: &OrderFilter, after: Option<&Position>) -> Range {
        let from = filter.placed_from.map_or_else(String::new, |day| moment(self.zone.start(day)));
        let to = filter.placed_to.map_or_else(|| LAST.to_owned(), |day| moment(self.zone.end(day)));
        // Neither end may be empty.
        Range::new(if from.is_empty() { moment(Instant::from_micros(0)) } else { from }, to, filter.oldest_first, after)
    }

    /// The streams that every order of a list is in.
    async fn streams(&self, filter: &OrderFilter, after: Option<&Position>) -> Result<Merged<'_>> {
        let range = self.range(filter, after);
        let stream = |index, attribute, value: &str| {
            let partition = Partition { index, attribute, value: value.to_owned(), sort: "createdAt" };
            Stream::new(self, partition, range.clone())
        };
        if let Some(vendor_id) = &filter.vendor_id {
            return Ok(Merged { streams: vec![stream(BY_VENDOR, "vendorId", vendor_id.as_str())] });
        }
        if let Some(gift_type) = &filter.gift_type {
            let mut probe = stream(BY_GIFT, "giftType", gift_type.as_str());
            if !probe.ended() {
                probe.page(Some(RARE)).await?;
            }
            if probe.ended() {
                return Ok(Merged { streams: vec![stream(BY_GIFT, "giftType", gift_type.as_str())] });
            }
        }
        let groups = Group::EVERY.into_iter().filter(|group| may_hold(*group, filter));
        Ok(Merged { streams: groups.map(|group| stream(BY_GROUP, "list", group.key())).collect() })
    }
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

/// A page of a list. Indexes may be a moment behind, so what they tell is a proposal: the order itself decides.
pub(crate) async fn list(
    store: &DynamoStore,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Result<Vec<Order>> {
    let minute = now.floor_minute().micros();
    let takes = |entry: &Entry| takes(filter, entry, minute);
    let wanted = Wanted { takes: &takes, all: takes_all(filter), few: limit };
    let mut streams = store.streams(filter, after).await?;
    let mut page: Vec<Order> = Vec::with_capacity(limit);
    while page.len() < limit {
        // Of a rare gift, an index tells no more than the id.
        let many = if filter.gift_type.is_some() { (limit - page.len()).max(TOGETHER) } else { limit - page.len() };
        let entries = streams.next(many, wanted).await?;
        let is_last = entries.len() < many;
        let ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
        let mut histories = store.histories(&ids).await?;
        let orders = ids.iter().filter_map(|id| histories.remove(id)?.order());
        page.extend(orders.filter(|order| filter.takes(order, &store.zone, now)));
        if is_last {
            break;
        }
    }
    page.truncate(limit);
    Ok(page)
}

/// How many orders a list has: from the buckets where they know, else counted up to a limit.
pub(crate) async fn count(store: &DynamoStore, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
    let mut count = OrderCount::default();
    if filter.is_counted() {
        let standing = standing(store, filter).await?;
        for status in Status::ALL.into_iter().filter(|status| filter.takes_status(*status)) {
            count.by_status[status as usize] = standing[Counter::Standing(status)];
        }
        return Ok(count);
    }
    count.by_status = StatusCounts::default();
    let minute = now.floor_minute().micros();
    let takes = |entry: &Entry| takes(filter, entry, minute);
    let wanted = Wanted { takes: &takes, all: false, few: TOGETHER };
    let mut streams = store.streams(filter, None).await?;
    let mut left = usize::try_from(limit).unwrap_or(0);
    loop {
        let many = (left + 1).min(if streams.tells_ids_only() { RARE } else { usize::MAX });
        let entries = streams.next(many, wanted).await?;
        let is_last = entries.len() < many;
        for status in statuses(store, filter, &entries, now).await? {
            if left == 0 {
                count.is_lower_bound = true;
                return Ok(count);
            }
            count.by_status[status as usize] += 1;
            left -= 1;
        }
        if is_last {
            return Ok(count);
        }
    }
}

/// Where the orders of entries stand that are in a list. What an index does not tell is asked of the orders.
async fn statuses(store: &DynamoStore, filter: &OrderFilter, entries: &[Entry], now: Instant) -> Result<Vec<Status>> {
    let told: Option<Vec<Status>> =
        entries.iter().map(|entry| entry.status.as_deref().and_then(Status::parse)).collect();
    if let Some(told) = told {
        return Ok(told);
    }
    let ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
    let orders = store.histories(&ids).await?.into_values().filter_map(|history| history.order());
    Ok(orders.filter(|order| filter.takes(order, &store.zone, now)).map(|order| order.status()).collect())
}

/// Where the orders of the filter's vendor and days stand, from the sums or from the buckets of the days.
async fn standing(store: &DynamoStore, filter: &OrderFilter) -> Result<Counters> {
    let book = filter.vendor_id.clone().map_or(Book::Fleet, Book::Vendor);
    let book = partition(&book);
    if filter.placed_from.is_none() && filter.placed_to.is_none() {
        return read_counters(&store.row("counting orders", book).await?.totals);
    }
    let from = filter.placed_from.map_or_else(|| "day#".to_owned(), |day| Row::Day(day).key());
    let to = filter.placed_to.map_or_else(|| format!("day#{LAST}"), |day: Day| Row::Day(day).key());
    let mut sum = Counters::default();
    if from <= to {
        for item in store.book_rows(book, from, &to).await? {
            sum.add_all(&read_counters(&read::<BucketItem>(item)?.totals)?);
        }
    }
    Ok(sum)
}
