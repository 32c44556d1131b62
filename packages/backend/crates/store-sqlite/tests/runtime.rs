//! Work in the background: the log is moved and truncated, a loop goes on after a fault, and a detection is computed anew.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use goody_application::background::Background;
use goody_application::detect::detect_anew;
use goody_application::detection_cache::DetectionCache;
use goody_application::ingest::Ingest;
use goody_application::ports::{Clock, OrderReader, ReportReader};
use goody_application::project::project_all;
use goody_application::read::{FleetCache, HealthReader, Verdict};
use goody_application::retention::Retention;
use goody_domain::Instant;
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::{ManualClock, OrderBuilder, batch, now};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::Notify;

const LIMIT: u64 = 1_000_000;

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .unwrap_or_else(|_| panic!("not within a minute: {what}"));
}

fn log_bytes(path: &Path) -> u64 {
    std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len())
}

async fn order_store(store: &SqliteStore) -> (Verdict, String) {
    let store = Arc::new(store.clone());
    let health = HealthReader::new(store.clone(), store.clone(), store, ManualClock::today(), 0).health().await;
    (health.order_store.verdict, health.order_store.detail)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_a_long_reader_needs_is_reported_and_truncated_when_the_reader_ends() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("goody.db");
    let store = SqliteStore::open(&path, Settings { log_limit: LIMIT, ..Settings::new(ManualClock::today()) }).unwrap();
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM orders").unwrap();
    let ingest = Ingest::new(Arc::new(store.clone()));
    for round in 0.. {
        let orders = (0..200).map(|n| OrderBuilder::new(&format!("o-{round}-{n}")).promised("2026-03-04"));
        ingest.ingest(orders.flat_map(OrderBuilder::events).collect(), &batch("b-1"), now()).await.unwrap();
        if log_bytes(&path) > 2 * LIMIT {
            break;
        }
    }
    eventually("the large log is reported", async || order_store(&store).await.0 == Verdict::Degraded).await;
    let (_, detail) = order_store(&store).await;
    assert!(detail.contains("-wal") && detail.contains("end that process"), "{detail}");
    // Nothing is stored any more. The log is truncated all the same.
    reader.execute_batch("COMMIT").unwrap();
    eventually("the log is truncated", async || log_bytes(&path) < LIMIT).await;
    eventually("the problem is over", async || order_store(&store).await.0 == Verdict::Healthy).await;
}

/// A clock that panics at first.
struct PanickingClock(AtomicUsize);

impl Clock for PanickingClock {
    fn now(&self) -> Instant {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) >= 8, "a fault of the program");
        now()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_go_on_after_a_fault_and_health_reports_it() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("goody.db"), Settings::new(ManualClock::today())).unwrap();
    let events = OrderBuilder::new("o-1").promised("2026-03-04").events();
    Ingest::new(Arc::new(store.clone())).ingest(events, &batch("b-1"), now()).await.unwrap();
    let background = Background {
        store: Arc::new(store.clone()),
        revisions: store.revisions(),
        clock: Arc::new(PanickingClock(AtomicUsize::new(0))),
        retention: Retention::default(),
        fleet: Arc::new(FleetCache::new(Arc::new(store.clone()))),
        new_facts: Arc::new(Notify::new()),
    };
    let background = tokio::spawn(background.run(std::future::ready(())));
    let lag = async || goody_application::ports::ChangeFeed::lag(&store).await.unwrap().changes;
    eventually("the changes are projected", async || lag().await == 0).await;
    let status = async || goody_application::ports::ReportReader::status(&store).await.unwrap();
    eventually("the timer ticks", async || status().await.refreshed_at.is_some()).await;
    background.abort();
    let problem = store.store_health().problem.unwrap();
    assert!(!problem.stops && problem.message.contains("met a fault of the program"), "{problem:?}");
    let (verdict, detail) = order_store(&store).await;
    assert_eq!((verdict, detail.contains("goes on")), (Verdict::Degraded, true), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_do_not_wait_for_a_detection_have_that_of_before_until_the_new_one_is_known() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("goody.db");
    let store = SqliteStore::open(&path, Settings::new(ManualClock::today())).unwrap();
    let take = async |id: &str| {
        let events = OrderBuilder::new(id).promised("2026-03-04").arrived("2026-03-04T10:00:00Z").events();
        Ingest::new(Arc::new(store.clone())).ingest(events, &batch("b-1"), now()).await.unwrap();
        project_all(&store, now()).await.unwrap();
    };
    take("o-1").await;
    let cache = DetectionCache::new(Arc::new(store.clone()), Duration::ZERO);
    let times = (store.zone().end_of(store.zone().day(now())), now());
    let first = cache.detect(times, None).await.unwrap();
    assert_eq!(first.as_deref(), detect_anew(&store, times.0).await.unwrap().as_ref());

    take("o-2").await;
    let expected = detect_anew(&store, times.0).await.unwrap();
    assert_ne!(first.as_deref(), expected.as_ref());
    eventually("the new detection is known", async || {
        let found = cache.detect(times, None).await.unwrap();
        let is_new = found.as_deref() == expected.as_ref();
        assert!(is_new || found == first, "neither of the two: {found:?}");
        is_new
    })
    .await;
}
