//! The tide: what happens to all vendors at the same time, and excuses each of them.

use std::ops::{AddAssign, SubAssign};

use super::counts::Counts;
use super::rules::Rules;
use super::signal::{BySignal, Signal};

/// The unit of [`TidePart`]: sums of integers do not depend on their order.
const MILLION: i64 = 1_000_000;

/// What one vendor adds to the fleet in a slot, in millionths of orders; or a sum of these. A large vendor counts as
/// [`Rules::tide_due_cap`] orders at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TidePart {
    /// Promises.
    pub due: i64,
    /// Those that were missed.
    pub missed: i64,
    /// Those that were to be expected by the vendor's [plain mean](super::PlainMeans::rates).
    pub expected: i64,
}

impl TidePart {
    /// The part of a vendor whose usual rate is `rate`.
    pub fn of(rules: &Rules, counts: Counts, rate: f64) -> Self {
        if counts.due() == 0 {
            return Self::default();
        }
        let (n, x) = (counts.due() as f64, counts.missed() as f64);
        let cap = rules.tide_due_cap;
        let weight = if counts.due() <= cap { 1.0 } else { cap as f64 / n };
        let millionths = |orders: f64| (orders * MILLION as f64 + 0.5) as i64;
        Self { due: millionths(n * weight), missed: millionths(x * weight), expected: millionths(n * weight * rate) }
    }

    /// The parts of a vendor's signals in a slot.
    pub fn of_signals(rules: &Rules, counts: &BySignal<Counts>, rates: &BySignal<f64>) -> BySignal<Self> {
        BySignal::of(|signal| Self::of(rules, counts[signal], rates[signal]))
    }

    /// The capped counts in whole orders, for the episodes of the fleet.
    pub fn counts(self) -> Counts {
        let whole = |millionths: i64| (millionths + MILLION / 2).div_euclid(MILLION);
        Counts::new(whole(self.due), whole(self.missed))
    }
}

impl AddAssign for TidePart {
    fn add_assign(&mut self, other: Self) {
        self.due += other.due;
        self.missed += other.missed;
        self.expected += other.expected;
    }
}

impl SubAssign for TidePart {
    fn sub_assign(&mut self, other: Self) {
        self.due -= other.due;
        self.missed -= other.missed;
        self.expected -= other.expected;
    }
}

/// What happens to all vendors in a slot, as it matters for one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tide {
    /// Almost nothing was received from any vendor: the slot is evidence of nothing. See [`super::is_blind`].
    Blind,
    /// By how much the baseline of each signal is lifted, in log-odds; 0 when the others are as usual.
    Lift(BySignal<f64>),
}

impl Tide {
    /// No tide.
    pub const NONE: Self = Self::Lift(BySignal([0.0; Signal::COUNT]));

    /// The tide for one vendor at a slot that is not blind. `fleet` and `own` are the sums over all vendors and the vendor's own
    /// parts, of the slots of one day up to this one: fewer only at the start.
    pub fn for_vendor(rules: &Rules, fleet: &[BySignal<TidePart>], own: &[BySignal<TidePart>]) -> Self {
        let day = rules.slots_per_day as usize;
        Self::Lift(BySignal::of(|signal| {
            let lifts = [1, day].map(|width| lift(rules, latest(fleet, width), latest(own, width), signal, width));
            lifts.into_iter().fold(0.0, f64::max)
        }))
    }
}

fn latest<T>(slots: &[T], width: usize) -> &[T] {
    &slots[slots.len().saturating_sub(width)..]
}

/// The misses of the others against the expected ones, in log-odds. 0 unless they are off by more than chance.
fn lift(rules: &Rules, fleet: &[BySignal<TidePart>], own: &[BySignal<TidePart>], signal: Signal, width: usize) -> f64 {
    let mut others = TidePart::default();
    fleet.iter().for_each(|slot| others += slot[signal]);
    own.iter().for_each(|slot| others -= slot[signal]);
    let (observed, expected) = (others.missed as f64 / MILLION as f64, others.expected as f64 / MILLION as f64);
    let inertia = rules.tide_inertia * width as f64 / f64::from(rules.slots_per_day);
    if observed - expected >= rules.tide_deviations * (expected + inertia).sqrt() {
        rules.greatest_lift.min(libm::log((observed + inertia) / (expected + inertia)))
    } else {
        0.0
    }
}
