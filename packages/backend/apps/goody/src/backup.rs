//! `goody backup`: copies the database, as it is now, to one file. The file gets its name when it is complete and checked.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::ExitCode;

use goody_store_sqlite::backup::{Copied, Step, copy, is_backup};
use goody_store_sqlite::lock_files::{self, sibling};
use serde_json::json;

use crate::database::DatabaseError;
use crate::output::{is_same, sync_folder};
use crate::progress::Progress;
use crate::{CommandResult, cli};

/// Why a backup fails.
#[derive(Debug, thiserror::Error)]
enum BackupError {
    #[error("{0} already exists: choose another file, or replace it with --force")]
    Exists(String),
    #[error("{0} is a database that is in use, or that was not closed: choose another file for the backup")]
    Database(String),
    #[error(
        "{0} is not a backup, or was opened as a database later, and --force replaces only backups: choose another file, or \
         delete this one first"
    )]
    NotABackup(String),
    #[error("another `goody backup` is writing to {0}: wait until it has ended, or choose another file")]
    InProgress(String),
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] std::io::Error),
    #[error("`goody restore` is replacing {0}: try again when it has ended")]
    BeingRestored(String),
}

pub(crate) fn run(command: &cli::Backup) -> CommandResult {
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
            return Err(BackupError::Exists(name).into());
        }
        if found.len() > 0 && !is_backup(file) {
            return Err(BackupError::NotABackup(name).into());
        }
    }
    let opened = lock_files::shared(database)
        .map_err(|error| BackupError::Unwritable(sibling(database, ".open").display().to_string(), error))?;
    let _open = opened.ok_or_else(|| BackupError::BeingRestored(database.display().to_string()))?;

    let part = sibling(file, ".part");
    let _lock = lock_part(&part).map_err(unwritable)?.ok_or_else(|| BackupError::InProgress(name.clone()))?;
    let (copied, seconds) = copy_with_progress(database, &part).inspect_err(|_| drop(std::fs::remove_file(&part)))?;
    std::fs::rename(&part, file).and_then(|()| sync_folder(file)).map_err(unwritable)?;

    let Copied { bytes, orders, zone } = copied;
    if command.json {
        print_stdout!(
            "{}",
            json!({ "file": file, "bytes": bytes, "orders": orders, "timeZone": zone, "seconds": seconds })
        );
    } else {
        print_stdout!("Backup written and checked: {name}, {orders} orders, {bytes} bytes, in {seconds:.1} s");
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies and checks a database, and shows the progress. Also returns the duration, in seconds.
pub(crate) fn copy_with_progress(from: &Path, to: &Path) -> Result<(Copied, f64), goody_store_sqlite::OpenError> {
    let mut progress = Progress::new(200, "{bar:40} {percent} % {msg} ETA {eta}");
    let copied = copy(from, to, |step, done, of| {
        let percent = 100 * done / of.max(1);
        match step {
            Step::Copying => progress.show(percent, || format!("{done} of {of} pages copied")),
            Step::Checking => progress.show(100 + percent, || format!("{done} of {of} rows checked")),
        }
    })?;
    Ok((copied, progress.finish().as_secs_f64()))
}

/// Creates or empties the part file, and locks it until the returned file is dropped. `None` when another process writes it.
fn lock_part(part: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).append(true).open(part)?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
        locked => locked?,
    }
    // The process that had the lock before may have renamed the file: it is a finished backup then.
    if !std::fs::metadata(part).is_ok_and(|found| file.metadata().is_ok_and(|locked| found.ino() == locked.ino())) {
        return Ok(None);
    }
    file.set_len(0)?;
    Ok(Some(file))
}
