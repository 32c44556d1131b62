//! `goody restore`: a backup → the database. Killed anywhere, the database is the old one or the new one, and whole.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use goody_store_sqlite::OpenError;
use goody_store_sqlite::backup::{Copied, fold_log};
use goody_store_sqlite::lock_files::{self, resolved, sibling};
use serde_json::json;

use crate::backup::{copied, is_same, sync_folder};
use crate::{Done, Failure, cli};

/// Why nothing is restored.
#[derive(Debug, thiserror::Error)]
enum RestoreError {
    #[error("there is no backup {0}")]
    Missing(String),
    #[error("{0} is the database itself: name the backup")]
    Itself(String),
    #[error(
        "{0} is open: stop the server (Ctrl-C or SIGTERM; every one on this database) and let other goody commands end, then \
         restore again"
    )]
    Open(String),
    #[error("{0} is kept there from an earlier restore: move it away, or have it replaced with --force")]
    Kept(String),
    #[error(
        "the backup counts its days in {backup}, the database in {database}: it is of another marketplace, or restore it with \
         --force"
    )]
    OtherZone { backup: String, database: String },
    #[error("--time-zone {asked}, but the backup counts its days in {backup}: leave the option out")]
    OtherZoneAsked { backup: String, asked: String },
    #[error("{0} cannot be replaced")]
    Unwritable(String, #[source] io::Error),
}

pub(crate) fn run(command: &cli::Restore) -> Done {
    // A link stays, and names the new database.
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
    let kept = sibling(database, ".before-restore");
    // One that was killed may have kept the very database that is still in its place.
    if database.exists() && kept.exists() && !is_same(database, &kept) && !command.force {
        return Err(RestoreError::Kept(kept.display().to_string()).into());
    }

    // What an earlier restore left, if it was killed.
    let new = sibling(database, ".restoring");
    remove(&new).map_err(unwritable)?;
    let discard = |_: &_| drop(std::fs::remove_file(&new));
    let (copied, seconds) = copied(file, &new).inspect_err(discard)?;
    let kept = replace(command, &copied, &new, kept).inspect_err(|_| drop(std::fs::remove_file(&new)))?;

    let Copied { bytes, orders, zone } = copied;
    if command.json {
        say!(
            "{}",
            json!({ "database": database, "bytes": bytes, "orders": orders, "timeZone": zone, "kept": kept, "seconds": seconds })
        );
    } else {
        say!("{name}: {orders} orders of {}, in {seconds:.1} s", file.display());
        if let Some(kept) = kept {
            say!("What it was before: {}", kept.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts the checked copy in its place; says where the old database is kept, if there was one.
fn replace(command: &cli::Restore, copied: &Copied, new: &Path, kept: PathBuf) -> Result<Option<PathBuf>, Failure> {
    let database = &resolved(&command.database.database);
    let unwritable = |error| RestoreError::Unwritable(database.display().to_string(), error);
    let backup = copied.zone.clone();
    if let Some(asked) = command.database.time_zone.clone().filter(|asked| *asked != backup) {
        return Err(RestoreError::OtherZoneAsked { backup, asked }.into());
    }
    let (log, index) = (sibling(database, "-wal"), sibling(database, "-shm"));
    let is_there = database.exists();
    if is_there {
        match fold_log(database) {
            Ok(Some(zone)) if zone != backup && !command.force => {
                return Err(RestoreError::OtherZone { backup, database: zone }.into());
            }
            Ok(_) => remove(&sibling(&kept, "-wal")).map_err(unwritable)?,
            // Not even SQLite can open it: what lies beside it is kept as it is.
            Err(OpenError::Damaged { .. }) => keep(&log, &sibling(&kept, "-wal")).map_err(unwritable)?,
            Err(error) => return Err(error.into()),
        }
        keep(database, &kept).and_then(|()| give_to_the_same(database, new)).map_err(unwritable)?;
    }
    // A log that belongs to another file would spoil the new one.
    remove(&log).and_then(|()| remove(&index)).map_err(unwritable)?;
    std::fs::rename(new, database).and_then(|()| sync_folder(database)).map_err(unwritable)?;
    Ok(is_there.then_some(kept))
}

/// Has a file under a second name as well, in the place of what has that name. Nothing happens where there is no file.
fn keep(file: &Path, name: &Path) -> io::Result<()> {
    if is_same(file, name) {
        return Ok(());
    }
    remove(name)?;
    if !file.exists() {
        return Ok(());
    }
    // Where a file system knows no second names, it takes a copy.
    std::fs::hard_link(file, name).or_else(|_| std::fs::copy(file, name).map(drop))
}

/// Lets those read and write a new file who may an old one: a restore is often another user's work than the server.
fn give_to_the_same(old: &Path, new: &Path) -> io::Result<()> {
    let (of, is) = (std::fs::metadata(old)?, std::fs::metadata(new)?);
    if (of.uid(), of.gid()) != (is.uid(), is.gid()) {
        std::os::unix::fs::chown(new, Some(of.uid()), Some(of.gid()))?;
    }
    std::fs::set_permissions(new, of.permissions())
}

fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
