//! Logs: a JSON object a line, each with the correlation id of what is being done.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Starts logging what `filter` lets through: error, warn, info, debug, trace, or `module=level` by commas.
///
/// # Errors
/// Says what the filter cannot mean.
pub fn start(filter: &str) -> Result<(), ParseError> {
    // Who told what is never left out.
    let filter = EnvFilter::try_new(format!("{filter},audit=info"))?;
    // The library reports a line that it cannot write with `eprintln!`, which panics where the standard error is gone.
    let lines = tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(filter);
    let lines = lines.with_writer(std::io::stderr).json();
    lines.flatten_event(true).with_current_span(true).with_span_list(false).init();
    Ok(())
}
