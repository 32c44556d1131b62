//! How much a vendor's numbers should worry us.

use serde::{Deserialize, Serialize};

use crate::Figures;

/// Below this reliability, in percent, a vendor is at risk.
const AT_RISK_BELOW: f64 = 85.0;
/// Below this reliability, in percent, a vendor underperforms.
const UNDERPERFORMING_BELOW: f64 = 80.0;
/// An interval wider than this, in points, says too little to judge by.
const TOO_WIDE: f64 = 25.0;

/// How much the reliability of one window should worry us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Too few orders completed to say.
    Insufficient,
    /// Reliable.
    Low,
    /// At risk.
    Medium,
    /// Underperforming.
    High,
}

impl RiskLevel {
    /// All four, from the least to the most worrying.
    pub const ALL: [Self; 4] = [Self::Insufficient, Self::Low, Self::Medium, Self::High];

    /// The one rule: `Insufficient` when the interval is missing or wider than 25 points, else by the score.
    pub fn of(figures: &Figures) -> Self {
        match (figures.reliability_score(), figures.reliability_interval()) {
            (Some(score), Some(interval)) if interval.width() <= TOO_WIDE => match score {
                score if score < UNDERPERFORMING_BELOW => Self::High,
                score if score < AT_RISK_BELOW => Self::Medium,
                _ => Self::Low,
            },
            _ => Self::Insufficient,
        }
    }

    /// Whether the vendor counts among those at risk.
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

/// Whether reliability is below what a vendor must reach; no completed orders are neither above nor below.
pub(crate) fn is_underperforming(figures: &Figures) -> bool {
    figures.reliability_score().is_some_and(|score| score < UNDERPERFORMING_BELOW)
}
