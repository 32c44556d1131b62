//! Plain means of the signals: what a rate usually is. Nothing is excluded from them.

use super::counts::Counts;
use super::decay::{DecayedCounts, Guard};
use super::rules::Rules;
use super::signal::{BySignal, Signal};
use super::stored::{DamagedState, stored, write_state};

/// The decayed means of the signals of one scope, day by day: of the fleet, whose rates all baselines are shrunken to, and of each
/// vendor, whose part in the [tide](super::Tide) is measured against them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlainMeans {
    guard: Guard,
    sums: BySignal<DecayedCounts>,
}

stored!(PlainMeans { guard, sums });

impl PlainMeans {
    /// The means at the start of a day, when nothing was due before. Days count from 0.
    pub fn at(rules: &Rules, day: u32) -> Self {
        Self { guard: Guard::at(rules, day), sums: BySignal::default() }
    }

    /// Starts the next day: the day that leaves the guard enters the means.
    pub fn begin_day(&mut self, rules: &Rules) {
        if let Some(day) = self.guard.release(rules) {
            for signal in Signal::ALL {
                self.sums[signal].add(rules, day[signal]);
            }
        }
    }

    /// Ends the day with its counts.
    pub fn end_day(&mut self, day: BySignal<Counts>) {
        self.guard.add(day);
    }

    /// The rates of the fleet today, if these are its means.
    pub fn fleet_rates(&self, rules: &Rules) -> BySignal<f64> {
        let [due, missed] = rules.fleet_prior;
        BySignal::of(|signal| (self.sums[signal].missed + missed) / (self.sums[signal].due + due))
    }

    /// The rates of a vendor today, shrunken to the fleet's.
    pub fn rates(&self, rules: &Rules, fleet: &BySignal<f64>) -> BySignal<f64> {
        BySignal::of(|signal| self.sums[signal].rate(rules, fleet[signal]))
    }

    /// The stored form.
    pub fn write(&self) -> Vec<u8> {
        write_state(self)
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// It is damaged, or of another version.
    pub fn read(bytes: &[u8]) -> Result<Self, DamagedState> {
        super::stored::read_state(bytes)
    }
}
