//! Sums in which a day counts less with each day after it, and the guard that keeps the latest days out of them.

use std::collections::VecDeque;

use super::counts::Counts;
use super::rules::Rules;
use super::signal::BySignal;

/// Decayed sums of promises and misses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DecayedCounts {
    pub(crate) due: f64,
    pub(crate) missed: f64,
}

impl DecayedCounts {
    /// Adds the next day.
    pub(crate) fn add(&mut self, rules: &Rules, day: Counts) {
        self.due = self.due * rules.daily_memory + day.due() as f64;
        self.missed = self.missed * rules.daily_memory + day.missed() as f64;
    }

    /// The rate of misses, shrunken to a prior rate.
    pub(crate) fn rate(&self, rules: &Rules, prior: f64) -> f64 {
        (self.missed + rules.prior_strength * prior) / (self.due + rules.prior_strength)
    }
}

/// The latest days, which no baseline sees yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Guard {
    /// Ordered by day.
    pub(crate) days: VecDeque<BySignal<Counts>>,
}

impl Guard {
    /// The guard at the start of a day, when nothing was due before.
    pub(crate) fn at(rules: &Rules, day: u32) -> Self {
        let days = day.min(rules.guard_days + 1) as usize;
        Self { days: (0..days).map(|_| BySignal::default()).collect() }
    }

    /// At the start of a day: the day that leaves the guard, which is the one before its first day.
    pub(crate) fn release(&mut self, rules: &Rules) -> Option<BySignal<Counts>> {
        if self.days.len() > rules.guard_days as usize { self.days.pop_front() } else { None }
    }

    /// At the end of a day.
    pub(crate) fn add(&mut self, day: BySignal<Counts>) {
        self.days.push_back(day);
    }
}
