//! What a detector shows: each signal, the evidence of the open episode, and why a vendor is not judged.

use super::detector::Detector;
use super::episode::Evidence;
use super::rules::Rules;
use super::signal::Signal;

/// One signal of one vendor, as of the end of a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignalReading {
    /// How probable it is that the rate of misses has risen.
    pub probability: f64,
    /// The odds of each size of the rise, in the order of [`Rules::odds_ratios`].
    pub odds: [f64; 2],
    /// The rate of misses that the vendor is compared with.
    pub baseline_rate: f64,
    /// By how much more than a binomial count the misses of a day vary: 1 is not more.
    pub overdispersion: f64,
    /// Whether it is on.
    pub is_on: bool,
    /// The slot with which its change began, once it has been on in the open episode.
    pub since: Option<u32>,
}

/// Why a vendor is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// Its own baseline has too few orders or days.
    New,
    /// Nothing was due for two weeks.
    Quiet,
}

impl Detector {
    /// One signal.
    pub fn signal(&self, signal: Signal) -> SignalReading {
        let track = &self.tracks[signal];
        SignalReading {
            probability: track.probability(),
            odds: track.rises.map(|rise| rise.odds),
            baseline_rate: track.baseline.rate,
            overdispersion: track.baseline.overdispersion,
            is_on: track.is_on,
            since: track.since_change.map(|change| change.since.slot),
        }
    }

    /// What speaks for the open episode.
    pub fn evidence(&self, rules: &Rules) -> Option<Evidence> {
        let signal = self.leading_signal().or(Some(self.open_episode()?.signal))?;
        let track = &self.tracks[signal];
        let change = track.since_change?;
        let days = f64::from(self.slot - change.since.slot) / f64::from(rules.slots_per_day);
        Some(Evidence {
            signal,
            probability: track.probability(),
            since: change.since.slot,
            counts: change.counts,
            expected: change.expected,
            excess_per_week: 7.0 * (change.counts.missed() as f64 - change.expected) / days,
        })
    }

    /// Why changes of the vendor are not judged; `None` if they are.
    pub fn not_judged(&self, rules: &Rules) -> Option<NotJudged> {
        let promise = Signal::Promise;
        if self.tracks[promise].baseline.sums.due < rules.least_own_due || self.days < rules.least_own_days {
            return Some(NotJudged::New);
        }
        self.is_quiet(rules, promise).then_some(NotJudged::Quiet)
    }
}
