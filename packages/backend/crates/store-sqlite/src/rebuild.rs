//! Computes the counters of a scope again from the orders, and corrects those that differ.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use goody_application::ports::{Rebuilt, Scope};
use goody_domain::{Bucket, Counter, Counters, Day, Entry, History, ReportZone, VendorId, contribution_to};
use rusqlite::{Connection, params};

use crate::codec::read_row;
use crate::counters::{
    self, BEFORE_ALL, Buckets, DELIVERED, STORED, key, read_buckets, read_settled, read_settled_day,
};
use crate::detections::note_change;
use crate::feed::pending;
use crate::scope_row::{read_scope_row, write_scope_row};
use crate::{Fault, codec, list_counts, months, recent, schema, terms};

/// How many days of the fleet are computed at a time.
const WINDOW: i32 = 30;
/// How many orders' entries are collected before they are added to buckets.
const ORDERS: u64 = 50_000;

/// Why a scope is computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The counters should be right. A difference is reported.
    Check,
    /// The rules have changed, so that differences are expected.
    Recount,
}

/// Computes one scope again.
pub(crate) fn rebuild(
    connection: &Connection,
    scope: &Scope,
    zone: &ReportZone,
    purpose: Purpose,
) -> std::result::Result<Rebuilt, Fault> {
    match scope {
        Scope::Fleet => rebuild_fleet(connection, zone, purpose),
        Scope::Vendor(vendor_id) => {
            rebuild_vendor(connection, vendor_id, zone, &pending(connection)?, purpose).map(|(rebuilt, _)| rebuilt)
        }
    }
}

const FAR: Day = Day::from_number(i32::MAX);

/// Computes one vendor again. Also returns how many orders were read. `pending` are the orders with changes that the buckets do not
/// reflect yet.
pub(crate) fn rebuild_vendor(
    connection: &Connection,
    vendor_id: &VendorId,
    zone: &ReportZone,
    pending: &HashMap<i64, usize>,
    purpose: Purpose,
) -> std::result::Result<(Rebuilt, u64), Fault> {
    let scope = vendor_id.as_str();
    let first = schema::kept_from(connection)?.unwrap_or(BEFORE_ALL.plus(1));
    let mut expected = read_settled(connection, scope, first, FAR)?;
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    let mut add = |entries: &mut BTreeMap<Day, Vec<Entry>>| {
        for (day, entries) in std::mem::take(entries).into_iter().filter(|(day, _)| *day >= first) {
            expected.entry(day).or_default().add(&entries);
        }
    };
    let mut read = 0;
    for sql in [
        "SELECT order_id, history, id FROM orders INDEXED BY orders_by_vendor WHERE vendor_id = ?1",
        "SELECT order_id, history, orders.id FROM also_named JOIN orders ON orders.id = also_named.id \
         WHERE also_named.vendor_id = ?1 AND orders.vendor_id IS NOT ?1",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([scope])?;
        while let Some(row) = rows.next()? {
            let (id, history): (i64, History) = (row.get(2)?, read_row(row)?);
            read += 1;
            let version = pending.get(&id).copied().unwrap_or(history.version());
            let (order, occurrences) = (history.at_version(version), history.occurrences_at(version));
            for entry in contribution_to(vendor_id, order.as_ref(), &occurrences, zone) {
                entries.entry(entry.day).or_default().push(entry);
            }
            if read % ORDERS == 0 {
                add(&mut entries);
            }
        }
    }
    add(&mut entries);
    let stored = read_buckets(connection, STORED, scope, first, FAR)?;
    let different = correct_buckets(connection, scope, &stored, &expected, purpose)?;
    let buckets = expected.len() as u64;
    let totals = expected.values().map(|bucket| bucket.totals.clone());
    let sums = correct_sums(connection, scope, totals, different > 0, zone)?;
    Ok((Rebuilt { buckets, different: different + sums }, read))
}

fn rebuild_fleet(connection: &Connection, zone: &ReportZone, purpose: Purpose) -> std::result::Result<Rebuilt, Fault> {
    // The rules of the counters change no term.
    let terms = if purpose == Purpose::Check { terms::correct(connection)? } else { 0 };
    let (least, greatest): (Option<i32>, Option<i32>) = connection
        .prepare_cached("SELECT min(day), max(day) FROM buckets")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let miscounted = list_counts::TALLY.correct(connection)?
        + recent::TALLY.correct(connection)?
        + u64::from(list_counts::correct_unplaced(connection)?);
    let mut rebuilt = Rebuilt { different: miscounted + terms, ..Rebuilt::default() };
    let (Some(least), Some(greatest)) = (least, greatest) else { return Ok(rebuilt) };
    let first = schema::kept_from(connection)?.map_or(least, Day::number).max(least);
    let mut totals = Vec::new();
    for start in (first..=greatest).step_by(WINDOW as usize) {
        let (from, to) = (Day::from_number(start), Day::from_number((start + WINDOW - 1).min(greatest)));
        let expected = sum_of_vendors(connection, from, to)?;
        let stored = read_buckets(connection, STORED, key(&Scope::Fleet), from, to)?;
        rebuilt.buckets += expected.len() as u64;
        rebuilt.different += correct_buckets(connection, key(&Scope::Fleet), &stored, &expected, purpose)?;
        totals.extend(expected.into_values().map(|bucket| bucket.totals));
    }
    let changed = rebuilt.different > 0;
    rebuilt.different += correct_sums(connection, key(&Scope::Fleet), totals.into_iter(), changed, zone)?;
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

/// Writes every bucket that differs from the expected one, and returns their number. A missing bucket equals an empty one.
fn correct_buckets(
    connection: &Connection,
    scope: &str,
    stored: &Buckets,
    expected: &Buckets,
    purpose: Purpose,
) -> std::result::Result<u64, Fault> {
    let empty = Bucket::default();
    let pair = |day: &Day| (stored.get(day).unwrap_or(&empty), expected.get(day).unwrap_or(&empty));
    let days: BTreeSet<Day> = stored.keys().chain(expected.keys()).copied().collect();
    let different: Vec<Day> = days.into_iter().filter(|day| pair(day).0 != pair(day).1).collect();
    if different.is_empty() {
        return Ok(0);
    }
    let revision = schema::next_revision(connection)?;
    for day in &different {
        if purpose == Purpose::Check {
            tracing::warn!(scope, %day, "a bucket differed and was corrected");
        }
        counters::write_bucket(connection, scope, *day, pair(day).1, *day)?;
        note_change(connection, *day, revision)?;
    }
    Ok(different.len() as u64)
}

/// Corrects the totals of a scope and its months, which are the sums of its buckets. Returns how many of them differed.
///
/// `computed` are the buckets that could be computed. Buckets of expired days, which a late fact may have created again, are final.
fn correct_sums(
    connection: &Connection,
    scope: &str,
    computed: impl Iterator<Item = Counters>,
    changed: bool,
    zone: &ReportZone,
) -> std::result::Result<u64, Fault> {
    let mut expected = read_settled_day(connection, scope, BEFORE_ALL)?.totals;
    expected.set(Counter::LatestFact, 0);
    expected.set(DELIVERED, 0);
    computed.for_each(|totals| expected.add_all(&totals));
    if let Some(first) = schema::kept_from(connection)? {
        let late = read_buckets(connection, STORED, scope, BEFORE_ALL, first.plus(-1))?;
        late.values().for_each(|bucket| expected.add_all(&bucket.totals));
    }
    let mut row = read_scope_row(connection, scope)?;
    let totals_differ = row.totals != expected;
    row.totals = expected;
    let months = months::correct(connection, scope, &mut row, zone)?;
    if totals_differ || changed || months > 0 {
        row.revision = schema::next_revision(connection)?;
        write_scope_row(connection, scope, &row)?;
    }
    Ok(u64::from(totals_differ) + months)
}
