//! `POST /api/demo`

use axum::body::Body;
use axum::http::{Method, Request};
use goody_application::simulate::{BACKFILL_DAYS, Simulator};
use goody_http::{Access, Token, TokenScope, Tokens, fixed};
use goody_testkit::{OrderBuilder, Response, ndjson, now};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fleet::{column, problem};

async fn post(app: &TestApp) -> Response {
    app.request(Method::POST, "/api/demo", "", Body::empty()).await
}

async fn post_with(app: &TestApp, token: &str) -> Response {
    let request = Request::post("/api/demo").header("authorization", format!("Bearer {token}"));
    app.send(request.body(Body::empty()).unwrap()).await
}

/// A token for each scope. The scope is also its name and its secret.
fn tokens() -> Access {
    let scopes = [("read", TokenScope::Read), ("ingest", TokenScope::Ingest)];
    let lines = scopes.map(|(name, scope)| Token::new(name, vec![scope], name).unwrap().to_string());
    Access { tokens: Some(fixed(Tokens::parse(&lines.join("\n")).unwrap())), ..Access::open() }
}

async fn intake(app: &TestApp, headers: &[(&str, &str)]) -> Value {
    app.get_with("/health", headers).await.json()["intake"].clone()
}

#[tokio::test]
async fn an_empty_database_gets_the_orders_of_a_backfill_with_its_progress() {
    let app = TestApp::with_demo(Access::open());
    let response = post(&app).await;
    assert_eq!(response.status.as_u16(), 200, "{}", response.text());
    assert_eq!(response.header("content-type"), "application/x-ndjson");
    assert_eq!(response.header("x-batch-id"), "backfill-42");
    let lines = response.lines();
    let [steps @ .., last] = &lines[..] else { panic!("no lines") };
    assert!(steps.len() > 2, "{lines:?}");
    assert!(steps.iter().all(|line| line["isComplete"] == false), "{lines:?}");
    for number in ["events", "percent"] {
        assert!(lines.is_sorted_by_key(|line| line[number].as_f64().unwrap()), "{number} in {lines:?}");
    }
    assert_eq!((&last["percent"], &last["isComplete"]), (&json!(100.0), &json!(true)));

    let other = TestApp::new();
    let simulator = Simulator::new(other.store.clone(), 42, Vec::new());
    let counts = simulator.backfill(BACKFILL_DAYS, now(), now(), |_, _| {}).await.unwrap();
    other.project().await;
    assert_eq!(last["events"], counts.new);
    for export in ["/api/orders/export?format=ndjson", "/api/vendors/export?format=ndjson"] {
        let orders = app.get(export).await;
        assert!(orders.lines().len() >= 10, "{export}");
        assert!(orders.body == other.get(export).await.body, "{export} differs from that of a backfill");
    }
}

#[tokio::test]
async fn the_reports_include_the_orders_when_the_last_line_arrives() {
    let app = TestApp::with_demo(Access::open());
    assert_eq!(app.read("/api/dashboard").await["systemHealth"]["dataFreshness"], "empty");
    post(&app).await;
    let vendors = app.read("/api/vendors").await["vendors"].clone();
    assert_eq!(vendors.as_array().unwrap().len(), 10);
    assert!(column(&vendors, "totalOrders").iter().all(|orders| orders.as_i64() > Some(0)), "{vendors}");
}

#[tokio::test]
async fn a_database_with_events_is_not_filled() {
    let app = TestApp::with_demo(Access::open());
    // No report includes the event yet, and the order has no placement.
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").unplaced().shipped("2026-03-10T10:00:00Z").events())).await;
    for _ in 0..2 {
        let problem = problem(&post(&app).await, 409, "NOT_EMPTY");
        assert!(problem["detail"].as_str().unwrap().contains("--database"), "{problem}");
        app.project().await;
    }
    assert_eq!(app.read("/api/vendors").await["vendors"], json!([]));

    let filled = TestApp::with_demo(Access::open());
    let events = post(&filled).await.lines().last().unwrap()["events"].clone();
    problem(&post(&filled).await, 409, "NOT_EMPTY");
    assert!(events.as_u64() > Some(0));
}

#[tokio::test]
async fn two_requests_at_the_same_time_fill_it_once() {
    let app = TestApp::with_demo(Access::open());
    let (one, other) = tokio::join!(post(&app), post(&app));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_host_without_demo_orders_has_no_such_route_for_anyone() {
    for app in [TestApp::new(), TestApp::guarded(tokens())] {
        problem(&post(&app).await, 404, "NOT_FOUND");
        for token in ["unknown", "read", "ingest"] {
            problem(&post_with(&app, token).await, 404, "NOT_FOUND");
        }
        assert_eq!(app.read("/api/vendors").await["vendors"], json!([]));
    }
}

#[tokio::test]
async fn with_tokens_it_needs_one_that_may_send_events() {
    let app = TestApp::with_demo(tokens());
    problem(&post(&app).await, 401, "UNAUTHENTICATED");
    problem(&post_with(&app, "read").await, 403, "FORBIDDEN");
    assert_eq!(post_with(&app, "ingest").await.status.as_u16(), 200);
}

#[tokio::test]
async fn health_states_how_a_caller_can_send_events() {
    let none = json!({"needsToken": false, "offersDemo": false});
    assert_eq!(intake(&TestApp::new(), &[]).await, none);
    assert_eq!(
        intake(&TestApp::with_demo(Access::open()), &[]).await,
        json!({"needsToken": false, "offersDemo": true})
    );
    let app = TestApp::with_demo(tokens());
    for (headers, offers_demo) in [
        (&[][..], false),
        (&[("authorization", "Bearer unknown")], false),
        (&[("authorization", "Bearer read")], false),
        (&[("authorization", "Bearer ingest")], true),
    ] {
        assert_eq!(intake(&app, headers).await, json!({"needsToken": true, "offersDemo": offers_demo}), "{headers:?}");
    }
    let guarded = TestApp::guarded(tokens());
    let headers = [("authorization", "Bearer ingest")];
    assert_eq!(intake(&guarded, &headers).await, json!({"needsToken": true, "offersDemo": false}));
}
