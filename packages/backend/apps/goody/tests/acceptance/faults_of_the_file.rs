//! Faults of the database file while a server runs on it: `/health` reports each, and it ends when its cause ends.

use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Server, demo_events, eventually, goody, placed, quiet, rebuild, reports, run, text};
use crate::faults::stored_events;

/// One of the demo orders.
const DAMAGED_ORDER: &str = "/api/orders/s42-2026-02-17-0008";

/// A folder with a database of demo orders.
fn demo_database() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    (folder, database)
}

fn is_healthy(server: &Server) -> bool {
    let health = server.get_response("/health").1;
    health["checks"]["orderStore"]["status"] == "healthy"
        && !server.get_response("/api/dashboard").1["systemHealth"]["issues"].to_string().contains("order store")
        && server.metric("goody_check_level{check=\"order_store\"}") == Some(0.0)
}

/// Expects an unhealthy order store, an issue with these words, and failures of this kind.
fn expect_unhealthy(server: &Server, words: &[&str], kind: &str) {
    let health = || server.get_response("/health");
    eventually("the order store is unhealthy", || health().1["checks"]["orderStore"]["status"] == "unhealthy");
    let (status, health) = health();
    assert_eq!(status, 503, "{health}");
    let dashboard = server.get_response("/api/dashboard").1;
    for health in [&health, &dashboard["systemHealth"]] {
        assert_eq!(health["status"], "unhealthy", "{health}");
        let issues = health["issues"].to_string();
        assert!(words.iter().all(|word| issues.contains(word)), "expected {words:?} in {issues}");
    }
    let failures = format!("goody_store_failures_total{{kind=\"{kind}\"}}");
    assert!(server.metric(&failures).is_some_and(|count| count > 0.0), "{failures}");
    assert_eq!(server.metric("goody_check_level{check=\"order_store\"}"), Some(2.0));
}

/// Sends new orders in smaller and smaller batches, until a single one cannot be stored. Returns the accepted orders, and that one.
fn post_until_full(server: &Server) -> (Vec<String>, String) {
    let mut accepted = Vec::new();
    let mut size = 200;
    for number in 0..1_000 {
        let lines: Vec<Value> = (0..size).map(|n| placed(&format!("full-{number}-{n}"))).collect();
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        match server.post(body.as_bytes()) {
            Ok(results) => {
                let stored = lines.iter().zip(&results).filter(|(_, result)| result["result"] == "accepted");
                accepted.extend(stored.map(|(line, _)| line["orderId"].as_str().unwrap().to_owned()));
            }
            Err(error) => {
                assert!(matches!(error, ureq::Error::StatusCode(503)), "expected a prompt 503: {error}");
                if size == 1 {
                    return (accepted, format!("full-{number}-0"));
                }
                size = (size / 10).max(1);
            }
        }
    }
    panic!("the disk was never full")
}

/// Expects that storing continues without a restart, and that no accepted order is lost or counted twice.
fn expect_recovery(server: Server, database: &Path, accepted: &[String], refused: &str) {
    eventually("storing continues", || is_healthy(&server));
    assert_eq!(server.post_event(&placed(refused)).0, 200);
    server.wait_until_projected();
    drop(server);
    let found = stored_events(database);
    let lost: Vec<_> = accepted.iter().filter(|id| !found.contains(&((*id).clone(), "1".to_owned()))).collect();
    assert!(lost.is_empty(), "accepted orders are lost: {lost:?}");
    rebuild(database);
}

#[test]
fn a_file_that_cannot_grow_is_reported_and_storing_continues_when_it_can() {
    let (_folder, database) = demo_database();
    // The limit is in blocks of 512 bytes (POSIX) or 1,024 bytes: room for some more orders.
    let limited = ["-c", "ulimit -S -f 3000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_goody")];
    let mut command = Command::new("sh");
    command.args(limited).stderr(Stdio::null());
    let server = Server::start_by(command, &database, &[]);
    let (accepted, refused) = post_until_full(&server);
    expect_unhealthy(&server, &["the disk refuses", "storing goes on by itself"], "disk");
    assert_eq!(server.get_response("/api/dashboard").0, 200, "stored data must remain readable");
    let lifted = Command::new("prlimit").args(["--pid", &server.pid().to_string(), "--fsize=unlimited:"]).status();
    assert!(lifted.unwrap().success());
    expect_recovery(server, &database, &accepted, &refused);
}

/// A small disk in memory.
pub(crate) struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts the disk. Prints why a test is skipped when that is not possible; usually only root may mount.
    pub(crate) fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs", text(folder.path())]).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            _ => {
                eprintln!("SKIPPED: this machine does not permit to mount a small disk");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills the disk to the last byte with a new file.
    pub(crate) fn fill(&self, filler: &Path) {
        let mut file = std::fs::File::create(filler).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4_096]).is_ok() {}
    }

    pub(crate) fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=64m", text(self.0.path())]).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_is_reported_and_storing_continues_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let database = disk.0.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let (accepted, refused) = post_until_full(&server);
    expect_unhealthy(&server, &["the disk is full", "make room"], "full");
    disk.grow();
    expect_recovery(server, &database, &accepted, &refused);
}

#[test]
fn health_reports_a_full_disk_and_new_room_before_a_client_notices() {
    let Some(disk) = SmallDisk::new() else { return };
    disk.grow();
    let database = disk.0.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let filler = disk.0.path().join("filler");
    for round in 0..3 {
        disk.fill(&filler);
        eventually("nothing can be stored", || {
            // The next write of a client must have the status that `/health` reports.
            let reported = server.get_response("/health").0;
            let actual = server.post_event(&placed(&format!("full-{round}"))).0;
            assert_eq!(reported, actual, "on the full disk, round {round}");
            actual == 503
        });
        std::fs::remove_file(&filler).unwrap();
        assert_eq!(server.get_response("/health").0, 200, "there is room on the disk, round {round}");
        assert_eq!(server.post_event(&placed(&format!("room-{round}"))).0, 200);
    }
}

#[test]
fn a_database_locked_by_another_process_refuses_promptly_and_recovers_when_it_is_released() {
    let (_folder, database) = demo_database();
    let server = Server::start_by(quiet(), &database, &[]);
    let other = Connection::open(&database).unwrap();
    eventually("this process has the lock", || other.execute_batch("BEGIN IMMEDIATE").is_ok());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..40 {
            let server = &server;
            scope.spawn(move || {
                let (status, problem) = server.post_event(&placed(&format!("locked-{number}")));
                assert_eq!((status, &problem["code"]), (503, &"UNAVAILABLE".into()), "{problem}");
            });
        }
    });
    assert!(began.elapsed() < Duration::from_secs(20), "40 requests waited for {:?}", began.elapsed());
    expect_unhealthy(&server, &["another process keeps the database locked"], "locked");
    assert_eq!(server.get_response("/api/orders").0, 200, "stored data must remain readable");
    other.execute_batch("ROLLBACK").unwrap();
    expect_recovery(server, &database, &[], "locked-0");
}

/// A command that runs the binary as a user other than root, whom the permissions of files restrict. Prints why a test is skipped
/// when that is not possible.
fn unprivileged() -> Option<Command> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = Command::new(if is_root { "setpriv" } else { "env" });
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.arg(env!("CARGO_BIN_EXE_goody")).stderr(Stdio::null());
    let tried = Command::new(command.get_program()).args(command.get_args()).arg("--version").output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: this machine does not permit to run the binary as another user");
        return None;
    }
    Some(command)
}

fn set_modes(folder: &Path, mode: u32) {
    for file in std::fs::read_dir(folder).unwrap() {
        std::fs::set_permissions(file.unwrap().path(), PermissionsExt::from_mode(mode)).unwrap();
    }
}

#[test]
fn a_read_only_database_is_reported_and_storing_continues_when_it_is_writable() {
    let Some(command) = unprivileged() else { return };
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
    set_modes(folder.path(), 0o666);
    expect_recovery(server, &database, &[], "late");
}

/// Overwrites the root page of the table of orders, as a failing disk may.
fn damage(database: &Path) {
    let connection = Connection::open(database).unwrap();
    let (page, size): (u64, u64) = connection
        .query_row(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size() WHERE name = 'orders'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    drop(connection);
    let file = std::fs::OpenOptions::new().write(true).open(database).unwrap();
    file.write_all_at(&vec![0xAA; usize::try_from(size).unwrap()], (page - 1) * size).unwrap();
}

/// Expects that requests that need the damaged page fail, that `/health` reports the damage and the action, and that a restore
/// repairs it.
fn expect_damage_and_restore(server: Server, database: &Path, backup: &Path, expected: &[u8]) {
    eventually("a read fails because of the damage", || server.get_response(DAMAGED_ORDER).0 == 500);
    expect_unhealthy(&server, &["damaged", "goody health --deep", "goody restore"], "damaged");
    let (status, problem) = server.get_response(DAMAGED_ORDER);
    assert_eq!((status, &problem["code"]), (500, &"INTERNAL".into()), "{problem}");
    drop(server);
    let deep = goody(&["health", "--deep", "--database", text(database)]).output().unwrap();
    assert!(!deep.status.success(), "{}", String::from_utf8_lossy(&deep.stdout));
    run(&["restore", text(backup)], database);
    let server = Server::start(database);
    assert!(is_healthy(&server));
    drop(server);
    assert!(reports(database) == expected, "the reports differ from those of the backup");
    rebuild(database);
}

#[test]
fn a_page_damaged_while_no_server_runs_is_reported_and_a_restore_repairs_it() {
    let (folder, database) = demo_database();
    let (backup, expected) = (folder.path().join("backup.db"), reports(&database));
    run(&["backup", text(&backup)], &database);
    damage(&database);
    let refused = goody(&["backup", text(&backup), "--force", "--database", text(&database)]).output().unwrap();
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains("damaged"), "a damaged database must give no backup: {error}");
    let server = Server::start_by(quiet(), &database, &[]);
    expect_damage_and_restore(server, &database, &backup, &expected);
}

#[test]
fn a_page_damaged_while_a_server_runs_is_reported_and_a_restore_repairs_it() {
    let (folder, database) = demo_database();
    let (backup, expected) = (folder.path().join("backup.db"), reports(&database));
    run(&["backup", text(&backup)], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    assert!(is_healthy(&server));
    damage(&database);
    // A write clears what is cached from earlier reads. It writes a vendor, because writing an order would need the damaged page.
    let vendor = format!("{}/api/vendors/after", server.address());
    let put = ureq::put(vendor).header("Content-Type", "application/json");
    put.send(r#"{"name":"After","category":"flowers"}"#).unwrap();
    expect_damage_and_restore(server, &database, &backup, &expected);
}

#[test]
fn a_clock_that_was_set_back_is_reported_until_the_time_catches_up() {
    let (_folder, database) = demo_database();
    let expected = reports(&database);
    drop(Server::start(&database));
    // A stored tick in the future looks like a clock that was set back.
    let ahead = |seconds: i64| {
        let tick = "INSERT INTO meta VALUES ('rolled_at', (unixepoch() + ?1) * 1000000) \
                    ON CONFLICT DO UPDATE SET value = excluded.value";
        assert_eq!(Connection::open(&database).unwrap().execute(tick, [seconds]).unwrap(), 1);
    };
    ahead(3_600);
    let server = Server::start(&database);
    let scheduler = || server.get_response("/health").1["checks"]["scheduler"].clone();
    assert_eq!((server.get_response("/health").0, &scheduler()["status"]), (200, &"degraded".into()));
    let detail = scheduler()["detail"].to_string();
    assert!(
        detail.contains("the clock was set back") && (detail.contains(" 359") || detail.contains(" 3600")),
        "{detail}"
    );
    ahead(8);
    eventually("the time catches up", || scheduler()["status"] == "healthy");
    drop(server);
    assert!(reports(&database) == expected, "the reports have changed");
    rebuild(&database);
}
