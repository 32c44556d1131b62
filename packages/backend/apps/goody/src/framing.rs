//! Detects requests that state their length in two ways (`Content-Length` and `Transfer-Encoding`). A proxy in front may read
//! the bytes after such a request as another request: this is request smuggling.
//!
//! The HTTP library uses `Transfer-Encoding`, and removes `Content-Length` before a handler sees it. So this module scans the
//! bytes as they arrive. It buffers only the beginning of a line.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longer than each line that matters, including all digits of a length.
const LONGEST_LINE: usize = 128;

/// Whether a request of a connection stated its length in two ways.
#[derive(Clone, Default)]
pub(crate) struct Framing(Arc<AtomicBool>);

impl Framing {
    /// Whether a request stated its length in two ways. Requests after it cannot be separated reliably.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Scans the bytes that are read from a stream.
    pub(crate) fn scan<S>(&self, stream: S) -> ScannedStream<S> {
        ScannedStream { stream, framing: self.clone(), scanner: Scanner::default() }
    }
}

/// A stream whose input is scanned.
pub(crate) struct ScannedStream<S> {
    stream: S,
    framing: Framing,
    scanner: Scanner,
}

impl<S: AsyncRead + Unpin> AsyncRead for ScannedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if self.scanner.scan(&buffer.filled()[before..]) {
            self.framing.0.store(true, Ordering::Release);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ScannedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Follows the requests of a connection byte by byte.
#[derive(Default)]
struct Scanner {
    place: Place,
    /// The beginning of the current line, at most [`LONGEST_LINE`] bytes.
    line: Vec<u8>,
    has_begun: bool,
    length: Option<u64>,
    is_encoded: bool,
}

#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Head,
    /// The number of bytes of the body that are still to come.
    Body(u64),
    /// The number of bytes of the chunk that are still to come.
    Chunk(u64),
    ChunkHead,
    Trailer,
}

impl Scanner {
    /// Scans the next bytes. True when a request states its length in two ways.
    fn scan(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if let Place::Body(left) | Place::Chunk(left) = self.place {
                let some = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                bytes = &bytes[some..];
                let left = left - some as u64;
                self.place = match (self.place, left) {
                    (Place::Body(_), 0) => Place::Head,
                    (Place::Body(_), left) => Place::Body(left),
                    (_, 0) => Place::ChunkHead,
                    (_, left) => Place::Chunk(left),
                };
                continue;
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            self.line.extend_from_slice(&part[..part.len().min(LONGEST_LINE - self.line.len())]);
            bytes = &bytes[end.map_or(bytes.len(), |end| end + 1)..];
            if end.is_some() {
                let mut line = std::mem::take(&mut self.line);
                if self.end_line(line.trim_ascii()) {
                    return true;
                }
                // Reuses the memory for the next line.
                line.clear();
                self.line = line;
            }
        }
        false
    }

    fn end_line(&mut self, line: &[u8]) -> bool {
        match self.place {
            Place::Head if line.is_empty() && self.has_begun => {
                if self.is_encoded && self.length.is_some() {
                    return true;
                }
                self.place = match (self.is_encoded, self.length.unwrap_or(0)) {
                    (true, _) => Place::ChunkHead,
                    (false, 0) => Place::Head,
                    (false, length) => Place::Body(length),
                };
                (self.has_begun, self.length, self.is_encoded) = (false, None, false);
            }
            Place::Head if !line.is_empty() => {
                self.has_begun = true;
                let mut parts = line.splitn(2, |byte| *byte == b':');
                let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                if name.eq_ignore_ascii_case(b"content-length") {
                    let length = std::str::from_utf8(value.trim_ascii()).ok().and_then(|digits| digits.parse().ok());
                    self.length = Some(length.unwrap_or(0));
                }
                self.is_encoded |= name.eq_ignore_ascii_case(b"transfer-encoding");
            }
            // An empty line ends a chunk; the line after it states the size of the next chunk.
            Place::ChunkHead if !line.is_empty() => {
                let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
                let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
                self.place = match size {
                    Some(size) if size > 0 => Place::Chunk(size),
                    _ => Place::Trailer,
                };
            }
            Place::Trailer if line.is_empty() => self.place = Place::Head,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n";
    const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    const BOTH: &str = "POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\nCONTENT-LENGTH: 5\r\n\r\n";
    const OTHER_WAY: &str = "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";

    fn is_ambiguous(bytes: &str, at_a_time: usize) -> bool {
        let mut scanner = Scanner::default();
        bytes.as_bytes().chunks(at_a_time).any(|some| scanner.scan(some))
    }

    #[test]
    fn a_request_with_two_lengths_is_detected_at_any_position() {
        let body = "\r\n".repeat(20);
        let chunks = "5\r\nabcde\r\n1f;x=y\r\nTransfer-Encoding: chunked\r\n0\r\n\r\n0\r\nTrailer: x\r\n\r\n";
        for at_a_time in [1, 2, 7, 1_000] {
            for both in [BOTH, OTHER_WAY] {
                assert!(is_ambiguous(both, at_a_time));
                assert!(is_ambiguous(&format!("GET / HTTP/1.1\r\nHost: a\r\n\r\n{both}"), at_a_time));
                assert!(is_ambiguous(&format!("{LENGTH}{body}{both}"), at_a_time));
                assert!(is_ambiguous(&format!("{CHUNKED}{chunks}{both}"), at_a_time));
            }
        }
    }

    #[test]
    fn a_header_line_in_a_body_is_not_a_header() {
        let body = format!("{:<40}", "Transfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("{:x}\r\n{BOTH}\r\n0\r\n\r\n", BOTH.len());
        for at_a_time in [1, 3, 1_000] {
            let good = format!("{LENGTH}{body}{CHUNKED}{chunk}{LENGTH}{body}GET / HTTP/1.1\r\n\r\n{CHUNKED}{chunk}");
            assert!(!is_ambiguous(&good, at_a_time));
        }
    }
}
