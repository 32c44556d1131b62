//! Milestones: the instants in the life of an order by which reports count it in a window.
//!
//! [`crate::contribution`] counts by them and lists of orders select by them, so that a list has the orders that a number counts.

use serde::{Deserialize, Serialize};

use crate::order::is_kept;
use crate::{Instant, Order};

/// Something that happens to an order at most once. The instant of it decides in which window the order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Milestone {
    /// It was placed.
    Placed,
    /// It ended, with any outcome.
    Completed,
    /// Its promise passed, and it was not cancelled before.
    Due,
    /// Its deadline for the handover passed, and it was not cancelled before.
    ShipDue,
    /// The vendor had handed over all of its parcels. A suspect order has no such instant.
    HandedOver,
    /// The customer returned it.
    Returned,
    /// The customer was refunded.
    Refunded,
}

impl Milestone {
    /// All milestones.
    pub const ALL: [Self; 7] =
        [Self::Placed, Self::Completed, Self::Due, Self::ShipDue, Self::HandedOver, Self::Returned, Self::Refunded];
}

impl Order {
    /// When the order reached a milestone, as the reports count it; `None` if it did not. A promise and a deadline may lie in the
    /// future: they count once their minute is over.
    pub fn milestone(&self, milestone: Milestone) -> Option<Instant> {
        match milestone {
            Milestone::Placed => Some(self.created_at),
            Milestone::Completed => self.completed_at(),
            Milestone::Due => self.placement.estimated_delivery.filter(|promise| self.is_due(*promise)),
            Milestone::ShipDue => self.placement.ship_by.filter(|ship_by| self.is_due(*ship_by)),
            Milestone::HandedOver => self.handover.filter(|_| !self.is_suspect),
            Milestone::Returned => self.returned_at,
            Milestone::Refunded => self.refunded_at,
        }
    }

    /// Whether the order arrived by its promise; `None` if its promise does not count.
    pub fn is_on_time(&self) -> Option<bool> {
        self.milestone(Milestone::Due).map(|promise| is_kept(promise, self.actual_delivery))
    }

    /// Whether the order was handed over by its deadline; `None` if its deadline does not count.
    pub fn is_shipped_on_time(&self) -> Option<bool> {
        self.milestone(Milestone::ShipDue).map(|ship_by| is_kept(ship_by, self.handover))
    }
}
