//! Watches the revision of the counters. Commits of any process raise it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use crate::parts::keep_running;
use crate::schema;
use crate::source::Source;
use crate::store_health::HealthRecord;

/// How often to look for commits of other processes.
const INTERVAL: Duration = Duration::from_millis(10);

/// After how many intervals, one second, the room on the disk is measured.
const ROOM_INTERVALS: u64 = 100;

/// The revision as of the last commit of any process.
#[derive(Clone)]
pub(crate) struct RevisionWatch {
    revision: Arc<watch::Sender<i64>>,
}

impl RevisionWatch {
    /// Watches commits of other processes on a thread that ends with the store.
    pub(crate) fn start(
        source: &Source,
        connection: &Connection,
        patience: Duration,
        health: Arc<HealthRecord>,
    ) -> rusqlite::Result<Self> {
        let revision = Arc::new(watch::Sender::new(read_revision(connection)?));
        let seen = Arc::downgrade(&revision);
        let other = source.connect(1, patience)?;
        let known = health.clone();
        keep_running("the thread that looks for other processes' writes", "sqlite-watch", health, move || {
            let mut last: Option<i64> = None;
            for interval in 0_u64.. {
                std::thread::sleep(INTERVAL);
                if interval.is_multiple_of(ROOM_INTERVALS) {
                    known.measure_room();
                }
                let Some(revision) = seen.upgrade() else { return };
                let version = other.query_row("PRAGMA data_version", [], |row| row.get(0)).ok();
                if version != last
                    && let Ok(found) = read_revision(&other)
                {
                    raise(&revision, found);
                    last = version;
                }
            }
        });
        Ok(Self { revision })
    }

    pub(crate) fn update(&self, connection: &Connection) {
        if let Ok(found) = read_revision(connection) {
            raise(&self.revision, found);
        }
    }

    /// Dangling once the store is closed.
    pub(crate) fn store_handle(&self) -> Weak<watch::Sender<i64>> {
        Arc::downgrade(&self.revision)
    }

    pub(crate) fn revision(&self) -> i64 {
        *self.revision.borrow()
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<i64> {
        self.revision.subscribe()
    }
}

fn raise(revision: &watch::Sender<i64>, found: i64) {
    revision.send_if_modified(|known| std::mem::replace(known, found.max(*known)) < found);
}

fn read_revision(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(schema::meta(connection, "revision")?.unwrap_or(0))
}
