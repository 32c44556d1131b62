//! The only clock there is.

use goody_application::ports::Clock;
use goody_domain::Instant;

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
    }
}
