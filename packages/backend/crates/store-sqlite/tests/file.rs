//! What only a database file has: an owner, a zone, a version, damage, and content that survives the process.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use goody_application::clock_watch::ClockJump;
use goody_application::ingest::Ingest;
use goody_application::ports::{
    ChangeLag, DayRange, OrderCount, OrderFilter, OrderReader, OrderSort, ReportReader, ReportWriter, VendorStore,
};
use goody_application::read::report_on;
use goody_application::rebuild::rebuild;
use goody_application::{project, roll};
use goody_domain::{Day, Instant, Milestone, Order, Report, ReportZone, Status};
use goody_store_sqlite::{OpenError, Settings, SqliteStore};
use goody_testkit::{
    ManualClock, Method, OrderBuilder, Response, TestApp, TestStore, batch, day, now, order_id, unregistered, vendor_id,
};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

struct File {
    folder: TempDir,
}

impl File {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("goody.db")
    }

    fn open_in(&self, zone: Option<&str>) -> Result<SqliteStore, OpenError> {
        let zone = zone.map(|name| ReportZone::named(name).unwrap());
        SqliteStore::open(&self.path(), Settings { zone, ..Settings::new(ManualClock::today()) })
    }

    fn open(&self) -> SqliteStore {
        self.open_in(None).unwrap()
    }

    /// Changes the file from outside of the store.
    fn tamper(&self, sql: &str) {
        let changed = Connection::open(self.path()).unwrap().execute(sql, []).unwrap();
        assert!(changed > 0, "the statement changed nothing: {sql}");
    }
}

async fn with_orders(file: &File) -> SqliteStore {
    let store = file.open();
    let orders = [
        OrderBuilder::new("o-1").promised("2026-03-04").arrived_early_by_hours(10),
        OrderBuilder::new("o-2")
            .promised("2026-03-04")
            .lost("2026-03-09T10:00:00Z")
            .also_placed("bloom", "2026-03-02T10:00:00Z"),
        OrderBuilder::new("o-3").promised("2026-03-05").shipped("2026-03-04T10:00:00Z").tracked("1Z-1"),
    ];
    let events = orders.into_iter().flat_map(OrderBuilder::events).collect();
    Ingest::new(Arc::new(store.clone())).ingest(events, &batch("b-1"), now()).await.unwrap();
    project::project_all(&store, now()).await.unwrap();
    roll::tick(&store, now()).await.unwrap();
    store
}

async fn report(store: &SqliteStore) -> Report {
    report_on(store, &vendor_id("acme"), store.zone().today(now())).await.unwrap()
}

/// Tampers with the file, and expects a rebuild to find and correct it, and to find nothing the next time.
async fn rebuild_finds(sql: &str) {
    let file = File::new();
    let store = with_orders(&file).await;
    let before = report(&store).await;
    file.tamper(sql);
    let found = rebuild(&store, now(), |_, _| {}).await.unwrap();
    assert!(found.different > 0, "a rebuild has to find what {sql} did");
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0, "and to correct it");
    assert_eq!(report(&store).await, before);
    let states = store.changes_since(-1).await.unwrap().vendors;
    assert_eq!(states[0].kept.as_ref().unwrap().report, before, "the saved report is that of the corrected buckets");
}

#[tokio::test]
async fn a_rebuild_finds_a_bucket_that_was_tampered_with() {
    // The first counter says seven orders placed.
    rebuild_finds("UPDATE buckets SET totals = x'000e' WHERE book = 'acme' AND day = (SELECT min(day) FROM buckets)")
        .await;
}

#[tokio::test]
async fn a_rebuild_finds_minutes_that_were_tampered_with() {
    rebuild_finds("UPDATE buckets SET minutes = x'' WHERE book = 'acme'").await;
}

#[tokio::test]
async fn a_rebuild_finds_a_bucket_that_is_gone() {
    rebuild_finds("DELETE FROM buckets WHERE book = 'acme'").await;
}

#[tokio::test]
async fn a_rebuild_finds_terms_that_were_tampered_with() {
    for sql in [
        "DELETE FROM terms WHERE kind = 2",
        "UPDATE terms SET term = '1z-2' WHERE kind = 2",
        "INSERT INTO terms VALUES (1, 'another', 1)",
    ] {
        rebuild_finds(sql).await;
    }
}

#[tokio::test]
async fn a_rebuild_finds_totals_that_were_tampered_with() {
    rebuild_finds("UPDATE books SET totals = x'000e' WHERE book = 'acme'").await;
}

#[tokio::test]
async fn a_rebuild_finds_that_the_fleet_is_not_the_sum_of_its_vendors() {
    rebuild_finds("UPDATE buckets SET totals = x'000e' WHERE book = '' AND day = (SELECT max(day) FROM buckets)").await;
    rebuild_finds("UPDATE books SET totals = x'000e' WHERE book = ''").await;
}

#[tokio::test]
async fn a_rebuild_finds_wrong_counts_of_orders() {
    rebuild_finds("UPDATE order_kinds SET orders = orders + 1 WHERE book = 'acme'").await;
    rebuild_finds("DELETE FROM order_kinds WHERE book = ''").await;
    rebuild_finds("INSERT INTO order_kinds VALUES ('unknown', '', 0, 0, 1)").await;
    rebuild_finds("UPDATE recent_minutes SET orders = orders + 1").await;
    rebuild_finds("INSERT INTO recent_minutes VALUES (0, 0, 1)").await;
}

#[tokio::test]
async fn stored_data_is_there_when_the_file_is_opened_again() {
    let file = File::new();
    let store = with_orders(&file).await;
    let before = report(&store).await;
    drop(store);
    let store = file.open();
    assert_eq!(report(&store).await, before);
    assert_eq!(store.order(&order_id("o-2")).await.unwrap().unwrap().version(), 3);
    assert_eq!(VendorStore::vendors(&store, None, 9).await.unwrap().len(), 2);
    assert_eq!(store.check(|_, _| {}).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_write_of_another_process_is_seen() {
    let file = File::new();
    let (one, other) = (file.open(), file.open());
    one.register_unknown(vec![unregistered("acme")]).await.unwrap();
    let seen = async {
        while other.revision() < one.revision() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.expect("the revision of the other process is seen");
    assert_eq!(other.changes_since(-1).await.unwrap().vendors.len(), 1);
}

#[test]
fn a_file_keeps_its_zone_and_refuses_another() {
    let file = File::new();
    drop(file.open_in(Some("America/New_York")).unwrap());
    assert_eq!(file.open().zone().name(), "America/New_York");
    let error = file.open_in(Some("UTC")).err().unwrap();
    assert!(matches!(error, OpenError::OtherZone { .. }), "{error}");
    assert!(error.to_string().contains("--time-zone America/New_York"), "it says what to do: {error}");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let file = File::new();
    drop(file.open());
    Connection::open(file.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = file.open_in(None).err().unwrap();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
}

/// Takes away what the lists behind numbers need, as in a file of an earlier version.
const WITHOUT_FILTERS: &str = "DROP INDEX orders_by_due; DROP INDEX orders_by_ship_due; DROP INDEX orders_by_completion; \
    DROP INDEX orders_by_handover; DROP INDEX orders_by_return; DROP INDEX orders_by_refund; DROP INDEX orders_open; \
    DROP INDEX orders_long_open; ALTER TABLE orders DROP COLUMN due_day; ALTER TABLE orders DROP COLUMN on_time; \
    ALTER TABLE orders DROP COLUMN ship_by_at; ALTER TABLE orders DROP COLUMN ship_due_day; \
    ALTER TABLE orders DROP COLUMN shipped_on_time; ALTER TABLE orders DROP COLUMN completed_day; \
    ALTER TABLE orders DROP COLUMN handed_over_day; ALTER TABLE orders DROP COLUMN handed_over_at; \
    ALTER TABLE orders DROP COLUMN returned_day; ALTER TABLE orders DROP COLUMN returned_at; \
    ALTER TABLE orders DROP COLUMN refunded_day; ALTER TABLE orders DROP COLUMN refunded_at; \
    ALTER TABLE orders DROP COLUMN unshipped_at; ALTER TABLE orders DROP COLUMN stalled_at; \
    ALTER TABLE orders DROP COLUMN gift_value; DELETE FROM meta WHERE key = 'orders_kept_from';";

/// The lists that need the columns of the filters.
async fn filtered(store: &SqliteStore) -> Vec<Vec<String>> {
    let all = OrderFilter::default();
    let milestones = [Milestone::Completed, Milestone::Due, Milestone::HandedOver].map(|milestone| OrderFilter {
        ranges: BTreeMap::from([(milestone, DayRange { from: Some(day("2026-03-02")), to: None })]),
        sort: OrderSort::Milestone(milestone),
        ..all.clone()
    });
    let stalled = OrderFilter { statuses: Status::ALL[..3].to_vec(), stalled: Some(true), ..all };
    let mut lists = Vec::new();
    for filter in milestones.into_iter().chain([stalled]) {
        let orders = store.list(&filter, None, 10, now()).await.unwrap();
        lists.push(orders.into_iter().map(|order| order.order_id.to_string()).collect());
    }
    lists
}

#[tokio::test]
async fn the_orders_of_an_older_file_are_in_the_lists_behind_numbers() {
    let file = File::new();
    let before = filtered(&with_orders(&file).await).await;
    assert_eq!(before, [vec!["o-2", "o-1"], vec!["o-3", "o-2", "o-1"], vec!["o-2", "o-1", "o-3"], vec!["o-3"]]);
    let connection = Connection::open(file.path()).unwrap();
    let without_months = "ALTER TABLE buckets DROP COLUMN quarters; DROP TABLE day_revisions; DROP TABLE detections; DROP TABLE explanations; DROP TABLE waiting_parcels; DROP TABLE rejections; DROP TABLE months; \
         ALTER TABLE books DROP COLUMN months;";
    connection.execute_batch(&format!("{WITHOUT_FILTERS} {without_months} PRAGMA user_version = 8;")).unwrap();
    drop(connection);
    let store = file.open();
    assert_eq!(filtered(&store).await, before);
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);
}

#[tokio::test]
async fn a_file_of_an_older_version_is_migrated_with_its_content() {
    let file = File::new();
    let (before, status, delayed) = {
        let store = with_orders(&file).await;
        (report(&store).await, store.status().await.unwrap(), delayed(&store).await)
    };
    assert_eq!(delayed.1.by_status.iter().sum::<i64>(), 2);
    let first_version = "DROP INDEX reports_at_a_glance; DROP TABLE order_kinds; DROP TABLE recent_minutes; \
        DROP INDEX orders_by_promise; ALTER TABLE buckets DROP COLUMN latest_delivery; ALTER TABLE expired_orders DROP COLUMN batches; \
        DROP TABLE terms; DROP TABLE vendor_versions; ALTER TABLE vendors DROP COLUMN earlier_until; \
        ALTER TABLE buckets DROP COLUMN quarters; DROP TABLE day_revisions; DROP TABLE detections; DROP TABLE explanations; DROP TABLE waiting_parcels; DROP TABLE rejections; DROP TABLE months; \
        ALTER TABLE books DROP COLUMN months; \
        DELETE FROM meta WHERE key IN ('zone_rules', 'zone_database', 'stall_hours'); \
        UPDATE orders SET late = 0 WHERE status < 3; PRAGMA user_version = 1;";
    Connection::open(file.path()).unwrap().execute_batch(&format!("{WITHOUT_FILTERS} {first_version}")).unwrap();
    let store = file.open();
    assert_eq!(report(&store).await, before);
    roll::roll(&store, now()).await.unwrap();
    assert_eq!(store.status().await.unwrap(), status);
    assert_eq!(self::delayed(&store).await, delayed, "the order is late, though no tick has marked it yet");
    store.mark_refreshed(now(), ChangeLag::default()).await.unwrap();
    assert_eq!(self::delayed(&store).await, delayed);
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);
}

/// The delayed orders and their number.
async fn delayed(store: &SqliteStore) -> (Vec<Order>, OrderCount) {
    let filter = OrderFilter { delayed: Some(true), ..OrderFilter::default() };
    (store.list(&filter, None, 10, now()).await.unwrap(), store.count(&filter, 0, now()).await.unwrap())
}

#[tokio::test]
async fn a_tick_marks_orders_whose_promise_passed() {
    let file = File::new();
    let store = file.open();
    let events = OrderBuilder::new("o-1").promised("2026-03-05").shipped("2026-03-04T10:00:00Z").events();
    let before_it = Instant::parse("2026-03-04T12:00:00Z").unwrap();
    Ingest::new(Arc::new(store.clone())).ingest(events, &batch("b-1"), before_it).await.unwrap();
    let marked = || -> (i64, i64) {
        let connection = Connection::open(file.path()).unwrap();
        let of = |sql| connection.query_row(sql, [], |row| row.get(0)).unwrap();
        (
            of("SELECT late FROM orders"),
            of("SELECT coalesce(sum(orders), 0) FROM order_kinds WHERE book = 'acme' AND late = 1 AND status = 1"),
        )
    };
    store.mark_refreshed(before_it, ChangeLag::default()).await.unwrap();
    assert_eq!(marked(), (0, 0));
    store.mark_refreshed(now(), ChangeLag::default()).await.unwrap();
    assert_eq!(marked(), (1, 1));
}

#[tokio::test]
async fn after_the_clock_was_set_back_the_numbers_are_those_of_its_time() {
    const PATHS: [&str; 5] = [
        "/api/dashboard",
        "/api/vendors",
        "/api/vendors/acme/report",
        "/api/orders?delayed=true",
        "/api/orders?delayed=false",
    ];
    let file = File::new();
    let (app, memory) = (TestApp::on(TestStore::new(file.open(), ())), TestApp::new());
    for app in [&app, &memory] {
        // Its promise passes while the clock is a day ahead.
        app.record(OrderBuilder::new("o-1").promised("2026-03-10").shipped("2026-03-10T10:00:00Z").events()).await;
        app.record(OrderBuilder::new("o-2").promised("2026-03-04").arrived_late_by_hours(5).events()).await;
    }
    app.clock.advance_seconds(86_400);
    app.roll().await;
    assert_eq!(app.read("/api/orders?delayed=true").await["summary"]["total"], 2);
    app.clock.set(now());
    for app in [&app, &memory] {
        app.roll().await;
    }
    for path in PATHS {
        let (mut actual, mut expected) = (app.read(path).await, memory.read(path).await);
        // The only difference: the clock was set back.
        for answer in [&mut actual, &mut expected] {
            answer.as_object_mut().unwrap().remove("systemHealth");
        }
        assert_eq!(actual, expected, "{path}");
    }
    let health = app.read("/health").await;
    assert_eq!((&health["status"], &health["checks"]["scheduler"]["status"]), (&"degraded".into(), &"degraded".into()));
    let issues = health["issues"].to_string();
    assert!(issues.contains("the clock was set back: the last tick of the timer is 86400 s in the future"), "{issues}");
    for _ in 0..58 {
        app.clock.advance_seconds(1);
        app.roll().await;
        assert_eq!(app.read("/health").await["status"], "degraded");
    }
    app.clock.advance_seconds(1);
    app.roll().await;
    assert_eq!(app.read("/health").await["status"], "healthy", "after an hour of ticks the time is accepted");
}

#[tokio::test]
async fn a_clock_that_was_set_is_reported_for_an_hour_and_stays_on_record() {
    let file = File::new();
    let app = TestApp::on(TestStore::new(file.open(), ()));
    app.roll().await;
    let ahead = ClockJump { from: now().plus_seconds(-86_400), to: now() };
    app.store.note_clock_jump(ahead).await.unwrap();
    let health = app.read("/health").await;
    assert_eq!(health["checks"]["scheduler"]["status"], "degraded");
    let issues = health["issues"].to_string();
    assert!(issues.contains("the clock was set ahead by 86400 s"), "{issues}");
    for _ in 0..60 {
        app.clock.advance_seconds(60);
        app.roll().await;
    }
    assert_eq!(app.read("/health").await["status"], "healthy");
    let back = ClockJump { from: now().plus_seconds(3_600), to: now().plus_seconds(3_600 - 86_400) };
    app.store.note_clock_jump(back).await.unwrap();
    drop(app);
    assert_eq!(file.open().clock_jumps().await.unwrap(), [ahead, back]);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = File::new();
    std::fs::write(file.path(), "Dear diary, today I was placed. ".repeat(400)).unwrap();
    let error = file.open_in(None).err().unwrap();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(std::fs::read_to_string(file.path()).unwrap().starts_with("Dear diary"));
}

#[tokio::test]
async fn the_app_answers_from_a_file_as_from_memory() {
    let file = File::new();
    let app = TestApp::on(TestStore::new(file.open(), ()));
    let memory = TestApp::new();
    for app in [&app, &memory] {
        app.record(OrderBuilder::new("o-1").promised("2026-03-04").arrived_late_by_hours(5).events()).await;
        app.record(
            OrderBuilder::new("o-2").vendor("bloom").promised("2026-03-09").shipped("2026-03-05T10:00:00Z").events(),
        )
        .await;
        app.roll().await;
    }
    for path in [
        "/api/dashboard",
        "/api/dashboard/history",
        "/api/vendors",
        "/api/vendors/acme/report",
        "/api/reports?vendorId=bloom",
        "/api/orders?delayed=true",
        "/api/orders/recent?hours=168",
        "/api/orders/o-1",
    ] {
        assert_eq!(app.read(path).await, memory.read(path).await, "{path}");
    }
}

/// The app on a file with an order, after a statement damaged the file.
async fn app_on_damaged_file(sql: &str) -> (File, TestApp) {
    let file = File::new();
    let app = TestApp::on(TestStore::new(file.open(), ()));
    app.record(OrderBuilder::new("o-1").events()).await;
    assert_eq!(app.get("/api/orders/o-1").await.status.as_u16(), 200);
    Connection::open(file.path()).unwrap().execute_batch(sql).unwrap();
    (file, app)
}

fn assert_opaque(answer: &Response, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &code.into()), "{}", answer.text());
    assert_eq!(answer.json()["correlationId"], answer.header("x-correlation-id"));
    let text = answer.text().to_lowercase();
    for word in ["sql", "table", "rubbish", "goody.db", "history"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn a_store_that_fails_gives_an_opaque_problem() {
    let (_file, app) = app_on_damaged_file("ALTER TABLE orders RENAME TO gone").await;
    let event =
        r#"{"eventId":"e","orderId":"o-2","vendorId":"acme","status":"PLACED","occurredAt":"2026-03-10T10:00:00Z"}"#;
    let post = app.request(Method::POST, "/api/orders/events", "application/json", event).await;
    for answer in [app.get("/api/orders").await, app.get("/api/orders/o-1").await, post] {
        assert_opaque(&answer, 503, "UNAVAILABLE");
    }
    let health = app.get("/health").await;
    assert_eq!((health.status.as_u16(), &health.json()["checks"]["orderStore"]["status"]), (503, &"unhealthy".into()));
    assert_eq!(app.get("/api/dashboard").await.status.as_u16(), 200, "the numbers do not need the orders");
}

#[tokio::test]
async fn health_shows_no_number_that_was_not_measured() {
    let renamed = |from: &str, to: &str| {
        let rename = |table| format!("ALTER TABLE {table}{from} RENAME TO {table}{to};");
        ["buckets", "changes", "reports"].map(rename).concat()
    };
    let (file, app) = app_on_damaged_file(&renamed("", "_gone")).await;
    let health = app.get("/health").await.json();
    assert_eq!(health["systemMetrics"], json!({"ordersLast24h": null, "reports": null, "changeLag": null}));
    Connection::open(file.path()).unwrap().execute_batch(&renamed("_gone", "")).unwrap();
    // A measurement is shared for a second.
    app.clock.advance_seconds(1);
    let (health, lag) = (app.get("/health").await.json(), json!({"changes": 0, "seconds": 0.0}));
    assert_eq!(health["systemMetrics"], json!({"ordersLast24h": 0, "reports": 0, "changeLag": lag}));
}

#[tokio::test]
async fn an_order_that_cannot_be_read_gives_an_opaque_problem() {
    let (_file, app) = app_on_damaged_file("UPDATE orders SET history = 'rubbish'").await;
    assert_opaque(&app.get("/api/orders/o-1").await, 500, "INTERNAL");
}

/// A file with orders in a zone, with counters as another version of the program would have computed them.
async fn counted_by_other_rules(file: &File) {
    let store = Arc::new(file.open_in(Some("America/St_Johns")).unwrap());
    let orders = ["o-1", "o-2"].map(|id| OrderBuilder::new(id).promised("2026-03-04").arrived_early_by_hours(10));
    for order in orders {
        Ingest::new(store.clone()).ingest(order.events(), &batch("b-1"), now()).await.unwrap();
    }
    project::project_all(store.as_ref(), now()).await.unwrap();
    roll::tick(store.as_ref(), now()).await.unwrap();
    drop(store);
    file.tamper("UPDATE meta SET value = 'other' WHERE key IN ('zone_database', 'zone_rules')");
    file.tamper("UPDATE buckets SET day = day + 1000");
    file.tamper("UPDATE buckets SET day = day - 1001");
}

#[tokio::test]
async fn counters_by_other_rules_of_the_zone_are_rebuilt_when_the_file_is_opened() {
    let file = File::new();
    counted_by_other_rules(&file).await;
    let store = file.open();
    let rebuilt = rebuild(&store, now(), |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.different, 0);
    let as_of = store.zone().end_of(store.zone().day(Instant::parse("2026-03-05T12:00:00Z").unwrap()));
    let report = report_on(&store, &vendor_id("acme"), as_of).await.unwrap();
    assert_eq!(report.current7d.total_orders, 2);
    let lowest: i64 = Connection::open(file.path())
        .unwrap()
        .query_row("SELECT count(*) FROM meta WHERE value = 'other'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(lowest, 0, "the file stores the rules of its counters");
}

/// So many orders that a recount needs several transactions.
const ORDERS_OF_SEVERAL_STEPS: usize = 11_000;

#[tokio::test]
async fn a_recount_that_is_killed_after_any_transaction_continues() {
    let file = File::new();
    let store = Arc::new(file.open());
    let vendors = ["acme", "bloom", "crate"];
    let order = |number: usize| {
        let order = OrderBuilder::new(&format!("o-{number}")).vendor(vendors[number % 3]).promised("2026-03-04");
        if number.is_multiple_of(2) { order.arrived_early_by_hours(10) } else { order }
    };
    let events: Vec<_> = (0..ORDERS_OF_SEVERAL_STEPS).flat_map(|number| order(number).events()).collect();
    Ingest::new(store.clone()).ingest(events, &batch("b-1"), now()).await.unwrap();
    project::project_all(store.as_ref(), now()).await.unwrap();
    roll::tick(store.as_ref(), now()).await.unwrap();
    let before = report(&store).await;
    drop(store);
    // As another version may have stored them: other counters, and other columns of the lists.
    for sql in [
        "UPDATE meta SET value = 'other' WHERE key = 'zone_rules'",
        "UPDATE buckets SET totals = x'000e'",
        "UPDATE books SET totals = x'000e'",
        "UPDATE order_kinds SET orders = orders + 1",
        "UPDATE orders SET late = 0, completed_at = 1, due_day = 1, stalled_at = 1",
    ] {
        file.tamper(sql);
    }
    let mut kills = 0;
    let store = loop {
        let path = file.path();
        let (sender, receiver) = std::sync::mpsc::channel();
        let opened = std::thread::spawn(move || {
            let upgrade_progress = Arc::new(move |read: u64, of: u64| {
                sender.send((read, of)).unwrap();
                assert!(read == of, "killed after a transaction");
            });
            SqliteStore::open(&path, Settings { upgrade_progress, ..Settings::new(ManualClock::today()) })
        });
        match opened.join() {
            Ok(store) => break store.unwrap(),
            Err(_) => kills += 1,
        }
        let (read, of) = receiver.iter().last().unwrap();
        assert!(read < of && of == 2 * ORDERS_OF_SEVERAL_STEPS as u64, "{read} of {of}");
    };
    assert!(kills >= 4, "{kills} transactions");
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);
    assert_eq!(report(&store).await, before);
    let filter = OrderFilter { delayed: Some(true), ..OrderFilter::default() };
    let count: OrderCount = store.count(&filter, 100_000, now()).await.unwrap();
    assert_eq!(count.by_status.iter().sum::<i64>(), ORDERS_OF_SEVERAL_STEPS as i64 / 2);
}

#[tokio::test]
async fn the_months_of_an_older_file_are_summed_and_a_kill_between_two_transactions_loses_nothing() {
    let file = File::new();
    let store = Arc::new(file.open());
    let order = |number: usize| {
        let order = OrderBuilder::new(&format!("o-{number}")).vendor(&format!("v-{number:03}")).promised("2026-03-04");
        if number.is_multiple_of(2) { order.arrived_early_by_hours(10) } else { order }
    };
    let events: Vec<_> = (0..120).flat_map(|number| order(number).events()).collect();
    Ingest::new(store.clone()).ingest(events, &batch("b-1"), now()).await.unwrap();
    project::project_all(store.as_ref(), now()).await.unwrap();
    let past = async |store: &SqliteStore, vendor: &str| {
        let as_of = store.zone().as_of(Day::parse("2026-03-05").unwrap(), now()).unwrap();
        report_on(store, &vendor_id(vendor), as_of).await.unwrap()
    };
    let before = [past(&store, "v-000").await, past(&store, "v-119").await];
    assert_eq!(before[1].current7d.delayed_orders, 1);
    drop(store);
    file.tamper("DELETE FROM months");
    file.tamper("UPDATE books SET months = NULL");
    let mut kills = 0;
    let store = loop {
        let path = file.path();
        let opened = std::thread::spawn(move || {
            let upgrade_progress = Arc::new(|done: u64, of: u64| assert!(done == of, "killed after a transaction"));
            SqliteStore::open(&path, Settings { upgrade_progress, ..Settings::new(ManualClock::today()) })
        });
        match opened.join() {
            Ok(store) => break store.unwrap(),
            Err(_) => kills += 1,
        }
    };
    assert_eq!(kills, 2, "121 scopes, 50 in a transaction");
    assert_eq!([past(&store, "v-000").await, past(&store, "v-119").await], before);
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);
}

#[tokio::test]
async fn a_rebuild_corrects_months() {
    let file = File::new();
    drop(with_orders(&file).await);
    for sql in ["DELETE FROM months WHERE book = 'acme'", "UPDATE books SET months = x'' WHERE book = ''"] {
        file.tamper(sql);
    }
    let store = file.open();
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 2);
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);
}

#[tokio::test]
async fn a_database_keeps_its_hours_of_a_stall() {
    let file = File::new();
    let open =
        |stall_hours| SqliteStore::open(&file.path(), Settings { stall_hours, ..Settings::new(ManualClock::today()) });
    assert_eq!(open(Some(24)).unwrap().zone().stall_hours(), 24);
    assert_eq!(open(None).unwrap().zone().stall_hours(), 24);
    let refused = open(Some(48)).err().unwrap().to_string();
    assert!(refused.contains("after 24 hours, not after 48: start with --stall-hours 24"), "{refused}");
}

#[tokio::test]
async fn a_program_with_other_rules_of_the_zone_moves_no_counter() {
    let file = File::new();
    let store = Arc::new(file.open_in(Some("America/St_Johns")).unwrap());
    file.tamper("UPDATE meta SET value = 'other' WHERE key = 'zone_rules'");
    Ingest::new(store.clone()).ingest(OrderBuilder::new("o-1").events(), &batch("b-1"), now()).await.unwrap();
    let refused = project::project_all(store.as_ref(), now()).await.unwrap_err();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("other rules of its time zone"));
}
