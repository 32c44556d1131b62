//! A bounded queue of log lines that wait to be written. It counts the lines that it drops.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// The target of audit lines.
const AUDIT: &str = "audit";
/// How many bytes of lines may wait. Further lines are dropped.
const MAX_BYTES: usize = 2 * 1_024 * 1_024;
/// How many more bytes audit lines may take: they are dropped last.
const AUDIT_BYTES: usize = 2 * 1_024 * 1_024;
/// How long a request waits until its audit line is written. So a client that has a response finds the audit line, even if the
/// process is killed right after the response.
const AUDIT_TIMEOUT: Duration = Duration::from_millis(20);

/// The queue. Any thread adds lines without waiting for earlier ones; one thread writes them.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<Vec<u8>>,
    /// The size of the lines, including the one that is being written.
    bytes: usize,
    /// How many lines were ever added.
    added: u64,
    /// How many lines the thread has written, or failed to write.
    done: u64,
    /// The wait for an audit line has timed out: no request waits for one until all lines are written.
    is_slow: bool,
}

impl Queue {
    /// Starts the thread that writes to `out`. If it cannot be started, the queue fills, and then drops and counts every line.
    pub(crate) fn start(out: impl Write + Send + 'static) -> Arc<Self> {
        let queue = Arc::new(Self { waiting: Mutex::default(), changed: Condvar::new(), dropped: AtomicU64::new(0) });
        let writer = queue.clone();
        let _ = std::thread::Builder::new().name("log".into()).spawn(move || writer.write_to(out));
        queue
    }

    /// How many lines were dropped because the queue was full or they could not be written.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until all lines are written, at most for `timeout`.
    pub(crate) fn finish(&self, timeout: Duration) {
        let is_busy = |waiting: &mut Waiting| waiting.done < waiting.added;
        drop(self.changed.wait_timeout_while(self.lock(), timeout, is_busy));
    }

    /// Adds text that is not a log event, such as the error that ends the program.
    pub(crate) fn print(&self, text: &str) {
        self.add(format!("{text}\n").into_bytes(), MAX_BYTES + AUDIT_BYTES);
    }

    fn add(&self, line: Vec<u8>, max_bytes: usize) {
        let mut waiting = self.lock();
        if waiting.bytes + line.len() > max_bytes {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.bytes += line.len();
        waiting.added += 1;
        waiting.lines.push_back(line);
        drop(waiting);
        self.changed.notify_all();
    }

    /// Adds an audit line and waits until it is written, unless the log is slow.
    fn add_audit(&self, line: Vec<u8>) {
        self.add(line, MAX_BYTES + AUDIT_BYTES);
        let waiting = self.lock();
        if waiting.is_slow {
            return;
        }
        let number = waiting.added;
        let is_unwritten = |waiting: &mut Waiting| waiting.done < number && !waiting.is_slow;
        let result = self.changed.wait_timeout_while(waiting, AUDIT_TIMEOUT, is_unwritten);
        let (mut waiting, result) = result.unwrap_or_else(PoisonError::into_inner);
        waiting.is_slow |= result.timed_out();
    }

    fn write_to(&self, mut out: impl Write) {
        let (mut is_broken, mut reported) = (false, 0);
        loop {
            let line = self.next();
            // The line before may have been written in part: the next one must begin on a line of its own.
            let written = if is_broken { out.write_all(b"\n") } else { Ok(()) };
            is_broken = written.and_then(|()| out.write_all(&line)).and_then(|()| out.flush()).is_err();
            if is_broken {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
            let mut waiting = self.lock();
            waiting.bytes -= line.len();
            waiting.done += 1;
            let is_idle = waiting.lines.is_empty();
            waiting.is_slow &= !is_idle;
            drop(waiting);
            self.changed.notify_all();
            let dropped = self.dropped();
            if is_idle && !is_broken && dropped > reported {
                tracing::warn!(lines = dropped - reported, "lines of this log were dropped");
                reported = dropped;
            }
        }
    }

    fn next(&self) -> Vec<u8> {
        let mut waiting = self.lock();
        loop {
            if let Some(line) = waiting.lines.pop_front() {
                return line;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line that is being formatted. It joins the queue when it is dropped.
pub(crate) struct Line<'q> {
    queue: &'q Queue,
    text: Vec<u8>,
    is_audit: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.text);
        match self.is_audit {
            _ if text.is_empty() => {}
            true => self.queue.add_audit(text),
            false => self.queue.add(text, MAX_BYTES),
        }
    }
}

/// Writes the log to a queue.
pub(crate) struct QueueWriter(pub(crate) Arc<Queue>);

impl<'w> MakeWriter<'w> for QueueWriter {
    type Writer = Line<'w>;

    fn make_writer(&'w self) -> Line<'w> {
        Line { queue: &self.0, text: Vec::new(), is_audit: false }
    }

    fn make_writer_for(&'w self, of: &Metadata<'_>) -> Line<'w> {
        Line { queue: &self.0, text: Vec::new(), is_audit: of.target() == AUDIT }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// Blocks each write until it is released.
    struct BlockedWriter(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for BlockedWriter {
        fn write(&mut self, part: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            self.1.lock().unwrap().extend_from_slice(part);
            Ok(part.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn blocked_queue() -> (Arc<Queue>, SyncSender<()>, Arc<Mutex<Vec<u8>>>) {
        let (release, wait) = sync_channel(0);
        let written = Arc::default();
        (Queue::start(BlockedWriter(wait, Arc::clone(&written))), release, written)
    }

    #[test]
    fn an_unread_log_delays_no_thread_and_keeps_the_audit_lines() {
        let (queue, release, written) = blocked_queue();
        let line = vec![b'.'; 1_024];
        for _ in 0..4_096 {
            queue.add(line.clone(), MAX_BYTES);
        }
        assert_eq!(queue.dropped(), 2_048, "the limit is in bytes");
        let began = std::time::Instant::now();
        (0..200).for_each(|_| queue.add_audit(b"an audit line".to_vec()));
        assert!(began.elapsed() < 50 * AUDIT_TIMEOUT, "only the first audit line waits for a slow log");
        assert_eq!(queue.dropped(), 2_048);
        queue.finish(Duration::from_millis(10));
        drop(release);
        queue.finish(Duration::from_secs(30));
        assert!(written.lock().unwrap().ends_with(b"an audit line"));
    }

    #[test]
    fn an_audit_line_is_written_before_its_request_continues() {
        let written: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (release, wait) = sync_channel(1_000);
        (0..1_000).for_each(|_| release.send(()).unwrap());
        let queue = Queue::start(BlockedWriter(wait, Arc::clone(&written)));
        for number in 0..100 {
            let line = format!("{number}\n");
            queue.add_audit(line.clone().into_bytes());
            let is_slow = queue.lock().is_slow;
            assert!(is_slow || written.lock().unwrap().ends_with(line.as_bytes()), "{number}");
        }
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted() {
        let out = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let queue = Queue::start(out);
        (0..10).for_each(|_| queue.add(b"line\n".to_vec(), MAX_BYTES));
        queue.finish(Duration::from_secs(30));
        assert_eq!(queue.dropped(), 10);
    }
}
