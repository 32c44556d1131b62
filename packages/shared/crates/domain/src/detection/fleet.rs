//! The detection of a whole fleet: every vendor's detector, and what they share.

use std::collections::BTreeMap;

use super::blind::is_blind;
use super::counts::{Counts, SlotCounts};
use super::detector::{Detector, SlotInput};
use super::episode::EpisodeChange;
use super::means::PlainMeans;
use super::rules::Rules;
use super::signal::{BySignal, Signal};
use super::tide::{Tide, TidePart};

/// The signals and episodes of a fleet and of each of its vendors, as of the end of a slot.
///
/// It is a fold of the slots from day 0 on, the day of the fleet's first posting. Each slot is passed twice: first the parts of all vendors
/// are summed, then each vendor is judged against the others.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetDetector<Id> {
    rules: Rules,
    /// The sums of all vendors; their capped counts are what the fleet's episodes are about.
    fleet: Member,
    /// The facts of the fleet in the latest slots, the oldest first: those of [`Rules::usual_days`] days.
    facts: Vec<i64>,
    /// Whether the latest slot was blind.
    is_blind: bool,
    vendors: BTreeMap<Id, Member>,
}

/// One vendor, or the fleet.
#[derive(Clone, Debug, Default, PartialEq)]
struct Member {
    detector: Detector,
    means: PlainMeans,
    /// The plain rates of today.
    rates: BySignal<f64>,
    /// The counts of today's slots so far.
    today: BySignal<Counts>,
    /// The parts of the latest slots, one day at most, the oldest first.
    parts: Vec<BySignal<TidePart>>,
    /// The latest slots, as many as the signal with the greatest lag needs, the oldest first.
    slots: Vec<SlotCounts>,
}

impl Member {
    /// A vendor at a slot, when it counted nothing before.
    fn new(rules: &Rules, slot: u32, fleet_rates: &BySignal<f64>) -> Self {
        let (day, slots_of_today) = (slot / rules.slots_per_day, slot % rules.slots_per_day);
        let mut new = Self { detector: Detector::at(rules, day), means: PlainMeans::at(rules, day), ..Self::default() };
        if slots_of_today > 0 {
            new.means.begin_day(rules);
            new.rates = new.means.rates(rules, fleet_rates);
        }
        let empty = SlotInput { counts: BySignal::default(), fleet_rates: *fleet_rates, tide: Tide::NONE };
        for _ in 0..slots_of_today {
            new.detector.advance(rules, &empty);
        }
        new
    }

    /// Takes the counts of a slot. Returns those of the signals.
    fn take(&mut self, rules: &Rules, slot: SlotCounts) -> BySignal<Counts> {
        let day = rules.slots_per_day as usize;
        push(&mut self.slots, slot, Signal::GREATEST_LAG as usize * day + 1);
        let counts = Signal::counts(|days| {
            let place = self.slots.len().checked_sub(1 + days as usize * day);
            place.map(|place| self.slots[place]).unwrap_or_default()
        });
        Signal::ALL.into_iter().for_each(|signal| self.today[signal] += counts[signal]);
        counts
    }

    fn end_day(&mut self) {
        self.means.end_day(std::mem::take(&mut self.today));
    }
}

/// Adds a value to the latest ones, and drops the oldest beyond `most`.
fn push<T>(latest: &mut Vec<T>, value: T, most: usize) {
    if latest.len() == most {
        latest.remove(0);
    }
    latest.push(value);
}

impl<Id: Ord + Clone> FleetDetector<Id> {
    /// The state before day 0.
    pub fn new(rules: Rules) -> Self {
        Self { rules, fleet: Member::default(), facts: Vec::new(), is_blind: false, vendors: BTreeMap::new() }
    }

    /// The slot that is next.
    pub fn next_slot(&self) -> u32 {
        self.fleet.detector.next_slot()
    }

    /// The detector of the fleet: "everybody".
    pub fn fleet(&self) -> &Detector {
        &self.fleet.detector
    }

    /// Whether the latest slot was blind: almost nothing was received from any vendor.
    pub fn is_blind(&self) -> bool {
        self.is_blind
    }

    /// The detector of a vendor; `None` before it has counted anything.
    pub fn vendor(&self, id: &Id) -> Option<&Detector> {
        self.vendors.get(id).map(|member| &member.detector)
    }

    /// The detectors of the vendors that have counted anything.
    pub fn vendors(&self) -> impl Iterator<Item = (&Id, &Detector)> {
        self.vendors.iter().map(|(id, member)| (id, &member.detector))
    }

    /// Takes the next slot: what the fleet counted, and each vendor with anything. Returns what changed about episodes: of the fleet
    /// (`None`), then of vendors, sorted.
    pub fn advance(
        &mut self,
        fleet: SlotCounts,
        vendors: &BTreeMap<Id, SlotCounts>,
    ) -> Vec<(Option<Id>, EpisodeChange)> {
        let Self { rules, fleet: all, facts, is_blind: blind, vendors: members } = self;
        let slot = all.detector.next_slot();
        if slot.is_multiple_of(rules.slots_per_day) {
            all.means.begin_day(rules);
            all.rates = all.means.fleet_rates(rules);
        }
        for id in vendors.keys() {
            if !members.contains_key(id) {
                members.insert(id.clone(), Member::new(rules, slot, &all.rates));
            }
        }
        *blind = is_blind(rules, &same_slots(rules, facts), fleet.facts);
        push(facts, fleet.facts, rules.usual_days * rules.slots_per_day as usize);
        all.take(rules, fleet);

        let day_slots = rules.slots_per_day as usize;
        let mut sum = BySignal::<TidePart>::default();
        let mut counts = Vec::with_capacity(members.len());
        for (id, member) in members.iter_mut() {
            if slot.is_multiple_of(rules.slots_per_day) {
                member.means.begin_day(rules);
                member.rates = member.means.rates(rules, &all.rates);
            }
            let of_signals = member.take(rules, vendors.get(id).copied().unwrap_or_default());
            let part = TidePart::of_signals(rules, &of_signals, &member.rates);
            Signal::ALL.into_iter().for_each(|signal| sum[signal] += part[signal]);
            push(&mut member.parts, part, day_slots);
            counts.push(of_signals);
        }
        push(&mut all.parts, sum, day_slots);

        let mut changes = Vec::new();
        let tide = if *blind { Tide::Blind } else { Tide::NONE };
        let of_fleet = BySignal::of(|signal| sum[signal].counts());
        let input = SlotInput { counts: of_fleet, fleet_rates: all.rates, tide };
        changes.extend(all.detector.advance(rules, &input).map(|change| (None, change)));
        for ((id, member), counts) in members.iter_mut().zip(counts) {
            let tide = if *blind { Tide::Blind } else { Tide::for_vendor(rules, &all.parts, &member.parts) };
            let input = SlotInput { counts, fleet_rates: all.rates, tide };
            let change = member.detector.advance(rules, &input);
            changes.extend(change.map(|change| (Some(id.clone()), change)));
        }
        if (slot + 1).is_multiple_of(rules.slots_per_day) {
            all.end_day();
            members.values_mut().for_each(Member::end_day);
        }
        changes
    }
}

/// The facts of the slot that is next, on each of the days before.
fn same_slots(rules: &Rules, facts: &[i64]) -> Vec<i64> {
    let day = rules.slots_per_day as usize;
    facts.rchunks_exact(day).map(|slots| slots[0]).collect()
}
