//! The router that both hosts share: one file per noun. It knows ports, not stores.
//!
//! Every error leaves as `application/problem+json`; what is inside of a 5xx stays in the log.

mod answer;
mod body;
mod correlation;
mod cursor;
mod dashboard;
mod docs;
mod error;
mod events;
pub mod export;
mod health;
mod orders;
mod page;
mod params;
mod problems;
mod reports;
mod vendors;

use std::sync::Arc;

use axum::Router;
use goody_application::ingest::Ingest;
use goody_application::ports::{ChangeFeed, Clock, OrderReader, ReportReader, Store, VendorStore};
use goody_application::read::{FleetReader, HealthReader};
use goody_domain::Instant;
use tokio::sync::Notify;

pub use docs::openapi;
pub use page::with_page;

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
    fleet: Arc<FleetReader>,
    told: Arc<Notify>,
    started: Instant,
    metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
    dashboards: dashboard::Cache,
}

impl App {
    /// An app on a store. `told` is notified whenever events were stored; `metrics` renders `GET /metrics`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        told: Arc<Notify>,
        metrics: Option<Box<dyn Fn() -> String + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Parts {
            orders: store.clone(),
            reports: store.clone(),
            vendors: store.clone(),
            feed: store.clone(),
            ingest: Ingest::new(store.clone()),
            fleet: Arc::new(FleetReader::new(store)),
            started: clock.now(),
            clock,
            told,
            metrics,
            dashboards: dashboard::Cache::default(),
        }))
    }

    /// What dashboards and vendor lists are made from, for whoever keeps it up to date.
    pub fn fleet(&self) -> Arc<FleetReader> {
        self.0.fleet.clone()
    }

    fn now(&self) -> Instant {
        self.0.clock.now()
    }

    fn health_reader(&self) -> HealthReader {
        let parts = &self.0;
        HealthReader::new(parts.orders.clone(), parts.feed.clone(), parts.reports.clone(), parts.clock.clone())
    }
}

/// Every route of the API.
pub fn router(app: App) -> Router {
    let (router, document) = docs::routes().split_for_parts();
    router
        .merge(docs::served(document))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(error::panicked))
        .layer(axum::middleware::from_fn_with_state(app.clone(), correlation::correlate))
        .layer(answer::compressed())
        .with_state(app)
}
