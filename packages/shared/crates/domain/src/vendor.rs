//! Vendors, who make and ship the gifts.

use serde::{Deserialize, Serialize};

use crate::{Day, VendorId};

/// A vendor's master data. Its numbers are in its [`crate::Report`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vendor {
    /// Its id, as orders name it.
    pub vendor_id: VendorId,
    /// Its name; until it is registered, the name that an order gives it, or else the id.
    pub name: String,
    /// What it sells, as free text: `flowers`, `food`, …
    pub category: Option<String>,
    /// Whether it accepts new orders.
    pub is_active: bool,
    /// `false` if the vendor is known only because an order named it.
    pub is_registered: bool,
    /// The contact for questions about late orders.
    pub support_contact: Option<String>,
    /// The first day of its contract.
    pub contract_start_date: Option<Day>,
    /// The delivery times that it promised the marketplace.
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
    /// A vendor that is known only because an order named it, by its id or also by its name.
    pub fn unregistered(vendor_id: VendorId, name: Option<&str>) -> Self {
        Self {
            name: name.unwrap_or(vendor_id.as_str()).to_owned(),
            vendor_id,
            category: None,
            is_active: true,
            is_registered: false,
            support_contact: None,
            contract_start_date: None,
            sla_promises: None,
        }
    }

    /// This vendor with the name that an order gives it, if it is not registered and no earlier order gave it a name.
    #[must_use]
    pub fn named_as(&self, other: &Self) -> Option<Self> {
        let has_name = |vendor: &Self| vendor.name != vendor.vendor_id.as_str();
        let is_new = !self.is_registered && !has_name(self) && has_name(other);
        is_new.then(|| Self { name: other.name.clone(), ..self.clone() })
    }
}

/// The last day of the version that a change of master data on `today` makes: yesterday, if the data before the change was valid at
/// its end. `earlier_until` is the last day of the vendor's latest earlier version, if there is one.
///
/// A version is valid through the end of its last day, and the first one on all days before. So a change never changes what a past
/// date shows, and of several changes on one day only the last counts. With a clock that was set back, the days stay in order.
pub fn version_made_on(today: Day, earlier_until: Option<Day>) -> Option<Day> {
    let yesterday = today.plus(-1);
    earlier_until.is_none_or(|until| until < yesterday).then_some(yesterday)
}
