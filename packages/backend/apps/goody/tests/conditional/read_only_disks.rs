//! A database on a disk that became read-only, for example after a disk error: commands can read and copy it, and refuse to write
//! it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use serde_json::Value;

use crate::binary::{Server, demo_events, goody, placed, quiet, run, text};
use crate::small_disk::SmallDisk;

fn make_read_only(disk: &SmallDisk) {
    let mounted = Command::new("mount").args(["-o", "remount,ro", text(disk.path())]).status();
    assert!(mounted.unwrap().success());
}

/// Every order, vendor and report, as bytes.
fn exports(database: &Path) -> [Vec<u8>; 3] {
    ["orders", "vendors", "reports"].map(|what| run(&["export", what], database).stdout)
}

fn run_on(database: &Path, arguments: &[&str]) -> Output {
    goody(arguments).args(["--database", text(database)]).output().unwrap()
}

/// Expects a command to fail with a single line that contains all of these words.
fn expect_refusal(database: &Path, arguments: &[&str], words: &[&str]) {
    let output = run_on(database, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "goody {arguments:?}: {error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    assert!(words.iter().all(|word| error.contains(word)), "goody {arguments:?}: expected {words:?} in {error}");
}

/// Expects that a database can be exported, checked, and backed up to another disk.
fn expect_readable(database: &Path, expected: &[Vec<u8>; 3]) {
    assert!(exports(database) == *expected, "the exports have changed");
    let output = run_on(database, &["health", "--deep", "--clock", "--json"]);
    let health: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!((output.status.code(), &health["status"]), (Some(1), &"unhealthy".into()), "{health}");
    let issues = health["issues"].as_array().unwrap();
    assert!(issues.iter().any(|issue| issue.to_string().contains("read-only")), "{health}");
    assert!(!issues.iter().any(|issue| issue.to_string().contains("damaged")), "{health}");
    assert!(health["clock"]["facts"].is_array(), "{health}");
    for arguments in [&["health"][..], &["health", "--deep"], &["health", "--clock"]] {
        let health = String::from_utf8(run_on(database, arguments).stdout).unwrap();
        assert!(health.starts_with("unhealthy\n") && health.contains("mount its disk writable"), "{health}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("b.db");
    run(&["backup", text(&backup)], database);
    assert!(exports(&backup) == *expected, "the backup differs from the database");
}

pub(crate) fn a_database_on_a_read_only_disk_can_be_exported_checked_and_backed_up_to_another_disk(
    (disk, database): (SmallDisk, PathBuf),
) {
    let expected = exports(&database);
    make_read_only(&disk);
    expect_readable(&database, &expected);
}

pub(crate) fn a_backup_on_a_read_only_disk_can_be_read_as_a_database((disk, database): (SmallDisk, PathBuf)) {
    let backup = disk.path().join("backup.db");
    run(&["backup", text(&backup)], &database);
    let expected = exports(&database);
    make_read_only(&disk);
    expect_readable(&backup, &expected);
}

/// Copies the database of a killed server to a disk: the latest orders are only in the write-ahead log. `suffixes` are those of
/// the files to copy.
fn copy_crashed(disk: &SmallDisk, name: &str, suffixes: &[&str]) -> (PathBuf, [Vec<u8>; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &original);
    // An open read transaction keeps the later changes in the log.
    let reader = Connection::open(&original).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM orders").unwrap();
    let server = Server::start_by(quiet(), &original, &[]);
    let lines: String = (0..40).map(|number| format!("{}\n", placed(&format!("only-in-the-log-{number}")))).collect();
    server.post(lines.as_bytes()).unwrap();
    server.wait_until_projected();
    server.kill();
    server.wait();
    let database = disk.path().join(name);
    for suffix in suffixes {
        let path = |file: &Path| PathBuf::from(format!("{}{suffix}", text(file)));
        std::fs::copy(path(&original), path(&database)).unwrap();
    }
    let expected = exports(&original);
    assert!(String::from_utf8_lossy(&expected[0]).contains("only-in-the-log-39"));
    (database, expected)
}

pub(crate) fn orders_that_are_only_in_the_log_are_read_from_a_read_only_disk(disk: SmallDisk) {
    disk.grow();
    let copies = [
        copy_crashed(&disk, "with its log.db", &["", "-wal"]),
        copy_crashed(&disk, "with its index?.db", &["", "-wal", "-shm"]),
    ];
    let link = disk.path().join("link.db");
    std::os::unix::fs::symlink("with its log.db", &link).unwrap();
    make_read_only(&disk);
    for (database, expected) in &copies {
        expect_readable(database, expected);
    }
    assert!(exports(&link) == copies[0].1, "through a link, the log of the linked file must be read");
}

pub(crate) fn commands_that_write_refuse_a_read_only_disk_and_name_the_database(
    (disk, database): (SmallDisk, PathBuf),
) {
    make_read_only(&disk);
    let words = [text(&database), "read-only file system", "mount it writable"];
    expect_refusal(&database, &["serve", "--addr", "127.0.0.1:0"], &words);
    expect_refusal(&database, &["import", text(&demo_events())], &words);
    expect_refusal(&database, &["rebuild"], &words);
    expect_refusal(&database, &["backfill", "--days", "1"], &words);
    let new = disk.path().join("new.db");
    expect_refusal(&new, &["serve", "--addr", "127.0.0.1:0"], &[text(&new), "read-only file system"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("other.db");
    run(&["import", text(&demo_events())], &other);
    expect_refusal(&database, &["restore", text(&other)], &[text(&database), "Read-only file system"]);
    expect_refusal(&other, &["backup", text(&new)], &[text(&new), "Read-only file system"]);
}

/// Changes a database before its disk becomes read-only, and expects each command to refuse it with these words.
fn expect_refused_after((disk, database): (SmallDisk, PathBuf), change: &str, words: &[&str]) {
    Connection::open(&database).unwrap().execute_batch(change).unwrap();
    make_read_only(&disk);
    let words = [&[text(&database), "copy it, with its -wal"], words].concat();
    expect_refusal(&database, &["export", "orders"], &words);
    expect_refusal(&database, &["health"], &words);
}

pub(crate) fn a_database_of_an_older_version_on_a_read_only_disk_needs_a_copy(on_disk: (SmallDisk, PathBuf)) {
    expect_refused_after(on_disk, "PRAGMA user_version = 3", &["older version", "schema 3"]);
}

pub(crate) fn a_database_with_other_time_zone_rules_on_a_read_only_disk_needs_a_copy(on_disk: (SmallDisk, PathBuf)) {
    let change = "UPDATE meta SET value = 'other' WHERE key IN ('zone_rules', 'zone_database')";
    expect_refused_after(on_disk, change, &["rules of this version"]);
}

pub(crate) fn a_database_without_an_application_id_is_read_from_a_read_only_disk(
    ((disk, database), second): ((SmallDisk, PathBuf), SmallDisk),
) {
    Connection::open(&database).unwrap().execute_batch("PRAGMA application_id = 0").unwrap();
    let changed = "UPDATE meta SET value = 'an earlier one' WHERE key = 'zone_database'";
    Connection::open(&database).unwrap().execute(changed, []).unwrap();
    make_read_only(&disk);
    let orders = run(&["export", "orders"], &database).stdout;
    assert!(!orders.is_empty());
    let other = "CREATE TABLE other (n)";
    let foreign = second.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch(other).unwrap();
    make_read_only(&second);
    expect_refusal(&foreign, &["export", "orders"], &[text(&foreign), "database of another program"]);
}
