//! Connections: one thread that writes, a pool that reads, and a watch on the revision.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goody_application::ports::{Result, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot, watch};

use crate::{Fault, schema};

/// What a commit promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before it is answered.
    EveryCommit,
    /// A crash of the machine may undo the last commits, a crash of the process none. For an import, which ends with
    /// [`crate::SqliteStore::checkpoint`] and can be run again.
    AtCheckpoint,
}

/// How many connections read.
const READERS: usize = 4;
/// How many writes may share a commit.
const GROUP: usize = 64;
/// How long to wait for another process's write.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look whether another process wrote.
const LOOK: Duration = Duration::from_millis(10);
/// How often what was written is moved from the log into the file. The writer does it itself only when that falls behind.
const MOVE: Duration = Duration::from_secs(1);

pub(crate) fn connect(path: &Path, durability: Durability, cache_mib: u32) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let (synchronous, log_pages) = match durability {
        Durability::EveryCommit => ("full", 16_000),
        Durability::AtCheckpoint => ("normal", 64_000),
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", log_pages)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    set_cache(&connection, cache_mib)?;
    Ok(connection)
}

fn connect_to_read(path: &Path, cache_mib: u32) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    set_cache(&connection, cache_mib)?;
    Ok(connection)
}

fn set_cache(connection: &Connection, mib: u32) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(128);
    // A plan that was made stays: else SQLite plans a statement anew for every LIMIT it is given.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -i64::from(mib) * 1024)
}

/// A write. It gets no connection where no transaction could be begun. What it gives back is called once all is decided.
type Job = Box<dyn FnOnce(Option<&Connection>) -> Reply + Send>;
/// Takes the reason why the transaction failed, if it did.
type Reply = Box<dyn FnOnce(Option<&Arc<rusqlite::Error>>) + Send>;

enum Order {
    /// A few rows: may share a transaction, and its wait for the disk, with others.
    Light(Job),
    /// A transaction of its own.
    Heavy(Job),
    /// No transaction at all.
    Bare(Job),
}

/// How much a write writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// A few rows.
    Light,
    /// Thousands. SQLite slows down with the pages that an inner savepoint has to remember, so this gets none.
    Heavy,
}

/// The thread that writes. Writes that wait at the same time share a commit; each fails alone.
#[derive(Clone)]
pub(crate) struct Writer {
    orders: Sender<Order>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, watch: Watch) -> Self {
        let (orders, inbox) = channel();
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_all(&connection, &inbox, &watch))
            .map_or_else(|error| tracing::error!(%error, "the writer thread could not be started"), drop);
        Self { orders }
    }

    pub(crate) async fn transaction<T: Send + 'static>(
        &self,
        doing: &'static str,
        weight: Weight,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        match weight {
            Weight::Light => {
                let (job, answer) = answered(doing, |connection| in_savepoint(connection, job));
                self.send(Order::Light(job), answer, doing).await
            }
            Weight::Heavy => {
                let (job, answer) = answered(doing, |connection| or_nothing(connection, job));
                self.send(Order::Heavy(job), answer, doing).await
            }
        }
    }

    /// Runs something that cannot be part of a transaction.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let (job, answer) = answered(doing, job);
        self.send(Order::Bare(job), answer, doing).await
    }

    async fn send<T>(&self, order: Order, answer: oneshot::Receiver<Result<T>>, doing: &'static str) -> Result<T> {
        let gone = |_| StoreError::Unavailable { doing, source: "the writer thread has ended".into() };
        self.orders.send(order).map_err(|_| gone(()))?;
        answer.await.map_err(|_| gone(()))?
    }
}

/// Makes of a job one that answers through a channel, with its own failure or that of its transaction.
fn answered<T: Send + 'static>(
    doing: &'static str,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T>>) {
    let (sender, answer) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        let result = connection.map(job);
        Box::new(move |failure| {
            let failed = |source| Err(StoreError::Unavailable { doing, source });
            let result = match (result, failure) {
                (Some(Err(fault)), _) => Err(fault.told(doing)),
                (_, Some(error)) => failed(error.clone().into()),
                (Some(Ok(value)), None) => Ok(value),
                (None, None) => failed("no transaction was begun".into()),
            };
            // Whoever asked may have gone away; what is written stays written.
            let _ = sender.send(result);
        })
    });
    (job, answer)
}

fn in_savepoint<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
) -> std::result::Result<T, Fault> {
    connection.execute_batch("SAVEPOINT job")?;
    let result = job(connection);
    let end = connection.execute_batch(if result.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" });
    // The job's own failure says more than that its savepoint went with it.
    let value = result?;
    end?;
    Ok(value)
}

/// Gives the whole transaction up when the job fails.
fn or_nothing<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
) -> std::result::Result<T, Fault> {
    let result = job(connection);
    if result.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    result
}

fn write_all(connection: &Connection, inbox: &Receiver<Order>, watch: &Watch) {
    let mut next = inbox.recv().ok();
    while let Some(order) = next.take() {
        match order {
            Order::Bare(job) => job(Some(connection))(None),
            Order::Heavy(job) => drop(write_group(connection, job, None, watch)),
            Order::Light(first) => next = write_group(connection, first, Some(inbox), watch),
        }
        if next.is_none() {
            next = inbox.recv().ok();
        }
    }
}

/// Runs a write, and light ones that wait behind it, in one transaction. Gives back what came and is no part of it.
fn write_group(connection: &Connection, first: Job, behind: Option<&Receiver<Order>>, watch: &Watch) -> Option<Order> {
    let mut outcome = connection.execute_batch("BEGIN IMMEDIATE");
    let mut replies = Vec::new();
    let mut job = Some(first);
    let mut other = None;
    while let Some(current) = job.take() {
        replies.push(current(outcome.is_ok().then_some(connection)));
        if outcome.is_ok() && connection.is_autocommit() {
            // SQLite gave the whole transaction up, as it does when the disk is full.
            outcome = Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT), None));
        }
        if replies.len() < GROUP && outcome.is_ok() {
            match behind.and_then(|inbox| inbox.try_recv().ok()) {
                Some(Order::Light(another)) => job = Some(another),
                order => other = order,
            }
        }
    }
    let outcome = outcome.and_then(|()| connection.execute_batch("COMMIT"));
    if outcome.is_err() && !connection.is_autocommit() {
        // The transaction's own error is the one to tell.
        let _ = connection.execute_batch("ROLLBACK");
    }
    watch.look(connection);
    let failure = outcome.err().map(Arc::new);
    replies.into_iter().for_each(|reply| reply(failure.as_ref()));
    other
}

/// Connections that read, each request on one snapshot of the file.
pub(crate) struct Readers {
    free: Mutex<Vec<Connection>>,
    places: Semaphore,
}

impl Readers {
    pub(crate) fn open(path: &Path, cache_mib: u32) -> rusqlite::Result<Self> {
        let free = (0..READERS).map(|_| connect_to_read(path, cache_mib)).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Self { places: Semaphore::new(free.len()), free: Mutex::new(free) })
    }

    pub(crate) async fn run<T: Send + 'static>(
        self: Arc<Self>,
        doing: &'static str,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let gone = |what: &'static str| StoreError::Unavailable { doing, source: what.into() };
        let readers = self.clone();
        let _place = self.places.acquire().await.map_err(|_| gone("the readers are closed"))?;
        let run = move || {
            let taken = readers.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = taken.ok_or_else(|| gone("no connection is free"))?;
            let result = on_snapshot(&connection, job).map_err(|fault| fault.told(doing));
            readers.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            result
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| gone("the read was stopped"))?
    }
}

fn on_snapshot<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
) -> std::result::Result<T, Fault> {
    connection.execute_batch("BEGIN")?;
    let result = job(connection);
    connection.execute_batch("COMMIT")?;
    result
}

/// The revision of the buckets, as of the last commit of any process.
#[derive(Clone)]
pub(crate) struct Watch {
    revision: Arc<watch::Sender<i64>>,
}

impl Watch {
    /// Follows what other processes commit, on a thread that ends with the store.
    pub(crate) fn start(path: &Path, connection: &Connection) -> rusqlite::Result<Self> {
        let revision = Arc::new(watch::Sender::new(read_revision(connection)?));
        let (seen, path): (_, PathBuf) = (Arc::downgrade(&revision), path.into());
        let other = connect_to_read(&path, 1)?;
        std::thread::Builder::new()
            .name("sqlite-watch".into())
            .spawn(move || {
                let mut last: Option<i64> = None;
                loop {
                    std::thread::sleep(LOOK);
                    let Some(revision) = seen.upgrade() else { return };
                    let version = other.query_row("PRAGMA data_version", [], |row| row.get(0)).ok();
                    if version != last
                        && let Ok(found) = read_revision(&other)
                    {
                        raise(&revision, found);
                        last = version;
                    }
                }
            })
            .map_or_else(|error| tracing::error!(%error, "other processes' writes will be seen late"), drop);
        Ok(Self { revision })
    }

    fn look(&self, connection: &Connection) {
        if let Ok(found) = read_revision(connection) {
            raise(&self.revision, found);
        }
    }

    pub(crate) fn revision(&self) -> i64 {
        *self.revision.borrow()
    }

    pub(crate) fn follow(&self) -> watch::Receiver<i64> {
        self.revision.subscribe()
    }
}

fn raise(revision: &watch::Sender<i64>, found: i64) {
    revision.send_if_modified(|known| std::mem::replace(known, found.max(*known)) < found);
}

fn read_revision(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(schema::meta(connection, "revision")?.unwrap_or(0))
}

/// Moves the log into the file now and then, beside the writer, on a thread that ends with the store.
pub(crate) fn move_log(path: &Path, watch: &Watch) -> rusqlite::Result<()> {
    let (store, connection) = (Arc::downgrade(&watch.revision), connect(path, Durability::EveryCommit, 1)?);
    let mover = std::thread::Builder::new().name("sqlite-log".into()).spawn(move || {
        let mut moved: Option<i64> = None;
        while store.strong_count() > 0 {
            std::thread::sleep(MOVE);
            let version = connection.query_row("PRAGMA data_version", [], |row| row.get(0)).ok();
            if version != moved {
                // Whatever it cannot move now, it or the writer moves later.
                let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                moved = version.filter(|_| done.is_ok());
            }
        }
    });
    mover.map_or_else(|error| tracing::error!(%error, "the writer moves its log itself"), drop);
    Ok(())
}
