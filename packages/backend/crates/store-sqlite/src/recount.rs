//! Counts everything again from the orders, after an update of the program or of its time zone database: the columns of the orders
//! that lists use, and the counters.
//!
//! It works in short transactions and records its position in each, so that it may be killed at any point: the next program that opens
//! the file continues. While it is unfinished, the counters follow no rules, and no other program moves them.

use goody_application::ports::Scope;
use goody_domain::{Instant, ReportZone, VendorId, time_zone_database};
use rusqlite::{Connection, OptionalExtension, params};

use crate::codec::read_row;
use crate::feed::pending;
use crate::orders::correct_columns;
use crate::rebuild::{Purpose, rebuild, rebuild_vendor};
use crate::{Fault, rules, schema};

/// How many orders one transaction reads.
const ORDERS: u64 = 5_000;
/// The rules that an unfinished recount applies, and its position, in the table `meta`.
const RULES_KEY: &str = "recount_rules";
const POSITION_KEY: &str = "recount_position";

/// How far a recount is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Position {
    /// The columns of the orders up to this row are right.
    Orders(i64),
    /// All columns are right, and the counters of the vendors up to this one.
    Vendors(String),
    /// Only the counters of the fleet are missing.
    Fleet,
}

impl Position {
    fn write(&self) -> String {
        match self {
            Self::Orders(id) => format!("orders {id}"),
            Self::Vendors(vendor) => format!("vendors {vendor}"),
            Self::Fleet => "fleet ".to_owned(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (stage, position) = text.split_once(' ')?;
        match stage {
            "orders" => position.parse().ok().map(Self::Orders),
            "vendors" => Some(Self::Vendors(position.to_owned())),
            "fleet" => Some(Self::Fleet),
            _ => None,
        }
    }
}

/// Counts everything again if the counters follow other rules than those of this program. Returns the rules of this program.
pub(crate) fn apply_rules(
    connection: &Connection,
    zone: &ReportZone,
    now: Instant,
    progress: &dyn Fn(u64, u64),
) -> std::result::Result<String, Fault> {
    let current = zone.rules();
    let stored = rules::stored_rules(connection)?;
    match &stored {
        Some((version, stored)) if version == time_zone_database() && *stored == current => return Ok(current),
        Some((_, stored)) if *stored == current => {}
        _ if !rules::has_orders(connection)? => {}
        _ => {
            let was = stored.map_or_else(|| "unknown".to_owned(), |(version, _)| version);
            let (name, version) = (zone.name(), time_zone_database());
            tracing::info!(
                zone = name,
                was,
                version,
                "the rules of the counters have changed: everything is counted again"
            );
            recount(connection, zone, now, |connection| rules::write_rules(connection, &current), progress)?;
            tracing::info!(zone = name, version, "everything is counted");
            return Ok(current);
        }
    }
    rules::write_rules(connection, &current)?;
    Ok(current)
}

/// Counts everything again by the rules of `zone`, and continues an unfinished recount by the same rules. `finish` runs in the last
/// transaction. `progress` receives how many orders are read, and how many will be: each is read twice.
fn recount(
    connection: &Connection,
    zone: &ReportZone,
    now: Instant,
    finish: impl Fn(&Connection) -> Result<(), Fault>,
    progress: &dyn Fn(u64, u64),
) -> Result<(), Fault> {
    let orders: u64 = connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))?;
    let mut done = None;
    loop {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let step = step(connection, zone, now, &finish);
        connection.execute_batch(if step.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        let Step { read, position } = step?;
        let start = || match &position {
            Some(Position::Orders(_)) => 0,
            _ => orders,
        };
        let read = done.unwrap_or_else(start) + read;
        done = Some(read);
        progress(read.min(2 * orders), 2 * orders);
        if position.is_none() {
            return Ok(());
        }
    }
}

/// What one transaction did.
struct Step {
    /// How many orders it read.
    read: u64,
    /// The position after it; `None` at the end.
    position: Option<Position>,
}

fn step(
    connection: &Connection,
    zone: &ReportZone,
    now: Instant,
    finish: impl Fn(&Connection) -> Result<(), Fault>,
) -> Result<Step, Fault> {
    let current = zone.rules();
    if rules::is_counted(connection, &current)? {
        // Another process has finished.
        return Ok(Step { read: 0, position: None });
    }
    rules::mark_uncounted(connection)?;
    let stored: Option<String> = schema::meta(connection, POSITION_KEY)?;
    let is_continued = schema::meta::<String>(connection, RULES_KEY)?.is_some_and(|stored| stored == current);
    let position = stored.filter(|_| is_continued).as_deref().and_then(Position::read);
    let (read, position) = match position.unwrap_or(Position::Orders(0)) {
        Position::Orders(after) => recount_orders(connection, after, zone, now)?,
        Position::Vendors(after) => recount_vendors(connection, &after, zone)?,
        Position::Fleet => {
            rebuild(connection, &Scope::Fleet, zone, Purpose::Recount)?;
            // Saved reports state until when they hold by the old rules.
            connection.execute("DELETE FROM reports", [])?;
            connection.execute("DELETE FROM meta WHERE key IN (?1, ?2)", [RULES_KEY, POSITION_KEY])?;
            finish(connection)?;
            return Ok(Step { read: 0, position: None });
        }
    };
    schema::set_meta(connection, RULES_KEY, current)?;
    schema::set_meta(connection, POSITION_KEY, position.write())?;
    Ok(Step { read, position: Some(position) })
}

/// Corrects the columns of the next orders, and their status in the recent feed. The counts that follow the columns are corrected with
/// the fleet.
fn recount_orders(
    connection: &Connection,
    after: i64,
    zone: &ReportZone,
    now: Instant,
) -> Result<(u64, Position), Fault> {
    let (mut read, mut last) = (0, None);
    let mut statement =
        connection.prepare_cached("SELECT order_id, history, id FROM orders WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = statement.query(params![after, ORDERS])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(2)?;
        correct_columns(connection, id, &read_row(row)?, zone, now)?;
        (read, last) = (read + 1, Some(id));
    }
    Ok((read, last.map_or_else(|| Position::Vendors(String::new()), Position::Orders)))
}

/// Counts the next vendors again.
fn recount_vendors(connection: &Connection, after: &str, zone: &ReportZone) -> Result<(u64, Position), Fault> {
    let (mut read, mut last) = (0, after.to_owned());
    let pending = pending(connection)?;
    while read < ORDERS {
        let next: Option<String> = connection
            .prepare_cached("SELECT vendor_id FROM vendors WHERE vendor_id > ?1 ORDER BY vendor_id LIMIT 1")?
            .query_row([&last], |row| row.get(0))
            .optional()?;
        let Some(vendor) = next else { return Ok((read, Position::Fleet)) };
        let vendor_id = VendorId::parse(&vendor).map_err(Fault::Damaged)?;
        let (_, orders) = rebuild_vendor(connection, &vendor_id, zone, &pending, Purpose::Recount)?;
        (read, last) = (read + orders.max(1), vendor);
    }
    Ok((read, Position::Vendors(last)))
}
