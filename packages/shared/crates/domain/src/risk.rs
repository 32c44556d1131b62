//! The risk level of a vendor: how reliable it is, if enough orders completed to judge.

use serde::{Deserialize, Serialize};

use crate::Figures;

/// Below this reliability, in percent, a vendor is at risk.
const AT_RISK_BELOW: f64 = 85.0;
/// Below this reliability, in percent, a vendor underperforms.
const UNDERPERFORMING_BELOW: f64 = 80.0;
/// The widest interval that is enough to judge by, in percentage points.
const WIDEST_INTERVAL: f64 = 25.0;

/// The risk level by the reliability of one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Too few orders completed to judge.
    Insufficient,
    /// Reliable.
    Low,
    /// At risk.
    Medium,
    /// Underperforming.
    High,
}

impl RiskLevel {
    /// All four, from `Insufficient` to `High`.
    pub const ALL: [Self; 4] = [Self::Insufficient, Self::Low, Self::Medium, Self::High];

    /// The risk level of a window: `Insufficient` if the interval is missing or wider than 25 percentage points, else by the
    /// score.
    pub fn of(figures: &Figures) -> Self {
        match (figures.reliability_score(), figures.reliability_interval()) {
            (Some(score), Some(interval)) if interval.width() <= WIDEST_INTERVAL => match score {
                score if score < UNDERPERFORMING_BELOW => Self::High,
                score if score < AT_RISK_BELOW => Self::Medium,
                _ => Self::Low,
            },
            _ => Self::Insufficient,
        }
    }

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

/// Whether the reliability is below 80 %; false without completed orders.
pub(crate) fn is_underperforming(figures: &Figures) -> bool {
    figures.reliability_score().is_some_and(|score| score < UNDERPERFORMING_BELOW)
}
