//! Real orders through all functions: the API stores them, the stream updates the reports, the API returns the reports.
//!
//! The reports must equal those of an independent program for the same events, and the responses must equal the embedded host's
//! byte for byte.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use goody_application::ingest::Ingest;
use goody_application::ports::{Clock, DetectionStore};
use goody_application::{project, roll};
use goody_domain::OrderEvent;
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::lambda::events::{http_post, scheduled};
use goody_testkit::lambda::{DeliveryFaults, Failed, Function};
use goody_testkit::number_queries::{NumberQuery, number_queries};
use goody_testkit::{ManualClock, Response, TestApp, TestStore, batch, suite};
use serde_json::Value;

use crate::aws::{Aws, ORDER_INGEST, REPORT_GENERATOR};

const TOLERANCE: f64 = 1e-9;
/// The only episode of these orders, as the reference implementation finds it.
const EPISODES: &str = "/api/signals/episodes?from=2018-01-01&to=2018-11-12";
/// The number of events per request.
const BATCH: usize = 2_000;

/// The embedded host with the same events.
async fn embedded(events: &str, clock: Arc<ManualClock>, folder: &Path) -> TestApp {
    let store = SqliteStore::open(&folder.join("goody.db"), Settings::new(clock.clone())).unwrap();
    let parsed = events.lines().map(|line| OrderEvent::parse(line.as_bytes(), clock.now()).unwrap()).collect();
    Ingest::new(Arc::new(store.clone())).ingest(parsed, &batch("b-1"), clock.now()).await.unwrap();
    project::project_all(&store, clock.now()).await.unwrap();
    roll::tick(&store, clock.now()).await.unwrap();
    TestApp::on_at(TestStore::new(store, ()), clock)
}

/// The numbers of one of so many vendors are compared with their lists.
const VENDOR_STEP: usize = 400;

/// Every page of a list.
async fn pages(app: &TestApp, path: &str) -> Vec<Value> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.read(&format!("{path}&limit=100{cursor}")).await;
        let next = page["nextCursor"].as_str().map(|next| format!("&cursor={next}"));
        pages.push(page);
        match next {
            Some(next) => cursor = next,
            None => return pages,
        }
    }
}

/// Compares every expected field with the actual one; ignores other fields. `path` is the JSON path, for the error message.
fn assert_equal(path: &str, expected: &Value, actual: &Value) {
    match expected {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| assert_equal(&format!("{path}.{name}"), value, &actual[name]));
        }
        Value::Number(number) => {
            let (expected, actual) = (number.as_f64().unwrap(), actual.as_f64());
            let is_equal = actual.is_some_and(|actual| (actual - expected).abs() <= TOLERANCE);
            assert!(is_equal, "{path} should be {expected} and is {actual:?}");
        }
        other => assert_eq!(other, actual, "{path}"),
    }
}

pub(crate) fn real_orders_through_all_functions_give_the_reports_of_the_embedded_host(files: [PathBuf; 2]) {
    suite::wait(compare(files));
}

async fn compare([events, expected]: [PathBuf; 2]) {
    let events = std::fs::read_to_string(events).unwrap();
    let expected: Value = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let aws = Aws::new().await;
    let deployed =
        TestApp::through(TestStore::new(aws.store(), ()), Arc::new(aws.store()), aws.clock.clone(), aws.api());

    send(&aws.function(ORDER_INGEST), &events).await;
    let generator = aws.function(REPORT_GENERATOR);
    let faults = DeliveryFaults { seed: 5, split: 10, doubled: 10, again: 10, killed: 5, killed_within: 100 };
    let delivered = aws.stream(100, faults).await.deliver(&generator).await;
    println!("{} records in {} invocations, {} killed", delivered.records, delivered.invocations, delivered.killed);
    assert!(delivered.given_up.is_empty() && delivered.killed > 0, "{delivered:?}");
    // One tick stores the states of a quarter of a year.
    let mut states = 0;
    while aws.store().latest_detection().await.unwrap().is_none() {
        generator.invoke(&scheduled()).await.unwrap();
        states += 1;
    }
    println!("{states} ticks");

    let folder = tempfile::tempdir().unwrap();
    let embedded = embedded(&events, aws.clock.clone(), folder.path()).await;
    for (date, expected) in expected.as_object().unwrap() {
        let path = format!("/api/reports?date={date}");
        let reports = pages(&deployed, &path).await;
        assert!(reports == pages(&embedded, &path).await, "the reports of {date} differ from the embedded host's");
        for report in reports.iter().flat_map(|page| page["reports"].as_array().unwrap()) {
            let vendor = report["vendorId"].as_str().unwrap();
            if let Some(expected) = expected["vendors"].get(vendor) {
                assert_equal(&format!("{date} {vendor}"), expected, report);
            }
        }
        let reports = reports.iter().flat_map(|page| page["reports"].as_array().unwrap());
        assert_numbers(&deployed, date, reports.step_by(VENDOR_STEP)).await;
        let path = format!("/api/dashboard?date={date}");
        assert_same(&deployed.get(&path).await, &embedded.get(&path).await, &path);
    }
    for path in [
        EPISODES,
        "/api/dashboard",
        "/api/vendors/export?format=ndjson",
        "/api/orders?limit=100",
        "/api/vendors?limit=100",
    ] {
        assert_same(&deployed.get(path).await, &embedded.get(path).await, path);
    }
    let found = deployed.read(EPISODES).await["episodes"].clone();
    let [episode] = found.as_array().unwrap().as_slice() else { panic!("{found}") };
    for (field, expected) in [
        ("signal", "promise"),
        ("since", "2018-04-02T18:00:00Z"),
        ("raisedAt", "2018-04-07T00:00:00Z"),
        ("clearedAt", "2018-04-29T00:00:00Z"),
        ("clearedWhy", "recovered"),
    ] {
        assert_eq!(episode[field], expected, "{field}");
    }
    assert_eq!(episode["vendorId"], Value::Null);
}

/// The list behind each number of these reports has as many orders, and the number as its total.
async fn assert_numbers(app: &TestApp, date: &str, reports: impl Iterator<Item = &Value>) {
    for report in reports {
        let vendor = report["vendorId"].as_str().unwrap();
        for NumberQuery { name, number, query } in number_queries(report) {
            let path = format!("/api/orders?{query}&vendorId={vendor}");
            let pages = pages(app, &path).await;
            assert_eq!(pages[0]["summary"]["total"], number, "{date} {name}: {path}");
            let listed: usize = pages.iter().map(|page| page["orders"].as_array().unwrap().len()).sum();
            assert_eq!(listed as i64, number, "{date} {name}: {path}");
        }
    }
}

/// Sends all events in batches. Kills the function during every third batch and sends that batch again, as a client does that
/// received no response.
async fn send(ingest: &Function, events: &str) {
    let (lines, mut killed): (Vec<&str>, usize) = (events.lines().collect(), 0);
    for (number, part) in lines.chunks(BATCH).enumerate() {
        let request = http_post("/api/orders/events", &format!("[{}]", part.join(",")));
        if number % 3 == 0 {
            let after = Duration::from_millis(20 + number as u64 * 37 % 400);
            killed += usize::from(ingest.invoke_and_kill(&request, after).await == Err(Failed::Died));
        }
        let response = ingest.invoke(&request).await.unwrap();
        let body = response["body"].as_str().unwrap();
        let stored = ["accepted", "duplicate"].map(|result| body.matches(&format!("\"result\":\"{result}\"")).count());
        assert_eq!(stored.iter().sum::<usize>(), part.len(), "{body}");
    }
    println!("order-ingest was killed {killed} times");
    assert!(killed > 0);
}

/// Asserts that both bodies are equal byte for byte, except that only the embedded host knows the sender of the last events.
fn assert_same(deployed: &Response, embedded: &Response, path: &str) {
    assert_eq!((deployed.status, embedded.status), (axum::http::StatusCode::OK, axum::http::StatusCode::OK), "{path}");
    let embedded = embedded.text().replace(&format!(" (from {})", batch("b-1").source), "");
    assert!(deployed.text() == embedded, "{path} differs: {} {embedded}", deployed.text());
}
