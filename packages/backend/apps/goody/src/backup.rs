//! `goody backup`: the database as of now → one file, in place when it is whole and checked.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::ExitCode;

use goody_store_sqlite::backup::{Copied, Step, copy, is_backup};
use goody_store_sqlite::lock_files::{self, sibling};
use serde_json::json;

use crate::database::DatabaseError;
use crate::progress::Progress;
use crate::{Done, cli};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
enum BackupError {
    #[error("{0} is there already: name another file, or replace it with --force")]
    There(String),
    #[error("{0} is a database that is in use, or was when its program ended: name another file for the backup")]
    Database(String),
    #[error(
        "{0} is no backup, or was opened as a database since: --force replaces backups only. Name another file, or remove this one \
         first"
    )]
    NoBackup(String),
    #[error("another backup is being written to {0} right now")]
    Underway(String),
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] std::io::Error),
    #[error("{0} is being restored right now: try again when that has ended")]
    BeingRestored(String),
}

pub(crate) fn run(command: &cli::Backup) -> Done {
    let (database, file) = (&command.database.database, &command.file);
    let name = file.display().to_string();
    let unwritable = |error| BackupError::Unwritable(name.clone(), error);
    if !database.exists() {
        return Err(DatabaseError::Missing(database.display().to_string()).into());
    }
    if is_same(database, file) || sibling(file, "-wal").exists() {
        return Err(BackupError::Database(name).into());
    }
    crate::output::check_companions(file, Some(database))?;
    if let Ok(found) = std::fs::metadata(file) {
        if !command.force {
            return Err(BackupError::There(name).into());
        }
        if found.len() > 0 && !is_backup(file) {
            return Err(BackupError::NoBackup(name).into());
        }
    }
    let opened = lock_files::shared(database)
        .map_err(|error| BackupError::Unwritable(sibling(database, ".open").display().to_string(), error))?;
    let _open = opened.ok_or_else(|| BackupError::BeingRestored(database.display().to_string()))?;

    let part = sibling(file, ".part");
    let _held = own(&part).map_err(unwritable)?.ok_or_else(|| BackupError::Underway(name.clone()))?;
    let (copied, seconds) = copied(database, &part).inspect_err(|_| drop(std::fs::remove_file(&part)))?;
    std::fs::rename(&part, file).and_then(|()| sync_folder(file)).map_err(unwritable)?;

    let Copied { bytes, orders, zone } = copied;
    if command.json {
        say!("{}", json!({ "file": file, "bytes": bytes, "orders": orders, "timeZone": zone, "seconds": seconds }));
    } else {
        say!("{name}: {orders} orders, {bytes} bytes, checked, in {seconds:.1} s");
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies and checks with progress; says how long it took, in seconds.
pub(crate) fn copied(from: &Path, to: &Path) -> Result<(Copied, f64), goody_store_sqlite::OpenError> {
    let mut progress = Progress::new(200, "{bar:40} {percent} % {msg} ETA {eta}");
    let copied = copy(from, to, |step, done, of| {
        let percent = 100 * done / of.max(1);
        match step {
            Step::Copying => progress.at(percent, || format!("{done} of {of} pages copied")),
            Step::Checking => progress.at(100 + percent, || format!("{done} of {of} rows checked")),
        }
    })?;
    Ok((copied, progress.finish().as_secs_f64()))
}

/// The empty file that we alone write, until what is given back is dropped. `None` where somebody else writes it.
fn own(part: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).append(true).open(part)?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
        locked => locked?,
    }
    // Whoever held it before may have put it in its place just now.
    if !std::fs::metadata(part).is_ok_and(|found| file.metadata().is_ok_and(|ours| found.ino() == ours.ino())) {
        return Ok(None);
    }
    file.set_len(0)?;
    Ok(Some(file))
}

/// Whether two names are those of one file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Makes a new name in a folder durable.
pub(crate) fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
