//! A clock that stands still until it is told to move.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::{Day, Instant};

/// The one "today" of all tests, as JSON: `date`, `now` and `timeZone`. Tests of the page read the same file.
pub const TODAY: &str = include_str!("../../../../shared/fixtures/today.json");

/// The frozen now.
pub fn now() -> Instant {
    Instant::parse(&told("now")).unwrap()
}

/// The day of the frozen now.
pub fn today() -> Day {
    Day::parse(&told("date")).unwrap()
}

fn told(field: &str) -> String {
    let today: serde_json::Value = serde_json::from_str(TODAY).unwrap();
    today[field].as_str().unwrap().to_owned()
}

/// Stands at an instant until it is set or advanced.
#[derive(Debug)]
pub struct ManualClock(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    now: Instant,
    /// The time that has passed.
    elapsed: Duration,
}

impl ManualClock {
    /// Stands at the frozen now.
    pub fn today() -> Arc<Self> {
        Self::at(now())
    }

    /// Stands at an instant.
    pub fn at(instant: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { now: instant, elapsed: Duration::ZERO })))
    }

    /// Sets it to an instant. No time passes.
    pub fn set(&self, instant: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now = instant;
    }

    /// Lets time pass.
    pub fn advance_seconds(&self, seconds: i64) {
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        standing.now = standing.now.plus_seconds(seconds);
        standing.elapsed += Duration::from_secs(seconds.unsigned_abs());
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed
    }
}
