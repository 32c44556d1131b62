//! kill -9 in the middle of everything.

use std::path::Path;
use std::time::Duration;

use crate::binary::{Dice, Server, demo_events, goody, real_data, rebuild, reports, run, text};

/// Kills of imports, and of servers that are posted to: together what the program promises to survive.
const IMPORTS: usize = 80;
const SERVERS: usize = 24;
/// How often one database is hit before it is looked at.
const HITS: usize = 8;

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
    let events = real_data("olist-events.ndjson").unwrap_or_else(demo_events);
    let folder = tempfile::tempdir().unwrap();
    let expected = expected(&events, folder.path());
    let lines = std::fs::read_to_string(&events).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let mut dice = Dice(13);
    for round in 0..SERVERS / HITS {
        let database = folder.path().join(format!("serve-{round}.db"));
        let mut stored = 0;
        for _ in 0..HITS {
            let server = Server::start(&database);
            let killer_waits = Duration::from_millis(20 + dice.roll(300) as u64);
            let rest = &lines[stored..];
            stored += std::thread::scope(|scope| {
                let posting = scope.spawn(|| {
                    // What was answered is not sent again.
                    let mut answered = 0;
                    for part in rest.chunks(200) {
                        match server.post((part.join("\n") + "\n").as_bytes()) {
                            Ok(answers) if answers.len() == part.len() => answered += part.len(),
                            _ => break,
                        }
                    }
                    answered
                });
                std::thread::sleep(killer_waits);
                server.kill();
                posting.join().unwrap()
            });
        }
        let server = Server::start(&database);
        for part in lines[stored..].chunks(2_000) {
            server.post((part.join("\n") + "\n").as_bytes()).unwrap();
        }
        server.wait_until_projected();
        drop(server);
        assert!(reports(&database) == expected, "round {round}: other reports than without a kill");
        rebuild(&database);
        std::fs::remove_file(&database).unwrap();
    }
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
