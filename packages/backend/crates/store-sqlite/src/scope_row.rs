//! The row of a scope: what does not belong to one day.

use goody_domain::{Counters, MonthSummaries};
use rusqlite::{Connection, params};

use crate::{Fault, codec};

/// The row of a scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScopeRow {
    pub(crate) revision: i64,
    /// The sum of its buckets.
    pub(crate) totals: Counters,
    /// The summaries of its months; `None` in an older file whose months are not summed yet.
    pub(crate) months: Option<MonthSummaries>,
}

/// The row of a scope; one of zeros for a scope without rows.
pub(crate) fn read_scope_row(connection: &Connection, scope: &str) -> std::result::Result<ScopeRow, Fault> {
    let mut statement = connection.prepare_cached("SELECT revision, totals, months FROM books WHERE book = ?1")?;
    let mut rows = statement.query([scope])?;
    let Some(row) = rows.next()? else { return Ok(ScopeRow::default()) };
    let totals = codec::read_counters(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
    let months = row.get_ref(2)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
    Ok(ScopeRow { revision: row.get(0)?, totals, months: months.map(MonthSummaries::read).transpose()? })
}

pub(crate) fn write_scope_row(connection: &Connection, scope: &str, row: &ScopeRow) -> std::result::Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO books (book, revision, totals, months) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (book) \
             DO UPDATE SET revision = excluded.revision, totals = excluded.totals, months = excluded.months",
        )?
        .execute(params![
            scope,
            row.revision,
            codec::write_counters(&row.totals),
            row.months.as_ref().map(MonthSummaries::write)
        ])?;
    Ok(())
}
