//! The rules that the counters follow: those of the time zone, and those of the counting.
//!
//! The file stores these rules and the version of the time zone database that they come from. When this program has other rules, as
//! after an update, everything is counted again before anything reads or moves the counters. Otherwise a later change of an order
//! would be subtracted from other counters than those it was added to.

use goody_domain::{ReportZone, time_zone_database};
use rusqlite::{Connection, OptionalExtension};

use crate::{Fault, schema};

/// Whether the counters follow these rules.
pub(crate) fn is_counted(connection: &Connection, rules: &str) -> std::result::Result<bool, Fault> {
    Ok(stored_rules(connection)?.is_some_and(|(_, stored)| stored == rules))
}

/// Records that the counters follow no rules, so that no program moves them.
pub(crate) fn mark_uncounted(connection: &Connection) -> std::result::Result<(), Fault> {
    Ok(schema::set_meta(connection, "zone_rules", "being counted")?)
}

pub(crate) fn write_rules(connection: &Connection, rules: &str) -> std::result::Result<(), Fault> {
    schema::set_meta(connection, "zone_database", time_zone_database())?;
    Ok(schema::set_meta(connection, "zone_rules", rules)?)
}

/// The rules that the counters follow, or `None` if only a recount would make them follow the rules of this program. Writes nothing.
pub(crate) fn current_rules(connection: &Connection, zone: &ReportZone) -> std::result::Result<Option<String>, Fault> {
    let rules = zone.rules();
    Ok((is_counted(connection, &rules)? || !has_orders(connection)?).then_some(rules))
}

/// Fails if another program has counted everything by other rules since this one opened the file.
pub(crate) fn check(connection: &Connection, rules: &str) -> std::result::Result<(), Fault> {
    if is_counted(connection, rules)? { Ok(()) } else { Err(Fault::OtherRules) }
}

/// The version of the time zone database and the rules that the counters follow.
pub(crate) fn stored_rules(connection: &Connection) -> rusqlite::Result<Option<(String, String)>> {
    Ok(schema::meta(connection, "zone_database")?.zip(schema::meta(connection, "zone_rules")?))
}

/// Whether there is an order, or a counter of one that has expired.
pub(crate) fn has_orders(connection: &Connection) -> rusqlite::Result<bool> {
    let found =
        connection
            .query_row("SELECT 1 FROM (SELECT 1 FROM orders UNION ALL SELECT 1 FROM books) LIMIT 1", [], |_| Ok(()));
    Ok(found.optional()?.is_some())
}
