//! Clients that ask for much and hang up before the answer: others are answered all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::binary::{Dice, Server, demo_events, placed, quiet, run, text};

/// For how long each number of clients hangs up.
const LONG: Duration = Duration::from_secs(4);

/// Asks for the history of the whole marketplace again and again, and resets each connection within some milliseconds.
fn hang_up_again_and_again(address: &str, seed: u64, stop: &AtomicBool) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let host = address.strip_prefix("http://").unwrap();
    let (mut dice, mut times) = (Dice(seed), 0);
    while !stop.load(Ordering::Relaxed) {
        runtime.block_on(async {
            let mut stream = TcpStream::connect(host).await.unwrap();
            let request = format!("GET /api/dashboard/history HTTP/1.1\r\nHost: {host}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1 + dice.roll(12) as u64)).await;
            stream.set_zero_linger().unwrap();
        });
        times += 1;
    }
    times
}

/// Reads, writes and asks for the health; what was not answered well.
fn use_it(server: &Server, name: &str) -> (usize, Vec<String>) {
    let (mut asked, mut bad, began) = (0, Vec::new(), Instant::now());
    while began.elapsed() < LONG {
        let answers = [
            ("/health", server.ask("/health").0),
            ("/api/orders", server.ask("/api/orders?limit=5").0),
            ("/api/dashboard", server.ask("/api/dashboard").0),
            ("an event", server.post_event(&placed(&format!("{name}-{asked}"))).0),
        ];
        asked += answers.len();
        bad.extend(
            answers.iter().filter(|(_, status)| *status != 200).map(|(what, status)| format!("{what}: {status}")),
        );
    }
    (asked, bad)
}

#[test]
fn readers_that_hang_up_take_nothing_from_others() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    for clients in [4, 16] {
        let stop = AtomicBool::new(false);
        let (asked, bad) = std::thread::scope(|scope| {
            for seed in 0..clients {
                let (server, stop) = (&server, &stop);
                scope.spawn(move || hang_up_again_and_again(server.address(), seed, stop));
            }
            let used = use_it(&server, &format!("of-{clients}"));
            stop.store(true, Ordering::Relaxed);
            used
        });
        assert!(bad.is_empty(), "{} of {asked} with {clients} clients that hang up: {bad:?}", bad.len());
        assert!(asked > 20, "only {asked} were answered");
    }
}
