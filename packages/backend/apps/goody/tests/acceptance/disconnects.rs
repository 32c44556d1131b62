//! Clients that disconnect right after a write: the write is both stored and logged, or neither.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::binary::{Server, eventually};

const CLIENTS: usize = 100;

/// Sends a complete request, and closes the connection at once or a moment later.
fn send_and_disconnect(server: &Server, request: &str, number: usize) {
    let mut stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_micros(250 * (number % 8) as u64));
    let _ = stream.shutdown(Shutdown::Both);
}

fn request(method: &str, path: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn event(number: usize) -> String {
    format!(
        r#"{{"eventId":"1","orderId":"o-{number}","vendorId":"acme","status":"PLACED","occurredAt":"2026-01-01T00:00:00Z"}}"#
    )
}

fn write_and_disconnect(server: &Server) {
    for number in 0..CLIENTS {
        let content_type = if number % 2 == 0 { "application/json" } else { "application/x-ndjson" };
        let post = request("POST", "/api/orders/events", content_type, &format!("{}\n", event(number)));
        send_and_disconnect(server, &post, number);
        let put = request("PUT", &format!("/api/vendors/v-{number}"), "application/json", r#"{"name":"Acme"}"#);
        send_and_disconnect(server, &put, number);
    }
}

/// The lines of the audit trail.
fn trail(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "audit").collect()
}

/// Expects the audit trail and the database to agree: each stored event and each stored vendor has its line. Returns the number of
/// stored events.
fn assert_trail_is_complete(server: &Server, trail: &[Value]) -> usize {
    let mut recorded = BTreeMap::<String, u64>::new();
    for order in server.get_all("/api/orders?", "orders") {
        let id = order["orderId"].as_str().unwrap().to_owned();
        let detail = server.get(&format!("/api/orders/{id}"));
        *recorded.entry(detail["history"][0]["recordedAt"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let mut accepted = BTreeMap::<String, u64>::new();
    for line in trail.iter().filter(|line| line["accepted"].as_u64() > Some(0)) {
        *accepted.entry(line["recorded_at"].as_str().unwrap().to_owned()).or_default() +=
            line["accepted"].as_u64().unwrap();
    }
    assert_eq!(recorded, accepted, "the stored events differ from the audit trail");
    let vendors = server.get_all("/api/vendors?", "vendors");
    let stored = vendors.iter().filter(|vendor| vendor["vendorId"].as_str().unwrap().starts_with("v-")).count();
    let logged = trail.iter().filter(|line| line["vendor_id"].is_string()).count();
    assert_eq!(stored, logged, "the stored vendors differ from the audit trail");
    recorded.values().sum::<u64>() as usize
}

#[test]
fn writes_of_clients_that_disconnect_have_audit_lines_if_they_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let (database, log) = (folder.path().join("a.db"), folder.path().join("log"));
    let server = Server::start_logging(&database, &[], File::create(&log).unwrap());
    write_and_disconnect(&server);
    // This client waits for its response: every earlier write is stored by then, or will never be.
    assert_eq!(server.post_event(&serde_json::from_str(&event(CLIENTS)).unwrap()).0, 200);
    server.wait_until_projected();
    eventually("the last writes end", || {
        let before = (server.get("/api/orders")["summary"]["total"].clone(), trail(&log).len());
        std::thread::sleep(Duration::from_millis(300));
        before == (server.get("/api/orders")["summary"]["total"].clone(), trail(&log).len())
    });
    let trail = trail(&log);
    let stored = assert_trail_is_complete(&server, &trail);
    assert!(stored > CLIENTS / 4, "too few requests arrived for a meaningful test: {stored}");
    assert_eq!(server.metric("goody_events_total{result=\"accepted\"}"), Some(stored as f64));
}

#[test]
fn writes_in_progress_when_the_server_stops_are_stored_with_their_audit_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (database, log) = (folder.path().join("a.db"), folder.path().join("log"));
    let server = Server::start_logging(&database, &[], File::create(&log).unwrap());
    write_and_disconnect(&server);
    let stopped = Command::new("kill").args(["-TERM", &server.pid().to_string()]).status().unwrap();
    assert!(stopped.success());
    server.wait();
    let trail = trail(&log);
    let server = Server::start(&database);
    server.wait_until_projected();
    let stored = assert_trail_is_complete(&server, &trail);
    assert!(stored > CLIENTS / 4, "too few requests arrived for a meaningful test: {stored}");
}
