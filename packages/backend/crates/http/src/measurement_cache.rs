//! A cache of the latest measurement, for one second: concurrent callers share one measurement.

use std::sync::Arc;

use goody_application::ports::Clock;
use goody_domain::Instant;
use tokio::sync::Mutex;

/// How long a measurement is valid.
const FRESH_SECONDS: f64 = 1.0;

/// The latest measurement, its time and its key.
pub(crate) struct MeasurementCache<K, T>(Mutex<Option<(Instant, K, Arc<T>)>>);

impl<K, T> Default for MeasurementCache<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, T> MeasurementCache<K, T> {
    /// The latest measurement if it is fresh and has the same key; otherwise a new one. Concurrent callers wait for it.
    pub(crate) async fn get<F: Future<Output = T>>(
        &self,
        clock: &dyn Clock,
        key: K,
        measure: impl FnOnce() -> F,
    ) -> Arc<T> {
        let mut latest = self.0.lock().await;
        if let Some((at, latest_key, value)) = &*latest {
            // A clock that was set back must not prolong the validity of a measurement.
            if (0.0..FRESH_SECONDS).contains(&clock.now().seconds_since(*at)) && *latest_key == key {
                return value.clone();
            }
        }
        let value = Arc::new(measure().await);
        *latest = Some((clock.now(), key, value.clone()));
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
        let (cache, clock, measurements) = (MeasurementCache::default(), ManualClock::today(), AtomicUsize::new(0));
        let measure = || async {
            tokio::task::yield_now().await;
            measurements.fetch_add(1, Ordering::Relaxed) + 1
        };
        let get = || cache.get(clock.as_ref(), "healthy", measure);
        let all = futures::future::join_all((0..100).map(|_| get())).await;
        assert!(all.iter().all(|value| **value == 1), "{all:?}");
        clock.advance_seconds(1);
        assert_eq!(*get().await, 2, "the measurement is a second old");
        assert_eq!(*get().await, 2);
        clock.advance_seconds(-3_600);
        assert_eq!(*get().await, 3, "the clock was set back");
        assert_eq!(*cache.get(clock.as_ref(), "unhealthy", measure).await, 4, "the key has changed");
    }
}
