//! Rebuild: checks every bucket against the orders, and puts right what differs.

use goody_domain::{Instant, VendorId};

use crate::ports::{Book, ChangeFeed, Housekeeping, Rebuilt, ReportReader, ReportWriter, Result, VendorStore};
use crate::{project, roll};

/// How many vendors are asked for at a time.
const PAGE: usize = 500;

/// Rebuilds every vendor's book and the fleet's, telling `progress` after each vendor, then the reports.
pub async fn rebuild<S>(store: &S, now: Instant, mut progress: impl FnMut(&VendorId, Rebuilt)) -> Result<Rebuilt>
where
    S: Housekeeping + VendorStore + ChangeFeed + ReportWriter + ReportReader + ?Sized,
{
    project::project_all(store, now).await?;
    let mut total = Rebuilt::default();
    let mut after: Option<VendorId> = None;
    loop {
        let vendors = store.vendors(after.as_ref(), PAGE).await?;
        let Some(last) = vendors.last() else { break };
        after = Some(last.vendor_id.clone());
        for vendor in vendors {
            let rebuilt = store.rebuild(&Book::Vendor(vendor.vendor_id.clone())).await?;
            progress(&vendor.vendor_id, rebuilt);
            total.buckets += rebuilt.buckets;
            total.different += rebuilt.different;
        }
    }
    let fleet = store.rebuild(&Book::Fleet).await?;
    total.different += fleet.different;
    total.buckets += fleet.buckets;
    roll::roll(store, now).await?;
    Ok(total)
}
