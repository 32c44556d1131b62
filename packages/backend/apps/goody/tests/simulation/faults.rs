//! What becomes of calls to the store: some are slow, some fail, some are done and fail to say so.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::rng::Rng;

/// What becomes of one call.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Fate {
    /// It is done.
    Done,
    /// It fails, and nothing is done.
    Refused,
    /// It is done, and fails to say so.
    Unsaid,
}

/// How calls fare in one world, and a running digest of all that came of it.
pub(crate) struct Faults {
    sky: Mutex<Sky>,
    is_calm: AtomicBool,
}

struct Sky {
    rng: Rng,
    refused: f64,
    unsaid: f64,
    slow: f64,
    slowest_ms: i64,
    /// How often the store goes away for a while.
    away: f64,
    away_until: Duration,
    digest: DefaultHasher,
    calls: u64,
}

impl Faults {
    /// Some seeds are mild and others are not.
    pub(crate) fn new(mut rng: Rng) -> Self {
        let sky = Sky {
            refused: rng.pick(&[0.0, 0.005, 0.02, 0.1]),
            unsaid: rng.pick(&[0.0, 0.005, 0.02, 0.1]),
            slow: rng.pick(&[0.1, 0.4, 0.8]),
            slowest_ms: rng.pick(&[3, 30, 300, 2_000]),
            away: rng.pick(&[0.0, 0.0, 0.001]),
            away_until: Duration::ZERO,
            digest: DefaultHasher::new(),
            calls: 0,
            rng,
        };
        Self { sky: Mutex::new(sky), is_calm: AtomicBool::new(false) }
    }

    /// From now on calls are done at once, or not any more.
    pub(crate) fn set_calm(&self, is_calm: bool) {
        self.is_calm.store(is_calm, Ordering::Relaxed);
    }

    /// What becomes of a call, and how long it waits before it is done and after.
    pub(crate) fn fate(&self, elapsed: Duration) -> (Fate, Duration, Duration) {
        let sky = &mut *self.sky.lock().unwrap();
        sky.calls += 1;
        if self.is_calm.load(Ordering::Relaxed) {
            return (Fate::Done, Duration::ZERO, Duration::ZERO);
        }
        let (before, after) = (sky.wait(), sky.wait());
        if sky.rng.chance(sky.away) {
            sky.away_until = elapsed + Duration::from_millis(sky.rng.between(100, 8_000) as u64);
        }
        let is_refused = sky.rng.chance(sky.refused) || elapsed < sky.away_until;
        let is_unsaid = sky.rng.chance(sky.unsaid);
        let fate = match (is_refused, is_unsaid) {
            (true, _) => Fate::Refused,
            (_, true) => Fate::Unsaid,
            _ => Fate::Done,
        };
        (fate, before, after)
    }

    /// Takes something that happened into the digest.
    pub(crate) fn note(&self, what: impl Hash) {
        let sky = &mut *self.sky.lock().unwrap();
        what.hash(&mut sky.digest);
    }

    /// Of everything that happened; and how many calls were made.
    pub(crate) fn digest(&self) -> (u64, u64) {
        let sky = self.sky.lock().unwrap();
        (sky.digest.finish(), sky.calls)
    }
}

impl Sky {
    fn wait(&mut self) -> Duration {
        if !self.rng.chance(self.slow) {
            return Duration::ZERO;
        }
        let most = self.rng.pick(&[1, 1, 10, 100]) * self.slowest_ms / 100;
        Duration::from_millis(self.rng.between(1, most.max(1)) as u64)
    }
}
