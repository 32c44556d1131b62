//! The kinds of orders and their numbers, updated by the transaction that writes the orders.
//!
//! The indexes of the lists hold the orders of one kind together, in the order of the list. No event arrives when a promise passes,
//! so the tick of the clock marks the order as late. Until then the order is a stray: its row has a kind that is no longer its own.

use std::collections::BTreeMap;

use goody_domain::{Instant, Order, Status};
use rusqlite::{Connection, Row, params};

use crate::Fault;

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

/// The place in which an order is counted.
pub(crate) fn place(order: &Order, now: Instant) -> Place {
    let placement = &order.placement;
    let gift_type = Some(placement.gift_type.as_ref().map(ToString::to_string).unwrap_or_default());
    let kind = Kind { gift_type, status: order.status() as i64, late: order.is_delayed(now) };
    (placement.vendor_id.to_string(), kind)
}

/// The place in which a row is counted. Its columns from `first` on are `vendor_id`, `gift_type`, `status` and `late`.
pub(crate) fn read_place(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Place>> {
    let Some(vendor_id) = row.get(first)? else { return Ok(None) };
    let kind = Kind { gift_type: row.get(first + 1)?, status: row.get(first + 2)?, late: row.get(first + 3)? };
    Ok(Some((vendor_id, kind)))
}

/// How one transaction moves the counts.
#[derive(Default)]
pub(crate) struct Moves(BTreeMap<Place, i64>);

impl Moves {
    /// Moves an order from one place to another.
    pub(crate) fn add(&mut self, from: Option<Place>, to: Option<Place>) {
        if from == to {
            return;
        }
        for (place, amount) in [(from, -1), (to, 1)] {
            if let Some(place) = place {
                *self.0.entry(place).or_default() += amount;
            }
        }
    }

    /// Writes the counts, and those of all vendors together, whose key is empty.
    pub(crate) fn write(self, connection: &Connection) -> Result<(), Fault> {
        let mut of_all: BTreeMap<Kind, i64> = BTreeMap::new();
        for ((_, kind), amount) in self.0.iter().filter(|(_, amount)| **amount != 0) {
            *of_all.entry(kind.clone()).or_default() += amount;
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO order_kinds (book, gift_type, status, late, orders) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (book, gift_type, status, late) DO UPDATE SET orders = orders + excluded.orders",
        )?;
        let of_all = of_all.into_iter().map(|(kind, amount)| ((String::new(), kind), amount));
        for ((scope, kind), amount) in of_all.chain(self.0).filter(|(_, amount)| *amount != 0) {
            statement.execute(params![scope, kind.gift_type, kind.status, kind.late, amount])?;
        }
        Ok(())
    }
}

/// Marks open orders as late whose promise passed before an instant, at most [`MARKED_TOGETHER`]. Returns their number.
pub(crate) fn mark_overdue(connection: &Connection, now: Instant) -> Result<usize, Fault> {
    let mut passed: Vec<(i64, Option<Place>)> = Vec::new();
    {
        let mut statement = connection.prepare_cached(
            "SELECT id, vendor_id, gift_type, status, late FROM orders INDEXED BY orders_by_promise \
             WHERE status BETWEEN 0 AND 2 AND late = 0 AND promise_at < ?1 LIMIT ?2",
        )?;
        let mut rows = statement.query(params![now.floor_minute().micros(), MARKED_TOGETHER])?;
        while let Some(row) = rows.next()? {
            passed.push((row.get(0)?, read_place(row, 1)?));
        }
    }
    let marked = passed.len();
    let mut moves = Moves::default();
    for (id, from) in passed {
        connection.prepare_cached("UPDATE orders SET late = 1 WHERE id = ?1")?.execute([id])?;
        let to = from.clone().map(|(vendor_id, kind)| (vendor_id, Kind { late: true, ..kind }));
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
