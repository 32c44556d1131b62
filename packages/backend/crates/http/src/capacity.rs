//! How much is worked on at the same time: places for requests and for writes, and memory for bodies and their answers.
//!
//! A place stands for work. A client that sends its body slowly holds none: it gets one for each batch of events, once the
//! batch is here.

use std::sync::Arc;
use std::time::Duration;

use goody_contract::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// Bytes of bodies that are worked on, and of answers that nobody has read yet, over all connections.
const MEMORY: usize = 64 * 1024 * 1024;
/// How long a write that has begun waits for its next place.
const PATIENCE: Duration = Duration::from_secs(30);

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Capacity(Arc<Shares>);

struct Shares {
    /// Requests of any kind. `None` for no limit.
    requests: Option<Arc<Semaphore>>,
    /// Writes among them: fewer, so that readers always have places.
    writes: Option<Arc<Semaphore>>,
    memory: Arc<Semaphore>,
}

/// A place among the requests that are worked on. It lives as long as the work.
#[derive(Debug, Default)]
pub(crate) struct Place(Vec<OwnedSemaphorePermit>);

/// Memory that is taken; given back when dropped.
#[derive(Debug)]
pub(crate) struct Memory(OwnedSemaphorePermit);

impl Capacity {
    /// For so many requests at the same time; `None` for no limit.
    pub(crate) fn new(concurrent: Option<usize>) -> Self {
        let places = |most: usize| Arc::new(Semaphore::new(most));
        Self(Arc::new(Shares {
            requests: concurrent.map(places),
            writes: concurrent.map(|most| places((most - most / 4).min(most.saturating_sub(1)).max(1))),
            memory: places(MEMORY),
        }))
    }

    /// A place for a read, if there is one.
    pub(crate) fn for_a_read(&self) -> Result<Place, ApiError> {
        at_once(&[&self.0.requests])
    }

    /// A place for a write, if there is one.
    pub(crate) fn for_a_write(&self) -> Result<Place, ApiError> {
        at_once(&[&self.0.writes, &self.0.requests])
    }

    /// A place for the next part of a write that has begun. It waits, because what came before cannot be refused any more.
    pub(crate) async fn for_the_next_write(&self) -> Result<Place, ApiError> {
        let places = async {
            let mut place = Place::default();
            for places in [&self.0.writes, &self.0.requests].into_iter().flatten() {
                place.0.extend(places.clone().acquire_owned().await);
            }
            place
        };
        tokio::time::timeout(PATIENCE, places).await.map_err(|_| overloaded())
    }

    /// Memory, if there is so much.
    pub(crate) fn memory(&self, bytes: usize) -> Option<Memory> {
        let bytes = u32::try_from(bytes).ok()?;
        self.0.memory.clone().try_acquire_many_owned(bytes).ok().map(Memory)
    }
}

impl Memory {
    /// Gives back all but so many bytes.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        drop(self.0.split(self.0.num_permits().saturating_sub(bytes)));
    }
}

fn at_once(places: &[&Option<Arc<Semaphore>>]) -> Result<Place, ApiError> {
    let permits = places.iter().filter_map(|places| places.as_ref());
    let permits = permits.map(|places| places.clone().try_acquire_owned());
    permits.collect::<Result<_, _>>().map(Place).map_err(|_| overloaded())
}

fn overloaded() -> ApiError {
    metrics::counter!("goody_requests_shed_total").increment(1);
    ApiError::new(ErrorCode::Overloaded, "Too many requests are being worked on. Ask again in a second.").retry_after(1)
}

/// The refusal of a body that needs more memory than is left.
pub(crate) fn no_memory() -> ApiError {
    metrics::counter!("goody_requests_shed_total").increment(1);
    let detail = "The bodies that are being worked on take all the memory there is for them. What came before is stored. \
                  Send it again in a second, or as application/x-ndjson.";
    ApiError::new(ErrorCode::Overloaded, detail).retry_after(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_leave_places_for_reads() {
        for most in [2, 3, 4, 8, 256] {
            let capacity = Capacity::new(Some(most));
            let writes: Vec<_> = std::iter::from_fn(|| capacity.for_a_write().ok()).collect();
            assert!(!writes.is_empty() && writes.len() < most, "{} of {most}", writes.len());
            let reads: Vec<_> = std::iter::from_fn(|| capacity.for_a_read().ok()).collect();
            assert_eq!(writes.len() + reads.len(), most);
            assert!(capacity.for_a_write().is_err());
            drop(writes);
            assert!(capacity.for_a_write().is_ok(), "a place that is given back is there again");
        }
    }

    #[test]
    fn memory_is_given_back() {
        let capacity = Capacity::new(None);
        let mut all = capacity.memory(MEMORY).unwrap();
        assert!(capacity.memory(1).is_none());
        all.shrink_to(10);
        assert!(capacity.memory(MEMORY).is_none());
        assert!(capacity.memory(MEMORY - 10).is_some());
        drop(all);
        assert!(capacity.memory(MEMORY).is_some());
    }
}
