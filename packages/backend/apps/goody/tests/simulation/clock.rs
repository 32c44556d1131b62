//! The simulated clock: it advances with the runtime's time, and jumps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;

/// Follows the runtime's time, which advances only while every task waits. [`JumpingClock::jump`] sets it.
pub(crate) struct JumpingClock {
    started: tokio::time::Instant,
    state: Mutex<ClockState>,
}

struct ClockState {
    /// The clock's time when the runtime started, with all jumps since added.
    base: Instant,
    /// The latest instant that [`Clock::now`] returned.
    latest: Instant,
    /// The sum of the jumps forward. They count as elapsed time; a jump back is a clock that was set, and does not.
    jumped_forward: Duration,
}

impl JumpingClock {
    pub(crate) fn starting_at(start: Instant) -> Arc<Self> {
        Arc::new(Self {
            started: tokio::time::Instant::now(),
            state: Mutex::new(ClockState { base: start, latest: start, jumped_forward: Duration::ZERO }),
        })
    }

    /// The runtime's time since its start, without jumps.
    pub(crate) fn runtime_elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sets the clock forward, or back if `seconds` is negative.
    pub(crate) fn jump(&self, seconds: i64) {
        let mut state = self.state.lock().unwrap();
        state.base = state.base.plus_seconds(seconds);
        state.jumped_forward += Duration::from_secs(seconds.max(0).unsigned_abs());
        drop(state);
        self.now();
    }

    /// The latest instant that the clock returned.
    pub(crate) fn latest(&self) -> Instant {
        self.now();
        self.state.lock().unwrap().latest
    }

    /// Sets the clock forward to the latest instant that it returned.
    pub(crate) fn catch_up(&self) {
        let behind = self.latest().seconds_since(self.now()).ceil() as i64;
        self.jump(behind);
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Instant {
        let mut state = self.state.lock().unwrap();
        let now = Instant::from_micros(state.base.micros() + self.runtime_elapsed().as_micros() as i64);
        state.latest = state.latest.max(now);
        now
    }

    fn elapsed(&self) -> Duration {
        self.runtime_elapsed() + self.state.lock().unwrap().jumped_forward
    }
}
