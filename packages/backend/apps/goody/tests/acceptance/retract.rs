//! `goody retract`: a wrong file is taken back, and a corrected one imported.

use std::path::Path;

use serde_json::{Value, json};

use crate::binary::{Server, goody, rebuild, reports, run, text};

/// The lines of a file in which 300 orders arrive with this number of minutes between placement and arrival.
fn file(minutes: u32, status: &str) -> String {
    let order = |number: u32| {
        let event = |id: &str, status: &str, minute: u32| {
            let occurred_at = format!("2026-03-{:02}T10:{minute:02}:00Z", 1 + number % 5);
            json!({"eventId": id, "orderId": format!("o-{number:03}"), "vendorId": "acme", "status": status, "occurredAt": occurred_at})
        };
        format!("{}\n{}\n", event("1", "PLACED", 0), event("2", status, minutes))
    };
    (0..300).map(order).collect()
}

fn import(folder: &Path, name: &str, lines: &str, database: &Path, batch_id: Option<&str>) -> Value {
    let path = folder.join(name);
    std::fs::write(&path, lines).unwrap();
    let mut arguments = vec!["import", text(&path), "--json"];
    arguments.extend(batch_id.into_iter().flat_map(|id| ["--batch-id", id]));
    serde_json::from_slice(&run(&arguments, database).stdout).unwrap()
}

#[test]
fn a_wrong_file_is_taken_back_and_a_corrected_one_gives_the_reports_of_that_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (database, expected) = (path("goody.db"), path("expected.db"));
    let (wrong, corrected) = (file(5, "LOST"), file(5, "ARRIVED"));
    let imported = import(folder.path(), "wrong.ndjson", &wrong, &database, None);
    let batch_id = imported["batchId"].as_str().unwrap();
    assert_eq!(batch_id.len(), 22, "{batch_id}");
    let conflicts = import(folder.path(), "corrected.ndjson", &corrected, &database, None);
    assert_eq!((&conflicts["duplicate"], &conflicts["rejected"]), (&json!(300), &json!(300)));

    let retracted: Value = serde_json::from_slice(&run(&["retract", batch_id, "--json"], &database).stdout).unwrap();
    assert_eq!(retracted, json!({"batchId": batch_id, "orders": 300, "events": 600, "expiredOrders": 0}));
    let again = run(&["retract", batch_id], &database);
    let printed = format!("0 events of 0 orders taken back of batch {batch_id}\n");
    assert_eq!(String::from_utf8(again.stdout).unwrap(), printed);
    rebuild(&database);

    let mended = import(folder.path(), "corrected.ndjson", &corrected, &database, Some("corrected"));
    assert_eq!((&mended["batchId"], &mended["accepted"]), (&json!("corrected"), &json!(600)));
    import(folder.path(), "corrected.ndjson", &corrected, &expected, None);
    assert!(reports(&database) == reports(&expected), "the reports differ");
    rebuild(&database);
    let export = |database: &Path| run(&["export", "orders"], database).stdout;
    assert_eq!(export(&database).len(), export(&expected).len());
    let server = Server::start(&database);
    let history = server.get("/api/orders/o-001")["history"].clone();
    let kinds: Vec<&Value> = history.as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["event", "event", "event", "event", "retraction"]);
}

#[test]
fn a_batch_that_is_no_id_is_refused() {
    let output = goody(&["retract", "no id"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("may only contain A-Z a-z 0-9 . _ : -"));
}
