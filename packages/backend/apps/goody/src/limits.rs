//! The system's limits for the process: the size of a file, and the number of open files.

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// Open files that are not connections: the database with its write-ahead log and its readers, the page, the tokens, the log.
const OWN_FILES: u64 = 96;
/// The maximum number of connections, if the system allows as many open files. Further ones wait until one ends.
const CONNECTIONS: u64 = 1_024;

/// Handles SIGXFSZ, which would end the server: a write beyond the limit of file sizes then fails like one to a full disk.
pub(crate) fn handle_file_size_signal() -> std::io::Result<()> {
    signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop)
}

/// Raises the limit of open files to its maximum. Returns how many connections fit below it: when all of them are in use, the
/// server can still open its own files.
pub(crate) fn max_connections() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit.current = limit.maximum,
            Err(error) => tracing::warn!(%error, "cannot raise the limit of open files"),
        }
    }
    let connections = connections_below(limit.current);
    if (connections as u64) < CONNECTIONS {
        tracing::warn!(
            connections,
            files = limit.current,
            "the limit of open files is low, so the server accepts fewer connections: raise it with `ulimit -n`"
        );
    }
    connections
}

fn connections_below(files: Option<u64>) -> usize {
    let left = files.map_or(CONNECTIONS, |files| files.saturating_sub(OWN_FILES).max(files / 4));
    usize::try_from(left.clamp(1, CONNECTIONS)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_server_itself() {
        for (files, connections) in
            [(None, 1_024), (Some(1 << 20), 1_024), (Some(1_024), 928), (Some(128), 32), (Some(30), 7), (Some(0), 1)]
        {
            assert_eq!(connections_below(files), connections, "{files:?}");
        }
    }
}
