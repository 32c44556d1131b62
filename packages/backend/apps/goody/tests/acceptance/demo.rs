//! `POST /api/demo` of a running server: the reports follow at once, and a client that disconnects loses nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;

use serde_json::Value;

use crate::binary::{Server, rebuild, run};

const READERS: usize = 8;

/// The status and the lines of a response.
fn post_demo(server: &Server) -> (u16, Vec<Value>) {
    let request = ureq::post(format!("{}/api/demo", server.address())).config().http_status_as_error(false).build();
    let mut response = request.send_empty().unwrap();
    let body = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), body.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn every_reader_gets_the_reports_of_the_demo_orders_when_the_last_line_has_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("a.db"));
    // The reports in memory are refreshed once more after a read, and then only for the next one.
    assert_eq!(server.get("/api/vendors")["vendors"], Value::Array(Vec::new()));
    let (status, lines) = post_demo(&server);
    assert_eq!(status, 200);
    assert_eq!(lines.last().unwrap()["isComplete"], true, "{lines:?}");
    let start = Barrier::new(READERS);
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                start.wait();
                let vendors = server.get("/api/vendors")["vendors"].clone();
                assert_eq!(vendors.as_array().unwrap().len(), 10, "{vendors}");
            });
        }
    });
    assert_eq!(post_demo(&server).0, 409);
}

#[test]
fn the_demo_orders_are_stored_when_the_client_disconnects() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let server = Server::start(&database);
    let mut stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    stream.write_all(b"POST /api/demo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut start = [0; 15];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    drop(stream);
    // Stopping waits for the write in progress.
    assert_eq!(server.terminate(), Some(0));
    let summary: Value = serde_json::from_slice(&run(&["backfill", "--json"], &database).stdout).unwrap();
    // Some events of the demo may have occurred since.
    assert!(summary["known"].as_u64() > Some(5_000) && summary["new"].as_u64() < Some(200), "{summary}");
    rebuild(&database);
}
