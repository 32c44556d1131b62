//! The master data of vendors as every date must show it.

use std::collections::BTreeMap;

use goody_domain::{AsOf, Day, Vendor, VendorId};

/// The master data of all vendors.
#[derive(Debug, Default)]
pub(crate) struct MasterData(BTreeMap<VendorId, Versions>);

/// What a vendor was first, and for each day with a change the master data at its end.
#[derive(Debug)]
struct Versions {
    first: Vendor,
    changes: BTreeMap<Day, Vendor>,
}

impl Versions {
    fn new(first: Vendor) -> Self {
        Self { first, changes: BTreeMap::new() }
    }

    fn current(&self) -> &Vendor {
        self.changes.values().next_back().unwrap_or(&self.first)
    }
}

impl MasterData {
    /// Events named a vendor. It becomes known, if it was not.
    pub(crate) fn record_named(&mut self, id: &VendorId) {
        self.0.entry(id.clone()).or_insert_with(|| Versions::new(Vendor::unregistered(id.clone(), None)));
    }

    /// A vendor was stored.
    pub(crate) fn record(&mut self, vendor: Vendor, today: Day) {
        let Some(versions) = self.0.get_mut(&vendor.vendor_id) else {
            self.0.insert(vendor.vendor_id.clone(), Versions::new(vendor));
            return;
        };
        if *versions.current() != vendor {
            // With a clock that was set back, no day before the last change changes.
            let last = versions.changes.last_key_value().map(|(day, _)| *day);
            versions.changes.insert(last.map_or(today, |last| last.max(today)), vendor);
        }
    }

    /// The current master data.
    pub(crate) fn current(&self, id: &VendorId) -> Vendor {
        let current = self.0.get(id).map(|versions| versions.current().clone());
        current.unwrap_or_else(|| Vendor::unregistered(id.clone(), None))
    }

    /// The master data of a past date.
    pub(crate) fn on(&self, id: &VendorId, date: Day) -> Vendor {
        let Some(versions) = self.0.get(id) else { return self.current(id) };
        let valid = versions.changes.range(..=date).next_back();
        valid.map_or(&versions.first, |(_, vendor)| vendor).clone()
    }

    /// The master data that a dashboard as of an instant must show.
    pub(crate) fn as_of(&self, id: &VendorId, as_of: AsOf) -> Vendor {
        if as_of.cut().is_some() { self.current(id) } else { self.on(id, as_of.date()) }
    }
}
