//! Rebuild: computes every bucket from the orders and every stored state of the detection from the buckets, and corrects those that differ.

use goody_domain::{Instant, VendorId};

use crate::ports::{
    ChangeFeed, DetectionStore, Housekeeping, Rebuilt, ReportReader, ReportWriter, Result, Scope, VendorStore,
};
use crate::{detect, project, roll};

/// How many vendors are read at a time.
const PAGE: usize = 500;

/// Rebuilds the scopes of all vendors, that of the fleet, the reports, and the states of the detection. Calls `progress` after each vendor.
pub async fn rebuild<S>(store: &S, now: Instant, mut progress: impl FnMut(&VendorId, Rebuilt)) -> Result<Rebuilt>
where
    S: Housekeeping + VendorStore + ChangeFeed + ReportWriter + ReportReader + DetectionStore + ?Sized,
{
    let (mut total, mut last) = rebuild_some(store, None, PAGE, now, &mut progress).await?;
    while let Some(after) = last {
        let (rebuilt, next) = rebuild_some(store, Some(&after), PAGE, now, &mut progress).await?;
        add(&mut total, rebuilt);
        last = next;
    }
    Ok(total)
}

/// One part of [`rebuild`], for hosts that limit the time of a call: the scopes of at most `limit` vendors after `after`. Returns
/// the vendor after which the next part begins. The last part rebuilds the rest, and returns `None`.
pub async fn rebuild_some<S>(
    store: &S,
    after: Option<&VendorId>,
    limit: usize,
    now: Instant,
    mut progress: impl FnMut(&VendorId, Rebuilt),
) -> Result<(Rebuilt, Option<VendorId>)>
where
    S: Housekeeping + VendorStore + ChangeFeed + ReportWriter + ReportReader + DetectionStore + ?Sized,
{
    // Counters with other time zone rules accept changes only after all of them are rebuilt.
    if after.is_none() && !store.status().await?.has_other_rules {
        project::project_all(store, now).await?;
    }
    let mut total = Rebuilt::default();
    let vendors = store.vendors(after, limit).await?;
    for vendor in &vendors {
        let rebuilt = store.rebuild(&Scope::Vendor(vendor.vendor_id.clone())).await?;
        progress(&vendor.vendor_id, rebuilt);
        add(&mut total, rebuilt);
    }
    if let Some(last) = vendors.last().filter(|_| vendors.len() == limit) {
        return Ok((total, Some(last.vendor_id.clone())));
    }
    let had_other_rules = store.status().await?.has_other_rules;
    add(&mut total, store.rebuild(&Scope::Fleet).await?);
    if had_other_rules {
        project::project_all(store, now).await?;
    }
    roll::roll(store, now).await?;
    add(&mut total, detect::correct_states(store, now).await?);
    Ok((total, None))
}

fn add(total: &mut Rebuilt, rebuilt: Rebuilt) {
    total.buckets += rebuilt.buckets;
    total.different += rebuilt.different;
}
