//! The recent feed: orders by their latest update, of the last seven days.

use goody_application::ports::{Position, RecentFilter, StatusCounts};
use goody_domain::{History, Instant, Order, Status};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::Fault;
use crate::orders::read_row;

/// Puts an order into the feed, or moves it up.
pub(crate) fn note(connection: &Connection, id: i64, order: &Order) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO recent_orders (id, order_id, vendor_id, status, updated_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (id) DO UPDATE SET \
             vendor_id = excluded.vendor_id, status = excluded.status, updated_at = excluded.updated_at",
        )?
        .execute(params![
            id,
            order.order_id.as_str(),
            order.placement.vendor_id.as_str(),
            order.status() as usize,
            order.updated_at.micros(),
        ])?;
    Ok(())
}

/// Forgets updates older than an instant.
pub(crate) fn forget(connection: &Connection, before: Instant) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM recent_orders WHERE updated_at < ?1")?.execute([before.micros()])?;
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

pub(crate) fn count(connection: &Connection, filter: &RecentFilter) -> Result<StatusCounts, Fault> {
    let (sql, values) = conditions(filter);
    let mut statement = connection
        .prepare_cached(&format!("SELECT status, count(*) FROM {} WHERE {sql} GROUP BY status", source(filter)))?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut counts = [0; Status::ALL.len()];
    while let Some(row) = rows.next()? {
        let place: usize = row.get(0)?;
        *counts.get_mut(place).ok_or_else(|| Fault::Damaged(format!("there is no status {place}")))? = row.get(1)?;
    }
    Ok(counts)
}
