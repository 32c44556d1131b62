//! `GET /api/vendors/{id}/history`

use serde_json::{Value, json};

use crate::fleet::{column, small_fleet, wrong_parameters};

#[tokio::test]
async fn every_row_is_the_report_of_its_date() {
    let app = small_fleet().await;
    let history = app.read("/api/vendors/bloom/history?from=2026-03-03&to=2026-03-10").await;
    assert_eq!((&history["vendorId"], &history["timeZone"]), (&json!("bloom"), &json!("UTC")));
    let days = history["days"].as_array().unwrap();
    assert_eq!(days.len(), 8);
    for day in days {
        let report = app.read(&format!("/api/vendors/bloom/report?date={}", day["date"].as_str().unwrap())).await;
        let (report, window) = (&report["report"], &report["report"]["current7d"]);
        for field in [
            "reliabilityScore",
            "reliabilityInterval",
            "onTimePercentage",
            "totalOrders",
            "completedOrders",
            "issueCount",
        ] {
            assert_eq!(day[field], window[field], "{field} on {}", day["date"]);
        }
        assert_eq!((&day["activeOrders"], &day["delayedOrders"]), (&report["activeOrders"], &report["delayedOrders"]));
    }
    assert_eq!(days[0]["reliabilityScore"], Value::Null);
    assert_eq!(
        days[5]["day"],
        json!({"placedOrders": 0, "completedOrders": 1, "issueCount": 1}),
        "b-4 was lost on the 8th"
    );
}

#[tokio::test]
async fn every_date_has_a_row_and_the_last_is_today() {
    let app = small_fleet().await;
    let history = app.read("/api/vendors/crate/history").await;
    let dates = column(&history["days"], "date");
    assert_eq!((dates.len(), dates[29]), (30, &json!("2026-03-10")));
}

#[tokio::test]
async fn an_invalid_range_is_refused() {
    let app = small_fleet().await;
    assert_eq!(wrong_parameters(&app, "/api/vendors/bloom/history?from=2026-03-09&to=2026-03-08").await, ["from"]);
}
