//! The recursion of one signal: the odds that its rate has risen.
//!
//! A mixture of Shiryaev–Roberts statistics (A. N. Shiryaev, Theory of Probability and its Applications 8 (1963): 22–46; S. W. Roberts,
//! Technometrics 8 (1966): 411–430) over two sizes of the rise. Each increment is a likelihood ratio, hence an e-value while the true rate is
//! at most the baseline, so that the mean time to a false alarm is at least the limit of the odds divided by what is added a slot
//! (J. Shin, A. Ramdas, A. Rinaldo, "E-detectors", New England Journal of Statistics in Data Science 2 (2024): 229–260).

use super::baseline::Baseline;
use super::counts::Counts;
use super::mark::Mark;
use super::rules::{RISES, Rules};
use super::signal::Signal;
use super::stored::stored;

/// One signal of one vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Track {
    pub(crate) baseline: Baseline,
    pub(crate) rises: [Rise; RISES],
    pub(crate) is_on: bool,
    /// What has been since the change; kept while the episode is open, though the signal has gone off.
    pub(crate) since_change: Option<SinceChange>,
}

stored!(Track { baseline, rises, is_on, since_change });

/// One alternative: that the rate has risen by this much.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rise {
    /// The odds that it has.
    pub(crate) odds: f64,
    /// The cumulative sum of the log-likelihood ratios (E. S. Page, Biometrika 41 (1954): 100–115). It gives the time of the change.
    sum: f64,
    /// Where the sum was last 0.
    pub(crate) start: Option<Mark>,
}

stored!(Rise { odds, sum, start });

/// What a signal counted since its change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SinceChange {
    pub(crate) since: Mark,
    pub(crate) counts: Counts,
    /// The misses that were to be expected.
    pub(crate) expected: f64,
}

stored!(SinceChange { since, counts, expected });

impl Track {
    /// Takes the counts of a slot that is not blind. `lift` is the tide's, in log-odds; `here` marks the slot.
    pub(crate) fn observe(&mut self, rules: &Rules, counts: Counts, lift: f64, here: Mark) {
        let mut base = self.baseline.rate;
        if lift > 0.0 {
            base = shifted_rate(base, libm::exp(lift)).min(rules.greatest_lifted_rate);
        }
        let (n, x) = (counts.due() as f64, counts.missed() as f64);
        let slots_per_year = 365.0 * f64::from(rules.slots_per_day);
        let added = rules.changes_per_year / slots_per_year / (Signal::COUNT * RISES) as f64;
        for (rise, ratio) in self.rises.iter_mut().zip(rules.odds_ratios) {
            let risen = shifted_rate(base, ratio).max(base + rules.least_rise).min(rules.greatest_alternative);
            if risen <= base {
                continue;
            }
            let evidence = (x * libm::log(risen / base) + (n - x) * libm::log((1.0 - risen) / (1.0 - base)))
                / self.baseline.overdispersion;
            let factor = libm::exp(evidence.min(rules.greatest_evidence));
            rise.odds = ((rise.odds + added) * factor).min(rules.raise_odds() * rules.odds_cap);
            if rise.sum <= 0.0 {
                rise.start = Some(here);
            }
            rise.sum = (rise.sum + evidence).max(0.0);
        }
        if self.is_on
            && let Some(change) = &mut self.since_change
        {
            change.counts += counts;
            change.expected += n * base;
        }
    }

    /// The probability that the rate has risen.
    pub(crate) fn probability(&self) -> f64 {
        let mut odds = 0.0;
        for rise in &self.rises {
            odds += rise.odds;
        }
        odds / (1.0 + odds)
    }

    /// Where the more likely of the rises began; of equally likely ones, the smaller.
    pub(crate) fn start(&self) -> Option<Mark> {
        let lead = self.rises.iter().reduce(|lead, rise| if rise.odds > lead.odds { rise } else { lead });
        lead.and_then(|rise| rise.start)
    }

    /// Forgets the change, and keeps the baseline.
    pub(crate) fn clear(&mut self) {
        *self = Self { baseline: self.baseline, ..Self::default() };
    }
}

/// The rate whose odds are `ratio` times those of `rate`.
///
/// ```
/// # use goody_domain::detection::shifted_rate;
/// assert!((shifted_rate(0.02, 4.0) - 4.0 / 53.0).abs() < 1e-15);
/// ```
pub fn shifted_rate(rate: f64, ratio: f64) -> f64 {
    let odds = rate / (1.0 - rate) * ratio;
    odds / (1.0 + odds)
}
