//! The kinds of orders, and how many there are of each: kept in the transaction that writes the orders.
//!
//! Orders of one kind stand together in the indexes of the lists, in the order of the list. Nobody writes an order when its
//! promise passes, so the clock's tick notes it: until then the order is a stray, which stands with a kind it is no longer of.

use std::collections::BTreeMap;

use goody_domain::{Instant, Order, Status};
use rusqlite::{Connection, Row, params};

use crate::Fault;

/// How many orders whose promise passed are noted in one transaction.
pub(crate) const NOTED: usize = 1_000;

/// What an order has in common with those it stands with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// `None` in a list whose index does not tell gift types apart.
    pub gift_type: Option<String>,
    /// Its place among the nine.
    pub status: i64,
    /// It ended after its promise, or goes on with its promise over as far as was noted.
    pub late: bool,
}

impl Kind {
    pub(crate) fn status(&self) -> Result<Status, Fault> {
        let place = usize::try_from(self.status).ok().and_then(|place| Status::ALL.get(place));
        place.copied().ok_or_else(|| Fault::Damaged(format!("there is no status {}", self.status)))
    }
}

/// A vendor's kind of orders.
pub(crate) type Place = (String, Kind);

/// Where an order is counted.
pub(crate) fn place(order: &Order, now: Instant) -> Place {
    let placement = &order.placement;
    let gift_type = Some(placement.gift_type.as_ref().map(ToString::to_string).unwrap_or_default());
    let kind = Kind { gift_type, status: order.status() as i64, late: order.is_delayed(now) };
    (placement.vendor_id.to_string(), kind)
}

/// Where a row is counted whose columns from `first` on are `vendor_id`, `gift_type`, `status` and `late`.
pub(crate) fn read_place(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Place>> {
    let Some(vendor_id) = row.get(first)? else { return Ok(None) };
    let kind = Kind { gift_type: row.get(first + 1)?, status: row.get(first + 2)?, late: row.get(first + 3)? };
    Ok(Some((vendor_id, kind)))
}

/// How the counts of one transaction move.
#[derive(Default)]
pub(crate) struct Moves(BTreeMap<Place, i64>);

impl Moves {
    /// An order leaves one place and comes to another.
    pub(crate) fn moved(&mut self, from: Option<Place>, to: Option<Place>) {
        if from == to {
            return;
        }
        for (place, amount) in [(from, -1), (to, 1)] {
            if let Some(place) = place {
                *self.0.entry(place).or_default() += amount;
            }
        }
    }

    /// Also moves the counts of all vendors together, whose scope has no name.
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

/// Notes promises that passed before an instant, up to [`NOTED`] of them; says how many.
pub(crate) fn note_overdue(connection: &Connection, now: Instant) -> Result<usize, Fault> {
    let mut passed: Vec<(i64, Option<Place>)> = Vec::new();
    {
        let mut statement = connection.prepare_cached(
            "SELECT id, vendor_id, gift_type, status, late FROM orders INDEXED BY orders_by_promise \
             WHERE status BETWEEN 0 AND 2 AND late = 0 AND promise_at < ?1 LIMIT ?2",
        )?;
        let mut rows = statement.query(params![now.floor_minute().micros(), NOTED])?;
        while let Some(row) = rows.next()? {
            passed.push((row.get(0)?, read_place(row, 1)?));
        }
    }
    let noted = passed.len();
    let mut moves = Moves::default();
    for (id, from) in passed {
        connection.prepare_cached("UPDATE orders SET late = 1 WHERE id = ?1")?.execute([id])?;
        let to = from.clone().map(|(vendor_id, kind)| (vendor_id, Kind { late: true, ..kind }));
        moves.moved(from, to);
    }
    moves.write(connection)?;
    Ok(noted)
}

/// What `order_kinds` should hold.
pub(crate) const TALLY: Tally = Tally {
    table: "order_kinds",
    of: "book, gift_type, status, late",
    should: "SELECT vendor_id AS book, gift_type, status, late, count(*) AS orders FROM orders \
             WHERE vendor_id IS NOT NULL GROUP BY 1, 2, 3, 4 \
             UNION ALL SELECT '', gift_type, status, late, count(*) FROM orders WHERE vendor_id IS NOT NULL GROUP BY 2, 3, 4",
};

/// A table of counts, in its column `orders`, which are kept along with what they count.
pub(crate) struct Tally {
    pub(crate) table: &'static str,
    /// The columns that say of what.
    pub(crate) of: &'static str,
    /// Counts it all anew.
    pub(crate) should: &'static str,
}

impl Tally {
    /// Counts all anew; says how many counts were not as they should be.
    pub(crate) fn put_right(&self, connection: &Connection) -> Result<u64, Fault> {
        let Self { table, of, should } = self;
        let different: u64 = connection.query_row(
            &format!(
                "WITH ought AS ({should}), is_now AS (SELECT {of}, orders FROM {table} WHERE orders <> 0) SELECT \
                 (SELECT count(*) FROM (SELECT * FROM ought EXCEPT SELECT * FROM is_now)) + \
                 (SELECT count(*) FROM (SELECT {of} FROM is_now EXCEPT SELECT {of} FROM ought))"
            ),
            [],
            |row| row.get(0),
        )?;
        if different > 0 {
            tracing::warn!(different, table, "counts of orders were not as they should be");
            connection.execute_batch(&format!("DELETE FROM {table}; INSERT INTO {table} {should}"))?;
        }
        Ok(different)
    }
}
