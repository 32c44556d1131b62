//! Opening the database the way each command needs it.

use std::sync::Arc;

use goody_domain::ReportZone;
use goody_store_sqlite::{Settings, SqliteStore};

use crate::cli::Database;
use crate::clock::SystemClock;

/// Why there is no database to work on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error("--time-zone {0}")]
    Zone(String),
    #[error("there is no database {0}: make one with `goody import` or `goody serve`, or name another with --database")]
    Missing(String),
    #[error(transparent)]
    Open(#[from] goody_store_sqlite::OpenError),
}

/// Opens the database, making it if there is none.
pub(crate) fn open_or_create(database: &Database, settings: Settings) -> Result<SqliteStore, DatabaseError> {
    let zone = database.time_zone.as_deref().map(ReportZone::named).transpose().map_err(DatabaseError::Zone)?;
    Ok(SqliteStore::open(&database.database, Settings { zone, ..settings })?)
}

/// Opens a database that is there.
pub(crate) fn open(database: &Database) -> Result<SqliteStore, DatabaseError> {
    open_with(database, Settings::new(Arc::new(SystemClock)))
}

/// Opens a database that is there, also where its file system is mounted read-only.
pub(crate) fn open_to_read(database: &Database) -> Result<SqliteStore, DatabaseError> {
    open_with(database, Settings { may_be_read_only: true, ..Settings::new(Arc::new(SystemClock)) })
}

fn open_with(database: &Database, settings: Settings) -> Result<SqliteStore, DatabaseError> {
    // An empty file is none either: opening it would make one of it.
    if !std::fs::metadata(&database.database).is_ok_and(|found| found.len() > 0) {
        return Err(DatabaseError::Missing(database.database.display().to_string()));
    }
    open_or_create(database, settings)
}
