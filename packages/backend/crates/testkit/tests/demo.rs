//! The demo events that a new database begins with.

use std::collections::BTreeSet;

use goody_domain::{OrderEvent, Status};
use goody_testkit::{TestApp, demo_events, now};

const COMMITTED: &str = include_str!("../../../../shared/fixtures/events/demo-v1.ndjson");

#[test]
fn the_committed_events_are_those_of_the_program() {
    assert!(
        COMMITTED == demo_events(),
        "run: cargo run -p goody-testkit --example demo-events > packages/shared/fixtures/events/demo-v1.ndjson"
    );
}

#[test]
fn they_are_of_ten_vendors_and_every_status_and_none_lies_in_the_future() {
    let events: Vec<OrderEvent> = COMMITTED
        .lines()
        .map(|line| OrderEvent::parse(line.as_bytes(), now()).expect("every line is an event"))
        .collect();
    assert!((900..1_300).contains(&events.len()), "{}", events.len());
    assert!(events.iter().all(|event| event.occurred_at <= now()));
    let vendors: BTreeSet<&str> = events.iter().filter_map(|event| event.vendor_id().map(|id| id.as_str())).collect();
    let statuses: BTreeSet<Status> = events.iter().map(OrderEvent::status).collect();
    assert_eq!((vendors.len(), statuses.len()), (10, Status::ALL.len()));
}

#[tokio::test]
async fn they_give_the_pages_something_to_say() {
    let app = TestApp::new();
    let answer = app.post_ndjson(COMMITTED).await;
    assert!(answer.lines().iter().all(|line| line["result"] == "accepted"));
    app.project().await;
    app.roll().await;
    let current = app.read("/api/dashboard").await["current"].clone();
    for number in ["totalOrders", "completedOrders", "issueCount", "totalActiveOrders", "totalDelayedOrders"] {
        assert!(current[number].as_i64() > Some(3), "{number} in {current}");
    }
    let rows = app.read("/api/vendors").await["vendors"].clone();
    let levels: BTreeSet<&str> =
        rows.as_array().unwrap().iter().map(|row| row["riskLevel"].as_str().unwrap()).collect();
    assert!(levels.len() > 1, "vendors differ: {levels:?}");
}
