//! Detect: which vendors began to fail, and since when. docs/INSIGHT.md explains the method.
//!
//! The detection is a fold of the quarters of all vendors. Its state at the starts of some days is stored, so that it continues from
//! there. A change of a counter of a day makes the states of later days void: the store knows the revision at which each day changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use goody_domain::detection::{FleetDetector, Rules, SlotCounts};
use goody_domain::{AsOf, Day, Instant, Minute, Quarters, VendorId};
use tokio::sync::Mutex;

use crate::ports::{
    DayRevisions, DetectionStore, ReportReader, Result, Scope, ScopeQuarters, StoredDetection, keeps_detection,
};

/// After how many days a state is stored.
const WEEK: i32 = 7;
/// How many days are read at a time: a store has a call for each vendor.
const READ: i32 = 13 * WEEK;
/// The rules of the detection.
const RULES: Rules = Rules::QUARTERS;

/// The detection as of the end of the latest slot that is over. `None` while nothing was counted.
///
/// # Errors
/// The store failed.
pub async fn detect<S: ReportReader + DetectionStore + ?Sized>(
    store: &S,
    as_of: AsOf,
) -> Result<Option<FleetDetector>> {
    continue_from_stored(store, as_of, false).await
}

/// Stores the states of the Mondays since the latest one that holds, so that [`detect`] has less to do. Two processes may do this at the
/// same time.
///
/// # Errors
/// The store failed.
pub async fn keep_up<S: ReportReader + DetectionStore + ?Sized>(store: &S, now: Instant) -> Result<()> {
    let sunday = next_monday(store.zone().day(now.floor_minute())).plus(-WEEK - 1);
    continue_from_stored(store, store.zone().end_of(sunday), true).await.map(drop)
}

/// [`detect`] from the first day on, without stored states.
///
/// # Errors
/// The store failed.
pub async fn detect_anew<S: ReportReader + DetectionStore + ?Sized>(
    store: &S,
    as_of: AsOf,
) -> Result<Option<FleetDetector>> {
    let Some(first_day) = store.first_day().await?.filter(|first| *first <= as_of.date()) else { return Ok(None) };
    fold(store, (first_day, FleetDetector::new(first_day)), as_of, None).await.map(Some)
}

async fn continue_from_stored<S: ReportReader + DetectionStore + ?Sized>(
    store: &S,
    as_of: AsOf,
    stores: bool,
) -> Result<Option<FleetDetector>> {
    // Before the quarters: what changes while they are read makes the new states void.
    let revisions = store.day_revisions().await?;
    let Some(first_day) = store.first_day().await?.filter(|first| *first <= as_of.date()) else { return Ok(None) };
    // The state of a day that is over is that of the start of the next one.
    let (last, slots) = slots_over(as_of);
    let last = if slots == RULES.slots_per_day { last.plus(1) } else { last };
    let start = latest_valid(store, &revisions, last).await?;
    let start = start.unwrap_or_else(|| (first_day, FleetDetector::new(first_day)));
    fold(store, start, as_of, stores.then_some(revisions.current)).await.map(Some)
}

/// Continues from the start of a day. States of Mondays are stored with a revision, if there is one.
async fn fold<S>(
    store: &S,
    (mut from, mut detector): (Day, FleetDetector),
    as_of: AsOf,
    revision: Option<i64>,
) -> Result<FleetDetector>
where
    S: ReportReader + DetectionStore + ?Sized,
{
    let (last, over) = slots_over(as_of);
    while from <= last {
        let to = from.plus(READ - 1).min(last);
        let read = store.quarters(from, to).await?;
        for day in (from.number()..=to.number()).map(Day::from_number) {
            let slots = if day == last { over } else { RULES.slots_per_day };
            take_day(&mut detector, &quarters_of(&read, day), slots);
            let next = day.plus(1);
            // Those that the last one would remove are not stored.
            let is_kept = next == next_monday(day) && keeps_detection(next, last);
            if let Some(revision) = revision.filter(|_| is_kept) {
                store.store_detection(StoredDetection { day: next, revision, state: detector.write() }).await?;
            }
        }
        from = to.plus(1);
    }
    Ok(detector)
}

/// The state of the latest day up to `last` that holds still.
async fn latest_valid<S: DetectionStore + ?Sized>(
    store: &S,
    revisions: &DayRevisions,
    last: Day,
) -> Result<Option<(Day, FleetDetector)>> {
    let mut known = store.stored_detections().await?;
    known.retain(|(day, revision)| *day <= last && revisions.first_after(*revision).is_none_or(|first| first >= *day));
    for (day, _) in known.into_iter().rev() {
        let stored = store.stored_detection(day).await?;
        // A state of another version is computed anew.
        if let Some(Ok(detector)) = stored.map(|stored| FleetDetector::read(&stored.state)) {
            return Ok(Some((day, detector)));
        }
    }
    Ok(None)
}

/// The first Monday after a day.
fn next_monday(day: Day) -> Day {
    // Day 0 was a Thursday.
    day.plus(WEEK - (day.number() + 3).rem_euclid(WEEK))
}

/// What a day counted, by vendor; of the fleet (`None`).
fn quarters_of(read: &[ScopeQuarters], day: Day) -> BTreeMap<Option<&VendorId>, &Quarters> {
    let of_day = read.iter().filter_map(|(scope, days)| {
        let position = days.binary_search_by_key(&day, |(day, _)| *day).ok()?;
        let vendor_id = match scope {
            Scope::Fleet => None,
            Scope::Vendor(id) => Some(id),
        };
        Some((vendor_id, &days[position].1))
    });
    of_day.collect()
}

/// Takes the first slots of a day.
fn take_day(detector: &mut FleetDetector, of_day: &BTreeMap<Option<&VendorId>, &Quarters>, slots: u32) {
    for quarter in 0..slots as usize {
        let (mut fleet, mut vendors) = (SlotCounts::default(), BTreeMap::new());
        for (vendor_id, quarters) in of_day {
            match vendor_id {
                None => fleet = quarters.slot(quarter),
                Some(id) => drop(vendors.insert((*id).clone(), quarters.slot(quarter))),
            }
        }
        detector.advance(&RULES, fleet, &vendors);
    }
}

/// The day of an instant, and how many of its slots are over.
fn slots_over(as_of: AsOf) -> (Day, u32) {
    let over = |cut: Minute| u32::from(cut / Quarters::MINUTES).min(RULES.slots_per_day - 1);
    (as_of.date(), as_of.cut().map_or(RULES.slots_per_day, over))
}

/// The detection for requests: computed once for the same counters and slots.
#[derive(Debug, Default)]
pub struct DetectionCache(Mutex<Option<Cached>>);

/// A detection, and the revision, the day and the number of slots that it is of.
type Cached = ((i64, Day, u32), Option<Arc<FleetDetector>>);

impl DetectionCache {
    /// [`detect`], or its last result if it is still the same.
    ///
    /// # Errors
    /// The store failed.
    pub async fn detect<S>(&self, store: &S, as_of: AsOf) -> Result<Option<Arc<FleetDetector>>>
    where
        S: ReportReader + DetectionStore + ?Sized,
    {
        // Locked while it is computed: others wait for the same result.
        let mut cached = self.0.lock().await;
        let (day, slots) = slots_over(as_of);
        let key = store.revision().map(|revision| (revision, day, slots));
        if let (Some(key), Some((known, detection))) = (key, &*cached)
            && key == *known
        {
            return Ok(detection.clone());
        }
        let detection = detect(store, as_of).await?.map(Arc::new);
        *cached = key.map(|key| (key, detection.clone()));
        Ok(detection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays() {
        let day = |text: &str| Day::parse(text).unwrap();
        assert_eq!(next_monday(day("2026-03-01")), day("2026-03-02"));
        assert_eq!(next_monday(day("2026-03-02")), day("2026-03-09"));
        assert_eq!(next_monday(day("2000-01-01")), day("2000-01-03"));
    }
}
