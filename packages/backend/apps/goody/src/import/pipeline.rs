//! Records batches of events while more lines are read, and updates the reports at the same time.

use std::future::pending;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::{MaybeDone, maybe_done};
use futures::poll;
use goody_application::ingest::{Batch, Ingest};
use goody_application::ports::Clock;
use goody_application::{project, roll};
use goody_domain::OrderEvent;
use goody_store_sqlite::SqliteStore;
use tokio::task::JoinHandle;

use super::batches::Batches;
use super::feed::Line;
use super::results::{ImportResults, Origin};
use crate::Failure;
use crate::clock::SystemClock;
use crate::progress::Progress;

/// How many changes are projected together. More would take more memory.
const PROJECTION_BATCH: usize = 80_000;

/// Records the batches in the orders of `ingest`, and counts the outcomes. The reports of `projection` follow.
///
/// The writer is the bottleneck, so a batch is prepared while the previous one is written. When the next batch is late, the
/// previous one is finished first.
pub(super) async fn record_batches(
    ingest: &Ingest,
    mut projection: Option<Projection>,
    (mut batches, batch): (Batches<Line>, &Batch),
    (progress, position): (&mut Progress, &AtomicU64),
    results: &mut ImportResults,
) -> Result<(), Failure> {
    let clock = SystemClock;
    let mut previous: Option<Saving<_>> = None;
    // The last batch was not full: the input is slow, and its changes must not wait for more.
    let mut is_slow = false;
    loop {
        let received = tokio::select! {
            biased;
            () = wait_until_saved(previous.as_mut()) => None,
            lines = batches.next() => Some(lines),
        };
        let now = clock.now();
        let is_last = matches!(received, Some(None));
        let is_waiting = received.is_none();
        let mut next = None;
        if let Some(Some(lines)) = received {
            is_slow = lines.len() < batches.size;
            let (origins, events) = results.reject_invalid(lines)?;
            let prepared = ingest.prepare(events.clone(), batch, now).await?;
            let mut saving = Box::pin(maybe_done(ingest.save(prepared, batch, now)));
            // The first poll queues the writes, directly behind those of the previous batch.
            let _ = poll!(saving.as_mut());
            next = Some(Saving { saving, origins, events });
        }
        if let Some(Saving { mut saving, origins, events }) = std::mem::replace(&mut previous, next) {
            saving.as_mut().await;
            let outcomes = saving.as_mut().take_output().ok_or("the outcome of a batch is missing")??;
            if let Some(projection) = &mut projection {
                projection.unprojected += events.len();
            }
            results.record(outcomes, &origins, &events)?;
        }
        if let Some(projection) = &mut projection {
            projection.start(is_waiting && is_slow).await?;
        }
        progress.show(position.load(Ordering::Relaxed), || results.summary.counts());
        if is_last {
            break;
        }
    }
    match projection {
        Some(projection) => projection.finish().await,
        None => Ok(()),
    }
}

/// Events that are being saved.
struct Saving<F: Future> {
    saving: Pin<Box<MaybeDone<F>>>,
    origins: Vec<Origin>,
    events: Vec<OrderEvent>,
}

/// Ends when the batch is saved. Without a batch, it never ends.
async fn wait_until_saved<F: Future>(batch: Option<&mut Saving<F>>) {
    match batch {
        Some(batch) => batch.saving.as_mut().await,
        None => pending().await,
    }
}

/// Updates the reports behind the writer.
pub(super) struct Projection {
    store: SqliteStore,
    running: JoinHandle<goody_application::ports::Result<usize>>,
    /// How many events were recorded since it was started last.
    unprojected: usize,
}

impl Projection {
    pub(super) fn new(store: SqliteStore) -> Self {
        Self { store, running: tokio::spawn(std::future::ready(Ok(0))), unprojected: 0 }
    }

    /// Starts it if it does not run, and enough changes wait, or `must_start`.
    async fn start(&mut self, must_start: bool) -> Result<(), Failure> {
        if !self.running.is_finished() || self.unprojected < PROJECTION_BATCH && !must_start {
            return Ok(());
        }
        self.unprojected = 0;
        let (store, now) = (self.store.clone(), SystemClock.now());
        let next = tokio::spawn(async move { project::project_next(&store, now, PROJECTION_BATCH).await });
        std::mem::replace(&mut self.running, next).await??;
        Ok(())
    }

    /// Projects the rest.
    async fn finish(self) -> Result<(), Failure> {
        self.running.await??;
        let now = SystemClock.now();
        while project::project_next(&self.store, now, PROJECTION_BATCH).await? > 0 {}
        roll::roll(&self.store, now).await?;
        Ok(())
    }
}
