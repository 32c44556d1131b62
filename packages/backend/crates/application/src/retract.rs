//! Retract: takes back the events of a batch, order by order.
//!
//! It searches all orders, because no event pays for an index of the batches. A retraction is a fact of the history: a call that
//! is repeated after it was interrupted finds nothing left to take back in the orders before that point.

use goody_domain::{BatchId, History, Instant, OrderId};

use crate::ports::{Found, OrderReader, OrderWrite, OrderWriter, Result, StoreError};

/// How many orders are searched at a time.
pub const PAGE: usize = 500;
/// How often a write that conflicts with another writer is tried. At every conflict the other writer made progress.
const ATTEMPTS: usize = 50;

/// What was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retracted {
    /// The orders that lost events.
    pub orders: u64,
    /// The events that were taken back.
    pub events: u64,
    /// The orders with events of the batch that have expired: their numbers are final. Counted at the end of the search.
    pub expired_orders: u64,
    /// The orders that were searched.
    pub searched: u64,
    /// The order after which the search continues; `None` at its end.
    pub next: Option<OrderId>,
}

/// Takes back the events of a batch in all orders after `after`. Calls `continues` after each part of the search, and ends there if
/// that returns false.
///
/// # Errors
/// The store failed. Some events may be taken back: the call can be repeated.
pub async fn retract<S: OrderReader + OrderWriter + ?Sized>(
    store: &S,
    batch_id: &BatchId,
    after: Option<OrderId>,
    now: Instant,
    mut continues: impl FnMut(&Retracted) -> bool,
) -> Result<Retracted> {
    let mut done = Retracted { next: after, ..Retracted::default() };
    loop {
        let search = store.search_batch(batch_id, done.next.as_ref(), PAGE).await?;
        take_back(store, batch_id, search.found, now, &mut done).await?;
        done.searched += search.searched;
        done.next = search.next;
        let continues = continues(&done);
        if done.next.is_none() {
            done.expired_orders = store.count_expired(batch_id).await?;
        }
        if !continues || done.next.is_none() {
            return Ok(done);
        }
    }
}

/// Takes back the events of a batch in these orders.
async fn take_back<S: OrderWriter + ?Sized>(
    store: &S,
    batch_id: &BatchId,
    mut histories: Vec<History>,
    now: Instant,
    done: &mut Retracted,
) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let mut writes = Vec::new();
        let mut events_by_write = Vec::new();
        for mut history in histories {
            let from_version = history.version();
            let events = history.retract(batch_id, now);
            if events > 0 {
                writes.push(OrderWrite { history, from_version, unknown_vendors: Vec::new() });
                events_by_write.push(events as u64);
            }
        }
        if writes.is_empty() {
            return Ok(());
        }
        let ids: Vec<OrderId> = writes.iter().map(|write| write.history.order_id().clone()).collect();
        let saved = store.save(writes, None, now).await?;
        let mut conflicts = Vec::new();
        for ((id, is_saved), events) in ids.into_iter().zip(saved).zip(events_by_write) {
            if is_saved {
                done.orders += 1;
                done.events += events;
            } else {
                conflicts.push(id);
            }
        }
        if conflicts.is_empty() {
            return Ok(());
        }
        metrics::counter!("goody_write_conflicts_total").increment(conflicts.len() as u64);
        let found = store.load(&conflicts).await?.into_iter();
        let known = found.filter_map(|found| match found {
            Found::Known(history) => Some(history),
            Found::Expired => None,
        });
        histories = known.collect();
    }
    Err(StoreError::Contended(ATTEMPTS))
}
