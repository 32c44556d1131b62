//! The machine's clock. No other file of the program reads it.

use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;
use rustix::time::{ClockId, clock_gettime};

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the rest of the program gets the time from here")]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
    }

    /// The time since the machine started. The clock of the standard library stops while the machine sleeps: a sleep would then
    /// look like a clock jump.
    fn elapsed(&self) -> Duration {
        Duration::try_from(clock_gettime(ELAPSED)).unwrap_or_default()
    }
}

#[cfg(target_os = "linux")]
const ELAPSED: ClockId = ClockId::Boottime;
/// On other systems, this clock continues while the machine sleeps.
#[cfg(not(target_os = "linux"))]
const ELAPSED: ClockId = ClockId::Monotonic;
