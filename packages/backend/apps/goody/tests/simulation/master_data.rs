//! The master data of vendors as every date must show it.

use std::collections::BTreeMap;

use goody_domain::{AsOf, Day, Vendor, VendorId};

/// For each vendor and each day with a change: the master data at the end of the day.
#[derive(Debug, Default)]
pub(crate) struct MasterData(BTreeMap<VendorId, BTreeMap<Day, Vendor>>);

impl MasterData {
    /// Events named a vendor. It becomes known, if it was not.
    pub(crate) fn record_named(&mut self, id: &VendorId, today: Day) {
        let days = self.0.entry(id.clone()).or_default();
        if days.is_empty() {
            days.insert(today, Vendor::unregistered(id.clone(), None));
        }
    }

    /// A vendor was stored.
    pub(crate) fn record(&mut self, vendor: Vendor, today: Day) {
        let days = self.0.entry(vendor.vendor_id.clone()).or_default();
        let Some((last, current)) = days.last_key_value().map(|(day, current)| (*day, current.clone())) else {
            days.insert(today, vendor);
            return;
        };
        if current == vendor {
            return;
        }
        // With a clock that was set back, no day before the last one changes. A first change is of the earlier day.
        let day = if today < last && days.len() == 1 {
            days.clear();
            today
        } else {
            today.max(last)
        };
        days.insert(day, vendor);
    }

    /// The current master data.
    pub(crate) fn current(&self, id: &VendorId) -> Vendor {
        let days = self.0.get(id);
        let last = days.and_then(|days| days.values().next_back());
        last.cloned().unwrap_or_else(|| Vendor::unregistered(id.clone(), None))
    }

    /// The master data of a past date. The first is valid before it, too.
    pub(crate) fn on(&self, id: &VendorId, date: Day) -> Vendor {
        let Some(days) = self.0.get(id) else { return self.current(id) };
        let valid = days.range(..=date).next_back().or(days.first_key_value());
        valid.map_or_else(|| self.current(id), |(_, vendor)| vendor.clone())
    }

    /// The master data that a dashboard as of an instant must show.
    pub(crate) fn as_of(&self, id: &VendorId, as_of: AsOf) -> Vendor {
        if as_of.cut().is_some() { self.current(id) } else { self.on(id, as_of.date()) }
    }
}
