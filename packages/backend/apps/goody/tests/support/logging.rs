//! Servers that write a long log, and what they promise whatever becomes of it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::binary::{Server, goody, placed, rebuild};
use crate::recovery::stored_events;

/// How many events are posted one by one. Each writes an audit line.
pub(crate) const EVENTS: usize = 60;

/// Starts a server that writes many lines to `log`.
pub(crate) fn start_with_debug_log(database: &Path, log: impl Into<Stdio>) -> Server {
    let mut command = goody(&[]);
    command.env("GOODY_LOG", "debug").stderr(log);
    Server::start_by(command, database, &[])
}

/// Posts events one by one, and expects a prompt response to each.
pub(crate) fn expect_prompt_responses(server: &Server, name: &str) {
    for number in 0..EVENTS {
        let began = Instant::now();
        assert_eq!(server.post_event(&placed(&format!("{name}-{number}"))).0, 200, "{name}-{number}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}-{number} took {:?}", began.elapsed());
    }
}

/// Expects SIGTERM to end the server soon and without an error, and every accepted event to be in the database.
pub(crate) fn expect_clean_shutdown(server: Server, database: &Path, name: &str) {
    let began = Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(8), "the shutdown took {:?}", began.elapsed());
    drop(server);
    let found = stored_events(database);
    assert!((0..EVENTS).all(|number| found.contains(&(format!("{name}-{number}"), "1".to_owned()))));
    rebuild(database);
}
