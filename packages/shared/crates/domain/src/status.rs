//! The nine statuses and what each means for an order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of an order, as an event states it.
///
/// The order of the variants is the lifecycle rank, which sorts events of the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// The customer ordered; the vendor prepares the order.
    Placed,
    /// On its way, and expected by its promise.
    ShippingOnTime,
    /// On its way, and expected to be late.
    ShippingDelayed,
    /// Delivered.
    Arrived,
    /// The carrier lost it.
    Lost,
    /// The gift broke, before or after delivery.
    Damaged,
    /// The carrier could not deliver it.
    Undeliverable,
    /// The carrier returns it to the vendor.
    ReturnToSender,
    /// Cancelled; neither a success nor a failure of the vendor.
    Cancelled,
}

impl Status {
    /// All nine, in lifecycle order.
    pub const ALL: [Self; 9] = [
        Self::Placed,
        Self::ShippingOnTime,
        Self::ShippingDelayed,
        Self::Arrived,
        Self::Lost,
        Self::Damaged,
        Self::Undeliverable,
        Self::ReturnToSender,
        Self::Cancelled,
    ];

    /// The word used in JSON, in files and on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "PLACED",
            Self::ShippingOnTime => "SHIPPING_ON_TIME",
            Self::ShippingDelayed => "SHIPPING_DELAYED",
            Self::Arrived => "ARRIVED",
            Self::Lost => "LOST",
            Self::Damaged => "DAMAGED",
            Self::Undeliverable => "UNDELIVERABLE",
            Self::ReturnToSender => "RETURN_TO_SENDER",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Reads one of the nine words, exactly as [`Status::as_str`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// This status as an outcome; `None` for an active status.
    pub const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Placed | Self::ShippingOnTime | Self::ShippingDelayed => None,
            Self::Arrived => Some(Outcome::Arrived),
            Self::Lost => Some(Outcome::Lost),
            Self::Damaged => Some(Outcome::Damaged),
            Self::Undeliverable => Some(Outcome::Undeliverable),
            Self::ReturnToSender => Some(Outcome::ReturnToSender),
            Self::Cancelled => Some(Outcome::Cancelled),
        }
    }

    /// This status as an active status; `None` for an outcome.
    pub const fn active(self) -> Option<ActiveStatus> {
        match self {
            Self::Placed => Some(ActiveStatus::Placed),
            Self::ShippingOnTime => Some(ActiveStatus::ShippingOnTime),
            Self::ShippingDelayed => Some(ActiveStatus::ShippingDelayed),
            _ => None,
        }
    }

    /// Whether it is one of the four outcomes in which the vendor failed.
    pub const fn is_issue(self) -> bool {
        matches!(self, Self::Lost | Self::Damaged | Self::Undeliverable | Self::ReturnToSender)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A status of an open order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActiveStatus {
    /// See [`Status::Placed`].
    Placed,
    /// See [`Status::ShippingOnTime`].
    ShippingOnTime,
    /// See [`Status::ShippingDelayed`].
    ShippingDelayed,
}

impl ActiveStatus {
    /// All three, in lifecycle order.
    pub const ALL: [Self; 3] = [Self::Placed, Self::ShippingOnTime, Self::ShippingDelayed];

    /// The same as a [`Status`].
    pub const fn status(self) -> Status {
        match self {
            Self::Placed => Status::Placed,
            Self::ShippingOnTime => Status::ShippingOnTime,
            Self::ShippingDelayed => Status::ShippingDelayed,
        }
    }
}

/// How an order ended. All but `Cancelled` complete it; all but `Arrived` and `Cancelled` are issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// See [`Status::Arrived`].
    Arrived,
    /// See [`Status::Lost`].
    Lost,
    /// See [`Status::Damaged`].
    Damaged,
    /// See [`Status::Undeliverable`].
    Undeliverable,
    /// See [`Status::ReturnToSender`].
    ReturnToSender,
    /// See [`Status::Cancelled`].
    Cancelled,
}

impl Outcome {
    /// All six, in lifecycle order.
    pub const ALL: [Self; 6] =
        [Self::Arrived, Self::Lost, Self::Damaged, Self::Undeliverable, Self::ReturnToSender, Self::Cancelled];

    /// The same as a [`Status`].
    pub const fn status(self) -> Status {
        match self {
            Self::Arrived => Status::Arrived,
            Self::Lost => Status::Lost,
            Self::Damaged => Status::Damaged,
            Self::Undeliverable => Status::Undeliverable,
            Self::ReturnToSender => Status::ReturnToSender,
            Self::Cancelled => Status::Cancelled,
        }
    }
}
