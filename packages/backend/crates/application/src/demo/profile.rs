//! What a demo vendor is like: how much it sells, how reliable it is, and what goes wrong.

use goody_domain::{GiftType, SlaPromises, VendorId};
use serde::Deserialize;

/// How much a vendor sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volume {
    /// Many orders a day.
    High,
    /// Some.
    Medium,
    /// A few.
    Low,
    /// So many, beside 24 of a vendor of high volume.
    #[serde(skip)]
    Exactly(u64),
}

impl Volume {
    pub(super) fn share(self) -> u64 {
        match self {
            Self::High => 24,
            Self::Medium => 8,
            Self::Low => 3,
            Self::Exactly(share) => share,
        }
    }
}

/// Where a vendor's reliability is going in its first six weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Course {
    /// It stays.
    Stable,
    /// It comes from below.
    Improving,
    /// It falls.
    Declining,
}

/// How often each kind of issue comes up, one beside the other.
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

/// What a vendor is like.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Its id.
    pub vendor_id: String,
    /// Its name.
    pub name: String,
    /// What it sells.
    pub category: String,
    /// Whom to write to.
    pub support_contact: String,
    /// How old its contract is when the world begins, in days.
    pub contract_days: i32,
    /// What it promises. Standard delivery takes two days at least.
    pub sla_promises: SlaPromises,
    /// How much it sells.
    pub volume: Volume,
    /// The share of completed orders that arrive: at the end of its course where it improves, at the beginning where it
    /// declines.
    pub reliability: f64,
    /// Where that is going.
    pub course: Course,
    /// The share of arrived orders that arrive after their promise.
    pub late: f64,
    /// What goes wrong where something does.
    pub issues: IssueMix,
    /// The kinds of gift it sells.
    pub gift_types: Vec<String>,
    /// The least and the most a gift costs, in cents.
    pub gift_value: (u32, u32),
}

impl Profile {
    /// Its id, if all of it can be.
    pub(super) fn checked(&self) -> Result<VendorId, String> {
        self.gift_types.iter().try_for_each(|gift| GiftType::parse(gift).map(drop))?;
        let SlaPromises { standard_delivery, rush_delivery } = self.sla_promises;
        let shares = [self.reliability, self.late];
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return Err("reliability and late are shares from 0 to 1".into());
        }
        if standard_delivery < 2 || rush_delivery < 1 {
            return Err("standard delivery takes two days at least, rush delivery one".into());
        }
        if self.gift_value.0 > self.gift_value.1 {
            return Err("giftValue has the least first".into());
        }
        VendorId::parse(&self.vendor_id)
    }
}
