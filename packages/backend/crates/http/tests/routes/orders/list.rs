//! `GET /api/orders`

use std::collections::BTreeSet;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use goody_testkit::OrderBuilder;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, follow, small_fleet, wrong_parameters};

async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.read(&format!("/api/orders?limit=100&{query}")).await;
    assert_eq!(
        list["summary"]["total"],
        list["orders"].as_array().unwrap().len(),
        "{query}: the total is the length of the list"
    );
    column(&list["orders"], "orderId").into_iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_latest_placed_come_first() {
    let app = small_fleet().await;
    assert_eq!(ids(&app, "vendorId=bloom").await, ["b-7", "b-6", "b-5", "b-4", "b-3", "b-2", "b-1"]);
    assert_eq!(ids(&app, "vendorId=bloom&order=desc").await, ids(&app, "vendorId=bloom").await);
}

#[tokio::test]
async fn ascending_order_puts_the_latest_placed_last() {
    let app = small_fleet().await;
    assert_eq!(ids(&app, "vendorId=bloom&order=asc").await, ["b-1", "b-2", "b-3", "b-4", "b-5", "b-6", "b-7"]);
    let page = app.read("/api/orders?vendorId=bloom&order=asc&limit=3").await;
    let cursor = page["nextCursor"].as_str().unwrap();
    let (paged, _) = follow(&app, "/api/orders?vendorId=bloom&order=asc&limit=3", "orders").await;
    assert_eq!(json!(paged), app.read("/api/orders?vendorId=bloom&order=asc").await["orders"]);
    let other = app.get(&format!("/api/orders?vendorId=bloom&cursor={cursor}")).await;
    assert_eq!(other.status, 400, "a cursor is valid for one direction only");
    let export = app.get("/api/orders/export?format=ndjson&vendorId=bloom&order=asc").await;
    assert_eq!(export.lines()[0]["orderId"], "b-1");
}

#[tokio::test]
async fn every_filter_selects_the_right_orders() {
    let app = small_fleet().await;
    for (query, expected) in [
        ("status=LOST,CANCELLED", vec!["b-6", "b-5", "b-4"]),
        ("status=LOST,LOST", vec!["b-5", "b-4"]),
        ("delayed=true", vec!["b-7", "b-5", "b-4", "b-3"]),
        ("delayed=false&vendorId=bloom", vec!["b-6", "b-2", "b-1"]),
        ("giftType=food", vec!["c-1", "b-3", "b-1"]),
        ("giftType=food&delayed=true", vec!["b-3"]),
        ("dateFrom=2026-03-10", vec!["c-1"]),
        ("dateTo=2026-03-03", vec!["a-old"]),
        ("dateFrom=2026-03-05&dateTo=2026-03-05&status=LOST", vec!["b-5"]),
        ("vendorId=unknown", vec![]),
    ] {
        assert_eq!(ids(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_search_finds_orders_by_id_reference_and_tracking_number() {
    let app = TestApp::new();
    let order = |id: &str| OrderBuilder::new(id).vendor("bloom");
    app.record(order("gift-1001").reference("#B-77 Müller").events()).await;
    app.record(order("gift-1002").shipped("2026-03-02T10:00:00Z").tracked("1Z999AA10123456784").events()).await;
    app.record(OrderBuilder::new("GIFT-2001").lost("2026-03-02T10:00:00Z").events()).await;
    for (query, expected) in [
        ("q=gift-", vec!["gift-1002", "gift-1001", "GIFT-2001"]),
        ("q=GIFT-1", vec!["gift-1002", "gift-1001"]),
        ("q=%23b-77%20muller", vec!["gift-1001"]),
        ("q=1z999aa10123456784", vec!["gift-1002"]),
        ("q=gift-&vendorId=acme", vec!["GIFT-2001"]),
        ("q=gift-&status=LOST", vec!["GIFT-2001"]),
        ("q=1001", vec![]),
        ("q=gift%25", vec![]),
    ] {
        assert_eq!(ids(&app, query).await, expected, "{query}");
    }
    for q in ["", "123", "%20%20%20123", "%C3%BC%CC%88%CC%88%CC%88"] {
        assert_eq!(wrong_parameters(&app, &format!("/api/orders?q={q}")).await, ["q"], "{q}");
        assert_eq!(wrong_parameters(&app, &format!("/api/orders/export?q={q}")).await, ["q"], "{q}");
    }
    let export = app.get("/api/orders/export?format=ndjson&q=1Z999AA10123456784").await;
    assert_eq!(column(&json!(export.lines()), "orderId"), [&json!("gift-1002")]);
    let (paged, pages) = follow(&app, "/api/orders?q=gift-&limit=2", "orders").await;
    assert_eq!((paged.len(), pages), (3, 2));
}

#[tokio::test]
async fn the_summary_is_of_the_whole_filter_and_not_of_the_page() {
    let app = small_fleet().await;
    let page = app.read("/api/orders?vendorId=bloom&limit=2").await;
    assert_eq!(page["orders"].as_array().unwrap().len(), 2);
    let summary = &page["summary"];
    assert_eq!((&summary["total"], &summary["totalIsLowerBound"]), (&json!(7), &json!(false)));
    assert_eq!(
        summary["statusBreakdown"],
        json!({
            "PLACED": 0, "SHIPPING_ON_TIME": 0, "SHIPPING_DELAYED": 1, "ARRIVED": 3, "LOST": 2, "DAMAGED": 0,
            "UNDELIVERABLE": 0, "RETURN_TO_SENDER": 0, "CANCELLED": 1
        })
    );
}

#[tokio::test]
async fn an_order_has_all_its_fields() {
    let app = TestApp::new();
    let order = OrderBuilder::new("o-1").promised("2026-03-03").gift("flowers").value(4_900).rush();
    app.record(
        order.shipped("2026-03-02T10:00:00Z").by("ups").lost("2026-03-05T10:00:00Z").because("no scan").events(),
    )
    .await;
    assert_eq!(
        app.read("/api/orders").await["orders"],
        json!([{
            "orderId": "o-1", "vendorId": "acme", "status": "LOST", "createdAt": "2026-03-01T10:00:00Z",
            "updatedAt": "2026-03-05T10:00:00Z", "estimatedDelivery": "2026-03-03T23:59:59Z", "shipBy": null,
            "handedOverAt": "2026-03-02T10:00:00Z", "actualDelivery": null, "completedAt": "2026-03-05T10:00:00Z",
            "refundedAt": null, "returnedAt": null, "replacementArrivedAt": null, "suspect": false, "isDelayed": true,
            "giftValue": 4900, "currency": "USD", "giftType": "flowers", "isRush": true, "reference": null,
            "destination": null, "carrier": "ups", "trackingNumber": null, "reason": "no scan"
        }])
    );
}

#[tokio::test]
async fn a_page_has_the_names_of_its_vendors() {
    let app = small_fleet().await;
    app.request(Method::PUT, "/api/vendors/bloom", "application/json", r#"{"name": "Bloom & Sons"}"#).await;
    let page = app.read("/api/orders?limit=100").await;
    let called = page["vendorNames"].as_object().unwrap();
    let ids: BTreeSet<&str> = column(&page["orders"], "vendorId").into_iter().filter_map(Value::as_str).collect();
    assert_eq!(called.keys().map(String::as_str).collect::<BTreeSet<_>>(), ids);
    assert_eq!((&called["bloom"], &called["acme"]), (&json!("Bloom & Sons"), &json!("acme")));
    let feed = app.read("/api/orders/recent").await;
    assert_eq!(feed["vendorNames"]["bloom"], "Bloom & Sons");
    assert_eq!(app.read("/api/orders?vendorId=unknown").await["vendorNames"], json!({}));
}

#[tokio::test]
async fn all_pages_together_are_the_whole_list() {
    let app = small_fleet().await;
    for query in ["", "vendorId=bloom", "delayed=false", "status=ARRIVED&giftType=flowers"] {
        let whole = app.read(&format!("/api/orders?limit=100&{query}")).await["orders"].clone();
        for limit in [1, 4] {
            let (paged, _) = follow(&app, &format!("/api/orders?limit={limit}&{query}"), "orders").await;
            assert_eq!(paged, *whole.as_array().unwrap(), "{query} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_cursor_keeps_its_position_while_orders_arrive() {
    let app = small_fleet().await;
    let first = app.read("/api/orders?limit=3").await;
    let rest =
        app.read(&format!("/api/orders?limit=100&cursor={}", first["nextCursor"].as_str().unwrap())).await["orders"]
            .clone();
    app.record(OrderBuilder::new("new").placed("2026-03-10T14:00:00Z").events()).await;
    let after =
        app.read(&format!("/api/orders?limit=100&cursor={}", first["nextCursor"].as_str().unwrap())).await["orders"]
            .clone();
    assert_eq!(after, rest);
}

#[tokio::test]
async fn an_equivalent_encoding_of_a_cursor_is_refused() {
    let app = small_fleet().await;
    let cursor = app.read("/api/orders?limit=3").await["nextCursor"].as_str().unwrap().to_owned();
    let inside = String::from_utf8(URL_SAFE_NO_PAD.decode(&cursor).unwrap()).unwrap();
    for same in [inside.replace(',', ", "), inside.replace("\"key\"", " \"key\""), inside.replace('{', r#"{"more":1,"#)]
    {
        let response = app.get(&format!("/api/orders?limit=3&cursor={}", URL_SAFE_NO_PAD.encode(&same))).await;
        assert_eq!((response.status.as_u16(), &response.json()["code"]), (400, &json!("INVALID_CURSOR")), "{same}");
    }
    app.read(&format!("/api/orders?limit=3&cursor={}", URL_SAFE_NO_PAD.encode(&inside))).await;
}

#[tokio::test]
async fn all_invalid_parameters_are_reported_together() {
    let app = TestApp::new();
    let wrong = wrong_parameters(
        &app,
        "/api/orders?vendorId=a%20b&status=LOST,GONE&dateFrom=soon&dateTo=2026-02-30&delayed=maybe&giftType=Fine&order=up&limit=x",
    )
    .await;
    assert_eq!(wrong, ["dateFrom", "dateTo", "status", "order", "vendorId", "delayed", "giftType", "limit"]);
    assert_eq!(wrong_parameters(&app, "/api/orders?dateFrom=2026-03-02&dateTo=2026-03-01").await, ["dateFrom"]);
    for limit in ["0", "101", "-1", "1e2", ""] {
        assert_eq!(wrong_parameters(&app, &format!("/api/orders?limit={limit}")).await, ["limit"]);
    }
}
