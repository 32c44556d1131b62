//! The profile of a demo vendor: how much it sells, how reliable it is, and which issues it has.

use goody_domain::{GiftType, SlaPromises, VendorId};
use serde::Deserialize;

/// How much a vendor sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volume {
    /// A share of 24.
    High,
    /// A share of 8.
    Medium,
    /// A share of 3.
    Low,
    /// Any other share.
    #[serde(skip)]
    Exactly(u64),
}

impl Volume {
    /// Its share in the orders, in proportion to the shares of the other vendors.
    pub(super) fn share(self) -> u64 {
        match self {
            Self::High => 24,
            Self::Medium => 8,
            Self::Low => 3,
            Self::Exactly(share) => share,
        }
    }
}

/// How a vendor's reliability changes in its first six weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Course {
    /// It does not change.
    Stable,
    /// It rises.
    Improving,
    /// It falls.
    Declining,
}

/// The weights of the kinds of issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct IssueMix {
    /// [`Status::Damaged`].
    pub damaged: u64,
    /// [`Status::Lost`].
    pub lost: u64,
    /// [`Status::Undeliverable`].
    pub undeliverable: u64,
    /// [`Status::ReturnToSender`].
    pub returned: u64,
}

/// The profile of a demo vendor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Its id.
    pub vendor_id: String,
    /// Its name.
    pub name: String,
    /// What it sells.
    pub category: String,
    /// The contact for questions about late orders.
    pub support_contact: String,
    /// The age of its contract when its course starts, in days.
    pub contract_days: i32,
    /// The delivery times that it promises: at least two days for standard delivery.
    pub sla_promises: SlaPromises,
    /// How much it sells.
    pub volume: Volume,
    /// The share of completed orders that arrive: at the end of the course if it improves, at the start if it declines.
    pub reliability: f64,
    /// How the reliability changes.
    pub course: Course,
    /// The share of arrived orders that arrive after their promise.
    pub late: f64,
    /// The share of orders that are handed over after their deadline.
    pub late_handover: f64,
    /// The weights of its issues.
    pub issues: IssueMix,
    /// The types of its gifts.
    pub gift_types: Vec<String>,
    /// The lowest and the highest price of a gift, in cents.
    pub gift_value: (u32, u32),
}

impl Profile {
    /// Checks the profile, and returns the vendor's id.
    pub(super) fn check(&self) -> Result<VendorId, String> {
        self.gift_types.iter().try_for_each(|gift| GiftType::parse(gift).map(drop))?;
        let SlaPromises { standard_delivery, rush_delivery } = self.sla_promises;
        let shares = [self.reliability, self.late, self.late_handover];
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return Err("reliability, late and lateHandover have to be shares from 0 to 1".into());
        }
        if standard_delivery < 2 || rush_delivery < 1 {
            return Err("standardDelivery has to be at least 2 days, and rushDelivery at least 1 day".into());
        }
        if self.gift_value.0 > self.gift_value.1 {
            return Err("giftValue has to have the lowest price first".into());
        }
        VendorId::parse(&self.vendor_id)
    }
}
