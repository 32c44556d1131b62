//! Reads the counters of past dates from the sums of months.

use goody_application::ports::{PastVendor, Scope};
use goody_domain::{
    AsOf, Counter, CounterSeries, Day, Month, MonthSeries, MonthSummaries, RateCounts, ReportZone, VendorId,
};
use rusqlite::{CachedStatement, Connection, Row, params};

use crate::counters::{self, DELIVERED, key, latest_expired};
use crate::schema::kept_from;
use crate::scope_row::read_scope_row;
use crate::{Fault, vendors};

/// Reads the series of scopes for the reports of the dates until `to`.
struct Past<'c> {
    connection: &'c Connection,
    zone: &'c ReportZone,
    from: Day,
    to: Day,
    has_expired: bool,
    months: CachedStatement<'c>,
}

impl<'c> Past<'c> {
    fn new(connection: &'c Connection, zone: &'c ReportZone, from: Day, to: Day) -> Result<Self, Fault> {
        let kept_from = kept_from(connection)?;
        // The month in which the buckets begin may have days that have expired.
        let from = kept_from.map_or(from, |kept| from.max(kept)).min(to);
        let months = connection.prepare_cached("SELECT days FROM months WHERE month = ?1 AND book = ?2")?;
        Ok(Self { connection, zone, from, to, has_expired: kept_from.is_some(), months })
    }

    fn series(&mut self, scope: &str, summaries: &MonthSummaries) -> Result<CounterSeries, Fault> {
        let mut series = MonthSeries::new(self.from, self.to, self.zone);
        for month in MonthSeries::months(self.from, self.to) {
            let mut rows = self.months.query(params![month.number(), scope])?;
            if let Some(row) = rows.next()? {
                series.add(month, row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            }
        }
        let mut expired = [None, None];
        if self.has_expired {
            for (latest, counter) in expired.iter_mut().zip([Counter::LatestFact, DELIVERED]) {
                *latest = latest_expired(self.connection, scope, counter)?;
            }
        }
        Ok(series.finish(summaries, expired))
    }
}

/// The series of scopes, with their revisions.
pub(crate) fn all_series(
    connection: &Connection,
    scopes: &[Scope],
    (from, to): (Day, Day),
    zone: &ReportZone,
) -> Result<Vec<(CounterSeries, i64)>, Fault> {
    let mut past = Past::new(connection, zone, from, to)?;
    let read = |scope| {
        let row = read_scope_row(connection, key(scope))?;
        Ok((past.series(key(scope), &row.months.unwrap_or_default())?, row.revision))
    };
    scopes.iter().map(read).collect()
}

/// Adds the minutes of days to a series.
pub(crate) fn add_minutes(
    connection: &Connection,
    scope: &Scope,
    series: &mut CounterSeries,
    days: &[Day],
) -> Result<(), Fault> {
    for day in days {
        let Some(bucket) = counters::read_bucket(connection, key(scope), *day)? else { continue };
        match series.buckets.binary_search_by_key(day, |(day, _)| *day) {
            Ok(position) => series.buckets[position].1 = bucket,
            Err(position) => series.buckets.insert(position, (*day, bucket)),
        }
    }
    Ok(())
}

/// The vendors that changed after a revision, with their series and revisions.
pub(crate) fn vendors(
    connection: &Connection,
    after: i64,
    (from, to): (Day, Day),
    zone: &ReportZone,
) -> Result<Vec<PastVendor>, Fault> {
    let mut past = Past::new(connection, zone, from, to)?;
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(
        "SELECT vendors.body, coalesce(books.revision, 0), books.months, vendors.earlier_until FROM vendors \
         LEFT JOIN books ON books.book = vendors.vendor_id WHERE vendors.revision > ?1 OR books.revision > ?1 \
         ORDER BY vendors.vendor_id",
    )?;
    let mut rows = statement.query([after])?;
    while let Some(row) = rows.next()? {
        let vendor = vendors::read(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        let summaries = match row.get_ref(2)?.as_blob_or_null().map_err(rusqlite::Error::from)? {
            Some(stored) => MonthSummaries::read(stored)?,
            None => MonthSummaries::default(),
        };
        let series = past.series(vendor.vendor_id.as_str(), &summaries)?;
        let earlier_until = row.get::<_, Option<i32>>(3)?.map(Day::from_number);
        found.push(PastVendor { vendor, earlier_until, series, revision: row.get(1)? });
    }
    Ok(found)
}

/// The counts by which the risk of vendors is judged, for each day. `vendors` are sorted.
pub(crate) fn rate_counts(
    connection: &Connection,
    vendors: &[VendorId],
    from: Day,
    last: AsOf,
) -> Result<Vec<Vec<RateCounts>>, Fault> {
    let to = last.date();
    let kept_from = kept_from(connection)?;
    let days = usize::try_from(to.number() - from.number() + 1).unwrap_or(0);
    let mut counts = vec![vec![RateCounts::default(); days]; vendors.len()];
    let (Some(first_id), Some(last_id)) = (vendors.first(), vendors.last()) else { return Ok(counts) };
    let mut statement =
        connection.prepare_cached("SELECT days, book FROM months WHERE month = ?1 AND book BETWEEN ?2 AND ?3")?;
    let kept = kept_from.map_or(from, |kept| from.max(kept)).min(to);
    for month in MonthSeries::months(kept, to) {
        let mut rows = statement.query(params![month.number(), first_id.as_str(), last_id.as_str()])?;
        let mut later = vendors.iter().zip(&mut counts).peekable();
        while let Some(row) = rows.next()? {
            let vendor = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            while later.next_if(|(id, _)| id.as_str() < vendor).is_some() {}
            if let Some((_, counts)) = later.next_if(|(id, _)| id.as_str() == vendor) {
                add_counts(row, month, (from, kept), counts)?;
            }
        }
    }
    if last.cut().is_some() {
        for (vendor, counts) in vendors.iter().zip(&mut counts) {
            let bucket = counters::read_bucket(connection, vendor.as_str(), to)?;
            if let (Some(counts), Some(bucket)) = (counts.last_mut(), bucket) {
                *counts = RateCounts::of_bucket(&bucket, last.cut());
            }
        }
    }
    Ok(counts)
}

/// Adds the days of a stored month, from `kept` on, to the counts from `from` on.
fn add_counts(row: &Row<'_>, month: Month, (from, kept): (Day, Day), counts: &mut [RateCounts]) -> Result<(), Fault> {
    let stored = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
    let first = month.first_day().number();
    RateCounts::read_month(stored, |place, counter, amount| {
        let day = first + place;
        let position = usize::try_from(day - from.number()).ok().filter(|_| day >= kept.number());
        if let Some(counts) = position.and_then(|position| counts.get_mut(position)) {
            counts.add(counter, amount);
        }
    })?;
    Ok(())
}
