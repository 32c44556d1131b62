//! Lists of the orders that reached a milestone in a range of days: read day by day from the index of the milestone.

use goody_application::ports::{DayRange, OrderFilter, Position};
use goody_domain::{Day, Milestone, ReportZone};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Fault;
use crate::order_visitor::Visitor;

/// How many orders the first statement returns. Each further one of a day returns twice as many, as it sorts the whole day again.
const FEW: usize = 64;

/// The index of a milestone: its name, and the columns of the day and the instant.
struct Index {
    name: &'static str,
    day: &'static str,
    at: &'static str,
}

impl Index {
    /// The index of a milestone. Orders by placement have others.
    fn of(milestone: Milestone) -> Option<Self> {
        let (name, day, at) = match milestone {
            Milestone::Placed => return None,
            Milestone::Completed => ("orders_by_completion", "completed_day", "completed_at"),
            Milestone::Due => ("orders_by_due", "due_day", "promise_at"),
            Milestone::ShipDue => ("orders_by_ship_due", "ship_due_day", "ship_by_at"),
            Milestone::HandedOver => ("orders_by_handover", "handed_over_day", "handed_over_at"),
            Milestone::Returned => ("orders_by_return", "returned_day", "returned_at"),
            Milestone::Refunded => ("orders_by_refund", "refunded_day", "refunded_at"),
        };
        Some(Self { name, day, at })
    }

    /// The next day from `day` on that has orders.
    fn next_day(&self, connection: &Connection, first: i32, last: i32, ascending: bool) -> Result<Option<i32>, Fault> {
        let Self { name, day, .. } = self;
        let direction = if ascending { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT {day} FROM orders INDEXED BY {name} WHERE {day} >= ?1 AND {day} <= ?2 ORDER BY {day} {direction} LIMIT 1"
        );
        Ok(connection.prepare_cached(&sql)?.query_row(params![first, last], |row| row.get(0)).optional()?)
    }

    /// The orders of a day: `?1` the day, `?2` T, `?3` the vendor, `?4` and `?5` the position, `?6` how many.
    fn select(&self, filter: &OrderFilter, has_position: bool) -> String {
        let Self { name, day, at } = self;
        let is_kept = |column: &str, wanted: Option<bool>| match wanted {
            Some(wanted) => format!("{column} = {}", i64::from(wanted)),
            None => format!("{column} IN (0, 1)"),
        };
        let flag = match *name {
            "orders_by_due" => is_kept("on_time", filter.on_time),
            "orders_by_ship_due" => is_kept("shipped_on_time", filter.shipped_on_time),
            "orders_by_completion" if !filter.statuses.is_empty() => {
                let statuses: Vec<String> = filter.statuses.iter().map(|status| (*status as i64).to_string()).collect();
                format!("status IN ({})", statuses.join(", "))
            }
            _ => "?6 IS NOT NULL".to_owned(),
        };
        let vendor = if filter.vendor_id.is_some() { "vendor_id = ?3" } else { "?3 IS NULL" };
        let (sign, direction) = if filter.ascending { (">", "ASC") } else { ("<", "DESC") };
        let position = match has_position {
            true => format!("({at}, order_id) {sign} (?4, ?5)"),
            false => "?4 IS NULL AND ?5 IS NULL".to_owned(),
        };
        format!(
            "SELECT id, {at}, order_id FROM orders INDEXED BY {name} WHERE {day} = ?1 AND {at} < ?2 AND {vendor} \
             AND {flag} AND {position} ORDER BY {at} {direction}, order_id {direction} LIMIT ?6"
        )
    }
}

/// Visits the orders of a list after a position. Returns whether it ended at the end of the list.
pub(crate) fn visit(
    connection: &Connection,
    filter: &OrderFilter,
    milestone: Milestone,
    after: Option<&Position>,
    zone: &ReportZone,
    visitor: &mut Visitor<'_>,
) -> Result<bool, Fault> {
    let Some(index) = Index::of(milestone) else { return Ok(true) };
    let DayRange { from, to } = filter.ranges.get(&milestone).copied().unwrap_or_default();
    let last = zone.day_and_minute(visitor.at).0;
    let (mut first, mut last) = (from.map_or(i32::MIN, Day::number), to.map_or(last, |to| to.min(last)).number());
    let mut position = after.map(|after| (after.key, after.order_id.to_string()));
    if let Some(after) = after {
        let day = zone.day_and_minute(after.instant()).0.number();
        if filter.ascending { first = first.max(day) } else { last = last.min(day) }
    }
    let vendor = filter.vendor_id.as_ref().map(|id| id.as_str());
    while first <= last
        && let Some(day) = index.next_day(connection, first, last, filter.ascending)?
    {
        let mut few = FEW;
        loop {
            let mut statement = connection.prepare_cached(&index.select(filter, position.is_some()))?;
            let (key, order_id) = position.as_ref().map(|(key, id)| (*key, id.as_str())).unzip();
            let values = params![day, visitor.at.micros(), vendor, key, order_id, few];
            let found: Vec<(i64, i64, String)> = statement
                .query_map(values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let is_last = found.len() < few;
            for (id, _, _) in &found {
                if !visitor.visit(connection, *id)? {
                    return Ok(false);
                }
            }
            position = found.into_iter().next_back().map(|(_, key, order_id)| (key, order_id)).or(position);
            if is_last {
                break;
            }
            few *= 2;
        }
        if filter.ascending { first = day + 1 } else { last = day - 1 }
    }
    Ok(true)
}
