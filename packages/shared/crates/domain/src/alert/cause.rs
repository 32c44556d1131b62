//! What alerts are about, and what a look finds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::detection::Clearing;
use crate::{Instant, VendorId};

/// The kinds of causes. A vendor, or the fleet, has at most one alert of a kind at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlertKind {
    /// The risk of a vendor is medium or high.
    #[serde(rename = "vendor.risk")]
    VendorRisk,
    /// A vendor misses more promises than before.
    #[serde(rename = "vendor.signal")]
    VendorSignal,
    /// All vendors together miss more promises than before.
    #[serde(rename = "fleet.signal")]
    FleetSignal,
    /// A vendor has many overdue orders, or orders of a high value.
    #[serde(rename = "orders.overdue")]
    OrdersOverdue,
    /// Next to nothing comes in.
    #[serde(rename = "feed.silent")]
    FeedSilent,
    /// Events were refused.
    #[serde(rename = "feed.rejections")]
    FeedRejections,
}

impl AlertKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::VendorRisk,
        Self::VendorSignal,
        Self::FleetSignal,
        Self::OrdersOverdue,
        Self::FeedSilent,
        Self::FeedRejections,
    ];

    /// The name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VendorRisk => "vendor.risk",
            Self::VendorSignal => "vendor.signal",
            Self::FleetSignal => "fleet.signal",
            Self::OrdersOverdue => "orders.overdue",
            Self::FeedSilent => "feed.silent",
            Self::FeedRejections => "feed.rejections",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// At how many looks in a row a cause must hold before it is reported. A level of risk may be that of a single event.
    pub(super) const fn looks_to_raise(self) -> u32 {
        match self {
            Self::VendorRisk => 2,
            _ => 1,
        }
    }

    /// Whether the causes are episodes of the detection, which say themselves when they have ended.
    pub(super) const fn is_episode(self) -> bool {
        matches!(self, Self::VendorSignal | Self::FleetSignal)
    }
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// During working hours.
    Medium,
    /// At once.
    High,
}

/// What a cause is about: its kind, and its vendor; `None` is the fleet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CauseKey {
    /// The kind.
    pub kind: AlertKind,
    /// The vendor.
    pub vendor_id: Option<VendorId>,
}

/// The identity of an alert: what it is about, and the look at which it was raised. It is given once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertId {
    /// What it is about.
    #[serde(flatten)]
    pub key: CauseKey,
    /// When it was raised.
    pub raised_at: Instant,
}

impl fmt::Display for AlertId {
    /// `vendor.risk:acme:2026-03-01T10:00:00Z`; the fleet is `*`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let vendor_id = self.key.vendor_id.as_ref().map_or("*", VendorId::as_str);
        write!(f, "{}:{vendor_id}:{}", self.key.kind.as_str(), self.raised_at)
    }
}

/// A cause that holds at a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What it is about.
    pub key: CauseKey,
    /// How urgent it is.
    pub severity: Severity,
    /// When the change of an episode began. Other causes hold since the first look that found them.
    pub since: Option<Instant>,
}

/// An episode of the detection that has ended by its own rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it is about.
    pub key: CauseKey,
    /// When the change began.
    pub since: Instant,
    /// When it was cleared.
    pub cleared_at: Instant,
    /// Why.
    pub why: Clearing,
}

/// What the timer found at an instant. A look has at most one cause of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The instant.
    pub at: Instant,
    /// The causes that hold.
    pub causes: Vec<Cause>,
    /// The latest episode of each vendor and of the fleet, if it has ended.
    pub ended: Vec<Ended>,
}
