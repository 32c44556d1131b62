//! The counters of each scope as rows: buckets by day, their sum, and what expired orders have settled.

use std::collections::BTreeMap;

use goody_application::ports::{BucketMove, Scope, ScopeQuarters};
use goody_domain::{Bucket, Counter, CounterSeries, Day, Instant, Minute, Month, Quarters, ReportZone, VendorId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::detections::note_change;
use crate::months::Months;
use crate::scope_row::{ScopeRow, read_scope_row, write_scope_row};
use crate::{Fault, codec};

/// The key of the sum of expired buckets among the settled days: a day before all others. Its latest fact and its [`DELIVERED`] are
/// instants.
pub(crate) const BEFORE_ALL: Day = Day::from_number(-1_000_000);

/// The latest delivery in the expired buckets of a scope.
pub(crate) const DELIVERED: Counter = Counter::DeliveredAt(0);

pub(crate) type Buckets = BTreeMap<Day, Bucket>;

pub(crate) const STORED: &str =
    "SELECT day, totals, minutes, quarters FROM buckets WHERE book = ?1 AND day BETWEEN ?2 AND ?3";

/// The key of a scope: the vendor's id, or the empty text for the fleet.
pub(crate) fn key(scope: &Scope) -> &str {
    match scope {
        Scope::Fleet => "",
        Scope::Vendor(id) => id.as_str(),
    }
}

/// The scope with a key.
fn scope_of(key: &str) -> std::result::Result<Scope, Fault> {
    match key {
        "" => Ok(Scope::Fleet),
        id => VendorId::parse(id).map(Scope::Vendor).map_err(Fault::Damaged),
    }
}

/// Adds to the buckets of one scope, to its months and to its totals.
pub(crate) fn move_scope(
    connection: &Connection,
    moves: &[BucketMove],
    today: Day,
    revision: i64,
    months: &mut Months<'_>,
) -> std::result::Result<(), Fault> {
    let Some(scope) = moves.first().map(|first| key(&first.scope)) else { return Ok(()) };
    let mut row = ScopeRow { revision, ..read_scope_row(connection, scope)? };
    let summaries = row.months.get_or_insert_default();
    for BucketMove { day, entries, .. } in moves {
        let mut bucket = read_bucket(connection, scope, *day)?.unwrap_or_default();
        bucket.add(entries);
        for entry in entries.iter().filter(|entry| !entry.counter.is_instant()) {
            row.totals.add(entry.counter, entry.amount);
        }
        let latest = write_bucket(connection, scope, *day, &bucket, today)?;
        if scope.is_empty() {
            note_change(connection, *day, revision)?;
        }
        summaries.add(Month::of(*day), entries);
        months.set(scope, *day, &bucket.totals, latest, summaries)?;
    }
    months.close(scope, summaries)?;
    write_scope_row(connection, scope, &row)
}

pub(crate) fn read_bucket(
    connection: &Connection,
    scope: &str,
    day: Day,
) -> std::result::Result<Option<Bucket>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT totals, minutes FROM buckets WHERE book = ?1 AND day = ?2")?;
    let mut rows = statement.query(params![scope, day.number()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
    codec::read_bucket(blob(0)?, blob(1)?).map(Some)
}

/// Writes a bucket. Returns its latest fact and its latest delivery, in microseconds since the start of the day.
pub(crate) fn write_bucket(
    connection: &Connection,
    scope: &str,
    day: Day,
    bucket: &Bucket,
    today: Day,
) -> std::result::Result<[Option<i64>; 2], Fault> {
    // In microseconds after the start of the day, as the bucket does not know its zone.
    let micros = |(minute, micros): (Minute, i64)| i64::from(minute) * 60_000_000 + micros;
    let (latest_fact, latest_delivery) =
        (bucket.latest_fact(None).map(micros), bucket.latest_delivery(None).map(micros));
    connection
        .prepare_cached(
            "INSERT INTO buckets (book, day, changed_day, latest_fact, latest_delivery, totals, minutes, quarters) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (book, day) DO UPDATE SET \
             changed_day = excluded.changed_day, latest_fact = excluded.latest_fact, \
             latest_delivery = excluded.latest_delivery, totals = excluded.totals, minutes = excluded.minutes, \
             quarters = excluded.quarters",
        )?
        .execute(params![
            scope,
            day.number(),
            today.number(),
            latest_fact,
            latest_delivery,
            codec::write_counters(&bucket.totals),
            codec::write_minutes(&bucket.minutes),
            bucket.quarters.write(),
        ])?;
    Ok([latest_fact, latest_delivery])
}

/// When the latest fact before a day occurred, expired facts included.
pub(crate) fn latest_fact(
    connection: &Connection,
    scope: &str,
    before: i32,
    zone: &ReportZone,
) -> std::result::Result<Option<Instant>, Fault> {
    let sql = "SELECT day, latest_fact FROM buckets WHERE book = ?1 AND day < ?2 AND latest_fact IS NOT NULL \
               ORDER BY day DESC LIMIT 1";
    Ok(latest(connection, sql, scope, before, zone)?.max(latest_expired(connection, scope, Counter::LatestFact)?))
}

/// When the latest delivery before a day was, expired ones included.
fn latest_delivery(
    connection: &Connection,
    scope: &str,
    before: i32,
    zone: &ReportZone,
) -> std::result::Result<Option<Instant>, Fault> {
    let sql = "SELECT day, latest_delivery FROM buckets WHERE book = ?1 AND day < ?2 AND latest_delivery IS NOT NULL \
               ORDER BY day DESC LIMIT 1";
    Ok(latest(connection, sql, scope, before, zone)?.max(latest_expired(connection, scope, DELIVERED)?))
}

/// The instant that a query finds before a day, as a day and the microseconds since its start.
fn latest(
    connection: &Connection,
    sql: &str,
    scope: &str,
    before: i32,
    zone: &ReportZone,
) -> std::result::Result<Option<Instant>, Fault> {
    let latest: Option<(i32, i64)> = connection
        .prepare_cached(sql)?
        .query_row(params![scope, before], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(latest.map(|(day, micros)| Instant::from_micros(zone.start(Day::from_number(day)).micros() + micros)))
}

pub(crate) fn series(
    connection: &Connection,
    scope: &str,
    from: Day,
    with_minutes: std::ops::RangeInclusive<Day>,
    zone: &ReportZone,
) -> std::result::Result<(CounterSeries, i64), Fault> {
    let ScopeRow { revision, totals, .. } = read_scope_row(connection, scope)?;
    let mut statement = connection
        .prepare_cached("SELECT day, totals, minutes FROM buckets WHERE book = ?1 AND day >= ?2 ORDER BY day")?;
    let mut rows = statement.query(params![scope, from.number()])?;
    let mut buckets = Vec::new();
    while let Some(row) = rows.next()? {
        let day = Day::from_number(row.get(0)?);
        let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        let bucket = match with_minutes.contains(&day) {
            true => codec::read_bucket(blob(1)?, blob(2)?)?,
            false => Bucket { totals: codec::read_counters(blob(1)?)?, ..Bucket::default() },
        };
        buckets.push((day, bucket));
    }
    let first_with_minutes = from.max(*with_minutes.start());
    let earlier_fact = latest_fact(connection, scope, first_with_minutes.number(), zone)?;
    let earlier_delivery = latest_delivery(connection, scope, first_with_minutes.number(), zone)?;
    Ok((CounterSeries { totals, totals_until: None, buckets, earlier_fact, earlier_delivery }, revision))
}

/// The quarters of the days that have some, by scope.
pub(crate) fn quarters(connection: &Connection, from: Day, to: Day) -> std::result::Result<Vec<ScopeQuarters>, Fault> {
    // The join seeks the days of each scope: buckets are sorted by scope first.
    let mut statement = connection.prepare_cached(
        "SELECT books.book, buckets.day, buckets.quarters FROM books CROSS JOIN buckets ON buckets.book = books.book \
         WHERE buckets.day BETWEEN ?1 AND ?2 AND buckets.quarters <> x'' ORDER BY books.book, buckets.day",
    )?;
    let mut rows = statement.query(params![from.number(), to.number()])?;
    let mut scopes: Vec<ScopeQuarters> = Vec::new();
    while let Some(row) = rows.next()? {
        let book = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if scopes.last().is_none_or(|(scope, _)| key(scope) != book) {
            scopes.push((scope_of(book)?, Vec::new()));
        }
        let read = Quarters::read(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?;
        if let Some((_, days)) = scopes.last_mut() {
            days.push((Day::from_number(row.get(1)?), read));
        }
    }
    Ok(scopes)
}

/// The latest fact or delivery in the expired buckets of a scope.
pub(crate) fn latest_expired(
    connection: &Connection,
    scope: &str,
    counter: Counter,
) -> std::result::Result<Option<Instant>, Fault> {
    let latest = read_settled_day(connection, scope, BEFORE_ALL)?.totals[counter];
    Ok((latest > 0).then(|| Instant::from_micros(latest)))
}

pub(crate) fn read_settled_day(connection: &Connection, scope: &str, day: Day) -> std::result::Result<Bucket, Fault> {
    Ok(read_settled(connection, scope, day, day)?.remove(&day).unwrap_or_default())
}

pub(crate) fn read_settled(
    connection: &Connection,
    scope: &str,
    from: Day,
    to: Day,
) -> std::result::Result<Buckets, Fault> {
    read_buckets(
        connection,
        "SELECT day, totals, minutes FROM settled WHERE book = ?1 AND day BETWEEN ?2 AND ?3",
        scope,
        from,
        to,
    )
}

pub(crate) fn write_settled(
    connection: &Connection,
    scope: &str,
    day: Day,
    bucket: &Bucket,
) -> std::result::Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO settled (book, day, totals, minutes) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (book, day) DO UPDATE SET totals = excluded.totals, minutes = excluded.minutes",
        )?
        .execute(params![
            scope,
            day.number(),
            codec::write_counters(&bucket.totals),
            codec::write_minutes(&bucket.minutes)
        ])?;
    Ok(())
}

/// The buckets that a query finds: by day, totals and minutes, and the stored quarters if it has them.
pub(crate) fn read_buckets(
    connection: &Connection,
    sql: &str,
    scope: &str,
    from: Day,
    to: Day,
) -> std::result::Result<Buckets, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![scope, from.number(), to.number()])?;
    let mut buckets = Buckets::new();
    while let Some(row) = rows.next()? {
        let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        let mut bucket = codec::read_bucket(blob(1)?, blob(2)?)?;
        if row.as_ref().column_count() > 3 {
            bucket.quarters = Quarters::read(blob(3)?)?;
        }
        buckets.insert(Day::from_number(row.get(0)?), bucket);
    }
    Ok(buckets)
}
