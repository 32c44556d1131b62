//! Writes the log to standard error: as text to a terminal, as JSON to anything else.

mod queue;

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub(crate) use queue::Queue;

/// How long a server waits for its last lines when it ends. It also ends when its log is not read.
const FINISH_TIMEOUT: Duration = Duration::from_secs(1);

/// Starts the log of a command other than a server: the command waits until each line is written.
pub(crate) fn start(filter: &str) {
    subscribe(filter, std::io::stderr);
}

/// Starts the log of a server. A separate thread writes the lines, so that a log that cannot be written or is not read never
/// delays a request and never ends a thread. Panics are logged, too.
pub(crate) fn start_server(filter: &str) -> ServerLog {
    let queue = Queue::start(std::io::stderr());
    subscribe(filter, queue::QueueWriter(queue.clone()));
    // The default hook writes to standard error without the queue, and would block there.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, panic = panic.payload_as_str(), "a task panicked");
    }));
    ServerLog(queue)
}

/// The log of a server. When it is dropped, it waits until the last lines are written.
pub(crate) struct ServerLog(Arc<Queue>);

impl ServerLog {
    /// The queue of the lines, which counts those that are dropped.
    pub(crate) fn queue(&self) -> Arc<Queue> {
        self.0.clone()
    }

    /// Writes text that is not a log event, such as the error that ends the program.
    pub(crate) fn print(&self, text: &str) {
        self.0.print(text);
    }
}

impl Drop for ServerLog {
    fn drop(&mut self) {
        self.0.finish(FINISH_TIMEOUT);
    }
}

fn subscribe<W: for<'w> MakeWriter<'w> + Send + Sync + 'static>(filter: &str, writer: W) {
    // Audit lines are logged with every filter.
    let filter: Targets = format!("{filter},audit=info").parse().unwrap_or_else(|error| {
        print_stderr!("goody: --log is invalid ({error}): logging at level info");
        Targets::new().with_default(LevelFilter::INFO)
    });
    // The library would report a line that it cannot write with `eprintln!`, which panics when standard error is closed.
    let lines = fmt::layer().log_internal_errors(false).with_writer(writer);
    let filtered = tracing_subscriber::registry().with(filter);
    if std::io::stderr().is_terminal() {
        filtered.with(lines.with_target(false)).init();
    } else {
        filtered.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).init();
    }
}
