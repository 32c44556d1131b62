//! The master data of past dates, in everything that shows a vendor.

use axum::http::Method;
use goody_testkit::OrderBuilder;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, small_fleet_orders};

async fn put(app: &TestApp, vendor: Value) {
    let response = app.request(Method::PUT, "/api/vendors/acme", "application/json", vendor.to_string()).await;
    assert!(response.status.is_success(), "{}", response.text());
}

/// An app with the vendor `acme` as it was the day before, and as it is since.
async fn renamed() -> TestApp {
    let app = TestApp::new();
    app.clock.advance_seconds(-86_400);
    put(&app, json!({"name": "Zebra Flowers", "category": "flowers", "supportContact": "old@acme.test"})).await;
    app.clock.advance_seconds(86_400);
    app.record(small_fleet_orders().into_iter().flat_map(OrderBuilder::events).collect()).await;
    app
}

async fn change(app: &TestApp) {
    put(app, json!({"name": "Acme Food", "category": "food", "isActive": false})).await;
}

/// All that shows a vendor, except the health of the system, which is that of now.
async fn shown(app: &TestApp, date: &str) -> Vec<Value> {
    let mut shown = Vec::new();
    for path in [
        "/api/dashboard?",
        "/api/vendors?sortBy=name&",
        "/api/vendors?sortBy=name&order=desc&limit=1&",
        "/api/vendors?q=zebra&",
        "/api/vendors?q=flowers&",
        "/api/vendors?q=food&",
        "/api/vendors/acme/report?",
        "/api/reports?",
    ] {
        let mut answer = app.read(&format!("{path}date={date}")).await;
        answer.as_object_mut().unwrap().remove("systemHealth");
        shown.push(answer);
    }
    for format in ["csv", "ndjson"] {
        let path = format!("/api/vendors/export?format={format}&sortBy=name&date={date}");
        shown.push(app.get(&path).await.text().into());
    }
    shown
}

#[tokio::test]
async fn a_past_date_shows_the_vendor_as_it_was() {
    let app = renamed().await;
    let (before, before_today) = (shown(&app, "2026-03-09").await, shown(&app, "2026-03-10").await);
    let table = "/api/vendors?sortBy=name&date=2026-03-09";
    let etag = app.get(table).await.header("etag").to_owned();
    change(&app).await;
    let after = shown(&app, "2026-03-09").await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "the date before the change");
    }
    assert_ne!(shown(&app, "2026-03-10").await, before_today);
    assert_eq!(app.get_with(table, &[("if-none-match", &etag)]).await.status.as_u16(), 304);

    // The numbers of the table follow from the small fleet, the names from the two requests.
    assert_eq!(column(&after[1]["vendors"], "name"), ["bloom", "crate", "Zebra Flowers"]);
    assert_eq!(after[4]["vendors"][0]["category"], "flowers");
    assert_eq!((&after[3]["pagination"]["total"], &after[5]["pagination"]["total"]), (&json!(1), &json!(0)));
    let vendor = &after[6]["vendor"];
    assert_eq!((&vendor["isActive"], &vendor["supportContact"]), (&json!(true), &json!("old@acme.test")));
    let names = column(&after[0]["topPerformingVendors"], "name");
    assert!(names.contains(&&json!("Zebra Flowers")), "{names:?}");

    let today = shown(&app, "2026-03-10").await;
    assert_eq!(column(&today[1]["vendors"], "name"), ["Acme Food", "bloom", "crate"]);
    assert_eq!((&today[6]["vendor"]["isActive"], &today[6]["vendor"]["supportContact"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn a_date_before_the_first_version_shows_the_first() {
    let app = renamed().await;
    change(&app).await;
    assert_eq!(app.read("/api/vendors/acme/report?date=2026-02-01").await["vendor"]["name"], "Zebra Flowers");
}
