//! Lists of open orders to chase: selected and sorted from the entries of one index, which has all open orders and is small.

use goody_application::ports::{OpenOrder, OrderCount, OrderFilter, Position};
use goody_domain::{Instant, OrderId, ReportZone, Status};
use rusqlite::{Connection, params};

use crate::Fault;
use crate::order_visitor::Visitor;

/// An open order in the index.
struct Entry {
    id: i64,
    position: Position,
    status: Status,
}

/// The open orders of a list by the conditions that the index has.
fn candidates(
    connection: &Connection,
    filter: &OrderFilter,
    now: Instant,
    zone: &ReportZone,
) -> Result<Vec<Entry>, Fault> {
    let vendor = if filter.vendor_id.is_some() { "vendor_id = ?1" } else { "?1 IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, order_id, status, created_at, promise_at, unshipped_at, stalled_at, gift_value \
         FROM orders INDEXED BY orders_open WHERE status BETWEEN 0 AND 2 AND {vendor}"
    ))?;
    let mut rows = statement.query(params![filter.vendor_id.as_ref().map(|id| id.as_str())])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(status) = Status::ALL.get(row.get::<_, usize>(2)?).copied() else { continue };
        let instant = |column| Ok::<_, Fault>(row.get::<_, Option<i64>>(column)?.map(Instant::from_micros));
        let order = OpenOrder {
            status,
            created_at: Instant::from_micros(row.get(3)?),
            promise: instant(4)?,
            unshipped_at: instant(5)?,
            stalled_at: instant(6)?,
            gift_value: row.get(7)?,
        };
        if filter.takes_open(&order, zone, now) {
            let order_id = OrderId::parse(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
            let order_id = order_id.map_err(|reason| Fault::Damaged(format!("the id of an order {reason}")))?;
            let position = Position { key: filter.sort_key_of_open(&order), order_id };
            found.push(Entry { id: row.get(0)?, position, status });
        }
    }
    Ok(found)
}

/// Visits the orders of a list after a position. Returns whether it ended at the end of the list.
pub(crate) fn visit(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    (now, zone): (Instant, &ReportZone),
    visitor: &mut Visitor<'_>,
) -> Result<bool, Fault> {
    let mut found = candidates(connection, filter, now, zone)?;
    found.retain(|order| filter.is_after(&order.position, after));
    found.sort_unstable_by(|one, other| {
        let ordering = one.position.cmp(&other.position);
        if filter.ascending { ordering } else { ordering.reverse() }
    });
    for order in found {
        if !visitor.visit(connection, order.id)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The number of orders in a list; `None` if the index does not have all of its conditions.
pub(crate) fn count(
    connection: &Connection,
    filter: &OrderFilter,
    now: Instant,
    zone: &ReportZone,
) -> Result<Option<OrderCount>, Fault> {
    if !filter.is_about_open_only() || filter.gift_type.is_some() {
        return Ok(None);
    }
    let mut count = OrderCount::default();
    for order in candidates(connection, filter, now, zone)? {
        count.by_status[order.status as usize] += 1;
    }
    Ok(Some(count))
}
