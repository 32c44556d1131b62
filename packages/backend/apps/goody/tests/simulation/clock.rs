//! What time it is in a simulated world: the runtime's own time, and jumps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;

/// Goes with the runtime's time, which passes only when everybody waits, and jumps when it is told to.
pub(crate) struct JumpingClock {
    started: tokio::time::Instant,
    set: Mutex<Set>,
}

struct Set {
    /// What it would say had no time passed for the runtime.
    base: Instant,
    /// The latest it ever said.
    latest: Instant,
    /// Time that has passed beside the runtime's: jumps forward are time that passes, jumps back are a clock that is set.
    passed: Duration,
}

impl JumpingClock {
    pub(crate) fn starting(at: Instant) -> Arc<Self> {
        Arc::new(Self {
            started: tokio::time::Instant::now(),
            set: Mutex::new(Set { base: at, latest: at, passed: Duration::ZERO }),
        })
    }

    /// How much time has passed for the runtime.
    pub(crate) fn runtime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sets it forward, or back where negative.
    pub(crate) fn jump(&self, seconds: i64) {
        let mut set = self.set.lock().unwrap();
        set.base = set.base.plus_seconds(seconds);
        set.passed += Duration::from_secs(seconds.max(0).unsigned_abs());
        drop(set);
        self.now();
    }

    /// The latest it ever said.
    pub(crate) fn latest(&self) -> Instant {
        self.now();
        self.set.lock().unwrap().latest
    }

    /// Sets it forward to the latest it ever said.
    pub(crate) fn catch_up(&self) {
        let behind = self.latest().seconds_since(self.now()).ceil() as i64;
        self.jump(behind);
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Instant {
        let mut set = self.set.lock().unwrap();
        let now = Instant::from_micros(set.base.micros() + self.runtime().as_micros() as i64);
        set.latest = set.latest.max(now);
        now
    }

    fn elapsed(&self) -> Duration {
        self.runtime() + self.set.lock().unwrap().passed
    }
}
