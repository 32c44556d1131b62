//! What a server promises while its database file has a fault, and once the fault has ended.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Server, demo_events, eventually, placed, rebuild, reports, run, text};

/// A folder with a database of demo orders.
pub(crate) fn demo_database() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    (folder, database)
}

pub(crate) fn is_healthy(server: &Server) -> bool {
    let health = server.get_response("/health").1;
    health["checks"]["orderStore"]["status"] == "healthy"
        && !server.get_response("/api/dashboard").1["systemHealth"]["issues"].to_string().contains("order store")
        && server.metric("goody_check_level{check=\"order_store\"}") == Some(0.0)
}

/// Expects an unhealthy order store, an issue with these words, and failures of this kind.
pub(crate) fn expect_unhealthy(server: &Server, words: &[&str], kind: &str) {
    let health = || server.get_response("/health");
    eventually("the order store is unhealthy", || health().1["checks"]["orderStore"]["status"] == "unhealthy");
    let (status, health) = health();
    assert_eq!(status, 503, "{health}");
    let dashboard = server.get_response("/api/dashboard").1;
    for health in [&health, &dashboard["systemHealth"]] {
        assert_eq!(health["status"], "unhealthy", "{health}");
        let issues = health["issues"].to_string();
        assert!(words.iter().all(|word| issues.contains(word)), "expected {words:?} in {issues}");
    }
    let failures = format!("goody_store_failures_total{{kind=\"{kind}\"}}");
    assert!(server.metric(&failures).is_some_and(|count| count > 0.0), "{failures}");
    assert_eq!(server.metric("goody_check_level{check=\"order_store\"}"), Some(2.0));
}

/// Sends new orders in smaller and smaller batches, until a single one cannot be stored. Returns the accepted orders, and that one.
pub(crate) fn post_until_full(server: &Server) -> (Vec<String>, String) {
    let mut accepted = Vec::new();
    let mut size = 200;
    for number in 0..1_000 {
        let lines: Vec<Value> = (0..size).map(|n| placed(&format!("full-{number}-{n}"))).collect();
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        match server.post(body.as_bytes()) {
            Ok(results) => {
                let stored = lines.iter().zip(&results).filter(|(_, result)| result["result"] == "accepted");
                accepted.extend(stored.map(|(line, _)| line["orderId"].as_str().unwrap().to_owned()));
            }
            Err(error) => {
                assert!(matches!(error, ureq::Error::StatusCode(503)), "expected a prompt 503: {error}");
                if size == 1 {
                    return (accepted, format!("full-{number}-0"));
                }
                size = (size / 10).max(1);
            }
        }
    }
    panic!("the disk was never full")
}

/// Expects that storing continues without a restart, and that no accepted order is lost or counted twice.
pub(crate) fn expect_recovery(server: Server, database: &Path, accepted: &[String], refused: &str) {
    eventually("storing continues", || is_healthy(&server));
    assert_eq!(server.post_event(&placed(refused)).0, 200);
    server.wait_until_projected();
    drop(server);
    let found = stored_events(database);
    let lost: Vec<_> = accepted.iter().filter(|id| !found.contains(&((*id).clone(), "1".to_owned()))).collect();
    assert!(lost.is_empty(), "accepted orders are lost: {lost:?}");
    rebuild(database);
}

/// The order id and the event id of every event in a database.
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

/// The reports of a single import without kills.
pub(crate) fn undisturbed_reports(events: &Path, folder: &Path) -> Vec<u8> {
    let database = folder.join("undisturbed.db");
    run(&["import", text(events)], &database);
    reports(&database)
}
