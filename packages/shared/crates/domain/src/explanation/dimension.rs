//! What an explanation knows of an order.

use crate::detection::stored::stored_place;
use crate::{Instant, Milestone, Order, Outcome, ReportZone};

/// A property by which the orders of a vendor are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The type of the gift.
    GiftType,
    /// Whether it was a rush order: `1` or `0`.
    IsRush,
    /// The calendar days from the placement to the promise, in the report time zone.
    PromiseDays,
    /// The latest carrier.
    Carrier,
    /// The country of the destination, and its region after a hyphen.
    Destination,
}

stored_place!(Dimension, Dimension::ALL);

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; 5] = [Self::GiftType, Self::IsRush, Self::PromiseDays, Self::Carrier, Self::Destination];

    /// The name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GiftType => "giftType",
            Self::IsRush => "isRush",
            Self::PromiseDays => "promiseDays",
            Self::Carrier => "carrier",
            Self::Destination => "destination",
        }
    }

    /// The group of an order; empty if it is unknown.
    fn group_of(self, order: &Order, zone: &ReportZone) -> String {
        let placement = &order.placement;
        let group = match self {
            Self::GiftType => placement.gift_type.as_ref().map(ToString::to_string),
            Self::IsRush => Some(u8::from(placement.is_rush()).to_string()),
            Self::PromiseDays => placement.estimated_delivery.map(|promise| {
                let days = zone.day(promise).number() - zone.day(order.created_at).number();
                days.to_string()
            }),
            Self::Carrier => order.latest_note.carrier.clone(),
            Self::Destination => placement.destination.as_ref().map(|destination| match &destination.region {
                Some(region) => format!("{}-{region}", destination.country),
                None => destination.country.to_string(),
            }),
        };
        group.unwrap_or_default()
    }
}

/// How an order stands with regard to its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It is open, or was given up.
    Open,
    /// It arrived after its promise.
    ArrivedLate,
    /// It ended with this outcome, and `Arrived` by its promise.
    Ended(Outcome),
}

stored_place!(Ending, Ending::ALL);

impl Ending {
    const ALL: [Self; 2 + Outcome::ALL.len()] = [
        Self::Open,
        Self::ArrivedLate,
        Self::Ended(Outcome::Arrived),
        Self::Ended(Outcome::Lost),
        Self::Ended(Outcome::Damaged),
        Self::Ended(Outcome::Undeliverable),
        Self::Ended(Outcome::ReturnToSender),
        Self::Ended(Outcome::Cancelled),
    ];

    /// The name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::ArrivedLate => "ARRIVED_LATE",
            Self::Ended(outcome) => outcome.status().as_str(),
        }
    }
}

/// What an explanation knows of an order whose promise passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedOrder {
    /// Whether its promise was missed.
    pub is_missed: bool,
    /// How it stands.
    pub ending: Ending,
    /// Its group in each dimension, in the order of [`Dimension::ALL`]; empty if it is unknown.
    pub groups: [String; Dimension::ALL.len()],
}

impl ExplainedOrder {
    /// The order as an explanation as of `at` sees it; `None` if its promise does not count.
    pub fn of(order: &Order, at: Instant, zone: &ReportZone) -> Option<Self> {
        order.milestone(Milestone::Due)?;
        let is_missed = order.is_on_time() != Some(true);
        let ending = match order.completion.filter(|(completed_at, _)| *completed_at < at) {
            None => Ending::Open,
            Some((_, Outcome::Arrived)) if is_missed => Ending::ArrivedLate,
            Some((_, outcome)) => Ending::Ended(outcome),
        };
        Some(Self { is_missed, ending, groups: Dimension::ALL.map(|dimension| dimension.group_of(order, zone)) })
    }

    /// Its group in a dimension.
    pub fn group(&self, dimension: Dimension) -> &str {
        &self.groups[dimension as usize]
    }
}
