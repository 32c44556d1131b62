//! The detection for requests: what no changed counter touches is not computed again.

use std::collections::BTreeMap;
use std::sync::Arc;

use goody_domain::detection::FleetDetector;
use goody_domain::{AsOf, Instant};
use tokio::sync::Mutex;

use crate::detect::{Fold, continue_to, slot_time};
use crate::ports::{DetectionKey, DetectionStore, LatestDetection, ReportReader, Result, SlotTime};

/// The most results in the cache.
const MOST_RESULTS: usize = 4;
/// For how many days back the cache has the states at their starts: facts that arrive late are hardly ever older.
const START_DAYS: i32 = 3;
/// How old the state of the latest slot may be, in seconds, where requests use stored ones. The timer stores one every 15 minutes.
const STORED_HOLDS_SECONDS: i64 = 20 * 60;

/// A detection; `None` while nothing was counted.
type Detection = Option<Arc<FleetDetector>>;

/// The detections that requests asked for last.
#[derive(Debug, Default)]
pub struct DetectionCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    /// The latest comes last.
    results: Vec<Known>,
    /// States at the starts of the latest days, each with its revision.
    starts: BTreeMap<SlotTime, (i64, FleetDetector)>,
    /// The stored states that requests used last, where they do.
    stored: Vec<(DetectionKey, Detection)>,
}

#[derive(Clone, Debug)]
struct Known {
    until: SlotTime,
    /// [`ReportReader::revision`] when it held last.
    checked: Option<i64>,
    revision: i64,
    detection: Detection,
}

impl DetectionCache {
    /// The detection as of the end of the latest slot that is over, as [`crate::detect::detect`] computes it. Where the revision of a store has
    /// to be read, that of the last minutes is used instead if a timer has stored it: `latest`, which is read if it is not given.
    ///
    /// # Errors
    /// The store failed.
    pub async fn detect<S>(
        &self,
        store: &S,
        (as_of, now): (AsOf, Instant),
        latest: Option<&LatestDetection>,
    ) -> Result<Detection>
    where
        S: ReportReader + DetectionStore + ?Sized,
    {
        let until = slot_time(as_of);
        // Locked while it is computed: others wait for the same result.
        let mut cached = self.0.lock().await;
        let checked = store.revision();
        if checked.is_none() {
            let read = if latest.is_none() { store.latest_detection().await? } else { None };
            if let Some(latest) = latest.or(read.as_ref())
                && let Some(detection) = cached.stored(store, latest, until, now).await?
            {
                return Ok(detection);
            }
        }
        let same = cached.results.iter().position(|known| known.until == until);
        let mut known = same.map(|place| cached.results.remove(place));
        if checked.is_none() || known.as_ref().is_none_or(|known| known.checked != checked) {
            known = Some(cached.computed(store, known, until, as_of.cut().is_some()).await?);
        }
        let known = known.map(|known| Known { checked, ..known });
        if cached.results.len() == MOST_RESULTS {
            cached.results.remove(0);
        }
        cached.results.extend(known.clone());
        Ok(known.and_then(|known| known.detection))
    }
}

impl Cached {
    /// The detection at a time, from what a timer has stored, if that is not too old and has it.
    async fn stored<S>(
        &mut self,
        store: &S,
        LatestDetection { latest, held }: &LatestDetection,
        until: SlotTime,
        now: Instant,
    ) -> Result<Option<Detection>>
    where
        S: ReportReader + DetectionStore + ?Sized,
    {
        let since = now.plus_seconds(-STORED_HOLDS_SECONDS);
        let oldest = slot_time(store.zone().today(since));
        if latest.key.at < oldest || latest.key.computed_at <= since {
            return Ok(None);
        }
        let is_latest = until >= oldest && until >= latest.key.at;
        let Some(key) = (if is_latest { Some(&latest.key) } else { held.iter().find(|key| key.at == until) }) else {
            return Ok(None);
        };
        if let Some((_, detection)) = self.stored.iter().find(|(known, _)| known == key) {
            return Ok(Some(detection.clone()));
        }
        let read = if is_latest { None } else { store.stored_detection(key.at).await? };
        let stored = if is_latest { Some(latest) } else { read.as_ref().filter(|read| read.key == *key) };
        let Some(Ok(detector)) = stored.map(|stored| FleetDetector::read(&stored.state)) else { return Ok(None) };
        let detection = Some(Arc::new(detector));
        if self.stored.len() == MOST_RESULTS {
            self.stored.remove(0);
        }
        self.stored.push((*key, detection.clone()));
        Ok(Some(detection))
    }

    /// The result that is known if it holds, or another one.
    async fn computed<S>(&mut self, store: &S, known: Option<Known>, until: SlotTime, is_today: bool) -> Result<Known>
    where
        S: ReportReader + DetectionStore + ?Sized,
    {
        // Before the quarters: what changes while they are read makes the result void.
        let revisions = store.day_revisions().await?;
        if let Some(known) = known.filter(|known| revisions.hold(until, known.revision)) {
            return Ok(Known { revision: revisions.current, ..known });
        }
        self.starts.retain(|at, (revision, _)| revisions.hold(*at, *revision));
        let start = self.starts.range(..=until).next_back().map(|(at, (_, detector))| (*at, detector.clone()));
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
                    self.starts.insert(day, (revisions.current, fold.detector.clone()));
                }
            }
            self.starts.retain(|at, _| at.day >= until.day.plus(-START_DAYS));
        }
        fold.advance(until).await?;
        Ok(of(Some(Arc::new(fold.detector))))
    }
}
