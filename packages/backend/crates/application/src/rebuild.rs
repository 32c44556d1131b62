//! Rebuild: checks every bucket against the orders, and puts right what differs.

use goody_domain::{Instant, VendorId};

use crate::ports::{ChangeFeed, Housekeeping, Rebuilt, ReportReader, ReportWriter, Result, Scope, VendorStore};
use crate::{project, roll};

/// How many vendors are asked for at a time.
const PAGE: usize = 500;

/// Rebuilds every vendor's scope and the fleet's, telling `progress` after each vendor, then the reports.
pub async fn rebuild<S>(store: &S, now: Instant, mut progress: impl FnMut(&VendorId, Rebuilt)) -> Result<Rebuilt>
where
    S: Housekeeping + VendorStore + ChangeFeed + ReportWriter + ReportReader + ?Sized,
{
    let (mut total, mut next) = rebuild_some(store, None, PAGE, now, &mut progress).await?;
    while let Some(after) = next {
        let (rebuilt, last) = rebuild_some(store, Some(&after), PAGE, now, &mut progress).await?;
        add(&mut total, rebuilt);
        next = last;
    }
    Ok(total)
}

/// The same a part at a time, for hosts that end what takes too long: the scopes of at most `limit` vendors after one. Says
/// after which vendor the next part begins; the last part, after which there is none, rebuilds the fleet's scope and the reports.
pub async fn rebuild_some<S>(
    store: &S,
    after: Option<&VendorId>,
    limit: usize,
    now: Instant,
    mut progress: impl FnMut(&VendorId, Rebuilt),
) -> Result<(Rebuilt, Option<VendorId>)>
where
    S: Housekeeping + VendorStore + ChangeFeed + ReportWriter + ReportReader + ?Sized,
{
    // Counters of other rules take changes only when all of them are rebuilt.
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
    Ok((total, None))
}

fn add(total: &mut Rebuilt, rebuilt: Rebuilt) {
    total.buckets += rebuilt.buckets;
    total.different += rebuilt.different;
}
