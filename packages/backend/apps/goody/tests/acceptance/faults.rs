//! Servers and imports that are killed with SIGKILL at random moments.
//!
//! `GOODY_KILLS` is the number of servers to kill; `make kills` kills a thousand.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{Rng, Server, demo_events, goody, quiet, rebuild, reports, run, text};
use crate::recovery::{stored_events, undisturbed_reports};

/// How many imports are killed.
const IMPORTS: usize = 80;
/// How many servers are killed while they receive events, without `GOODY_KILLS`.
const SERVERS: usize = 24;
/// How many kills hit one database before it is checked.
const HITS: usize = 8;
/// How many events one request has: few, so that a request is always in progress.
const POSTED: usize = 5;
/// How many copies of the demo orders are sent to a server that is killed, each with other ids.
const COPIES: usize = 12;

#[test]
fn an_import_killed_at_random_moments_ends_with_the_same_reports() {
    let folder = tempfile::tempdir().unwrap();
    let events = many_events(folder.path());
    let expected = undisturbed_reports(&events, folder.path());
    let mut rng = Rng(11);
    for round in 0..IMPORTS / HITS {
        let database = folder.path().join(format!("import-{round}.db"));
        for _ in 0..HITS {
            let arguments = ["import", text(&events), "--batch", "500", "--database", text(&database)];
            let mut import = goody(&arguments).discard_output().spawn().unwrap();
            std::thread::sleep(Duration::from_millis(10 + rng.below(400) as u64));
            import.kill().unwrap();
            import.wait().unwrap();
        }
        run(&["import", text(&events)], &database);
        assert!(
            reports(&database) == expected,
            "round {round}: the reports differ from those of an import without kills"
        );
        rebuild(&database);
        std::fs::remove_file(&database).unwrap();
    }
}

#[test]
fn a_server_killed_while_it_stores_and_projects_loses_no_acknowledged_event() {
    let kills = kills();
    let folder = tempfile::tempdir().unwrap();
    let events = many_events(folder.path());
    let expected = undisturbed_reports(&events, folder.path());
    let lines = std::fs::read_to_string(&events).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let mut rng = Rng(13);
    let (mut killed, mut acknowledged, began) = (0, 0, Instant::now());
    while killed < kills {
        let database = folder.path().join(format!("serve-{killed}.db"));
        let mut stored = 0;
        // A check takes longer than a kill, so with many kills, more of them hit one database.
        let hits = (kills / 50).max(HITS).min(kills - killed);
        for _ in 0..hits {
            let server = Server::start_by(quiet(), &database, &[]);
            stored += post_until_killed(&server, &lines[stored..], Duration::from_millis(20 + rng.below(300) as u64));
        }
        killed += hits;
        acknowledged += stored;
        let found = stored_events(&database);
        let lost: Vec<_> = lines[..stored].iter().map(|line| id(line)).filter(|id| !found.contains(id)).collect();
        assert!(lost.is_empty(), "after {killed} kills, acknowledged events are lost: {lost:?}");
        let server = Server::start_by(quiet(), &database, &[]);
        for part in lines[stored..].chunks(2_000) {
            server.post((part.join("\n") + "\n").as_bytes()).unwrap();
        }
        server.wait_until_projected();
        drop(server);
        assert!(reports(&database) == expected, "after {killed} kills, the reports differ from those without kills");
        rebuild(&database);
        std::fs::remove_file(&database).unwrap();
        let seconds = began.elapsed().as_secs();
        eprintln!(
            "{killed} of {kills} kills, {acknowledged} events acknowledged, none lost or counted twice, {seconds} s"
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "the caller of the tests chooses how many servers are killed")]
fn kills() -> usize {
    std::env::var("GOODY_KILLS").map_or(SERVERS, |kills| kills.parse().unwrap())
}

/// Posts lines, and kills the server after a while. Returns the number of acknowledged lines.
fn post_until_killed(server: &Server, lines: &[&str], after: Duration) -> usize {
    std::thread::scope(|scope| {
        let posting = scope.spawn(|| {
            let mut acknowledged = 0;
            for part in lines.chunks(POSTED) {
                match server.post((part.join("\n") + "\n").as_bytes()) {
                    Ok(answers) if answers.len() == part.len() => acknowledged += part.len(),
                    _ => break,
                }
            }
            acknowledged
        });
        std::thread::sleep(after);
        server.kill();
        posting.join().unwrap()
    })
}

/// A file with several copies of the demo events, each for other orders.
fn many_events(folder: &Path) -> PathBuf {
    let events = std::fs::read_to_string(demo_events()).unwrap();
    let copy = |number: usize| events.replace("\"orderId\":\"", &format!("\"orderId\":\"again-{number}-"));
    let file = folder.join("many.ndjson");
    std::fs::write(&file, (0..COPIES).map(copy).collect::<String>()).unwrap();
    file
}

/// The order id and the event id of a line.
fn id(line: &str) -> (String, String) {
    let event: Value = serde_json::from_str(line).unwrap();
    let field = |name: &str| event[name].as_str().unwrap().to_owned();
    (field("orderId"), field("eventId"))
}

#[test]
fn two_simultaneous_imports_and_a_server_count_every_event_once() {
    let folder = tempfile::tempdir().unwrap();
    let events = many_events(folder.path());
    let expected = undisturbed_reports(&events, folder.path());
    let database = folder.path().join("shared.db");
    let server = Server::start(&database);
    let arguments = ["import", text(&events), "--batch", "300", "--database", text(&database)];
    let imports: Vec<_> = (0..2).map(|_| goody(&arguments).discard_output().spawn().unwrap()).collect();
    for mut import in imports {
        assert!(import.wait().unwrap().success());
    }
    server.wait_until_projected();
    assert!(reports(&database) == expected, "the reports differ from those of a single import");
    drop(server);
    rebuild(&database);
}

trait DiscardOutput {
    fn discard_output(&mut self) -> &mut Self;
}

impl DiscardOutput for std::process::Command {
    fn discard_output(&mut self) -> &mut Self {
        self.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null())
    }
}
