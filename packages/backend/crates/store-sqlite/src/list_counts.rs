//! The kinds of orders and their numbers, updated by the transaction that writes the orders.
//!
//! The indexes of the lists hold the orders of one kind together, in the order of the list. No event arrives when a promise passes,
//! so the tick of the clock marks the order as late. Until then the order is a stray: its row has a kind that is no longer its own.

use std::collections::BTreeMap;

use goody_domain::{Instant, Order, Status};
use rusqlite::{Connection, Row, params};

use crate::{Fault, schema};

/// The most orders that one transaction marks as late.
pub(crate) const MARKED_TOGETHER: usize = 1_000;

/// What the orders of one index range have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// `None` in a list whose index does not have the gift type.
    pub gift_type: Option<String>,
    /// Its index among the nine statuses.
    pub status: i64,
    /// Whether it ended after its promise, or is open and marked as late.
    pub late: bool,
}

impl Kind {
    pub(crate) fn status(&self) -> Result<Status, Fault> {
        let place = usize::try_from(self.status).ok().and_then(|place| Status::ALL.get(place));
        place.copied().ok_or_else(|| Fault::Damaged(format!("there is no status {}", self.status)))
    }
}

/// A kind of orders of one vendor.
pub(crate) type Place = (String, Kind);

/// Where a row of an order is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// There is no row.
    Absent,
    /// Among the orders without a placement.
    Unplaced,
    /// In a list.
    In(Place),
}

impl Position {
    /// Where an order is counted; `None` is an order without a placement.
    pub(crate) fn of(order: Option<&Order>, now: Instant) -> Self {
        order.map_or(Self::Unplaced, |order| Self::In(place(order, now)))
    }

    /// Where a row is counted. Its columns from `first` on are `vendor_id`, `gift_type`, `status` and `late`.
    pub(crate) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(read_place(row, first)?.map_or(Self::Unplaced, Self::In))
    }
}

/// The place in which an order is counted.
fn place(order: &Order, now: Instant) -> Place {
    let placement = &order.placement;
    let gift_type = Some(placement.gift_type.as_ref().map(ToString::to_string).unwrap_or_default());
    let kind = Kind { gift_type, status: order.status() as i64, late: order.is_delayed(now) };
    (placement.vendor_id.to_string(), kind)
}

/// The place in which a row is counted, see [`Position::read`].
fn read_place(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Place>> {
    let Some(vendor_id) = row.get(first)? else { return Ok(None) };
    let kind = Kind { gift_type: row.get(first + 1)?, status: row.get(first + 2)?, late: row.get(first + 3)? };
    Ok(Some((vendor_id, kind)))
}

/// The number of orders without a placement, in the table `meta`.
const UNPLACED_KEY: &str = "unplaced_orders";

/// The number of orders with events and without a placement.
pub(crate) fn unplaced_orders(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(schema::meta(connection, UNPLACED_KEY)?.unwrap_or(0))
}

/// Counts the orders without a placement again. Returns whether their number differed.
pub(crate) fn correct_unplaced(connection: &Connection) -> Result<bool, Fault> {
    let counted: i64 =
        connection.query_row("SELECT count(*) FROM orders WHERE vendor_id IS NULL", [], |row| row.get(0))?;
    let differs = counted != unplaced_orders(connection)?;
    if differs {
        schema::set_meta(connection, UNPLACED_KEY, counted)?;
    }
    Ok(differs)
}

/// How one transaction moves the counts.
#[derive(Default)]
pub(crate) struct Moves {
    places: BTreeMap<Place, i64>,
    unplaced: i64,
}

impl Moves {
    /// Moves an order from one position to another.
    pub(crate) fn add(&mut self, from: Position, to: Position) {
        if from == to {
            return;
        }
        for (position, amount) in [(from, -1), (to, 1)] {
            match position {
                Position::Absent => {}
                Position::Unplaced => self.unplaced += amount,
                Position::In(place) => *self.places.entry(place).or_default() += amount,
            }
        }
    }

    /// Writes the counts, and those of all vendors together, whose key is empty.
    pub(crate) fn write(self, connection: &Connection) -> Result<(), Fault> {
        let mut of_all: BTreeMap<Kind, i64> = BTreeMap::new();
        for ((_, kind), amount) in self.places.iter().filter(|(_, amount)| **amount != 0) {
            *of_all.entry(kind.clone()).or_default() += amount;
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO order_kinds (book, gift_type, status, late, orders) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (book, gift_type, status, late) DO UPDATE SET orders = orders + excluded.orders",
        )?;
        let of_all = of_all.into_iter().map(|(kind, amount)| ((String::new(), kind), amount));
        for ((scope, kind), amount) in of_all.chain(self.places).filter(|(_, amount)| *amount != 0) {
            statement.execute(params![scope, kind.gift_type, kind.status, kind.late, amount])?;
        }
        if self.unplaced != 0 {
            schema::set_meta(connection, UNPLACED_KEY, unplaced_orders(connection)? + self.unplaced)?;
        }
        Ok(())
    }
}

/// Marks open orders as late whose promise passed before an instant, at most [`MARKED_TOGETHER`]. Returns their number.
pub(crate) fn mark_overdue(connection: &Connection, now: Instant) -> Result<usize, Fault> {
    let mut passed: Vec<(i64, Position)> = Vec::new();
    {
        let mut statement = connection.prepare_cached(
            "SELECT id, vendor_id, gift_type, status, late FROM orders INDEXED BY orders_by_promise \
             WHERE status BETWEEN 0 AND 2 AND late = 0 AND promise_at < ?1 LIMIT ?2",
        )?;
        let mut rows = statement.query(params![now.floor_minute().micros(), MARKED_TOGETHER])?;
        while let Some(row) = rows.next()? {
            passed.push((row.get(0)?, Position::read(row, 1)?));
        }
    }
    let marked = passed.len();
    let mut moves = Moves::default();
    for (id, from) in passed {
        connection.prepare_cached("UPDATE orders SET late = 1 WHERE id = ?1")?.execute([id])?;
        let to = match from.clone() {
            Position::In((vendor_id, kind)) => Position::In((vendor_id, Kind { late: true, ..kind })),
            other => other,
        };
        moves.add(from, to);
    }
    moves.write(connection)?;
    Ok(marked)
}

/// The expected content of `order_kinds`.
pub(crate) const TALLY: Tally = Tally {
    table: "order_kinds",
    key: "book, gift_type, status, late",
    expected: "SELECT vendor_id AS book, gift_type, status, late, count(*) AS orders FROM orders \
             WHERE vendor_id IS NOT NULL GROUP BY 1, 2, 3, 4 \
             UNION ALL SELECT '', gift_type, status, late, count(*) FROM orders WHERE vendor_id IS NOT NULL GROUP BY 2, 3, 4",
};

/// A table of counts in a column `orders`, and the query that counts again.
pub(crate) struct Tally {
    pub(crate) table: &'static str,
    /// The columns of its key.
    pub(crate) key: &'static str,
    /// The query that counts again.
    pub(crate) expected: &'static str,
}

impl Tally {
    /// Counts again, corrects the table, and returns how many counts differed.
    pub(crate) fn correct(&self, connection: &Connection) -> Result<u64, Fault> {
        let Self { table, key, expected } = self;
        let different: u64 = connection.query_row(
            &format!(
                "WITH expected AS ({expected}), actual AS (SELECT {key}, orders FROM {table} WHERE orders <> 0) SELECT \
                 (SELECT count(*) FROM (SELECT * FROM expected EXCEPT SELECT * FROM actual)) + \
                 (SELECT count(*) FROM (SELECT {key} FROM actual EXCEPT SELECT {key} FROM expected))"
            ),
            [],
            |row| row.get(0),
        )?;
        if different > 0 {
            tracing::warn!(different, table, "counts of orders differed and were corrected");
            connection.execute_batch(&format!("DELETE FROM {table}; INSERT INTO {table} {expected}"))?;
        }
        Ok(different)
    }
}
