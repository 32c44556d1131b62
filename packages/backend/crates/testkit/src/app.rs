//! The app under test: the router on a store, with a manual clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
pub use axum::http::Method;
use axum::http::{HeaderMap, Request, StatusCode};
use goody_application::ports::{ChangeFeed, Clock, Store};
use goody_application::simulate::Simulator;
use goody_application::{project, roll};
use goody_domain::{OrderEvent, ReportZone};
use goody_http::{Access, App, Webhooks};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::{ManualClock, TestStore, ndjson};

/// A response with its full body.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header; empty if the header is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    /// The body as JSON lines.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The app on a store. A drop panics if a change is not projected.
pub struct TestApp {
    /// The clock of the app.
    pub clock: Arc<ManualClock>,
    /// The store of the app.
    pub store: Arc<dyn Store>,
    router: Router,
    feed: Arc<dyn ChangeFeed>,
    _test_store: TestStore,
}

/// The hours without an event after which a test's app is degraded.
const SILENCE_HOURS: u32 = 24;

impl TestApp {
    /// The app on an empty store in memory, in UTC, at the frozen now.
    pub fn new() -> Self {
        Self::on(TestStore::memory(ReportZone::utc()))
    }

    /// The app on an empty store in memory that counts the days of a zone.
    pub fn in_zone(name: &str) -> Self {
        Self::on(TestStore::memory(ReportZone::named(name).unwrap()))
    }

    /// The app on this store, at the frozen now.
    pub fn on(test_store: TestStore) -> Self {
        Self::on_at(test_store, ManualClock::today())
    }

    /// The app on this store, with this clock.
    pub fn on_at(test_store: TestStore, clock: Arc<ManualClock>) -> Self {
        Self::with_access(Access::open(), test_store, clock)
    }

    /// The app on an empty store in memory, with these access rules.
    pub fn guarded(access: Access) -> Self {
        Self::with_access(access, TestStore::memory(ReportZone::utc()), ManualClock::today())
    }

    /// The app on an empty store in memory, with these access rules and the route of the demo orders.
    pub fn with_demo(access: Access) -> Self {
        let test_store = TestStore::memory(ReportZone::utc());
        let simulator = Simulator::new(test_store.store.clone(), 42, Vec::new());
        Self::build(access, test_store, ManualClock::today(), Some(simulator))
    }

    fn with_access(access: Access, test_store: TestStore, clock: Arc<ManualClock>) -> Self {
        Self::build(access, test_store, clock, None)
    }

    fn build(access: Access, test_store: TestStore, clock: Arc<ManualClock>, demo: Option<Simulator>) -> Self {
        let store = test_store.store.clone();
        let app = App::new(
            store.clone(),
            clock.clone(),
            Arc::new(Notify::new()),
            SILENCE_HOURS,
            None,
            demo,
            Webhooks::new(BTreeMap::new(), BTreeMap::new(), None, true).unwrap(),
        );
        Self { clock, feed: store.clone(), store, router: goody_http::router(app, access), _test_store: test_store }
    }

    /// The app with another router: `api` has the routes and reads the same clock. `feed` is the same store with its own
    /// connections, because the connections of a test do not work after its end.
    pub fn through(test_store: TestStore, feed: Arc<dyn ChangeFeed>, clock: Arc<ManualClock>, api: Router) -> Self {
        Self { clock, feed, store: test_store.store.clone(), router: api, _test_store: test_store }
    }

    /// Sends a request and reads the full response.
    pub async fn send(&self, request: Request<Body>) -> Response {
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the body is complete").to_vec();
        Response { status: parts.status, headers: parts.headers, body }
    }

    /// Sends a request with a body of this content type; an empty content type sends no header.
    pub async fn request(&self, method: Method, path: &str, content_type: &str, body: impl Into<Body>) -> Response {
        let request = Request::builder().method(method).uri(path);
        let request = if content_type.is_empty() { request } else { request.header("content-type", content_type) };
        self.send(request.body(body.into()).unwrap()).await
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path, "", Body::empty()).await
    }

    /// `GET path` with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// `GET path`. Panics if the status is not 200.
    pub async fn read(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status, StatusCode::OK, "GET {path}: {}", response.text());
        response.json()
    }

    /// Posts events as NDJSON, in a batch of always the same id. The response has a line for each.
    pub async fn post_ndjson(&self, lines: impl Into<Body>) -> Response {
        let request = Request::post("/api/orders/events").header("content-type", "application/x-ndjson");
        self.send(request.header("x-batch-id", "b-1").body(lines.into()).unwrap()).await
    }

    /// Posts events and projects them. Panics if an event is not new.
    pub async fn record(&self, events: Vec<OrderEvent>) {
        let response = self.post_ndjson(ndjson(&events)).await;
        assert!(response.lines().iter().all(|line| line["result"] == "accepted"), "{}", response.text());
        self.project().await;
    }

    /// Projects all pending changes. Returns their number.
    pub async fn project(&self) -> usize {
        project::project_all(self.store.as_ref(), self.clock.now()).await.unwrap()
    }

    /// Runs a tick of the timer: computes stale reports again.
    pub async fn roll(&self) -> usize {
        roll::tick(self.store.as_ref(), self.clock.now()).await.unwrap()
    }
}

impl Default for TestApp {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The test's runtime cannot block one of its own threads on a task.
        let lag = || crate::suite::wait(self.feed.lag());
        let lag = std::thread::scope(|scope| scope.spawn(lag).join().expect("the store returns its lag")).unwrap();
        assert_eq!(
            lag.changes, 0,
            "changes were left unprojected: call app.project() after the test has posted events"
        );
    }
}
