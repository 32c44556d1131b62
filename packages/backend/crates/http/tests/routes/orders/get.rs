//! `GET /api/orders/{id}`

use goody_testkit::OrderBuilder;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, problem, wrong_parameters};

#[tokio::test]
async fn an_order_has_its_history_in_the_order_of_occurrence() {
    let app = TestApp::new();
    let order = OrderBuilder::new("o-1").lost("2026-03-05T10:00:00Z").shipped("2026-03-02T10:00:00Z").by("ups");
    app.record(order.events()).await;
    let detail = app.read("/api/orders/o-1").await;
    assert_eq!((&detail["orderId"], &detail["version"]), (&json!("o-1"), &json!(3)));
    assert_eq!(detail["order"]["status"], "LOST");
    assert_eq!(column(&detail["history"], "status"), ["PLACED", "SHIPPING_ON_TIME", "LOST"]);
    assert_eq!(column(&detail["history"], "eventId"), ["placed", "e-2", "e-1"]);
    assert_eq!(column(&detail["history"], "recordedAt"), ["2026-03-10T14:30:20Z"; 3]);
    assert_eq!(detail["history"][1]["carrier"], "ups");
}

#[tokio::test]
async fn an_order_without_a_placement_has_a_history_but_no_order() {
    let app = TestApp::new();
    app.record(OrderBuilder::new("o-1").unplaced().shipped("2026-03-02T10:00:00Z").events()).await;
    let detail = app.read("/api/orders/o-1").await;
    assert_eq!((&detail["order"], &detail["version"]), (&Value::Null, &json!(1)));
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 0, "an order without a placement is not counted");
}

#[tokio::test]
async fn an_unknown_order_is_not_found() {
    let problem = problem(&TestApp::new().get("/api/orders/o-1").await, 404, "NOT_FOUND");
    assert_eq!(problem["detail"], "There is no order o-1.");
}

#[tokio::test]
async fn an_invalid_id_is_refused() {
    assert_eq!(wrong_parameters(&TestApp::new(), "/api/orders/a%20b").await, ["id"]);
}

#[tokio::test]
async fn an_order_id_may_equal_a_route_name() {
    let app = TestApp::new();
    for id in ["recent", "export", "events", "by-id", "o-1"] {
        app.record(OrderBuilder::new(id).events()).await;
        assert_eq!(app.read(&format!("/api/orders/by-id/{id}")).await["order"]["orderId"], id);
    }
    assert_eq!(app.read("/api/orders/events").await["order"]["orderId"], "events");
    assert_eq!(app.read("/api/orders/by-id").await["order"]["orderId"], "by-id");
    assert!(app.read("/api/orders/recent").await["activity"].is_object(), "the path is still the list");
    problem(&app.get("/api/orders/by-id/unknown").await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn a_past_date_has_what_had_occurred_by_its_end() {
    let app = TestApp::new();
    let order = OrderBuilder::new("o-1").shipped("2026-03-02T10:00:00Z").lost("2026-03-05T00:00:00Z");
    app.record(order.events()).await;
    let on = async |date: &str| app.read(&format!("/api/orders/o-1?asOf={date}")).await;
    let before = on("2026-03-04").await;
    assert_eq!((&before["date"], &before["asOf"]), (&json!("2026-03-04"), &json!("2026-03-05T00:00:00Z")));
    assert_eq!((&before["timeZone"], &before["version"]), (&json!("UTC"), &json!(3)));
    assert_eq!(
        (&before["order"]["status"], &before["order"]["completedAt"]),
        (&json!("SHIPPING_ON_TIME"), &Value::Null)
    );
    assert_eq!(column(&before["history"], "status"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(on("2026-03-05").await["order"]["status"], "LOST");
    assert_eq!(on("2026-02-01").await["order"], Value::Null, "it was not placed yet");
    assert_eq!(app.read("/api/orders/by-id/o-1").await["date"], "2026-03-10");
    assert_eq!(wrong_parameters(&app, "/api/orders/o-1?asOf=2026-03-11").await, ["asOf"]);
    assert_eq!(wrong_parameters(&app, "/api/orders/o-1?date=2026-03-01").await, ["date"]);
}
