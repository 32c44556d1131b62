//! The parts of a store that run on threads of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::store_health::HealthRecord;

/// How long to wait before a part runs again after a fault: one that fails at once must not take a whole processor.
const AGAIN: Duration = Duration::from_millis(100);

/// Runs a part until it ends by itself. After a panic it runs again, and the store's condition says so; the same where its
/// thread cannot be started at all.
pub(crate) fn keep_running(
    part: &'static str,
    thread: &'static str,
    health: Arc<HealthRecord>,
    mut run: impl FnMut() + Send + 'static,
) {
    let starting = health.clone();
    let supervised = move || {
        // What a part shares with others is behind locks that outlive a panic; its own state it makes anew.
        while catch_unwind(AssertUnwindSafe(&mut run)).is_err() {
            health.record_fault(part);
            std::thread::sleep(AGAIN);
        }
    };
    if let Err(error) = std::thread::Builder::new().name(thread.into()).spawn(supervised) {
        tracing::error!(%error, part, "a thread could not be started");
        starting.record_gone(part);
    }
}
