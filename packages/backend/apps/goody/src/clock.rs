//! The only clock there is.

use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;
use rustix::time::{ClockId, clock_gettime};

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
    }

    /// Since the machine started. The clock of the standard library stands while the machine sleeps, and a sleep would look as if
    /// the clock had been set.
    fn elapsed(&self) -> Duration {
        Duration::try_from(clock_gettime(ELAPSED)).unwrap_or_default()
    }
}

#[cfg(target_os = "linux")]
const ELAPSED: ClockId = ClockId::Boottime;
/// Elsewhere this one goes on while the machine sleeps.
#[cfg(not(target_os = "linux"))]
const ELAPSED: ClockId = ClockId::Monotonic;
