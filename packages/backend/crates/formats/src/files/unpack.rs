//! Opens the bytes of a file: gzip is decompressed, and other encodings become UTF-8.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::files::encoding::{Detected, Transcoder, named};
use crate::files::foreign::foreign;

/// How much is read at once.
const BUFFER: usize = 1 << 20;
/// How many bytes are looked at before the encoding is known, if the file has them.
const SAMPLE: usize = 1 << 16;
/// How many bytes show the kind of a file, if the file has them.
const LEAST: usize = 16;
/// The first bytes of a gzip file, and of a ZIP archive, which a workbook is.
const GZIP: &[u8] = b"\x1f\x8b";
const ZIP: &[u8] = b"PK\x03\x04";
/// A gzip file that expands more than this is no report, but made to fill a disk or to take hours.
const MOST_EXPANSION: u64 = 250;
/// From how many bytes on the expansion is checked.
const EXPANSION_FROM: u64 = 1 << 28;

/// A file as text.
pub struct Text {
    /// Its text in UTF-8, as far as the encoding is known.
    pub reader: Box<dyn BufRead>,
    /// Its encoding.
    pub encoding: Detected,
    /// Whether it was compressed.
    pub is_gzip: bool,
    /// Its first byte that is no blank.
    pub first: Option<u8>,
}

/// A file, by its first bytes.
pub enum Unpacked {
    /// Text.
    Text(Text),
    /// A ZIP archive: a workbook, if it is none of something else. Its bytes are not read yet, except the start.
    Archive(Box<dyn Read>),
}

/// Opens a file. `encoding` is its encoding, if it is known.
///
/// # Errors
/// The file cannot be read, or there is no such encoding.
pub fn unpack(mut input: Box<dyn Read>, encoding: Option<&str>) -> io::Result<Unpacked> {
    let stated = encoding.map(named).transpose().map_err(io::Error::other)?;
    let mut start = read_start(&mut input, LEAST)?;
    if start.starts_with(ZIP) {
        return Ok(Unpacked::Archive(Box::new(Cursor::new(start).chain(input))));
    }
    let is_gzip = start.starts_with(GZIP);
    let mut reader: Box<dyn Read> = if is_gzip {
        let compressed = Counted { inner: Cursor::new(start).chain(input), count: 0 };
        let mut unpacked: Box<dyn Read> = Box::new(Expanded { inner: MultiGzDecoder::new(compressed), count: 0 });
        start = read_start(&mut unpacked, SAMPLE)?;
        unpacked
    } else {
        input
    };
    if let Some(advice) = foreign(&start) {
        return Err(io::Error::other(advice));
    }
    let encoding = Detected::of(&start, stated);
    let first = start.strip_prefix(crate::lines::BOM).unwrap_or(&start).trim_ascii_start().first().copied();
    reader = Box::new(Cursor::new(start).chain(reader));
    let reader: Box<dyn BufRead> = match encoding.encoding {
        Some(other) if !encoding.is_utf8() => {
            Box::new(BufReader::with_capacity(BUFFER, Transcoder::new(reader, other)))
        }
        _ => Box::new(BufReader::with_capacity(BUFFER, reader)),
    };
    Ok(Unpacked::Text(Text { reader, encoding, is_gzip, first }))
}

/// Reads the first bytes: as many as arrive together, but at least `least`, if the file has them. A pipe may have no more for now.
fn read_start(input: &mut dyn Read, least: usize) -> io::Result<Vec<u8>> {
    let mut start = vec![0; BUFFER];
    let mut length = 0;
    while length < least {
        match input.read(&mut start[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    start.truncate(length);
    Ok(start)
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// Decompressed bytes, of which there may not be too many.
struct Expanded<R> {
    inner: MultiGzDecoder<Counted<R>>,
    count: u64,
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        if self.count > EXPANSION_FROM && self.count / MOST_EXPANSION > self.inner.get_ref().count {
            return Err(io::Error::other(format!("it expands more than {MOST_EXPANSION} times, as no report does")));
        }
        Ok(read)
    }
}
