//! The router that both hosts share: one file per noun. It knows ports, not stores.
//!
//! Every error leaves as `application/problem+json`; what is inside of a 5xx stays in the log.

mod access;
mod audit;
mod capacity;
mod cursor;
mod dashboard;
mod docs;
mod error;
mod event_splitter;
mod events;
pub mod export;
mod health;
mod host_check;
mod intake;
mod json_response;
mod load_shed;
mod orders;
mod page;
mod params;
mod paths;
mod reports;
mod request_log;
mod results;
mod security_headers;
mod shared;
mod tasks;
mod tokens;
mod vendor_body;
mod vendors;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use goody_application::ingest::Ingest;
use goody_application::ports::{ChangeFeed, Clock, OrderReader, ReportReader, Store, VendorStore};
use goody_application::read::{FleetCache, HealthReader};
use goody_domain::Instant;
use tokio::sync::Notify;

use crate::access::Guard;
use crate::shared::Shared;

pub use access::{Access, fixed};
pub use docs::openapi;
pub use host_check::Hosts;
pub use page::with_page;
pub use tasks::Tasks;
pub use tokens::{Token, TokenProblem, TokenScope, TokenSource, Tokens, TokensError};

/// What the handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    orders: Arc<dyn OrderReader>,
    reports: Arc<dyn ReportReader>,
    vendors: Arc<dyn VendorStore>,
    feed: Arc<dyn ChangeFeed>,
    ingest: Ingest,
    clock: Arc<dyn Clock>,
    fleet: Arc<FleetCache>,
    new_facts: Arc<Notify>,
    started: Instant,
    metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
    dashboards: dashboard::Cache,
    tasks: Tasks,
    vendor_turn: tokio::sync::Mutex<()>,
    health: Shared<Option<(bool, String)>, health::Measured>,
}

impl App {
    /// An app on a store. `told` is notified whenever events were stored; `metrics` renders `GET /metrics`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        new_facts: Arc<Notify>,
        metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Parts {
            orders: store.clone(),
            reports: store.clone(),
            vendors: store.clone(),
            feed: store.clone(),
            ingest: Ingest::new(store.clone()),
            fleet: Arc::new(FleetCache::new(store)),
            started: clock.now(),
            clock,
            new_facts,
            metrics,
            dashboards: dashboard::Cache::default(),
            tasks: Tasks::default(),
            vendor_turn: tokio::sync::Mutex::default(),
            health: Shared::default(),
        }))
    }

    /// What dashboards and vendor lists are made from, for whoever keeps it up to date.
    pub fn fleet(&self) -> Arc<FleetCache> {
        self.0.fleet.clone()
    }

    /// What is being written. Whoever stops the server waits for it to be finished.
    pub fn tasks(&self) -> Tasks {
        self.0.tasks.clone()
    }

    fn now(&self) -> Instant {
        self.0.clock.now()
    }

    fn health_reader(&self) -> HealthReader {
        let parts = &self.0;
        HealthReader::new(parts.orders.clone(), parts.feed.clone(), parts.reports.clone(), parts.clock.clone())
    }
}

/// Every route of the API, for those whom the doors let in.
pub fn router(app: App, doors: Access) -> Router {
    let (router, document) = docs::routes();
    let (hosts, cors) = (doors.hosts.clone(), doors.cors());
    let guard = Guard::new(doors);
    let router = router
        .merge(docs::served(document))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(error::panicked))
        .layer(axum::Extension(guard.clone()))
        .layer(from_fn_with_state(guard.clone(), access::admit))
        .layer(from_fn_with_state(guard, load_shed::shed));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router
        .layer(from_fn_with_state(hosts, host_check::check))
        .layer(from_fn(security_headers::secured))
        .layer(from_fn_with_state(app.clone(), request_log::correlate))
        .layer(json_response::compressed())
        .with_state(app)
}
