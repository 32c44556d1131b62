//! The detection of a fleet from counts by slot, as a host computes it: the tide of all vendors first, then each vendor.

use goody_domain::detection::{
    BySignal, Counts, Detector, PlainMeans, Rules, Signal, SlotCounts, SlotInput, Tide, TidePart, is_blind,
};

const RULES: Rules = Rules::QUARTERS;
/// Slots of a day.
pub const QUARTERS: usize = RULES.slots_per_day as usize;

/// What one vendor counted in each slot.
pub type VendorSlots = Vec<SlotCounts>;

/// Counts of made-up vendors. A few are large and most are small, one slot in seven is of a weekend, and each vendor fails for a week a year.
pub fn vendors(vendors: usize, days: usize, seed: u64) -> Vec<VendorSlots> {
    let mut random = Random(seed);
    (0..vendors).map(|rank| vendor(rank, vendors, days, &mut random)).collect()
}

fn vendor(rank: usize, vendors: usize, days: usize, random: &mut Random) -> VendorSlots {
    let due_a_slot = 0.3 * vendors as f64 / (rank + vendors / 50 + 1) as f64;
    let (rate, failing) = (0.05 + 0.15 * random.next(), (random.next() * days as f64) as usize);
    let slot = |slot: usize| {
        let is_failing = (failing..failing + 7).contains(&(slot / QUARTERS));
        let rate = if is_failing { 0.5 } else { rate };
        let mut counts = SlotCounts { due: random.count(due_a_slot), ..SlotCounts::default() };
        for _ in 0..counts.due {
            let (is_rush, is_missed) = (random.next() < 0.15, random.next() < rate);
            counts.due_rush += i64::from(is_rush);
            counts.on_time += i64::from(!is_missed);
            counts.on_time_rush += i64::from(is_rush && !is_missed);
            counts.kept_in_grace += i64::from(is_missed && random.next() < 0.7);
        }
        counts
    };
    (0..days * QUARTERS).map(slot).collect()
}

/// The SplitMix64 generator (G. Steele, D. Lea, C. Flood, 2014): equal counts on every machine.
struct Random(u64);

impl Random {
    /// A number from 0 up to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A Poisson number.
    fn count(&mut self, mean: f64) -> i64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.next(), 0);
        while product > limit {
            product *= self.next();
            count += 1;
        }
        count
    }
}

/// What is known of all vendors: the rates of each day, the parts of each slot, and which slots are blind.
pub struct Fleet {
    rates: Vec<BySignal<f64>>,
    parts: Vec<BySignal<TidePart>>,
    blind: Vec<bool>,
}

impl Fleet {
    /// The first pass over all vendors.
    pub fn of(vendors: &[VendorSlots]) -> Self {
        let slots = vendors.first().map_or(0, Vec::len);
        let mut sums = vec![BySignal::<Counts>::default(); slots / QUARTERS];
        let mut facts = vec![0i64; slots];
        for vendor in vendors {
            for (slot, counts) in vendor.iter().enumerate() {
                let of_signals = signals(vendor, slot);
                Signal::ALL.into_iter().for_each(|signal| sums[slot / QUARTERS][signal] += of_signals[signal]);
                // An order that is due was placed and ended.
                facts[slot] += 2 * counts.due;
            }
        }
        let mut means = PlainMeans::default();
        let day = |day: &BySignal<Counts>| {
            means.begin_day(&RULES);
            means.end_day(*day);
            means.fleet_rates(&RULES)
        };
        let rates: Vec<_> = sums.iter().map(day).collect();
        let mut parts = vec![BySignal::<TidePart>::default(); slots];
        for vendor in vendors {
            for (sum, part) in parts.iter_mut().zip(own_parts(vendor, &rates)) {
                Signal::ALL.into_iter().for_each(|signal| sum[signal] += part[signal]);
            }
        }
        let blind = (0..slots).map(|slot| is_blind(&RULES, &same_slots(&facts, slot), facts[slot])).collect();
        Self { rates, parts, blind }
    }

    /// Advances a vendor's detector to the end of its slots, from the slot that is next. Returns how many changes of episodes there
    /// were.
    pub fn advance(&self, detector: &mut Detector, vendor: &[SlotCounts]) -> usize {
        let own = own_parts(vendor, &self.rates);
        let mut changes = 0;
        for slot in detector.next_slot() as usize..vendor.len() {
            let latest = (slot + 1).saturating_sub(QUARTERS)..=slot;
            let tide = match self.blind[slot] {
                true => Tide::Blind,
                false => Tide::for_vendor(&RULES, &self.parts[latest.clone()], &own[latest]),
            };
            let (counts, fleet_rates) = (signals(vendor, slot), self.rates[slot / QUARTERS]);
            changes += usize::from(detector.advance(&RULES, &SlotInput { counts, fleet_rates, tide }).is_some());
        }
        changes
    }
}

/// The counts of the signals of a slot.
fn signals(vendor: &[SlotCounts], slot: usize) -> BySignal<Counts> {
    Signal::counts(|days| {
        let earlier = slot.checked_sub(days as usize * QUARTERS);
        earlier.map(|slot| vendor[slot]).unwrap_or_default()
    })
}

fn own_parts(vendor: &[SlotCounts], fleet_rates: &[BySignal<f64>]) -> Vec<BySignal<TidePart>> {
    let mut means = PlainMeans::default();
    let mut parts = Vec::with_capacity(vendor.len());
    for (day, fleet) in fleet_rates.iter().enumerate().take(vendor.len() / QUARTERS) {
        means.begin_day(&RULES);
        let rates = means.rates(&RULES, fleet);
        let mut total = BySignal::<Counts>::default();
        for slot in day * QUARTERS..(day + 1) * QUARTERS {
            let counts = signals(vendor, slot);
            parts.push(TidePart::of_signals(&RULES, &counts, &rates));
            Signal::ALL.into_iter().for_each(|signal| total[signal] += counts[signal]);
        }
        means.end_day(total);
    }
    parts
}

/// The facts of the same slot of the days before.
fn same_slots(facts: &[i64], slot: usize) -> Vec<i64> {
    let days = 1..=RULES.usual_days;
    days.map_while(|day| slot.checked_sub(day * QUARTERS)).map(|earlier| facts[earlier]).collect()
}
