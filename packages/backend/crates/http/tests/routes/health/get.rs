//! `GET /health`

use goody_application::ports::{ChangeLag, Clock};
use goody_testkit::{OrderBuilder, ndjson};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::small_fleet;

#[tokio::test]
async fn a_working_program_is_healthy_and_returns_its_measurements() {
    let app = small_fleet().await;
    app.roll().await;
    app.clock.advance_seconds(5);
    let health = app.read("/health").await;
    assert_eq!((&health["status"], &health["issues"]), (&json!("healthy"), &json!([])));
    for check in ["orderStore", "changeFeed", "reports", "scheduler"] {
        assert_eq!(health["checks"][check]["status"], "healthy", "{check}");
        assert!(health["checks"][check]["latencyMs"].is_number(), "{check}");
    }
    assert_eq!(health["dataFreshness"]["lastOrderUpdate"], "2026-03-10T14:00:00Z");
    assert_eq!(health["dataFreshness"]["lastReportUpdate"], "2026-03-10T14:30:20Z");
    assert_eq!(health["dataFreshness"]["minutesSinceLastUpdate"], 30);
    assert_eq!(health["systemMetrics"]["ordersLast24h"], 1);
    assert_eq!(health["systemMetrics"]["reports"], 3);
    assert_eq!(health["systemMetrics"]["changeLag"], json!({"changes": 0, "seconds": 0.0}));
    assert_eq!((&health["timestamp"], &health["uptime"]), (&json!("2026-03-10T14:30:25Z"), &json!(5.0)));
    assert!(health["version"].is_string());
    assert_eq!(health["timeZone"], json!({"name": "UTC", "database": goody_domain::time_zone_database()}));
}

#[tokio::test]
async fn without_events_unknown_numbers_are_null() {
    let health = TestApp::new().read("/health").await;
    assert_eq!(
        health["dataFreshness"],
        json!({"lastOrderUpdate": null, "lastReportUpdate": null, "minutesSinceLastUpdate": null})
    );
    assert_eq!(health["systemMetrics"]["ordersLast24h"], 0);
    assert_eq!(health["status"], "degraded", "the timer has not ticked yet");
    assert!(health["issues"][0].as_str().unwrap().contains("timer"), "{health}");
}

#[tokio::test]
async fn a_stopped_timer_makes_health_degraded_and_then_unhealthy() {
    let app = small_fleet().await;
    app.roll().await;
    app.clock.advance_seconds(121);
    let health = app.read("/health").await;
    assert_eq!((&health["status"], &health["checks"]["scheduler"]["status"]), (&json!("degraded"), &json!("degraded")));
    app.clock.advance_seconds(800);
    let response = app.get("/health").await;
    assert_eq!(response.status.as_u16(), 503);
    assert_eq!(response.json()["status"], "unhealthy");
    assert_eq!(response.header("content-type"), "application/json", "an unhealthy response is not a problem");
}

#[tokio::test]
async fn an_expired_current_report_makes_health_degraded() {
    let app = small_fleet().await;
    app.roll().await;
    app.clock.advance_seconds(86_400);
    app.store.mark_refreshed(app.clock.now(), ChangeLag::default()).await.unwrap();
    let health = app.read("/health").await;
    assert_eq!((&health["status"], &health["checks"]["reports"]["status"]), (&json!("degraded"), &json!("degraded")));
    assert!(
        health["issues"][0].as_str().unwrap().starts_with("reports: a stored report has been out of date"),
        "{health}"
    );
}

#[tokio::test]
async fn changes_that_wait_too_long_are_an_issue() {
    let app = TestApp::new();
    app.roll().await;
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").events())).await;
    app.clock.advance_seconds(40);
    let health = app.read("/health").await;
    assert_eq!(health["systemMetrics"]["changeLag"], json!({"changes": 1, "seconds": 40.0}));
    assert_eq!(health["issues"], json!(["change feed: 1 changes wait, the oldest for 40 s"]));
    app.project().await;
}

#[tokio::test]
async fn orders_of_the_last_24_hours_are_counted_to_the_minute() {
    let app = TestApp::new();
    let placed = |id: &str, placed: &str| OrderBuilder::new(id).placed(placed).events();
    app.record(placed("before", "2026-03-09T14:29:59Z")).await;
    app.record(placed("first", "2026-03-09T14:30:00Z")).await;
    app.record(placed("last", "2026-03-10T14:29:59Z")).await;
    app.record(placed("now", "2026-03-10T14:30:10Z")).await;
    assert_eq!(app.read("/health").await["systemMetrics"]["ordersLast24h"], 2);
}

#[tokio::test]
async fn a_measurement_is_shared_for_one_second() {
    let app = TestApp::new();
    app.roll().await;
    let waiting = async || app.read("/health").await["systemMetrics"]["changeLag"]["changes"].clone();
    assert_eq!(waiting().await, 0);
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").events())).await;
    assert_eq!(waiting().await, 0, "the measurement is less than a second old");
    app.clock.advance_seconds(1);
    assert_eq!(waiting().await, 1);
    app.project().await;
}

#[tokio::test]
async fn a_silence_and_orders_without_a_placement_are_issues() {
    let app = TestApp::new();
    app.record(OrderBuilder::new("o-1").events()).await;
    let unplaced = ["u-1", "u-2"].map(|id| OrderBuilder::new(id).unplaced().shipped("2026-03-10T10:00:00Z").events());
    app.record(unplaced.concat()).await;
    app.roll().await;
    let health = app.read("/health").await;
    let latest = "2026-03-01T10:00:00Z";
    assert_eq!((&health["status"], &health["silentSince"]), (&json!("degraded"), &json!(latest)));
    assert_eq!(health["unplacedOrders"], 2);
    let issues = health["issues"].as_array().unwrap();
    // Stores that know the sender of the last events add it.
    let silence = format!("events: nothing has come in for 9 days: the latest event is of {latest}");
    assert!([silence.clone(), format!("{silence} (from anonymous)")].contains(&issues[0].as_str().unwrap().to_owned()));
    assert!(issues[1].as_str().unwrap().starts_with("events: 2 orders have events and no placement"), "{issues:?}");
    let dashboard = app.read("/api/dashboard").await;
    assert_eq!((&dashboard["silentSince"], &dashboard["unplacedOrders"]), (&json!(latest), &json!(2)));
    assert_eq!(dashboard["systemHealth"]["issues"], health["issues"]);
    assert_eq!(app.read("/api/dashboard?date=2026-03-05").await["unplacedOrders"], Value::Null);

    app.record(OrderBuilder::new("u-1").placed("2026-03-10T09:00:00Z").events()).await;
    app.roll().await;
    app.clock.advance_seconds(2);
    let health = app.read("/health").await;
    assert_eq!((&health["status"], &health["silentSince"]), (&json!("healthy"), &Value::Null));
    assert_eq!((&health["unplacedOrders"], health["issues"].as_array().unwrap().len()), (&json!(1), 1));
}
