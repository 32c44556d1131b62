//! Lists by placement with conditions that no index has: those as of a past instant, and those of a carrier, a region and others.
//!
//! The orders are read in the sequence of the list, and every one is checked. The orders that were open at a past instant were placed
//! in the days before it; the few that were open for longer have an index of their own.

use goody_application::ports::{OrderFilter, OrderSort, Position};
use goody_domain::{Instant, Order, OrderId, ReportZone};
use rusqlite::{Connection, params};

use crate::order_visitor::Visitor;
use crate::{Fault, listing};

/// The orders of [`tail`] were open for longer.
const LONG_SECONDS: i64 = 30 * 86_400;
/// How many orders are read at a time.
const FEW: usize = 128;

/// Visits the orders of a list after a position. Returns whether it ended at the end of the list.
pub(crate) fn visit(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    (now, zone): (Instant, &ReportZone),
    visitor: &mut Visitor<'_>,
) -> Result<bool, Fault> {
    if filter.sort != OrderSort::default() {
        // The promise or the value as of an instant: all orders of the list are sorted.
        let mut orders = Vec::new();
        let by_placement = OrderFilter { sort: OrderSort::default(), ascending: false, ..filter.clone() };
        let mut collector = Visitor::new(&by_placement, now, zone, |order| {
            orders.push(order);
            Ok(true)
        });
        visit(connection, &by_placement, None, (now, zone), &mut collector)?;
        drop(collector);
        for order in filter.page_of(orders, after, usize::MAX) {
            if !visitor.accept(order)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let Some(at) = filter.as_of else {
        let superset = superset(filter);
        return walk(connection, &superset, after.cloned(), (now, zone), visitor);
    };
    // What was late at T is late later, too.
    let now = now.max(at);
    let mut superset = superset(filter);
    superset.statuses.clear();
    superset.delayed = filter.delayed.filter(|delayed| *delayed);
    let last = zone.day_and_minute(at).0;
    superset.placed_to = Some(superset.placed_to.map_or(last, |to| to.min(last)));
    // Where the orders that were open for longer begin.
    let mut tail_end = None;
    if filter.is_open_only() {
        let first = zone.day_and_minute(at.plus_seconds(-LONG_SECONDS)).0;
        if superset.placed_from.is_none_or(|from| from < first) {
            superset.placed_from = Some(first);
            tail_end = Some(zone.start(first));
        }
    }
    // All orders from T on come first in a list that begins with the latest one. A stalled order was placed before its last event.
    let until = if filter.stalled == Some(true) { at.plus_seconds(-zone.stall_seconds()) } else { at };
    let from_at = Position { key: until.micros(), order_id: least_id()? };
    let start = if filter.ascending {
        after.cloned()
    } else {
        Some(after.map_or(from_at.clone(), |it| it.clone().min(from_at)))
    };
    if !filter.ascending && !walk(connection, &superset, start.clone(), (now, zone), visitor)? {
        return Ok(false);
    }
    if let Some(placed_before) = tail_end {
        let long_open = tail(connection, filter, placed_before, (now, zone))?;
        for order in filter.page_of(long_open, after, usize::MAX) {
            if !visitor.accept(order)? {
                return Ok(false);
            }
        }
    }
    if filter.ascending { walk(connection, &superset, start, (now, zone), visitor) } else { Ok(true) }
}

/// An id that is not after any other: ids are not empty, and `-` is the first of their characters.
fn least_id() -> Result<OrderId, Fault> {
    OrderId::parse("-").map_err(Fault::Damaged)
}

/// The conditions of a list that indexes by placement have.
fn superset(filter: &OrderFilter) -> OrderFilter {
    OrderFilter {
        vendor_id: filter.vendor_id.clone(),
        statuses: filter.statuses.clone(),
        placed_from: filter.placed_from,
        placed_to: filter.placed_to,
        delayed: filter.delayed,
        gift_type: filter.gift_type.clone(),
        ascending: filter.ascending,
        ..OrderFilter::default()
    }
}

fn walk(
    connection: &Connection,
    superset: &OrderFilter,
    mut after: Option<Position>,
    (now, zone): (Instant, &ReportZone),
    visitor: &mut Visitor<'_>,
) -> Result<bool, Fault> {
    loop {
        let places = listing::places(connection, superset, after.as_ref(), FEW, now, zone)?;
        for place in &places {
            if !visitor.visit(connection, place.id)? {
                return Ok(false);
            }
        }
        match places.last() {
            Some(last) if places.len() == FEW => {
                let order_id = OrderId::parse(&last.order_id).map_err(Fault::Damaged)?;
                after = Some(Position { key: last.created_at, order_id });
            }
            _ => return Ok(true),
        }
    }
}

/// The orders of a list that were placed before an instant, long before T, and were open at T.
fn tail(
    connection: &Connection,
    filter: &OrderFilter,
    placed_before: Instant,
    (now, zone): (Instant, &ReportZone),
) -> Result<Vec<Order>, Fault> {
    let mut orders = Vec::new();
    let mut collector = Visitor::new(filter, now, zone, |order| {
        orders.push(order);
        Ok(true)
    });
    let at = filter.evaluated_at(now).micros();
    for sql in [
        "SELECT id FROM orders INDEXED BY orders_long_open WHERE completed_at - created_at > 2592000000000 \
         AND created_at < ?1 AND completed_at >= ?2",
        "SELECT id FROM orders INDEXED BY orders_by_status WHERE vendor_id IS NOT NULL AND status IN (0, 1, 2) AND late IN (0, 1) \
         AND created_at < ?1 AND ?2 IS NOT NULL",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![placed_before.micros(), at])?;
        while let Some(row) = rows.next()? {
            collector.visit(connection, row.get(0)?)?;
        }
    }
    drop(collector);
    Ok(orders)
}
