//! Those who tell events: several at once, each a batch at a time, and again until they are answered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use goody_application::ingest::Ingest;
use goody_application::ports::Clock;
use goody_domain::{OrderEvent, WireEvent};
use tokio::sync::Notify;

use crate::clock::JumpingClock;
use crate::model::Model;
use crate::rng::Rng;
use crate::store::is_injected;

type Batch = Vec<OrderEvent>;

/// Batches that nobody has acknowledged yet. It outlives the program.
#[derive(Default)]
pub(crate) struct Mail {
    waiting: VecDeque<Batch>,
    in_hand: BTreeMap<u64, Batch>,
    /// How many events were told, those told again among them.
    pub(crate) told: u64,
}

impl Mail {
    pub(crate) fn bring(&mut self, batch: Batch) {
        self.waiting.push_back(batch);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.in_hand.is_empty()
    }

    /// What was in hand when the program went down is told again.
    pub(crate) fn recover(&mut self) {
        let in_hand = std::mem::take(&mut self.in_hand);
        self.waiting.extend(in_hand.into_values());
    }

    fn take(&mut self, writer: u64) -> Option<Batch> {
        let batch = self.waiting.pop_front()?;
        self.told += batch.len() as u64;
        self.in_hand.insert(writer, batch.clone());
        Some(batch)
    }

    fn done(&mut self, writer: u64) -> Option<Batch> {
        self.in_hand.remove(&writer)
    }
}

/// One who tells events.
pub(crate) struct Writer {
    pub(crate) number: u64,
    pub(crate) rng: Rng,
    pub(crate) mail: Arc<Mutex<Mail>>,
    pub(crate) ingest: Ingest,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) model: Arc<Model>,
    pub(crate) new_facts: Arc<Notify>,
}

impl Writer {
    pub(crate) async fn run(mut self) {
        loop {
            let batch = self.mail.lock().unwrap().take(self.number);
            let milliseconds = match batch {
                Some(batch) => self.post(batch).await,
                None => self.rng.between(20, 60),
            };
            tokio::time::sleep(Duration::from_millis(milliseconds as u64)).await;
        }
    }

    /// Tells a batch. Says how long to wait before the next one, in milliseconds.
    async fn post(&mut self, batch: Batch) -> i64 {
        let now = self.clock.now();
        // As they come in: what lies ahead of the clock is turned away for now.
        let heard = |event: &OrderEvent| OrderEvent::check(&WireEvent::from(event), now).ok();
        let (mut events, mut early) = (Vec::with_capacity(batch.len()), Vec::new());
        for event in batch {
            match heard(&event) {
                Some(event) => events.push(event),
                None => early.push(event),
            }
        }
        let answered = if events.is_empty() { Ok(Vec::new()) } else { self.ingest.ingest(events.clone(), now).await };
        let mail = &mut *self.mail.lock().unwrap();
        let batch = mail.done(self.number);
        match answered {
            Ok(answers) => {
                self.model.acknowledged(&events, &answers);
                self.new_facts.notify_one();
                let is_late = early.is_empty();
                mail.waiting.extend((!is_late).then_some(early));
                if is_late { self.rng.between(0, 20) } else { self.rng.between(50, 500) }
            }
            Err(error) => {
                if !is_injected(&error) {
                    self.model.object(format!("events were not taken in: {error:?}"));
                }
                // At once, or when others have had their turn.
                match batch {
                    Some(batch) if self.rng.chance(0.5) => mail.waiting.push_front(batch),
                    batch => mail.waiting.extend(batch),
                }
                self.rng.between(5, 500)
            }
        }
    }
}
