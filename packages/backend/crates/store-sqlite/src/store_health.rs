//! What reads and writes of the file met lately: what stands in the way, since when, and how many writes wait.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use goody_application::ports::{StoreHealth, StoreProblem};
use rusqlite::ErrorCode;

use crate::{Fault, room};

/// Why something could not be stored or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Full,
    ReadOnly,
    Locked,
    Disk,
    Damaged,
    /// A fault of the program, which says nothing about the file.
    Fault,
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
            Self::Fault => "fault",
            Self::Other => "other",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Full => "nothing can be stored, as the disk is full: make room on it, and storing goes on by itself",
            Self::ReadOnly => {
                "nothing can be stored, as the database is read-only: let this user write the file and its folder, or mount its \
                 disk writable, and storing goes on by itself"
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
            Self::Fault => "a read or a write met a fault of the program; the log has the details",
            Self::Other => "nothing can be stored; the log says why, and it is tried again each second",
        }
    }
}

/// For how long nothing may have failed before storing is said to go on. Where a disk is nearly full a few bytes still
/// find room now and then, while all that is larger is refused.
const QUIET: Duration = Duration::from_secs(5);

const LITTLE_ROOM: &str = "the disk of the database is almost full: make room on it before nothing can be stored";

/// For how long a part that was started again after a fault is worth a warning.
const LATELY: Duration = Duration::from_secs(600);

/// What became of a part of the program.
#[derive(Clone, Copy)]
struct Failed {
    times: u64,
    last: Instant,
    /// It does not run any more.
    is_gone: bool,
}

/// Transactions fail.
#[derive(Clone, Copy)]
struct Failing {
    obstacle: Obstacle,
    since: Instant,
    last: Instant,
    /// Orders were stored since the last failure.
    stores_again: bool,
}

/// What was met, shared by the writer, the readers and whoever asks.
#[derive(Default)]
pub(crate) struct HealthRecord {
    waiting: AtomicU64,
    failing: Mutex<Option<Failing>>,
    /// The database, on whose disk there has to be room.
    database: Option<Box<Path>>,
    /// Since when there has been little, by the last look.
    little_room: Mutex<Option<Instant>>,
    /// Damage does not go away while the file is open.
    damaged: OnceLock<Instant>,
    is_standby: AtomicBool,
    /// Parts of the program that met a fault.
    failed: Mutex<BTreeMap<&'static str, Failed>>,
    /// How large the log is, and since when, where it is too large.
    large_log: Mutex<Option<(u64, Instant)>>,
}

struct Waiting<'a>(&'a AtomicU64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HealthRecord {
    /// Nothing yet, of this database.
    pub(crate) fn of(database: &Path) -> Self {
        Self { database: Some(database.into()), ..Self::default() }
    }

    /// A write waits until this is dropped: when it is over, or when whoever asked for it has gone away.
    pub(crate) fn write_waits(&self) -> impl Drop + '_ {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(&self.waiting)
    }

    pub(crate) fn is_standby(&self, is: bool) {
        self.is_standby.store(is, Ordering::Relaxed);
    }

    /// A read failed of this.
    pub(crate) fn read_failed(&self, obstacle: Option<Obstacle>) {
        // A fault has been counted where it was caught.
        if obstacle != Some(Obstacle::Fault) {
            self.count(obstacle.unwrap_or(Obstacle::Other));
        }
        if obstacle == Some(Obstacle::Damaged) {
            self.damaged.get_or_init(now);
        }
    }

    /// A transaction failed of this.
    pub(crate) fn write_failed(&self, obstacle: Obstacle) {
        self.count(obstacle);
        if obstacle == Obstacle::Damaged {
            self.damaged.get_or_init(now);
            return;
        }
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if failing.is_none_or(|known| known.obstacle != obstacle) {
            tracing::error!(obstacle = obstacle.word(), "{}", obstacle.told());
        }
        let at = now();
        let since = failing.map_or(at, |known| known.since);
        *failing = Some(Failing { obstacle, since, last: at, stores_again: false });
    }

    /// Something was stored.
    pub(crate) fn stored(&self) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Failing { obstacle, since, .. }) = failing.take_if(|failing| failing.last.elapsed() >= QUIET) {
            let seconds = since.elapsed().as_secs_f64();
            tracing::info!(obstacle = obstacle.word(), seconds, "storing goes on");
        }
    }

    /// Orders were stored. What a client meets counts, and not what the store writes for itself: that is small, and may still find
    /// room.
    pub(crate) fn orders_stored(&self) {
        if let Some(failing) = &mut *self.failing.lock().unwrap_or_else(PoisonError::into_inner) {
            failing.stores_again = true;
        }
    }

    /// Why transactions fail, if they do.
    pub(crate) fn failing(&self) -> Option<Obstacle> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).map(|failing| failing.obstacle)
    }

    pub(crate) fn store_health(&self) -> StoreHealth {
        let damaged = self.damaged.get().map(|since| (Obstacle::Damaged, *since));
        let failing = *self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let damaged = damaged.map(|(obstacle, since)| problem(true, obstacle.told().to_owned(), since));
        let little_room = *self.little_room();
        let refused = failing.map(|Failing { obstacle, since, stores_again, .. }| {
            let more = match (stores_again, obstacle, little_room) {
                (true, ..) => "; orders are stored again, and it is over when nothing fails for five seconds",
                (false, Obstacle::Full, None) if self.database.is_some() => "; there is room again",
                _ => "",
            };
            problem(!stores_again, format!("{}{more}", obstacle.told()), since)
        });
        let room = little_room.map(|since| problem(false, LITTLE_ROOM.to_owned(), since));
        let all = [damaged, refused, room, self.failed_part(), self.log_problem()];
        // What keeps the store from working comes before what only needs attention, and else the first of them.
        let problem = all.into_iter().flatten().min_by_key(|problem| !problem.stops);
        StoreHealth {
            problem,
            waiting: self.waiting.load(Ordering::Relaxed),
            is_standby: self.is_standby.load(Ordering::Relaxed),
        }
    }

    /// Whether it is to be tried if orders can be stored.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.failing().is_some() || self.little_room().is_some()
    }

    /// Looks how much room the disk has.
    pub(crate) fn look_for_room(&self) {
        let is_little = self.database.as_ref().is_some_and(|database| room::is_little(database));
        let mut since = self.little_room();
        *since = is_little.then(|| since.unwrap_or_else(now));
    }

    fn little_room(&self) -> MutexGuard<'_, Option<Instant>> {
        self.little_room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a job. A panic is the failure of that job alone, and is remembered.
    pub(crate) fn guarded<T>(&self, part: &'static str, job: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
            self.part_failed(part);
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            Err(Fault::Panicked(text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default()))
        })
    }

    /// A part of the program met a fault, and goes on.
    pub(crate) fn part_failed(&self, part: &'static str) {
        metrics::counter!("goody_store_failures_total", "kind" => Obstacle::Fault.word()).increment(1);
        let mut failed = self.failed();
        let times = failed.get(part).map_or(0, |known| known.times) + 1;
        failed.insert(part, Failed { times, last: now(), is_gone: false });
    }

    /// A part of the program does not run, and will not before a restart.
    pub(crate) fn part_is_gone(&self, part: &'static str) {
        self.failed().insert(part, Failed { times: 1, last: now(), is_gone: true });
    }

    /// The log has so many bytes, where that is too many.
    pub(crate) fn log_is_large(&self, bytes: Option<u64>) {
        let mut large = self.large_log.lock().unwrap_or_else(PoisonError::into_inner);
        *large = bytes.map(|bytes| (bytes, large.map_or_else(now, |(_, since)| since)));
    }

    fn failed(&self) -> MutexGuard<'_, BTreeMap<&'static str, Failed>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed_part(&self) -> Option<StoreProblem> {
        let failed = self.failed();
        let lately = failed.iter().filter(|(_, failed)| failed.is_gone || failed.last.elapsed() < LATELY);
        let (part, failed) = lately.max_by_key(|(_, failed)| (failed.is_gone, failed.last))?;
        let text = match failed.is_gone {
            true => format!("{part} could not be started: restart the server"),
            false => format!(
                "{part} met a fault of the program and goes on, {} times since the start: the log has the details; report them",
                failed.times
            ),
        };
        Some(problem(failed.is_gone, text, failed.last))
    }

    fn log_problem(&self) -> Option<StoreProblem> {
        let (bytes, since) = (*self.large_log.lock().unwrap_or_else(PoisonError::into_inner))?;
        let text = format!(
            "the log beside the database (its name ends with -wal) has {} MB and grows, as another process has been reading the \
             database for long: end that process, and the disk is given back by itself",
            bytes / 1_000_000
        );
        Some(problem(false, text, since))
    }

    fn count(&self, obstacle: Obstacle) {
        metrics::counter!("goody_store_failures_total", "kind" => obstacle.word()).increment(1);
    }
}

/// The one place where this crate looks at a clock, to measure how long something has been so.
fn now() -> Instant {
    Instant::now()
}

fn problem(stops: bool, message: String, since: Instant) -> StoreProblem {
    StoreProblem { message, seconds: since.elapsed().as_secs_f64(), stops }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_bytes_that_found_room_do_not_make_it_well() {
        let health = HealthRecord::default();
        health.write_failed(Obstacle::Full);
        health.stored();
        assert_eq!(health.failing(), Some(Obstacle::Full));
        assert_eq!(
            health.store_health().problem.map(|problem| problem.message),
            Some(Obstacle::Full.told().to_owned())
        );
    }

    #[test]
    fn a_store_that_takes_orders_again_works_and_is_still_watched() {
        let health = HealthRecord::default();
        let stops = || health.store_health().problem.map(|problem| problem.stops);
        health.write_failed(Obstacle::Full);
        assert_eq!(stops(), Some(true));
        health.orders_stored();
        assert_eq!(stops(), Some(false), "degraded: a client is served");
        health.write_failed(Obstacle::Full);
        assert_eq!(stops(), Some(true), "what is larger does not fit");
    }
}
