//! The recent feed: orders of the last seven days by their latest update, and the number of updates in each minute.

use std::collections::BTreeMap;

use goody_application::ports::{Position, RecentFilter, StatusCounts};
use goody_domain::{History, Instant, Order, Status};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Fault;
use crate::codec::read_row;
use crate::list_counts::Tally;

/// In microseconds.
const MINUTE: i64 = 60_000_000;

/// How one transaction moves the counts of the feed's minutes.
#[derive(Default)]
pub(crate) struct Minutes(BTreeMap<(i64, usize), i64>);

impl Minutes {
    /// Takes an order out of the counts.
    pub(crate) fn remove(&mut self, connection: &Connection, id: i64) -> Result<(), Fault> {
        if let Some((updated_at, status)) = recorded(connection, id)? {
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

/// The latest update of an order in the feed, and its status.
fn recorded(connection: &Connection, id: i64) -> Result<Option<(i64, usize)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT updated_at, status FROM recent_orders WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Puts an order into the feed, or moves it to the front.
pub(crate) fn record(connection: &Connection, id: i64, order: &Order, minutes: &mut Minutes) -> Result<(), Fault> {
    minutes.remove(connection, id)?;
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

/// Takes an order out of the feed.
pub(crate) fn remove(connection: &Connection, id: i64, minutes: &mut Minutes) -> Result<(), Fault> {
    minutes.remove(connection, id)?;
    connection.prepare_cached("DELETE FROM recent_orders WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Removes updates before the whole minute of an instant.
pub(crate) fn remove_before(connection: &Connection, before: Instant) -> Result<(), Fault> {
    let first = minute(before.micros());
    connection.prepare_cached("DELETE FROM recent_orders WHERE updated_at < ?1")?.execute([first * MINUTE])?;
    connection.prepare_cached("DELETE FROM recent_minutes WHERE minute < ?1")?.execute([first])?;
    Ok(())
}

/// The parts of a feed, each in the order of its index: the index, and the conditions in addition to the time.
fn parts(filter: &RecentFilter) -> Vec<(&'static str, String)> {
    let mut statuses: Vec<usize> = filter.statuses.iter().map(|status| *status as usize).collect();
    statuses.sort_unstable();
    statuses.dedup();
    match (&filter.vendor_id, statuses.is_empty()) {
        (Some(_), true) => vec![("recent_by_vendor", "vendor_id = ?2".to_owned())],
        (Some(_), false) => {
            let statuses: Vec<String> = statuses.iter().map(ToString::to_string).collect();
            vec![("recent_by_vendor", format!("vendor_id = ?2 AND status IN ({})", statuses.join(", ")))]
        }
        (None, true) => vec![("recent_by_update", "?2 IS NULL".to_owned())],
        (None, false) => {
            statuses.iter().map(|status| ("recent_by_status", format!("?2 IS NULL AND status = {status}"))).collect()
        }
    }
}

pub(crate) fn recent(
    connection: &Connection,
    filter: &RecentFilter,
    after: Option<&Position>,
    limit: usize,
) -> Result<Vec<History>, Fault> {
    const ORDER: &str = "ORDER BY updated_at DESC, order_id DESC";
    let before = if after.is_some() { "(updated_at, order_id) < (?3, ?4)" } else { "?3 IS NULL AND ?4 IS NULL" };
    let parts = parts(filter).into_iter().map(|(index, conditions)| {
        format!(
            "SELECT * FROM (SELECT id, updated_at, order_id FROM recent_orders INDEXED BY {index} \
             WHERE updated_at >= ?1 AND {conditions} AND {before} {ORDER} LIMIT ?5)"
        )
    });
    let parts = parts.collect::<Vec<_>>().join(" UNION ALL ");
    let mut statement = connection.prepare_cached(&format!(
        "SELECT orders.order_id, orders.history FROM (SELECT * FROM ({parts}) {ORDER} LIMIT ?5) AS page \
         JOIN orders ON orders.id = page.id ORDER BY page.updated_at DESC, page.order_id DESC"
    ))?;
    let mut rows = statement.query(params![
        filter.since.micros(),
        filter.vendor_id.as_ref().map(|id| id.as_str()),
        after.map(|place| place.key),
        after.map(|place| place.order_id.as_str()),
        limit,
    ])?;
    let mut histories = Vec::with_capacity(limit);
    while let Some(row) = rows.next()? {
        histories.push(read_row(row)?);
    }
    Ok(histories)
}

/// The number of orders in the feed from the whole minute of `since` on. Those of one vendor are few enough to count one by one.
pub(crate) fn count(connection: &Connection, filter: &RecentFilter) -> Result<StatusCounts, Fault> {
    let first = minute(filter.since.micros());
    let mut counts = [0; Status::ALL.len()];
    let mut add = |place: usize, orders: i64| {
        let status = Status::ALL.get(place).ok_or_else(|| Fault::Damaged(format!("there is no status {place}")))?;
        if filter.statuses.is_empty() || filter.statuses.contains(status) {
            counts[place] += orders;
        }
        Ok::<(), Fault>(())
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

/// The expected counts of the feed's minutes.
pub(crate) const TALLY: Tally = Tally {
    table: "recent_minutes",
    key: "minute, status",
    expected: "SELECT updated_at / 60000000 AS minute, status, count(*) AS orders FROM recent_orders GROUP BY 1, 2",
};
