//! The baseline of one signal of one vendor: what its rate was, as it stood two weeks ago, plus a margin for not knowing it well.

use super::counts::Counts;
use super::decay::DecayedCounts;
use super::rules::Rules;
use super::stored::stored;

/// What is remembered of the past of one signal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Baseline {
    pub(crate) sums: DecayedCounts,
    /// By how much the squared residuals of the days exceed 1, weighted by orders.
    residuals: f64,
    /// The weights of a correlation of 1.
    weights: f64,
    /// Today's baseline rate.
    pub(crate) rate: f64,
    /// By how much more than a binomial count the misses of a day vary: 1 is not more.
    pub(crate) overdispersion: f64,
}

stored!(Baseline { sums, residuals, weights, rate, overdispersion });

impl Baseline {
    /// The baseline that consists of these counts. The rate of today stays until the next day.
    pub(crate) fn replaced_by(self, counts: Counts) -> Self {
        let sums = DecayedCounts { due: counts.due() as f64, missed: counts.missed() as f64 };
        Self { sums, residuals: 0.0, weights: 0.0, ..self }
    }

    /// The day that has left the guard enters. `prior` is the fleet's rate today.
    pub(crate) fn add(&mut self, rules: &Rules, day: Counts, prior: f64) {
        let (n, x) = (day.due() as f64, day.missed() as f64);
        if day.due() > 0 {
            let a = self.sums.due + rules.prior_strength;
            let p = self.sums.rate(rules, prior);
            let z2 = (x - n * p) * (x - n * p) / (n * p * (1.0 - p) * (1.0 + n / a));
            let z2 = z2.min(rules.greatest_residual);
            self.residuals = self.residuals * rules.daily_memory + (z2 - 1.0) * (n - 1.0);
            self.weights = self.weights * rules.daily_memory + (n - 1.0) * (n - 1.0);
        }
        self.sums.add(rules, day);
    }

    /// Sets the rate and the overdispersion of today. `days` is how many days the baseline has, decayed as its sums are.
    ///
    /// The overdispersion is the design effect 1 + ρ·(m − 1) of a correlation ρ within days of m orders (L. Kish, Survey Sampling
    /// (1965)): shocks of a day shrink the evidence of large vendors, and small ones are untouched.
    pub(crate) fn set_today(&mut self, rules: &Rules, prior: f64, days: f64) {
        let a = self.sums.due + rules.prior_strength;
        let mut mean = self.sums.rate(rules, prior);
        if self.sums.due >= rules.least_own_due {
            // Never better than its own record: else vendors that were always bad would look changed.
            mean = mean.max(self.sums.missed / self.sums.due);
        }
        let strength = a.min(rules.strength_cap);
        let deviation = (mean * (1.0 - mean) / (strength + 1.0)).sqrt();
        self.rate = (mean + rules.caution * deviation).max(rules.least_rate).min(rules.greatest_rate);
        let correlation = (self.residuals / (self.weights + rules.correlation_prior)).max(0.0);
        let due_a_day = if days > 0.0 { self.sums.due / days } else { 0.0 };
        self.overdispersion = 1.0 + correlation * (due_a_day - 1.0).max(0.0);
    }
}
