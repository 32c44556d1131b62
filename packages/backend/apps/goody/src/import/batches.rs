//! From the thread that reads to the task that stores: pieces as they are read, batches as they are stored.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Sleep, sleep};

/// How many pieces may wait to be stored. One piece is at most what one read of the input brings.
pub(super) const PIECES: usize = 16;
/// How long the first thing of a batch waits for others.
const WAIT: Duration = Duration::from_secs(1);

/// Things on their way to the store.
pub(super) struct Pieces<T> {
    things: Vec<T>,
    sender: Sender<Vec<T>>,
    size: usize,
}

impl<T> Pieces<T> {
    pub(super) fn new(sender: Sender<Vec<T>>, size: usize) -> Self {
        Self { things: Vec::new(), sender, size }
    }

    /// Takes a thing; false when nobody takes them any more.
    pub(super) fn push(&mut self, thing: T) -> bool {
        self.things.push(thing);
        self.things.len() < self.size || self.send()
    }

    /// Hands on what is there; false when nobody takes it.
    pub(super) fn send(&mut self) -> bool {
        let things = std::mem::take(&mut self.things);
        if things.is_empty() { !self.sender.is_closed() } else { self.sender.blocking_send(things).is_ok() }
    }
}

/// Puts pieces together to batches.
pub(super) struct Batches<T> {
    pieces: Receiver<Vec<T>>,
    /// How many things a full batch has.
    pub(super) size: usize,
    held: Vec<T>,
    /// Ends the wait for more.
    wait: Option<Pin<Box<Sleep>>>,
}

impl<T> Batches<T> {
    pub(super) fn new(pieces: Receiver<Vec<T>>, size: usize) -> Self {
        Self { pieces, size, held: Vec::new(), wait: None }
    }

    /// The next batch: a full one, or what came within a second of its first thing. `None` at the end. Nothing is lost where
    /// the caller stops waiting and calls again.
    pub(super) async fn next(&mut self) -> Option<Vec<T>> {
        while self.held.len() < self.size {
            let piece = if self.held.is_empty() {
                self.pieces.recv().await
            } else {
                let wait = self.wait.get_or_insert_with(|| Box::pin(sleep(WAIT)));
                tokio::select! {
                    biased;
                    piece = self.pieces.recv() => piece,
                    () = wait => break,
                }
            };
            match piece {
                Some(piece) => self.held.extend(piece),
                None => break,
            }
        }
        self.wait = None;
        let rest = self.held.split_off(self.size.min(self.held.len()));
        let batch = std::mem::replace(&mut self.held, rest);
        (!batch.is_empty()).then_some(batch)
    }
}
