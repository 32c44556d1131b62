//! The rules of the time zone that the counters follow.
//!
//! The file stores these rules and the version of the time zone database that they come from. When this program has other rules, as
//! after an update, it rebuilds the counters before anything reads or moves them. Otherwise a later change of an order would be
//! subtracted from another day than the one it was added to.

use goody_application::ports::Scope;
use goody_domain::{ReportZone, VendorId, time_zone_database};
use rusqlite::{Connection, OptionalExtension};

use crate::rebuild::rebuild;
use crate::{Fault, schema};

/// Rebuilds the counters if they follow other rules than those of this program. Returns the rules of this program.
pub(crate) fn apply_rules(connection: &Connection, zone: &ReportZone) -> std::result::Result<String, Fault> {
    let stored = stored_rules(connection)?;
    if let Some((version, rules)) = stored
        && version == time_zone_database()
    {
        return Ok(rules);
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let result = rebuild_if_needed(connection, zone);
    connection.execute_batch(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    result
}

/// The rules that the counters follow, or `None` if only a rebuild would make them follow the rules of this program. Writes nothing.
pub(crate) fn current_rules(connection: &Connection, zone: &ReportZone) -> std::result::Result<Option<String>, Fault> {
    let rules = zone.rules();
    let is_counted = match stored_rules(connection)? {
        Some((_, stored)) => stored == rules,
        None => rules == ReportZone::utc().rules(),
    };
    Ok((is_counted || !has_counters(connection)?).then_some(rules))
}

fn rebuild_if_needed(connection: &Connection, zone: &ReportZone) -> std::result::Result<String, Fault> {
    let (rules, version) = (zone.rules(), time_zone_database());
    // Another process may have rebuilt them meanwhile.
    let stored = stored_rules(connection)?;
    let is_counted = match &stored {
        Some((_, stored)) => *stored == rules,
        // The days of UTC never change.
        None => rules == ReportZone::utc().rules(),
    };
    if !is_counted && has_counters(connection)? {
        let was = stored.map_or_else(|| "unknown".to_owned(), |(version, _)| version);
        let name = zone.name();
        tracing::warn!(
            zone = name,
            was,
            version,
            "the rules of the time zone have changed: the counters are rebuilt; a large database takes minutes"
        );
        let different = rebuild_all(connection, zone)?;
        tracing::warn!(zone = name, version, different, "the counters are rebuilt");
    }
    for (key, value) in [("zone_database", version), ("zone_rules", rules.as_str())] {
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )?;
    }
    Ok(rules)
}

/// Fails if another program has rebuilt the counters by other rules since this one opened the file.
pub(crate) fn check(connection: &Connection, rules: &str) -> std::result::Result<(), Fault> {
    match stored_rules(connection)? {
        Some((_, noted)) if noted == rules => Ok(()),
        _ => Err(Fault::OtherRules),
    }
}

/// The version of the time zone database and the rules that the counters follow.
fn stored_rules(connection: &Connection) -> rusqlite::Result<Option<(String, String)>> {
    Ok(schema::meta(connection, "zone_database")?.zip(schema::meta(connection, "zone_rules")?))
}

fn has_counters(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(connection.query_row("SELECT 1 FROM books LIMIT 1", [], |_| Ok(())).optional()?.is_some())
}

fn rebuild_all(connection: &Connection, zone: &ReportZone) -> std::result::Result<u64, Fault> {
    let vendors: Vec<String> = connection
        .prepare("SELECT vendor_id FROM vendors ORDER BY vendor_id")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut different = 0;
    for vendor in vendors {
        let scope = Scope::Vendor(VendorId::parse(&vendor).map_err(Fault::Damaged)?);
        different += rebuild(connection, &scope, zone)?.different;
    }
    different += rebuild(connection, &Scope::Fleet, zone)?.different;
    // Saved reports state until when they hold by the old rules.
    connection.execute("DELETE FROM reports", [])?;
    Ok(different)
}
