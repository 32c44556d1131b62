//! The ways to read a database. A read-only file system allows neither locks nor an index of the log.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::{lock_files, open};

/// A database and the way to read it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    path: PathBuf,
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    /// With SQLite's locks, and with the index of the log that all processes share.
    Shared,
    /// Without locks, and with an index of the log in the memory of each connection.
    OwnIndex,
    /// Without locks and without a log.
    NoLog,
}

const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

impl Source {
    pub(crate) fn shared(path: &Path) -> Self {
        Self { path: path.to_owned(), way: Way::Shared }
    }

    /// A database on a read-only file system. If the index of its log exists, SQLite reads it as usual. If it does not, no other
    /// process has the database open.
    pub(crate) fn unwritable(path: &Path) -> Self {
        let shared = Self::shared(path);
        let is_readable = shared.open().is_ok_and(|connection| connection.execute_batch(READ).is_ok());
        // An interrupted transaction has to be rolled back first. SQLite reports that itself.
        if is_readable || shared.has("-journal") {
            return shared;
        }
        Self { way: if shared.has_log() { Way::OwnIndex } else { Way::NoLog }, ..shared }
    }

    pub(crate) fn open(&self) -> rusqlite::Result<Connection> {
        match self.way {
            Way::Shared => Connection::open_with_flags(&self.path, READ_ONLY),
            Way::OwnIndex => {
                let connection = Connection::open_with_flags_and_vfs(&self.path, READ_ONLY, c"unix-none")?;
                // Has to come before the first read: only then does SQLite keep the index in memory.
                connection.pragma_update(None, "locking_mode", "exclusive")?;
                Ok(connection)
            }
            Way::NoLog => self.open_without_log(),
        }
    }

    /// Opens the file without its log. Takes no lock and creates no file.
    pub(crate) fn open_without_log(&self) -> rusqlite::Result<Connection> {
        Connection::open_with_flags(immutable(&self.path), READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
    }

    /// Whether there is a log that is not empty.
    pub(crate) fn has_log(&self) -> bool {
        self.has("-wal")
    }

    fn has(&self, suffix: &str) -> bool {
        std::fs::metadata(lock_files::sibling(&lock_files::resolved(&self.path), suffix))
            .is_ok_and(|file| file.len() > 0)
    }

    pub(crate) fn connect(&self, cache_mib: u32, patience: Duration) -> rusqlite::Result<Connection> {
        let connection = self.open()?;
        connection.busy_timeout(patience)?;
        open::set_cache(&connection, cache_mib)?;
        Ok(connection)
    }
}

const READ: &str = "SELECT count(*) FROM sqlite_schema";

/// The URI that opens a file as immutable.
fn immutable(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes().iter();
    let name: String = bytes
        .map(|byte| match byte {
            b'/' | b'.' | b'-' | b'_' => char::from(*byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("file:{name}?immutable=1")
}
