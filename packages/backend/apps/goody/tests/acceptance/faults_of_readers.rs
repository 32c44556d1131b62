//! Clients that send expensive requests and disconnect before the response: other clients are still served.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::binary::{Rng, Server, demo_events, placed, quiet, run, text};

/// How long each group of clients disconnects.
const DURATION: Duration = Duration::from_secs(4);

/// Requests the history of the whole marketplace repeatedly, and resets each connection after some milliseconds.
fn disconnect_repeatedly(address: &str, seed: u64, stop: &AtomicBool) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let host = address.strip_prefix("http://").unwrap();
    let (mut rng, mut times) = (Rng(seed), 0);
    while !stop.load(Ordering::Relaxed) {
        runtime.block_on(async {
            let mut stream = TcpStream::connect(host).await.unwrap();
            let request = format!("GET /api/dashboard/history HTTP/1.1\r\nHost: {host}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1 + rng.below(12) as u64)).await;
            stream.set_zero_linger().unwrap();
        });
        times += 1;
    }
    times
}

/// Reads, writes and checks the health. Returns the number of requests, and those that failed.
fn send_requests(server: &Server, name: &str) -> (usize, Vec<String>) {
    let (mut count, mut failed, began) = (0, Vec::new(), Instant::now());
    while began.elapsed() < DURATION {
        let responses = [
            ("/health", server.get_response("/health").0),
            ("/api/orders", server.get_response("/api/orders?limit=5").0),
            ("/api/dashboard", server.get_response("/api/dashboard").0),
            ("an event", server.post_event(&placed(&format!("{name}-{count}"))).0),
        ];
        count += responses.len();
        failed.extend(
            responses.iter().filter(|(_, status)| *status != 200).map(|(name, status)| format!("{name}: {status}")),
        );
    }
    (count, failed)
}

#[test]
fn readers_that_disconnect_do_not_prevent_others_from_being_served() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    for clients in [4, 16] {
        let stop = AtomicBool::new(false);
        let (count, failed) = std::thread::scope(|scope| {
            for seed in 0..clients {
                let (server, stop) = (&server, &stop);
                scope.spawn(move || disconnect_repeatedly(server.address(), seed, stop));
            }
            let results = send_requests(&server, &format!("of-{clients}"));
            stop.store(true, Ordering::Relaxed);
            results
        });
        assert!(
            failed.is_empty(),
            "{} of {count} requests failed while {clients} clients disconnect: {failed:?}",
            failed.len()
        );
        assert!(count > 20, "only {count} requests had a response");
    }
}
