//! Lists of open orders to chase: selected and sorted from the entries of one index, which has all open orders and is small.

use goody_application::ports::{OrderCount, OrderFilter, OrderSort, Position};
use goody_domain::{Instant, OrderId, ReportZone, Status};
use rusqlite::{Connection, params};

use crate::order_visitor::Visitor;
use crate::{Fault, order_visitor};

/// An open order in the index.
struct OpenOrder {
    id: i64,
    position: Position,
    status: usize,
}

/// The open orders of a list by the conditions that the index has.
fn candidates(
    connection: &Connection,
    filter: &OrderFilter,
    now: Instant,
    zone: &ReportZone,
) -> Result<Vec<OpenOrder>, Fault> {
    let vendor = if filter.vendor_id.is_some() { "vendor_id = ?1" } else { "?1 IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, order_id, created_at, promise_at, unshipped_at, stalled_at, gift_value, status \
         FROM orders INDEXED BY orders_open WHERE status BETWEEN 0 AND 2 AND {vendor}"
    ))?;
    let at = filter.evaluated_at(now).micros();
    let placed = filter.placed().instants(zone);
    let placed = placed.start.micros()..placed.end.micros();
    let overdue_since = filter.overdue_since(filter.evaluated_at(now)).map(Instant::micros);
    let mut rows = statement.query(params![filter.vendor_id.as_ref().map(|id| id.as_str())])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (created_at, status): (i64, usize) = (row.get(2)?, row.get(7)?);
        let (promise, value): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(6)?);
        let (unshipped_at, stalled_at): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
        let has_passed = |instant: Option<i64>| instant.is_some_and(|instant| instant < at);
        let takes = Status::ALL.get(status).is_some_and(|status| filter.takes_status(*status))
            && placed.contains(&created_at)
            && filter.delayed.is_none_or(|delayed| delayed == has_passed(promise))
            && overdue_since.is_none_or(|since| promise.is_some_and(|promise| promise < since))
            && filter.unshipped.is_none_or(|unshipped| unshipped == has_passed(unshipped_at))
            && filter.stalled.is_none_or(|stalled| stalled == has_passed(stalled_at))
            && filter.takes_value(value);
        if takes {
            let key = match filter.sort {
                OrderSort::Milestone(_) => created_at,
                OrderSort::Promise => promise.unwrap_or(i64::MAX),
                OrderSort::Value => value.unwrap_or(-1),
            };
            let order_id = OrderId::parse(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
            let order_id = order_id.map_err(|reason| Fault::Damaged(format!("the id of an order {reason}")))?;
            found.push(OpenOrder { id: row.get(0)?, position: Position { key, order_id }, status });
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
    found.retain(|order| {
        after.is_none_or(|after| if filter.ascending { order.position > *after } else { order.position < *after })
    });
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
    limit: i64,
    now: Instant,
    zone: &ReportZone,
) -> Result<Option<OrderCount>, Fault> {
    if order_visitor::needs_history(filter) {
        return Ok(None);
    }
    let mut count = OrderCount::default();
    for (number, order) in (0..).zip(candidates(connection, filter, now, zone)?) {
        if number == limit {
            count.is_lower_bound = true;
            break;
        }
        count.by_status[order.status] += 1;
    }
    Ok(Some(count))
}
