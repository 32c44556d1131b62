//! Connections that read, each on one snapshot of the file. A read whose caller no longer waits does not start, or is
//! interrupted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use goody_application::ports::{Result, StoreError};
use rusqlite::{Connection, InterruptHandle};
use tokio::sync::Semaphore;

use crate::Fault;
use crate::source::Source;
use crate::store_health::HealthRecord;

/// The number of connections.
const READERS: usize = 4;
/// After how many instructions of SQLite's virtual machine a statement checks whether it was abandoned.
const STEPS: i32 = 1_000;

type Open = Box<dyn Fn() -> rusqlite::Result<Reader> + Send + Sync>;

/// A pool of connections.
pub(crate) struct Readers {
    free: Mutex<Vec<Reader>>,
    /// A permit is held for as long as a read runs, also after its caller has left.
    permits: Arc<Semaphore>,
    open: Open,
    health: Arc<HealthRecord>,
}

struct Reader {
    connection: Connection,
    /// Stops the statement that runs.
    stops: Arc<AtomicBool>,
}

impl Reader {
    fn open(source: &Source, cache_mib: u32, patience: Duration) -> rusqlite::Result<Self> {
        let mut connection = source.connect(cache_mib, patience)?;
        let stops = Arc::new(AtomicBool::new(false));
        // An interrupt between two statements has no effect; this flag reaches every statement of the read.
        let stopped = stops.clone();
        connection.progress_handler(STEPS, Some(move || stopped.load(Ordering::Relaxed)))?;
        Ok(Self { connection, stops })
    }
}

impl Readers {
    pub(crate) fn open(
        source: &Source,
        cache_mib: u32,
        patience: Duration,
        health: Arc<HealthRecord>,
    ) -> rusqlite::Result<Self> {
        let source = source.clone();
        let open: Open = Box::new(move || Reader::open(&source, cache_mib, patience));
        let free = (0..READERS).map(|_| open()).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Self { permits: Arc::new(Semaphore::new(free.len())), free: Mutex::new(free), open, health })
    }

    pub(crate) async fn run<T: Send + 'static>(
        self: Arc<Self>,
        doing: &'static str,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let gone = |what: &'static str| StoreError::Unavailable { doing, source: what.into() };
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| gone("the readers are closed"))?;
        let read = Arc::new(Read::default());
        let _caller = Caller(read.clone());
        let run = move || {
            let _permit = permit;
            let reader = self.free().pop().ok_or_else(|| gone("no connection is free"))?;
            let result =
                read.begin(&reader).then(|| self.health.guarded("a read", || on_snapshot(&reader.connection, job)));
            let is_abandoned = read.end();
            self.give_back(reader);
            let result = result.ok_or_else(|| gone("the caller no longer waits"))?;
            result.map_err(|fault| {
                if !is_abandoned {
                    self.health.record_read_failure(fault.obstacle());
                }
                fault.into_store_error(doing)
            })
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| gone("the read was stopped"))?
    }

    /// The caller of this read can no longer reach the connection, so the next read is not affected.
    fn give_back(&self, mut reader: Reader) {
        reader.stops.store(false, Ordering::Relaxed);
        if !reader.connection.is_autocommit() {
            // The next read would get the snapshot of this one.
            let _ = reader.connection.execute_batch("ROLLBACK");
        }
        if !reader.connection.is_autocommit()
            && let Ok(fresh) = (self.open)()
        {
            reader = fresh;
        }
        self.free().push(reader);
    }

    fn free(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A read, shared by its caller and the thread that runs it.
#[derive(Default)]
struct Read(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Waiting,
    Running(InterruptHandle, Arc<AtomicBool>),
    Over,
    Abandoned,
}

impl Read {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the caller still waits.
    fn begin(&self, reader: &Reader) -> bool {
        let mut state = self.state();
        if matches!(*state, State::Abandoned) {
            return false;
        }
        *state = State::Running(reader.connection.get_interrupt_handle(), reader.stops.clone());
        true
    }

    /// Ends the read: it can no longer be interrupted. Returns whether it was abandoned.
    fn end(&self) -> bool {
        matches!(std::mem::replace(&mut *self.state(), State::Over), State::Abandoned)
    }

    /// Interrupts the read. The lock is held meanwhile, so that the read cannot end and its connection cannot serve another one.
    fn abandon(&self) {
        let mut state = self.state();
        if let State::Running(interrupt, stops) = &*state {
            stops.store(true, Ordering::Relaxed);
            interrupt.interrupt();
        }
        if !matches!(*state, State::Over) {
            *state = State::Abandoned;
        }
    }
}

/// Abandons the read when its caller leaves.
struct Caller(Arc<Read>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn on_snapshot<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
) -> std::result::Result<T, Fault> {
    connection.execute_batch("BEGIN")?;
    let result = job(connection);
    let end = connection.execute_batch("COMMIT");
    // The job's own error says more than that of its transaction.
    let value = result?;
    end?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes minutes unless it is stopped.
    const SLOW: &str =
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 1000000000) SELECT count(*) FROM n";

    fn readers() -> (tempfile::TempDir, Arc<Readers>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        Connection::open(&path).unwrap().execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (n)").unwrap();
        let health = Arc::new(HealthRecord::new(&path, goody_testkit::ManualClock::today()));
        (folder, Arc::new(Readers::open(&Source::shared(&path), 1, Duration::from_secs(5), health).unwrap()))
    }

    async fn expect_quick(readers: &Arc<Readers>) {
        let quick = readers.clone().run("reading", |connection| {
            let mut sum = 0;
            for n in 0..20 {
                sum += connection.prepare_cached("SELECT ?1")?.query_row([n], |row| row.get::<_, i64>(0))?;
            }
            Ok(sum)
        });
        let answer = tokio::time::timeout(Duration::from_secs(20), quick).await.expect("a connection is free");
        assert_eq!(answer.unwrap(), 190);
    }

    /// Starts more such reads than there are connections and abandons them, again and again. Other reads are answered meanwhile.
    async fn hang_up_on(job: impl Fn(&Connection) -> std::result::Result<i64, Fault> + Copy + Send + 'static) {
        let (_folder, readers) = readers();
        for _ in 0..40 {
            let slow: Vec<_> = (0..8).map(|_| tokio::spawn(readers.clone().run("reading slowly", job))).collect();
            tokio::time::sleep(Duration::from_millis(3)).await;
            slow.iter().for_each(tokio::task::JoinHandle::abort);
            expect_quick(&readers).await;
        }
        assert_eq!(readers.health.store_health().problem, None, "an interrupted read is no fault of the file");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_statement_without_a_caller_frees_its_connection() {
        hang_up_on(|connection| Ok(connection.query_row(SLOW, [], |row| row.get(0))?)).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_short_statements_without_a_caller_free_their_connection() {
        hang_up_on(|connection| {
            for n in 0..1_000_000_000 {
                connection.prepare_cached("SELECT ?1")?.query_row([n], |row| row.get::<_, i64>(0))?;
            }
            Ok(0)
        })
        .await;
    }

    #[tokio::test]
    async fn a_read_that_panics_is_answered_and_its_connection_goes_on() {
        let (_folder, readers) = readers();
        for _ in 0..10 {
            let answer: Result<()> = readers.clone().run("reading", |_| panic!("a fault of the program")).await;
            assert!(matches!(answer, Err(StoreError::Unavailable { .. })));
            expect_quick(&readers).await;
        }
        let problem = readers.health.store_health().problem.expect("it is reported");
        assert!(!problem.stops && problem.message.contains("a read met a fault"), "{problem:?}");
    }
}
