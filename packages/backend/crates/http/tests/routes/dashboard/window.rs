//! `?window`

use serde_json::Value;

use crate::fleet::{small_fleet, wrong_parameters};

/// Each window on two dates: its first day, and the first and the last of the days before.
const WINDOWS: [(&str, &str, [&str; 3]); 7] = [
    ("7d", "2026-03-10", ["2026-03-04", "2026-02-25", "2026-03-03"]),
    ("28d", "2026-03-10", ["2026-02-11", "2026-01-14", "2026-02-10"]),
    ("90d", "2026-03-10", ["2025-12-11", "2025-09-12", "2025-12-10"]),
    ("month", "2026-03-10", ["2026-03-01", "2026-02-01", "2026-02-28"]),
    ("quarter", "2026-03-10", ["2026-01-01", "2025-10-01", "2025-12-31"]),
    ("28d", "2026-03-06", ["2026-02-07", "2026-01-10", "2026-02-06"]),
    ("month", "2026-03-06", ["2026-03-01", "2026-02-01", "2026-02-28"]),
];

#[tokio::test]
async fn a_window_has_the_orders_that_were_placed_in_it() {
    let app = small_fleet().await;
    let placed = async |from: &str, to: &str| {
        app.read(&format!("/api/orders?dateFrom={from}&dateTo={to}")).await["summary"]["total"].clone()
    };
    for (window, date, [first, first_before, last_before]) in WINDOWS {
        let path = format!("date={date}&window={window}");
        let dashboard = app.read(&format!("/api/dashboard?{path}")).await;
        assert_eq!(dashboard["current"]["totalOrders"], placed(first, date).await, "{path}");
        assert_eq!(dashboard["previous"]["totalOrders"], placed(first_before, last_before).await, "{path}");
        let table = app.read(&format!("/api/vendors?{path}&limit=100")).await;
        let sum = |field: &str| -> i64 {
            table["vendors"].as_array().unwrap().iter().map(|row| row[field].as_i64().unwrap()).sum()
        };
        for (field, of_vendors) in [
            ("totalOrders", "totalOrders"),
            ("completedOrders", "completedOrders"),
            ("totalActiveOrders", "activeOrders"),
            ("totalDelayedOrders", "delayedOrders"),
        ] {
            assert_eq!(dashboard["current"][field], sum(of_vendors), "{field} of {path}");
        }
        for vendor in table["vendors"].as_array().unwrap() {
            let id = vendor["vendorId"].as_str().unwrap();
            let report = &app.read(&format!("/api/vendors/{id}/report?{path}")).await["report"];
            assert_eq!(report["current"]["totalOrders"], vendor["totalOrders"], "{id}, {path}");
            let plain = &app.read(&format!("/api/vendors/{id}/report?date={date}")).await["report"];
            assert_eq!(report["current7d"], plain["current7d"]);
            assert!(plain.get("current").is_none() && plain.get("previous").is_none());
            if window == "7d" {
                assert_eq!((&report["current"], &report["previous"]), (&plain["current7d"], &plain["previous7d"]));
            }
            let history = app.read(&format!("/api/vendors/{id}/history?from={date}&to={date}&window={window}")).await;
            assert_eq!(history["days"][0]["totalOrders"], vendor["totalOrders"], "{id}, {path}");
        }
        let history = app.read(&format!("/api/dashboard/history?from=2026-03-02&to={date}&window={window}")).await;
        let last: &Value = history["days"].as_array().unwrap().last().unwrap();
        for (field, value) in dashboard["current"].as_object().unwrap() {
            assert_eq!(&last[field], value, "{field} of the history, {path}");
        }
    }
}

#[tokio::test]
async fn seven_days_are_the_window_without_the_parameter() {
    let app = small_fleet().await;
    for path in ["/api/dashboard", "/api/vendors", "/api/dashboard/history"] {
        assert_eq!(app.read(&format!("{path}?window=7d")).await, app.read(path).await, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_window_is_named() {
    let app = small_fleet().await;
    for path in ["/api/dashboard", "/api/dashboard/history", "/api/vendors", "/api/vendors/acme/report"] {
        assert_eq!(wrong_parameters(&app, &format!("{path}?window=14d")).await, ["window"], "{path}");
    }
}
