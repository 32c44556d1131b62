//! Project: adds the changes of the feed to the buckets. No other step changes a counter, except rebuild and retention.

use std::collections::{BTreeMap, BTreeSet};

use goody_domain::{Day, Entry, Instant, VendorId, merge_entries};

use crate::ports::{BucketMove, ChangeFeed, PostedChange, ReportWriter, Result, Scope};

/// How many changes are projected in one batch.
pub const BATCH: usize = 20_000;

/// Projects the next changes, at most `limit`. Returns how many there were: 0 when the buckets are up to date.
///
/// Two processes can do this at the same time: no change is applied twice.
pub async fn project_next<S>(store: &S, now: Instant, limit: usize) -> Result<usize>
where
    S: ChangeFeed + ReportWriter + ?Sized,
{
    let batch = store.changes(limit).await?;
    let changes = batch.changes.len();
    if changes > 0 {
        store.apply(batch, now).await?;
    }
    Ok(changes)
}

/// [`project_next`] with a limit of [`BATCH`].
pub async fn project_once<S: ChangeFeed + ReportWriter + ?Sized>(store: &S, now: Instant) -> Result<usize> {
    project_next(store, now, BATCH).await
}

/// Projects until the buckets are up to date. Returns the number of changes.
pub async fn project_all<S: ChangeFeed + ReportWriter + ?Sized>(store: &S, now: Instant) -> Result<usize> {
    let mut total = 0;
    loop {
        match project_once(store, now).await? {
            0 => return Ok(total),
            changes => total += changes,
        }
    }
}

/// The entries that changes add to the buckets of their vendors and of the fleet, scope by scope. A bucket of a vendor whose entries
/// add up to 0 is left out. The fleet has a move, maybe of no entries, for each day of a vendor: so its buckets say when a day changed.
pub fn moves<'c>(changes: impl IntoIterator<Item = &'c PostedChange>) -> Vec<BucketMove> {
    let entries = changes.into_iter().flat_map(|change| &change.entries);
    moves_of_vendors(entries.map(|(vendor_id, entries)| (vendor_id, entries.as_slice())))
}

/// [`moves`] of the entries of vendors.
pub fn moves_of_vendors<'c>(entries: impl IntoIterator<Item = (&'c VendorId, &'c [Entry])>) -> Vec<BucketMove> {
    let mut scopes: BTreeMap<&VendorId, Vec<Entry>> = BTreeMap::new();
    for (vendor_id, entries) in entries {
        scopes.entry(vendor_id).or_default().extend_from_slice(entries);
    }
    let mut fleet = Vec::new();
    let mut moves = Vec::new();
    for (vendor_id, entries) in scopes {
        let entries = merge_entries(entries);
        fleet.extend_from_slice(&entries);
        moves.extend(moves_of(Scope::Vendor(vendor_id.clone()), &entries));
    }
    let days: BTreeSet<Day> = moves.iter().map(|of_vendor| of_vendor.day).collect();
    let fleet = merge_entries(fleet);
    let of_day = |day| {
        let (from, to) = (fleet.partition_point(|of| of.day < day), fleet.partition_point(|of| of.day <= day));
        fleet[from..to].to_vec()
    };
    moves.extend(days.into_iter().map(|day| BucketMove { scope: Scope::Fleet, day, entries: of_day(day) }));
    moves
}

/// A move for each day of `entries`, which must be sorted by day.
pub fn moves_of(scope: Scope, entries: &[Entry]) -> impl Iterator<Item = BucketMove> {
    let days = entries.chunk_by(|one, other| one.day == other.day);
    days.map(move |entries| BucketMove { scope: scope.clone(), day: entries[0].day, entries: entries.to_vec() })
}
