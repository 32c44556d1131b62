//! Limits on concurrent work: slots for requests and for writes, and memory for request and response bodies.
//!
//! A request holds a slot only while the server works on it. A client that sends its body slowly holds none: it gets a slot for
//! each batch of events after the batch has arrived.

use std::sync::Arc;
use std::time::Duration;

use goody_contract::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// Bytes of request bodies in progress and of responses that clients have not read yet, over all connections.
const MEMORY_BYTES: usize = 64 * 1024 * 1024;
/// How long a write in progress waits for its next slot.
const SLOT_TIMEOUT: Duration = Duration::from_secs(30);

/// The limits that all requests share.
#[derive(Clone)]
pub(crate) struct Capacity(Arc<Limits>);

struct Limits {
    /// Requests of any kind. `None` for no limit.
    requests: Option<Arc<Semaphore>>,
    /// Writes, which also count as requests. There are fewer slots for them, so that reads always have some.
    writes: Option<Arc<Semaphore>>,
    memory: Arc<Semaphore>,
}

/// Permission to work on a request. It is released when dropped.
#[derive(Debug, Default)]
pub(crate) struct Slot(Vec<OwnedSemaphorePermit>);

/// Reserved memory. It is released when dropped.
#[derive(Debug)]
pub(crate) struct Memory(OwnedSemaphorePermit);

impl Capacity {
    /// Limits for `concurrent` requests at the same time; `None` for no limit.
    pub(crate) fn new(concurrent: Option<usize>) -> Self {
        let slots = |most: usize| Arc::new(Semaphore::new(most));
        Self(Arc::new(Limits {
            requests: concurrent.map(slots),
            writes: concurrent.map(|most| slots((most - most / 4).min(most.saturating_sub(1)).max(1))),
            memory: slots(MEMORY_BYTES),
        }))
    }

    /// Takes a slot for a read; an error if none is free.
    pub(crate) fn read_slot(&self) -> Result<Slot, ApiError> {
        try_acquire(&[&self.0.requests])
    }

    /// Takes a slot for a write; an error if none is free.
    pub(crate) fn write_slot(&self) -> Result<Slot, ApiError> {
        try_acquire(&[&self.0.writes, &self.0.requests])
    }

    /// Takes a slot for the next batch of a write in progress. It waits, because the batches before are already stored.
    pub(crate) async fn next_write_slot(&self) -> Result<Slot, ApiError> {
        let slots = async {
            let mut slot = Slot::default();
            for slots in [&self.0.writes, &self.0.requests].into_iter().flatten() {
                slot.0.extend(slots.clone().acquire_owned().await);
            }
            slot
        };
        tokio::time::timeout(SLOT_TIMEOUT, slots).await.map_err(|_| overloaded())
    }

    /// Reserves memory; `None` if less is free.
    pub(crate) fn memory(&self, bytes: usize) -> Option<Memory> {
        let bytes = u32::try_from(bytes).ok()?;
        self.0.memory.clone().try_acquire_many_owned(bytes).ok().map(Memory)
    }
}

impl Memory {
    /// Releases all but `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        drop(self.0.split(self.0.num_permits().saturating_sub(bytes)));
    }
}

fn try_acquire(slots: &[&Option<Arc<Semaphore>>]) -> Result<Slot, ApiError> {
    let permits = slots.iter().filter_map(|slots| slots.as_ref());
    let permits = permits.map(|slots| slots.clone().try_acquire_owned());
    permits.collect::<Result<_, _>>().map(Slot).map_err(|_| overloaded())
}

fn overloaded() -> ApiError {
    metrics::counter!("goody_requests_shed_total").increment(1);
    ApiError::new(ErrorCode::Overloaded, "Too many requests are in progress. Try again in a second.").retry_after(1)
}

/// The error for a body that needs more memory than is free.
pub(crate) fn out_of_memory() -> ApiError {
    metrics::counter!("goody_requests_shed_total").increment(1);
    let detail = "The requests in progress use all the memory for bodies. The events before this point are stored. Send the \
                  body again in a second, or as application/x-ndjson.";
    ApiError::new(ErrorCode::Overloaded, detail).retry_after(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_leave_slots_for_reads() {
        for most in [2, 3, 4, 8, 256] {
            let capacity = Capacity::new(Some(most));
            let writes: Vec<_> = std::iter::from_fn(|| capacity.write_slot().ok()).collect();
            assert!(!writes.is_empty() && writes.len() < most, "{} of {most}", writes.len());
            let reads: Vec<_> = std::iter::from_fn(|| capacity.read_slot().ok()).collect();
            assert_eq!(writes.len() + reads.len(), most);
            assert!(capacity.write_slot().is_err());
            drop(writes);
            assert!(capacity.write_slot().is_ok(), "a released slot is free again");
        }
    }

    #[test]
    fn dropped_memory_is_free_again() {
        let capacity = Capacity::new(None);
        let mut all = capacity.memory(MEMORY_BYTES).unwrap();
        assert!(capacity.memory(1).is_none());
        all.shrink_to(10);
        assert!(capacity.memory(MEMORY_BYTES).is_none());
        assert!(capacity.memory(MEMORY_BYTES - 10).is_some());
        drop(all);
        assert!(capacity.memory(MEMORY_BYTES).is_some());
    }
}
