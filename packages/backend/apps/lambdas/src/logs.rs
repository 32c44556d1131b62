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
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).json();
    lines.flatten_event(true).with_current_span(true).with_span_list(false).init();
    Ok(())
}
