//! `PUT /api/vendors/{id}`

use axum::http::Method;
use goody_testkit::Response;
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, problem, small_fleet};

async fn put(app: &TestApp, id: &str, body: impl Into<axum::body::Body>) -> Response {
    app.request(Method::PUT, &format!("/api/vendors/{id}"), "application/json", body).await
}

fn complete_vendor() -> Value {
    json!({
        "name": "Acme Flowers", "category": "flowers", "isActive": false, "supportContact": "help@acme.test",
        "contractStartDate": "2024-02-29", "slaPromises": {"standardDelivery": 4, "rushDelivery": 1}
    })
}

#[tokio::test]
async fn a_vendor_is_created_and_then_replaced() {
    let app = TestApp::new();
    let created = put(&app, "acme", complete_vendor().to_string()).await;
    assert_eq!(created.status.as_u16(), 201);
    let vendor = created.json();
    assert_eq!((&vendor["vendorId"], &vendor["isRegistered"]), (&json!("acme"), &json!(true)));
    for (field, value) in complete_vendor().as_object().unwrap() {
        assert_eq!(vendor[field], *value, "{field}");
    }
    let changed = put(&app, "acme", r#"{"name": " Acme "}"#).await;
    assert_eq!(changed.status.as_u16(), 200);
    assert_eq!(
        (&changed.json()["name"], &changed.json()["category"]),
        (&json!("Acme"), &Value::Null),
        "missing fields are removed"
    );
}

#[tokio::test]
async fn a_vendor_known_only_from_events_becomes_registered() {
    let app = small_fleet().await;
    let before = app.read("/api/vendors/bloom/report").await["vendor"].clone();
    assert_eq!((&before["name"], &before["isRegistered"]), (&json!("bloom"), &json!(false)));
    assert_eq!(put(&app, "bloom", complete_vendor().to_string()).await.status.as_u16(), 200);
    assert_eq!(app.read("/api/vendors/bloom/report").await["vendor"]["isRegistered"], true);
    assert_eq!(
        app.read("/api/vendors?q=Acme%20Flowers").await["vendors"][0]["vendorId"],
        "bloom",
        "the table shows the new name at once"
    );
}

#[tokio::test]
async fn a_vendor_without_orders_has_a_row_and_an_empty_report() {
    let app = TestApp::new();
    put(&app, "acme", complete_vendor().to_string()).await;
    assert_eq!(app.read("/api/vendors").await["vendors"][0]["totalOrders"], 0);
    let report = app.read("/api/vendors/acme/report").await;
    assert_eq!((&report["report"]["activeOrders"], &report["report"]["updatedAt"]), (&json!(0), &Value::Null));
    assert_eq!(report["recentIssues"], json!([]));
}

#[tokio::test]
async fn every_invalid_field_is_named() {
    let app = TestApp::new();
    let body = json!({"name": " ", "category": "x".repeat(101), "supportContact": "\n", "contractStartDate": "soon"});
    let problem = problem(&put(&app, "acme", body.to_string()).await, 400, "INVALID_PARAMETER");
    assert_eq!(column(&problem["errors"], "field"), ["name", "category", "supportContact", "contractStartDate"]);
}

#[tokio::test]
async fn the_error_for_an_unreadable_body_has_the_reason() {
    let app = TestApp::new();
    for body in ["", "not json", "[]", "{}", r#"{"name": "A", "colour": "red"}"#, r#"{"name": 7}"#] {
        let problem = problem(&put(&app, "acme", body).await, 400, "INVALID_BODY");
        assert!(problem["detail"].as_str().unwrap().starts_with("The vendor cannot be read"), "{problem}");
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_reported_without_jargon() {
    let app = TestApp::new();
    let wrong = [json!(7), json!(-1.5), json!("text"), json!(true), json!(null), json!([1]), json!({"a": 1})];
    for (field, good) in complete_vendor().as_object().unwrap() {
        for value in &wrong {
            let mut body = complete_vendor();
            body[field] = value.clone();
            let response = put(&app, "acme", body.to_string()).await;
            if response.status.is_success() || std::mem::discriminant(good) == std::mem::discriminant(value) {
                continue;
            }
            let problem = problem(&response, 400, "INVALID_BODY");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.starts_with(&format!("The vendor cannot be read: {field} has to be ")), "{detail}");
            for word in ["expected", "invalid type", "struct", "map", "sequence", "string", "boolean"] {
                assert!(!detail.contains(word), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn the_contract_start_must_be_a_date() {
    let app = TestApp::new();
    for day in ["2026-W10-2", "20260310", "2026-03-10T00:00:00Z", "2026-069", "+002026-03-10", "2026-3-010"] {
        let body = json!({"name": "Acme", "contractStartDate": day});
        problem(&put(&app, "acme", body.to_string()).await, 400, "INVALID_PARAMETER");
    }
}

#[tokio::test]
async fn an_invalid_id_is_refused() {
    let app = TestApp::new();
    let long = "x".repeat(129);
    for id in ["a%20b", "%C3%A4", &long] {
        let problem = problem(&put(&app, id, complete_vendor().to_string()).await, 400, "INVALID_PARAMETER");
        assert_eq!(problem["errors"][0]["field"], "id");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = TestApp::new();
    problem(&put(&app, "acme", "x".repeat(5_000_000)).await, 413, "PAYLOAD_TOO_LARGE");
}

/// Puts a vendor with this name and this header, and returns the status.
async fn put_if(app: &TestApp, id: &str, (header, value): (&str, &str), name: &str) -> u16 {
    let request = axum::http::Request::put(format!("/api/vendors/{id}")).header(header, value);
    app.send(request.body(json!({"name": name}).to_string().into()).unwrap()).await.status.as_u16()
}

async fn name(app: &TestApp) -> Value {
    app.read("/api/vendors").await["vendors"][0]["name"].clone()
}

#[tokio::test]
async fn a_vendor_is_written_only_if_the_precondition_holds() {
    let app = TestApp::new();
    assert_eq!(put_if(&app, "acme", ("if-match", "*"), "Zero").await, 412, "there is nothing to replace");
    assert_eq!(put_if(&app, "acme", ("if-none-match", "*"), "One").await, 201);
    assert_eq!(put_if(&app, "acme", ("if-none-match", "*"), "Two").await, 412);
    assert_eq!(name(&app).await, "One", "a refused write changes nothing");
    let old = put(&app, "acme", r#"{"name": "Three"}"#).await.header("etag").to_owned();
    assert_eq!(put_if(&app, "acme", ("if-none-match", &old), "Four").await, 412);
    assert_eq!(put_if(&app, "acme", ("if-match", &format!("\"x\", {old}")), "Four").await, 200);
    assert_eq!(put_if(&app, "acme", ("if-match", &old), "Five").await, 412, "the write changed the ETag");
    assert_eq!(name(&app).await, "Four");
}

#[tokio::test]
async fn a_write_is_never_answered_with_not_modified() {
    let app = TestApp::new();
    let tag = put(&app, "acme", r#"{"name": "Acme"}"#).await.header("etag").to_owned();
    assert_eq!(put_if(&app, "acme", ("if-match", &tag), "Acme").await, 200);
    let other = put(&app, "bloom", r#"{"name": "Bloom"}"#).await.header("etag").to_owned();
    assert_eq!(put_if(&app, "acme", ("if-none-match", &other), "Acme").await, 200);
}

#[tokio::test]
async fn a_vendor_id_may_equal_a_route_name() {
    let app = TestApp::new();
    assert_eq!(put(&app, "export", r#"{"name": "Export & Co"}"#).await.status.as_u16(), 201);
    assert_eq!(app.read("/api/vendors/export/report").await["vendor"]["name"], "Export & Co");
    assert!(app.get("/api/vendors/export").await.text().starts_with("vendorId,"), "the path is still the export");
}
