//! Fault injection for calls to the store: delays, failures, outages, and lost replies.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::rng::Rng;

/// What happens to one call.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum CallOutcome {
    /// The store executes the call, and the caller receives the result.
    Executed,
    /// The call fails, and the store does not execute it.
    Refused,
    /// The store executes the call, and the caller receives an error.
    ReplyLost,
}

/// The faults of one simulation, and a digest of all its calls.
pub(crate) struct Faults {
    state: Mutex<FaultState>,
    is_paused: AtomicBool,
}

struct FaultState {
    rng: Rng,
    refused_probability: f64,
    reply_lost_probability: f64,
    slow_probability: f64,
    max_delay_ms: i64,
    outage_probability: f64,
    /// The runtime's time at which the current outage ends.
    outage_until: Duration,
    digest: DefaultHasher,
    calls: u64,
}

impl Faults {
    /// Draws the probabilities: some seeds have few faults, others many.
    pub(crate) fn new(mut rng: Rng) -> Self {
        let state = FaultState {
            refused_probability: rng.pick(&[0.0, 0.005, 0.02, 0.1]),
            reply_lost_probability: rng.pick(&[0.0, 0.005, 0.02, 0.1]),
            slow_probability: rng.pick(&[0.1, 0.4, 0.8]),
            max_delay_ms: rng.pick(&[3, 30, 300, 2_000]),
            outage_probability: rng.pick(&[0.0, 0.0, 0.001]),
            outage_until: Duration::ZERO,
            digest: DefaultHasher::new(),
            calls: 0,
            rng,
        };
        Self { state: Mutex::new(state), is_paused: AtomicBool::new(false) }
    }

    /// While paused, every call is executed without a delay.
    pub(crate) fn set_paused(&self, is_paused: bool) {
        self.is_paused.store(is_paused, Ordering::Relaxed);
    }

    /// The outcome of the next call, and the delays before and after its execution. `elapsed` is the runtime's time.
    pub(crate) fn next_call(&self, elapsed: Duration) -> (CallOutcome, Duration, Duration) {
        let state = &mut *self.state.lock().unwrap();
        state.calls += 1;
        if self.is_paused.load(Ordering::Relaxed) {
            return (CallOutcome::Executed, Duration::ZERO, Duration::ZERO);
        }
        let (before, after) = (state.delay(), state.delay());
        if state.rng.chance(state.outage_probability) {
            state.outage_until = elapsed + Duration::from_millis(state.rng.between(100, 8_000) as u64);
        }
        let is_refused = state.rng.chance(state.refused_probability) || elapsed < state.outage_until;
        let is_reply_lost = state.rng.chance(state.reply_lost_probability);
        let outcome = match (is_refused, is_reply_lost) {
            (true, _) => CallOutcome::Refused,
            (_, true) => CallOutcome::ReplyLost,
            _ => CallOutcome::Executed,
        };
        (outcome, before, after)
    }

    /// Adds a value to the digest.
    pub(crate) fn record(&self, value: impl Hash) {
        value.hash(&mut self.state.lock().unwrap().digest);
    }

    /// The digest of all recorded values, and the number of calls.
    pub(crate) fn digest(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap();
        (state.digest.finish(), state.calls)
    }
}

impl FaultState {
    fn delay(&mut self) -> Duration {
        if !self.rng.chance(self.slow_probability) {
            return Duration::ZERO;
        }
        let max = self.rng.pick(&[1, 1, 10, 100]) * self.max_delay_ms / 100;
        Duration::from_millis(self.rng.between(1, max.max(1)) as u64)
    }
}
