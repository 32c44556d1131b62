//! The detection for requests: what no changed counter touches is not computed again.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use goody_domain::detection::FleetDetector;
use goody_domain::{AsOf, Instant};
use tokio::sync::Mutex;

use crate::detect::{Fold, continue_to, slot_time};
use crate::ports::{DetectionKey, LatestDetection, Result, SlotTime, Store, StoreError};

/// The most results in the cache, and the most stored states.
const MOST_RESULTS: usize = 4;
/// For how many days back the cache has the states at their starts: facts that arrive late are hardly ever older.
const START_DAYS: i32 = 3;
/// How old the state of the latest slot may be, in seconds, where requests use stored ones. The timer stores one every 15 minutes.
const STORED_HOLDS_SECONDS: i64 = 20 * 60;

/// A detection; `None` while nothing was counted.
type Detection = Option<Arc<FleetDetector>>;

/// The detections that requests asked for last.
pub struct DetectionCache {
    store: Arc<dyn Store>,
    patience: Duration,
    results: Arc<std::sync::Mutex<Results>>,
    /// Locked while a detection is computed: others wait for its result.
    starts: Arc<Mutex<Starts>>,
}

/// The latest of each comes last.
#[derive(Debug, Default)]
struct Results {
    computed: Vec<Known>,
    /// The stored states that requests used, where they do.
    stored: Vec<(DetectionKey, Detection)>,
}

#[derive(Clone, Debug)]
struct Known {
    until: SlotTime,
    /// [`crate::ports::ReportReader::revision`] when it held last.
    checked: Option<i64>,
    revision: i64,
    detection: Detection,
}

impl DetectionCache {
    /// A cache without any. If counters have changed since a detection, a request waits this long for another one, and uses the known one if
    /// that takes longer: facts of years may arrive in any second.
    pub fn new(store: Arc<dyn Store>, patience: Duration) -> Self {
        Self { store, patience, results: Arc::default(), starts: Arc::default() }
    }

    /// The detection as of the end of the latest slot that is over, as [`crate::detect::detect`] computes it. Where the revision of a store has
    /// to be read, that of the last minutes is used instead if a timer has stored it: `latest`, which is read if it is not given.
    ///
    /// # Errors
    /// The store failed.
    pub async fn detect(&self, (as_of, now): (AsOf, Instant), latest: Option<&LatestDetection>) -> Result<Detection> {
        let until = slot_time(as_of);
        let revision = self.store.revision();
        if revision.is_none() {
            let read = if latest.is_none() { self.store.latest_detection().await? } else { None };
            if let Some(latest) = latest.or(read.as_ref())
                && let Some(detection) = self.stored(latest, until, now).await?
            {
                return Ok(detection);
            }
        }
        let computed = self.compute(until, as_of.cut().is_some());
        let known = self.results().known(until);
        match known {
            Some(known) if known.is_of(revision) => Ok(known.detection),
            Some(known) => {
                let in_time = tokio::time::timeout(self.patience, computed).await;
                in_time.unwrap_or(Ok(known.detection))
            }
            None => computed.await,
        }
    }

    fn results(&self) -> std::sync::MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Computes the detection at a time, or waits for another request that does.
    async fn compute(&self, until: SlotTime, is_today: bool) -> Result<Detection> {
        let mut starts = self.starts.clone().lock_owned().await;
        let (store, results) = (self.store.clone(), self.results.clone());
        let (checked, known) = (store.revision(), self.results().known(until));
        if let Some(known) = known.as_ref().filter(|known| known.is_of(checked)) {
            return Ok(known.detection.clone());
        }
        // A task of its own: if the client of the request disconnects, the next one has the result.
        let computed = tokio::spawn(async move {
            let computed = starts.detect(store.as_ref(), known, until, is_today).await?;
            let computed = Known { checked, ..computed };
            results.lock().unwrap_or_else(PoisonError::into_inner).keep(computed.clone());
            Ok(computed.detection)
        });
        let doing = "computing the detection";
        computed.await.unwrap_or_else(|error| Err(StoreError::Unavailable { doing, source: Box::new(error) }))
    }

    /// The detection at a time, from what a timer has stored, if that is not too old and has it.
    async fn stored(
        &self,
        LatestDetection { latest, held }: &LatestDetection,
        until: SlotTime,
        now: Instant,
    ) -> Result<Option<Detection>> {
        let since = now.plus_seconds(-STORED_HOLDS_SECONDS);
        let oldest = slot_time(self.store.zone().today(since));
        if latest.key.at < oldest || latest.key.computed_at <= since {
            return Ok(None);
        }
        let is_latest = until >= oldest && until >= latest.key.at;
        let Some(key) = (if is_latest { Some(&latest.key) } else { held.iter().find(|key| key.at == until) }) else {
            return Ok(None);
        };
        let known = self.results().stored.iter().find(|(known, _)| known == key).cloned();
        if let Some((_, detection)) = known {
            return Ok(Some(detection));
        }
        let read = if is_latest { None } else { self.store.stored_detection(key.at).await? };
        let stored = if is_latest { Some(latest) } else { read.as_ref().filter(|read| read.key == *key) };
        let Some(Ok(detector)) = stored.map(|stored| FleetDetector::read(&stored.state)) else { return Ok(None) };
        let detection = Some(Arc::new(detector));
        keep(&mut self.results().stored, (*key, detection.clone()));
        Ok(Some(detection))
    }
}

impl Known {
    fn is_of(&self, revision: Option<i64>) -> bool {
        revision.is_some() && self.checked == revision
    }
}

impl Results {
    fn known(&self, until: SlotTime) -> Option<Known> {
        self.computed.iter().find(|known| known.until == until).cloned()
    }

    fn keep(&mut self, result: Known) {
        self.computed.retain(|known| known.until != result.until);
        keep(&mut self.computed, result);
    }
}

fn keep<T>(latest: &mut Vec<T>, value: T) {
    if latest.len() == MOST_RESULTS {
        latest.remove(0);
    }
    latest.push(value);
}

/// States at the starts of the latest days, each with its revision.
#[derive(Debug, Default)]
struct Starts(BTreeMap<SlotTime, (i64, FleetDetector)>);

impl Starts {
    /// The result that is known if it holds, or another one.
    async fn detect(
        &mut self,
        store: &dyn Store,
        known: Option<Known>,
        until: SlotTime,
        is_today: bool,
    ) -> Result<Known> {
        // Before the quarters: what changes while they are read makes the result void.
        let revisions = store.day_revisions().await?;
        if let Some(known) = known.filter(|known| revisions.hold(until, known.revision)) {
            return Ok(Known { revision: revisions.current, ..known });
        }
        self.0.retain(|at, (revision, _)| revisions.hold(*at, *revision));
        let start = self.0.range(..=until).next_back().map(|(at, (_, detector))| (*at, detector.clone()));
        let of = |detection| Known { until, checked: None, revision: revisions.current, detection };
        let mut fold = match start {
            Some((at, detector)) => Fold::from(store, &revisions, (at, detector), until),
            None => match continue_to(store, &revisions, until).await? {
                Some(fold) => fold,
                None => return Ok(of(None)),
            },
        };
        if is_today {
            for day in (-START_DAYS..=0).map(|days| until.day.plus(days)).map(SlotTime::start_of) {
                if fold.at <= day {
                    fold.advance(day).await?;
                    self.0.insert(day, (revisions.current, fold.detector.clone()));
                }
            }
            self.0.retain(|at, _| at.day >= until.day.plus(-START_DAYS));
        }
        fold.advance(until).await?;
        Ok(of(Some(Arc::new(fold.detector))))
    }
}
