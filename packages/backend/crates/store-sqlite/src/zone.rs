//! The rules of the zone that the counters follow.
//!
//! A file remembers them, and the version of the zone database they are from. Where this program has other rules, as after an
//! update, the counters are counted anew before anything reads or moves them: what an order once added would otherwise be taken
//! away from another day.

use goody_application::ports::Scope;
use goody_domain::{ReportZone, VendorId, time_zone_database};
use rusqlite::{Connection, OptionalExtension};

use crate::rebuild::rebuild;
use crate::{Fault, schema};

/// Brings the counters to the rules of this program, and says which those are.
pub(crate) fn follow(connection: &Connection, zone: &ReportZone) -> std::result::Result<String, Fault> {
    let noted = noted(connection)?;
    if let Some((version, rules)) = noted
        && version == time_zone_database()
    {
        return Ok(rules);
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = follow_here(connection, zone);
    connection.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done
}

/// The rules that the counters follow, where that can be known without counting anew. Nothing is written.
pub(crate) fn followed(connection: &Connection, zone: &ReportZone) -> std::result::Result<Option<String>, Fault> {
    let rules = zone.rules();
    let is_counted = match noted(connection)? {
        Some((_, noted)) => noted == rules,
        None => rules == ReportZone::utc().rules(),
    };
    Ok((is_counted || !has_counters(connection)?).then_some(rules))
}

fn follow_here(connection: &Connection, zone: &ReportZone) -> std::result::Result<String, Fault> {
    let (rules, version) = (zone.rules(), time_zone_database());
    // Another process may have done it meanwhile.
    let noted = noted(connection)?;
    let is_counted = match &noted {
        Some((_, noted)) => *noted == rules,
        // Days of UTC never were others.
        None => rules == ReportZone::utc().rules(),
    };
    if !is_counted && has_counters(connection)? {
        let was = noted.map_or_else(|| "unknown".to_owned(), |(version, _)| version);
        let name = zone.name();
        tracing::warn!(
            zone = name,
            was,
            version,
            "the rules of the zone have changed: the reports are counted anew; a large database takes minutes"
        );
        let different = count_anew(connection, zone)?;
        tracing::warn!(zone = name, version, different, "the reports are counted anew");
    }
    for (key, value) in [("zone_database", version), ("zone_rules", rules.as_str())] {
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )?;
    }
    Ok(rules)
}

/// Fails where another program has counted by other rules since this one opened the file.
pub(crate) fn check(connection: &Connection, rules: &str) -> std::result::Result<(), Fault> {
    match noted(connection)? {
        Some((_, noted)) if noted == rules => Ok(()),
        _ => Err(Fault::OtherRules),
    }
}

/// The version of the zone database and the rules that the counters follow.
fn noted(connection: &Connection) -> rusqlite::Result<Option<(String, String)>> {
    Ok(schema::meta(connection, "zone_database")?.zip(schema::meta(connection, "zone_rules")?))
}

fn has_counters(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(connection.query_row("SELECT 1 FROM books LIMIT 1", [], |_| Ok(())).optional()?.is_some())
}

fn count_anew(connection: &Connection, zone: &ReportZone) -> std::result::Result<u64, Fault> {
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
    // Kept reports say until when they hold, by the old rules.
    connection.execute("DELETE FROM reports", [])?;
    Ok(different)
}
