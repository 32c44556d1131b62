//! The running server as its clients see it: tokens in a file, the audit trail, compression, and hostile requests.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{Server, demo_events, goody, placed, quiet, run, text};

/// Longer than the server waits for the headers of a request.
const LONGER_THAN_HEADERS: Duration = Duration::from_secs(22);
/// Longer than the server waits for a client that does not read its response.
const LONGER_THAN_UNREAD: Duration = Duration::from_secs(45);

/// Runs a command that must fail, and returns its error.
fn refusal(arguments: &[&str]) -> String {
    let output = goody(arguments).output().unwrap();
    assert!(!output.status.success(), "goody {arguments:?} succeeded");
    String::from_utf8(output.stderr).unwrap()
}

/// Creates a token, adds its line to a file, and returns the token.
fn new_token(name: &str, scope: &str, file: &Path) -> String {
    let output = goody(&["token", "new", name, "--scope", scope, "--file", text(file)]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn post(server: &Server, token: &str, id: &str) -> u16 {
    let event = format!(
        r#"{{"eventId":"e-{id}","orderId":"{id}","vendorId":"acme","status":"PLACED","occurredAt":"2026-01-01T00:00:00Z"}}"#
    );
    let request = ureq::post(format!("{}/api/orders/events", server.address()));
    let request = request.header("Content-Type", "application/json").header("X-Correlation-ID", format!("desk:{id}"));
    let request = if token.is_empty() { request } else { request.header("Authorization", format!("Bearer {token}")) };
    request.config().http_status_as_error(false).build().send(event).unwrap().status().as_u16()
}

#[test]
fn a_server_that_other_machines_can_reach_does_not_start_without_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let (database, tokens) = (folder.path().join("a.db"), folder.path().join("tokens"));
    let serve = |options: &[&str]| refusal(&[&["serve", "--database", text(&database)], options].concat());
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        assert!(serve(&["--addr", address]).contains("goody token new NAME --scope ingest"), "{address}");
    }
    std::fs::write(&tokens, "# none yet\n").unwrap();
    assert!(serve(&["--addr", "0.0.0.0:0", "--tokens", text(&tokens)]).contains("needs tokens"));
    assert!(serve(&["--addr", "127.0.0.1:0", "--protect-reads"]).contains("--protect-reads needs tokens"));
    assert!(serve(&["--addr", "127.0.0.1:0", "--hosts", "goody.example.com"]).contains("--hosts means that other"));
    std::fs::write(&tokens, "\nshop ingest hush\n").unwrap();
    let error = serve(&["--addr", "127.0.0.1:0", "--tokens", text(&tokens)]);
    assert!(error.contains("token 2: the SHA-256 is not 64 hexadecimal digits") && !error.contains("hush"), "{error}");
    assert!(serve(&["--tokens", "no-such-file"]).contains("no-such-file cannot be read"));
    assert!(!database.exists(), "a refused server must not create a database");
}

#[test]
fn tokens_are_shown_once_stored_as_hashes_and_added_and_revoked_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("a.db"), folder.path().join("tokens"));
    let old = new_token("shop", "ingest", &file);
    assert!(old.starts_with("goody_") && old.len() > 40, "{old}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains(&old), "the file contains the token");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap()) & 0o077,
        0,
        "other users may read the file"
    );
    let server = Server::start_with(&database, &["--tokens", text(&file)]);
    assert_eq!(["", "unknown", &old].map(|token| post(&server, token, "o-1")), [401, 401, 200]);

    let new = new_token("shop", "ingest", &file);
    assert_ne!(old, new);
    assert_eq!([&old, &new].map(|token| post(&server, token, "o-2")), [200, 200]);
    let lines = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, lines.lines().last().unwrap()).unwrap();
    assert_eq!([&old, &new].map(|token| post(&server, token, "o-3")), [401, 200]);

    std::fs::write(&file, "a typing error").unwrap();
    assert_eq!([&old, &new].map(|token| post(&server, token, "o-4")), [401, 200], "a typing error locks a client out");
}

#[test]
#[cfg(target_os = "linux")]
fn a_token_that_is_revoked_during_a_flood_of_connections_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("a.db"), folder.path().join("tokens"));
    let (old, new) = (new_token("old", "ingest", &file), new_token("new", "ingest", &file));
    // A small limit of open files, which cannot be raised.
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 256; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_goody")]).env("GOODY_LOG", "off");
    let server = Server::start_by(limited, &database, &["--tokens", text(&file)]);
    // Two connections are open before the flood.
    let (first, second) = (connect(&server), connect(&server));
    let flood: Vec<TcpStream> = (0..250).map(|_| connect(&server)).collect();
    let lines = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, lines.lines().last().unwrap()).unwrap();
    let event = placed("o-1").to_string();
    let post = |mut stream: TcpStream, token: &str| {
        let length = event.len();
        let request = format!(
            "POST /api/orders/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{event}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        let _ = stream.read_to_string(&mut response);
        response.split(' ').nth(1).unwrap_or("none").to_owned()
    };
    assert_eq!([post(first, &old), post(second, &new)], ["401", "200"]);
    drop(flood);
}

#[test]
fn health_reports_that_the_tokens_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("a.db"), folder.path().join("tokens"));
    new_token("shop", "ingest", &file);
    let server = Server::start_by(quiet(), &database, &["--tokens", text(&file)]);
    let lines = std::fs::read_to_string(&file).unwrap();
    let issues = || server.get_response("/health").1["issues"].to_string();
    assert!(!issues().contains("tokens:"));
    std::fs::remove_file(&file).unwrap();
    assert!(issues().contains("tokens: the file cannot be read"), "{}", issues());
    std::fs::write(&file, lines).unwrap();
    assert!(!issues().contains("tokens:"));
}

#[test]
fn the_audit_trail_leads_from_an_event_to_its_sender() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file, log) = (folder.path().join("a.db"), folder.path().join("tokens"), folder.path().join("log"));
    let token = new_token("shop", "ingest", &file);
    let server = Server::start_logging(&database, &["--tokens", text(&file)], File::create(&log).unwrap());
    post(&server, &token, "o-1");
    post(&server, &token, "o-1");
    post(&server, "", "o-2");
    let order = server.get("/api/orders/o-1");
    let recorded_at = order["history"][0]["recordedAt"].as_str().unwrap().to_owned();
    drop(server);
    let lines = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let trail: Vec<&Value> = lines.iter().filter(|line| line["target"] == "audit").collect();
    assert_eq!(trail.len(), 2, "a refused request must have no audit line: {trail:?}");
    for (line, (accepted, duplicate)) in trail.iter().zip([(1, 0), (0, 1)]) {
        assert_eq!((&line["token"], &line["correlation_id"]), (&"shop".into(), &"desk:o-1".into()), "{line}");
        assert_eq!(
            (&line["accepted"], &line["duplicate"], &line["rejected"]),
            (&accepted.into(), &duplicate.into(), &0.into())
        );
    }
    assert_eq!(trail[0]["recorded_at"], recorded_at);
    assert!(!std::fs::read_to_string(&log).unwrap().contains(&token), "the log contains the token");
}

/// Sends a request without changes, and reads the response until the server closes the connection.
fn send_raw(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    // The server may close the connection before it has read the whole request.
    let _ = stream.write_all(request.as_bytes());
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    String::from_utf8_lossy(&response).into_owned()
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(LONGER_THAN_UNREAD)).unwrap();
    stream
}

/// Starts a server with a page. A secret file is next to the folder of the page.
fn start_with_page(folder: &Path) -> Server {
    let web = folder.join("web");
    std::fs::create_dir(&web).unwrap();
    std::fs::write(web.join("index.html"), "<!doctype html><title>the page</title>").unwrap();
    std::fs::write(web.join("content-security-policy.txt"), "default-src 'self'").unwrap();
    std::fs::write(folder.join("secret.txt"), "hush").unwrap();
    Server::start_with(&folder.join("a.db"), &["--web", text(&web)])
}

#[test]
fn no_path_leads_out_of_the_folder_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with_page(folder.path());
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "//secret.txt",
        "/./../secret.txt",
        "/..;/secret.txt",
        "/assets/..%00/secret.txt",
        "/../a.db",
        "/%c0%ae%c0%ae/secret.txt",
        "/content-security-policy.txt/../../secret.txt",
    ] {
        let response =
            send_raw(&server, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        assert!(response.starts_with("HTTP/1.1 "), "{path}: {response}");
        assert!(!response.contains("hush") && !response.contains("SQLite format"), "{path} leads out of the folder");
    }
}

#[test]
fn a_browser_gets_brotli_and_an_older_client_gzip() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with_page(folder.path());
    for (accepted, encoding) in [("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip")] {
        let url = format!("{}/api/dashboard", server.address());
        let response = ureq::get(url).header("accept-encoding", accepted).call().unwrap();
        assert_eq!(response.headers()["content-encoding"], encoding, "{accepted}");
    }
}

/// Headers of a kibibyte each.
fn long_headers(number: usize) -> String {
    (10..10 + number).map(|number| format!("X-{number}: {}\r\n", "x".repeat(1_024 - 8))).collect()
}

#[test]
fn hostile_requests_are_refused_and_the_server_continues() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with_page(folder.path());
    let long = "x".repeat(100_000);
    let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    let get = |headers: &str| format!("GET /api/dashboard HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
    let host = "Host: localhost\r\n";
    for (name, request, status) in [
        ("a header too long", get(&format!("{host}X-Long: {long}\r\n")), "431"),
        ("too many headers", get(&format!("{host}{many}")), "431"),
        ("an address too long", format!("GET /api/vendors?q={long} HTTP/1.1\r\n{host}\r\n"), "431"),
        ("no host", get(""), "403"),
        ("another host", get("Host: evil.example\r\n"), "403"),
        ("two hosts", get(&format!("{host}Host: evil.example\r\n")), "403"),
        ("another origin", get(&format!("{host}Origin: http://evil.example\r\n")), "403"),
        (
            "another host in the address",
            format!("GET http://evil.example/health HTTP/1.1\r\n{host}Connection: close\r\n\r\n"),
            "403",
        ),
        (
            "a page by another host",
            "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_owned(),
            "403",
        ),
        ("no protocol", "hello\r\n\r\n".to_owned(), "400"),
        (
            "two lengths",
            format!("POST /api/orders/events HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            "400",
        ),
        (
            "a NUL in a file's name",
            "HEAD /assets/a%00b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".into(),
            "400",
        ),
        (
            "a NUL in an id",
            "HEAD /api/orders/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".into(),
            "400",
        ),
        (
            "a length and an encoding",
            format!(
                "POST /api/orders/events HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 4\r\n\
                 Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
            ),
            "400",
        ),
        ("headers that are too long together", get(&format!("{host}{}", long_headers(33))), "431"),
        ("headers that are just not too long", get(&format!("{host}{}", long_headers(31))), "200"),
        ("a header within a header", get(&format!("{host}X-Correlation-ID: a\rSet-Cookie: b\r\n")), "400"),
    ] {
        let response = send_raw(&server, &request);
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status}")),
            "{name}: {}",
            response.lines().next().unwrap_or("no response")
        );
        assert!(!response.to_lowercase().contains("set-cookie"), "{name}");
    }
    assert_eq!(server.get("/health")["checks"]["orderStore"]["status"], "healthy");
}

#[test]
fn clients_that_never_finish_their_headers_delay_no_other_client_and_are_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_with_page(folder.path());
    let mut slow: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").unwrap();
    }
    let began = Instant::now();
    while began.elapsed() < LONGER_THAN_HEADERS {
        // Another byte each second must not extend the time limit.
        slow.iter_mut().for_each(|stream| drop(stream.write_all(b"x")));
        server.get("/api/dashboard");
        std::thread::sleep(Duration::from_secs(1));
    }
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut response = Vec::new();
        let result = stream.read_to_end(&mut response);
        let is_open = result.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!is_open, "a connection is still open");
    }
}

#[test]
fn a_client_that_does_not_read_its_response_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start(&database);
    let request = b"GET /api/orders/export?format=ndjson HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut stream = connect(&server);
    // Many exports, one after the other on one connection: more than the system buffers for a client that does not read.
    stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let began = Instant::now();
    let mut ended = None;
    while began.elapsed() < LONGER_THAN_UNREAD && ended.is_none() {
        match stream.write_all(request) {
            Err(error) if !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                ended = Some(error)
            }
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
        server.get("/api/dashboard");
    }
    assert!(ended.is_some(), "the connection is still open");
}
