//! The lists behind the numbers of the reports, and the parameters that select them.

use goody_testkit::number_queries::{NumberQuery, fleet_queries, number_queries};
use goody_testkit::{OrderBuilder, day};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, follow, small_fleet, small_fleet_orders, wrong_parameters};

async fn assert_number(app: &TestApp, NumberQuery { name, number, query }: &NumberQuery, vendor: &str) {
    let path = format!("/api/orders?limit=3&{query}{vendor}");
    let page = app.read(&path).await;
    assert_eq!(page["summary"]["total"], *number, "{name}: the total of {path}");
    assert_eq!(page["summary"]["totalIsLowerBound"], false, "{name}: {path}");
    let breakdown = &page["summary"]["statusBreakdown"];
    if let Some(parts) = breakdown.as_object() {
        assert_eq!(parts.values().filter_map(Value::as_i64).sum::<i64>(), *number, "{name}: {path}");
    }
    let (rows, _) = follow(app, &path, "orders").await;
    assert_eq!(rows.len() as i64, *number, "{name}: the orders of {path}");
}

#[tokio::test]
async fn every_number_of_every_report_opens_as_many_orders() {
    let app = small_fleet().await;
    let late = OrderBuilder::new("d-1").vendor("dray").placed("2026-03-03T10:00:00Z").promised("2026-03-05");
    app.record(late.to_ship_by("2026-03-04T10:00:00Z").shipped("2026-03-06T10:00:00Z").events()).await;
    let mut seen = 0;
    for date in day("2026-02-26").to(day("2026-03-10")) {
        let reports: Vec<Value> =
            app.read(&format!("/api/reports?limit=100&date={date}")).await["reports"].as_array().unwrap().clone();
        for report in &reports {
            let vendor = format!("&vendorId={}", report["vendorId"].as_str().unwrap());
            for query in number_queries(report) {
                seen += query.number;
                assert_number(&app, &query, &vendor).await;
            }
        }
        for query in fleet_queries(&reports) {
            assert_number(&app, &query, "").await;
        }
    }
    assert!(seen > 200, "the numbers count something: {seen}");
}

async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.read(&format!("/api/orders?limit=100&{query}")).await;
    column(&list["orders"], "orderId").into_iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_chase_begins_with_the_longest_overdue() {
    let app = TestApp::new();
    // Now is 2026-03-10, 14:30.
    let open = |id: &str, promise: &str, value| OrderBuilder::new(id).promised(promise).value(value);
    let orders = [
        open("o-1", "2026-03-09T14:00:00Z", 500),
        open("o-2", "2026-03-07", 9_900),
        open("o-3", "2026-03-12", 20_000),
        open("o-4", "2026-03-08", 10_000).shipped("2026-03-05T10:00:00Z"),
        open("o-5", "2026-03-08", 10_000).arrived("2026-03-09T10:00:00Z"),
    ];
    app.record(orders.into_iter().flat_map(OrderBuilder::events).collect()).await;
    for (query, expected) in [
        ("delayedByHours=24", vec!["o-2", "o-4", "o-1"]),
        ("delayedByHours=25", vec!["o-2", "o-4"]),
        ("delayedByHours=24&order=desc", vec!["o-1", "o-4", "o-2"]),
        ("delayedByHours=24&sort=value", vec!["o-4", "o-2", "o-1"]),
        ("delayedByHours=24&valueFrom=9900&valueTo=9999", vec!["o-2"]),
        ("sort=value", vec!["o-3", "o-4", "o-2", "o-1"]),
        ("sort=promise&delayed=true", vec!["o-2", "o-4", "o-1"]),
        ("stalled=true", vec!["o-4"]),
        ("stalled=true&status=PLACED", vec![]),
    ] {
        assert_eq!(ids(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn an_export_has_the_orders_of_the_list() {
    let app = small_fleet().await;
    for query in
        ["dueFrom=2026-03-06&onTime=false", "completedFrom=2026-03-06&completedTo=2026-03-08&outcome=LOST,ARRIVED"]
    {
        let export = app.get(&format!("/api/orders/export?format=ndjson&{query}")).await;
        let exported: Vec<Value> = export.lines().iter().map(|row| row["orderId"].clone()).collect();
        assert_eq!(json!(exported), json!(ids(&app, query).await), "{query}");
        assert!(!exported.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn orders_are_selected_by_their_details() {
    let app = TestApp::new();
    app.record(small_fleet_orders().into_iter().flat_map(OrderBuilder::events).collect()).await;
    let shipped = OrderBuilder::new("x-1").promised("2026-03-05").rush();
    app.record(shipped.shipped("2026-03-02T10:00:00Z").by("ups").events()).await;
    for query in ["carrier=ups", "isRush=true", "promiseDays=4"] {
        assert_eq!(ids(&app, query).await, ["x-1"], "{query}");
    }
    assert!(ids(&app, "region=CA").await.is_empty());
}

#[tokio::test]
async fn parameters_that_contradict_each_other_are_named() {
    let app = TestApp::new();
    for (query, field) in [
        ("dueFrom=2026-03-02&dueTo=2026-03-01", "dueFrom"),
        ("status=LOST&delayedByHours=2", "status"),
        ("status=PLACED,ARRIVED&unshipped=true", "status"),
        ("outcome=LOST&stalled=true", "outcome"),
        ("outcome=PLACED", "outcome"),
        ("outcome=LOST&status=LOST", "outcome"),
        ("completedFrom=2026-03-01&status=PLACED", "status"),
        ("completedFrom=2026-03-01&valueFrom=1", "completedFrom"),
        ("valueFrom=2&valueTo=1", "valueFrom"),
        ("delayed=false&delayedByHours=2", "delayed"),
        ("dueFrom=2026-03-01&sort=promise", "sort"),
        ("sort=size", "sort"),
        ("promiseDays=two", "promiseDays"),
        ("asOf=2026-03-11", "asOf"),
        ("asOf=yesterday", "asOf"),
        ("asOf=2026-03-10T15:00:00Z", "asOf"),
        ("asOf=2026-03-09", "asOf"),
        ("asOf=2026-03-09&status=ARRIVED", "asOf"),
        ("asOf=2026-03-09&dueFrom=2026-02-01", "asOf"),
    ] {
        assert_eq!(wrong_parameters(&app, &format!("/api/orders?{query}")).await, [field], "{query}");
        assert_eq!(wrong_parameters(&app, &format!("/api/orders/export?{query}")).await, [field], "export {query}");
    }
    for query in ["asOf=2026-03-09&vendorId=acme", "asOf=2026-03-09&dueFrom=2026-02-07", "asOf=2026-03-09&delayed=true"]
    {
        app.read(&format!("/api/orders?{query}")).await;
    }
}
