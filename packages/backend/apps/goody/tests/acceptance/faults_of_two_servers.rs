//! Two servers on one database: both serve requests and receive events, and one of them keeps the reports.

use std::time::Duration;

use crate::binary::{Server, demo_events, eventually, placed, quiet, rebuild, reports, run, text};

fn follows(server: &Server) -> bool {
    let health = server.get_response("/health").1;
    health["checks"]["scheduler"]["detail"]
        .as_str()
        .unwrap()
        .contains("another server on this database updates the reports")
}

#[test]
fn two_servers_on_one_database_count_every_event_once_and_one_takes_over_from_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let events = std::fs::read_to_string(demo_events()).unwrap();
    let lines: Vec<&str> = events.lines().collect();
    let database = folder.path().join("shared.db");
    let first = Server::start_by(quiet(), &database, &[]);
    eventually("the first keeps the reports", || {
        first.get_response("/health").1["checks"]["scheduler"]["status"] == "healthy"
    });
    let second = Server::start_by(quiet(), &database, &[]);
    eventually("the second follows", || follows(&second));
    assert!(!follows(&first));

    // Both servers receive all events of the first half.
    let (first_half, second_half) = lines.split_at(lines.len() / 2);
    std::thread::scope(|scope| {
        for server in [&first, &second] {
            scope.spawn(move || {
                for part in first_half.chunks(25) {
                    assert_eq!(server.post((part.join("\n") + "\n").as_bytes()).unwrap().len(), part.len());
                }
            });
        }
    });
    second.wait_until_projected();
    let dashboard = "/api/dashboard?date=2026-03-01";
    eventually("both have the same dashboard", || first.get(dashboard)["current"] == second.get(dashboard)["current"]);

    first.kill();
    let killed = std::time::Instant::now();
    eventually("the second takes over", || !follows(&second));
    assert!(killed.elapsed() < Duration::from_secs(5), "it took {:?}", killed.elapsed());
    for part in second_half.chunks(100) {
        second.post((part.join("\n") + "\n").as_bytes()).unwrap();
    }
    second.wait_until_projected();
    drop((first, second));
    let imported = folder.path().join("imported.db");
    run(&["import", text(&demo_events())], &imported);
    assert!(reports(&database) == reports(&imported), "the reports differ from those of a single import");
    rebuild(&database);
}

#[test]
fn a_restore_while_a_server_runs_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (database, backup) = (folder.path().join("goody.db"), folder.path().join("backup.db"));
    let server = Server::start_by(quiet(), &database, &[]);
    assert_eq!(server.post_event(&placed("o-1")).0, 200);
    run(&["backup", text(&backup)], &database);
    let refused = crate::binary::goody(&["restore", text(&backup), "--database", text(&database)]).output().unwrap();
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains("stop every server"), "{error}");
    assert_eq!(server.get_response("/api/orders/o-1").0, 200);
    drop(server);
    run(&["restore", text(&backup)], &database);
}
