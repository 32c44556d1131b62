//! Background work of a server: projects changes, updates reports as time passes, and removes expired data. If several servers
//! share a store, one of them does this work, and the others only refresh the reports that they have in memory.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::clock_watch::ClockWatch;
use crate::error_chain::error_chain;
use crate::ingest::Ingest;
use crate::parcels::Parcels;
use crate::ports::{Clock, Store, StoreError};
use crate::read::FleetCache;
use crate::retention::{Retention, RetentionTask};
use crate::{detect, project, roll};

/// How often to check for data that other processes stored, and for the next minute.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How often to look for the orders of parcels that wait: an event that names one is noticed at once.
const PARCEL_INTERVAL: Duration = Duration::from_secs(60);
/// How often to store states of the detection.
const DETECTION_INTERVAL: Duration = Duration::from_secs(15 * 60);
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The background work of a server.
pub struct Background {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Receives each new [`crate::ports::ReportReader::revision`] of the store.
    pub revisions: watch::Receiver<i64>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How long data is retained.
    pub retention: Retention,
    /// The reports in memory, from which the API responds.
    pub fleet: Arc<FleetCache>,
    /// Notified when events were stored.
    pub new_facts: Arc<Notify>,
}

impl Background {
    /// Runs until it is dropped. Until `turn` ends, another server updates the reports in the store, and this one only refreshes
    /// those in memory. The loops run independently of each other.
    pub async fn run(self, turn: impl Future<Output = ()> + Send) {
        let background = Arc::new(self);
        let mut loops = JoinSet::new();
        let (changes, revisions) = (background.clone(), background.clone());
        let (clock, days) = (background.clone(), background.clone());
        let (parcels, detection) = (background.clone(), background);
        loops.spawn(
            async move { revisions.repeat("the refresh of the reports in memory", Self::follow_revisions).await },
        );
        if catch_panic(turn).await.is_none() {
            changes.store.part_failed("the wait for the lock on the reports");
        }
        loops.spawn(async move { changes.repeat("the projection", Self::follow_changes).await });
        loops.spawn(async move { clock.repeat("the timer", Self::follow_clock).await });
        loops.spawn(async move { days.repeat("the retention", Self::follow_days).await });
        loops.spawn(async move { parcels.repeat("the search for orders of parcels", Self::follow_parcels).await });
        loops.spawn(async move { detection.repeat("the detection", Self::follow_detection).await });
        while let Some(ended) = loops.join_next().await {
            tracing::error!(?ended, "a background loop has ended: restart the server");
        }
    }

    /// Runs a loop for ever. After a panic it starts the loop again, and the health of the store reports the panic.
    async fn repeat(&self, part: &'static str, follow: impl AsyncFn(&Self)) {
        loop {
            if catch_panic(follow(self)).await.is_none() {
                self.store.part_failed(part);
            }
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }

    async fn follow_changes(&self) {
        loop {
            let result = self.project_changes().await;
            wait_for_next(result, async { drop(tokio::time::timeout(POLL_INTERVAL, self.new_facts.notified()).await) })
                .await;
        }
    }

    async fn project_changes(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let projected = project::project_all(self.store.as_ref(), now).await?;
        if projected > 0 {
            tracing::debug!(changes = projected, "projected");
            metrics::counter!("goody_changes_projected_total").increment(projected as u64);
        }
        Ok(())
    }

    async fn follow_revisions(&self) {
        let mut revisions = self.revisions.clone();
        loop {
            let today = self.store.zone().today(self.clock.now());
            let result = self.fleet.refresh(today).await;
            wait_for_next(result, async { drop(tokio::time::timeout(POLL_INTERVAL, revisions.changed()).await) }).await;
        }
    }

    async fn follow_clock(&self) {
        let mut rolled = None;
        loop {
            let now = self.clock.now();
            if rolled != Some(now.floor_minute()) {
                let result = roll::tick(self.store.as_ref(), now).await;
                rolled = result.is_ok().then_some(now.floor_minute());
                wait_for_next(result.map(drop), std::future::ready(())).await;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Takes in facts of parcels whose orders other processes stored, or a killed one.
    async fn follow_parcels(&self) {
        let parcels = Parcels::new(self.store.clone(), Ingest::new(self.store.clone()));
        loop {
            let taken_in = parcels.take_in_all(self.clock.now()).await;
            if taken_in.as_ref().is_ok_and(|number| *number > 0) {
                self.new_facts.notify_one();
            }
            wait_for_next(taken_in.map(drop), tokio::time::sleep(PARCEL_INTERVAL)).await;
        }
    }

    /// Stores the states from which the detection continues.
    async fn follow_detection(&self) {
        loop {
            let kept_up = detect::keep_up(self.store.as_ref(), self.clock.now()).await;
            let interval = if let Ok(false) = kept_up { Duration::ZERO } else { DETECTION_INTERVAL };
            wait_for_next(kept_up.map(drop), tokio::time::sleep(interval)).await;
        }
    }

    /// Watches the clock, and removes expired data while the clock is steady.
    async fn follow_days(&self) {
        let (mut watch, mut retention_task) = (ClockWatch::default(), RetentionTask::new(self.retention));
        let mut unrecorded = VecDeque::new();
        loop {
            if let Some(jump) = watch.look(self.clock.now(), self.clock.elapsed()) {
                tracing::warn!(from = %jump.from, to = %jump.to, "the clock was set");
                unrecorded.push_back(jump);
            }
            if let Some(jump) = unrecorded.front() {
                let recorded = self.store.note_clock_jump(*jump).await;
                if recorded.is_ok() {
                    unrecorded.pop_front();
                }
                wait_for_next(recorded, std::future::ready(())).await;
            }
            let result = retention_task.step(self.store.as_ref(), self.clock.as_ref(), &watch).await;
            if let Ok(Some(expired)) = &result
                && *expired != Default::default()
            {
                tracing::info!(orders = expired.orders, buckets = expired.buckets, "removed expired data");
            }
            wait_for_next(result.map(drop), std::future::ready(())).await;
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// The output of a future, or `None` if it panics.
pub async fn catch_panic<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // The future is not polled again after a panic.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// Waits for `next`, or for a while after a failure.
async fn wait_for_next<E: std::error::Error>(result: Result<(), E>, next: impl Future<Output = ()>) {
    match result {
        Ok(()) => next.await,
        Err(error) => {
            tracing::error!(error = error_chain(&error), "the reports fall behind; trying again");
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }
}
