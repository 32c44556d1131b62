//! Who makes and ships the gifts.

use serde::{Deserialize, Serialize};

use crate::{Day, VendorId};

/// A vendor's master data. Numbers about a vendor live in its [`crate::Report`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vendor {
    /// The vendor, as its orders name it.
    pub vendor_id: VendorId,
    /// What people call it; its id until somebody registers it.
    pub name: String,
    /// What it sells: `flowers`, `food`, … as its own free word.
    pub category: Option<String>,
    /// Whether it takes new orders.
    pub is_active: bool,
    /// `false` while all that is known is that some order named it.
    pub is_registered: bool,
    /// Whom to write to when its orders are late.
    pub support_contact: Option<String>,
    /// The first day of its contract.
    pub contract_start_date: Option<Day>,
    /// What it promised the marketplace, in days.
    pub sla_promises: Option<SlaPromises>,
}

/// Delivery times a vendor promised the marketplace, in days from placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlaPromises {
    /// Days for an ordinary order.
    pub standard_delivery: u16,
    /// Days for a rush order.
    pub rush_delivery: u16,
}

impl Vendor {
    /// A vendor of which nothing is known but that an order named it.
    pub fn unregistered(vendor_id: VendorId) -> Self {
        Self {
            name: vendor_id.to_string(),
            vendor_id,
            category: None,
            is_active: true,
            is_registered: false,
            support_contact: None,
            contract_start_date: None,
            sla_promises: None,
        }
    }
}
