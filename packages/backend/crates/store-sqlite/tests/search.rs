//! Searches in a database file: the upgrade of an older file, and a search that finds very many orders.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;
use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{MOST_FOUND, OrderFilter, OrderReader};
use goody_application::project;
use goody_application::rebuild::rebuild;
use goody_domain::{OrderEvent, SearchTerm};
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::{ManualClock, OrderBuilder, batch, now};
use rusqlite::Connection;
use tempfile::TempDir;

/// So many orders that an upgrade needs several transactions, and that a search does not find all of them.
const ORDERS: usize = 11_000;

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Settings::new(ManualClock::today())).unwrap()
}

async fn with_orders(path: &Path) -> SqliteStore {
    let store = open(path);
    let order = |number: usize| {
        let order = OrderBuilder::new(&format!("Shop-{number}")).reference(&format!("#{number:06}"));
        order.shipped("2026-03-02T10:00:00Z").tracked(&format!("1Z{number:06}")).events()
    };
    let events: Vec<OrderEvent> = (0..ORDERS).flat_map(order).collect();
    Ingest::new(Arc::new(store.clone())).ingest(events, &batch("b-1"), now()).await.unwrap();
    project::project_all(&store, now()).await.unwrap();
    store
}

async fn found(store: &SqliteStore, text: &str) -> (Vec<String>, i64, bool) {
    let filter = OrderFilter { search: Some(SearchTerm::parse(text).unwrap()), ..OrderFilter::default() };
    let orders = store.list(&filter, None, 3, now()).await.unwrap();
    let count = store.count(&filter, 10_000, now()).await.unwrap();
    let ids = orders.iter().map(|order| order.order_id.to_string()).collect();
    (ids, count.by_status.iter().sum(), count.is_lower_bound)
}

#[tokio::test]
async fn an_upgrade_that_is_killed_after_any_transaction_adds_the_terms_of_all_orders() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("goody.db");
    drop(with_orders(&path).await);
    // As a file of an older version after its script ran.
    let before = "DELETE FROM terms; INSERT INTO meta (key, value) VALUES ('terms_position', 0) \
        ON CONFLICT (key) DO UPDATE SET value = 0;";
    Connection::open(&path).unwrap().execute_batch(before).unwrap();
    let mut kills = 0;
    let store = loop {
        let path = path.clone();
        let opened = std::thread::spawn(move || {
            let upgrade_progress = Arc::new(|read: u64, of: u64| {
                assert_eq!(of, ORDERS as u64);
                assert!(read == of, "killed after a transaction");
            });
            SqliteStore::open(&path, Settings { upgrade_progress, ..Settings::new(ManualClock::today()) })
        });
        match opened.join() {
            Ok(store) => break store.unwrap(),
            Err(_) => kills += 1,
        }
        assert!(kills < 10, "the upgrade does not continue");
    };
    assert_eq!(kills, 2, "after 5,000 orders, and after 10,000");
    for number in [0, 4_999, 5_000, 10_000, 10_999] {
        let id = format!("Shop-{number}");
        for text in [format!("#{number:06}"), format!("1z{number:06}")] {
            assert_eq!(found(&store, &text).await, (vec![id.clone()], 1, false), "{text}");
        }
    }
    assert_eq!(found(&store, "shop-10999").await.0, ["Shop-10999"]);
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);
}

#[tokio::test]
async fn a_search_that_finds_very_many_orders_counts_some_and_says_so() {
    let folder = TempDir::new().unwrap();
    let store = with_orders(&folder.path().join("goody.db")).await;
    let (ids, total, is_lower_bound) = found(&store, "shop").await;
    assert_eq!((ids.len(), total, is_lower_bound), (3, MOST_FOUND as i64, true));
    // shop-1, shop-10 to 19, 100 to 199, 1000 to 1999, and 10000 to 10999.
    assert_eq!(found(&store, "shop-1").await.1, 1 + 10 + 100 + 1_000 + 1_000);
}
