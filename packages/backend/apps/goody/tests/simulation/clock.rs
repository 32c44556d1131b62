//! What time it is in a simulated world: the runtime's own time, and jumps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;

/// Goes with the runtime's time, which passes only when everybody waits, and jumps when it is told to.
pub(crate) struct JumpingClock {
    started: tokio::time::Instant,
    /// What it would say had no time passed, and the latest it ever said.
    set: Mutex<(Instant, Instant)>,
}

impl JumpingClock {
    pub(crate) fn starting(at: Instant) -> Arc<Self> {
        Arc::new(Self { started: tokio::time::Instant::now(), set: Mutex::new((at, at)) })
    }

    /// How much time has passed for the runtime.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sets it forward, or back where negative.
    pub(crate) fn jump(&self, seconds: i64) {
        let mut set = self.set.lock().unwrap();
        set.0 = set.0.plus_seconds(seconds);
        drop(set);
        self.now();
    }

    /// The latest it ever said.
    pub(crate) fn latest(&self) -> Instant {
        self.now();
        self.set.lock().unwrap().1
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
        let now = Instant::from_micros(set.0.micros() + self.elapsed().as_micros() as i64);
        set.1 = set.1.max(now);
        now
    }
}
