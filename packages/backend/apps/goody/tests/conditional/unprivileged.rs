//! A server whose user may not write the database.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::binary::{Server, placed};
use crate::recovery::{demo_database, expect_recovery, expect_unhealthy};

/// A command that runs the binary as a user other than root, whom the permissions of files restrict.
pub(crate) fn unprivileged() -> Result<Command, String> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = Command::new(if is_root { "setpriv" } else { "env" });
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.arg(env!("CARGO_BIN_EXE_goody")).stderr(Stdio::null());
    let tried = Command::new(command.get_program()).args(command.get_args()).arg("--version").output();
    match tried {
        Ok(output) if output.status.success() => Ok(command),
        _ => Err("this machine does not permit to run the binary as another user".into()),
    }
}

fn set_modes(folder: &Path, mode: u32) {
    for file in std::fs::read_dir(folder).unwrap() {
        std::fs::set_permissions(file.unwrap().path(), PermissionsExt::from_mode(mode)).unwrap();
    }
}

pub(crate) fn a_read_only_database_is_reported_and_storing_continues_when_it_is_writable(command: Command) {
    let (folder, database) = demo_database();
    // Deletes the files next to the database, which belong to another user than that of the server.
    Connection::open(&database)
        .unwrap()
        .execute_batch("PRAGMA journal_mode = delete; PRAGMA journal_mode = wal")
        .unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
    set_modes(folder.path(), 0o444);
    let server = Server::start_by(command, &database, &[]);
    assert_eq!(server.post_event(&placed("late")).0, 503);
    expect_unhealthy(&server, &["read-only", "let this user write"], "read_only");
    assert_eq!(server.get_response("/api/dashboard").0, 200, "stored data must remain readable");
    // The database first: files that the server creates next to it from then on have its mode, and the others are there already.
    std::fs::set_permissions(&database, PermissionsExt::from_mode(0o666)).unwrap();
    set_modes(folder.path(), 0o666);
    expect_recovery(server, &database, &[], "late");
}
