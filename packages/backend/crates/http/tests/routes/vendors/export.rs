//! `GET /api/vendors/export`

use axum::http::Method;
use serde_json::json;

use crate::TestApp;
use crate::fleet::{small_fleet, wrong_parameters};

fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    reader
        .records()
        .map(|record| record.expect("rows have as many cells as the header").iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn a_csv_has_a_header_and_a_row_for_each_vendor_with_or_without_a_score() {
    let app = small_fleet().await;
    for order in ["asc", "desc"] {
        let export = app.get(&format!("/api/vendors/export?sortBy=name&order={order}")).await;
        assert_eq!(export.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(export.header("content-disposition"), "attachment; filename=\"vendors.csv\"");
        let rows = rows(export.text());
        assert_eq!(rows.len(), 4, "{}", export.text());
        let column = |name: &str| rows[0].iter().position(|cell| cell == name).expect(name);
        let of = |id: &str, name: &str| rows.iter().find(|row| row[0] == id).expect(id)[column(name)].clone();
        assert_eq!((of("bloom", "reliabilityScore"), of("crate", "reliabilityScore")), ("60.0".into(), String::new()));
        assert!(of("bloom", "reliabilityInterval.lower").parse::<f64>().unwrap() < 60.0);
        assert_eq!(of("crate", "reliabilityInterval.upper"), "");
        assert_eq!(of("crate", "activeOrders"), "1", "cells are in their own column");
    }
}

#[tokio::test]
async fn a_name_that_starts_a_formula_is_escaped() {
    let app = TestApp::new();
    for (id, name) in
        [("a", "=HYPERLINK(\"http://evil.test\")"), ("b", "@sum"), ("c", "+1"), ("d", "-1"), ("e", "Plain, \"quoted\"")]
    {
        app.request(Method::PUT, &format!("/api/vendors/{id}"), "application/json", json!({"name": name}).to_string())
            .await;
    }
    let export = app.get("/api/vendors/export?sortBy=name").await;
    let mut names: Vec<String> = rows(export.text())[1..].iter().map(|row| row[1].clone()).collect();
    names.sort();
    assert_eq!(names, ["'+1", "'-1", "'=HYPERLINK(\"http://evil.test\")", "'@sum", "Plain, \"quoted\""]);
}

#[tokio::test]
async fn ndjson_has_the_rows_of_the_table() {
    let app = small_fleet().await;
    let export = app.get("/api/vendors/export?format=ndjson&q=b").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let table = app.read("/api/vendors?q=b").await;
    assert_eq!(export.lines(), *table["vendors"].as_array().unwrap());
}

#[tokio::test]
async fn a_csv_begins_with_a_byte_order_mark_if_it_is_asked_for() {
    let app = small_fleet().await;
    let plain = app.get("/api/vendors/export").await.body;
    assert!(app.get("/api/vendors/export?bom=true").await.body == [b"\xef\xbb\xbf", &plain[..]].concat());
    let ndjson = app.get("/api/vendors/export?format=ndjson").await.body;
    assert!(app.get("/api/vendors/export?format=ndjson&bom=true").await.body == ndjson, "only a CSV has one");
}

#[tokio::test]
async fn an_unknown_format_is_refused() {
    let app = TestApp::new();
    assert_eq!(wrong_parameters(&app, "/api/vendors/export?bom=1").await, ["bom"]);
    assert_eq!(wrong_parameters(&app, "/api/vendors/export?format=pdf").await, ["format"]);
    assert_eq!(wrong_parameters(&app, "/api/vendors/export?limit=3").await, ["limit"], "an export has no limit");
}
