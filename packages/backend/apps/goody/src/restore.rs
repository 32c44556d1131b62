//! `goody restore`: replaces the database with a backup. If the command is killed, the old or the new database is in place, and
//! complete.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use goody_store_sqlite::OpenError;
use goody_store_sqlite::backup::{Copied, fold_log};
use goody_store_sqlite::lock_files::{self, resolved, sibling};
use serde_json::json;

use crate::backup::copy_with_progress;
use crate::output::{is_same, sync_folder};
use crate::{CommandResult, Failure, cli};

/// Why a restore fails.
#[derive(Debug, thiserror::Error)]
enum RestoreError {
    #[error("there is no backup {0}: check the path")]
    Missing(String),
    #[error("{0} is the database itself: give the path of the backup")]
    Itself(String),
    #[error(
        "{0} is open: stop every server on it (Ctrl-C or SIGTERM), wait until other goody commands on it have ended, then \
         restore again"
    )]
    Open(String),
    #[error("{0} exists from an earlier restore: move it away, or replace it with --force")]
    SavedExists(String),
    #[error(
        "the backup counts its days in {backup}, the database in {database}: check that it is the right backup, then restore \
         it with --force"
    )]
    OtherZone { backup: String, database: String },
    #[error("--time-zone is {option}, but the backup counts its days in {backup}: omit the option")]
    OtherZoneOption { backup: String, option: String },
    #[error("{0} cannot be replaced")]
    Unwritable(String, #[source] io::Error),
}

pub(crate) fn run(command: &cli::Restore) -> CommandResult {
    // A symbolic link stays, and then names the new database.
    let (database, file) = (&resolved(&command.database.database), &command.file);
    let name = database.display().to_string();
    let unwritable = |error| RestoreError::Unwritable(name.clone(), error);
    if !file.is_file() {
        return Err(RestoreError::Missing(file.display().to_string()).into());
    }
    if is_same(database, file) {
        return Err(RestoreError::Itself(name).into());
    }
    let _lock = lock_files::exclusive(database).map_err(unwritable)?.ok_or_else(|| RestoreError::Open(name.clone()))?;
    let saved = sibling(database, ".before-restore");
    // After a killed restore, both names may still be names of the same file.
    if database.exists() && saved.exists() && !is_same(database, &saved) && !command.force {
        return Err(RestoreError::SavedExists(saved.display().to_string()).into());
    }

    // A killed restore may have left this file.
    let new = sibling(database, ".restoring");
    remove(&new).map_err(unwritable)?;
    let discard = |_: &_| drop(std::fs::remove_file(&new));
    let (copied, seconds) = copy_with_progress(file, &new).inspect_err(discard)?;
    let saved = replace(command, &copied, &new, saved).inspect_err(|_| drop(std::fs::remove_file(&new)))?;

    let Copied { bytes, orders, zone } = copied;
    if command.json {
        print_stdout!(
            "{}",
            json!({ "database": database, "bytes": bytes, "orders": orders, "timeZone": zone, "kept": saved, "seconds": seconds })
        );
    } else {
        print_stdout!("Restored {name}: {orders} orders from {}, in {seconds:.1} s", file.display());
        if let Some(saved) = saved {
            print_stdout!("The replaced database is saved as {}", saved.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Replaces the database with the checked copy. Returns where the old database is saved, if there was one.
fn replace(command: &cli::Restore, copied: &Copied, new: &Path, saved: PathBuf) -> Result<Option<PathBuf>, Failure> {
    let database = &resolved(&command.database.database);
    let unwritable = |error| RestoreError::Unwritable(database.display().to_string(), error);
    let backup = copied.zone.clone();
    if let Some(option) = command.database.time_zone.clone().filter(|option| *option != backup) {
        return Err(RestoreError::OtherZoneOption { backup, option }.into());
    }
    let (log, index) = (sibling(database, "-wal"), sibling(database, "-shm"));
    let exists = database.exists();
    if exists {
        match fold_log(database) {
            Ok(Some(zone)) if zone != backup && !command.force => {
                return Err(RestoreError::OtherZone { backup, database: zone }.into());
            }
            Ok(_) => remove(&sibling(&saved, "-wal")).map_err(unwritable)?,
            // SQLite cannot open the database, so its write-ahead log is saved unchanged.
            Err(OpenError::Damaged { .. }) => save(&log, &sibling(&saved, "-wal")).map_err(unwritable)?,
            Err(error) => return Err(error.into()),
        }
        save(database, &saved).and_then(|()| copy_owner_and_mode(database, new)).map_err(unwritable)?;
    }
    // The write-ahead log of another file would damage the new database.
    remove(&log).and_then(|()| remove(&index)).map_err(unwritable)?;
    std::fs::rename(new, database).and_then(|()| sync_folder(database)).map_err(unwritable)?;
    Ok(exists.then_some(saved))
}

/// Gives a file a second name, and replaces an earlier file of that name. Does nothing if the file does not exist.
fn save(file: &Path, name: &Path) -> io::Result<()> {
    if is_same(file, name) {
        return Ok(());
    }
    remove(name)?;
    if !file.exists() {
        return Ok(());
    }
    // A file system without hard links needs a copy.
    std::fs::hard_link(file, name).or_else(|_| std::fs::copy(file, name).map(drop))
}

/// Gives the new file the owner and the permissions of the old one: the user who restores is often not the user of the server.
fn copy_owner_and_mode(old: &Path, new: &Path) -> io::Result<()> {
    let (of_old, of_new) = (std::fs::metadata(old)?, std::fs::metadata(new)?);
    if (of_old.uid(), of_old.gid()) != (of_new.uid(), of_new.gid()) {
        std::os::unix::fs::chown(new, Some(of_old.uid()), Some(of_old.gid()))?;
    }
    std::fs::set_permissions(new, of_old.permissions())
}

fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
