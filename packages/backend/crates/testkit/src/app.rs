//! The app under test: the router on a store, with a clock that stands still.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
pub use axum::http::Method;
use axum::http::{HeaderMap, Request, StatusCode};
use goody_application::ports::{ChangeFeed, Clock, Store};
use goody_application::{project, roll};
use goody_domain::{OrderEvent, ReportZone};
use goody_http::{Access, App};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::{ManualClock, TestStore, ndjson};

/// An answer, read to its end.
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
    /// A header's value, empty where there is none.
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

    /// The body as JSON, a value a line.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The app on a store. When it is dropped, every change must have been projected.
pub struct TestApp {
    /// The clock it reads.
    pub clock: Arc<ManualClock>,
    /// What it reads and writes.
    pub store: Arc<dyn Store>,
    router: Router,
    feed: Arc<dyn ChangeFeed>,
    _made: TestStore,
}

impl TestApp {
    /// On an empty store in memory, in UTC, at the frozen now.
    pub fn new() -> Self {
        Self::on(TestStore::memory(ReportZone::utc()))
    }

    /// On an empty store in memory that counts the days of a zone.
    pub fn in_zone(name: &str) -> Self {
        Self::on(TestStore::memory(ReportZone::named(name).unwrap()))
    }

    /// On this store, at the frozen now.
    pub fn on(made: TestStore) -> Self {
        Self::on_at(made, ManualClock::today())
    }

    /// On this store, with this clock.
    pub fn on_at(made: TestStore, clock: Arc<ManualClock>) -> Self {
        Self::behind(Access::open(), made, clock)
    }

    /// On an empty store in memory, for those whom the doors let in.
    pub fn guarded(doors: Access) -> Self {
        Self::behind(doors, TestStore::memory(ReportZone::utc()), ManualClock::today())
    }

    fn behind(doors: Access, made: TestStore, clock: Arc<ManualClock>) -> Self {
        let store = made.store.clone();
        let app = App::new(store.clone(), clock.clone(), Arc::new(Notify::new()), None);
        Self { clock, feed: store.clone(), store, router: goody_http::router(app, doors), _made: made }
    }

    /// On a store that something else answers for: `api` has the routes and reads the same clock. `feed` is the same store by
    /// connections of its own: those of a test cannot be used any more when it is over.
    pub fn through(made: TestStore, feed: Arc<dyn ChangeFeed>, clock: Arc<ManualClock>, api: Router) -> Self {
        Self { clock, feed, store: made.store.clone(), router: api, _made: made }
    }

    /// Sends a request and reads the answer to its end.
    pub async fn send(&self, request: Request<Body>) -> Response {
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the answer came to its end").to_vec();
        Response { status: parts.status, headers: parts.headers, body }
    }

    /// Sends a request with a body of that type; of no type where it is empty.
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

    /// `GET path`, which must go well.
    pub async fn read(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status, StatusCode::OK, "GET {path}: {}", response.text());
        response.json()
    }

    /// Posts lines as NDJSON; the answer is a line each.
    pub async fn post_ndjson(&self, lines: impl Into<Body>) -> Response {
        self.request(Method::POST, "/api/orders/events", "application/x-ndjson", lines).await
    }

    /// Tells events, all of which must be new, and projects them.
    pub async fn record(&self, events: Vec<OrderEvent>) {
        let answer = self.post_ndjson(ndjson(&events)).await;
        assert!(answer.lines().iter().all(|line| line["result"] == "accepted"), "{}", answer.text());
        self.project().await;
    }

    /// Brings the buckets up to date. Says how many changes there were.
    pub async fn project(&self) -> usize {
        project::project_all(self.store.as_ref(), self.clock.now()).await.unwrap()
    }

    /// The timer's tick: brings the reports up to the clock.
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
        // A test's own runtime cannot be waited on from inside of it.
        let lag = || crate::suite::wait(self.feed.lag());
        let lag = std::thread::scope(|scope| scope.spawn(lag).join().expect("the store tells its lag")).unwrap();
        assert_eq!(lag.changes, 0, "changes were left unprojected: call app.project() after telling events");
    }
}
