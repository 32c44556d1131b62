//! The signals that stop the program.

use std::future::pending;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM or Ctrl-C. From this call on, neither ends the process by itself.
pub(crate) fn stop_signal() -> impl Future<Output = ()> {
    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(|kind| signal(kind).ok());
    async move {
        let [terminate, interrupt] = signals.map(received);
        tokio::select! {
            () = terminate => {}
            () = interrupt => {}
        }
    }
}

/// Waits for a signal; for ever if its handler could not be set.
async fn received(signal: Option<Signal>) {
    match signal {
        Some(mut signal) => drop(signal.recv().await),
        None => pending().await,
    }
}
