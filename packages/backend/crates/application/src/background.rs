//! The pump: projects what changed, rolls what the clock moved, forgets what is old. One of these per server; of servers that
//! share a store, one keeps the reports and the others follow.

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
use crate::ports::{Clock, Store, StoreError};
use crate::read::FleetCache;
use crate::retention::{Forgetting, Retention};
use crate::{project, roll};

/// How often to look for what other processes stored, and for the next minute.
const LOOK: Duration = Duration::from_millis(100);
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What keeps the reports of a store up to date.
pub struct Background {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Its [`crate::ports::ReportReader::revision`], as it grows.
    pub revisions: watch::Receiver<i64>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How long things are kept.
    pub retention: Retention,
    /// What the API answers from.
    pub fleet: Arc<FleetCache>,
    /// Notified when events were stored.
    pub new_facts: Arc<Notify>,
}

impl Background {
    /// Runs until it is dropped. Until `turn` ends, another server keeps the reports, and this one only follows what it makes.
    /// None of the four waits for another.
    pub async fn run(self, turn: impl Future<Output = ()> + Send) {
        let pump = Arc::new(self);
        let mut loops = JoinSet::new();
        let (changes, revisions, clock, days) = (pump.clone(), pump.clone(), pump.clone(), pump);
        loops.spawn(async move { revisions.keep_going("the reading of reports", Self::follow_revisions).await });
        if caught(turn).await.is_none() {
            changes.store.part_failed("the wait for the turn to keep the reports");
        }
        loops.spawn(async move { changes.keep_going("the projection", Self::follow_changes).await });
        loops.spawn(async move { clock.keep_going("the timer", Self::follow_clock).await });
        loops.spawn(async move { days.keep_going("the retention", Self::follow_days).await });
        while let Some(ended) = loops.join_next().await {
            tracing::error!(?ended, "a part of the pump has ended: restart the server");
        }
    }

    /// Runs a loop for ever. After a panic it begins anew, and the store's condition says so.
    async fn keep_going(&self, part: &'static str, follow: impl AsyncFn(&Self)) {
        loop {
            if caught(follow(self)).await.is_none() {
                self.store.part_failed(part);
            }
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }

    async fn follow_changes(&self) {
        loop {
            let done = self.take_changes().await;
            rest(done, async { drop(tokio::time::timeout(LOOK, self.new_facts.notified()).await) }).await;
        }
    }

    async fn take_changes(&self) -> Result<(), StoreError> {
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
            let done = self.fleet.keep_up(today).await;
            rest(done, async { drop(tokio::time::timeout(LOOK, revisions.changed()).await) }).await;
        }
    }

    async fn follow_clock(&self) {
        let mut rolled = None;
        loop {
            let now = self.clock.now();
            if rolled != Some(now.floor_minute()) {
                let done = roll::tick(self.store.as_ref(), now).await;
                rolled = done.is_ok().then_some(now.floor_minute());
                rest(done.map(drop), std::future::ready(())).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Watches the clock, and removes what is old when the clock can be believed.
    async fn follow_days(&self) {
        let (mut watch, mut forgetting) = (ClockWatch::default(), Forgetting::new(self.retention));
        let mut not_noted = VecDeque::new();
        loop {
            if let Some(jump) = watch.look(self.clock.now(), self.clock.elapsed()) {
                tracing::warn!(from = %jump.from, to = %jump.to, "the clock was set");
                not_noted.push_back(jump);
            }
            if let Some(jump) = not_noted.front() {
                let noted = self.store.note_clock_jump(*jump).await;
                if noted.is_ok() {
                    not_noted.pop_front();
                }
                rest(noted, std::future::ready(())).await;
            }
            let done = forgetting.step(self.store.as_ref(), self.clock.as_ref(), &watch).await;
            if let Ok(Some(expired)) = &done
                && *expired != Default::default()
            {
                tracing::info!(orders = expired.orders, buckets = expired.buckets, "removed what is old");
            }
            rest(done.map(drop), std::future::ready(())).await;
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// What a future ends with; nothing where it panics.
pub async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // It is polled no more once it has panicked.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// Waits for what is next, or a while after a failure.
async fn rest<E: std::error::Error>(done: Result<(), E>, next: impl Future<Output = ()>) {
    match done {
        Ok(()) => next.await,
        Err(error) => {
            tracing::error!(error = error_chain(&error), "the reports fall behind; trying again");
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }
}
