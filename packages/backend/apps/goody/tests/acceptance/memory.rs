//! Hostile bodies take little memory, and slow ones do not prevent others from being served.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::binary::{Server, placed, quiet};

const MIB: usize = 1024 * 1024;

fn start(folder: &Path) -> Server {
    Server::start_by(quiet(), &folder.join("a.db"), &[])
}

/// A field of `/proc/PID/status`, in MiB: `VmRSS` is the present memory of the process, `VmHWM` its maximum so far.
fn mebibytes(server: &Server, field: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

/// The maximum memory of the process, in MiB, once it no longer grows.
fn peak(server: &Server) -> usize {
    let mut peak = mebibytes(server, "VmHWM");
    loop {
        thread::sleep(Duration::from_millis(500));
        let now = mebibytes(server, "VmHWM");
        if std::mem::replace(&mut peak, now) == now {
            return peak;
        }
    }
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

fn head(method: &str, path: &str, content_type: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    )
}

/// Posts a JSON body, reads the whole response, and returns its status.
fn post_json(server: &Server, body: &[u8]) -> u16 {
    let mut stream = connect(server);
    stream.write_all(head("POST", "/api/orders/events", "application/json", body.len()).as_bytes()).unwrap();
    // A server that refuses the body does not read the rest.
    let _ = stream.write_all(body);
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
    std::str::from_utf8(&status[9..]).unwrap().parse().unwrap()
}

/// A JSON array of ones.
fn ones(length: usize) -> Vec<u8> {
    let mut body = b"[1".to_vec();
    body.extend(b",1".repeat((length - 3) / 2));
    body.push(b']');
    body
}

#[test]
#[cfg(target_os = "linux")]
fn an_array_of_millions_of_small_elements_takes_no_gigabytes() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let before = mebibytes(&server, "VmHWM");
    assert_eq!(post_json(&server, &ones(16 * MIB)), 413);
    let one = peak(&server) - before;
    assert!(one < 64, "one body of 16 MiB takes {one} MiB");
    let (server, body) = (&server, &ones(16 * MIB));
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| assert!(matches!(post_json(server, body), 413 | 503)));
        }
    });
    let twelve = peak(server) - before;
    assert!(twelve < 256, "twelve bodies of 16 MiB take {twelve} MiB");
    assert_eq!(server.post_event(&placed("o-1")).0, 200);
}

#[test]
#[cfg(target_os = "linux")]
fn unread_responses_take_little_memory_and_do_not_prevent_other_writes() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let before = mebibytes(&server, "VmRSS");
    let lines = b"1\n".repeat(8 * MIB);
    let unread: Vec<TcpStream> = (0..64).map(|_| connect(&server)).collect();
    thread::scope(|scope| {
        for mut stream in &unread {
            let lines = &lines;
            scope.spawn(move || {
                let head = head("POST", "/api/orders/events", "application/x-ndjson", lines.len());
                stream.write_all(head.as_bytes()).unwrap();
                stream.set_write_timeout(Some(Duration::from_secs(3))).unwrap();
                // Ends when the server stops reading, as it should.
                let _ = stream.write_all(lines);
            });
        }
    });
    let grown = mebibytes(&server, "VmRSS") - before;
    assert!(grown < 192, "64 clients that do not read take {grown} MiB");
    let began = Instant::now();
    assert_eq!(server.post_event(&placed("o-1")).0, 200);
    assert_eq!(server.post(format!("{}\n", placed("o-2")).as_bytes()).unwrap()[0]["result"], "accepted");
    assert!(began.elapsed() < Duration::from_secs(5), "others wait for {:?}", began.elapsed());
}

#[test]
#[cfg(target_os = "linux")]
fn large_vendor_bodies_that_never_end_take_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let before = mebibytes(&server, "VmHWM");
    let waiting: Vec<TcpStream> = (0..250).map(|_| connect(&server)).collect();
    for mut stream in &waiting {
        let _ = stream.write_all(head("PUT", "/api/vendors/acme", "application/json", 2 * MIB).as_bytes());
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        let _ = stream.write_all(&vec![b' '; 2 * MIB - 1]);
    }
    let grown = peak(&server) - before;
    assert!(grown < 192, "250 vendors of 2 MiB take {grown} MiB");
    assert_eq!(server.post_event(&placed("o-1")).0, 200);
}

#[test]
fn slow_writers_do_not_prevent_others_from_being_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    // More clients than the server has slots for requests.
    let slow: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    for (number, mut stream) in slow.iter().enumerate() {
        let head = match number % 3 {
            0 => head("PUT", "/api/vendors/acme", "application/json", 1_000),
            1 => head("POST", "/api/orders/events", "application/json", 1_000),
            _ => head("POST", "/api/orders/events", "application/x-ndjson", 1_000),
        };
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(if number % 3 == 1 { b"[1," } else { b"1\n  " }).unwrap();
    }
    for number in 0..20 {
        slow.iter().for_each(|mut stream| drop(stream.write_all(b"1\n")));
        assert_eq!(server.get_response("/api/dashboard").0, 200, "a reader is refused");
        assert_eq!(server.post_event(&placed(&format!("o-{number}"))).0, 200, "a writer is refused");
    }
}
