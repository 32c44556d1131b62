//! `GET /api/orders/export`

use goody_testkit::OrderBuilder;

use crate::TestApp;
use crate::fleet::{small_fleet, wrong_parameters};

fn rows(csv: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.records().map(|record| record.expect("rows have as many cells as the header")).collect()
}

#[tokio::test]
async fn a_csv_has_the_rows_of_the_list() {
    let app = small_fleet().await;
    let export = app.get("/api/orders/export?vendorId=bloom").await;
    assert_eq!(export.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"orders.csv\"");
    assert!(export.text().starts_with("orderId,vendorId,status,createdAt,"));
    let ids: Vec<String> = rows(export.text()).iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(ids, ["b-7", "b-6", "b-5", "b-4", "b-3", "b-2", "b-1"]);
}

#[tokio::test]
async fn a_cell_that_starts_a_formula_is_escaped() {
    let app = TestApp::new();
    let reasons = ["=1+1", "+1", "-1", "@x", "plain, \"quoted\"", "100 % = fine"];
    for (number, reason) in reasons.iter().enumerate() {
        app.record(
            OrderBuilder::new(&format!("o-{number}"))
                .vendor("-acme")
                .lost("2026-03-05T10:00:00Z")
                .because(reason)
                .events(),
        )
        .await;
    }
    let export = app.get("/api/orders/export").await;
    let rows = rows(export.text());
    let cells: Vec<&str> = rows.iter().rev().map(|row| row.iter().next_back().unwrap()).collect();
    assert_eq!(cells, ["'=1+1", "'+1", "'-1", "'@x", "plain, \"quoted\"", "100 % = fine"]);
    assert!(rows.iter().all(|row| &row[1] == "'-acme"), "ids are escaped too");
}

#[tokio::test]
async fn ndjson_has_every_order_of_the_filter() {
    let app = TestApp::new();
    let order = |number: usize| OrderBuilder::new(&format!("o-{number:04}")).gift("food").events();
    app.record((0..1_203).flat_map(order).collect()).await;
    let export = app.get("/api/orders/export?format=ndjson&giftType=food").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let ids: Vec<String> = export.lines().iter().map(|row| row["orderId"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<String> = (0..1_203).rev().map(|number| format!("o-{number:04}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_csv_of_any_length_has_one_header_row() {
    let app = TestApp::new();
    app.record((0..1_203).flat_map(|number| OrderBuilder::new(&format!("o-{number}")).events()).collect()).await;
    let export = app.get("/api/orders/export").await;
    assert_eq!(export.text().lines().filter(|line| line.starts_with("orderId,")).count(), 1);
    assert_eq!(rows(export.text()).len(), 1_203);
}

#[tokio::test]
async fn a_csv_begins_with_a_byte_order_mark_if_it_is_asked_for() {
    let app = TestApp::new();
    app.record((0..1_203).flat_map(|number| OrderBuilder::new(&format!("o-{number}")).events()).collect()).await;
    let plain = app.get("/api/orders/export").await.body;
    assert!(app.get("/api/orders/export?bom=false").await.body == plain);
    assert!(app.get("/api/orders/export?bom=true").await.body == [b"\xef\xbb\xbf", &plain[..]].concat());
    let none = app.get("/api/orders/export?vendorId=unknown&bom=true").await.body;
    assert_eq!(none, b"\xef\xbb\xbf", "a CSV without rows");
    let ndjson = app.get("/api/orders/export?format=ndjson").await.body;
    assert!(app.get("/api/orders/export?format=ndjson&bom=true").await.body == ndjson, "only a CSV has one");
}

#[tokio::test]
async fn invalid_parameters_are_reported_before_the_stream_starts() {
    let app = TestApp::new();
    assert_eq!(
        wrong_parameters(&app, "/api/orders/export?format=pdf&bom=yes&status=GONE").await,
        ["format", "bom", "status"]
    );
    assert_eq!(wrong_parameters(&app, "/api/orders/export?limit=3").await, ["limit"], "an export has no limit");
}
