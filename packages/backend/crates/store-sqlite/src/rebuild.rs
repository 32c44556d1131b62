//! Computes the counters of a scope again from the orders, and corrects those that differ.

use std::collections::{BTreeMap, BTreeSet};

use goody_application::ports::{Rebuilt, Scope};
use goody_domain::{Bucket, Counter, Counters, Day, Entry, History, ReportZone, VendorId, contribution_to};
use rusqlite::{Connection, params};

use crate::codec::read_row;
use crate::counters::{self, BEFORE_ALL, Buckets, STORED, key, read_buckets, read_settled, read_settled_day};
use crate::feed::pending;
use crate::{Fault, codec, list_counts, recent, schema};

/// How many days of the fleet's buckets are computed together.
const WINDOW: i32 = 30;

/// Computes one scope anew.
pub(crate) fn rebuild(
    connection: &Connection,
    scope: &Scope,
    zone: &ReportZone,
) -> std::result::Result<Rebuilt, Fault> {
    match scope {
        Scope::Fleet => rebuild_fleet(connection),
        Scope::Vendor(vendor_id) => rebuild_vendor(connection, vendor_id, zone),
    }
}

const FAR: Day = Day::from_number(i32::MAX);

fn rebuild_vendor(
    connection: &Connection,
    vendor_id: &VendorId,
    zone: &ReportZone,
) -> std::result::Result<Rebuilt, Fault> {
    let scope = vendor_id.as_str();
    let first = counters::kept_from(connection)?.unwrap_or(BEFORE_ALL.plus(1));
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    let pending = pending(connection)?;
    for sql in [
        "SELECT order_id, history, id FROM orders INDEXED BY orders_by_vendor WHERE vendor_id = ?1",
        "SELECT order_id, history, orders.id FROM also_named JOIN orders ON orders.id = also_named.id \
         WHERE also_named.vendor_id = ?1 AND orders.vendor_id <> ?1",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([scope])?;
        while let Some(row) = rows.next()? {
            let (id, history): (i64, History) = (row.get(2)?, read_row(row)?);
            let version = pending.get(&id).copied().unwrap_or(history.version());
            let Some(order) = history.at_version(version) else { continue };
            for entry in contribution_to(vendor_id, &order, zone) {
                entries.entry(entry.day).or_default().push(entry);
            }
        }
    }
    let mut should = read_settled(connection, scope, first, FAR)?;
    for (day, entries) in entries.into_iter().filter(|(day, _)| *day >= first) {
        should.entry(day).or_default().add(&entries);
    }
    let stored = read_buckets(connection, STORED, scope, first, FAR)?;
    let different = put_right(connection, scope, &stored, &should)?;
    let buckets = should.len() as u64;
    let totals_differ =
        put_totals_right(connection, scope, should.values().map(|bucket| bucket.totals), different > 0)?;
    Ok(Rebuilt { buckets, different: different + u64::from(totals_differ) })
}

fn rebuild_fleet(connection: &Connection) -> std::result::Result<Rebuilt, Fault> {
    let (least, greatest): (Option<i32>, Option<i32>) = connection
        .prepare_cached("SELECT min(day), max(day) FROM buckets")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let miscounted = list_counts::TALLY.put_right(connection)? + recent::TALLY.put_right(connection)?;
    let mut rebuilt = Rebuilt { different: miscounted, ..Rebuilt::default() };
    let (Some(least), Some(greatest)) = (least, greatest) else { return Ok(rebuilt) };
    let first = counters::kept_from(connection)?.map_or(least, Day::number).max(least);
    let mut totals = Vec::new();
    for start in (first..=greatest).step_by(WINDOW as usize) {
        let (from, to) = (Day::from_number(start), Day::from_number((start + WINDOW - 1).min(greatest)));
        let should = sum_of_vendors(connection, from, to)?;
        let stored = read_buckets(connection, STORED, key(&Scope::Fleet), from, to)?;
        rebuilt.buckets += should.len() as u64;
        rebuilt.different += put_right(connection, key(&Scope::Fleet), &stored, &should)?;
        totals.extend(should.values().map(|bucket| bucket.totals));
    }
    let changed = rebuilt.different > 0;
    rebuilt.different += u64::from(put_totals_right(connection, key(&Scope::Fleet), totals.into_iter(), changed)?);
    Ok(rebuilt)
}

fn sum_of_vendors(connection: &Connection, from: Day, to: Day) -> std::result::Result<Buckets, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT day, totals, minutes FROM buckets WHERE book <> '' AND day BETWEEN ?1 AND ?2")?;
    let mut rows = statement.query(params![from.number(), to.number()])?;
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let day = Day::from_number(row.get(0)?);
        let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        entries.entry(day).or_default().extend(codec::read_bucket(blob(1)?, blob(2)?)?.entries(day));
    }
    let summed = |(day, entries): (Day, Vec<Entry>)| {
        let mut bucket = Bucket::default();
        bucket.add(&entries);
        (day, bucket)
    };
    Ok(entries.into_iter().map(summed).collect())
}

/// Writes every bucket that is not as it should be; says how many were not. An empty bucket and none are the same.
fn put_right(
    connection: &Connection,
    scope: &str,
    stored: &Buckets,
    should: &Buckets,
) -> std::result::Result<u64, Fault> {
    let empty = Bucket::default();
    let mut different = 0;
    let days: BTreeSet<Day> = stored.keys().chain(should.keys()).copied().collect();
    for day in days {
        let (is, ought) = (stored.get(&day).unwrap_or(&empty), should.get(&day).unwrap_or(&empty));
        if is != ought {
            different += 1;
            tracing::warn!(scope, %day, "a bucket was not as it should be");
            counters::write_bucket(connection, scope, day, ought, day)?;
        }
    }
    Ok(different)
}

/// Writes a scope's totals if they are not the sum of its buckets; says whether they were not.
///
/// `kept` are the buckets that could be computed. Those of expired days, which late facts may have opened anew, are final.
fn put_totals_right(
    connection: &Connection,
    scope: &str,
    kept: impl Iterator<Item = Counters>,
    changed: bool,
) -> std::result::Result<bool, Fault> {
    let mut should = read_settled_day(connection, scope, BEFORE_ALL)?.totals;
    should[Counter::LatestFact] = 0;
    kept.for_each(|totals| should.add_all(&totals));
    if let Some(first) = counters::kept_from(connection)? {
        let late = read_buckets(connection, STORED, scope, BEFORE_ALL, first.plus(-1))?;
        late.values().for_each(|bucket| should.add_all(&bucket.totals));
    }
    let stored = counters::read_totals(connection, scope)?.1;
    if stored != should || changed {
        let revision = schema::next_revision(connection)?;
        counters::write_totals(connection, scope, revision, &should)?;
    }
    Ok(stored != should)
}
