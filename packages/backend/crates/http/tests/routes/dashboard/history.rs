//! `GET /api/dashboard/history`

use serde_json::{Value, json};

use crate::fleet::{column, small_fleet, wrong_parameters};

#[tokio::test]
async fn the_history_has_a_row_for_each_day_and_the_last_is_the_dashboard() {
    let app = small_fleet().await;
    let history = app.read("/api/dashboard/history").await;
    let days = column(&history["days"], "date");
    assert_eq!((days.len(), days[0], days[29]), (30, &json!("2026-02-09"), &json!("2026-03-10")));
    let dashboard = app.read("/api/dashboard").await;
    let last = history["days"][29].as_object().unwrap();
    for (field, value) in dashboard["current"].as_object().unwrap() {
        assert_eq!(&last[field], value, "{field}");
    }
    assert_eq!(last["day"], json!({"placedOrders": 1, "completedOrders": 0, "issueCount": 0}));
}

#[tokio::test]
async fn every_row_is_the_dashboard_of_its_date() {
    let app = small_fleet().await;
    let history = app.read("/api/dashboard/history?from=2026-03-05&to=2026-03-09").await;
    let days = history["days"].as_array().unwrap();
    assert_eq!(days.len(), 5);
    for day in days {
        let dashboard = app.read(&format!("/api/dashboard?date={}", day["date"].as_str().unwrap())).await;
        for (field, value) in dashboard["current"].as_object().unwrap() {
            assert_eq!(&day[field], value, "{field} on {}", day["date"]);
        }
    }
    let placed: i64 = days.iter().map(|day: &Value| day["day"]["placedOrders"].as_i64().unwrap()).sum();
    assert_eq!(placed, 3, "three orders on the 5th, none until the 9th");
}

#[tokio::test]
async fn a_range_is_in_order_ends_today_at_the_latest_and_has_at_most_400_days() {
    let app = small_fleet().await;
    let wrong = async |query: &str| wrong_parameters(&app, &format!("/api/dashboard/history?{query}")).await;
    assert_eq!(wrong("from=2026-03-09&to=2026-03-08").await, ["from"]);
    assert_eq!(wrong("to=2026-03-11").await, ["to"]);
    assert_eq!(wrong("from=soon&to=later").await, ["to", "from"]);
    assert_eq!(wrong("from=2025-02-03&to=2026-03-10").await, ["from"]);
    assert_eq!(
        app.read("/api/dashboard/history?from=2025-02-04&to=2026-03-10").await["days"].as_array().unwrap().len(),
        400
    );
}
