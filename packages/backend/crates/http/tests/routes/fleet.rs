//! A small fleet for tests, and helper functions for responses. The frozen time is Tuesday 2026-03-10, 14:30:20 UTC.

use goody_testkit::{OrderBuilder, Response};
use serde_json::Value;

use crate::TestApp;

/// Three vendors:
/// - `acme`: ten orders that arrived on time this week, one the week before;
/// - `bloom`: three arrived (one of them late), two lost, one cancelled, one open past its promise;
/// - `crate`: one open order that is not due yet.
pub(crate) async fn small_fleet() -> TestApp {
    let app = TestApp::new();
    app.record(small_fleet_orders().into_iter().flat_map(OrderBuilder::events).collect()).await;
    app
}

pub(crate) fn small_fleet_orders() -> Vec<OrderBuilder> {
    let order = |vendor: &str, id: &str, day: u32| {
        let placed = format!("2026-03-{day:02}T10:00:00Z");
        OrderBuilder::new(id).vendor(vendor).placed(&placed).promised(&format!("2026-03-{:02}", day + 3))
    };
    let acme = |number: u32| order("acme", &format!("a-{number:02}"), 4).gift("flowers").arrived_early_by_hours(5);
    let mut orders: Vec<OrderBuilder> = (0..10).map(acme).collect();
    orders.push(
        OrderBuilder::new("a-old").placed("2026-02-25T10:00:00Z").promised("2026-02-28").arrived_early_by_hours(1),
    );
    orders.push(order("bloom", "b-1", 4).gift("food").arrived_early_by_hours(1));
    orders.push(order("bloom", "b-2", 4).arrived_early_by_hours(2));
    orders.push(order("bloom", "b-3", 4).gift("food").arrived_late_by_hours(30));
    orders.push(order("bloom", "b-4", 4).lost("2026-03-08T10:00:00Z").because("no scan for 72 h"));
    orders.push(order("bloom", "b-5", 5).lost("2026-03-09T10:00:00Z"));
    orders.push(order("bloom", "b-6", 5).cancelled("2026-03-06T10:00:00Z"));
    orders.push(
        order("bloom", "b-7", 5).shipped("2026-03-06T10:00:00Z").delayed("2026-03-10T14:00:00Z").because("storm"),
    );
    orders.push(
        OrderBuilder::new("c-1").vendor("crate").placed("2026-03-10T09:00:00Z").promised("2026-03-12").gift("food"),
    );
    orders
}

/// The values of one field of every object in a list.
pub(crate) fn column<'v>(list: &'v Value, field: &str) -> Vec<&'v Value> {
    list.as_array().expect("a list").iter().map(|row| &row[field]).collect()
}

/// The problem in a response. Asserts the properties that every problem has.
pub(crate) fn problem(response: &Response, status: u16, code: &str) -> Value {
    let problem = response.json();
    assert_eq!(response.status.as_u16(), status, "{problem}");
    assert_eq!(response.header("content-type"), "application/problem+json");
    assert_eq!((&problem["status"], &problem["code"]), (&status.into(), &code.into()));
    assert_eq!(problem["type"], format!("urn:goody:error:{}", code.to_lowercase().replace('_', "-")));
    assert_eq!(problem["correlationId"], response.header("x-correlation-id"));
    assert_eq!(problem["timestamp"], "2026-03-10T14:30:20Z");
    for field in ["title", "detail"] {
        assert!(!problem[field].as_str().unwrap().is_empty(), "{field}");
    }
    problem
}

/// The fields that a parameter problem names.
pub(crate) async fn wrong_parameters(app: &TestApp, path: &str) -> Vec<String> {
    let problem = problem(&app.get(path).await, 400, "INVALID_PARAMETER");
    let fields = column(&problem["errors"], "field").into_iter().map(|field| field.as_str().unwrap().to_owned());
    assert!(column(&problem["errors"], "reason").iter().all(|reason| !reason.as_str().unwrap().is_empty()));
    fields.collect()
}

/// All rows of a list, read page by page with cursors, and the number of pages.
pub(crate) async fn follow(app: &TestApp, path: &str, rows: &str) -> (Vec<Value>, usize) {
    let (mut all, mut pages, mut cursor) = (Vec::new(), 0, None::<String>);
    loop {
        let path = cursor.map_or(path.to_owned(), |cursor| format!("{path}&cursor={cursor}"));
        let page = app.read(&path).await;
        let place = if page["pagination"].is_object() { &page["pagination"] } else { &page };
        all.extend(page[rows].as_array().expect("rows").iter().cloned());
        pages += 1;
        assert_eq!(
            place["hasMore"],
            place["nextCursor"].is_string(),
            "there is a cursor if and only if there are more rows"
        );
        match place["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return (all, pages),
        }
        assert!(pages < 100, "the pages of {path} do not end");
    }
}
