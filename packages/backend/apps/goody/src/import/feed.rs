//! Sends the lines of the files, as they are read, to the task that records them.

use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use goody_application::ports::Clock;
use goody_domain::{FieldError, Instant, OrderEvent, Rejection};

use super::ImportError;
use super::batches::PieceSender;
use super::orders::{OrderCounts, Orders};
use crate::clock::SystemClock;

/// An event with the fields that were left out of it, or the reasons of a rejection with the text of the line.
pub(super) type ParsedEvent = Result<(OrderEvent, Vec<FieldError>), (Rejection, String)>;

/// A line of a file. A row of a table with several events gives several of them.
pub(super) struct Line {
    /// The position of the file among those of the import.
    pub(super) file: usize,
    pub(super) number: u64,
    pub(super) event: ParsedEvent,
}

/// Where the parsed lines go.
pub(super) struct Feed {
    pieces: PieceSender<Line>,
    position: Arc<AtomicU64>,
    orders: Orders,
    /// When the last bytes arrived. Their events are validated against this time.
    pub(super) now: Instant,
    /// The position of the file.
    pub(super) file: usize,
    /// False when the task that stores has failed.
    pub(super) is_open: bool,
    /// Why the orders cannot be counted. The files end there.
    failure: Option<std::io::Error>,
}

impl Feed {
    pub(super) fn new(pieces: PieceSender<Line>, position: Arc<AtomicU64>) -> Self {
        let now = SystemClock.now();
        Self { pieces, position, orders: Orders::default(), now, file: 0, is_open: true, failure: None }
    }

    /// Sends a line. False when no more are taken.
    pub(super) fn push(&mut self, number: u64, event: ParsedEvent) -> bool {
        if let Ok((event, _)) = &event
            && let Err(error) = self.orders.add(event)
        {
            self.failure = Some(error);
            self.is_open = false;
        }
        let line = Line { file: self.file, number, event };
        self.is_open = self.is_open && self.pieces.push(line);
        self.is_open
    }

    /// Sends the last lines. Returns the number of orders.
    pub(super) fn finish(&mut self) -> Result<OrderCounts, ImportError> {
        self.pieces.send();
        let counts = self.failure.take().map_or_else(|| std::mem::take(&mut self.orders).count(), Err);
        counts.map_err(ImportError::Temporary)
    }
}

/// Reads and counts the bytes of a file. Before each read, it sends the lines that are parsed, because the read may have to wait
/// for the input.
pub(super) struct Input {
    pub(super) inner: Box<dyn Read + Send>,
    pub(super) feed: Rc<RefCell<Feed>>,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let is_open = {
            let mut feed = self.feed.borrow_mut();
            feed.is_open = feed.is_open && feed.pieces.send();
            feed.is_open
        };
        if !is_open {
            // The task that stores has failed, and reports why: the file ends here.
            return Ok(0);
        }
        let read = self.inner.read(buffer)?;
        let mut feed = self.feed.borrow_mut();
        feed.now = SystemClock.now();
        feed.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
