//! Who has a database open, and which server keeps its reports: locks on files beside it, which end with their process.
//!
//! They are advisory: only programs that ask for them see them. The files stay, empty; nobody removes them, as somebody else
//! may just be locking them.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file of that name beside a database: its own name with more behind it.
pub fn sibling(database: &Path, more: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(more);
    name.into()
}

/// The file at the end of a name's symbolic links, whether or not it is there. One database has one set of files beside it,
/// whatever name opens it.
pub fn real(file: &Path) -> PathBuf {
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
    /// None where there is no such file and none can be made.
    _file: Option<File>,
    is_read_only: bool,
}

impl Held {
    /// Whether the file system is mounted read-only.
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }
}

/// Notes that the database is open here. `None` while somebody holds it [`alone`].
pub fn open_here(database: &Path) -> io::Result<Option<Held>> {
    let file = match lock_file(database, ".open") {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            return open_read_only(&sibling(&real(database), ".open"));
        }
        file => file?,
    };
    taken(file, File::try_lock_shared)
}

/// Keeps everybody else from opening the database. `None` while somebody has it open.
pub fn alone(database: &Path) -> io::Result<Option<Held>> {
    taken(lock_file(database, ".open")?, File::try_lock)
}

/// Takes it upon this process to keep the reports. `None` while another one does.
pub fn keeper(database: &Path) -> io::Result<Option<Held>> {
    taken(lock_file(database, ".lock")?, File::try_lock)
}

fn lock_file(database: &Path, more: &str) -> io::Result<File> {
    let file = sibling(&real(database), more);
    match OpenOptions::new().create(true).append(true).open(&file) {
        // Another user's is as good, as nothing is written.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(file).map_err(|_| error),
        opened => opened,
    }
}

/// Whether a file is on a file system that is mounted read-only.
pub(crate) fn is_unwritable(file: &Path) -> bool {
    let opened = OpenOptions::new().append(true).open(file);
    opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
}

/// As [`open_here`], on a file system that is mounted read-only: a lock needs no right to write.
fn open_read_only(file: &Path) -> io::Result<Option<Held>> {
    match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(Held { _file: None, is_read_only: true })),
        file => Ok(taken(file?, File::try_lock_shared)?.map(|held| Held { is_read_only: true, ..held })),
    }
}

fn taken(file: File, lock: impl FnOnce(&File) -> Result<(), TryLockError>) -> io::Result<Option<Held>> {
    match lock(&file) {
        Ok(()) => Ok(Some(Held { _file: Some(file), is_read_only: false })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
