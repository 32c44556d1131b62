//! Lists of open orders to chase: selected and sorted from one index, which has all open orders and is small.

use goody_application::ports::{OrderCount, OrderFilter, OrderSort, Position};
use goody_domain::{Instant, ReportZone, Status};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::Fault;
use crate::order_visitor::Visitor;

/// How many orders one statement returns.
const FEW: usize = 64;

/// The conditions of a list that the index has, as SQL with its values.
struct Selection {
    sql: String,
    values: Vec<Value>,
}

impl Selection {
    fn new(filter: &OrderFilter, now: Instant, zone: &ReportZone) -> Self {
        let mut selection =
            Self { sql: "FROM orders INDEXED BY orders_open WHERE status BETWEEN 0 AND 2".to_owned(), values: vec![] };
        if let Some(vendor_id) = &filter.vendor_id {
            selection.add("vendor_id = ?", [vendor_id.to_string()]);
        }
        if !filter.statuses.is_empty() {
            let statuses: Vec<String> = filter.statuses.iter().map(|status| (*status as i64).to_string()).collect();
            selection.add::<i64>(&format!("status IN ({})", statuses.join(", ")), []);
        }
        let (at, placed) = (filter.evaluated_at(now), filter.placed().instants(zone));
        if filter.placed() != Default::default() {
            selection.add("created_at >= ? AND created_at < ?", [placed.start.micros(), placed.end.micros()]);
        }
        for (column, wanted) in
            [("promise_at", filter.delayed), ("unshipped_at", filter.unshipped), ("stalled_at", filter.stalled)]
        {
            match wanted {
                Some(true) => selection.add(&format!("{column} < ?"), [at.micros()]),
                Some(false) => selection.add(&format!("({column} >= ? OR {column} IS NULL)"), [at.micros()]),
                None => {}
            }
        }
        if let Some(since) = filter.overdue_since(at) {
            selection.add("promise_at < ?", [since.micros()]);
        }
        if let Some(from) = filter.value_from {
            selection.add("gift_value >= ?", [from]);
        }
        if let Some(to) = filter.value_to {
            selection.add("gift_value <= ?", [to]);
        }
        selection
    }

    fn add<V: Into<Value>>(&mut self, condition: &str, values: impl IntoIterator<Item = V>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values.into_iter().map(Into::into));
    }
}

/// [`OrderFilter::sort_key`] as SQL.
fn sort_key(filter: &OrderFilter) -> &'static str {
    match filter.sort {
        OrderSort::Milestone(_) => "created_at",
        OrderSort::Promise => "ifnull(promise_at, 9223372036854775807)",
        OrderSort::Value => "ifnull(gift_value, -1)",
    }
}

/// Visits the orders of a list after a position. Returns whether it ended at the end of the list.
pub(crate) fn visit(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Position>,
    (now, zone): (Instant, &ReportZone),
    visitor: &mut Visitor<'_>,
) -> Result<bool, Fault> {
    let key = sort_key(filter);
    let (sign, direction) = if filter.ascending { (">", "ASC") } else { ("<", "DESC") };
    let mut position = after.map(|after| (after.key, after.order_id.to_string()));
    loop {
        let mut selection = Selection::new(filter, now, zone);
        if let Some((key_before, order_id)) = position {
            let values = [Value::from(key_before), Value::from(order_id)];
            selection.add(&format!("({key}, order_id) {sign} (?, ?)"), values);
        }
        let Selection { sql, values } = selection;
        let sql =
            format!("SELECT id, {key}, order_id {sql} ORDER BY {key} {direction}, order_id {direction} LIMIT {FEW}");
        let mut statement = connection.prepare_cached(&sql)?;
        let found: Vec<(i64, i64, String)> = statement
            .query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (id, _, _) in &found {
            if !visitor.visit(connection, *id)? {
                return Ok(false);
            }
        }
        if found.len() < FEW {
            return Ok(true);
        }
        position = found.into_iter().next_back().map(|(_, key, order_id)| (key, order_id));
    }
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
    let Selection { sql, values } = Selection::new(filter, now, zone);
    let mut statement = connection.prepare_cached(&format!("SELECT status, count(*) {sql} GROUP BY status"))?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut count = OrderCount::default();
    while let Some(row) = rows.next()? {
        let status =
            Status::ALL.get(row.get::<_, usize>(0)?).ok_or_else(|| Fault::Damaged("there is no such status".into()))?;
        count.by_status[*status as usize] = row.get(1)?;
    }
    Ok(Some(count))
}
