//! A measurement that all callers share who ask within a second of it: however many they are, it is made once.

use std::sync::Arc;

use goody_application::ports::Clock;
use goody_domain::Instant;
use tokio::sync::Mutex;

/// How old a measurement may be, in seconds.
const FRESH_SECONDS: f64 = 1.0;

/// The latest measurement, when it was made, and what was known then without measuring.
pub(crate) struct Shared<K, T>(Mutex<Option<(Instant, K, Arc<T>)>>);

impl<K, T> Default for Shared<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, T> Shared<K, T> {
    /// The latest measurement where it is fresh and the same is known as then, else a new one. Those who ask meanwhile wait for it.
    pub(crate) async fn get<F: Future<Output = T>>(
        &self,
        clock: &dyn Clock,
        known: K,
        measure: impl FnOnce() -> F,
    ) -> Arc<T> {
        let mut latest = self.0.lock().await;
        if let Some((at, then, value)) = &*latest {
            // A clock that was set back makes no measurement good for longer.
            if (0.0..FRESH_SECONDS).contains(&clock.now().seconds_since(*at)) && *then == known {
                return value.clone();
            }
        }
        let value = Arc::new(measure().await);
        *latest = Some((clock.now(), known, value.clone()));
        value
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use goody_testkit::ManualClock;

    use super::*;

    #[tokio::test]
    async fn callers_of_the_same_second_share_one_measurement() {
        let (shared, clock, made) = (Shared::default(), ManualClock::today(), AtomicUsize::new(0));
        let measure = || async {
            tokio::task::yield_now().await;
            made.fetch_add(1, Ordering::Relaxed) + 1
        };
        let ask = || shared.get(clock.as_ref(), "well", measure);
        let all = futures::future::join_all((0..100).map(|_| ask())).await;
        assert!(all.iter().all(|value| **value == 1), "{all:?}");
        clock.advance_seconds(1);
        assert_eq!(*ask().await, 2, "it is a second old");
        assert_eq!(*ask().await, 2);
        clock.advance_seconds(-3_600);
        assert_eq!(*ask().await, 3, "the clock was set back");
        assert_eq!(*shared.get(clock.as_ref(), "ill", measure).await, 4, "it is known to have changed");
    }
}
