//! Logs: one JSON object per line, with the correlation id of the invocation or request.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Starts the log with a filter: error, warn, info, debug, trace, or comma-separated `module=level` pairs.
///
/// # Errors
/// The filter is invalid.
pub fn start(filter: &str) -> Result<(), ParseError> {
    // The audit lines are always logged.
    let filter = EnvFilter::try_new(format!("{filter},audit=info"))?;
    // With internal errors on, the library reports a failed write with `eprintln!`, which panics when stderr is closed.
    let lines = tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(filter);
    let lines = lines.with_writer(std::io::stderr).json();
    lines.flatten_event(true).with_current_span(true).with_span_list(false).init();
    Ok(())
}
