//! Reads a whole database for damage: SQLite's own structure, and whether everything stored can be read.

use goody_domain::{Bucket, Day, MonthSummaries, MonthTotals, Quarters, VendorId};
use rusqlite::{Connection, Row};

use crate::codec::read_row;
use crate::{Fault, codec, rejections, reports, vendors};

/// The most findings that are returned.
const FINDINGS: usize = 20;
/// How many rows are read between two calls of `progress`.
const ROWS: u64 = 1_000;

/// Reads a row. The fault says what is wrong with it.
type Read = fn(&Row<'_>) -> Result<(), Fault>;

/// Each table: the name of a row in findings, the query, and the function that reads a row. The first column names the row.
const STORED: [(&str, &str, Read); 10] = [
    ("order", "SELECT order_id, history, version, vendor_id, gift_type, created_at FROM orders", read_order),
    (
        "bucket",
        "SELECT book || ' of ' || date(day * 86400, 'unixepoch'), totals, minutes, day, quarters FROM buckets",
        read_bucket,
    ),
    ("settled bucket", "SELECT book || ' of day ' || day, totals, minutes, day FROM settled", read_settled),
    ("totals", "SELECT book, totals, months FROM books", read_totals),
    ("month", "SELECT book || ' of month ' || month, days FROM months", read_month),
    ("report", "SELECT vendor_id, body FROM reports", read_report),
    ("vendor", "SELECT vendor_id, body FROM vendors", read_vendor),
    (
        "version of vendor",
        "SELECT vendor_id || ' until ' || date(last_day * 86400, 'unixepoch'), body, vendor_id, last_day, (SELECT earlier_until FROM \
         vendors WHERE vendors.vendor_id = vendor_versions.vendor_id) FROM vendor_versions",
        read_version,
    ),
    ("expired order", "SELECT order_id, expired_day FROM expired_orders", read_expired),
    (
        "rejection",
        "SELECT id, first_at, last_at, times, source, route, code, reason, is_cut, bytes, body FROM rejections",
        |row| rejections::read_row(row).map(drop),
    ),
];

/// Returns the damage of a database, at most [`FINDINGS`] findings. `progress` receives the number of rows that are read, and the
/// number of all rows. The memory it takes does not grow with the database.
pub(crate) fn check(connection: &Connection, mut progress: impl FnMut(u64, u64)) -> rusqlite::Result<Vec<String>> {
    let mut findings = integrity(connection)?;
    let mut total = 0;
    for (_, sql, _) in STORED {
        let (_, table) = sql.rsplit_once(' ').unwrap_or_default();
        // A table that cannot be counted cannot be read either, which is a finding below.
        total += connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap_or(0);
    }
    let mut done = 0;
    for (what, sql, read) in STORED {
        // In the order of the table: the integrity check has compared the indexes with it.
        let sql = format!("{sql} NOT INDEXED");
        let read = |row: &Row<'_>| {
            done += 1;
            if done % ROWS == 0 || done == total {
                progress(done, total);
            }
            read(row).err()
        };
        if let Err(error) = read_all(connection, what, &sql, read, &mut findings) {
            findings.push(format!("{what}s cannot be read: {error}"));
        }
    }
    findings.truncate(FINDINGS);
    Ok(findings)
}

fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({FINDINGS})"))?;
    let findings = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(findings.into_iter().filter(|finding| finding != "ok").collect())
}

fn read_all(
    connection: &Connection,
    what: &str,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> Option<Fault>,
    findings: &mut Vec<String>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(fault) = read(row).filter(|_| findings.len() < FINDINGS) {
            // The name itself may be damaged.
            let name = String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned();
            findings.push(format!("{what} {name}: {fault}"));
        }
    }
    Ok(())
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, Fault> {
    Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r [u8], Fault> {
    Ok(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?)
}

fn expect(holds: bool, otherwise: &str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Damaged(otherwise.into())) }
}

/// Columns that repeat values of the history have to agree with it. So a damaged byte that leaves the history readable is found.
fn read_order(row: &Row<'_>) -> Result<(), Fault> {
    let history = read_row(row)?;
    expect(row.get::<_, usize>(2)? == history.version(), "its version is not the number of facts in its history")?;
    let order = history.order();
    let vendor_id = order.as_ref().map(|order| order.placement.vendor_id.to_string());
    expect(row.get::<_, Option<String>>(3)? == vendor_id, "its vendor is not that of its history")?;
    let gift_type =
        order.as_ref().and_then(|order| order.placement.gift_type.as_ref()).map_or("", |gift| gift.as_str());
    expect(text(row, 4)? == gift_type, "its gift type is not that of its history")?;
    let created_at = order.as_ref().map(|order| order.created_at.micros());
    expect(row.get::<_, Option<i64>>(5)? == created_at, "its time of placement is not that of its history")
}

fn read_bucket(row: &Row<'_>) -> Result<(), Fault> {
    let quarters = bucket_of(row)?.quarters;
    expect(Quarters::read(blob(row, 4)?)? == quarters, "its quarters are not those of its minutes")
}

fn read_settled(row: &Row<'_>) -> Result<(), Fault> {
    bucket_of(row).map(drop)
}

/// The bucket of a row, with the quarters that its minutes give.
fn bucket_of(row: &Row<'_>) -> Result<Bucket, Fault> {
    text(row, 0)?;
    Day::from_number(row.get(3)?);
    codec::read_bucket(blob(row, 1)?, blob(row, 2)?)
}

fn read_totals(row: &Row<'_>) -> Result<(), Fault> {
    text(row, 0)?;
    codec::read_counters(blob(row, 1)?)?;
    MonthSummaries::read(blob(row, 2)?)?;
    Ok(())
}

fn read_month(row: &Row<'_>) -> Result<(), Fault> {
    text(row, 0)?;
    MonthTotals::read(blob(row, 1)?)?;
    Ok(())
}

fn read_report(row: &Row<'_>) -> Result<(), Fault> {
    let kept = reports::read_report(text(row, 1)?)?;
    expect(text(row, 0)? == kept.report.vendor_id.as_str(), "it is of another vendor")
}

fn read_vendor(row: &Row<'_>) -> Result<(), Fault> {
    let vendor = vendors::read(text(row, 1)?)?;
    expect(text(row, 0)? == VendorId::as_str(&vendor.vendor_id), "it has another id")
}

fn read_version(row: &Row<'_>) -> Result<(), Fault> {
    let vendor = vendors::read(text(row, 1)?)?;
    expect(text(row, 2)? == VendorId::as_str(&vendor.vendor_id), "it has another id")?;
    let (last_day, earlier_until): (i32, Option<i32>) = (row.get(3)?, row.get(4)?);
    expect(earlier_until.is_some_and(|until| last_day <= until), "its vendor has only earlier versions")
}

fn read_expired(row: &Row<'_>) -> Result<(), Fault> {
    text(row, 0)?;
    Day::from_number(row.get(1)?);
    Ok(())
}
