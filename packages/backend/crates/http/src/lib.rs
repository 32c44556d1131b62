//! The router that both hosts share: one file per noun. It depends on ports, not on stores.
//!
//! Every error response is `application/problem+json`. The cause of a 5xx is only in the log.

mod access;
mod audit;
mod batch_id;
mod batches;
mod calls;
mod capacity;
mod cursor;
mod dashboard;
#[cfg(feature = "demo")]
mod demo;
mod docs;
mod error;
mod events;
pub mod export;
mod health;
mod host_check;
mod intake;
mod json_response;
mod load_shed;
mod measurement_cache;
mod order_filter;
mod orders;
mod page;
mod params;
mod parsed_events;
mod paths;
mod rejection_keeper;
mod rejections;
mod reports;
mod request_log;
mod results;
mod security_headers;
mod signals;
mod tasks;
mod token_cache;
mod tokens;
mod vendor_body;
mod vendors;
mod webhook_facts;
mod webhooks;
mod whole_body;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use goody_application::detection_cache::DetectionCache;
use goody_application::ingest::Ingest;
use goody_application::parcels::Parcels;
use goody_application::ports::{ChangeFeed, Clock, OrderReader, ReportReader, Store, VendorStore};
use goody_application::read::{FleetCache, HealthReader};
use goody_application::simulate::Simulator;
use goody_domain::Instant;
use tokio::sync::Notify;

use crate::access::Guard;
use crate::measurement_cache::MeasurementCache;
use crate::rejection_keeper::RejectionKeeper;

pub use access::{Access, fixed};
pub use batch_id::new_batch_id;
pub use docs::openapi;
pub use host_check::Hosts;
pub use page::with_page;
pub use tasks::Tasks;
pub use token_cache::{GracePeriod, TokenCache};
pub use tokens::{Token, TokenProblem, TokenScope, TokenSource, Tokens, TokensError};
pub use webhooks::Webhooks;

/// How long a request waits for the detection of the latest counters, if that of some moments before is known.
const DETECTION_PATIENCE: Duration = Duration::from_millis(50);

/// The state of the handlers. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    orders: Arc<dyn OrderReader>,
    /// All of the store: to take batches back, and to detect.
    order_store: Arc<dyn Store>,
    reports: Arc<dyn ReportReader>,
    vendors: Arc<dyn VendorStore>,
    feed: Arc<dyn ChangeFeed>,
    ingest: Ingest,
    parcels: Parcels,
    webhooks: Webhooks,
    clock: Arc<dyn Clock>,
    fleet: Arc<FleetCache>,
    detections: DetectionCache,
    new_facts: Arc<Notify>,
    started: Instant,
    silence_hours: u32,
    metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
    dashboards: dashboard::Cache,
    tasks: Tasks,
    rejections: Arc<RejectionKeeper>,
    vendor_lock: tokio::sync::Mutex<()>,
    /// Sends the demo orders, and is locked while it does; `None` if the host does not offer them.
    demo: Option<Arc<tokio::sync::Mutex<Simulator>>>,
    health: MeasurementCache<Option<(bool, String)>, health::Measurement>,
}

impl App {
    /// An app on a store. It notifies `new_facts` whenever it stores events. After more than `silence_hours` since the latest
    /// event it is degraded; 0 accepts any silence. `metrics` renders the body of `GET /metrics`. `demo` sends the
    /// orders of `POST /api/demo`; without it, there is no such route. `webhooks` says what the host knows of their senders.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        new_facts: Arc<Notify>,
        silence_hours: u32,
        metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
        demo: Option<Simulator>,
        webhooks: Webhooks,
    ) -> Self {
        let (tasks, ingest) = (Tasks::default(), Ingest::new(store.clone()));
        Self(Arc::new(Parts {
            orders: store.clone(),
            order_store: store.clone(),
            reports: store.clone(),
            vendors: store.clone(),
            feed: store.clone(),
            parcels: Parcels::new(store.clone(), ingest.clone()),
            ingest,
            webhooks,
            rejections: Arc::new(RejectionKeeper::new(store.clone(), clock.clone(), tasks.clone())),
            detections: DetectionCache::new(store.clone(), DETECTION_PATIENCE),
            fleet: Arc::new(FleetCache::new(store)),
            started: clock.now(),
            clock,
            new_facts,
            silence_hours,
            metrics,
            dashboards: dashboard::Cache::default(),
            tasks,
            vendor_lock: tokio::sync::Mutex::default(),
            demo: demo.map(|simulator| Arc::new(tokio::sync::Mutex::new(simulator))),
            health: MeasurementCache::default(),
        }))
    }

    /// The cache behind dashboards and vendor lists, for the task that updates it.
    pub fn fleet(&self) -> Arc<FleetCache> {
        self.0.fleet.clone()
    }

    /// The writes in progress. A server waits for them before it stops.
    pub fn tasks(&self) -> Tasks {
        self.0.tasks.clone()
    }

    fn now(&self) -> Instant {
        self.0.clock.now()
    }

    fn health_reader(&self) -> HealthReader {
        let parts = &self.0;
        let (orders, feed, reports) = (parts.orders.clone(), parts.feed.clone(), parts.reports.clone());
        HealthReader::new(orders, feed, reports, parts.clock.clone(), parts.silence_hours)
    }
}

/// Every route of the API, and its documentation, behind the access rules.
pub fn router(app: App, access: Access) -> Router {
    let (router, document) = docs::routes();
    guarded(router.merge(docs::docs_router(document)), app, access)
}

/// [`router`] without the pages of the documentation, which are half a megabyte.
pub fn router_without_docs(app: App, access: Access) -> Router {
    guarded(docs::routes().0, app, access)
}

fn guarded(router: Router<App>, app: App, access: Access) -> Router {
    let (hosts, cors) = (access.hosts.clone(), access.cors());
    let guard = Guard::new(access, app.0.demo.is_some());
    let router = router
        .fallback(error::route_not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(error::handle_panic))
        .layer(axum::Extension(guard.clone()))
        .layer(from_fn_with_state(guard.clone(), access::authorize))
        .layer(from_fn_with_state(guard, load_shed::shed));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router
        .layer(from_fn_with_state(hosts, host_check::check))
        .layer(from_fn(security_headers::add_security_headers))
        .layer(from_fn_with_state(app.clone(), request_log::correlate))
        .layer(json_response::compression())
        .with_state(app)
}
