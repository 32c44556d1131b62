//! The recent feed: orders by their latest update, of the last seven days, and how many of them each minute has.

use std::collections::BTreeMap;

use goody_application::ports::{Position, RecentFilter, StatusCounts};
use goody_domain::{History, Instant, Order, Status};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::Fault;
use crate::kinds::Tally;
use crate::orders::read_row;

/// How the counts of the feed's minutes move in one transaction.
#[derive(Default)]
pub(crate) struct Minutes(BTreeMap<(i64, usize), i64>);

impl Minutes {
    /// An order that goes is in the feed no longer.
    pub(crate) fn leave(&mut self, connection: &Connection, id: i64) -> Result<(), Fault> {
        if let Some((updated_at, status)) = noted(connection, id)? {
            self.add(updated_at, status, -1);
        }
        Ok(())
    }

    fn add(&mut self, updated_at: i64, status: usize, amount: i64) {
        *self.0.entry((minute(updated_at), status)).or_default() += amount;
    }

    pub(crate) fn write(self, connection: &Connection) -> Result<(), Fault> {
        let mut statement = connection.prepare_cached(
            "INSERT INTO recent_minutes (minute, status, orders) VALUES (?1, ?2, ?3) \
             ON CONFLICT (minute, status) DO UPDATE SET orders = orders + excluded.orders",
        )?;
        for ((minute, status), amount) in self.0.into_iter().filter(|(_, amount)| *amount != 0) {
            statement.execute(params![minute, status, amount])?;
        }
        Ok(())
    }
}

fn minute(micros: i64) -> i64 {
    micros.div_euclid(MINUTE)
}

/// In microseconds.
const MINUTE: i64 = 60_000_000;

/// When an order of the feed was updated last, and where it stood then.
fn noted(connection: &Connection, id: i64) -> Result<Option<(i64, usize)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT updated_at, status FROM recent_orders WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Puts an order into the feed, or moves it up.
pub(crate) fn note(connection: &Connection, id: i64, order: &Order, minutes: &mut Minutes) -> Result<(), Fault> {
    minutes.leave(connection, id)?;
    let (updated_at, status) = (order.updated_at.micros(), order.status() as usize);
    connection
        .prepare_cached(
            "INSERT INTO recent_orders (id, order_id, vendor_id, status, updated_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (id) DO UPDATE SET \
             vendor_id = excluded.vendor_id, status = excluded.status, updated_at = excluded.updated_at",
        )?
        .execute(params![id, order.order_id.as_str(), order.placement.vendor_id.as_str(), status, updated_at])?;
    minutes.add(updated_at, status, 1);
    Ok(())
}

/// Forgets updates older than the whole minute of an instant.
pub(crate) fn forget(connection: &Connection, before: Instant) -> Result<(), Fault> {
    let first = minute(before.micros());
    connection.prepare_cached("DELETE FROM recent_orders WHERE updated_at < ?1")?.execute([first * MINUTE])?;
    connection.prepare_cached("DELETE FROM recent_minutes WHERE minute < ?1")?.execute([first])?;
    Ok(())
}

/// The table with the index that fits the filter.
fn source(filter: &RecentFilter) -> &'static str {
    match (&filter.vendor_id, filter.statuses.len()) {
        (Some(_), _) => "recent_orders INDEXED BY recent_by_vendor",
        (None, 1) => "recent_orders INDEXED BY recent_by_status",
        (None, _) => "recent_orders INDEXED BY recent_by_update",
    }
}

/// The conditions of a filter, and their values.
fn conditions(filter: &RecentFilter) -> (String, Vec<Value>) {
    let mut values = vec![Value::Integer(filter.since.micros())];
    let mut sql = String::from("updated_at >= ?1");
    if let Some(vendor_id) = &filter.vendor_id {
        values.push(Value::Text(vendor_id.to_string()));
        sql += &format!(" AND vendor_id = ?{}", values.len());
    }
    if let [status] = filter.statuses[..] {
        sql += &format!(" AND status = {}", status as usize);
    } else if !filter.statuses.is_empty() {
        let places: Vec<String> = filter.statuses.iter().map(|status| (*status as usize).to_string()).collect();
        sql += &format!(" AND status IN ({})", places.join(", "));
    }
    (sql, values)
}

pub(crate) fn recent(
    connection: &Connection,
    filter: &RecentFilter,
    after: Option<&Position>,
    limit: usize,
) -> Result<Vec<History>, Fault> {
    let (mut sql, mut values) = conditions(filter);
    if let Some(Position { at, order_id }) = after {
        values.push(Value::Integer(at.micros()));
        values.push(Value::Text(order_id.to_string()));
        sql += &format!(" AND (updated_at, order_id) < (?{}, ?{})", values.len() - 1, values.len());
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT orders.order_id, orders.history FROM (SELECT id, updated_at, order_id FROM {} WHERE {sql} \
         ORDER BY updated_at DESC, order_id DESC LIMIT {limit}) AS page \
         JOIN orders ON orders.id = page.id ORDER BY page.updated_at DESC, page.order_id DESC",
        source(filter)
    ))?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut histories = Vec::with_capacity(limit);
    while let Some(row) = rows.next()? {
        histories.push(read_row(row)?);
    }
    Ok(histories)
}

/// The feed's orders from the whole minute of `since` on. A vendor's own are few enough to be counted one by one.
pub(crate) fn count(connection: &Connection, filter: &RecentFilter) -> Result<StatusCounts, Fault> {
    let first = minute(filter.since.micros());
    let mut counts = [0; Status::ALL.len()];
    let mut add = |place: usize, orders: i64| match Status::ALL.get(place) {
        Some(status) if filter.statuses.is_empty() || filter.statuses.contains(status) => Ok(counts[place] += orders),
        Some(_) => Ok(()),
        None => Err(Fault::Damaged(format!("there is no status {place}"))),
    };
    match &filter.vendor_id {
        None => {
            let mut statement = connection
                .prepare_cached("SELECT status, sum(orders) FROM recent_minutes WHERE minute >= ?1 GROUP BY status")?;
            let mut rows = statement.query([first])?;
            while let Some(row) = rows.next()? {
                add(row.get(0)?, row.get(1)?)?;
            }
        }
        Some(vendor_id) => {
            let mut statement = connection.prepare_cached(
                "SELECT status FROM recent_orders INDEXED BY recent_by_vendor WHERE vendor_id = ?1 AND updated_at >= ?2",
            )?;
            let mut rows = statement.query(params![vendor_id.as_str(), first * MINUTE])?;
            while let Some(row) = rows.next()? {
                add(row.get(0)?, 1)?;
            }
        }
    }
    Ok(counts)
}

/// What the feed's minutes should hold.
pub(crate) const TALLY: Tally = Tally {
    table: "recent_minutes",
    of: "minute, status",
    should: "SELECT updated_at / 60000000 AS minute, status, count(*) AS orders FROM recent_orders GROUP BY 1, 2",
};
