//! Project: change feed → buckets. The one place where counters move.

use std::collections::BTreeMap;

use goody_domain::{Change, Day, Entry, Instant, ReportZone, postings};

use crate::ports::{Book, BucketMove, ChangeFeed, Projection, ReportWriter, Result};

/// How many changes are projected together.
pub const BATCH: usize = 20_000;

/// Projects the next changes, at most `limit`. Says how many there were; 0 when the buckets are up to date.
///
/// Two processes may do this at once: the one that comes second finds the checkpoint moved and does nothing.
pub async fn project_next<S>(store: &S, zone: &ReportZone, now: Instant, limit: usize) -> Result<usize>
where
    S: ChangeFeed + ReportWriter + ?Sized,
{
    let batch = store.changes(limit).await?;
    let changes = batch.changes.len();
    if batch.to > batch.from {
        store.apply(Projection { from: batch.from, to: batch.to, moves: moves(&batch.changes, zone) }, now).await?;
    }
    Ok(changes)
}

/// Projects the next [`BATCH`] of changes, as [`project_next`] does.
pub async fn project_once<S: ChangeFeed + ReportWriter + ?Sized>(
    store: &S,
    zone: &ReportZone,
    now: Instant,
) -> Result<usize> {
    project_next(store, zone, now, BATCH).await
}

/// Projects until nothing is left.
pub async fn project_all<S: ChangeFeed + ReportWriter + ?Sized>(
    store: &S,
    zone: &ReportZone,
    now: Instant,
) -> Result<usize> {
    let mut total = 0;
    loop {
        match project_once(store, zone, now).await? {
            0 => return Ok(total),
            changes => total += changes,
        }
    }
}

/// What changes do to the buckets of their vendors and of the fleet.
fn moves(changes: &[Change], zone: &ReportZone) -> Vec<BucketMove> {
    let mut moves = Moves::default();
    for change in changes {
        for posting in postings(change.before.as_ref(), change.after.as_ref(), zone) {
            moves.add(Book::Fleet, posting.entry);
            moves.add(Book::Vendor(posting.vendor_id), posting.entry);
        }
    }
    moves.into_moves()
}

/// Entries gathered by bucket.
#[derive(Default)]
pub struct Moves(BTreeMap<Book, BTreeMap<Day, Vec<Entry>>>);

impl Moves {
    /// Takes one more entry.
    pub fn add(&mut self, book: Book, entry: Entry) {
        self.0.entry(book).or_default().entry(entry.day).or_default().push(entry);
    }

    /// One move for each bucket.
    pub fn into_moves(self) -> Vec<BucketMove> {
        let of_book = |(book, days): (Book, BTreeMap<Day, Vec<Entry>>)| {
            days.into_iter().map(move |(day, entries)| BucketMove { book: book.clone(), day, entries })
        };
        self.0.into_iter().flat_map(of_book).collect()
    }
}
