//! Lists of orders: each is read from the index that has most of its conditions and its sequence.

use goody_application::ports::{OrderCount, OrderFilter, OrderSort, Position, StatusCounts};
use goody_domain::{Instant, Milestone, Order, ReportZone};
use rusqlite::Connection;

use crate::order_visitor::Visitor;
use crate::{Fault, listing, milestone_lists, open_orders, past_lists};

/// How many histories a count may read.
const COUNT_EFFORT: usize = 2_000;

/// A page of a list.
pub(crate) fn list(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    zone: &ReportZone,
) -> Result<Vec<Order>, Fault> {
    if filter.is_basic() {
        return listing::list(connection, filter, after, limit, now, zone);
    }
    let mut orders = Vec::with_capacity(limit);
    let mut visitor = Visitor::new(filter, now, zone, |order| {
        orders.push(order);
        Ok(orders.len() < limit)
    });
    visit(connection, filter, after, (now, zone), &mut visitor)?;
    drop(visitor);
    Ok(orders)
}

/// The number of orders in a list.
pub(crate) fn count(
    connection: &Connection,
    filter: &OrderFilter,
    limit: i64,
    now: Instant,
    zone: &ReportZone,
) -> Result<OrderCount, Fault> {
    match filter.is_basic() {
        true => listing::count(connection, filter, limit, now, zone),
        false => count_visited(connection, filter, limit, (now, zone)),
    }
}

/// Visits the orders of a list that the indexes of kinds do not select and sort.
fn visit(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    (now, zone): (Instant, &ReportZone),
    visitor: &mut Visitor<'_>,
) -> Result<bool, Fault> {
    match filter.sort {
        OrderSort::Milestone(milestone) if milestone != Milestone::Placed => {
            milestone_lists::visit(connection, filter, milestone, after, zone, visitor)
        }
        _ if filter.as_of.is_none() && filter.is_open_only() => {
            open_orders::visit(connection, filter, after, (now, zone), visitor)
        }
        _ => past_lists::visit(connection, filter, after, (now, zone), visitor),
    }
}

/// Counts the orders of such a list one by one, up to a limit and with a bounded effort.
fn count_visited(
    connection: &Connection,
    filter: &OrderFilter,
    limit: i64,
    (now, zone): (Instant, &ReportZone),
) -> Result<OrderCount, Fault> {
    if filter.as_of.is_none()
        && filter.is_open_only()
        && let Some(count) = open_orders::count(connection, filter, now, zone)?
    {
        return Ok(count);
    }
    let (mut by_status, mut left) = (StatusCounts::default(), limit);
    let mut visitor = Visitor::new(filter, now, zone, |order| {
        left -= 1;
        if left >= 0 {
            by_status[filter.status_of(&order) as usize] += 1;
        }
        Ok(left >= 0)
    });
    visitor.effort = COUNT_EFFORT;
    let is_complete = visit(connection, filter, None, (now, zone), &mut visitor)?;
    drop(visitor);
    Ok(OrderCount { by_status, is_lower_bound: !is_complete })
}
