//! Hostile clients: they reset connections, send slowly, or send nothing.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::SockRef;

use crate::client::{EVENTS, post_request};
use crate::soak::events::KnownEvents;
use crate::soak::traffic::{BATCH, ROUTES, Traffic};

/// The aborted requests per second of each client that resets its connections.
const ABORTED_PER_SECOND: u32 = 20;

impl Traffic {
    pub(super) fn abort_reads(&self) {
        for route in ROUTES.iter().cycle() {
            if !self.is_running() {
                return;
            }
            self.abort(&format!("GET {route} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address));
        }
    }

    pub(super) fn abort_writes(&self) {
        let mut events = KnownEvents::new("aborted");
        while self.is_running() {
            self.abort(&post_request(self.address, EVENTS, "application/x-ndjson", &events.take(BATCH).join("\n")));
        }
    }

    /// Sends a request and resets the connection.
    fn abort(&self, request: &str) {
        let sent = TcpStream::connect(self.address).and_then(|mut stream| {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            stream.write_all(request.as_bytes())
        });
        if sent.is_ok() {
            self.aborted.fetch_add(1, Ordering::Relaxed);
        }
        std::thread::sleep(Duration::from_secs(1) / ABORTED_PER_SECOND);
    }

    /// Posts single lines with a pause of seconds, and reads no response.
    pub(super) fn write_slowly(&self, number: u64) {
        let mut events = KnownEvents::new(&format!("slow{number}"));
        while self.is_running() {
            let head = format!(
                "POST /api/orders/events HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000000\r\n\r\n",
                self.address
            );
            let Ok(mut stream) = TcpStream::connect(self.address) else {
                std::thread::sleep(Duration::from_secs(1));
                continue;
            };
            let mut bytes = head;
            while self.is_running() && stream.write_all(bytes.as_bytes()).is_ok() {
                std::thread::sleep(Duration::from_secs(2));
                bytes = events.take(1).concat() + "\n";
            }
        }
    }

    /// Opens a connection, sends the start of a request and then nothing for 20 seconds.
    pub(super) fn hold_connection(&self) {
        while self.is_running() {
            let connection = TcpStream::connect(self.address).and_then(|mut stream| {
                stream.write_all(b"POST /api/orders/events HTTP/1.1\r\n")?;
                Ok(stream)
            });
            for _ in 0..20 {
                if self.is_running() {
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            drop(connection);
        }
    }
}
