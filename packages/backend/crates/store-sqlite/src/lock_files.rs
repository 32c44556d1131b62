//! Locks on files next to the database: which processes have it open, and which server updates its reports. A lock ends with its
//! process.
//!
//! The locks are advisory: they bind only programs that ask for them. The files are empty and are never removed, as another process
//! may be about to lock them.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file next to a database whose name is the name of the database and `suffix`.
pub fn sibling(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    name.into()
}

/// The file behind all symbolic links of a path, whether or not it exists. So a database has one set of lock files under all of its
/// names.
pub fn resolved(file: &Path) -> PathBuf {
    const LINKS: usize = 40;
    let mut file = file.to_path_buf();
    for _ in 0..LINKS {
        let Ok(to) = std::fs::read_link(&file) else { break };
        file = file.parent().unwrap_or(Path::new("")).join(to);
    }
    file
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Held {
    /// `None` if the file does not exist and cannot be created.
    _file: Option<File>,
    is_read_only: bool,
}

impl Held {
    /// Whether the file system is mounted read-only.
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }
}

/// Takes the shared lock of a process that has the database open. `None` while another process holds the [`exclusive`] lock.
pub fn shared(database: &Path) -> io::Result<Option<Held>> {
    let file = match lock_file(database, ".open") {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            return open_read_only(&sibling(&resolved(database), ".open"));
        }
        file => file?,
    };
    try_lock(file, File::try_lock_shared)
}

/// Takes the lock that keeps other processes from opening the database. `None` while one of them has it open.
pub fn exclusive(database: &Path) -> io::Result<Option<Held>> {
    try_lock(lock_file(database, ".open")?, File::try_lock)
}

/// Takes the lease on the reports. `None` while another process holds it.
pub fn lease(database: &Path) -> io::Result<Option<Held>> {
    try_lock(lock_file(database, ".lock")?, File::try_lock)
}

fn lock_file(database: &Path, suffix: &str) -> io::Result<File> {
    let file = sibling(&resolved(database), suffix);
    match OpenOptions::new().create(true).append(true).open(&file) {
        // A lock file of another user serves as well, as nothing is written to it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(file).map_err(|_| error),
        opened => opened,
    }
}

/// Whether a file is on a file system that is mounted read-only.
pub(crate) fn is_unwritable(file: &Path) -> bool {
    let opened = OpenOptions::new().append(true).open(file);
    opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
}

/// [`shared`] on a file system that is mounted read-only: a lock needs no right to write.
fn open_read_only(file: &Path) -> io::Result<Option<Held>> {
    match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(Held { _file: None, is_read_only: true })),
        file => Ok(try_lock(file?, File::try_lock_shared)?.map(|held| Held { is_read_only: true, ..held })),
    }
}

fn try_lock(file: File, lock: impl FnOnce(&File) -> Result<(), TryLockError>) -> io::Result<Option<Held>> {
    match lock(&file) {
        Ok(()) => Ok(Some(Held { _file: Some(file), is_read_only: false })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
