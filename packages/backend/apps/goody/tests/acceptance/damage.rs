//! Damage that SQLite does not notice: such a database gives no backup, such a backup is not restored, and `health --deep` shows
//! the place.

use std::path::Path;

use rusqlite::Connection;

use crate::binary::{demo_events, goody, run, text};

/// One of the demo orders.
const ORDER: &str = "s42-2026-02-17-0008";

/// Overwrites a byte of an order's id in each index page that contains it, also in unused parts of a page.
fn damage_index(database: &Path) {
    let mut bytes = std::fs::read(database).unwrap();
    let connection = Connection::open(database).unwrap();
    let size: usize = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    drop(connection);
    // Pages of an index have the type 2 or 10.
    let found = bytes.windows(ORDER.len()).enumerate().filter(|(_, part)| *part == ORDER.as_bytes());
    let places = found.map(|(place, _)| place).filter(|place| [2, 10].contains(&bytes[place / size * size]));
    let places: Vec<usize> = places.collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|place| bytes[place] = b'X');
    std::fs::write(database, bytes).unwrap();
}

fn damage_history(database: &Path) {
    let sql = "UPDATE orders SET history = replace(history, '\"status\"', '\"Status\"') WHERE order_id = ?1";
    assert_eq!(Connection::open(database).unwrap().execute(sql, [ORDER]).unwrap(), 1);
}

/// Runs a command that must fail, and returns its output.
fn output_of_failure(arguments: &[&str], database: &Path) -> String {
    let output = goody(arguments).args(["--database", text(database)]).output().unwrap();
    assert!(!output.status.success(), "goody {arguments:?} succeeded");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn expect_no_backup_of(damage: fn(&Path), place: &str) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let (sound, backup) = (folder.path().join("sound.db"), folder.path().join("backup.db"));
    run(&["backup", text(&sound)], &database);
    damage(&database);
    let deep = output_of_failure(&["health", "--deep"], &database);
    assert!(deep.contains(place), "expected {place} in {deep}");
    let error = output_of_failure(&["backup", text(&backup)], &database);
    assert!(error.contains("damaged") && error.contains(place) && !backup.exists(), "{error}");
    damage(&sound);
    let error = output_of_failure(&["restore", text(&sound)], &folder.path().join("new.db"));
    assert!(error.contains("damaged") && error.contains(place), "{error}");
    assert!(!folder.path().join("new.db").exists());
}

#[test]
fn a_database_with_a_damaged_index_gives_no_backup() {
    expect_no_backup_of(damage_index, "index");
}

#[test]
fn a_database_with_a_damaged_history_gives_no_backup_and_a_rebuild_names_its_order() {
    expect_no_backup_of(damage_history, ORDER);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    damage_history(&database);
    let error = output_of_failure(&["rebuild"], &database);
    assert!(error.contains(ORDER) && !error.contains("panicked"), "{error}");
}
