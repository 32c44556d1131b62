//! `GET /api/orders/export`

use calamine::{Data, Reader, Xlsx};
use goody_testkit::OrderBuilder;

use crate::TestApp;
use crate::fleet::{small_fleet, wrong_parameters};

fn rows(csv: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.records().map(|record| record.expect("rows have as many cells as the header")).collect()
}

/// The position of a column.
fn column(csv: &str, name: &str) -> usize {
    csv.lines().next().unwrap().split(',').position(|column| column == name).unwrap()
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
    let reason = column(export.text(), "reason");
    let cells: Vec<&str> = rows.iter().rev().map(|row| &row[reason]).collect();
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

/// A name with characters that mean something in a workbook.
const VENDOR: &str = "Acme_x0041_ & <Co>";

/// Open for three days past its promise, 41.20 dollars; and arrived twelve hours late, 500 yen.
async fn late_orders() -> TestApp {
    let app = TestApp::new();
    let order = |id: &str| OrderBuilder::new(id).vendor("-acme").placed("2026-03-01T10:00:00Z");
    let open = order("open").promised("2026-03-07T14:30:00Z").value(4_120).events();
    let arrived = order("yen").promised("2026-03-05T12:00:00Z").value(500).currency("JPY").arrived_late_by_hours(12);
    app.record([open, arrived.events(), order("early").promised("2026-03-20").events()].concat()).await;
    let body = serde_json::json!({"name": VENDOR}).to_string();
    app.request(axum::http::Method::PUT, "/api/vendors/-acme", "application/json", body).await;
    app
}

#[tokio::test]
async fn a_table_says_how_late_an_order_is_what_it_is_worth_and_the_name_of_its_vendor() {
    let app = late_orders().await;
    let export = app.get("/api/orders/export").await;
    let cells = |row: &csv::StringRecord| {
        ["orderId", "vendorName", "daysLate", "valueInCurrency", "giftValue", "currency"]
            .map(|name| row[column(export.text(), name)].to_owned())
    };
    let mut found: Vec<[String; 6]> = rows(export.text()).iter().map(cells).collect();
    found.sort();
    let expected = [
        ["early", VENDOR, "", "", "", "USD"],
        ["open", VENDOR, "3.0", "41.2", "4120", "USD"],
        ["yen", VENDOR, "0.5", "500.0", "500", "JPY"],
    ];
    assert_eq!(found, expected.map(|row| row.map(str::to_owned)));

    // As of a past date it is late by then.
    let past = app.get("/api/orders/export?asOf=2026-03-08&status=PLACED&delayed=true&vendorId=-acme").await;
    assert_eq!(rows(past.text()).len(), 1);
    assert_eq!(&rows(past.text())[0][column(past.text(), "daysLate")], "1.4");
}

#[tokio::test]
async fn a_workbook_has_the_same_rows_with_numbers_and_times() {
    let app = late_orders().await;
    let export = app.get("/api/orders/export?format=xlsx&sort=placed&order=asc").await;
    assert_eq!(export.header("content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"orders.xlsx\"");
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(&export.body)).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    let header: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let csv = app.get("/api/orders/export").await;
    assert_eq!(header.join(","), csv.text().lines().next().unwrap());
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let row = sheet.rows().find(|row| row[0] == "open").unwrap();
    assert_eq!((&row[at("daysLate")], &row[at("valueInCurrency")]), (&Data::Float(3.0), &Data::Float(41.2)));
    assert_eq!((&row[at("isDelayed")], &row[at("vendorId")]), (&Data::Bool(true), &Data::String("-acme".into())));
    let Data::DateTime(placed) = &row[at("createdAt")] else { panic!("{:?}", row[at("createdAt")]) };
    assert_eq!(placed.to_ymd_hms_milli(), (2026, 3, 1, 10, 0, 0, 0));
    assert_eq!(row[at("vendorName")], Data::String(VENDOR.into()));
    assert_eq!(sheet.rows().count(), 1 + 3);

    let vendors = app.get("/api/vendors/export?format=xlsx").await;
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(&vendors.body)).unwrap();
    assert_eq!(workbook.worksheet_range_at(0).unwrap().unwrap().rows().count(), 1 + 1);
}
