//! The files that commands write: complete or not at all, and never over a database, an input or a lock file.

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use goody_store_sqlite::lock_files::{resolved, sibling};

/// The first bytes of every SQLite file.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";
/// The suffixes of the files that belong to a database.
const COMPANIONS: [&str; 9] = [
    "-wal",
    "-shm",
    "-journal",
    ".open",
    ".lock",
    ".before-restore",
    ".before-restore-wal",
    ".restoring",
    ".restoring-journal",
];

/// Why an output file cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error("{0} is a database: choose another file for the output")]
    Database(String),
    #[error("{0} belongs to the database {1}: choose another file for the output")]
    Companion(String, String),
    #[error("{0} is the input: choose another file for the output")]
    Input(String),
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] io::Error),
}

/// Refuses an output file that is a database, belongs to one, or is an input.
pub(crate) fn check(file: &Path, database: Option<&Path>, inputs: &[&Path]) -> Result<(), OutputError> {
    check_companions(file, database)?;
    let name = || file.display().to_string();
    if is_sqlite(file) {
        return Err(OutputError::Database(name()));
    }
    if inputs.iter().any(|input| is_regular(input) && is_same(input, file)) {
        return Err(OutputError::Input(name()));
    }
    Ok(())
}

/// Refuses an output file that is the database of the command, or belongs to this or another database.
pub(crate) fn check_companions(file: &Path, database: Option<&Path>) -> Result<(), OutputError> {
    let target = target(file);
    let name = || file.display().to_string();
    if let Some(database) = database {
        let is_output = |other: &Path| is_same(other, file) || crate::output::target(other) == target;
        if is_output(database) {
            return Err(OutputError::Database(name()));
        }
        let database = resolved(database);
        if COMPANIONS.iter().any(|suffix| is_output(&sibling(&database, suffix))) {
            return Err(OutputError::Companion(name(), database.display().to_string()));
        }
    }
    let bytes = target.as_os_str().as_bytes();
    let owners = COMPANIONS.iter().filter_map(|suffix| bytes.strip_suffix(suffix.as_bytes()));
    match owners.map(|owner| PathBuf::from(OsStr::from_bytes(owner))).find(|owner| is_sqlite(owner)) {
        Some(owner) => Err(OutputError::Companion(name(), owner.display().to_string())),
        None => Ok(()),
    }
}

fn is_sqlite(file: &Path) -> bool {
    let mut start = [0; SQLITE.len()];
    // A pipe must not be opened here: that would wait for its other end.
    is_regular(file) && File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *SQLITE
}

fn is_regular(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file())
}

/// The file that a path names, with its symbolic links and those of its folder resolved. The file need not exist.
fn target(file: &Path) -> PathBuf {
    let file = resolved(file);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), file.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => file,
    }
}

/// Whether two paths name the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Syncs the folder of a file, so that the name of the file survives a crash.
pub(crate) fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A file that is being written. It gets its name when it is complete; pipes and devices are written directly.
pub(crate) struct OutputFile {
    name: String,
    file: BufWriter<File>,
    /// The temporary file, and its final name. `None` for a pipe or a device.
    rename: Option<(PathBuf, PathBuf)>,
}

impl OutputFile {
    /// Starts to write a file, unless [`check`] refuses it.
    pub(crate) fn create(file: &Path, database: Option<&Path>, inputs: &[&Path]) -> Result<Self, OutputError> {
        check(file, database, inputs)?;
        let name = file.display().to_string();
        let (file, rename) = Self::open(file).map_err(|error| OutputError::Unwritable(name.clone(), error))?;
        Ok(Self { name, file: BufWriter::with_capacity(1 << 16, file), rename })
    }

    fn open(file: &Path) -> io::Result<(File, Option<(PathBuf, PathBuf)>)> {
        let found = std::fs::metadata(file).ok();
        // These are the names of standard output, even when it is redirected to a file.
        let is_stream = found.as_ref().is_some_and(|found| !found.is_file())
            || file.starts_with("/dev")
            || file.starts_with("/proc");
        if is_stream {
            return Ok((OpenOptions::new().append(true).open(file)?, None));
        }
        let target = target(file);
        let part = sibling(&target, &format!(".{}.part", std::process::id()));
        let written = OpenOptions::new().write(true).create_new(true).open(&part)?;
        if let Some(mode) = found.as_ref().map(Metadata::permissions) {
            written.set_permissions(mode).inspect_err(|_| drop(std::fs::remove_file(&part)))?;
        }
        Ok((written, Some((part, target))))
    }

    /// Completes the file, and replaces an earlier file of its name.
    pub(crate) fn finish(mut self) -> Result<(), OutputError> {
        let complete = |output: &mut Self| -> io::Result<()> {
            output.file.flush()?;
            if let Some((part, target)) = &output.rename {
                output.file.get_ref().sync_all()?;
                std::fs::rename(part, target)?;
                sync_folder(target)?;
            }
            output.rename = None;
            Ok(())
        };
        complete(&mut self).map_err(|error| OutputError::Unwritable(self.name.clone(), error))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.rename {
            drop(std::fs::remove_file(part));
        }
    }
}
