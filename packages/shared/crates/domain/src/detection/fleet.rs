//! The detection of a whole fleet: every vendor's detector, and what they share.

use std::collections::BTreeMap;

use super::blind::is_blind;
use super::counts::{Counts, SlotCounts};
use super::detector::{Detector, SlotInput};
use super::episode::{Episode, EpisodeChange};
use super::means::PlainMeans;
use super::rules::Rules;
use super::signal::{BySignal, Signal};
use super::stored::{DamagedState, read_state, stored, write_state};
use super::tide::{Tide, TidePart};
use crate::{Day, Instant, Quarters, ReportZone, VendorId};

/// The signals and episodes of a fleet and of each of its vendors, as of the end of a slot.
///
/// It is a fold of the slots from day 0 on, the day of the fleet's first posting. Each slot is passed twice: first the parts of all vendors
/// are summed, then each vendor is judged against the others.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetDetector {
    first_day: Day,
    /// The sums of all vendors; their capped counts are what the fleet's episodes are about.
    fleet: Member,
    /// The facts of the fleet in the latest slots, the oldest first: those of [`Rules::usual_days`] days.
    facts: Vec<i64>,
    /// Whether the latest slot was blind.
    is_blind: bool,
    /// How many slots were blind.
    blind_slots: u32,
    vendors: BTreeMap<VendorId, Member>,
    episodes: Vec<(Option<VendorId>, Episode)>,
}

stored!(FleetDetector { first_day, fleet, facts, is_blind, blind_slots, vendors, episodes });

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

stored!(Member { detector, means, rates, today, parts, slots });

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

impl FleetDetector {
    /// The state before day 0.
    pub fn new(first_day: Day) -> Self {
        let (fleet, facts, vendors, episodes) = Default::default();
        Self { first_day, fleet, facts, is_blind: false, blind_slots: 0, vendors, episodes }
    }

    /// Day 0.
    pub fn first_day(&self) -> Day {
        self.first_day
    }

    /// The slot that is next.
    pub fn next_slot(&self) -> u32 {
        self.fleet.detector.next_slot()
    }

    /// The instant at which a slot begins.
    pub fn start_of(&self, slot: u32, rules: &Rules, zone: &ReportZone) -> Instant {
        let (day, quarter) = (slot / rules.slots_per_day, slot % rules.slots_per_day);
        let day = i32::try_from(day).map_or(Day::from_number(i32::MAX), |day| self.first_day.plus(day));
        zone.start(day).plus_seconds(i64::from(quarter) * i64::from(Quarters::MINUTES) * 60)
    }

    /// Every episode of the fleet (`None`) and of vendors, in the sequence in which they were raised.
    pub fn episodes(&self) -> &[(Option<VendorId>, Episode)] {
        &self.episodes
    }

    /// Whether the latest slot was blind: almost nothing was received from any vendor.
    pub fn is_blind(&self) -> bool {
        self.is_blind
    }

    /// The lift of a vendor's baseline by the tide of the latest slots, in log-odds; 0 when the others are as usual.
    pub fn lift(&self, rules: &Rules, id: &VendorId, signal: Signal) -> f64 {
        let Some(member) = self.vendors.get(id) else { return 0.0 };
        match Tide::for_vendor(rules, &self.fleet.parts, &member.parts) {
            Tide::Lift(lift) if !self.is_blind => lift[signal],
            Tide::Lift(_) | Tide::Blind => 0.0,
        }
    }

    /// How many slots were blind.
    pub fn blind_slots(&self) -> u32 {
        self.blind_slots
    }

    /// The detector of the fleet: "everybody".
    pub fn fleet(&self) -> &Detector {
        &self.fleet.detector
    }

    /// The detector of a vendor; `None` before it has counted anything.
    pub fn vendor(&self, id: &VendorId) -> Option<&Detector> {
        self.vendors.get(id).map(|member| &member.detector)
    }

    /// The detectors of the vendors that have counted anything.
    pub fn vendors(&self) -> impl ExactSizeIterator<Item = (&VendorId, &Detector)> {
        self.vendors.iter().map(|(id, member)| (id, &member.detector))
    }

    /// The stored form: about 700 bytes for a vendor.
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

    /// Takes the next slot: what the fleet counted, and each vendor with anything. Returns what changed about episodes: of the fleet
    /// (`None`), then of vendors, sorted.
    pub fn advance(
        &mut self,
        rules: &Rules,
        fleet: SlotCounts,
        vendors: &BTreeMap<&VendorId, SlotCounts>,
    ) -> Vec<(Option<VendorId>, EpisodeChange)> {
        let Self { fleet: all, facts, vendors: members, .. } = self;
        let slot = all.detector.next_slot();
        if slot.is_multiple_of(rules.slots_per_day) {
            all.means.begin_day(rules);
            all.rates = all.means.fleet_rates(rules);
        }
        for id in vendors.keys() {
            if !members.contains_key(*id) {
                members.insert((*id).clone(), Member::new(rules, slot, &all.rates));
            }
        }
        let blind = is_blind(rules, &same_slots(rules, facts), fleet.facts);
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
        let tide = if blind { Tide::Blind } else { Tide::NONE };
        let of_fleet = BySignal::of(|signal| sum[signal].counts());
        let input = SlotInput { counts: of_fleet, fleet_rates: all.rates, tide };
        changes.extend(all.detector.advance(rules, &input).map(|change| (None, change)));
        for ((id, member), counts) in members.iter_mut().zip(counts) {
            // A tide matters only to promises that were due: most vendors have none in most slots.
            let tide = match (blind, counts.iter().any(|(_, counts)| counts.due() > 0)) {
                (true, _) => Tide::Blind,
                (false, true) => Tide::for_vendor(rules, &all.parts, &member.parts),
                (false, false) => Tide::NONE,
            };
            let input = SlotInput { counts, fleet_rates: all.rates, tide };
            let change = member.detector.advance(rules, &input);
            changes.extend(change.map(|change| (Some(id.clone()), change)));
        }
        if (slot + 1).is_multiple_of(rules.slots_per_day) {
            all.end_day();
            members.values_mut().for_each(Member::end_day);
        }
        self.is_blind = blind;
        self.blind_slots += u32::from(blind);
        changes.iter().for_each(|(vendor_id, _)| self.record(vendor_id.as_ref()));
        changes
    }

    /// Records the latest episode of the fleet or of a vendor as it is now.
    fn record(&mut self, vendor_id: Option<&VendorId>) {
        let detector = vendor_id.map_or(Some(&self.fleet.detector), |id| self.vendor(id));
        let Some(episode) = detector.and_then(Detector::latest_episode).cloned() else { return };
        let is_same =
            |(of, known): &&mut (Option<VendorId>, Episode)| of.as_ref() == vendor_id && known.raised == episode.raised;
        match self.episodes.iter_mut().rev().find(is_same) {
            Some((_, known)) => *known = episode,
            None => self.episodes.push((vendor_id.cloned(), episode)),
        }
    }
}

/// The facts of the slot that is next, on each of the days before.
fn same_slots(rules: &Rules, facts: &[i64]) -> Vec<i64> {
    let day = rules.slots_per_day as usize;
    facts.rchunks_exact(day).map(|slots| slots[0]).collect()
}
