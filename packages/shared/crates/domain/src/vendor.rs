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

/// The days on which the current master data of a vendor is valid.
///
/// A change makes a version: the master data before it, valid through the end of a last day. Versions are by day: what was valid at
/// the end of no day has none. Before the first version, the first is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VendorValidity {
    /// The day on which the vendor was first stored. `None` if it was before days were recorded: its data is valid from ever.
    pub registered_on: Option<Day>,
    /// The last day of its latest earlier version. `None` without one.
    pub earlier_until: Option<Day>,
}

impl VendorValidity {
    /// That of a vendor first stored on a day.
    pub fn registered_on(day: Day) -> Self {
        Self { registered_on: Some(day), earlier_until: None }
    }

    /// The validity after a change on `today`, and the last day of the version that the change makes: yesterday, if the data before
    /// the change was valid at its end. With a clock that was set back, the days of versions stay in order.
    #[must_use]
    pub fn changed_on(self, today: Day) -> (Self, Option<Day>) {
        let yesterday = today.plus(-1);
        let was_valid = self.registered_on.is_none_or(|day| day <= yesterday)
            && self.earlier_until.is_none_or(|until| until < yesterday);
        if was_valid {
            return (Self { earlier_until: Some(yesterday), ..self }, Some(yesterday));
        }
        (Self { registered_on: self.registered_on.map(|day| day.min(today)), ..self }, None)
    }
}
