//! Keeps what was rejected, with no error and hardly a delay for its sender: whether it is kept changes no response.
//!
//! What several requests rejected at the same time is kept in one write. The bodies may hold personal data: they are never logged.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use goody_application::error_chain::error_chain;
use goody_application::ports::{Clock, Refused, RejectionBounds, RejectionStore};

use crate::error::ApiError;
use crate::tasks::Tasks;

/// The most bytes that wait to be kept. What is rejected beyond that is counted, and not kept.
const MOST_WAITING: usize = 8 * 1_024 * 1_024;
/// From so many waiting bytes on, a body that is still read waits until they are kept.
const MANY_WAITING: usize = 2 * 1_024 * 1_024;
/// About the bytes that a rejection takes in addition to its body and its reason.
const OVERHEAD: usize = 256;
/// How long a response waits until what its request sent is kept.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was rejected and is not kept yet.
pub(crate) struct RejectionKeeper {
    store: Arc<dyn RejectionStore>,
    clock: Arc<dyn Clock>,
    tasks: Tasks,
    waiting: Mutex<Waiting>,
    /// Held by the call that writes.
    turn: tokio::sync::Mutex<()>,
    /// Whether the last write failed or took too long: then no response waits for the next.
    is_failing: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    refused: Vec<Refused>,
    bytes: usize,
}

impl RejectionKeeper {
    pub(crate) fn new(store: Arc<dyn RejectionStore>, clock: Arc<dyn Clock>, tasks: Tasks) -> Self {
        let (waiting, turn, is_failing) = (Mutex::default(), tokio::sync::Mutex::default(), AtomicBool::new(false));
        Self { store, clock, tasks, waiting, turn, is_failing }
    }

    /// Adds what was rejected, for the next [`Self::flush`]. Returns whether much waits.
    pub(crate) fn add(&self, refused: Vec<Refused>) -> bool {
        let mut lost = 0;
        let mut waiting = self.waiting();
        for refused in refused.into_iter().map(Refused::bounded) {
            let bytes = refused.body.len() + refused.reason.len() + OVERHEAD;
            if waiting.bytes + bytes > MOST_WAITING {
                lost += 1;
                continue;
            }
            waiting.bytes += bytes;
            waiting.refused.push(refused);
        }
        let is_much = waiting.bytes >= MANY_WAITING;
        drop(waiting);
        if lost > 0 {
            report_lost(lost, "too much was rejected at once");
        }
        is_much
    }

    /// Whether anything waits.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting().refused.is_empty()
    }

    /// Keeps what waits, and waits for that, but not long. If the caller has added something, another call may be writing it.
    pub(crate) async fn flush(self: &Arc<Self>, has_added: bool) {
        if !has_added && !self.has_waiting() {
            return;
        }
        let keeper = self.clone();
        // The write goes on when the client disconnects or the response does not wait any longer.
        let write = tokio::spawn(async move { keeper.tasks.run(keeper.clone().write()).await });
        let patience = if self.is_failing.load(Ordering::Relaxed) { Duration::ZERO } else { PATIENCE };
        if tokio::time::timeout(patience, write).await.is_err() {
            self.is_failing.store(true, Ordering::Relaxed);
        }
    }

    /// Keeps what waits. A failure is reported here, and is none of the task.
    async fn write(self: Arc<Self>) -> Result<(), ApiError> {
        let _turn = self.turn.lock().await;
        let Waiting { refused, .. } = std::mem::take(&mut *self.waiting());
        if refused.is_empty() {
            // The call before has kept it.
            return Ok(());
        }
        let number = refused.len() as u64;
        let kept = self.store.keep(refused, RejectionBounds::default(), self.clock.now()).await;
        self.is_failing.store(kept.is_err(), Ordering::Relaxed);
        if let Err(error) = kept {
            report_lost(number, &error_chain(&error));
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn report_lost(number: u64, error: &str) {
    metrics::counter!("goody_rejections_lost_total").increment(number);
    tracing::warn!(number, error, "rejected events could not be kept");
}
