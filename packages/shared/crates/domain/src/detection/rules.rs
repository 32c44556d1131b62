//! The constants of the detection and the explanation. One set for every vendor.

/// How many alternatives a signal is compared with.
pub(crate) const RISES: usize = 2;

/// All constants of the detection and the explanation, with the reason for each. docs/INSIGHT.md states what was measured with them.
///
/// They were chosen on generated fleets with known changes, and judged on others that were not used for the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Slots of a day: 4 are quarters of a day. With 1, the detection works on whole days, a quarter to half a day slower.
    pub slots_per_day: u32,
    /// Days that a baseline may not see yet, so that a change does not become the normal before it is found.
    pub guard_days: u32,
    /// The weight of a day in a baseline against that of the day after it: 2^(−1/60), a half-life of 60 days. A literal, as powers
    /// differ between platforms.
    pub daily_memory: f64,
    /// How many orders' worth of belief a baseline has in the fleet's rate: shrinkage of few orders to the mean of all
    /// (empirical Bayes; B. Efron and C. Morris, Journal of the American Statistical Association 70 (1975): 311–319).
    pub prior_strength: f64,
    /// Promises and misses of the fleet before its first day: its mean begins at one miss in ten.
    pub fleet_prior: [f64; 2],
    /// The most orders that a baseline is worth: no rate is known better than by these.
    pub strength_cap: f64,
    /// Standard deviations that are added to a baseline for not knowing it well. It makes the bound on false alarms hold.
    pub caution: f64,
    /// The least baseline rate.
    pub least_rate: f64,
    /// The greatest baseline rate.
    pub greatest_rate: f64,
    /// The greatest baseline rate after the tide has lifted it.
    pub greatest_lifted_rate: f64,
    /// The alternatives, as odds ratios against the baseline: a moderate and a large rise.
    pub odds_ratios: [f64; RISES],
    /// Alternatives are at least this far above the baseline: smaller rises matter to no one.
    pub least_rise: f64,
    /// The greatest rate of an alternative.
    pub greatest_alternative: f64,
    /// The greatest log-likelihood ratio of a slot, so that its exponential stays finite.
    pub greatest_evidence: f64,
    /// How often a vendor changes in a year, over all signals: the prior of the odds.
    pub changes_per_year: f64,
    /// The probability at which a signal goes on.
    pub raise_at: f64,
    /// The probability under which a signal goes off. It is lower than [`Rules::raise_at`], so that episodes do not flap.
    pub clear_at: f64,
    /// Odds are kept below this many times those of [`Rules::raise_at`], so that a recovery is seen soon.
    pub odds_cap: f64,
    /// The orders due that a vendor's own baseline must have before its changes are judged.
    pub least_own_due: f64,
    /// The days that a vendor's own baseline must have, too.
    pub least_own_days: f64,
    /// The orders due since a change, from which on it is an episode.
    pub least_due: i64,
    /// The misses beyond the expected ones since a change, from which on it is an episode.
    pub least_excess: f64,
    /// Days that an episode stays open at least.
    pub hold_days: u32,
    /// An episode that returns within these days after it recovered is the same episode.
    pub reopen_days: u32,
    /// Days after which an open episode is the new normal.
    pub settle_days: u32,
    /// Shrinkage of the correlation within days towards none, in pairs of orders.
    pub correlation_prior: f64,
    /// The greatest squared residual of one day in the correlation, so that one wild day does not make a vendor deaf.
    pub greatest_residual: f64,
    /// Orders of one vendor and slot that count in full in the tide, so that one large vendor is not everyone.
    pub tide_due_cap: i64,
    /// Expected misses of inertia in the tide, for each day.
    pub tide_inertia: f64,
    /// Standard deviations by which the fleet must be off before the tide excuses any vendor.
    pub tide_deviations: f64,
    /// The most that the tide adds to the log-odds of a baseline.
    pub greatest_lift: f64,
    /// Days whose slots show how many facts are usual.
    pub usual_days: usize,
    /// The days that are needed to know what is usual.
    pub least_usual_days: usize,
    /// A slot can be blind only if this many facts are usual.
    pub least_usual_facts: i64,
    /// A slot is blind if the usual facts are more than this many times its facts.
    pub blind_ratio: i64,
    /// The vendors from which on it is worth saying that it is not one vendor.
    pub least_fleet_vendors: usize,
    /// Days after a change and before it that an explanation compares.
    pub window_days: [i64; 2],
    /// From more promises a day on, an explanation compares fewer days: the orders are read one by one.
    pub busy_due_a_day: f64,
    /// These days after a change and before it.
    pub busy_window_days: [i64; 2],
    /// The promises that a group needs in each window, for a rise to be mostly in it.
    pub least_group_due: i64,
    /// The share of the misses above the expected ones that the group has at least.
    pub least_share_of_excess: f64,
    /// The share of the promises that the group has at most.
    pub greatest_share_of_due: f64,
    /// By how much the first share exceeds the second at least.
    pub least_surplus_of_share: f64,
    /// By how many nats "the group changed" is more likely than "the others changed" at least: 5 is a factor of 148.
    pub least_contrast: f64,
}

impl Rules {
    /// The rules by quarters of a day.
    pub const QUARTERS: Self = Self {
        slots_per_day: 4,
        guard_days: 14,
        daily_memory: 0.988_514_020_352_896_2,
        prior_strength: 20.0,
        fleet_prior: [20.0, 2.0],
        strength_cap: 2000.0,
        caution: 1.0,
        least_rate: 0.002,
        greatest_rate: 0.9,
        greatest_lifted_rate: 0.95,
        odds_ratios: [2.0, 4.0],
        least_rise: 0.05,
        greatest_alternative: 0.98,
        greatest_evidence: 50.0,
        changes_per_year: 6.0,
        raise_at: 0.8,
        clear_at: 0.5,
        odds_cap: 30.0,
        least_own_due: 40.0,
        least_own_days: 18.0,
        least_due: 5,
        least_excess: 3.0,
        hold_days: 3,
        reopen_days: 3,
        settle_days: 42,
        correlation_prior: 20_000.0,
        greatest_residual: 9.0,
        tide_due_cap: 8,
        tide_inertia: 20.0,
        tide_deviations: 3.0,
        greatest_lift: 3.0,
        usual_days: 28,
        least_usual_days: 7,
        least_usual_facts: 20,
        blind_ratio: 10,
        least_fleet_vendors: 5,
        window_days: [14, 14],
        busy_due_a_day: 400.0,
        busy_window_days: [3, 7],
        least_group_due: 5,
        least_share_of_excess: 0.6,
        greatest_share_of_due: 0.75,
        least_surplus_of_share: 0.25,
        least_contrast: 5.0,
    };

    /// How many slots these days have.
    pub(crate) fn slots(&self, days: u32) -> u32 {
        days * self.slots_per_day
    }

    /// The odds of [`Rules::raise_at`].
    pub(crate) fn raise_odds(&self) -> f64 {
        self.raise_at / (1.0 - self.raise_at)
    }
}
