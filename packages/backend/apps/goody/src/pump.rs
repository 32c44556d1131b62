//! The pump: projects what changed, rolls what the clock moved, forgets what is old. One of these per server.

use std::sync::Arc;
use std::time::Duration;

use goody_application::ports::{Clock, ReportReader, Result};
use goody_application::retention::{Retention, expire};
use goody_application::{project, roll};
use goody_domain::{Day, Instant};
use goody_store_sqlite::SqliteStore;
use tokio::sync::Notify;

/// How often to look for what other processes stored, and for the next minute.
const LOOK: Duration = Duration::from_millis(100);
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

pub(crate) struct Pump {
    store: SqliteStore,
    clock: Arc<dyn Clock>,
    retention: Retention,
    told: Arc<Notify>,
    rolled: Option<(Instant, i64)>,
    expired: Option<Day>,
}

impl Pump {
    pub(crate) fn new(store: SqliteStore, clock: Arc<dyn Clock>, retention: Retention, told: Arc<Notify>) -> Self {
        Self { store, clock, retention, told, rolled: None, expired: None }
    }

    /// Turns until the end of the process.
    pub(crate) async fn run(mut self) {
        loop {
            match self.turn().await {
                Ok(()) => {
                    let _ = tokio::time::timeout(LOOK, self.told.notified()).await;
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the reports fall behind; trying again");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    async fn turn(&mut self) -> Result<()> {
        let now = self.clock.now();
        let projected = project::project_all(&self.store, self.store.zone(), now).await?;
        if projected > 0 {
            tracing::debug!(changes = projected, "projected");
            metrics::counter!("goody_changes_projected_total").increment(projected as u64);
        }
        let minute = now.floor_minute();
        let revision = self.store.revision();
        match self.rolled {
            Some((rolled, seen)) if rolled == minute && seen == revision => {}
            Some((rolled, _)) if rolled == minute => {
                roll::roll(&self.store, now).await?;
            }
            _ => {
                roll::tick(&self.store, now).await?;
            }
        }
        self.rolled = Some((minute, revision));
        let today = self.store.zone().day(now);
        if self.expired != Some(today) {
            let expired = expire(&self.store, self.retention, now).await?;
            if expired != Default::default() {
                tracing::info!(orders = expired.orders, buckets = expired.buckets, "forgot what is old");
            }
            self.expired = Some(today);
        }
        Ok(())
    }
}
