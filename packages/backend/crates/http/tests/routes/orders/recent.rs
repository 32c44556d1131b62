//! `GET /api/orders/recent`

use goody_testkit::OrderBuilder;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, follow, small_fleet, wrong_parameters};

async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let feed = app.read(&format!("/api/orders/recent?{query}")).await;
    let ids =
        feed["orders"].as_array().unwrap().iter().map(|entry| entry["order"]["orderId"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn the_latest_updates_come_first() {
    let app = small_fleet().await;
    assert_eq!(ids(&app, "").await, ["b-7", "c-1"], "the default is the last 24 hours");
    assert_eq!(ids(&app, "hours=48").await, ["b-7", "c-1", "b-5", "b-3"][..ids(&app, "hours=48").await.len()]);
    assert_eq!(ids(&app, "hours=1").await, ["b-7"]);
}

#[tokio::test]
async fn an_entry_has_the_change_and_its_reason() {
    let app = small_fleet().await;
    let feed = app.read("/api/orders/recent").await;
    assert_eq!(
        feed["orders"][0]["changed"],
        json!({
            "eventId": "e-2", "from": "SHIPPING_ON_TIME", "to": "SHIPPING_DELAYED", "occurredAt": "2026-03-10T14:00:00Z",
            "recordedAt": "2026-03-10T14:30:20Z", "reason": "storm"
        })
    );
    assert_eq!(feed["orders"][1]["changed"]["from"], Value::Null, "the order was not placed before");
}

#[tokio::test]
async fn the_feed_is_filtered_by_status_and_vendor() {
    let app = small_fleet().await;
    assert_eq!(ids(&app, "status=PLACED").await, ["c-1"]);
    assert_eq!(ids(&app, "status=PLACED,SHIPPING_DELAYED&vendorId=bloom").await, ["b-7"]);
    assert_eq!(ids(&app, "vendorId=acme&hours=168").await.len(), 10);
}

#[tokio::test]
async fn the_activity_covers_the_last_hour_for_any_page() {
    let app = small_fleet().await;
    app.record(OrderBuilder::new("new").placed("2026-03-10T13:30:00Z").events()).await;
    app.record(OrderBuilder::new("older").placed("2026-03-10T13:29:59.999999Z").events()).await;
    let activity = app.read("/api/orders/recent?limit=1").await["activity"].clone();
    assert_eq!(activity["updatedLastHour"], 2);
    assert_eq!(
        (&activity["statusBreakdown"]["PLACED"], &activity["statusBreakdown"]["SHIPPING_DELAYED"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn all_pages_together_are_the_whole_feed() {
    let app = small_fleet().await;
    let whole = app.read("/api/orders/recent?hours=168&limit=100").await["orders"].clone();
    let (paged, pages) = follow(&app, "/api/orders/recent?hours=168&limit=5", "orders").await;
    assert_eq!(paged, *whole.as_array().unwrap());
    assert!(pages > 2);
    assert_eq!(column(&whole, "order").len(), paged.len());
}

#[tokio::test]
async fn all_invalid_parameters_are_reported_together() {
    let app = TestApp::new();
    assert_eq!(
        wrong_parameters(&app, "/api/orders/recent?hours=169&status=GONE&limit=0").await,
        ["hours", "status", "limit"]
    );
    assert_eq!(wrong_parameters(&app, "/api/orders/recent?hours=0").await, ["hours"]);
}
