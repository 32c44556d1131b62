//! The risk of a vendor: how likely it is that it fails its customers, by two rates, and whether there are enough orders to judge.
//!
//! docs/NUMBERS.md has the formulas.

use serde::{Deserialize, Serialize};

use crate::Figures;
use crate::beta::mass_below;

/// A rate that is judged, with its lines.
struct Line {
    reason: RiskReason,
    /// Below this rate a vendor underperforms.
    underperforming_below: f64,
    /// The successes and the trials of a window.
    counts: fn(&Figures) -> (i64, i64),
}

/// Below this rate a vendor is at risk.
const AT_RISK_BELOW: f64 = 0.85;

/// The rates, in the order in which reasons name them.
const LINES: [Line; 2] = [
    Line {
        reason: RiskReason::Reliability,
        underperforming_below: 0.80,
        counts: |figures| (figures.arrived_orders(), figures.completed_orders()),
    },
    Line {
        reason: RiskReason::OnTime,
        underperforming_below: 0.75,
        counts: |figures| (figures.on_time_deliveries, figures.due_orders),
    },
];

/// The lines by which rates are judged, in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskLines {
    /// A vendor is at risk if a rate is more likely below this line than above.
    pub at_risk_below: f64,
    /// Its risk is high if the reliability is more likely below this line.
    pub reliability_high_below: f64,
    /// Its risk is high if the on-time percentage is more likely below this line.
    pub on_time_high_below: f64,
}

impl RiskLines {
    /// The lines of [`Risk::of`].
    pub const CURRENT: Self = Self {
        at_risk_below: 100.0 * AT_RISK_BELOW,
        reliability_high_below: 100.0 * LINES[0].underperforming_below,
        on_time_high_below: 100.0 * LINES[1].underperforming_below,
    };
}

/// From this many trials on a rate is always judged.
const ENOUGH: i64 = 40;
/// With fewer trials a rate is judged only where the probability that it is at risk lies outside of these.
const UNCLEAR: (f64, f64) = (0.1, 0.9);
/// The prior: a vendor without orders is taken for one of 90 %, with the weight of five orders.
const PRIOR: (f64, f64) = (4.5, 0.5);

/// The risk level of one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Too few orders to judge.
    Insufficient,
    /// Fine.
    Low,
    /// At risk.
    Medium,
    /// Underperforming.
    High,
}

impl RiskLevel {
    /// All four, from `Insufficient` to `High`.
    pub const ALL: [Self; 4] = [Self::Insufficient, Self::Low, Self::Medium, Self::High];

    /// Whether the vendor counts as at risk.
    pub fn is_at_risk(self) -> bool {
        matches!(self, Self::Medium | Self::High)
    }

    /// The word used in JSON and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Insufficient => "insufficient",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Reads one of the four words.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// The rates that put a vendor at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RiskReason {
    /// Too few of its completed orders arrived.
    Reliability,
    /// Too few of its due orders arrived on time.
    OnTime,
    /// Both.
    Both,
}

impl RiskReason {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reliability => "reliability",
            Self::OnTime => "onTime",
            Self::Both => "both",
        }
    }
}

/// The risk of one window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// The worse level of the two rates; a rate with too few orders is ignored if the other one is judged.
    pub level: RiskLevel,
    /// The judged rates that are medium or high; `None` if neither is.
    pub reason: Option<RiskReason>,
    /// The larger probability that a judged rate is below 85 %; `None` if none is judged.
    pub probability: Option<f64>,
}

impl Default for Risk {
    /// The risk of a window without orders.
    fn default() -> Self {
        Self { level: RiskLevel::Insufficient, reason: None, probability: None }
    }
}

impl Risk {
    /// The risk by the figures of a window, of a vendor or of the fleet.
    pub fn of(figures: &Figures) -> Self {
        let mut risk = Self::default();
        for Line { reason, underperforming_below, counts } in &LINES {
            let (good, of) = counts(figures);
            if of == 0 {
                continue;
            }
            let at_risk = probability_below(AT_RISK_BELOW, good, of);
            let level = judge((good, of), at_risk, *underperforming_below);
            if level == RiskLevel::Insufficient {
                continue;
            }
            risk.level = risk.level.max(level);
            risk.probability = Some(risk.probability.map_or(at_risk, |known| known.max(at_risk)));
            if level.is_at_risk() {
                risk.reason = Some(if risk.reason.is_some() { RiskReason::Both } else { *reason });
            }
        }
        risk
    }
}

/// The level of one rate with `good` of `of` trials, at least one, where `at_risk` is the probability that it is below its first line.
fn judge((good, of): (i64, i64), at_risk: f64, underperforming_below: f64) -> RiskLevel {
    let is_unclear = at_risk > UNCLEAR.0 && at_risk < UNCLEAR.1;
    if of < ENOUGH && is_unclear {
        RiskLevel::Insufficient
    } else if at_risk < 0.5 {
        // Below the second line it is even less likely.
        RiskLevel::Low
    } else if probability_below(underperforming_below, good, of) >= 0.5 {
        RiskLevel::High
    } else {
        RiskLevel::Medium
    }
}

/// The probability that a rate of which `good` of `of` trials succeeded is below a line: the posterior mass below it.
///
/// ```
/// # use goody_domain::probability_below;
/// assert!((probability_below(0.85, 14, 23) - 0.9923).abs() < 5e-5);
/// ```
pub fn probability_below(line: f64, good: i64, of: i64) -> f64 {
    mass_below(line, good as f64 + PRIOR.0, (of - good) as f64 + PRIOR.1)
}
