//! The health of the store: why writes or reads fail, since when, and how many writes wait.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use goody_application::ports::{Clock, StoreHealth, StoreProblem};
use rusqlite::ErrorCode;

use crate::{Fault, room};

/// Why a write or a read failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Full,
    ReadOnly,
    Locked,
    Disk,
    Damaged,
    /// A fault of the program. The file itself may be sound.
    Fault,
    Other,
}

impl Obstacle {
    /// The obstacle behind an error of SQLite; `None` if the error is about the statement and not about the file.
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

    fn label(self) -> &'static str {
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

    fn message(self) -> &'static str {
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

/// How long no write may fail before the store counts as recovered. On a nearly full disk a small write still succeeds now and
/// then, while every larger one fails.
const QUIET: Duration = Duration::from_secs(5);

const LITTLE_ROOM: &str = "the disk of the database is almost full: make room on it before nothing can be stored";

/// How long a part that was restarted after a fault is worth a warning.
const RECENT_FAULT: Duration = Duration::from_secs(600);

/// The faults of one part of the program.
#[derive(Clone, Copy)]
struct Faults {
    times: u64,
    last: Duration,
    /// The part does not run any more.
    is_gone: bool,
}

/// Transactions fail.
#[derive(Clone, Copy)]
struct Failing {
    obstacle: Obstacle,
    since: Duration,
    last: Duration,
    /// Orders were stored since the last failure.
    stores_again: bool,
}

/// What the writer, the readers and the log mover report, and what `/health` shows of it. Times are [`Clock::elapsed`].
pub(crate) struct HealthRecord {
    clock: Arc<dyn Clock>,
    /// The database file. Its disk has to have room.
    database: Box<Path>,
    waiting: AtomicU64,
    failing: Mutex<Option<Failing>>,
    /// Since when the disk has little room, as of the last look.
    little_room: Mutex<Option<Duration>>,
    /// Since when the file is known to be damaged. Damage does not go away while the file is open.
    damaged: OnceLock<Duration>,
    is_standby: AtomicBool,
    /// Parts of the program that had a fault.
    faults: Mutex<BTreeMap<&'static str, Faults>>,
    /// The size of the log in bytes, and since when it is too large, while it is.
    large_log: Mutex<Option<(u64, Duration)>>,
}

struct Waiting<'a>(&'a AtomicU64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HealthRecord {
    /// A record without any failure.
    pub(crate) fn new(database: &Path, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            database: database.into(),
            waiting: AtomicU64::default(),
            failing: Mutex::default(),
            little_room: Mutex::default(),
            damaged: OnceLock::default(),
            is_standby: AtomicBool::default(),
            faults: Mutex::default(),
            large_log: Mutex::default(),
        }
    }

    /// The time of the record: [`Clock::elapsed`].
    pub(crate) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    fn since(&self, then: Duration) -> Duration {
        self.now().saturating_sub(then)
    }

    /// Counts a write as waiting until the guard is dropped: the write has ended, or its caller no longer waits.
    pub(crate) fn count_waiting_write(&self) -> impl Drop + '_ {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(&self.waiting)
    }

    /// Sets whether another process holds the lease on the reports.
    pub(crate) fn set_standby(&self, is_standby: bool) {
        self.is_standby.store(is_standby, Ordering::Relaxed);
    }

    /// Records a read that failed.
    pub(crate) fn record_read_failure(&self, obstacle: Option<Obstacle>) {
        // A fault was counted where it was caught.
        if obstacle != Some(Obstacle::Fault) {
            count(obstacle.unwrap_or(Obstacle::Other));
        }
        if obstacle == Some(Obstacle::Damaged) {
            self.damaged.get_or_init(|| self.now());
        }
    }

    /// Records a transaction that failed.
    pub(crate) fn record_write_failure(&self, obstacle: Obstacle) {
        count(obstacle);
        if obstacle == Obstacle::Damaged {
            self.damaged.get_or_init(|| self.now());
            return;
        }
        let mut failing = lock(&self.failing);
        if failing.is_none_or(|known| known.obstacle != obstacle) {
            tracing::error!(obstacle = obstacle.label(), "{}", obstacle.message());
        }
        let at = self.now();
        let since = failing.map_or(at, |known| known.since);
        *failing = Some(Failing { obstacle, since, last: at, stores_again: false });
    }

    /// Records a transaction that was committed.
    pub(crate) fn record_commit(&self) {
        let mut failing = lock(&self.failing);
        if let Some(Failing { obstacle, since, .. }) = failing.take_if(|failing| self.since(failing.last) >= QUIET) {
            let seconds = self.since(since).as_secs_f64();
            tracing::info!(obstacle = obstacle.label(), seconds, "storing goes on");
        }
    }

    /// Records that orders were stored. Only that says what a client can expect: the small writes of the store itself may
    /// still find room on a full disk.
    pub(crate) fn record_stored_orders(&self) {
        if let Some(failing) = &mut *lock(&self.failing) {
            failing.stores_again = true;
        }
    }

    /// Why transactions fail, while they do.
    pub(crate) fn failing(&self) -> Option<Obstacle> {
        lock(&self.failing).map(|failing| failing.obstacle)
    }

    pub(crate) fn store_health(&self) -> StoreHealth {
        let damaged = self.damaged.get();
        let damaged = damaged.map(|since| self.problem(true, Obstacle::Damaged.message().to_owned(), *since));
        let little_room = *lock(&self.little_room);
        let refused = lock(&self.failing).map(|Failing { obstacle, since, stores_again, .. }| {
            let more = match (stores_again, obstacle, little_room) {
                (true, ..) => "; orders are stored again, and it is over when nothing fails for five seconds",
                (false, Obstacle::Full, None) => "; there is room again",
                _ => "",
            };
            self.problem(!stores_again, format!("{}{more}", obstacle.message()), since)
        });
        let room = little_room.map(|since| self.problem(false, LITTLE_ROOM.to_owned(), since));
        let all = [damaged, refused, room, self.faulty_part(), self.log_problem()];
        // A problem that stops the store comes before one that only needs attention; otherwise the first of them.
        let problem = all.into_iter().flatten().min_by_key(|problem| !problem.stops);
        StoreHealth {
            problem,
            waiting: self.waiting.load(Ordering::Relaxed),
            is_standby: self.is_standby.load(Ordering::Relaxed),
        }
    }

    /// Whether a trial write is needed to know if orders can be stored.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.failing().is_some() || lock(&self.little_room).is_some()
    }

    /// Looks how much room the disk has.
    pub(crate) fn measure_room(&self) {
        let is_little = room::is_little(&self.database);
        let mut since = lock(&self.little_room);
        *since = is_little.then(|| since.unwrap_or_else(|| self.now()));
    }

    /// Runs a job. A panic fails that job alone, and is recorded as a fault of `part`.
    pub(crate) fn guarded<T>(&self, part: &'static str, job: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
            self.record_fault(part);
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            Err(Fault::Panicked(text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default()))
        })
    }

    /// Records a fault in a part of the program that goes on.
    pub(crate) fn record_fault(&self, part: &'static str) {
        count(Obstacle::Fault);
        let mut faults = lock(&self.faults);
        let times = faults.get(part).map_or(0, |known| known.times) + 1;
        faults.insert(part, Faults { times, last: self.now(), is_gone: false });
    }

    /// Records that a part of the program does not run, and will not before a restart.
    pub(crate) fn record_gone(&self, part: &'static str) {
        lock(&self.faults).insert(part, Faults { times: 1, last: self.now(), is_gone: true });
    }

    /// Sets the size of the log in bytes while it is too large; `None` while it is not.
    pub(crate) fn set_large_log(&self, bytes: Option<u64>) {
        let mut large = lock(&self.large_log);
        *large = bytes.map(|bytes| (bytes, large.map_or_else(|| self.now(), |(_, since)| since)));
    }

    fn faulty_part(&self) -> Option<StoreProblem> {
        let faults = lock(&self.faults);
        let recent = faults.iter().filter(|(_, part)| part.is_gone || self.since(part.last) < RECENT_FAULT);
        let (part, faults) = recent.max_by_key(|(_, part)| (part.is_gone, part.last))?;
        let text = match faults.is_gone {
            true => format!("{part} could not be started: restart the server"),
            false => format!(
                "{part} met a fault of the program and goes on, {} times since the start: the log has the details; report them",
                faults.times
            ),
        };
        Some(self.problem(faults.is_gone, text, faults.last))
    }

    fn log_problem(&self) -> Option<StoreProblem> {
        let (bytes, since) = (*lock(&self.large_log))?;
        let text = format!(
            "the log of the database (its name ends with -wal) has {} MB and grows, as another process has been reading the \
             database for long: end that process, and the disk space is released by itself",
            bytes / 1_000_000
        );
        Some(self.problem(false, text, since))
    }

    fn problem(&self, stops: bool, message: String, since: Duration) -> StoreProblem {
        StoreProblem { message, seconds: self.since(since).as_secs_f64(), stops }
    }
}

/// What the lock guards is whole after every panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(obstacle: Obstacle) {
    metrics::counter!("goody_store_failures_total", "kind" => obstacle.label()).increment(1);
}

#[cfg(test)]
mod tests {
    use goody_testkit::ManualClock;

    use super::*;

    fn health() -> (Arc<ManualClock>, HealthRecord) {
        let clock = ManualClock::today();
        (clock.clone(), HealthRecord::new(Path::new("goody.db"), clock))
    }

    #[test]
    fn a_small_write_that_succeeds_on_a_full_disk_does_not_count_as_recovery() {
        let (clock, health) = health();
        health.record_write_failure(Obstacle::Full);
        clock.advance_seconds(4);
        health.record_commit();
        assert_eq!(health.failing(), Some(Obstacle::Full));
        let message = health.store_health().problem.map(|problem| problem.message);
        assert_eq!(message, Some(format!("{}; there is room again", Obstacle::Full.message())));
        clock.advance_seconds(1);
        health.record_commit();
        assert_eq!(health.failing(), None, "nothing failed for five seconds");
        assert_eq!(health.store_health().problem, None);
    }

    #[test]
    fn a_store_that_accepts_orders_again_works_and_is_still_watched() {
        let (_, health) = health();
        let stops = || health.store_health().problem.map(|problem| problem.stops);
        health.record_write_failure(Obstacle::Full);
        assert_eq!(stops(), Some(true));
        health.record_stored_orders();
        assert_eq!(stops(), Some(false), "degraded: a client is served");
        health.record_write_failure(Obstacle::Full);
        assert_eq!(stops(), Some(true), "a larger write does not fit");
    }

    #[test]
    fn a_problem_says_for_how_long_it_lasts() {
        let (clock, health) = health();
        health.record_write_failure(Obstacle::Locked);
        clock.advance_seconds(7);
        health.record_write_failure(Obstacle::Locked);
        assert_eq!(health.store_health().problem.map(|problem| problem.seconds), Some(7.0));
    }

    #[test]
    fn a_part_that_was_restarted_is_mentioned_for_ten_minutes() {
        let (clock, health) = health();
        health.record_fault("the timer");
        clock.advance_seconds(599);
        assert!(health.store_health().problem.is_some());
        clock.advance_seconds(1);
        assert_eq!(health.store_health().problem, None);
    }
}
