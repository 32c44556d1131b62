//! Writers: several clients that send events at the same time, each one batch at a time, and retry until the batch is accepted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use goody_application::ingest::{self, Ingest};
use goody_application::ports::Clock;
use goody_application::retract::retract;
use goody_domain::{BatchId, OrderEvent, WireEvent};
use tokio::sync::Notify;

use crate::clock::JumpingClock;
use crate::model::Model;
use crate::rng::Rng;
use crate::store::{FaultyStore, is_injected};

/// The probability that the client takes a batch back after it was sent, and that it sends the events of such a batch again.
const RETRACTION_PROBABILITY: f64 = 0.01;
const REPETITION_PROBABILITY: f64 = 0.7;

/// Events that are sent together.
#[derive(Clone)]
struct Batch {
    id: BatchId,
    events: Vec<OrderEvent>,
}

/// Batches that the program has not accepted yet. The queue survives crashes of the program.
#[derive(Default)]
pub(crate) struct BatchQueue {
    waiting: VecDeque<Batch>,
    /// The number of batches so far.
    batches: u64,
    /// The batch that each writer is sending, by the writer's number.
    in_flight: BTreeMap<u64, Batch>,
    /// Events sent so far. An event that is sent again counts again.
    pub(crate) sent_events: u64,
}

impl BatchQueue {
    pub(crate) fn push(&mut self, events: Vec<OrderEvent>) {
        self.batches += 1;
        let id = BatchId::parse(&format!("batch-{}", self.batches)).unwrap();
        self.waiting.push_back(Batch { id, events });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }

    /// Queues the batches again that were in flight when the program crashed.
    pub(crate) fn requeue_in_flight(&mut self) {
        let in_flight = std::mem::take(&mut self.in_flight);
        self.waiting.extend(in_flight.into_values());
    }

    fn take(&mut self, writer: u64) -> Option<Batch> {
        let batch = self.waiting.pop_front()?;
        self.sent_events += batch.events.len() as u64;
        self.in_flight.insert(writer, batch.clone());
        Some(batch)
    }

    fn finish(&mut self, writer: u64) -> Option<Batch> {
        self.in_flight.remove(&writer)
    }
}

/// One client that sends events.
pub(crate) struct Writer {
    pub(crate) number: u64,
    pub(crate) rng: Rng,
    pub(crate) queue: Arc<Mutex<BatchQueue>>,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) ingest: Ingest,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) model: Arc<Model>,
    pub(crate) new_facts: Arc<Notify>,
}

impl Writer {
    pub(crate) async fn run(mut self) {
        loop {
            let batch = self.queue.lock().unwrap().take(self.number);
            let pause_ms = match batch {
                Some(batch) => self.send(batch).await,
                None => self.rng.between(20, 60),
            };
            tokio::time::sleep(Duration::from_millis(pause_ms as u64)).await;
        }
    }

    /// Sends a batch. Returns the pause before the next batch, in milliseconds.
    async fn send(&mut self, batch: Batch) -> i64 {
        let now = self.clock.now();
        // The API refuses events that lie ahead of the clock. The writer sends them again later.
        let accepted = |event: &OrderEvent| OrderEvent::check(&WireEvent::from(event), now).ok();
        let Batch { id, events: all } = batch;
        let (mut events, mut early) = (Vec::with_capacity(all.len()), Vec::new());
        for event in all {
            match accepted(&event) {
                Some(event) => events.push(event),
                None => early.push(event),
            }
        }
        let batch = ingest::Batch { id: id.clone(), source: "a writer".to_owned() };
        let result = match events.is_empty() {
            true => Ok(Vec::new()),
            false => self.ingest.ingest(events.clone(), &batch, now).await,
        };
        if let Ok(outcomes) = &result {
            self.model.check_outcomes(&events, outcomes);
            self.new_facts.notify_one();
            if early.is_empty() && self.rng.chance(RETRACTION_PROBABILITY) {
                self.retract(id, &events).await;
            }
        }
        let queue = &mut *self.queue.lock().unwrap();
        let batch = queue.finish(self.number);
        match result {
            Ok(_) => {
                let has_early = !early.is_empty();
                queue.waiting.extend(batch.filter(|_| has_early).map(|batch| Batch { events: early, ..batch }));
                if has_early { self.rng.between(50, 500) } else { self.rng.between(0, 20) }
            }
            Err(error) => {
                if !is_injected(&error) {
                    self.model.record_violation(format!("the ingest of events failed: {error:?}"));
                }
                // The retry is the next batch, or comes after the waiting batches.
                match batch {
                    Some(batch) if self.rng.chance(0.5) => queue.waiting.push_front(batch),
                    batch => queue.waiting.extend(batch),
                }
                self.rng.between(5, 500)
            }
        }
    }
    /// Takes a batch back, and tries again after a fault. Then the client may send the events again, some of them corrected.
    async fn retract(&mut self, batch_id: BatchId, events: &[OrderEvent]) {
        while let Err(error) = retract(self.store.as_ref(), &batch_id, None, self.clock.now(), |_| true).await {
            if !is_injected(&error) {
                self.model.record_violation(format!("the retraction of {batch_id} failed: {error:?}"));
                return;
            }
            tokio::time::sleep(Duration::from_millis(self.rng.between(5, 500) as u64)).await;
        }
        self.model.check_retraction(&batch_id);
        self.new_facts.notify_one();
        if self.rng.chance(REPETITION_PROBABILITY) {
            let mut corrected = events.to_vec();
            for event in &mut corrected {
                if self.rng.chance(0.5) {
                    event.reason = Some("corrected".to_owned());
                }
            }
            self.queue.lock().unwrap().push(corrected);
        }
    }
}
