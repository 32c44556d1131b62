//! Detect: which vendors began to fail, and since when. docs/INSIGHT.md explains the method.
//!
//! The detection is a fold of the quarters of all vendors. Its state at the starts of some days is stored, so that it continues from
//! there. A change of a counter of a day makes the states of later days void: the store knows the revision at which each day changed.

use std::collections::{BTreeMap, BTreeSet};

use goody_domain::detection::{FleetDetector, Rules, SlotCounts};
use goody_domain::{AsOf, Day, Instant, Minute, Quarters, VendorId};

use crate::explain::keep_explanations;
use crate::ports::{
    DayRevisions, DetectionKey, DetectionStore, LatestDetection, OrderReader, Rebuilt, ReportReader, Result, Scope,
    ScopeQuarters, SlotTime, StoredDetection, keeps_detection,
};

/// After how many days a state is stored.
const WEEK: i32 = 7;
/// How many days are read at a time: a store has a call for each vendor.
const READ: i32 = 13 * WEEK;
/// After how many slots of a vendor other tasks of the thread go on: a fold of years takes seconds.
const SLOTS_AT_A_TIME: usize = 4_096;
/// How old the latest state may be, in seconds, before it is computed again because earlier counters have changed.
const LATEST_HOLDS_SECONDS: i64 = 15 * 60;
/// The rules of the detection.
pub(crate) const RULES: Rules = Rules::QUARTERS;

/// The detection as of the end of the latest slot that is over. `None` while nothing was counted.
///
/// # Errors
/// The store failed.
pub async fn detect<S: ReportReader + DetectionStore + ?Sized>(
    store: &S,
    as_of: AsOf,
) -> Result<Option<FleetDetector>> {
    let until = slot_time(as_of);
    let revisions = store.day_revisions().await?;
    let Some(mut fold) = continue_to(store, &revisions, until).await? else { return Ok(None) };
    fold.advance(until).await?;
    Ok(Some(fold.detector))
}

/// Stores the states of the Mondays since the latest one that holds, so that [`detect`] has less to do. For a store whose revision has to be
/// read it stores those of all days and that of the latest slot: requests use them. One call stores those of a quarter of a year at most;
/// returns whether it is done. What changed about the vendors of open episodes is kept then. Two processes may do this at the same time.
///
/// # Errors
/// The store failed.
pub async fn keep_up<S: ReportReader + OrderReader + DetectionStore + ?Sized>(store: &S, now: Instant) -> Result<bool> {
    let latest = slot_time(store.zone().today(now));
    let monday = next_monday(latest.day).plus(-WEEK);
    let needs_latest = store.revision().is_none();
    let until = if needs_latest { latest } else { SlotTime::start_of(monday) };
    let known = store.latest_detection().await?.map(|known| known.latest.key).filter(|key| key.at == until);
    if known.is_some_and(|key| now < key.computed_at.plus_seconds(LATEST_HOLDS_SECONDS)) {
        return Ok(true);
    }
    // Before the quarters: what changes while they are read makes the new states void.
    let revisions = store.day_revisions().await?;
    let Some(mut fold) = continue_to(store, &revisions, latest).await? else { return Ok(true) };
    let counted = fold.counted.range(fold.at.day..).next();
    let last = counted.map_or(until, |day| until.min(SlotTime::start_of(day.plus(READ))));
    while fold.at < last {
        let next = if needs_latest { fold.at.day.plus(1) } else { next_monday(fold.at.day) };
        let at = SlotTime::start_of(next).min(last);
        fold.advance(at).await?;
        if at.slots == 0 && keeps_detection(at, until) {
            store.store_detection(state_of(&fold, &revisions, now)).await?;
        }
    }
    let is_done = last == until;
    if needs_latest && is_done {
        let mut held = store.stored_detections().await?;
        held.retain(|key| revisions.hold(key.at, key.revision));
        let latest = state_of(&fold, &revisions, now);
        store.store_latest_detection(LatestDetection { latest, held }).await?;
    }
    if is_done {
        fold.advance(latest).await?;
        keep_explanations(store, &fold.detector, now).await?;
    }
    Ok(is_done)
}

fn state_of<S: ?Sized>(fold: &Fold<'_, S>, revisions: &DayRevisions, computed_at: Instant) -> StoredDetection {
    let key = DetectionKey { at: fold.at, revision: revisions.current, computed_at };
    StoredDetection { key, state: fold.detector.write() }
}

/// [`detect`] from the first day on, without stored states.
///
/// # Errors
/// The store failed.
pub async fn detect_anew<S: ReportReader + DetectionStore + ?Sized>(
    store: &S,
    as_of: AsOf,
) -> Result<Option<FleetDetector>> {
    let until = slot_time(as_of);
    let Some(first_day) = store.first_day().await?.filter(|first| *first <= as_of.date()) else { return Ok(None) };
    let revisions = store.day_revisions().await?;
    let start = (SlotTime::start_of(first_day), FleetDetector::new(first_day));
    let mut fold = Fold::from(store, &revisions, start, until);
    fold.advance(until).await?;
    Ok(Some(fold.detector))
}

/// Computes the stored states that should hold from the first day on, or from the oldest of them if buckets have expired, and corrects those that
/// differ.
///
/// # Errors
/// The store failed.
pub async fn correct_states<S: ReportReader + DetectionStore + ?Sized>(store: &S, now: Instant) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt::default();
    let kept_from = store.kept_from().await?;
    let revisions = store.day_revisions().await?;
    let mut keys = valid_keys(store, &revisions, kept_from).await?;
    let (Some(first_day), Some(last)) = (store.first_day().await?, keys.last().copied()) else { return Ok(rebuilt) };
    let mut start = (SlotTime::start_of(first_day), FleetDetector::new(first_day));
    if kept_from.is_some() {
        let oldest = keys.remove(0);
        let Some(detector) = read_state(store, oldest).await? else { return Ok(rebuilt) };
        start = (oldest.at, detector);
    }
    let mut fold = Fold::from(store, &revisions, start, last.at);
    for key in keys {
        fold.advance(key.at).await?;
        rebuilt.buckets += 1;
        let stored = read_state(store, key).await?;
        if stored.as_ref() == Some(&fold.detector) {
            continue;
        }
        // One of another version is replaced without a word.
        if stored.is_some() {
            rebuilt.different += 1;
            tracing::warn!(day = %key.at.day, "a state of the detection differed and was corrected");
        }
        store.store_detection(state_of(&fold, &revisions, now)).await?;
    }
    Ok(rebuilt)
}

/// A fold that ends at `until`, from the latest stored state that holds. `None` while nothing was counted.
pub(crate) async fn continue_to<'s, S: ReportReader + DetectionStore + ?Sized>(
    store: &'s S,
    revisions: &DayRevisions,
    until: SlotTime,
) -> Result<Option<Fold<'s, S>>> {
    let Some(first_day) = store.first_day().await?.filter(|first| SlotTime::start_of(*first) <= until) else {
        return Ok(None);
    };
    let start = latest_valid(store, revisions, until).await?;
    let start = start.unwrap_or_else(|| (SlotTime::start_of(first_day), FleetDetector::new(first_day)));
    Ok(Some(Fold::from(store, revisions, start, until)))
}

/// The state of the latest time up to `until` that holds still.
async fn latest_valid<S: ReportReader + DetectionStore + ?Sized>(
    store: &S,
    revisions: &DayRevisions,
    until: SlotTime,
) -> Result<Option<(SlotTime, FleetDetector)>> {
    let kept_from = store.kept_from().await?;
    let known = valid_keys(store, revisions, kept_from).await?;
    for key in known.into_iter().rev().filter(|key| key.at <= until) {
        // A state of another version is computed anew.
        if let Some(detector) = read_state(store, key).await? {
            return Ok(Some((key.at, detector)));
        }
    }
    Ok(None)
}

/// The stored states that hold still, sorted by time. One before the first day that is kept is left out: buckets after it have expired.
async fn valid_keys<S: DetectionStore + ?Sized>(
    store: &S,
    revisions: &DayRevisions,
    kept_from: Option<Day>,
) -> Result<Vec<DetectionKey>> {
    let mut keys = store.stored_detections().await?;
    keys.retain(|key| revisions.hold(key.at, key.revision) && kept_from.is_none_or(|first| key.at.day >= first));
    Ok(keys)
}

/// The state with a key, if it can be read.
async fn read_state<S: DetectionStore + ?Sized>(store: &S, key: DetectionKey) -> Result<Option<FleetDetector>> {
    let stored = store.stored_detection(key.at).await?.filter(|stored| stored.key == key);
    Ok(stored.and_then(|stored| FleetDetector::read(&stored.state).ok()))
}

/// The detection on its way from one time to a later one.
pub(crate) struct Fold<'s, S: ?Sized> {
    store: &'s S,
    pub(crate) at: SlotTime,
    pub(crate) detector: FleetDetector,
    until: SlotTime,
    /// The days that counted anything.
    counted: BTreeSet<Day>,
    /// The quarters of the days before `read_until`.
    read: Vec<ScopeQuarters>,
    read_until: Day,
    /// How many slots of a vendor were taken since other tasks went on.
    taken: usize,
}

impl<'s, S: ReportReader + ?Sized> Fold<'s, S> {
    /// From a state to `until`.
    pub(crate) fn from(
        store: &'s S,
        revisions: &DayRevisions,
        (at, detector): (SlotTime, FleetDetector),
        until: SlotTime,
    ) -> Self {
        let counted = revisions.days.iter().map(|(day, _)| *day).collect();
        let read_until = Day::from_number(i32::MIN);
        Self { store, at, detector, until, counted, read: Vec::new(), read_until, taken: 0 }
    }

    /// Takes the slots up to a time, at most that where the fold ends.
    pub(crate) async fn advance(&mut self, to: SlotTime) -> Result<()> {
        while self.at < to {
            let day = self.at.day;
            if day >= self.read_until {
                let last = day.plus(READ - 1).min(self.until.day);
                let has_counted = self.counted.range(day..=last).next().is_some();
                self.read = if has_counted { self.store.quarters(day, last).await? } else { Vec::new() };
                self.read_until = last.plus(1);
            }
            let slots = if day == to.day { to.slots } else { RULES.slots_per_day };
            let of_day = quarters_of(&self.read, day);
            for slot in self.at.slots..slots {
                take_slot(&mut self.detector, &of_day, slot as usize);
                self.taken += 1 + self.detector.vendors().len();
                if self.taken >= SLOTS_AT_A_TIME {
                    self.taken = 0;
                    tokio::task::yield_now().await;
                }
            }
            self.at = if day == to.day { to } else { SlotTime::start_of(day.plus(1)) };
        }
        Ok(())
    }
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

/// Takes a slot of a day.
fn take_slot(detector: &mut FleetDetector, of_day: &BTreeMap<Option<&VendorId>, &Quarters>, slot: usize) {
    let (mut fleet, mut vendors) = (SlotCounts::default(), BTreeMap::new());
    for (vendor_id, quarters) in of_day {
        match vendor_id {
            None => fleet = quarters.slot(slot),
            Some(id) => drop(vendors.insert(*id, quarters.slot(slot))),
        }
    }
    detector.advance(&RULES, fleet, &vendors);
}

/// The end of the latest slot that is over.
pub(crate) fn slot_time(as_of: AsOf) -> SlotTime {
    let over = |cut: Minute| u32::from(cut / Quarters::MINUTES).min(RULES.slots_per_day - 1);
    match as_of.cut() {
        Some(cut) => SlotTime { day: as_of.date(), slots: over(cut) },
        None => SlotTime::start_of(as_of.date().plus(1)),
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
