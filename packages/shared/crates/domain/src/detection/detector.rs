//! The detector: the state of one vendor's signals, which advances slot by slot.

use super::counts::Counts;
use super::decay::Guard;
use super::episode::{Clearing, Episode, EpisodeChange};
use super::mark::Mark;
use super::rules::Rules;
use super::signal::{BySignal, Signal};
use super::stored::{DamagedState, read_state, stored, write_state};
use super::tide::Tide;
use super::track::{SinceChange, Track};

/// The signals and episodes of one vendor, or of the fleet, as of the end of a slot.
///
/// The state is a function of the slots from day 0 on. It may be stored at the end of any slot: to resume from there is to fold from the
/// start. A fact of a day makes the states at the end of its slots, and all later ones, void.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detector {
    /// The next slot.
    pub(crate) slot: u32,
    guard: Guard,
    /// How many days the baselines have, decayed as their sums are.
    pub(crate) days: f64,
    /// The counts of the days before today.
    before: BySignal<Counts>,
    /// The counts of today's slots so far.
    pub(crate) today: BySignal<Counts>,
    pub(crate) tracks: BySignal<Track>,
    /// The first and last slots of former episodes whose days have not left the guard.
    excluded: Vec<[u32; 2]>,
    open: Option<Open>,
    /// The open episode, or the last one.
    latest: Option<Latest>,
}

stored!(Detector { slot, guard, days, before, today, tracks, excluded, open, latest });

/// That an episode is open.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Open {
    /// The slot at whose start it was opened or reopened.
    opened: u32,
    /// With which slot the change began, as it is known now.
    since: Mark,
}

stored!(Open { opened, since });

/// An episode, and the mark of its `since`.
#[derive(Clone, Debug, PartialEq)]
struct Latest {
    episode: Episode,
    since: Mark,
}

stored!(Latest { episode, since });

/// One slot of one vendor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlotInput {
    /// What was counted.
    pub counts: BySignal<Counts>,
    /// The rates of the fleet on this day: [`super::PlainMeans::fleet_rates`].
    pub fleet_rates: BySignal<f64>,
    /// What happens to all vendors.
    pub tide: Tide,
}

impl Detector {
    /// The state at the start of a day, when nothing was due before. Days count from 0. It equals the fold of empty days, so that
    /// the days before a vendor's first promise need no input.
    pub fn at(rules: &Rules, day: u32) -> Self {
        let days = (0..day.saturating_sub(rules.guard_days + 1)).fold(0.0, |days, _| days * rules.daily_memory + 1.0);
        Self { slot: rules.slots(day), guard: Guard::at(rules, day), days, ..Self::default() }
    }

    /// The slot that is next.
    pub fn next_slot(&self) -> u32 {
        self.slot
    }

    /// The open episode, or else the last one.
    pub fn latest_episode(&self) -> Option<&Episode> {
        self.latest.as_ref().map(|latest| &latest.episode)
    }

    /// The open episode.
    pub fn open_episode(&self) -> Option<&Episode> {
        self.latest_episode().filter(|_| self.open.is_some())
    }

    /// With which slot the change of the open episode began, as it is known now: a further signal may show that it began earlier
    /// than [`Episode::since`].
    pub fn open_since(&self) -> Option<u32> {
        self.open.map(|open| open.since.slot)
    }

    /// Takes the next slot, and judges. Returns what changed about the episodes.
    pub fn advance(&mut self, rules: &Rules, input: &SlotInput) -> Option<EpisodeChange> {
        let is_new_day = self.slot.is_multiple_of(rules.slots_per_day);
        if is_new_day {
            self.begin_day(rules, &input.fleet_rates);
        }
        let here = Mark { slot: self.slot, before: self.before };
        let mut was_due = false;
        for (signal, counts) in input.counts.iter().filter(|(_, counts)| counts.due() > 0) {
            was_due = true;
            self.today[signal] += *counts;
            if let Tide::Lift(lift) = &input.tide {
                self.tracks[signal].observe(rules, *counts, lift[signal], here);
            }
        }
        // Without an open episode, a new baseline and new counts, what was judged before stands.
        let change = if is_new_day || was_due || self.open.is_some() { self.judge(rules) } else { None };
        self.slot += 1;
        if self.slot.is_multiple_of(rules.slots_per_day) {
            self.end_day();
        }
        change
    }

    /// The day that leaves the guard enters the baselines, and today's rates are set.
    fn begin_day(&mut self, rules: &Rules, fleet_rates: &BySignal<f64>) {
        let left = self.guard.release(rules).filter(|_| {
            let day = self.slot / rules.slots_per_day - 1 - rules.guard_days;
            let (first, last) = (rules.slots(day), rules.slots(day + 1) - 1);
            self.excluded.retain(|[_, end]| *end >= first);
            !self.excluded.iter().any(|[start, _]| *start <= last)
                && self.open.is_none_or(|open| open.since.slot > last)
        });
        if left.is_some() {
            self.days = self.days * rules.daily_memory + 1.0;
        }
        for (signal, prior) in fleet_rates.iter() {
            let baseline = &mut self.tracks[signal].baseline;
            if let Some(day) = &left {
                baseline.add(rules, day[signal], *prior);
            }
            baseline.set_today(rules, *prior, self.days);
        }
    }

    fn end_day(&mut self) {
        let day = std::mem::take(&mut self.today);
        for (signal, counts) in day.iter() {
            self.before[signal] += *counts;
        }
        self.guard.add(day);
    }

    /// The counts of a signal since the day of a mark.
    fn since(&self, mark: &Mark, signal: Signal) -> Counts {
        let mut counts = self.before[signal] - mark.before[signal];
        counts += self.today[signal];
        counts
    }

    fn judge(&mut self, rules: &Rules) -> Option<EpisodeChange> {
        for signal in Signal::ALL {
            self.switch(rules, signal);
        }
        let end = self.slot + 1;
        let marks = self.tracks.0.iter().filter(|track| track.is_on).filter_map(|track| track.since_change);
        let since = marks.map(|change| change.since).reduce(Mark::earlier);
        let Some(open) = &mut self.open else { return since.map(|since| self.open(rules, since, end)) };
        let Some(since) = since else {
            let is_held = end - open.opened < rules.slots(rules.hold_days);
            return (!is_held).then(|| self.clear(rules, end, Clearing::Recovered));
        };
        open.since = open.since.earlier(since);
        let raised = self.latest.as_ref()?.episode.raised;
        (end - raised >= rules.slots(rules.settle_days)).then(|| self.clear(rules, end, Clearing::Settled))
    }

    /// Switches a signal on or off.
    fn switch(&mut self, rules: &Rules, signal: Signal) {
        let track = &self.tracks[signal];
        let probability = track.probability();
        if track.is_on {
            self.tracks[signal].is_on = probability >= rules.clear_at;
            return;
        }
        let is_known = track.baseline.sums.due >= rules.least_own_due && self.days >= rules.least_own_days;
        let Some(since) = track.start().filter(|_| is_known && probability >= rules.raise_at) else { return };
        let counts = self.since(&since, signal);
        let expected = counts.due() as f64 * track.baseline.rate;
        if counts.due() >= rules.least_due && counts.missed() as f64 - expected >= rules.least_excess {
            let since_change = Some(SinceChange { since, counts, expected });
            self.tracks[signal] = Track { is_on: true, since_change, ..*track };
        }
    }

    /// The most probable signal that is on; of equally probable ones, the first.
    pub(crate) fn leading_signal(&self) -> Option<Signal> {
        let on = self.tracks.iter().filter(|(_, track)| track.is_on);
        let on = on.map(|(signal, track)| (signal, track.probability()));
        on.reduce(|lead, other| if other.1 > lead.1 { other } else { lead }).map(|(signal, _)| signal)
    }

    fn open(&mut self, rules: &Rules, since: Mark, end: u32) -> EpisodeChange {
        if let Some(latest) = &mut self.latest
            && let Some((cleared, Clearing::Recovered)) = latest.episode.cleared
            && end - cleared <= rules.slots(rules.reopen_days)
        {
            latest.episode.cleared = None;
            latest.episode.reopened.push(end);
            self.open = Some(Open { opened: end, since: since.earlier(latest.since) });
            return EpisodeChange::Reopened;
        }
        let signal = self.leading_signal().unwrap_or(Signal::Promise);
        let episode = Episode { signal, since: since.slot, raised: end, reopened: Vec::new(), cleared: None };
        self.latest = Some(Latest { episode, since });
        self.open = Some(Open { opened: end, since });
        EpisodeChange::Opened
    }

    /// Clears the open episode. Its days never enter a baseline. If it has settled, what has been since the change is the baseline.
    fn clear(&mut self, rules: &Rules, end: u32, clearing: Clearing) -> EpisodeChange {
        if let Some(Open { since, .. }) = self.open.take() {
            self.excluded.push([since.slot, self.slot]);
            if clearing == Clearing::Settled {
                for signal in Signal::ALL {
                    self.tracks[signal].baseline = self.tracks[signal].baseline.replaced_by(self.since(&since, signal));
                }
                self.days = f64::from((self.slot - since.slot) / rules.slots_per_day + 1);
            }
        }
        for track in &mut self.tracks.0 {
            track.clear();
        }
        if let Some(latest) = &mut self.latest {
            latest.episode.cleared = Some((end, clearing));
        }
        EpisodeChange::Cleared(clearing)
    }

    /// Whether no promise of a signal was due today, nor in the days of the guard.
    pub(crate) fn is_quiet(&self, rules: &Rules, signal: Signal) -> bool {
        let days = self.guard.days.iter().rev().take(rules.guard_days as usize).chain([&self.today]);
        days.map(|day| day[signal].due()).sum::<i64>() == 0
    }

    /// The stored form: some hundred bytes.
    pub fn write(&self) -> Vec<u8> {
        write_state(self)
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// It is damaged, or of another version.
    pub fn read(bytes: &[u8]) -> Result<Self, DamagedState> {
        read_state(bytes)
    }
}
