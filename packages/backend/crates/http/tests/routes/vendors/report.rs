//! `GET /api/vendors/{id}/report` and `/vendors/{id}/report`

use goody_application::ports::Expiry;
use goody_testkit::OrderBuilder;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, problem, small_fleet, wrong_parameters};

#[tokio::test]
async fn a_report_has_every_number_of_the_design() {
    let app = small_fleet().await;
    let view = app.read("/api/vendors/bloom/report").await;
    let report = &view["report"];
    assert_eq!((&report["vendorId"], &report["date"]), (&json!("bloom"), &json!("2026-03-10")));
    assert_eq!(
        (&report["asOf"], &report["updatedAt"]),
        (&json!("2026-03-10T14:30:00Z"), &json!("2026-03-10T14:00:00Z"))
    );
    let window = &report["current7d"];
    let expected = json!({
        "totalOrders": 7, "arrivedOrders": 3, "completedOrders": 5, "reliabilityScore": 60.0, "issueCount": 2,
        "issueRate": 40.0, "cancelledOrders": 1, "cancellationRate": 100.0 / 6.0, "dueOrders": 6, "onTimeDeliveries": 2,
        "onTimePercentage": 100.0 * 2.0 / 6.0
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(window[field], *value, "{field}");
    }
    assert_eq!(
        window["statusCounts"],
        json!({
            "PLACED": 0, "SHIPPING_ON_TIME": 0, "SHIPPING_DELAYED": 1, "ARRIVED": 3, "LOST": 2, "DAMAGED": 0,
            "UNDELIVERABLE": 0, "RETURN_TO_SENDER": 0, "CANCELLED": 1
        })
    );
    let hours = window["avgDeliveryHours"].as_f64().unwrap();
    assert!((hours - (84.0 + 83.0 + 115.0 + 59.0 / 60.0 * 3.0 + 59.0 / 3600.0 * 3.0) / 3.0).abs() < 1.0, "{hours}");
    let interval = &window["reliabilityInterval"];
    assert!(interval["lower"].as_f64().unwrap() < 60.0 && interval["upper"].as_f64().unwrap() > 60.0);
    assert_eq!(report["previous7d"]["reliabilityScore"], Value::Null);
    assert_eq!((&report["trends"]["totalOrders"], &report["trends"]["trendDirection"]), (&json!(7), &Value::Null));
}

#[tokio::test]
async fn recent_issues_are_the_latest_before_the_evaluation() {
    let app = small_fleet().await;
    let issues = app.read("/api/vendors/bloom/report").await["recentIssues"].clone();
    assert_eq!(column(&issues, "orderId"), ["b-5", "b-4"]);
    assert_eq!(issues[1]["reason"], "no scan for 72 h");
    let past = app.read("/api/vendors/bloom/report?date=2026-03-08").await;
    assert_eq!(column(&past["recentIssues"], "orderId"), ["b-4"]);
}

#[tokio::test]
async fn at_most_twenty_issues_are_returned() {
    let app = TestApp::new();
    let lost =
        |number: u32| OrderBuilder::new(&format!("o-{number:02}")).lost(&format!("2026-03-09T10:{number:02}:00Z"));
    app.record((0..25).flat_map(|number| lost(number).events()).collect()).await;
    let issues = app.read("/api/vendors/acme/report").await["recentIssues"].clone();
    assert_eq!(issues.as_array().unwrap().len(), 20);
    assert_eq!(issues[0]["orderId"], "o-24");
}

#[tokio::test]
async fn the_short_path_returns_the_same() {
    let app = small_fleet().await;
    assert_eq!(app.read("/vendors/bloom/report").await, app.read("/api/vendors/bloom/report").await);
}

#[tokio::test]
async fn an_unknown_vendor_is_not_found() {
    let app = small_fleet().await;
    for path in ["/api/vendors/unknown/report", "/vendors/unknown/report", "/api/vendors/unknown/history"] {
        let problem = problem(&app.get(path).await, 404, "NOT_FOUND");
        assert_eq!(problem["detail"], "There is no vendor unknown.");
    }
}

#[tokio::test]
async fn an_invalid_vendor_id_and_a_future_date_are_refused() {
    let app = small_fleet().await;
    assert_eq!(wrong_parameters(&app, "/api/vendors/a%20b/report").await, ["id"]);
    assert_eq!(wrong_parameters(&app, "/api/vendors/bloom/report?date=2026-03-11").await, ["date"]);
}

#[tokio::test]
async fn the_error_for_an_expired_date_has_the_first_date() {
    let app = TestApp::new();
    app.record(OrderBuilder::new("old").placed("2026-01-01T10:00:00Z").events()).await;
    app.record(OrderBuilder::new("new").placed("2026-03-01T10:00:00Z").events()).await;
    let day = |text: &str| goody_testkit::day(text);
    let expiry = |buckets_before, today| Expiry {
        orders_before: day("2025-01-01"),
        order_days: 400,
        buckets_before: day(buckets_before),
        today: day(today),
    };
    app.store.expire(expiry("2026-02-01", "2026-02-01"), 100).await.unwrap();
    // The buckets changed today. A bucket expires only when its last change is old enough.
    assert_eq!(app.get("/api/vendors/acme/report?date=2026-01-20").await.status.as_u16(), 200);
    app.store.expire(expiry("2026-03-11", "2026-03-11"), 100).await.unwrap();
    for path in ["/api/vendors/acme/report", "/api/dashboard", "/api/vendors", "/api/reports"] {
        let problem = problem(&app.get(&format!("{path}?date=2026-03-09")).await, 404, "DATE_EXPIRED");
        assert_eq!(problem["detail"], "Reports go back to 2026-03-24.", "{path}");
    }
}
