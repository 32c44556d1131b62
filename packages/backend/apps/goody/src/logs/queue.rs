//! Lines of the log that wait to be written: bounded, and counted where they are dropped.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// The target of audit lines.
const AUDIT: &str = "audit";
/// How many bytes of lines may wait. More are dropped.
const BYTES: usize = 2 * 1_024 * 1_024;
/// How many bytes more audit lines may take: they are dropped last.
const AUDIT_BYTES: usize = 2 * 1_024 * 1_024;
/// How long the end of an audit line may be waited for. Who has had an answer finds its audit line, even if the process is killed
/// the moment after.
const AUDIT_PATIENCE: Duration = Duration::from_millis(20);

/// The lines. Any thread adds to them without waiting for those before; one thread writes them.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<Vec<u8>>,
    /// The bytes of the lines, with the one that is being written.
    bytes: usize,
    /// How many lines were ever added, and how many of those the thread is done with.
    added: u64,
    done: u64,
    /// An audit line was waited for in vain: no other is, until all lines are written.
    is_slow: bool,
}

impl Queue {
    /// Starts the thread that writes to `out`. Where it cannot be started, every line is dropped and counted.
    pub(crate) fn start(out: impl Write + Send + 'static) -> Arc<Self> {
        let queue = Arc::new(Self { waiting: Mutex::default(), changed: Condvar::new(), dropped: AtomicU64::new(0) });
        let writing = queue.clone();
        // A line that is never taken out of the queue fills it: later ones are dropped.
        let _ = std::thread::Builder::new().name("log".into()).spawn(move || writing.write_to(out));
        queue
    }

    /// How many lines were dropped: no room was left for them, or they could not be written.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until all lines are written, for so long at most.
    pub(crate) fn finish(&self, patience: Duration) {
        let is_busy = |waiting: &mut Waiting| waiting.done < waiting.added;
        drop(self.changed.wait_timeout_while(self.lock(), patience, is_busy));
    }

    /// Adds a line that stands for itself, as the last word of the program.
    pub(crate) fn say(&self, text: &str) {
        self.add(format!("{text}\n").into_bytes(), BYTES + AUDIT_BYTES);
    }

    fn add(&self, line: Vec<u8>, room: usize) {
        let mut waiting = self.lock();
        if waiting.bytes + line.len() > room {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.bytes += line.len();
        waiting.added += 1;
        waiting.lines.push_back(line);
        drop(waiting);
        self.changed.notify_all();
    }

    /// Adds a line and waits for its end, unless the log is slow just now.
    fn add_audit(&self, line: Vec<u8>) {
        self.add(line, BYTES + AUDIT_BYTES);
        let waiting = self.lock();
        if waiting.is_slow {
            return;
        }
        let until = waiting.added;
        let is_under_way = |waiting: &mut Waiting| waiting.done < until && !waiting.is_slow;
        let waited = self.changed.wait_timeout_while(waiting, AUDIT_PATIENCE, is_under_way);
        let (mut waiting, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        waiting.is_slow |= waited.timed_out();
    }

    fn write_to(&self, mut out: impl Write) {
        let (mut is_broken, mut reported) = (false, 0);
        loop {
            let line = self.next();
            // What is left of a line that failed in the middle must not spoil the next one.
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

/// One line on its way into the queue.
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
            false => self.queue.add(text, BYTES),
        }
    }
}

/// Has the log write to a queue.
pub(crate) struct ToQueue(pub(crate) Arc<Queue>);

impl<'w> MakeWriter<'w> for ToQueue {
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

    /// Writes nothing before it is let go.
    struct Held(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Held {
        fn write(&mut self, part: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            self.1.lock().unwrap().extend_from_slice(part);
            Ok(part.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn held() -> (Arc<Queue>, SyncSender<()>, Arc<Mutex<Vec<u8>>>) {
        let (let_go, wait) = sync_channel(0);
        let written = Arc::default();
        (Queue::start(Held(wait, Arc::clone(&written))), let_go, written)
    }

    #[test]
    fn a_log_that_nobody_reads_holds_up_nobody_and_keeps_the_audit_lines() {
        let (queue, let_go, written) = held();
        let line = vec![b'.'; 1_024];
        for _ in 0..4_096 {
            queue.add(line.clone(), BYTES);
        }
        assert_eq!(queue.dropped(), 2_048, "the bound is in bytes");
        let began = std::time::Instant::now();
        (0..200).for_each(|_| queue.add_audit(b"an audit line".to_vec()));
        assert!(began.elapsed() < 50 * AUDIT_PATIENCE, "a slow log is waited for once");
        assert_eq!(queue.dropped(), 2_048);
        queue.finish(Duration::from_millis(10));
        drop(let_go);
        queue.finish(Duration::from_secs(30));
        assert!(written.lock().unwrap().ends_with(b"an audit line"));
    }

    #[test]
    fn an_audit_line_is_written_when_its_request_goes_on() {
        let written: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (let_go, wait) = sync_channel(1_000);
        (0..1_000).for_each(|_| let_go.send(()).unwrap());
        let queue = Queue::start(Held(wait, Arc::clone(&written)));
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
        (0..10).for_each(|_| queue.add(b"line\n".to_vec(), BYTES));
        queue.finish(Duration::from_secs(30));
        assert_eq!(queue.dropped(), 10);
    }
}
