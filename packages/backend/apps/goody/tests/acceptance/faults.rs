//! kill -9 in the middle of everything.
//!
//! `GOODY_KILLS` says how many servers are killed; `make kills` kills a thousand.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{Dice, Server, demo_events, goody, quiet, real_data, rebuild, reports, run, text};

/// Kills of imports, and of servers that are posted to: together what the program promises to survive.
const IMPORTS: usize = 80;
const SERVERS: usize = 24;
/// How often one database is hit before it is looked at.
const HITS: usize = 8;
/// How many events are posted together: few, so that there is always something on its way.
const POSTED: usize = 5;
/// How often the demo orders are told to a server that is killed, each time under other ids.
const TIMES: usize = 12;

#[test]
fn an_import_killed_at_random_moments_ends_with_the_same_reports() {
    let events = real_data("olist-events.ndjson").unwrap_or_else(demo_events);
    let folder = tempfile::tempdir().unwrap();
    let expected = expected(&events, folder.path());
    let mut dice = Dice(11);
    for round in 0..IMPORTS / HITS {
        let database = folder.path().join(format!("import-{round}.db"));
        for _ in 0..HITS {
            let arguments = ["import", text(&events), "--batch", "500", "--database", text(&database)];
            let mut import = goody(&arguments).output_to_nowhere().spawn().unwrap();
            std::thread::sleep(Duration::from_millis(10 + dice.roll(400) as u64));
            import.kill().unwrap();
            import.wait().unwrap();
        }
        run(&["import", text(&events)], &database);
        assert!(reports(&database) == expected, "round {round}: other reports than without a kill");
        rebuild(&database);
        std::fs::remove_file(&database).unwrap();
    }
}

#[test]
fn a_server_killed_while_it_stores_and_projects_loses_nothing_it_answered() {
    let kills = kills();
    let folder = tempfile::tempdir().unwrap();
    let events = many_events(folder.path());
    let expected = expected(&events, folder.path());
    let lines = std::fs::read_to_string(&events).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let mut dice = Dice(13);
    let (mut killed, mut answered, began) = (0, 0, Instant::now());
    while killed < kills {
        let database = folder.path().join(format!("serve-{killed}.db"));
        let mut stored = 0;
        // Looking takes longer than killing, so that of many kills more hit one database.
        let hits = (kills / 50).max(HITS).min(kills - killed);
        for _ in 0..hits {
            let server = Server::start_by(quiet(), &database, &[]);
            stored += post_until_killed(&server, &lines[stored..], Duration::from_millis(20 + dice.roll(300) as u64));
        }
        killed += hits;
        answered += stored;
        let found = stored_events(&database);
        let lost: Vec<_> = lines[..stored].iter().map(|line| id(line)).filter(|id| !found.contains(id)).collect();
        assert!(lost.is_empty(), "after {killed} kills, answered and lost: {lost:?}");
        let server = Server::start_by(quiet(), &database, &[]);
        for part in lines[stored..].chunks(2_000) {
            server.post((part.join("\n") + "\n").as_bytes()).unwrap();
        }
        server.wait_until_projected();
        drop(server);
        assert!(reports(&database) == expected, "after {killed} kills: other reports than without one");
        rebuild(&database);
        std::fs::remove_file(&database).unwrap();
        let seconds = began.elapsed().as_secs();
        eprintln!("{killed} of {kills} kills, {answered} events answered, none lost or counted twice, {seconds} s");
    }
}

#[expect(clippy::disallowed_methods, reason = "how much is tried is asked of whoever runs the tests")]
fn kills() -> usize {
    std::env::var("GOODY_KILLS").map_or(SERVERS, |kills| kills.parse().unwrap())
}

/// Posts lines that were not answered yet, and kills the server after a while. Says how many were answered.
fn post_until_killed(server: &Server, lines: &[&str], after: Duration) -> usize {
    std::thread::scope(|scope| {
        let posting = scope.spawn(|| {
            let mut answered = 0;
            for part in lines.chunks(POSTED) {
                match server.post((part.join("\n") + "\n").as_bytes()) {
                    Ok(answers) if answers.len() == part.len() => answered += part.len(),
                    _ => break,
                }
            }
            answered
        });
        std::thread::sleep(after);
        server.kill();
        posting.join().unwrap()
    })
}

/// The demo events, told again and again as those of other orders.
fn many_events(folder: &Path) -> PathBuf {
    let events = std::fs::read_to_string(demo_events()).unwrap();
    let again = |time: usize| events.replace("\"orderId\":\"", &format!("\"orderId\":\"again-{time}-"));
    let file = folder.join("many.ndjson");
    std::fs::write(&file, (0..TIMES).map(again).collect::<String>()).unwrap();
    file
}

/// The order and the id of an event.
fn id(line: &str) -> (String, String) {
    let event: Value = serde_json::from_str(line).unwrap();
    let field = |name: &str| event[name].as_str().unwrap().to_owned();
    (field("orderId"), field("eventId"))
}

/// The order and the id of every event of a database.
pub(crate) fn stored_events(database: &Path) -> HashSet<(String, String)> {
    let exported = String::from_utf8(run(&["export", "orders"], database).stdout).unwrap();
    let orders = exported.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let events = orders.flat_map(|order| {
        let id = order["orderId"].as_str().unwrap().to_owned();
        let events = order["events"].as_array().unwrap().clone();
        events.into_iter().map(move |event| (id.clone(), event["eventId"].as_str().unwrap().to_owned()))
    });
    events.collect()
}

#[test]
fn two_imports_and_a_server_at_once_count_everything_once() {
    let events = real_data("olist-events.ndjson").unwrap_or_else(demo_events);
    let folder = tempfile::tempdir().unwrap();
    let expected = expected(&events, folder.path());
    let database = folder.path().join("shared.db");
    let server = Server::start(&database);
    let arguments = ["import", text(&events), "--batch", "300", "--database", text(&database)];
    let imports: Vec<_> = (0..2).map(|_| goody(&arguments).output_to_nowhere().spawn().unwrap()).collect();
    for mut import in imports {
        assert!(import.wait().unwrap().success());
    }
    server.wait_until_projected();
    assert!(reports(&database) == expected, "other reports than of one import alone");
    drop(server);
    rebuild(&database);
}

/// The reports of one undisturbed import.
fn expected(events: &Path, folder: &Path) -> Vec<u8> {
    let database = folder.join("undisturbed.db");
    run(&["import", text(events)], &database);
    reports(&database)
}

trait Quiet {
    fn output_to_nowhere(&mut self) -> &mut Self;
}

impl Quiet for std::process::Command {
    fn output_to_nowhere(&mut self) -> &mut Self {
        self.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null())
    }
}
