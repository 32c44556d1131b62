//! Clients that hang up, that send slowly, and that send nothing.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::SockRef;

use crate::client::posting;
use crate::soak::events::KnownEvents;
use crate::soak::traffic::{BATCH, ROUTES, Traffic};

/// Requests that are sent and never read, a second, of each client that hangs up.
const ABORTED_PER_SECOND: u32 = 20;

impl Traffic {
    pub(super) fn abort_reads(&self) {
        for route in ROUTES.iter().cycle() {
            if !self.goes_on() {
                return;
            }
            self.abort(&format!("GET {route} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address));
        }
    }

    pub(super) fn abort_writes(&self) {
        let mut events = KnownEvents::new("aborted");
        while self.goes_on() {
            self.abort(&posting(self.address, "application/x-ndjson", &events.take(BATCH).join("\n")));
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

    /// Posts lines one by one, seconds apart, and reads no answer.
    pub(super) fn write_slowly(&self, place: u64) {
        let mut events = KnownEvents::new(&format!("slow{place}"));
        while self.goes_on() {
            let head = format!(
                "POST /api/orders/events HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000000\r\n\r\n",
                self.address
            );
            let Ok(mut stream) = TcpStream::connect(self.address) else {
                std::thread::sleep(Duration::from_secs(1));
                continue;
            };
            let mut bytes = head;
            while self.goes_on() && stream.write_all(bytes.as_bytes()).is_ok() {
                std::thread::sleep(Duration::from_secs(2));
                bytes = events.take(1).concat() + "\n";
            }
        }
    }

    /// Opens a connection, begins a request and leaves it there.
    pub(super) fn say_nothing(&self) {
        while self.goes_on() {
            let held = TcpStream::connect(self.address).and_then(|mut stream| {
                stream.write_all(b"POST /api/orders/events HTTP/1.1\r\n")?;
                Ok(stream)
            });
            for _ in 0..20 {
                if self.goes_on() {
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            drop(held);
        }
    }
}
