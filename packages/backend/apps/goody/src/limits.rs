//! What the system allows the process: how large files may grow, and how many may be open.

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// Open files that are not connections: the database, its log, its readers, the page, the tokens, the log.
const OWN_FILES: u64 = 96;
/// Connections at the same time where the system allows as many files. More wait until one of them ends.
const CONNECTIONS: u64 = 1_024;

/// A file that has reached the limit of file sizes fails the write, as a full disk does; it must not end the server.
pub(crate) fn outlive_large_files() -> std::io::Result<()> {
    signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop)
}

/// Raises the limit of open files as far as it may be raised. Says how many connections fit below it: those who fill them
/// keep nobody from reading a file.
pub(crate) fn connections() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit.current = limit.maximum,
            Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
        }
    }
    let connections = fitting(limit.current);
    if (connections as u64) < CONNECTIONS {
        tracing::warn!(connections, files = limit.current, "few files may be open: so few connections are taken");
    }
    connections
}

fn fitting(files: Option<u64>) -> usize {
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
            assert_eq!(fitting(files), connections, "{files:?}");
        }
    }
}
