//! Logs: one JSON object per line, with the correlation id of the invocation or request.

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log with a filter: error, warn, info, debug, trace, or comma-separated `module=level` pairs.
///
/// # Errors
/// The filter is invalid.
pub fn start(filter: &str) -> Result<(), ParseError> {
    // The audit lines are always logged.
    let filter: Targets = format!("{filter},audit=info").parse()?;
    // With internal errors on, the library reports a failed write with `eprintln!`, which panics when stderr is closed.
    let lines = fmt::layer().log_internal_errors(false).with_writer(std::io::stderr).json();
    let lines = lines.flatten_event(true).with_current_span(true).with_span_list(false);
    tracing_subscriber::registry().with(filter).with(lines).init();
    Ok(())
}
