//! Logs on the standard error: readable on a terminal, JSON elsewhere.

mod queue;

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

pub(crate) use queue::Queue;

/// How long the last lines of a server may take. A log that nobody reads does not keep the server from ending.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Starts the log of a command that runs to its end: each line is written before the command goes on.
pub(crate) fn start(filter: &str) {
    subscribe(filter, std::io::stderr);
}

/// Starts the log of a server. A thread of its own writes the lines, so that a log that cannot be written, or that nobody
/// reads, never holds up a request and never ends a thread. A panic is a line of the log as well.
pub(crate) fn start_server(filter: &str) -> ServerLog {
    let queue = Queue::start(std::io::stderr());
    subscribe(filter, queue::ToQueue(queue.clone()));
    // The default hook writes to the standard error itself, and would wait there.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, panic = panic.payload_as_str(), "a task panicked");
    }));
    ServerLog(queue)
}

/// The log of a server. Its last lines are written when it is dropped.
pub(crate) struct ServerLog(Arc<Queue>);

impl ServerLog {
    /// The lines, to ask how many were dropped.
    pub(crate) fn queue(&self) -> Arc<Queue> {
        self.0.clone()
    }

    /// Writes what a person on a terminal reads.
    pub(crate) fn say(&self, text: &str) {
        self.0.say(text);
    }
}

impl Drop for ServerLog {
    fn drop(&mut self) {
        self.0.finish(LAST_LINES);
    }
}

fn subscribe<W: for<'w> MakeWriter<'w> + Send + Sync + 'static>(filter: &str, writer: W) {
    // Audit lines are never left out.
    let filter = EnvFilter::try_new(format!("{filter},audit=info")).unwrap_or_else(|error| {
        say_aside!("goody: --log: {error}; logging at info");
        EnvFilter::new("info")
    });
    // The library reports a line that it cannot write with `eprintln!`, which panics where the standard error is gone.
    let builder = tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(filter).with_writer(writer);
    if std::io::stderr().is_terminal() {
        builder.with_target(false).init();
    } else {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).init();
    }
}
