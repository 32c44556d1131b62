//! Faults of the database file while a server runs on it: `/health` reports each, and it ends when its cause ends.

use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::binary::{Server, eventually, goody, placed, quiet, rebuild, reports, run, text};
use crate::recovery::{demo_database, expect_recovery, expect_unhealthy, is_healthy, post_until_full};

/// One of the demo orders.
const DAMAGED_ORDER: &str = "/api/orders/s42-2026-02-17-0008";

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
