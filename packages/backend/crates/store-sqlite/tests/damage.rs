//! Damage that SQLite can still read: a check, a rebuild and a backup find it and name it.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::rebuild::rebuild;
use goody_application::{project, roll};
use goody_store_sqlite::backup::{Step, copy};
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::{ManualClock, OrderBuilder, batch, now};
use rusqlite::Connection;
use tempfile::TempDir;

/// A database of a few orders, closed.
async fn database() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("goody.db");
    let store = SqliteStore::open(&path, Settings::new(ManualClock::today())).unwrap();
    let orders = (0..40).map(|n| OrderBuilder::new(&format!("order-{n}")).promised("2026-03-04"));
    Ingest::new(Arc::new(store.clone()))
        .ingest(orders.flat_map(OrderBuilder::events).collect(), &batch("b-1"), now())
        .await
        .unwrap();
    project::project_all(&store, now()).await.unwrap();
    roll::tick(&store, now()).await.unwrap();
    store.checkpoint().await.unwrap();
    (folder, path)
}

async fn findings(path: &Path) -> Vec<String> {
    SqliteStore::open(path, Settings::new(ManualClock::today())).unwrap().check(|_, _| {}).await.unwrap()
}

fn copied(path: &Path) -> Result<Vec<(Step, u64, u64)>, String> {
    let mut steps = Vec::new();
    let copied = copy(path, &path.with_extension("copy"), |step, done, of| steps.push((step, done, of)));
    copied.map(|_| steps).map_err(|error| error.to_string())
}

async fn expect_found(path: &Path, words: &str) {
    let findings = findings(path).await;
    assert!(findings.iter().any(|finding| finding.contains(words)), "{words} in {findings:?}");
    let refused = copied(path).unwrap_err();
    assert!(refused.contains("damaged"), "{refused}");
}

fn tamper(path: &Path, sql: &str) {
    assert!(Connection::open(path).unwrap().execute(sql, []).unwrap() > 0, "{sql}");
}

/// Overwrites a byte of an order's id in an index.
fn damage_index(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let sql =
        "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size() WHERE name = 'sqlite_autoindex_orders_1'";
    let (page, size): (usize, usize) = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    drop(connection);
    let mut bytes = std::fs::read(path).unwrap();
    let index = &mut bytes[(page - 1) * size..page * size];
    let place = index.windows(8).position(|part| part == b"order-17").unwrap();
    index[place] = b'X';
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_order_id_in_an_index_is_found() {
    let (_folder, path) = database().await;
    damage_index(&path);
    expect_found(&path, "sqlite_autoindex_orders_1").await;
}

#[tokio::test]
async fn a_damaged_history_is_found_with_the_id_of_its_order() {
    for broken in ["'x' || substr(history, 2)", "replace(history, '\"', '')", "CAST(x'ff' || history AS TEXT)", "''"] {
        let (_folder, path) = database().await;
        tamper(&path, &format!("UPDATE orders SET history = {broken} WHERE order_id = 'order-17'"));
        expect_found(&path, "order-17").await;
    }
}

#[tokio::test]
async fn a_readable_history_that_contradicts_its_columns_is_found() {
    for (from, to) in [("acme", "acne"), ("2026-", "2025-")] {
        let (_folder, path) = database().await;
        let sql = "UPDATE orders SET history = replace(history, '{from}', '{to}') WHERE order_id = 'order-17'";
        tamper(&path, &sql.replace("{from}", from).replace("{to}", to));
        expect_found(&path, "order-17").await;
    }
}

#[tokio::test]
async fn damaged_buckets_totals_reports_and_vendors_are_found() {
    for (sql, words) in [
        ("UPDATE buckets SET totals = x'c801' WHERE book = 'acme'", "bucket acme of 20"),
        ("UPDATE buckets SET minutes = x'ffffffffffffffffff7f0001' WHERE book = 'acme'", "bucket acme of 20"),
        ("UPDATE books SET totals = x'0180' WHERE book = 'acme'", "totals acme"),
        ("UPDATE reports SET body = '{}' WHERE vendor_id = 'acme'", "report acme"),
        ("UPDATE vendors SET body = '{' WHERE vendor_id = 'acme'", "vendor acme"),
    ] {
        let (_folder, path) = database().await;
        tamper(&path, sql);
        expect_found(&path, words).await;
    }
}

#[tokio::test]
async fn a_sound_database_is_copied_with_progress_to_the_end() {
    let (_folder, path) = database().await;
    assert_eq!(findings(&path).await, Vec::<String>::new());
    let steps = copied(&path).unwrap();
    for step in [Step::Copying, Step::Checking] {
        let (_, done, of) = steps.iter().rfind(|(of, ..)| *of == step).unwrap();
        assert!(done == of && *of > 0, "{steps:?}");
    }
}

#[tokio::test]
async fn a_rebuild_names_the_order_whose_history_is_damaged() {
    for broken in ["'x' || substr(history, 2)", "CAST(x'ff' || history AS TEXT)", "replace(history, '2026', '9999999')"]
    {
        let (_folder, path) = database().await;
        tamper(&path, &format!("UPDATE orders SET history = {broken} WHERE order_id = 'order-17'"));
        let store = SqliteStore::open(&path, Settings::new(ManualClock::today())).unwrap();
        let error = rebuild(&store, now(), |_, _| {}).await.unwrap_err().to_string();
        assert!(error.contains("order-17"), "{error}");
    }
}

#[tokio::test]
async fn no_byte_of_a_history_makes_a_check_or_a_rebuild_panic() {
    let (_folder, path) = database().await;
    let read = "SELECT history FROM orders WHERE order_id = 'order-17'";
    let history: String = Connection::open(&path).unwrap().query_row(read, [], |row| row.get(0)).unwrap();
    let store = SqliteStore::open(&path, Settings::new(ManualClock::today())).unwrap();
    let connection = Connection::open(&path).unwrap();
    for place in 0..history.len() {
        let mut bytes = history.clone().into_bytes();
        bytes[place] ^= if place % 2 == 0 { 0x01 } else { 0x80 };
        connection
            .execute("UPDATE orders SET history = CAST(?1 AS TEXT) WHERE order_id = 'order-17'", [&bytes])
            .unwrap();
        store.check(|_, _| {}).await.unwrap();
        let _ = rebuild(&store, now(), |_, _| {}).await;
        let problem = format!("{:?}", goody_application::ports::OrderReader::store_health(&store).problem);
        assert!(!problem.contains("fault of the program"), "byte {place}: {problem}");
    }
}
