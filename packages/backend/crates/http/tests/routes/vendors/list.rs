//! `GET /api/vendors`

use goody_testkit::OrderBuilder;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, follow, small_fleet, wrong_parameters};

async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.read(&format!("/api/vendors?{query}")).await;
    column(&list["vendors"], "vendorId").into_iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_row_has_the_numbers_of_the_vendor_report() {
    let app = small_fleet().await;
    let rows = app.read("/api/vendors?sortBy=name").await;
    let bloom = &rows["vendors"][1];
    let report = app.read("/api/vendors/bloom/report").await;
    let window = &report["report"]["current7d"];
    for field in [
        "reliabilityScore",
        "reliabilityInterval",
        "totalOrders",
        "completedOrders",
        "dueOrders",
        "onTimeDeliveries",
        "onTimePercentage",
        "issueCount",
    ] {
        assert_eq!(bloom[field], window[field], "{field}");
    }
    for field in [
        "unshippedOrders",
        "stalledOrders",
        "overdueValue",
        "lastArrivalAt",
        "riskLevel",
        "riskReason",
        "riskProbability",
    ] {
        assert_eq!(bloom[field], report["report"][field], "{field}");
    }
    assert_eq!((&bloom["activeOrders"], &bloom["delayedOrders"]), (&json!(1), &json!(1)));
    assert_eq!((&bloom["reliabilityScore"], &bloom["riskLevel"]), (&json!(60.0), &json!("high")));
    assert_eq!((&bloom["trend"], &bloom["trendPercentage"]), (&Value::Null, &Value::Null));
    assert_eq!((&bloom["name"], &bloom["category"]), (&json!("bloom"), &Value::Null));
}

#[tokio::test]
async fn a_vendor_without_completed_orders_has_no_score() {
    let app = small_fleet().await;
    let rows = app.read("/api/vendors?q=crate").await;
    let row = &rows["vendors"][0];
    for field in ["reliabilityScore", "reliabilityInterval", "onTimePercentage", "trend"] {
        assert_eq!(row[field], Value::Null, "{field}");
    }
    assert_eq!((&row["completedOrders"], &row["activeOrders"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn thirty_days_of_reliability_end_with_the_date() {
    let app = small_fleet().await;
    let rows = app.read("/api/vendors?q=acme&date=2026-03-08").await;
    let days = rows["vendors"][0]["reliability30d"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days[29], 100.0);
    assert_eq!(days[20], Value::Null, "on 2026-02-27 no order had completed for seven days");
    assert_eq!(days[21], 100.0, "on the 28th a-old had arrived");
}

#[tokio::test]
async fn the_table_is_sorted_by_any_column_and_vendors_without_a_value_come_last() {
    let app = small_fleet().await;
    assert_eq!(ids(&app, "").await, ["bloom", "acme", "crate"], "the default is the one to call first");
    assert_eq!(ids(&app, "order=desc").await, ["acme", "crate", "bloom"]);
    assert_eq!(ids(&app, "sortBy=reliabilityScore").await, ["bloom", "acme", "crate"]);
    assert_eq!(ids(&app, "sortBy=reliabilityScore&order=desc").await, ["acme", "bloom", "crate"]);
    assert_eq!(ids(&app, "sortBy=name").await, ["acme", "bloom", "crate"]);
    assert_eq!(ids(&app, "sortBy=name&order=desc").await, ["crate", "bloom", "acme"]);
    assert_eq!(
        ids(&app, "sortBy=delayedOrders&order=desc").await,
        ["bloom", "acme", "crate"],
        "equal values are sorted by id"
    );
    assert_eq!(ids(&app, "sortBy=totalOrders&order=desc").await, ["acme", "bloom", "crate"]);
    for column in ["onTimePercentage", "completedOrders", "issueCount", "activeOrders", "trendPercentage", "riskLevel"]
    {
        assert_eq!(ids(&app, &format!("sortBy={column}")).await.len(), 3, "{column}");
    }
}

#[tokio::test]
async fn sorting_by_risk_puts_vendors_with_too_few_orders_last() {
    let app = TestApp::new();
    for (vendor, arrived, lost) in
        [("a", 99, 1), ("b", 75, 25), ("c", 1, 3), ("d", 60, 40), ("e", 86, 14), ("f", 83, 17), ("g", 2, 1)]
    {
        let order =
            |number| OrderBuilder::new(&format!("{vendor}-{number}")).vendor(vendor).placed("2026-03-08T10:00:00Z");
        let well = (0..arrived).map(|number| order(number).arrived("2026-03-09T10:00:00Z"));
        let badly = (arrived..arrived + lost).map(|number| order(number).lost("2026-03-09T10:00:00Z"));
        app.record(well.chain(badly).flat_map(|order| order.events()).collect()).await;
    }
    assert_eq!(ids(&app, "sortBy=riskLevel&order=desc").await, ["d", "b", "c", "f", "e", "a", "g"]);
    assert_eq!(ids(&app, "sortBy=riskLevel").await, ["a", "e", "f", "c", "b", "d", "g"]);
}

#[tokio::test]
async fn the_first_rows_are_the_vendors_to_call() {
    let app = TestApp::new();
    let overdue = |vendor: &str, orders: usize, cents: i64, currency: &str| {
        let order = |number| {
            let order = OrderBuilder::new(&format!("{vendor}-open-{number}")).vendor(vendor).value(cents);
            order.currency(currency).placed("2026-03-01T10:00:00Z").promised("2026-03-02").events()
        };
        (0..orders).flat_map(order).collect::<Vec<_>>()
    };
    let arrived = |vendor: &str, orders: usize| {
        let order = |number| {
            let order = OrderBuilder::new(&format!("{vendor}-{number}")).vendor(vendor).placed("2026-03-08T10:00:00Z");
            order.promised("2026-03-09").arrived_early_by_hours(5).events()
        };
        (0..orders).flat_map(order).collect::<Vec<_>>()
    };
    let late = |vendor: &str, orders: usize| {
        let order = |number| {
            let order =
                OrderBuilder::new(&format!("{vendor}-late-{number}")).vendor(vendor).placed("2026-03-05T10:00:00Z");
            order.promised("2026-03-06").arrived_late_by_hours(72).events()
        };
        (0..orders).flat_map(order).collect::<Vec<_>>()
    };
    app.record(overdue("many", 9, 100, "USD")).await;
    app.record(overdue("dear", 2, 90_000, "USD")).await;
    app.record(overdue("yen", 1, 5_000_000, "JPY")).await;
    app.record(arrived("fine", 60)).await;
    app.record(late("high", 120)).await;
    app.record(late("few", 9)).await;
    app.record([late("medium", 18), arrived("medium", 82)].concat()).await;
    let rows = app.read("/api/vendors").await;
    let ids = column(&rows["vendors"], "vendorId");
    assert_eq!(ids, ["few", "high", "medium", "dear", "many", "yen", "fine"], "most overdue orders are in US dollars");
    assert_eq!(rows["vendors"][2]["riskLevel"], "medium");
    let high = &rows["vendors"][1];
    assert_eq!((&high["riskLevel"], &high["riskReason"]), (&json!("high"), &json!("onTime")));
    assert!(high["riskProbability"].as_f64().unwrap() > 0.999_999);
    assert_eq!(high["lastArrivalAt"], "2026-03-09T23:59:59Z");
    assert_eq!(rows["vendors"][4]["overdueValue"], json!([{"currency": "USD", "amount": 900}]));
    let dashboard = app.read("/api/dashboard").await;
    let sums = json!([{"currency": "JPY", "amount": 5_000_000}, {"currency": "USD", "amount": 180_900}]);
    assert_eq!(dashboard["overdueValue"], sums);
    let past = app.read("/api/vendors?date=2026-03-09").await;
    assert_eq!(past["vendors"][0]["overdueValue"], Value::Null);
}

#[tokio::test]
async fn the_table_is_searched_in_names_ids_and_categories() {
    let app = small_fleet().await;
    let body = json!({"name": "Bloom & Söhne", "category": "Flowers"}).to_string();
    app.request(axum::http::Method::PUT, "/api/vendors/bloom", "application/json", body).await;
    for (q, found) in
        [("s%C3%B6hne", vec!["bloom"]), ("FLOWERS", vec!["bloom"]), ("%20ac%20", vec!["acme"]), ("zzz", vec![])]
    {
        assert_eq!(ids(&app, &format!("q={q}")).await, found, "{q}");
    }
    assert_eq!(app.read("/api/vendors?q=bloom").await["pagination"]["total"], 1);
}

#[tokio::test]
async fn a_search_ignores_accents_and_unicode_forms_and_takes_signs_as_they_are() {
    let app = TestApp::new();
    let vendors = [
        ("v1", "Fleurs d'\u{e9}t\u{e9}"),
        ("v2", "M\u{fc}ller"),
        ("v3", "Mu\u{308}ller & Sohn"),
        ("v4", "100% Blumen_Laden"),
        ("v5", "\u{130}stanbul"),
        ("v6", "\u{82b1}\u{5c4b}"),
        ("V7", "Stra\u{df}e 7"),
    ];
    for (id, name) in vendors {
        app.record(OrderBuilder::new(&format!("o-{id}")).vendor(id).vendor_name(name).events()).await;
    }
    for (q, found) in [
        ("muller", vec!["v2", "v3"]),
        ("MU%CC%88LLER", vec!["v2", "v3"]),
        ("m%C3%BCller", vec!["v2", "v3"]),
        ("%25", vec!["v4"]),
        ("_", vec!["v4"]),
        ("fleurs%20d'ete", vec!["v1"]),
        ("istanbul", vec!["v5"]),
        ("%E8%8A%B1", vec!["v6"]),
        ("strasse", vec!["V7"]),
        ("v7", vec!["V7"]),
        ("x'or%201=1--", vec![]),
    ] {
        let mut listed = ids(&app, &format!("q={q}")).await;
        listed.sort();
        assert_eq!(listed, found, "{q}");
    }
}

#[tokio::test]
async fn the_table_is_filtered_by_risk() {
    let app = small_fleet().await;
    assert_eq!(ids(&app, "risk=insufficient").await, ["crate"]);
    assert_eq!(ids(&app, "risk=low").await, ["acme"], "ten of ten are enough");
    assert_eq!(ids(&app, "risk=medium,high").await, ["bloom"]);
    assert_eq!(wrong_parameters(&app, "/api/vendors?risk=low,severe").await, ["risk"]);
}

#[tokio::test]
async fn all_pages_together_are_the_whole_table() {
    let app = TestApp::new();
    for number in 0..7 {
        app.record(
            OrderBuilder::new(&format!("o-{number}"))
                .vendor(&format!("v-{}", number % 5))
                .placed("2026-03-09T10:00:00Z")
                .events(),
        )
        .await;
    }
    for sort in ["name", "totalOrders", "reliabilityScore", "riskLevel"] {
        let whole = ids(&app, &format!("sortBy={sort}&order=desc")).await;
        let (rows, pages) = follow(&app, &format!("/api/vendors?sortBy={sort}&order=desc&limit=2"), "vendors").await;
        assert_eq!(rows.iter().map(|row| row["vendorId"].as_str().unwrap()).collect::<Vec<_>>(), whole);
        assert_eq!((pages, whole.len()), (3, 5));
    }
}

#[tokio::test]
async fn all_invalid_parameters_are_reported_together() {
    let app = TestApp::new();
    let wrong = wrong_parameters(&app, "/api/vendors?sortBy=colour&order=up&limit=0&date=soon").await;
    assert_eq!(wrong, ["date", "order", "sortBy", "limit"]);
    assert_eq!(wrong_parameters(&app, "/api/vendors?limit=101").await, ["limit"]);
}
