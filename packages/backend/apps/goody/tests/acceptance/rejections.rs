//! What was refused is kept in the database of a real server, whatever happens to the server, and never delays a response.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::binary::{Server, eventually, placed, run};

/// A text that only a body has.
const SECRET: &str = "Kim Example, 1 Some Street";

fn kept(server: &Server) -> Vec<Value> {
    server.get_all("/api/rejections?", "rejections")
}

/// Whether the database or its log contains the text of a body.
fn has_secret(database: &Path) -> bool {
    let files = [database.to_owned(), database.with_extension("db-wal")];
    let contents = files.iter().filter_map(|file| std::fs::read(file).ok());
    contents.into_iter().any(|bytes| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()))
}

#[test]
fn ten_thousand_rejected_lines_outlive_a_killed_server_and_are_forgotten_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = Server::start(&database);
    let lines: String = (0..10_000).map(|number| format!("{{\"name\": \"{SECRET}\", \"line\": {number}}}\n")).collect();
    let results = server.post(lines.as_bytes()).unwrap();
    assert!(results.len() == 10_000 && results.iter().all(|line| line["result"] == "rejected"));
    server.kill();
    drop(server);

    let server = Server::start(&database);
    let found = kept(&server);
    let mut numbers: Vec<u64> = found
        .iter()
        .map(|one| serde_json::from_str::<Value>(one["body"].as_str().unwrap()).unwrap()["line"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..10_000), "{} are kept", found.len());
    server.post_event(&json!({"another": "one"}));
    assert_eq!(server.get("/health")["rejections"]["kept"], 10_000, "the oldest goes");
    assert_eq!(server.metric("goody_rejections_kept"), Some(10_000.0));
    assert!(server.metric("goody_rejection_age_seconds").unwrap() < 60.0);
    assert!(has_secret(&database));

    let printed = run(&["forget-rejections", "--json"], &database).stdout;
    assert_eq!(serde_json::from_slice::<Value>(&printed).unwrap(), json!({"forgotten": 10_000}));
    assert!(kept(&server).is_empty());
    drop(server);
    assert_eq!(run(&["forget-rejections"], &database).stdout, b"0 rejections forgotten\n");
    assert!(!has_secret(&database), "the bodies are overwritten");
    run(&["health", "--deep"], &database);
}

#[test]
fn a_rejection_that_cannot_be_kept_changes_no_response_and_is_not_logged() {
    let folder = tempfile::tempdir().unwrap();
    let (database, log) = (folder.path().join("goody.db"), folder.path().join("log"));
    let server = Server::start_logging(&database, &["--log", "debug"], File::create(&log).unwrap());
    assert_eq!(server.post_event(&placed("first")).0, 200);
    let other = Connection::open(&database).unwrap();
    eventually("this process has the lock", || other.execute_batch("BEGIN IMMEDIATE").is_ok());
    let began = Instant::now();
    for number in 0..20 {
        let (status, answer) = server.post_event(&json!({"name": SECRET, "number": number}));
        assert_eq!((status, &answer["rejected"]), (200, &json!(1)), "{answer}");
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "only the first response waits: 20 took {took:?}");
    eventually("it is reported", || server.metric("goody_rejections_lost_total").is_some_and(|lost| lost > 0.0));
    other.execute_batch("ROLLBACK").unwrap();
    eventually("rejections are kept again", || {
        server.post_event(&json!({"name": SECRET, "number": "later"}));
        kept(&server).iter().any(|one| one["body"].as_str().unwrap().contains("later"))
    });
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("rejected events could not be kept") && !log.contains(SECRET), "{log}");
}
