//! A small HTTP/1.1 client on one kept-alive connection, so that it is the server that is measured and not the client.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;

/// How long an answer may take before the program gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    address: SocketAddr,
    /// What was read and not yet used.
    buffer: Vec<u8>,
}

/// An answer, read to its last byte.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The head as it came.
    pub head: String,
    /// The body, put together where it came in chunks.
    pub body: Vec<u8>,
    /// From the first byte of the request to the last one of the answer.
    pub took: Duration,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Failure> {
        if self.status != 200 {
            let told = String::from_utf8_lossy(&self.body);
            return Err(format!("status {}: {}", self.status, told.chars().take(400).collect::<String>()).into());
        }
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// Whether the server goes on with the connection after this answer.
    pub fn keeps_connection(&self) -> bool {
        !self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// A header's value; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

impl Client {
    /// Connects to a server.
    pub fn connect(address: SocketAddr) -> std::io::Result<Self> {
        Self::connect_with(address, PATIENCE)
    }

    /// Connects to a server whose answers may take as long as `patience`.
    pub fn connect_with(address: SocketAddr, patience: Duration) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, address, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Asks for a path with its query.
    pub fn get(&mut self, path: &str) -> std::io::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\n\r\n", self.address);
        self.send(request.as_bytes())
    }

    /// Asks for a path, and reads the answer as JSON.
    pub fn json(&mut self, path: &str) -> Result<Value, Failure> {
        let answer = self.get(path)?.json();
        answer.map_err(|error| format!("GET {path}: {error}").into())
    }

    /// Posts order events, a line each.
    pub fn post_events(&mut self, lines: &str) -> std::io::Result<Answer> {
        self.post_body("application/x-ndjson", lines)
    }

    /// Posts order events in a body of this type.
    pub fn post_body(&mut self, content_type: &str, body: &str) -> std::io::Result<Answer> {
        let request = posting(self.address, content_type, body);
        self.send(request.as_bytes())
    }

    fn send(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        let began = Instant::now();
        self.stream.write_all(request)?;
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more()?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| broken("no status"))?;
        let body = match header(&head, "content-length") {
            Some(length) => self.take(length.parse().map_err(|_| broken("a length that is no number"))?)?,
            None => self.take_chunks()?,
        };
        Ok(Answer { status, head, body, took: began.elapsed() })
    }

    fn take_chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.buffer, b"\r\n") {
                    break end;
                }
                self.read_more()?;
            };
            let length = std::str::from_utf8(&self.buffer[..line])
                .ok()
                .and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
            let length = length.ok_or_else(|| broken("a chunk without a length"))?;
            self.buffer.drain(..line + 2);
            let chunk = self.take(length + 2)?;
            body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                return Ok(body);
            }
        }
    }

    fn take(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.read_more()?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn read_more(&mut self) -> std::io::Result<()> {
        let mut piece = [0; 32 * 1024];
        match self.stream.read(&mut piece)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => {
                self.buffer.extend_from_slice(&piece[..read]);
                Ok(())
            }
        }
    }
}

/// The bytes of a request that posts order events.
pub fn posting(address: SocketAddr, content_type: &str, body: &str) -> String {
    format!(
        "POST /api/orders/events HTTP/1.1\r\nhost: {address}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn broken(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
