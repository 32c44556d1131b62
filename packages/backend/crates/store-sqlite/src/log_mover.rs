//! Moves committed pages from the write-ahead log into the file, so that the writer need not, and keeps the log small.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use crate::lock_files;
use crate::open::{ConnectionOptions, connect};
use crate::parts::keep_running;
use crate::revision_watch::RevisionWatch;
use crate::store_health::HealthRecord;

/// How often pages are moved. The writer moves them itself only when this thread falls behind.
const INTERVAL: Duration = Duration::from_millis(250);
/// How long truncating the log may block the writer. It is tried again while readers need the log.
const TRUNCATE_PATIENCE: Duration = Duration::from_millis(50);

/// Moves the log on a thread that ends with the store. A log of more than `limit` bytes is reported, and truncated once it is moved.
pub(crate) fn move_log(
    path: &Path,
    options: ConnectionOptions,
    watch: &RevisionWatch,
    health: &Arc<HealthRecord>,
    limit: u64,
) -> rusqlite::Result<()> {
    let connection = open(path, options)?;
    let log = lock_files::sibling(path, "-wal");
    let (path, store) = (path.to_owned(), watch.store_handle());
    let mut mover = Mover { path, options, log, limit, connection: Some(connection), store, health: health.clone() };
    keep_running("the thread that moves the log", "sqlite-log", health.clone(), move || mover.run());
    Ok(())
}

fn open(path: &Path, options: ConnectionOptions) -> rusqlite::Result<Connection> {
    let connection = connect(path, ConnectionOptions { cache_mib: 1, ..options })?;
    connection.busy_timeout(TRUNCATE_PATIENCE)?;
    Ok(connection)
}

struct Mover {
    path: PathBuf,
    options: ConnectionOptions,
    log: PathBuf,
    limit: u64,
    /// `None` after a fault. The thread opens it again.
    connection: Option<Connection>,
    /// Dangling once the store is closed.
    store: Weak<watch::Sender<i64>>,
    health: Arc<HealthRecord>,
}

impl Mover {
    fn run(&mut self) {
        let mut connection = self.connection.take();
        let mut moved: Option<i64> = None;
        while self.store.strong_count() > 0 {
            std::thread::sleep(INTERVAL);
            let bytes = std::fs::metadata(&self.log).map_or(0, |log| log.len());
            let is_large = bytes > self.limit;
            self.health.set_large_log(is_large.then_some(bytes));
            if connection.is_none() {
                connection = open(&self.path, self.options).ok();
            }
            let Some(connection) = &connection else { continue };
            let version = connection.query_row("PRAGMA data_version", [], |row| row.get(0)).ok();
            if version == moved && !is_large {
                continue;
            }
            // Pages that a reader needs as they were are moved later.
            let is_all_moved = checkpoint(connection, "PASSIVE");
            moved = version.filter(|_| is_all_moved);
            if is_all_moved && is_large && checkpoint(connection, "TRUNCATE") {
                self.health.set_large_log(None);
                tracing::info!(bytes, "the log was moved into the file and truncated");
            }
        }
    }
}

/// Whether all pages are in the file now.
fn checkpoint(connection: &Connection, how: &str) -> bool {
    let answer = connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    answer.is_ok_and(|(is_busy, pages, moved)| is_busy == 0 && pages == moved)
}
