//! Searches of orders by their terms: every term that begins with the searched one is a range of an index.

use std::collections::BTreeMap;

use goody_application::ports::{MOST_FOUND, OrderCount, OrderFilter, Position};
use goody_domain::{Instant, Order, ReportZone, SearchTerm, Status};
use rusqlite::{Connection, params};

use crate::Fault;
use crate::codec::read_row;

/// Sorts after every continuation of a term: the last character, which no text of an event has.
const LAST: char = '\u{10ffff}';

/// The placement and id of an order: its position in the list.
type Place = (i64, String);

/// What a search finds.
#[derive(Default)]
struct Found {
    /// The rows of the orders that the filter takes, each with its status.
    orders: BTreeMap<Place, (i64, Status)>,
    /// There may be others.
    is_cut: bool,
}

/// A page of the found orders that the filter takes.
pub(crate) fn list(
    connection: &Connection,
    (filter, search): (&OrderFilter, &SearchTerm),
    after: Option<&Position>,
    limit: usize,
    now: Instant,
    zone: &ReportZone,
) -> Result<Vec<Order>, Fault> {
    let found = find(connection, filter, search, now, zone)?.orders;
    let after: Option<Place> = after.map(|position| (position.key, position.order_id.to_string()));
    let mut page: Vec<i64> = Vec::new();
    if filter.ascending {
        let rest = found.iter().filter(|(place, _)| after.as_ref().is_none_or(|after| *place > after));
        page.extend(rest.take(limit).map(|(_, (id, _))| id));
    } else {
        let rest = found.iter().rev().filter(|(place, _)| after.as_ref().is_none_or(|after| *place < after));
        page.extend(rest.take(limit).map(|(_, (id, _))| id));
    }
    let orders = page.into_iter().filter_map(|id| read_order(connection, id).transpose());
    orders.collect()
}

/// The number of found orders that the filter takes.
pub(crate) fn count(
    connection: &Connection,
    (filter, search): (&OrderFilter, &SearchTerm),
    limit: i64,
    now: Instant,
    zone: &ReportZone,
) -> Result<OrderCount, Fault> {
    let found = find(connection, filter, search, now, zone)?;
    let most = usize::try_from(limit).unwrap_or(0);
    let mut count = OrderCount { is_lower_bound: found.is_cut || found.orders.len() > most, ..OrderCount::default() };
    for (_, status) in found.orders.values().take(most) {
        count.by_status[*status as usize] += 1;
    }
    Ok(count)
}

fn find(
    connection: &Connection,
    filter: &OrderFilter,
    search: &SearchTerm,
    now: Instant,
    zone: &ReportZone,
) -> Result<Found, Fault> {
    let (from, to) = (search.as_str(), format!("{}{LAST}", search.as_str()));
    let mut statement = connection.prepare_cached(
        "SELECT id, order_id, created_at, vendor_id, gift_type, status, late, promise_at FROM orders WHERE id IN (\
         SELECT id FROM (SELECT DISTINCT id FROM terms WHERE kind IN (0, 1, 2) AND term >= ?1 AND term < ?2 LIMIT ?3) UNION \
         SELECT id FROM (SELECT id FROM orders WHERE order_id >= ?1 AND order_id < ?2 LIMIT ?3) LIMIT ?3)",
    )?;
    let mut rows = statement.query(params![from, to, MOST_FOUND + 1])?;
    let (mut found, mut read) = (Found::default(), 0);
    // The columns decide the other conditions, too.
    let is_basic = OrderFilter { search: None, ..filter.clone() }.is_basic();
    while let Some(row) = rows.next()? {
        read += 1;
        if read > MOST_FOUND {
            found.is_cut = true;
            break;
        }
        let (Some(created_at), id): (Option<i64>, i64) = (row.get(2)?, row.get(0)?) else { continue };
        let vendor = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let gift_type = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
        let status = status(row.get(5)?)?;
        let is_late = match status.active() {
            Some(_) => row.get::<_, Option<i64>>(7)?.is_some_and(|promise| promise < now.floor_minute().micros()),
            None => row.get(6)?,
        };
        let placed = zone.day(Instant::from_micros(created_at));
        let is_taken = filter.vendor_id.as_ref().is_none_or(|id| id.as_str() == vendor)
            && filter.takes_status(status)
            && filter.placed_from.is_none_or(|from| placed >= from)
            && filter.placed_to.is_none_or(|to| placed <= to)
            && filter.delayed.is_none_or(|delayed| delayed == is_late)
            && filter.gift_type.as_ref().is_none_or(|gift| gift.as_str() == gift_type);
        if is_basic {
            if is_taken {
                found.orders.insert((created_at, row.get(1)?), (id, status));
            }
        } else if let Some(order) = read_order(connection, id)?.filter(|order| filter.takes(order, zone, now)) {
            found.orders.insert((filter.sort_key(&order), row.get(1)?), (id, filter.status_of(&order)));
        }
    }
    Ok(found)
}

fn status(number: i64) -> Result<Status, Fault> {
    let status = usize::try_from(number).ok().and_then(|number| Status::ALL.get(number));
    status.copied().ok_or_else(|| Fault::Damaged(format!("there is no status {number}")))
}

fn read_order(connection: &Connection, id: i64) -> Result<Option<Order>, Fault> {
    let mut statement = connection.prepare_cached("SELECT order_id, history FROM orders WHERE id = ?1")?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(read_row(row)?.order())
}
