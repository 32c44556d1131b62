//! What can happen to a database file while a server runs on it: each is told by `/health`, and is over when its cause is.

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
fn told() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    (folder, database)
}

fn is_well(server: &Server) -> bool {
    let health = server.ask("/health").1;
    health["checks"]["orderStore"]["status"] == "healthy"
        && !server.ask("/api/dashboard").1["systemHealth"]["issues"].to_string().contains("order store")
        && server.metric("goody_check_level{check=\"order_store\"}") == Some(0.0)
}

/// Expects an unhealthy order store that says something of that kind.
fn expect_ill(server: &Server, words: &[&str], kind: &str) {
    let told = || server.ask("/health");
    eventually("the order store is unhealthy", || told().1["checks"]["orderStore"]["status"] == "unhealthy");
    let (status, health) = told();
    assert_eq!(status, 503, "{health}");
    let dashboard = server.ask("/api/dashboard").1;
    for told in [&health, &dashboard["systemHealth"]] {
        assert_eq!(told["status"], "unhealthy", "{told}");
        let issues = told["issues"].to_string();
        assert!(words.iter().all(|word| issues.contains(word)), "{words:?} in {issues}");
    }
    let failures = format!("goody_store_failures_total{{kind=\"{kind}\"}}");
    assert!(server.metric(&failures).is_some_and(|count| count > 0.0), "{failures}");
    assert_eq!(server.metric("goody_check_level{check=\"order_store\"}"), Some(2.0));
}

/// Tells of new orders, fewer and fewer together, until a single one cannot be stored. Gives back those that were answered, and that
/// one.
fn tell_until_full(server: &Server) -> (Vec<String>, String) {
    let mut answered = Vec::new();
    let mut together = 200;
    for number in 0..1_000 {
        let lines: Vec<Value> = (0..together).map(|n| placed(&format!("full-{number}-{n}"))).collect();
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        match server.post(body.as_bytes()) {
            Ok(answers) => {
                let accepted = lines.iter().zip(&answers).filter(|(_, answer)| answer["result"] == "accepted");
                answered.extend(accepted.map(|(line, _)| line["orderId"].as_str().unwrap().to_owned()));
            }
            Err(error) => {
                assert!(matches!(error, ureq::Error::StatusCode(503)), "it says so at once: {error}");
                if together == 1 {
                    return (answered, format!("full-{number}-0"));
                }
                together = (together / 10).max(1);
            }
        }
    }
    panic!("there was always room")
}

/// After the cause is gone: all goes on by itself, and nothing that was answered is lost or counted twice.
fn expect_healed(server: Server, database: &Path, answered: &[String], refused: &str) {
    eventually("storing goes on", || is_well(&server));
    assert_eq!(server.post_event(&placed(refused)).0, 200);
    server.wait_until_projected();
    drop(server);
    let found = stored_events(database);
    let lost: Vec<_> = answered.iter().filter(|id| !found.contains(&((*id).clone(), "1".to_owned()))).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
    rebuild(database);
}

#[test]
fn a_file_that_cannot_grow_is_told_and_storing_goes_on_when_it_can() {
    let (_folder, database) = told();
    // In blocks of 512 bytes, as POSIX has it, or of 1,024: room for some orders more.
    let limited = ["-c", "ulimit -S -f 3000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_goody")];
    let mut command = Command::new("sh");
    command.args(limited).stderr(Stdio::null());
    let server = Server::start_by(command, &database, &[]);
    let (answered, refused) = tell_until_full(&server);
    expect_ill(&server, &["the disk refuses", "storing goes on by itself"], "disk");
    assert_eq!(server.ask("/api/dashboard").0, 200, "what is stored is told");
    let lifted = Command::new("prlimit").args(["--pid", &server.pid().to_string(), "--fsize=unlimited:"]).status();
    assert!(lifted.unwrap().success());
    expect_healed(server, &database, &answered, &refused);
}

/// A small disk of its own, in memory.
pub(crate) struct SmallDisk(TempDir);

impl SmallDisk {
    /// Says why there is none where only root may make one.
    pub(crate) fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs", text(folder.path())]).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            _ => {
                eprintln!("SKIPPED: no small disk can be mounted here, so none can be full");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves no room at all: a new file takes the rest.
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
fn a_full_disk_is_told_and_storing_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let database = disk.0.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let (answered, refused) = tell_until_full(&server);
    expect_ill(&server, &["the disk is full", "make room"], "full");
    disk.grow();
    expect_healed(server, &database, &answered, &refused);
}

#[test]
fn a_full_disk_and_room_on_it_are_known_before_a_client_meets_them() {
    let Some(disk) = SmallDisk::new() else { return };
    disk.grow();
    let database = disk.0.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let filler = disk.0.path().join("filler");
    for round in 0..3 {
        disk.fill(&filler);
        eventually("nothing can be stored", || {
            // What a client meets next is what was said.
            let said = server.ask("/health").0;
            let met = server.post_event(&placed(&format!("full-{round}"))).0;
            assert_eq!(said, met, "on the full disk, round {round}");
            met == 503
        });
        std::fs::remove_file(&filler).unwrap();
        assert_eq!(server.ask("/health").0, 200, "there is room, round {round}");
        assert_eq!(server.post_event(&placed(&format!("room-{round}"))).0, 200);
    }
}

#[test]
fn a_database_locked_by_another_process_refuses_promptly_and_heals_when_it_is_let_go() {
    let (_folder, database) = told();
    let server = Server::start_by(quiet(), &database, &[]);
    let other = Connection::open(&database).unwrap();
    eventually("the lock is ours", || other.execute_batch("BEGIN IMMEDIATE").is_ok());
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
    expect_ill(&server, &["another process keeps the database locked"], "locked");
    assert_eq!(server.ask("/api/orders").0, 200, "what is stored is told");
    other.execute_batch("ROLLBACK").unwrap();
    expect_healed(server, &database, &[], "locked-0");
}

/// The binary as a user whom the permissions of files bind; says why there is none.
fn bound_by_permissions() -> Option<Command> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = Command::new(if is_root { "setpriv" } else { "env" });
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.arg(env!("CARGO_BIN_EXE_goody")).stderr(Stdio::null());
    let tried = Command::new(command.get_program()).args(command.get_args()).arg("--version").output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: the binary cannot be run here as a user whom permissions bind");
        return None;
    }
    Some(command)
}

fn permit(folder: &Path, mode: u32) {
    for file in std::fs::read_dir(folder).unwrap() {
        std::fs::set_permissions(file.unwrap().path(), PermissionsExt::from_mode(mode)).unwrap();
    }
}

#[test]
fn a_read_only_database_is_told_and_storing_goes_on_when_it_is_not() {
    let Some(command) = bound_by_permissions() else { return };
    let (folder, database) = told();
    // What lies beside a database while it is open would be another user's here.
    Connection::open(&database)
        .unwrap()
        .execute_batch("PRAGMA journal_mode = delete; PRAGMA journal_mode = wal")
        .unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
    permit(folder.path(), 0o444);
    let server = Server::start_by(command, &database, &[]);
    assert_eq!(server.post_event(&placed("late")).0, 503);
    expect_ill(&server, &["read-only", "let this user write"], "read_only");
    assert_eq!(server.ask("/api/dashboard").0, 200, "what is stored is told");
    permit(folder.path(), 0o666);
    expect_healed(server, &database, &[], "late");
}

/// Overwrites the page that all orders hang from, as a failing disk may.
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

/// A damaged page is met by whoever needs it, told by what to do, and gone with a restore.
fn expect_damage_and_restore(server: Server, database: &Path, backup: &Path, expected: &[u8]) {
    eventually("the damage is met", || server.ask(DAMAGED_ORDER).0 == 500);
    expect_ill(&server, &["damaged", "goody health --deep", "goody restore"], "damaged");
    let (status, problem) = server.ask(DAMAGED_ORDER);
    assert_eq!((status, &problem["code"]), (500, &"INTERNAL".into()), "{problem}");
    drop(server);
    let deep = goody(&["health", "--deep", "--database", text(database)]).output().unwrap();
    assert!(!deep.status.success(), "{}", String::from_utf8_lossy(&deep.stdout));
    run(&["restore", text(backup)], database);
    let server = Server::start(database);
    assert!(is_well(&server));
    drop(server);
    assert!(reports(database) == expected, "the reports are those of the backup");
    rebuild(database);
}

#[test]
fn a_page_damaged_while_nobody_looks_is_told_and_a_restore_mends_it() {
    let (folder, database) = told();
    let (backup, expected) = (folder.path().join("backup.db"), reports(&database));
    run(&["backup", text(&backup)], &database);
    damage(&database);
    let refused = goody(&["backup", text(&backup), "--force", "--database", text(&database)]).output().unwrap();
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && told.contains("damaged"), "a damaged database is no backup: {told}");
    let server = Server::start_by(quiet(), &database, &[]);
    expect_damage_and_restore(server, &database, &backup, &expected);
}

#[test]
fn a_page_damaged_while_a_server_runs_is_told_and_a_restore_mends_it() {
    let (folder, database) = told();
    let (backup, expected) = (folder.path().join("backup.db"), reports(&database));
    run(&["backup", text(&backup)], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    assert!(is_well(&server));
    damage(&database);
    // What was read before may be remembered until something is written. No order, as that meets the damage itself.
    let vendor = format!("{}/api/vendors/after", server.address());
    let put = ureq::put(vendor).header("Content-Type", "application/json");
    put.send(r#"{"name":"After","category":"flowers"}"#).unwrap();
    expect_damage_and_restore(server, &database, &backup, &expected);
}

#[test]
fn a_clock_that_was_set_back_is_told_until_time_catches_up() {
    let (_folder, database) = told();
    let expected = reports(&database);
    drop(Server::start(&database));
    // To a server that starts now, a tick of the future is what a clock set back leaves.
    let ahead = |seconds: i64| {
        let tick = "INSERT INTO meta VALUES ('rolled_at', (unixepoch() + ?1) * 1000000) \
                    ON CONFLICT DO UPDATE SET value = excluded.value";
        assert_eq!(Connection::open(&database).unwrap().execute(tick, [seconds]).unwrap(), 1);
    };
    ahead(3_600);
    let server = Server::start(&database);
    let scheduler = || server.ask("/health").1["checks"]["scheduler"].clone();
    assert_eq!((server.ask("/health").0, &scheduler()["status"]), (200, &"degraded".into()));
    let told = scheduler()["detail"].to_string();
    assert!(told.contains("the clock was set back") && (told.contains(" 359") || told.contains(" 3600")), "{told}");
    ahead(8);
    eventually("time catches up", || scheduler()["status"] == "healthy");
    drop(server);
    assert!(reports(&database) == expected, "the numbers are those of the facts");
    rebuild(&database);
}
