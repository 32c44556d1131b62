//! Threads of the store that restart after a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::store_health::HealthRecord;

/// How long to wait before a restart: a part that fails at once must not take a whole processor.
const RESTART_DELAY: Duration = Duration::from_millis(100);

/// Runs a part on a thread of its own until it ends by itself. After a panic it runs again. The health of the store shows the
/// panic, or that the thread could not be started.
pub(crate) fn keep_running(
    part: &'static str,
    thread: &'static str,
    health: Arc<HealthRecord>,
    mut run: impl FnMut() + Send + 'static,
) {
    let record = health.clone();
    let supervised = move || {
        // State that a part shares is behind locks that survive a panic. Its own state is created again.
        while catch_unwind(AssertUnwindSafe(&mut run)).is_err() {
            health.record_fault(part);
            std::thread::sleep(RESTART_DELAY);
        }
    };
    if let Err(error) = std::thread::Builder::new().name(thread.into()).spawn(supervised) {
        tracing::error!(%error, part, "a thread could not be started");
        record.record_gone(part);
    }
}
