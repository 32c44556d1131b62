//! Passes items from the thread that reads to the task that stores: in pieces as they are read, which are joined to the batches
//! that are stored.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Sleep, sleep};

/// How many pieces may wait to be stored. A piece contains at most the items of one read of the input.
pub(super) const PIECES: usize = 16;
/// How long the first item of a batch waits for others.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Collects items and sends them in pieces.
pub(super) struct PieceSender<T> {
    items: Vec<T>,
    sender: Sender<Vec<T>>,
    size: usize,
}

impl<T> PieceSender<T> {
    pub(super) fn new(sender: Sender<Vec<T>>, size: usize) -> Self {
        Self { items: Vec::new(), sender, size }
    }

    /// Adds an item. False when the receiver is closed.
    pub(super) fn push(&mut self, item: T) -> bool {
        self.items.push(item);
        self.items.len() < self.size || self.send()
    }

    /// Sends the collected items. False when the receiver is closed.
    pub(super) fn send(&mut self) -> bool {
        let items = std::mem::take(&mut self.items);
        if items.is_empty() { !self.sender.is_closed() } else { self.sender.blocking_send(items).is_ok() }
    }
}

/// Joins pieces to batches.
pub(super) struct Batches<T> {
    pieces: Receiver<Vec<T>>,
    /// How many items a full batch has.
    pub(super) size: usize,
    items: Vec<T>,
    /// Ends the wait for more items.
    timeout: Option<Pin<Box<Sleep>>>,
}

impl<T> Batches<T> {
    pub(super) fn new(pieces: Receiver<Vec<T>>, size: usize) -> Self {
        Self { pieces, size, items: Vec::new(), timeout: None }
    }

    /// The next batch: a full one, or the items that arrived within a second after the first. `None` at the end. It is
    /// cancel-safe: a caller that stops waiting and calls again loses nothing.
    pub(super) async fn next(&mut self) -> Option<Vec<T>> {
        while self.items.len() < self.size {
            let piece = if self.items.is_empty() {
                self.pieces.recv().await
            } else {
                let timeout = self.timeout.get_or_insert_with(|| Box::pin(sleep(MAX_WAIT)));
                tokio::select! {
                    biased;
                    piece = self.pieces.recv() => piece,
                    () = timeout => break,
                }
            };
            match piece {
                Some(piece) => self.items.extend(piece),
                None => break,
            }
        }
        self.timeout = None;
        let rest = self.items.split_off(self.size.min(self.items.len()));
        let batch = std::mem::replace(&mut self.items, rest);
        (!batch.is_empty()).then_some(batch)
    }
}
