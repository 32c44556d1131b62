//! The master data of past dates. A past date has the master data that was valid at its end, so that its tables, reports and exports
//! stay as they are when a vendor changes.

use std::collections::HashMap;

use goody_domain::{AsOf, Day, Vendor, VendorId};

use crate::ports::{Result, VendorStore};

/// Whether a vendor with this last day of its latest earlier version had other master data at the end of a past day.
fn is_earlier(earlier_until: Option<Day>, day: Day) -> bool {
    earlier_until.is_some_and(|until| day <= until)
}

/// Replaces the master data of vendors, each with the last day of its latest earlier version, by that of a past date. Today's is the
/// current one. The store is read only if a vendor changed since the date.
pub(super) async fn set_versions<'v>(
    store: &dyn VendorStore,
    as_of: AsOf,
    vendors: impl Iterator<Item = (Option<Day>, &'v mut Vendor)>,
) -> Result<()> {
    if as_of.cut().is_some() {
        return Ok(());
    }
    let changed = vendors.filter(|(earlier_until, _)| is_earlier(*earlier_until, as_of.date()));
    let changed: Vec<&mut Vendor> = changed.map(|(_, vendor)| vendor).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<VendorId> = changed.iter().map(|vendor| vendor.vendor_id.clone()).collect();
    let versions = store.versions_on(as_of.date(), &ids).await?.into_iter();
    let mut versions: HashMap<VendorId, Vendor> =
        versions.map(|version| (version.vendor_id.clone(), version)).collect();
    for vendor in changed {
        if let Some(version) = versions.remove(&vendor.vendor_id) {
            *vendor = version;
        }
    }
    Ok(())
}
