//! The thread that writes. Writes that wait at the same time share a commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use goody_application::ports::{Result, StoreError};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Fault;
use crate::open::{ConnectionOptions, connect};
use crate::parts::keep_running;
use crate::revision_watch::RevisionWatch;
use crate::store_health::{HealthRecord, Obstacle};

/// The most writes that share a commit.
const GROUP: usize = 64;
/// The most waiting writes that fail together when no transaction can begin.
const MOST_REFUSED: usize = 10_000;
/// How long to wait for another process's lock after a wait that failed.
const SHORT_PATIENCE: Duration = Duration::from_millis(250);
/// How often a trial write is made while writes fail.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// A write. Its argument is `None` if no transaction could begin. It returns its own obstacle, and the reply to send once the
/// transaction has ended.
type Job = Box<dyn FnOnce(Option<&Connection>) -> (Option<Obstacle>, Reply) + Send>;
/// Sends the result. Its argument is the error of the transaction, if it failed.
type Reply = Box<dyn FnOnce(Option<&Arc<rusqlite::Error>>) + Send>;

enum WriteCommand {
    /// A few rows. May share a transaction, and its wait for the disk, with others.
    Light(Job),
    /// A transaction of its own.
    Heavy(Job),
    /// No transaction at all.
    Bare(Job),
}

/// The size of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// A few rows.
    Light,
    /// Thousands of rows. It gets no savepoint: SQLite slows down with the pages that a savepoint has to remember.
    Heavy,
}

/// The handle of the thread that writes. Of writes that share a commit each fails alone.
#[derive(Clone)]
pub(crate) struct Writer {
    commands: Sender<WriteCommand>,
    health: Arc<HealthRecord>,
}

impl Writer {
    pub(crate) fn start(
        path: &Path,
        options: ConnectionOptions,
        connection: Connection,
        watch: RevisionWatch,
        health: Arc<HealthRecord>,
    ) -> Self {
        let (commands, inbox) = channel();
        let (path, reconnect_at) = (path.into(), Duration::ZERO);
        let mut writer_thread =
            WriterThread { path, options, connection, inbox, watch, health: health.clone(), reconnect_at };
        keep_running("the thread that writes", "sqlite-writer", health.clone(), move || writer_thread.write_all());
        Self { commands, health }
    }

    /// Writes as much as an order needs and removes it again, to find out whether orders can be stored.
    pub(crate) async fn probe(&self) -> Result<()> {
        self.transaction(TRYING, Weight::Heavy, try_to_write).await?;
        self.health.record_stored_orders();
        Ok(())
    }

    pub(crate) async fn transaction<T: Send + 'static>(
        &self,
        doing: &'static str,
        weight: Weight,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let job = self.guarded(job);
        match weight {
            Weight::Light => {
                let (job, answer) = answered(doing, |connection| in_savepoint(connection, job));
                self.send(WriteCommand::Light(job), answer, doing).await
            }
            Weight::Heavy => {
                let (job, answer) = answered(doing, |connection| or_rolled_back(connection, job));
                self.send(WriteCommand::Heavy(job), answer, doing).await
            }
        }
    }

    /// Runs a statement outside of any transaction.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let (job, answer) = answered(doing, self.guarded(job));
        self.send(WriteCommand::Bare(job), answer, doing).await
    }

    /// A panic in a write fails that write alone.
    fn guarded<T>(
        &self,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static {
        let health = self.health.clone();
        move |connection| health.guarded("a write", || job(connection))
    }

    async fn send<T>(
        &self,
        command: WriteCommand,
        answer: oneshot::Receiver<Result<T>>,
        doing: &'static str,
    ) -> Result<T> {
        let gone = |_| StoreError::Unavailable { doing, source: "the thread that writes did not finish it".into() };
        let _waiting = self.health.count_waiting_write();
        self.commands.send(command).map_err(|_| gone(()))?;
        answer.await.map_err(|_| gone(()))?
    }
}

const TRYING: &str = "trying to store";
/// About the bytes that an order needs in the log, with its change, its terms, its index entries and the reports that follow.
const TRIAL_BYTES: i32 = 120_000;

/// Writes pages to the log and takes them back, so that the next write finds room for as many.
fn try_to_write(connection: &Connection) -> std::result::Result<(), Fault> {
    connection.execute_batch("SAVEPOINT trial")?;
    let written = connection
        .execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('trial', zeroblob(?1))", [TRIAL_BYTES])
        .and_then(|_| connection.cache_flush());
    // On a full disk SQLite may have rolled back everything, and has no savepoint any more: the first error is the cause.
    Ok(written.and(connection.execute_batch("ROLLBACK TO trial; RELEASE trial"))?)
}

/// Wraps a job so that its result, or the error of its transaction, arrives in a channel.
fn answered<T: Send + 'static>(
    doing: &'static str,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T>>) {
    let (sender, answer) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        let result = connection.map(job);
        let obstacle = result.as_ref().and_then(|result| result.as_ref().err()).and_then(Fault::obstacle);
        let reply: Reply = Box::new(move |failure| {
            let failed = |source| Err(StoreError::Unavailable { doing, source });
            let result = match (result, failure) {
                (Some(Err(fault)), _) => Err(fault.into_store_error(doing)),
                (_, Some(error)) => failed(error.clone().into()),
                (Some(Ok(value)), None) => Ok(value),
                (None, None) => failed("no transaction was begun".into()),
            };
            // The caller may no longer wait. Committed data stays committed.
            let _ = sender.send(result);
        });
        (obstacle, reply)
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
    // The job's own error says more than that of its savepoint.
    let value = result?;
    end?;
    Ok(value)
}

/// Rolls the whole transaction back when the job fails.
fn or_rolled_back<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
) -> std::result::Result<T, Fault> {
    let result = job(connection);
    if result.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    result
}

/// The state of the thread that writes.
struct WriterThread {
    path: PathBuf,
    options: ConnectionOptions,
    connection: Connection,
    inbox: Receiver<WriteCommand>,
    watch: RevisionWatch,
    health: Arc<HealthRecord>,
    /// When the file may be opened again, see [`HealthRecord::now`].
    reconnect_at: Duration,
}

impl WriterThread {
    fn write_all(&mut self) {
        self.recover();
        let mut next = None;
        while let Some(command) = next.take().or_else(|| self.next_command()) {
            self.reconnect();
            match command {
                WriteCommand::Bare(job) => job(Some(&self.connection)).1(None),
                WriteCommand::Heavy(job) => drop(self.write_group(job, false)),
                WriteCommand::Light(first) => next = self.write_group(first, true),
            }
        }
    }

    /// Rolls back the transaction that a panic left open. No caller received a result of it.
    fn recover(&mut self) {
        if self.connection.is_autocommit() {
            return;
        }
        let is_back = self.connection.execute_batch("ROLLBACK").is_ok();
        if !is_back && let Ok(connection) = connect(&self.path, self.options) {
            self.connection = connection;
        }
    }

    /// Waits for a command. While writes fail it makes a trial write now and then, so that the store recovers by itself.
    fn next_command(&mut self) -> Option<WriteCommand> {
        while self.health.failing().is_some() {
            match self.inbox.recv_timeout(PROBE_INTERVAL) {
                Ok(command) => return Some(command),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.reconnect();
            self.probe();
        }
        self.inbox.recv().ok()
    }

    /// Opens the file again now and then while it is read-only, also when commands leave no pause: a connection that was opened on a
    /// read-only file stays read-only.
    fn reconnect(&mut self) {
        let now = self.health.now();
        if self.health.failing() != Some(Obstacle::ReadOnly) || now < self.reconnect_at {
            return;
        }
        self.reconnect_at = now + PROBE_INTERVAL;
        if let Ok(connection) = connect(&self.path, self.options) {
            self.connection = connection;
        }
    }

    fn probe(&self) {
        let (trial, mut answer) = answered(TRYING, |connection| or_rolled_back(connection, try_to_write));
        drop(self.write_group(trial, false));
        if matches!(answer.try_recv(), Ok(Ok(()))) {
            self.health.record_stored_orders();
        }
    }

    /// Runs a write in a transaction, together with the light writes that wait behind a light one. Returns the command that came and is
    /// no part of the transaction.
    fn write_group(&self, first: Job, with_more: bool) -> Option<WriteCommand> {
        let connection = &self.connection;
        let patience = if self.health.failing().is_some() { SHORT_PATIENCE } else { self.options.patience };
        let before = connection.total_changes();
        let mut outcome = connection.busy_timeout(patience).and_then(|()| connection.execute_batch("BEGIN IMMEDIATE"));
        let mut obstacle = None;
        let mut replies = Vec::new();
        let mut job = Some(first);
        let mut other = None;
        while let Some(current) = job.take() {
            let (own_obstacle, reply) = current(outcome.is_ok().then_some(connection));
            obstacle = obstacle.filter(|known| *known != Obstacle::Fault).or(own_obstacle).or(obstacle);
            replies.push(reply);
            if outcome.is_ok() && connection.is_autocommit() {
                // SQLite rolled the whole transaction back, as it does when the disk is full.
                outcome =
                    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT), None));
            }
            // Writes behind a transaction that could not begin would wait as long and fail as well.
            if with_more && replies.len() < if outcome.is_ok() { GROUP } else { MOST_REFUSED } {
                match self.inbox.try_recv().ok() {
                    Some(WriteCommand::Light(another)) => job = Some(another),
                    command => other = command,
                }
            }
        }
        let outcome = outcome.and_then(|()| connection.execute_batch("COMMIT"));
        if outcome.is_err() && !connection.is_autocommit() {
            // The caller receives the error of the commit.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let end = outcome.as_ref().err().map(|error| Obstacle::of(error).unwrap_or(Obstacle::Other));
        let obstacle = match (obstacle, end) {
            // A panic in one write says nothing about the file; only the end of the transaction does.
            (Some(Obstacle::Fault), end) => end.filter(|end| *end != Obstacle::Other),
            (obstacle, end) => obstacle.or(end),
        };
        match obstacle {
            Some(obstacle) => self.health.record_write_failure(obstacle),
            None if outcome.is_ok() && connection.total_changes() > before => self.health.record_commit(),
            // Nothing was written, which proves nothing.
            None => {}
        }
        self.watch.update(connection);
        let failure = outcome.err().map(Arc::new);
        replies.into_iter().for_each(|reply| reply(failure.as_ref()));
        other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, SqliteStore, schema};

    fn store() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store =
            SqliteStore::open(&folder.path().join("goody.db"), Settings::new(goody_testkit::ManualClock::today()))
                .unwrap();
        (folder, store)
    }

    fn mark(connection: &Connection, key: &str) -> std::result::Result<(), Fault> {
        Ok(schema::set_meta(connection, key, 1)?)
    }

    async fn marks(store: &SqliteStore) -> i64 {
        let count = |connection: &Connection| {
            Ok(connection.query_row("SELECT count(*) FROM meta WHERE key LIKE 'mark%'", [], |row| row.get(0))?)
        };
        store.read("counting", count).await.unwrap()
    }

    #[tokio::test]
    async fn a_write_that_panics_is_answered_and_rolled_back_while_others_go_on() {
        let (_folder, store) = store();
        for weight in [Weight::Light, Weight::Heavy] {
            let fault = store.write("writing", weight, |connection| -> std::result::Result<(), Fault> {
                mark(connection, "mark-of-the-fault")?;
                panic!("a fault of the program")
            });
            let other = store.write("writing", weight, |connection| mark(connection, "mark"));
            let (fault, other) = tokio::join!(fault, other);
            assert!(matches!(fault, Err(StoreError::Unavailable { .. })), "{fault:?}");
            other.unwrap();
            assert_eq!(marks(&store).await, 1, "{weight:?}");
        }
        let problem = store.health.store_health().problem.expect("it is reported");
        assert!(!problem.stops && problem.message.contains("a write met a fault"), "{problem:?}");
    }

    #[tokio::test]
    async fn a_writer_that_panics_outside_of_a_write_restarts() {
        let (_folder, store) = store();
        let (sender, answer) = oneshot::channel::<Result<()>>();
        let fault: Job = Box::new(move |connection| {
            let _dropped = sender;
            if let Some(connection) = connection {
                mark(connection, "mark-of-the-fault").unwrap();
            }
            panic!("a fault of the writer itself")
        });
        store.writer.send(WriteCommand::Heavy(fault), answer, "writing").await.unwrap_err();
        store.write("writing", Weight::Light, |connection| mark(connection, "mark")).await.unwrap();
        assert_eq!(marks(&store).await, 1, "what the fault left is rolled back");
        let problem = store.health.store_health().problem.expect("it is reported");
        assert!(problem.message.contains("the thread that writes"), "{problem:?}");
    }
}
