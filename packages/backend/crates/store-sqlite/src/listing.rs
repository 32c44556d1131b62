//! Lists of orders: every list is a merge of streams.
//!
//! An order's kind is its gift type, its status, and whether it ended late. Orders of one kind stand in an index in the order
//! of the list, for the fleet and for each vendor. A page takes the first orders of the streams that the filter lets in, so
//! its work grows with the number of kinds and not with the orders that it skips.

use std::collections::VecDeque;

use goody_application::ports::{OrderCount, OrderFilter, Position};
use goody_domain::{Counter, Counters, Day, Instant, Order, ReportZone, Status};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::orders::read_row;
use crate::{Fault, codec};

/// One stream of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    gift_type: String,
    status: i64,
    late: i64,
}

/// A list as the index sees it.
struct Source<'a> {
    filter: &'a OrderFilter,
    /// `created_at` lies in here.
    placed: std::ops::Range<i64>,
    /// Promises before this instant are over.
    now: i64,
}

impl<'a> Source<'a> {
    fn new(filter: &'a OrderFilter, now: Instant, zone: &ReportZone) -> Self {
        let from = filter.placed_from.map_or(i64::MIN, |day| zone.start(day).micros());
        let until = filter.placed_to.map_or(i64::MAX, |day| zone.end(day).micros());
        Self { filter, placed: from..until, now: now.floor_minute().micros() }
    }

    fn vendor(&self) -> Option<&str> {
        self.filter.vendor_id.as_ref().map(|id| id.as_str())
    }

    /// The table with its index, and the condition that leads into it. `?1` is the vendor.
    fn index(&self) -> (&'static str, &'static str) {
        if self.filter.vendor_id.is_some() {
            ("orders INDEXED BY orders_by_vendor", "vendor_id = ?1")
        } else {
            ("orders INDEXED BY orders_by_kind", "vendor_id IS NOT NULL AND ?1 IS NULL")
        }
    }

    /// The streams that the filter lets in, found by leaping from kind to kind.
    fn kinds(&self, connection: &Connection) -> Result<Vec<Kind>, Fault> {
        let (table, condition) = self.index();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT gift_type, status, late FROM {table} WHERE {condition} AND (gift_type, status, late) > (?2, ?3, ?4) \
             ORDER BY gift_type, status, late LIMIT 1"
        ))?;
        let wanted = self.filter.gift_type.as_ref().map(|gift| gift.as_str());
        let mut kinds = Vec::new();
        let mut at = Kind { gift_type: wanted.unwrap_or_default().to_owned(), status: -1, late: -1 };
        loop {
            let read =
                |row: &rusqlite::Row<'_>| Ok(Kind { gift_type: row.get(0)?, status: row.get(1)?, late: row.get(2)? });
            let next =
                statement.query_row(params![self.vendor(), at.gift_type, at.status, at.late], read).optional()?;
            match next {
                Some(kind) if wanted.is_none_or(|gift| gift == kind.gift_type) => {
                    if self.takes(&kind)? {
                        kinds.push(kind.clone());
                    }
                    at = kind;
                }
                _ => return Ok(kinds),
            }
        }
    }

    fn takes(&self, kind: &Kind) -> Result<bool, Fault> {
        let status = kind.status()?;
        let ended_as_wanted =
            status.outcome().is_none() || self.filter.delayed.is_none_or(|late| late == (kind.late == 1));
        Ok(self.filter.takes_status(status) && ended_as_wanted)
    }

    /// The conditions of one stream: `?1` vendor, `?2` gift type, `?3` status, `?4` late, `?5` and `?6` the range of
    /// placement, `?7` now.
    fn conditions(&self, kind: &Kind) -> Result<String, Fault> {
        let (_, condition) = self.index();
        let promise = match (kind.status()?.active(), self.filter.delayed) {
            (Some(_), Some(true)) => "promise_at < ?7",
            (Some(_), Some(false)) => "(promise_at IS NULL OR promise_at >= ?7)",
            _ => "?7 IS NOT NULL",
        };
        Ok(format!(
            "{condition} AND gift_type = ?2 AND status = ?3 AND late = ?4 AND created_at >= ?5 AND created_at < ?6 AND {promise}"
        ))
    }
}

impl Kind {
    fn status(&self) -> Result<Status, Fault> {
        let place = usize::try_from(self.status).ok().and_then(|place| Status::ALL.get(place));
        place.copied().ok_or_else(|| Fault::Damaged(format!("there is no status {}", self.status)))
    }
}

/// An order's place in the list, and its row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    created_at: i64,
    order_id: String,
    id: i64,
}

/// The orders of one kind from some place on, read a few at a time.
struct Stream<'a> {
    source: &'a Source<'a>,
    kind: Kind,
    ahead: VecDeque<Place>,
    ended: bool,
}

impl Stream<'_> {
    /// Looks at the stream's next order.
    fn peek(&mut self, connection: &Connection, after: Option<&Place>, few: usize) -> Result<Option<&Place>, Fault> {
        if self.ahead.is_empty() && !self.ended {
            self.ahead = self.fetch(connection, after, few)?;
            self.ended = self.ahead.len() < few;
        }
        Ok(self.ahead.front())
    }

    fn fetch(&self, connection: &Connection, after: Option<&Place>, few: usize) -> Result<VecDeque<Place>, Fault> {
        let source = self.source;
        let (table, _) = source.index();
        let behind = if after.is_some() { "(created_at, order_id) < (?8, ?9)" } else { "?8 IS NULL AND ?9 IS NULL" };
        let mut statement: CachedStatement<'_> = connection.prepare_cached(&format!(
            "SELECT created_at, order_id, id FROM {table} WHERE {} AND {behind} \
             ORDER BY created_at DESC, order_id DESC LIMIT ?10",
            source.conditions(&self.kind)?
        ))?;
        let places = statement.query_map(
            params![
                source.vendor(),
                self.kind.gift_type,
                self.kind.status,
                self.kind.late,
                source.placed.start,
                // The range ends with the place itself: an index is entered by one bound only.
                after.map_or(source.placed.end, |place| source.placed.end.min(place.created_at.saturating_add(1))),
                source.now,
                after.map(|place| place.created_at),
                after.map(|place| place.order_id.as_str()),
                few,
            ],
            |row| Ok(Place { created_at: row.get(0)?, order_id: row.get(1)?, id: row.get(2)? }),
        )?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }
}

/// A page of a list.
pub(crate) fn list(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    zone: &ReportZone,
) -> Result<Vec<Order>, Fault> {
    let source = Source::new(filter, now, zone);
    let kinds = source.kinds(connection)?;
    let few = (2 * limit / kinds.len().max(1)).clamp(1, limit);
    let stream = |kind| Stream { source: &source, kind, ahead: VecDeque::new(), ended: false };
    let mut streams: Vec<Stream<'_>> = kinds.into_iter().map(stream).collect();
    let start = after.map(|Position { at, order_id }| Place {
        created_at: at.micros(),
        order_id: order_id.to_string(),
        id: i64::MAX,
    });

    let mut heap = std::collections::BinaryHeap::with_capacity(streams.len());
    for (number, stream) in streams.iter_mut().enumerate() {
        heap.extend(stream.peek(connection, start.as_ref(), few)?.cloned().map(|place| (place, number)));
    }
    let mut page = Vec::with_capacity(limit);
    while page.len() < limit
        && let Some((place, number)) = heap.pop()
    {
        let stream = &mut streams[number];
        stream.ahead.pop_front();
        heap.extend(stream.peek(connection, Some(&place), few.max(8))?.cloned().map(|next| (next, number)));
        page.push(place.id);
    }

    let mut statement = connection.prepare_cached("SELECT order_id, history FROM orders WHERE id = ?1")?;
    let mut orders = Vec::with_capacity(page.len());
    for id in page {
        let mut rows = statement.query([id])?;
        if let Some(row) = rows.next()? {
            orders.extend(read_row(row)?.order());
        }
    }
    Ok(orders)
}

/// How many orders a list has: from the buckets where they know, else counted up to a limit.
pub(crate) fn count(
    connection: &Connection,
    filter: &OrderFilter,
    limit: i64,
    now: Instant,
    zone: &ReportZone,
) -> Result<OrderCount, Fault> {
    let mut count = OrderCount::default();
    if filter.is_counted() {
        let standing = standing(connection, filter)?;
        for status in Status::ALL.into_iter().filter(|status| filter.takes_status(*status)) {
            count.by_status[status as usize] = standing[Counter::Standing(status)];
        }
        return Ok(count);
    }
    let source = Source::new(filter, now, zone);
    let (table, _) = source.index();
    let mut left = limit;
    for kind in source.kinds(connection)? {
        let found: i64 = connection
            .prepare_cached(&format!(
                "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {} LIMIT ?8)",
                source.conditions(&kind)?
            ))?
            .query_row(
                params![
                    source.vendor(),
                    kind.gift_type,
                    kind.status,
                    kind.late,
                    source.placed.start,
                    source.placed.end,
                    source.now,
                    left + 1
                ],
                |row| row.get(0),
            )?;
        count.by_status[kind.status()? as usize] += found.min(left);
        if found > left {
            count.is_lower_bound = true;
            break;
        }
        left -= found;
    }
    Ok(count)
}

/// Where the orders of the filter's vendor and days stand.
fn standing(connection: &Connection, filter: &OrderFilter) -> Result<Counters, Fault> {
    let book = filter.vendor_id.as_ref().map_or("", |id| id.as_str());
    let mut sum = Counters::default();
    if filter.placed_from.is_none() && filter.placed_to.is_none() {
        let mut statement = connection.prepare_cached("SELECT totals FROM books WHERE book = ?1")?;
        let mut rows = statement.query([book])?;
        if let Some(row) = rows.next()? {
            sum = codec::read_counters(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
        }
        return Ok(sum);
    }
    let from = filter.placed_from.map_or(i32::MIN, Day::number);
    let to = filter.placed_to.map_or(i32::MAX, Day::number);
    let mut statement =
        connection.prepare_cached("SELECT totals FROM buckets WHERE book = ?1 AND day BETWEEN ?2 AND ?3")?;
    let mut rows = statement.query(params![book, from, to])?;
    while let Some(row) = rows.next()? {
        sum.add_all(&codec::read_counters(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
    }
    Ok(sum)
}
