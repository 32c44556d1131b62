//! `goody health --clock` lists the facts that were recorded while the clock was wrong.

use rusqlite::Connection;
use serde_json::Value;

use crate::binary::{Server, goody, placed, text};

#[test]
fn facts_that_were_recorded_while_the_clock_was_wrong_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = Server::start(&database);
    assert_eq!(server.post_event(&placed("suspect")).0, 200);
    server.wait_until_projected();
    drop(server);
    let health = || {
        let output = goody(&["health", "--clock", "--json", "--database", text(&database)]).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["clock"].clone()
    };
    assert_eq!(health()["facts"], Value::Array(Vec::new()), "the clock was not wrong");

    // By the present clock, it was set a day ahead an hour ago, and is set back in an hour.
    let connection = Connection::open(&database).unwrap();
    let hour = 3_600_000_000_i64;
    let now: i64 = connection.query_row("SELECT unixepoch() * 1000000", [], |row| row.get(0)).unwrap();
    let jumps = [(now - 25 * hour, now - hour), (now + hour, now - 23 * hour)];
    let lines = jumps.map(|(from, to)| format!("{from} {to}")).join("\n");
    connection.execute("INSERT INTO meta VALUES ('clock_jumps', ?1)", [lines]).unwrap();
    drop(connection);
    let clock = health();
    assert_eq!(clock["jumps"][0]["seconds"], 86_400.0);
    assert_eq!(clock["facts"].as_array().unwrap().len(), 1);
    assert_eq!(clock["facts"][0]["orderId"], "suspect");
    let output = goody(&["health", "--clock", "--database", text(&database)]).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("order suspect  event 1"), "{report}");
}
