//! `GET /api/dashboard` and `/dashboard/summary`

use goody_testkit::{OrderBuilder, at};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, small_fleet, wrong_parameters};

#[tokio::test]
async fn the_dashboard_has_the_sums_of_the_fleet() {
    let app = small_fleet().await;
    let dashboard = app.read("/api/dashboard").await;
    assert_eq!((&dashboard["date"], &dashboard["asOf"]), (&json!("2026-03-10"), &json!("2026-03-10T14:30:00Z")));
    assert_eq!(dashboard["timeZone"], "UTC");
    let current = &dashboard["current"];
    assert_eq!(current["totalOrders"], 18);
    assert_eq!(current["completedOrders"], 15);
    assert_eq!(current["issueCount"], 2);
    assert_eq!(current["overallReliability"], 100.0 * 13.0 / 15.0);
    assert_eq!(current["onTimePercentage"], 100.0 * 12.0 / 16.0, "b-6 was cancelled and c-1 is not due");
    assert_eq!((&current["totalActiveOrders"], &current["totalDelayedOrders"]), (&json!(2), &json!(1)));
    assert_eq!(current["atRiskVendors"], 1, "two of six due orders of bloom arrived on time");
    assert_eq!(dashboard["previous"]["completedOrders"], 1);
    assert_eq!(dashboard["trends"]["reliabilityTrend"], 100.0 * 13.0 / 15.0 - 100.0);
    assert_eq!(dashboard["trends"]["activeOrdersTrend"], 2);
    assert_eq!(column(&dashboard["topPerformingVendors"], "vendorId"), ["acme"]);
    assert_eq!(column(&dashboard["underperformingVendors"], "vendorId"), ["bloom"]);
}

#[tokio::test]
async fn the_summary_is_the_dashboard() {
    let app = small_fleet().await;
    assert_eq!(app.read("/dashboard/summary").await, app.read("/api/dashboard").await);
    assert_eq!(app.read("/dashboard/summary?date=2026-03-07").await, app.read("/api/dashboard?date=2026-03-07").await);
}

#[tokio::test]
async fn the_dashboard_equals_the_sum_of_vendor_rows_and_the_totals_of_order_lists() {
    let app = small_fleet().await;
    let dashboard = app.read("/api/dashboard").await;
    let rows = app.read("/api/vendors").await;
    for (total, part) in [
        ("totalOrders", "totalOrders"),
        ("completedOrders", "completedOrders"),
        ("issueCount", "issueCount"),
        ("totalActiveOrders", "activeOrders"),
        ("totalDelayedOrders", "delayedOrders"),
    ] {
        let sum: i64 = column(&rows["vendors"], part).iter().map(|part| part.as_i64().unwrap()).sum();
        assert_eq!(dashboard["current"][total], sum, "{total}");
    }
    let active = "status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED";
    for (number, filter) in [
        ("totalActiveOrders", active.to_owned()),
        ("totalDelayedOrders", format!("{active}&delayed=true")),
        ("totalOrders", "dateFrom=2026-03-04&dateTo=2026-03-10".to_owned()),
    ] {
        let list = app.read(&format!("/api/orders?{filter}")).await;
        assert_eq!(dashboard["current"][number], list["summary"]["total"], "{number}");
    }
}

#[tokio::test]
async fn a_new_day_starts_without_an_event() {
    let app = small_fleet().await;
    app.roll().await;
    assert_eq!(app.read("/api/dashboard").await["date"], "2026-03-10");
    app.clock.set(at("2026-03-11T00:00:01Z"));
    for rolled in [false, true] {
        if rolled {
            app.roll().await;
        }
        let dashboard = app.read("/api/dashboard").await;
        assert_eq!((&dashboard["date"], &dashboard["asOf"]), (&json!("2026-03-11"), &json!("2026-03-11T00:00:00Z")));
        assert_eq!(dashboard["current"]["totalOrders"], 4, "the 4th is no longer in the window (rolled: {rolled})");
        assert_eq!(dashboard["previous"]["totalOrders"], 14);
        let rows = app.read("/api/vendors?sortBy=name").await;
        assert_eq!(column(&rows["vendors"], "totalOrders"), [0, 3, 1]);
    }
}

#[tokio::test]
async fn an_order_becomes_delayed_without_an_event() {
    let app = TestApp::new();
    app.record(OrderBuilder::new("o-1").placed("2026-03-10T09:00:00Z").promised("2026-03-10T15:00:00Z").events()).await;
    app.roll().await;
    let delayed = async || app.read("/api/dashboard").await["current"]["totalDelayedOrders"].clone();
    assert_eq!(delayed().await, 0);
    app.clock.set(at("2026-03-10T15:00:59Z"));
    assert_eq!(delayed().await, 0, "the minute of the promise has not ended");
    app.clock.set(at("2026-03-10T15:01:00Z"));
    assert_eq!(delayed().await, 1);
    app.roll().await;
    assert_eq!(delayed().await, 1);
    assert_eq!(app.read("/api/vendors/acme/report").await["report"]["delayedOrders"], 1);
    assert_eq!(app.read("/api/orders?delayed=true").await["summary"]["total"], 1);
}

#[tokio::test]
async fn a_past_date_is_evaluated_at_its_end_and_stays_the_same() {
    let app = small_fleet().await;
    let numbers =
        |dashboard: Value| (dashboard["asOf"].clone(), dashboard["current"].clone(), dashboard["previous"].clone());
    let today = numbers(app.read("/api/dashboard?date=2026-03-07").await);
    assert_eq!(today.0, "2026-03-08T00:00:00Z");
    app.clock.advance_seconds(3 * 86_400);
    assert_eq!(numbers(app.read("/api/dashboard?date=2026-03-07").await), today);
    app.record(OrderBuilder::new("late").placed("2026-03-06T10:00:00Z").events()).await;
    let (_, after, _) = numbers(app.read("/api/dashboard?date=2026-03-07").await);
    assert_eq!(after["totalOrders"], today.1["totalOrders"].as_i64().unwrap() + 1, "a late event changes a past date");
}

#[tokio::test]
async fn an_empty_database_has_counts_of_0_and_no_rates() {
    let dashboard = TestApp::new().read("/api/dashboard").await;
    assert_eq!(
        dashboard["current"],
        json!({
            "overallReliability": null, "onTimePercentage": null, "totalOrders": 0, "completedOrders": 0, "issueCount": 0, "dueOrders": 0, "onTimeDeliveries": 0,
            "totalActiveOrders": 0, "totalDelayedOrders": 0, "totalUnshippedOrders": 0, "totalStalledOrders": 0,
            "atRiskVendors": 0
        })
    );
    assert_eq!((&dashboard["overdueValue"], &dashboard["unplacedOrders"]), (&json!([]), &json!(0)));
    assert_eq!((&dashboard["silentSince"], &dashboard["riskLevel"]), (&Value::Null, &json!("insufficient")));
    assert_eq!(dashboard["systemHealth"]["dataFreshness"], "empty");
    assert_eq!(dashboard["systemHealth"]["lastUpdateMinutesAgo"], Value::Null);
}

#[tokio::test]
async fn the_dashboard_has_the_age_of_its_data() {
    let app = small_fleet().await;
    app.roll().await;
    let health = async || app.read("/api/dashboard").await["systemHealth"].clone();
    assert_eq!(
        health().await,
        json!({"status": "healthy", "dataFreshness": "fresh", "lastUpdateMinutesAgo": 30, "issues": []})
    );
    app.clock.advance_seconds(3_600);
    assert_eq!(health().await["dataFreshness"], "stale");
    assert_eq!(health().await["lastUpdateMinutesAgo"], 90);
}

#[tokio::test]
async fn days_are_those_of_the_report_time_zone() {
    let app = TestApp::in_zone("America/New_York");
    app.record(OrderBuilder::new("late").placed("2026-03-10T03:59:59Z").events()).await;
    app.record(OrderBuilder::new("early").placed("2026-03-10T04:00:00Z").events()).await;
    let dashboard = app.read("/api/dashboard?date=2026-03-09").await;
    assert_eq!(
        (&dashboard["timeZone"], &dashboard["asOf"]),
        (&json!("America/New_York"), &json!("2026-03-10T04:00:00Z"))
    );
    assert_eq!(dashboard["current"]["totalOrders"], 1);
    assert_eq!(app.read("/api/dashboard").await["current"]["totalOrders"], 2);
}

#[tokio::test]
async fn an_invalid_date_and_a_future_date_are_refused() {
    let app = TestApp::new();
    for date in ["tomorrow", "2026-02-30", "2026-3-1", "2026-03-11", "1999-01-01", ""] {
        assert_eq!(wrong_parameters(&app, &format!("/api/dashboard?date={date}")).await, ["date"], "{date}");
    }
}

#[tokio::test]
async fn the_call_sheet_has_who_fails_who_is_at_risk_and_others_with_overdue_orders_by_certainty_and_money() {
    let app = TestApp::new();
    let overdue = |vendor: &str, orders: usize, cents: i64| {
        let order = |number| {
            let order = OrderBuilder::new(&format!("{vendor}-open-{number}")).vendor(vendor).value(cents);
            order.placed("2026-03-01T10:00:00Z").promised("2026-03-02").events()
        };
        (0..orders).flat_map(order).collect::<Vec<_>>()
    };
    let arrived = |vendor: &str, orders: usize, late_by_hours: i64| {
        let order = |number| {
            let order = OrderBuilder::new(&format!("{vendor}-{number}-{late_by_hours}")).vendor(vendor);
            let order = order.placed("2026-03-05T10:00:00Z").promised("2026-03-06");
            order.arrived_late_by_hours(late_by_hours).events()
        };
        (0..orders).flat_map(order).collect::<Vec<_>>()
    };
    app.record([arrived("failing", 120, 72), overdue("failing", 1, 100)].concat()).await;
    app.record([arrived("dear", 60, 72), overdue("dear", 1, 90_000)].concat()).await;
    app.record([arrived("risky", 18, 72), arrived("risky", 82, -5), overdue("risky", 1, 500_000)].concat()).await;
    app.record([arrived("behind", 60, -5), overdue("behind", 2, 700_000)].concat()).await;
    app.record(overdue("unknown", 2, 700_000)).await;
    app.record(arrived("fine", 60, -5)).await;
    let body = json!({"name": "Dear & Co", "supportContact": "care@dear.example"}).to_string();
    app.request(axum::http::Method::PUT, "/api/vendors/dear", "application/json", body).await;

    let dashboard = app.read("/api/dashboard").await;
    let calls = &dashboard["calls"];
    assert_eq!(column(calls, "vendorId"), ["dear", "failing", "risky", "unknown", "behind"], "{calls}");
    assert_eq!((&calls[0]["name"], &calls[0]["supportContact"]), (&json!("Dear & Co"), &json!("care@dear.example")));
    assert_eq!(calls[0]["certainty"], calls[0]["riskProbability"]);
    assert_eq!((&calls[3]["riskProbability"], &calls[3]["certainty"]), (&Value::Null, &json!(0.5)));
    assert_eq!(calls[3]["overdueValue"], json!([{"currency": "USD", "amount": 1_400_000}]));
    let row = &app.read("/api/vendors?q=behind").await["vendors"][0];
    for field in ["delayedOrders", "dueOrders", "onTimeDeliveries", "completedOrders", "issueCount", "lastArrivalAt"] {
        assert_eq!(calls[4][field], row[field], "{field}");
    }

    // A past date has no values, and is sorted by how many orders are overdue.
    let past = app.read("/api/dashboard?date=2026-03-09").await;
    assert_eq!((&past["calls"][3]["vendorId"], &past["calls"][3]["overdueValue"]), (&json!("unknown"), &Value::Null));
    let lines = json!({"atRiskBelow": 85.0, "reliabilityHighBelow": 80.0, "onTimeHighBelow": 75.0});
    assert_eq!(past["lines"], lines);
    assert_eq!(app.read("/api/vendors").await["lines"], lines);
    assert_eq!(app.read("/api/vendors/dear/report").await["lines"], lines);
}
