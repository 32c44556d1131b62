//! What reads and writes of the file met lately: what stands in the way, since when, and how many writes wait.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use goody_application::ports::{Condition, Trouble};
use rusqlite::ErrorCode;

/// Why something could not be stored or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Full,
    ReadOnly,
    Locked,
    Disk,
    Damaged,
    Other,
}

impl Obstacle {
    /// What an error of SQLite says about the file; nothing where it is about the statement.
    pub(crate) fn of(error: &rusqlite::Error) -> Option<Self> {
        match error.sqlite_error_code()? {
            ErrorCode::DiskFull => Some(Self::Full),
            ErrorCode::ReadOnly => Some(Self::ReadOnly),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Self::Locked),
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => Some(Self::Disk),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(Self::Damaged),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Locked => "locked",
            Self::Disk => "disk",
            Self::Damaged => "damaged",
            Self::Other => "other",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Full => "nothing can be stored, as the disk is full: make room on it, and storing goes on by itself",
            Self::ReadOnly => {
                "nothing can be stored, as the database is read-only: let this user write the file and its folder, and storing \
                 goes on by itself"
            }
            Self::Locked => {
                "nothing can be stored, as another process keeps the database locked: end it, and storing goes on by itself"
            }
            Self::Disk => {
                "nothing can be stored, as the disk refuses: a quota or a limit of file sizes is reached, or it fails (the \
                 system's log says which); when it takes writes again, storing goes on by itself"
            }
            Self::Damaged => {
                "the database is damaged: `goody health --deep` says where; stop the server, and `goody restore` a backup"
            }
            Self::Other => "nothing can be stored; the log says why, and it is tried again each second",
        }
    }
}

/// For how long nothing may have failed before storing is said to go on. Where a disk is nearly full a few bytes still
/// find room now and then, while all that is larger is refused.
const QUIET: Duration = Duration::from_secs(5);

/// Transactions fail.
#[derive(Clone, Copy)]
struct Failing {
    obstacle: Obstacle,
    since: Instant,
    last: Instant,
}

/// What was met, shared by the writer, the readers and whoever asks.
#[derive(Default)]
pub(crate) struct Met {
    waiting: AtomicU64,
    failing: Mutex<Option<Failing>>,
    /// Damage does not go away while the file is open.
    damaged: OnceLock<Instant>,
    kept_by_another: AtomicBool,
}

struct Waiting<'a>(&'a AtomicU64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Met {
    /// A write waits until this is dropped: when it is over, or when whoever asked for it has gone away.
    pub(crate) fn write_waits(&self) -> impl Drop + '_ {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(&self.waiting)
    }

    pub(crate) fn kept_by_another(&self, is: bool) {
        self.kept_by_another.store(is, Ordering::Relaxed);
    }

    /// A read failed of this.
    pub(crate) fn read_failed(&self, obstacle: Option<Obstacle>) {
        self.count(obstacle.unwrap_or(Obstacle::Other));
        if obstacle == Some(Obstacle::Damaged) {
            self.damaged.get_or_init(Instant::now);
        }
    }

    /// A transaction failed of this.
    pub(crate) fn write_failed(&self, obstacle: Obstacle) {
        self.count(obstacle);
        if obstacle == Obstacle::Damaged {
            self.damaged.get_or_init(Instant::now);
            return;
        }
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if failing.is_none_or(|known| known.obstacle != obstacle) {
            tracing::error!(obstacle = obstacle.word(), "{}", obstacle.told());
        }
        let now = Instant::now();
        *failing = Some(Failing { obstacle, since: failing.map_or(now, |known| known.since), last: now });
    }

    /// Something was stored.
    pub(crate) fn stored(&self) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Failing { obstacle, since, .. }) = failing.take_if(|failing| failing.last.elapsed() >= QUIET) {
            let seconds = since.elapsed().as_secs_f64();
            tracing::info!(obstacle = obstacle.word(), seconds, "storing goes on");
        }
    }

    /// Why transactions fail, if they do.
    pub(crate) fn failing(&self) -> Option<Obstacle> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).map(|failing| failing.obstacle)
    }

    pub(crate) fn condition(&self) -> Condition {
        let damaged = self.damaged.get().map(|since| (Obstacle::Damaged, *since));
        let failing = *self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let met = damaged.or(failing.map(|failing| (failing.obstacle, failing.since)));
        let trouble = met.map(|(obstacle, since)| Trouble {
            told: obstacle.told().to_owned(),
            seconds: since.elapsed().as_secs_f64(),
        });
        Condition {
            trouble,
            waiting: self.waiting.load(Ordering::Relaxed),
            kept_by_another: self.kept_by_another.load(Ordering::Relaxed),
        }
    }

    fn count(&self, obstacle: Obstacle) {
        metrics::counter!("goody_store_failures_total", "kind" => obstacle.word()).increment(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_bytes_that_found_room_do_not_make_it_well() {
        let met = Met::default();
        met.write_failed(Obstacle::Full);
        met.stored();
        assert_eq!(met.failing(), Some(Obstacle::Full));
        assert_eq!(met.condition().trouble.map(|trouble| trouble.told), Some(Obstacle::Full.told().to_owned()));
    }
}
