//! Lists of orders: every list is a merge of streams.
//!
//! The kind of an order is its status, whether it is late, and, in a list of one vendor or of one gift type, its gift type.
//! An index holds the orders of one kind in the order of the list. A page merges the streams of the kinds that the filter accepts,
//! so its work grows with the number of kinds and not with the orders that it skips. Strays are one more stream: orders whose
//! promise passed since the last tick of the clock, so that their row still has the kind of before.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::ops::Range;

use goody_application::ports::{OrderCount, OrderFilter, Position};
use goody_domain::{Counters, Day, Instant, Order, ReportZone, Status};
use rusqlite::{Connection, params};

use crate::codec::read_row;
use crate::list_counts::Kind;
use crate::{Fault, codec, schema};

/// A list in terms of the indexes.
struct Source<'a> {
    filter: &'a OrderFilter,
    /// The range of `created_at`.
    placed: Range<i64>,
    /// Promises before this instant have passed.
    now: i64,
}

/// One stream of a list.
#[derive(Clone, Debug)]
enum Of {
    Kind(Kind),
    /// Open orders whose promise has passed and whose row says that it has not, or the other way round.
    Strays {
        delayed: bool,
    },
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

    fn has_days(&self) -> bool {
        self.filter.placed_from.is_some() || self.filter.placed_to.is_some()
    }

    /// The kinds that the filter accepts, each with its number of orders, whatever their day of placement.
    fn kinds(&self, connection: &Connection) -> Result<BTreeMap<Kind, i64>, Fault> {
        let (scope, gift) = (self.vendor().unwrap_or(""), self.filter.gift_type.as_ref().map(|gift| gift.as_str()));
        let of_gift = if gift.is_some() { "gift_type = ?2" } else { "?2 IS NULL" };
        let mut statement = connection.prepare_cached(&format!(
            "SELECT gift_type, status, late, orders FROM order_kinds WHERE book = ?1 AND {of_gift} AND orders > 0"
        ))?;
        let mut rows = statement.query(params![scope, gift])?;
        let has_gift_types = gift.is_some() || self.filter.vendor_id.is_some();
        let mut kinds = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let gift_type = if has_gift_types { Some(row.get(0)?) } else { None };
            let kind = Kind { gift_type, status: row.get(1)?, late: row.get(2)? };
            if self.takes(&kind)? {
                *kinds.entry(kind).or_default() += row.get::<_, i64>(3)?;
            }
        }
        Ok(kinds)
    }

    fn takes(&self, kind: &Kind) -> Result<bool, Fault> {
        Ok(self.filter.takes_status(kind.status()?) && self.filter.delayed.is_none_or(|late| late == kind.late))
    }

    /// The table, the index of a stream, and its conditions: `?1` vendor, `?2` gift type, `?3` status, `?4` late,
    /// `?5` and `?6` the range of placement, `?7` now.
    fn rows(&self, of: &Of) -> Result<String, Fault> {
        let conditions = match of {
            Of::Kind(kind) => {
                let (index, vendor) = match (&self.filter.vendor_id, &kind.gift_type) {
                    (Some(_), _) => ("orders_by_vendor", "vendor_id = ?1"),
                    (None, Some(_)) => ("orders_by_gift", "vendor_id IS NOT NULL AND ?1 IS NULL"),
                    (None, None) => ("orders_by_status", "vendor_id IS NOT NULL AND ?1 IS NULL"),
                };
                let gift = if kind.gift_type.is_some() { "gift_type = ?2" } else { "?2 IS NULL" };
                let promise = match (kind.status()?.active(), self.filter.delayed) {
                    (Some(_), Some(true)) => "promise_at < ?7",
                    (Some(_), Some(false)) => "(promise_at IS NULL OR promise_at >= ?7)",
                    _ => "?7 IS NOT NULL",
                };
                format!(
                    "orders INDEXED BY {index} WHERE {vendor} AND {gift} AND status = ?3 AND late = ?4 AND {promise}"
                )
            }
            Of::Strays { delayed } => {
                let taken = Status::ALL.into_iter().filter(|status| self.filter.takes_status(*status));
                let taken: Vec<String> = taken.map(|status| (status as i64).to_string()).collect();
                let promise = if *delayed { "promise_at < ?7" } else { "promise_at >= ?7" };
                format!(
                    "orders INDEXED BY orders_by_promise WHERE status BETWEEN 0 AND 2 AND late = ?4 AND {promise} \
                     AND (?1 IS NULL OR vendor_id = ?1) AND (?2 IS NULL OR gift_type = ?2) AND ?3 IS NULL \
                     AND status IN ({})",
                    taken.join(", ")
                )
            }
        };
        Ok(format!("{conditions} AND created_at >= ?5 AND created_at < ?6"))
    }

    /// The values of `?2` to `?4`.
    fn values<'v>(&'v self, of: &'v Of) -> (Option<&'v str>, Option<i64>, bool) {
        match of {
            Of::Kind(kind) => (kind.gift_type.as_deref(), Some(kind.status), kind.late),
            Of::Strays { delayed } => (self.filter.gift_type.as_ref().map(|gift| gift.as_str()), None, !delayed),
        }
    }
}

/// The position of an order in the list, and its row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) created_at: i64,
    pub(crate) order_id: String,
    pub(crate) id: i64,
}

/// The orders of one stream from a position on, read a few at a time.
struct Stream<'a> {
    source: &'a Source<'a>,
    of: Of,
    ahead: VecDeque<Place>,
    ended: bool,
}

impl Stream<'_> {
    /// Returns the next order of the stream and leaves it there.
    fn peek(&mut self, connection: &Connection, after: Option<&Place>, few: usize) -> Result<Option<&Place>, Fault> {
        if self.ahead.is_empty() && !self.ended {
            self.ahead = self.fetch(connection, after, few)?;
            self.ended = self.ahead.len() < few;
        }
        Ok(self.ahead.front())
    }

    fn fetch(&self, connection: &Connection, after: Option<&Place>, few: usize) -> Result<VecDeque<Place>, Fault> {
        let Source { filter, now, .. } = self.source;
        let mut placed = self.source.placed.clone();
        // The range ends at the position itself: SQLite uses only one bound of an index.
        let (direction, behind) = match after {
            Some(place) if filter.ascending => {
                placed.start = placed.start.max(place.created_at);
                ("ASC", "(created_at, order_id) > (?8, ?9)")
            }
            Some(place) => {
                placed.end = placed.end.min(place.created_at.saturating_add(1));
                ("DESC", "(created_at, order_id) < (?8, ?9)")
            }
            None => (if filter.ascending { "ASC" } else { "DESC" }, "?8 IS NULL AND ?9 IS NULL"),
        };
        let mut statement = connection.prepare_cached(&format!(
            "SELECT created_at, order_id, id FROM {} AND {behind} \
             ORDER BY created_at {direction}, order_id {direction} LIMIT ?10",
            self.source.rows(&self.of)?
        ))?;
        let (gift_type, status, late) = self.source.values(&self.of);
        let places = statement.query_map(
            params![
                self.source.vendor(),
                gift_type,
                status,
                late,
                placed.start,
                placed.end,
                now,
                after.map(|place| place.created_at),
                after.map(|place| place.order_id.as_str()),
                few,
            ],
            |row| Ok(Place { created_at: row.get(0)?, order_id: row.get(1)?, id: row.get(2)? }),
        )?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }
}

/// The next order of a stream. The greatest of them is the next of the list.
#[derive(PartialEq, Eq)]
struct Next {
    place: Place,
    stream: usize,
    oldest_first: bool,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering = self.place.cmp(&other.place);
        if self.oldest_first { ordering.reverse() } else { ordering }
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
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
    let places = places(connection, filter, after, limit, now, zone)?;
    let mut statement = connection.prepare_cached("SELECT order_id, history FROM orders WHERE id = ?1")?;
    let mut orders = Vec::with_capacity(places.len());
    for place in places {
        let mut rows = statement.query([place.id])?;
        if let Some(row) = rows.next()? {
            orders.extend(read_row(row)?.order());
        }
    }
    Ok(orders)
}

/// The places of the orders of a list that is selected and sorted by what the indexes of kinds have.
pub(crate) fn places(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    zone: &ReportZone,
) -> Result<Vec<Place>, Fault> {
    let source = Source::new(filter, now, zone);
    let mut of: Vec<Of> = source.kinds(connection)?.into_keys().map(Of::Kind).collect();
    let few = (2 * limit / of.len().max(1)).clamp(1, limit);
    of.extend(filter.delayed.map(|delayed| Of::Strays { delayed }));
    let stream = |of| Stream { source: &source, of, ahead: VecDeque::new(), ended: false };
    let mut streams: Vec<Stream<'_>> = of.into_iter().map(stream).collect();
    let start = after.map(|Position { key, order_id }| Place {
        created_at: *key,
        order_id: order_id.to_string(),
        id: i64::MAX,
    });

    let next = |place, stream| Next { place, stream, oldest_first: filter.ascending };
    let mut heap = BinaryHeap::with_capacity(streams.len());
    for (number, stream) in streams.iter_mut().enumerate() {
        heap.extend(stream.peek(connection, start.as_ref(), few)?.cloned().map(|place| next(place, number)));
    }
    let mut page = Vec::with_capacity(limit);
    while page.len() < limit
        && let Some(Next { place, stream: number, .. }) = heap.pop()
    {
        let stream = &mut streams[number];
        stream.ahead.pop_front();
        heap.extend(stream.peek(connection, Some(&place), few.max(8))?.cloned().map(|place| next(place, number)));
        page.push(place);
    }
    Ok(page)
}

/// The number of orders in a list: from the buckets or the counts of kinds if they have it, else counted up to a limit.
pub(crate) fn count(
    connection: &Connection,
    filter: &OrderFilter,
    limit: i64,
    now: Instant,
    zone: &ReportZone,
) -> Result<OrderCount, Fault> {
    let source = Source::new(filter, now, zone);
    if !source.has_days() {
        return count_kinds(connection, &source);
    }
    if !filter.is_counted() {
        return count_orders(connection, &source, limit);
    }
    let (older, kept) = filter.clone().split_at(schema::kept_from(connection)?);
    let mut count = match older {
        Some(older) => count_orders(connection, &Source::new(&older, now, zone), limit)?,
        None => OrderCount::default(),
    };
    if let Some(kept) = kept {
        count.add_counted(filter, &sum_of_days(connection, &kept)?);
    }
    Ok(count)
}

/// Counts the orders one by one, up to a limit.
fn count_orders(connection: &Connection, source: &Source<'_>, limit: i64) -> Result<OrderCount, Fault> {
    let mut count = OrderCount::default();
    let mut left = limit;
    let mut add = |status: i64, found: i64, left: &mut i64| {
        count.by_status[status as usize] += found.min(*left);
        count.is_lower_bound |= found > *left;
        *left -= found.min(*left);
    };
    if let Some(delayed) = source.filter.delayed {
        for (status, found) in count_strays(connection, source, delayed)? {
            add(status, found, &mut left);
        }
    }
    for kind in source.kinds(connection)?.into_keys() {
        let status = kind.status;
        let found = count_up_to(connection, source, &Of::Kind(kind), left + 1)?;
        add(status, found, &mut left);
    }
    Ok(count)
}

/// The counts of kinds, corrected by the strays.
fn count_kinds(connection: &Connection, source: &Source<'_>) -> Result<OrderCount, Fault> {
    let mut count = OrderCount::default();
    for (kind, orders) in source.kinds(connection)? {
        count.by_status[kind.status()? as usize] += orders;
    }
    if let Some(delayed) = source.filter.delayed {
        for (status, found) in count_strays(connection, source, delayed)? {
            count.by_status[status as usize] += found;
        }
        for (status, found) in count_strays(connection, source, !delayed)? {
            count.by_status[status as usize] -= found;
        }
    }
    Ok(count)
}

/// Strays by status. They are few: those since the last tick.
fn count_strays(connection: &Connection, source: &Source<'_>, delayed: bool) -> Result<Vec<(i64, i64)>, Fault> {
    let of = Of::Strays { delayed };
    let sql = format!("SELECT status, count(*) FROM {} GROUP BY status", source.rows(&of)?);
    let mut statement = connection.prepare_cached(&sql)?;
    let (gift_type, status, late) = source.values(&of);
    let Range { start, end } = source.placed;
    let counts = statement
        .query_map(params![source.vendor(), gift_type, status, late, start, end, source.now], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(counts)
}

fn count_up_to(connection: &Connection, source: &Source<'_>, of: &Of, limit: i64) -> Result<i64, Fault> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT ?8)", source.rows(of)?);
    let (gift_type, status, late) = source.values(of);
    let Range { start, end } = source.placed;
    let values = params![source.vendor(), gift_type, status, late, start, end, source.now, limit];
    Ok(connection.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?)
}

/// The sum of the buckets of the filter's vendor and days.
fn sum_of_days(connection: &Connection, filter: &OrderFilter) -> Result<Counters, Fault> {
    let scope = filter.vendor_id.as_ref().map_or("", |id| id.as_str());
    let mut sum = Counters::default();
    let from = filter.placed_from.map_or(i32::MIN, Day::number);
    let to = filter.placed_to.map_or(i32::MAX, Day::number);
    let mut statement =
        connection.prepare_cached("SELECT totals FROM buckets WHERE book = ?1 AND day BETWEEN ?2 AND ?3")?;
    let mut rows = statement.query(params![scope, from, to])?;
    while let Some(row) = rows.next()? {
        sum.add_all(&codec::read_counters(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
    }
    Ok(sum)
}
