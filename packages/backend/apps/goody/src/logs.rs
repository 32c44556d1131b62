//! Logs on the standard error: readable on a terminal, JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub(crate) fn start(filter: &str) {
    // Who told what is never left out.
    let filter = EnvFilter::try_new(format!("{filter},audit=info")).unwrap_or_else(|error| {
        eprintln!("goody: --log: {error}; logging at info");
        EnvFilter::new("info")
    });
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.with_target(false).init();
    } else {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).init();
    }
}
