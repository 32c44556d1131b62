//! The sums of months as rows: the totals of the days of each month, and in the row of the scope how each month changed the levels.
//!
//! They follow from the buckets, and change in the same transactions.

use std::collections::BTreeMap;

use goody_domain::{Counters, Day, Month, MonthSummaries, MonthTotals, ReportZone};
use rusqlite::{Connection, OptionalExtension, params};

use crate::scope_row::{ScopeRow, read_scope_row, write_scope_row};
use crate::{Fault, codec, schema};

/// The months that a transaction changes: one after the other, as its moves are sorted by scope and day.
pub(crate) struct Months<'c> {
    connection: &'c Connection,
    zone: &'c ReportZone,
    /// The month that is being changed.
    open: Option<Month>,
    days: MonthTotals,
}

impl<'c> Months<'c> {
    pub(crate) fn new(connection: &'c Connection, zone: &'c ReportZone) -> Self {
        Self { connection, zone, open: None, days: MonthTotals::default() }
    }

    /// Replaces a day of a scope by the totals of its bucket, and its latest fact and delivery.
    pub(crate) fn set(
        &mut self,
        scope: &str,
        day: Day,
        totals: &Counters,
        latest: [Option<i64>; 2],
        summaries: &mut MonthSummaries,
    ) -> Result<(), Fault> {
        let month = Month::of(day);
        if self.open != Some(month) {
            self.close(scope, summaries)?;
            self.read(scope, month)?;
            self.open = Some(month);
        }
        self.days.set(day, totals, latest);
        Ok(())
    }

    /// Writes the last month of a scope.
    pub(crate) fn close(&mut self, scope: &str, summaries: &mut MonthSummaries) -> Result<(), Fault> {
        let Some(month) = self.open.take() else { return Ok(()) };
        summaries.set_latest(month, self.days.latest(month, self.zone));
        write(self.connection, scope, month, &self.days)
    }

    fn read(&mut self, scope: &str, month: Month) -> Result<(), Fault> {
        let mut statement = self.connection.prepare_cached("SELECT days FROM months WHERE month = ?1 AND book = ?2")?;
        let mut rows = statement.query(params![month.number(), scope])?;
        let row = rows.next()?;
        let days = row.map(|row| row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)).transpose()?;
        Ok(self.days.read_again(days.unwrap_or_default())?)
    }
}

fn write(connection: &Connection, scope: &str, month: Month, days: &MonthTotals) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO months (month, book, days) VALUES (?1, ?2, ?3) \
             ON CONFLICT (month, book) DO UPDATE SET days = excluded.days",
        )?
        .execute(params![month.number(), scope, days.write()])?;
    Ok(())
}

/// Removes the months whose buckets have all expired.
pub(crate) fn expire(connection: &Connection, first_kept: Day) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM months WHERE month < ?1")?.execute([Month::of(first_kept).number()])?;
    Ok(())
}

/// Compares the months of a scope, and their summaries, with its buckets. Corrects them, and returns how many differed.
pub(crate) fn correct(
    connection: &Connection,
    scope: &str,
    scope_row: &mut ScopeRow,
    zone: &ReportZone,
) -> Result<u64, Fault> {
    let kept_from = schema::kept_from(connection)?;
    let first = kept_from.unwrap_or(Day::from_number(i32::MIN));
    let mut expected: BTreeMap<Month, MonthTotals> = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT day, totals, latest_fact, latest_delivery FROM buckets WHERE book = ?1 AND day >= ?2 ORDER BY day",
    )?;
    let mut rows = statement.query(params![scope, first.number()])?;
    while let Some(row) = rows.next()? {
        let day = Day::from_number(row.get(0)?);
        let totals = codec::read_counters(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        expected.entry(Month::of(day)).or_default().set(day, &totals, [row.get(2)?, row.get(3)?]);
    }
    let mut different = 0;
    let mut stored: BTreeMap<Month, MonthTotals> = BTreeMap::new();
    let mut statement = connection.prepare_cached("SELECT month, days FROM months WHERE book = ?1 AND month >= ?2")?;
    let from = kept_from.map_or(i32::MIN, |first| Month::of(first).number());
    let mut rows = statement.query(params![scope, from])?;
    while let Some(row) = rows.next()? {
        let month = Month::from_number(row.get(0)?);
        let mut days = MonthTotals::read(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        if kept_from.is_some_and(|first| Month::of(first) == month) {
            days.remove_before(first);
        }
        stored.insert(month, days);
        expected.entry(month).or_default();
    }
    for (month, days) in &expected {
        if stored.get(month).map_or_else(Vec::new, MonthTotals::write) != days.write() {
            different += 1;
            write(connection, scope, *month, days)?;
        }
    }
    if expected.is_empty() && scope_row.revision == 0 {
        // There is no such scope.
        return Ok(0);
    }
    let months = expected.iter().map(|(month, days)| (*month, days));
    let summaries = MonthSummaries::of_months(months, kept_from, &scope_row.totals, zone);
    if !scope_row.months.as_ref().is_some_and(|known| known.agree(&summaries, kept_from)) {
        different += u64::from(scope_row.months.is_some());
        scope_row.months = Some(summaries);
        write_scope_row(connection, scope, scope_row)?;
    }
    Ok(different)
}

/// How many scopes one transaction sums.
const SCOPES: usize = 50;

/// Whether the months of every scope are summed.
pub(crate) fn are_summed(connection: &Connection) -> rusqlite::Result<bool> {
    let missing: Option<i64> =
        connection.query_row("SELECT 1 FROM books WHERE months IS NULL LIMIT 1", [], |row| row.get(0)).optional()?;
    Ok(missing.is_none())
}

/// Sums the months of the scopes of an older file, in short transactions, so that it may be killed at any point: the next program that
/// opens the file continues. `progress` receives how many buckets are read, and how many will be.
pub(crate) fn sum_months(connection: &Connection, zone: &ReportZone, progress: &dyn Fn(u64, u64)) -> Result<(), Fault> {
    if are_summed(connection)? {
        return Ok(());
    }
    let scopes = |state: &str| -> rusqlite::Result<u64> {
        connection.query_row(&format!("SELECT count(*) FROM books WHERE months IS {state}"), [], |row| row.get(0))
    };
    let total = scopes("NULL")? + scopes("NOT NULL")?;
    tracing::info!(scopes = total, "the months of an older database are summed");
    loop {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let step = sum_some(connection, zone);
        connection.execute_batch(if step.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        let is_done = step? < SCOPES;
        progress(scopes("NOT NULL")?, total);
        if is_done {
            return Ok(());
        }
    }
}

/// Sums the months of the next scopes. Returns their number.
fn sum_some(connection: &Connection, zone: &ReportZone) -> Result<usize, Fault> {
    let next: Vec<String> = {
        let mut statement = connection.prepare_cached("SELECT book FROM books WHERE months IS NULL LIMIT ?1")?;
        let rows = statement.query_map([SCOPES], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    if !next.is_empty() {
        // Readers of other processes see that something changed.
        schema::next_revision(connection)?;
    }
    for scope in &next {
        let mut row = read_scope_row(connection, scope)?;
        correct(connection, scope, &mut row, zone)?;
    }
    Ok(next.len())
}
