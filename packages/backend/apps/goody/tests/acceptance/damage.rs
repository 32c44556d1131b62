//! Damage that SQLite can still read over: no backup is made of it, none is restored, and `health --deep` says where it is.

use std::path::Path;

use rusqlite::Connection;

use crate::binary::{demo_events, goody, run, text};

/// One of the demo orders.
const ORDER: &str = "s42-2026-02-17-0008";

/// Overwrites a byte of an order's id wherever an index keeps it, or kept it before its page was written anew.
fn damage_index(database: &Path) {
    let mut bytes = std::fs::read(database).unwrap();
    let connection = Connection::open(database).unwrap();
    let size: usize = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    drop(connection);
    // Of the pages that name the order, those of an index are of the kind 2 or 10.
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

fn failed(arguments: &[&str], database: &Path) -> String {
    let output = goody(arguments).args(["--database", text(database)]).output().unwrap();
    assert!(!output.status.success(), "goody {arguments:?} has to fail");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn expect_no_backup_of(damage: fn(&Path), place: &str) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let (sound, backup) = (folder.path().join("sound.db"), folder.path().join("backup.db"));
    run(&["backup", text(&sound)], &database);
    damage(&database);
    let deep = failed(&["health", "--deep"], &database);
    assert!(deep.contains(place), "{place} in {deep}");
    let refused = failed(&["backup", text(&backup)], &database);
    assert!(refused.contains("damaged") && refused.contains(place) && !backup.exists(), "{refused}");
    damage(&sound);
    let refused = failed(&["restore", text(&sound)], &folder.path().join("new.db"));
    assert!(refused.contains("damaged") && refused.contains(place), "{refused}");
    assert!(!folder.path().join("new.db").exists());
}

#[test]
fn an_index_with_a_damaged_byte_is_no_backup() {
    expect_no_backup_of(damage_index, "index");
}

#[test]
fn a_damaged_history_is_no_backup_and_a_rebuild_names_its_order() {
    expect_no_backup_of(damage_history, ORDER);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    damage_history(&database);
    let refused = failed(&["rebuild"], &database);
    assert!(refused.contains(ORDER) && !refused.contains("panicked"), "{refused}");
}
