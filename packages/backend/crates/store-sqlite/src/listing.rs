//! Lists of orders: every list is a merge of streams.
//!
//! An order's kind is its status, whether it ended late, and, in a list of one vendor or of one gift type, its gift type.
//! Orders of one kind stand in an index in the order of the list. A page takes the first orders of the streams that the
//! filter lets in, so its work grows with the number of kinds and not with the orders that it skips.

use std::collections::VecDeque;

use goody_application::ports::{OrderCount, OrderFilter, Position};
use goody_domain::{Counter, Counters, Day, Instant, Order, ReportZone, Status};
use rusqlite::{CachedStatement, Connection, params};

use crate::orders::read_row;
use crate::{Fault, codec};

/// One stream of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    /// `None` where the list's index does not tell gift types apart.
    gift_type: Option<String>,
    status: i64,
    late: i64,
}

/// The leaps within one gift type.
const SAME_GIFT: [&str; 2] =
    ["gift_type = ?2 AND status = ?3 AND late > ?4", "gift_type = ?2 AND status > ?3 AND ?4 IS NOT NULL"];

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
        match (&self.filter.vendor_id, &self.filter.gift_type) {
            (Some(_), _) => ("orders INDEXED BY orders_by_vendor", "vendor_id = ?1"),
            (None, Some(_)) => ("orders INDEXED BY orders_by_gift", "vendor_id IS NOT NULL AND ?1 IS NULL"),
            (None, None) => ("orders INDEXED BY orders_by_status", "vendor_id IS NOT NULL AND ?1 IS NULL"),
        }
    }

    /// The streams that the filter lets in.
    fn kinds(&self, connection: &Connection) -> Result<Vec<Kind>, Fault> {
        let wanted = self.filter.gift_type.as_ref().map(ToString::to_string);
        let any = self.filter.vendor_id.as_ref().map(|_| String::new());
        let mut at = Kind { gift_type: wanted.or(any), status: -1, late: -1 };
        let mut leaps = self.leaps(connection, at.gift_type.is_some())?;
        let mut kinds = Vec::new();
        while let Some(kind) = self.next_kind(&mut leaps, &at)? {
            if self.takes(&kind)? {
                kinds.push(kind.clone());
            }
            at = kind;
        }
        Ok(kinds)
    }

    /// The leaps from one kind to the next: to one of the same status, else of the same gift type, else to any.
    fn leaps<'c>(&self, connection: &'c Connection, by_gift: bool) -> Result<Vec<CachedStatement<'c>>, Fault> {
        let (table, condition) = self.index();
        let leaps: &[&str] = match (&self.filter.vendor_id, &self.filter.gift_type) {
            (None, None) => {
                &["?2 IS NULL AND status = ?3 AND late > ?4", "?2 IS NULL AND status > ?3 AND ?4 IS NOT NULL"]
            }
            (_, Some(_)) => &SAME_GIFT,
            (Some(_), None) => &[SAME_GIFT[0], SAME_GIFT[1], "gift_type > ?2 AND ?3 IS NOT NULL AND ?4 IS NOT NULL"],
        };
        let columns = if by_gift { "gift_type, status, late" } else { "status, late" };
        let prepare = |leap| {
            connection.prepare_cached(&format!(
                "SELECT status, late, gift_type FROM {table} WHERE {condition} AND {leap} ORDER BY {columns} LIMIT 1"
            ))
        };
        Ok(leaps.iter().map(prepare).collect::<rusqlite::Result<_>>()?)
    }

    fn next_kind(&self, leaps: &mut [CachedStatement<'_>], at: &Kind) -> Result<Option<Kind>, Fault> {
        for leap in leaps {
            let mut rows = leap.query(params![self.vendor(), at.gift_type, at.status, at.late])?;
            if let Some(row) = rows.next()? {
                let gift_type = at.gift_type.as_ref().map(|_| row.get(2)).transpose()?;
                return Ok(Some(Kind { gift_type, status: row.get(0)?, late: row.get(1)? }));
            }
        }
        Ok(None)
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
        let gift = if kind.gift_type.is_some() { "gift_type = ?2" } else { "?2 IS NULL" };
        Ok(format!(
            "{condition} AND {gift} AND status = ?3 AND late = ?4 AND created_at >= ?5 AND created_at < ?6 AND {promise}"
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
