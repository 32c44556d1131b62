//! Opens a connection that may write, with the settings that all of them share.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// When a commit is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before the call returns.
    EveryCommit,
    /// A crash of the machine may undo the last commits; a crash of the process undoes none. For an import: it ends with
    /// [`crate::SqliteStore::checkpoint`] and can be repeated.
    AtCheckpoint,
}

/// The number of pages in the log (250 MiB) from which on the writer moves them itself. It stores nothing meanwhile.
const LOG_PAGES: u32 = 64_000;

/// The options of a connection that may write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionOptions {
    pub(crate) durability: Durability,
    pub(crate) cache_mib: u32,
    /// How long to wait for another process's lock.
    pub(crate) patience: Duration,
}

pub(crate) fn connect(path: &Path, options: ConnectionOptions) -> rusqlite::Result<Connection> {
    let ConnectionOptions { durability, cache_mib, patience } = options;
    let connection = Connection::open(path)?;
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let synchronous = match durability {
        Durability::EveryCommit => "full",
        Durability::AtCheckpoint => "normal",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    set_cache(&connection, cache_mib)?;
    Ok(connection)
}

pub(crate) fn set_cache(connection: &Connection, mib: u32) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(128);
    // Keeps a statement's plan. Otherwise SQLite plans it again for every value of LIMIT.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -i64::from(mib) * 1024)
}
