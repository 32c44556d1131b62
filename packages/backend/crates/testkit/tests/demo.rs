//! The committed demo events.

use std::collections::BTreeSet;

use goody_domain::{OrderEvent, Status};
use goody_testkit::{TestApp, demo_events, now};

const COMMITTED_EVENTS: &str = include_str!("../../../../shared/fixtures/events/demo-v1.ndjson");

#[test]
fn the_committed_events_match_the_program() {
    assert!(
        COMMITTED_EVENTS == demo_events(),
        "run: cargo run -p goody-testkit --example demo-events > packages/shared/fixtures/events/demo-v1.ndjson"
    );
}

#[test]
fn the_events_have_ten_vendors_and_every_status_and_none_is_in_the_future() {
    let events: Vec<OrderEvent> = COMMITTED_EVENTS
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
async fn the_events_fill_the_pages() {
    let app = TestApp::new();
    let response = app.post_ndjson(COMMITTED_EVENTS).await;
    assert!(response.lines().iter().all(|line| line["result"] == "accepted"));
    app.project().await;
    app.roll().await;
    let current = app.read("/api/dashboard").await["current"].clone();
    for number in ["totalOrders", "completedOrders", "issueCount", "totalActiveOrders", "totalDelayedOrders"] {
        assert!(current[number].as_i64() > Some(3), "{number} in {current}");
    }
    let rows = app.read("/api/vendors").await["vendors"].clone();
    let levels: BTreeSet<&str> =
        rows.as_array().unwrap().iter().map(|row| row["riskLevel"].as_str().unwrap()).collect();
    assert!(levels.len() > 1, "all vendors have the same risk level: {levels:?}");
}
