//! A small HTTP/1.1 client on one keep-alive connection, so that the time of the client hardly counts in the measurement.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;

/// The time limit of a response.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The route that receives order events.
pub const EVENTS: &str = "/api/orders/events";

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    address: SocketAddr,
    /// Received bytes that are not parsed yet.
    buffer: Vec<u8>,
}

/// A complete response.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body, without the chunked encoding.
    pub body: Vec<u8>,
    /// The time from the first byte of the request to the last byte of the response.
    pub latency: Duration,
}

impl Response {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Failure> {
        if self.status != 200 {
            let body = String::from_utf8_lossy(&self.body);
            return Err(format!("status {}: {}", self.status, body.chars().take(400).collect::<String>()).into());
        }
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// Whether the server keeps the connection open after this response.
    pub fn is_reusable(&self) -> bool {
        !self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The value of a header. The name is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

impl Client {
    /// Connects to a server.
    pub fn connect(address: SocketAddr) -> std::io::Result<Self> {
        Self::connect_with_timeout(address, TIMEOUT)
    }

    /// Connects to a server, with a time limit for reads and writes.
    pub fn connect_with_timeout(address: SocketAddr, timeout: Duration) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        Ok(Self { stream, address, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a GET request for a path with its query.
    pub fn get(&mut self, path: &str) -> std::io::Result<Response> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\n\r\n", self.address);
        self.send(request.as_bytes())
    }

    /// Sends a GET request and parses the response as JSON.
    pub fn json(&mut self, path: &str) -> Result<Value, Failure> {
        let response = self.get(path)?.json();
        response.map_err(|error| format!("GET {path}: {error}").into())
    }

    /// Posts order events as NDJSON.
    pub fn post_events(&mut self, lines: &str) -> std::io::Result<Response> {
        self.post_body("application/x-ndjson", lines)
    }

    /// Posts order events in a body of a content type.
    pub fn post_body(&mut self, content_type: &str, body: &str) -> std::io::Result<Response> {
        self.post(EVENTS, content_type, body)
    }

    /// Posts a body to a path with its query.
    pub fn post(&mut self, path: &str, content_type: &str, body: &str) -> std::io::Result<Response> {
        let request = post_request(self.address, path, content_type, body);
        self.send(request.as_bytes())
    }

    fn send(&mut self, request: &[u8]) -> std::io::Result<Response> {
        let started = Instant::now();
        self.stream.write_all(request)?;
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more()?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end);
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| invalid_data("the response has no status"))?;
        let body = match header(&head, "content-length") {
            Some(length) => {
                self.take(length.parse().map_err(|_| invalid_data("the content-length is not a number"))?)?
            }
            None => self.take_chunks()?,
        };
        Ok(Response { status, head, body, latency: started.elapsed() })
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
            let length = length.ok_or_else(|| invalid_data("a chunk has no length"))?;
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
        let mut chunk = [0; 32 * 1024];
        match self.stream.read(&mut chunk)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => {
                self.buffer.extend_from_slice(&chunk[..read]);
                Ok(())
            }
        }
    }
}

/// The text of a request that posts a body to a path.
pub fn post_request(address: SocketAddr, path: &str, content_type: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn invalid_data(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}
