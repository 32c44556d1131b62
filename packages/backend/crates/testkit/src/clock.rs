//! A clock that moves only when a test sets or advances it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::{Day, Instant};

/// The "today" of all tests, as JSON: `date`, `now` and `timeZone`. The tests of the page read the same file.
pub const TODAY: &str = include_str!("../../../../shared/fixtures/today.json");

/// The frozen now.
pub fn now() -> Instant {
    Instant::parse(&field_of_today("now")).unwrap()
}

/// The day of the frozen now.
pub fn today() -> Day {
    Day::parse(&field_of_today("date")).unwrap()
}

fn field_of_today(field: &str) -> String {
    let today: serde_json::Value = serde_json::from_str(TODAY).unwrap();
    today[field].as_str().unwrap().to_owned()
}

/// A clock that shows the same instant until a test sets or advances it.
#[derive(Debug)]
pub struct ManualClock(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    now: Instant,
    /// The elapsed time, which does not change when the clock is set.
    elapsed: Duration,
}

impl ManualClock {
    /// A clock at the frozen now.
    pub fn today() -> Arc<Self> {
        Self::at(now())
    }

    /// A clock at an instant.
    pub fn at(instant: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { now: instant, elapsed: Duration::ZERO })))
    }

    /// Sets the clock to an instant. The elapsed time stays.
    pub fn set(&self, instant: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now = instant;
    }

    /// Advances the clock and the elapsed time.
    pub fn advance_seconds(&self, seconds: i64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = state.now.plus_seconds(seconds);
        state.elapsed += Duration::from_secs(seconds.unsigned_abs());
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
