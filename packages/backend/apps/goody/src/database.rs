//! Opens the database with the settings that each command needs.

use std::sync::{Arc, Mutex, PoisonError};

use goody_domain::ReportZone;
use goody_store_sqlite::{Settings, SqliteStore};

use crate::cli::Database;
use crate::clock::SystemClock;
use crate::progress::Progress;

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error("--time-zone {0}")]
    Zone(String),
    #[error(
        "there is no database {0}: create it with `goody import` or `goody serve`, or give another file with --database"
    )]
    Missing(String),
    #[error(transparent)]
    Open(#[from] goody_store_sqlite::OpenError),
}

/// Opens the database, and creates it if it does not exist.
pub(crate) fn open_or_create(database: &Database, settings: Settings) -> Result<SqliteStore, DatabaseError> {
    let zone = database.time_zone.as_deref().map(ReportZone::named).transpose().map_err(DatabaseError::Zone)?;
    let (stall_hours, upgrade_progress) = (database.stall_hours, upgrade_progress());
    Ok(SqliteStore::open(&database.database, Settings { zone, stall_hours, upgrade_progress, ..settings })?)
}

/// Shows the progress of an upgrade of the database.
fn upgrade_progress() -> Arc<dyn Fn(u64, u64) + Send + Sync> {
    let shown: Mutex<Option<Progress>> = Mutex::new(None);
    Arc::new(move |read, of| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = shown.get_or_insert_with(|| Progress::new(of, "{bar:40} {percent} % {msg} ETA {eta}"));
        progress.show(read, || "the database is upgraded to this version; it may be stopped and continues".into());
        if read == of
            && let Some(progress) = shown.take()
        {
            progress.finish();
        }
    })
}

/// Opens an existing database.
pub(crate) fn open(database: &Database) -> Result<SqliteStore, DatabaseError> {
    open_with(database, Settings::new(Arc::new(SystemClock)))
}

/// Opens an existing database, also on a file system that is mounted read-only.
pub(crate) fn open_to_read(database: &Database) -> Result<SqliteStore, DatabaseError> {
    open_with(database, Settings { may_be_read_only: true, ..Settings::new(Arc::new(SystemClock)) })
}

fn open_with(database: &Database, settings: Settings) -> Result<SqliteStore, DatabaseError> {
    // An empty file is not a database either, but opening it would turn it into one.
    if !std::fs::metadata(&database.database).is_ok_and(|found| found.len() > 0) {
        return Err(DatabaseError::Missing(database.database.display().to_string()));
    }
    open_or_create(database, settings)
}
