//! Backups: checked copies of a database as of one moment, and the preparation of a restore.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::check::check;
use crate::source::Source;
use crate::{OpenError, lock_files, schema};

/// The number of pages that are copied at a time.
const PAGES: i32 = 1_000;
/// How long to wait for a lock of another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// The step of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Pages are copied.
    Copying,
    /// Rows of the copy are read for damage.
    Checking,
}

/// The content of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its size in bytes.
    pub bytes: u64,
    /// The number of orders.
    pub orders: u64,
    /// The zone whose days it counts.
    pub zone: String,
}

/// Copies a database as of now into a new file, reads the copy for damage, and makes it durable. Other processes may write to the
/// original meanwhile. The copy is a single file. `progress` receives the step, how much of it is done, and how much there is.
pub fn copy(from: &Path, to: &Path, mut progress: impl FnMut(Step, u64, u64)) -> Result<Copied, OpenError> {
    let source = if lock_files::is_unwritable(from) { Source::unwritable(from) } else { Source::shared(from) };
    let source = source
        .open()
        .and_then(|source| source.busy_timeout(PATIENCE).map(|()| source))
        .map_err(OpenError::from_sqlite(from))?;
    // The first read fixes the snapshot of this connection: the copy is of this moment.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").map_err(OpenError::from_sqlite(from))?;
    let copied = write(&source, to, |pages, of| progress(Step::Copying, pages, of))
        .and_then(|()| inspect(to, from, |rows, of| progress(Step::Checking, rows, of)))
        .map_err(|error| match error {
            Failed::In(error) => error,
            Failed::Sqlite(error) => OpenError::from_sqlite(to)(error),
        })?;
    let durable = File::open(to).and_then(|file| file.sync_all());
    durable.map_err(|source| OpenError::LockFile { path: to.display().to_string(), source })?;
    Ok(copied)
}

/// Whether a file is a backup that was never opened as a database in its place: a goody database without a log and without lock
/// files.
pub fn is_backup(file: &Path) -> bool {
    /// The offset of the write version in the header of a SQLite file: it says whether there is a log.
    const WRITE_VERSION: usize = 18;
    const WITHOUT_LOG: u8 = 1;
    let mut head = [0; 100];
    let is_read = File::open(file).and_then(|mut file| file.read_exact(&mut head)).is_ok();
    is_read
        && head[WRITE_VERSION] == WITHOUT_LOG
        && !lock_files::sibling(&lock_files::resolved(file), ".open").exists()
        && schema::is_goody(&Source::shared(file))
}

enum Failed {
    In(OpenError),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn write(source: &Connection, to: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), Failed> {
    let mut copy = Connection::open(to)?;
    copy.busy_timeout(PATIENCE)?;
    // The copy is not used before it is complete and synced.
    copy.pragma_update(None, "journal_mode", "off")?;
    copy.pragma_update(None, "synchronous", "off")?;
    {
        let backup = Backup::new(source, &mut copy)?;
        loop {
            let step = backup.step(PAGES)?;
            let copied = backup.progress();
            let pages = |count: i32| u64::try_from(count).unwrap_or(0);
            progress(pages(copied.pagecount - copied.remaining), pages(copied.pagecount));
            match step {
                StepResult::Done => break,
                StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(20)),
                _ => {}
            }
        }
    }
    // A log would be a second file, which is easily lost.
    copy.pragma_update(None, "journal_mode", "delete")?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Checks that the whole copy is a sound goody database.
fn inspect(copy: &Path, from: &Path, checked: impl FnMut(u64, u64)) -> Result<Copied, Failed> {
    let path = from.display().to_string();
    let damaged = |reason: String| Failed::In(OpenError::Damaged { path: path.clone(), reason });
    let connection = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found = schema::version(&connection).map_err(|error| damaged(error.to_string()))?;
    if found > schema::VERSION {
        return Err(Failed::In(OpenError::Newer { path, found, known: schema::VERSION }));
    }
    let findings = check(&connection, checked).map_err(|error| damaged(error.to_string()))?;
    if let Some(first) = findings.first() {
        return Err(damaged(first.clone()));
    }
    let zone = schema::meta(&connection, "time_zone").map_err(|error| damaged(error.to_string()))?;
    let zone: String = zone.ok_or_else(|| damaged("no time zone".into()))?;
    let orders = connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))?;
    let bytes = connection.query_row(
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        [],
        |row| row.get(0),
    )?;
    Ok(Copied { bytes, orders, zone })
}

/// Moves the log of a database into its file, so that the file is complete, and returns its zone, or `None` if the zone cannot be
/// read. No other process may have the database open.
pub fn fold_log(database: &Path) -> Result<Option<String>, OpenError> {
    let fold = || {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "journal_mode", "delete")?;
        // The file that is about to be replaced may be damaged.
        let zone = schema::meta(&connection, "time_zone").unwrap_or(None);
        connection.close().map_err(|(_, error)| error)?;
        Ok(zone)
    };
    fold().map_err(OpenError::from_sqlite(database))
}
