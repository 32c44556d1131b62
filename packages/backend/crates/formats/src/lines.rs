//! Lines of a file, one at a time and of a bounded length.

use std::io::{self, BufRead, Read as _};

use goody_domain::LONGEST_EVENT;

/// The byte order mark of UTF-8, with which some programs begin a file.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds the byte that ends lines in the beginning of a file: a line feed, also after carriage returns, or a carriage return
/// alone.
#[cfg(feature = "files")]
pub(crate) fn terminator(start: &[u8]) -> u8 {
    let found = start.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(start.len());
    match start[found..].iter().find(|byte| **byte != b'\r') {
        None | Some(b'\n') => b'\n',
        Some(_) => b'\r',
    }
}

/// Reads one line. `Some(true)` for a complete line, `Some(false)` for a line that is too long and cut off, `None` at the end of
/// the file.
pub fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>, terminator: u8) -> io::Result<Option<bool>> {
    let mut limited = reader.by_ref().take(LONGEST_EVENT as u64 + 1);
    if limited.read_until(terminator, line)? == 0 {
        return Ok(None);
    }
    if line.len() <= LONGEST_EVENT || line.last() == Some(&terminator) {
        return Ok(Some(true));
    }
    loop {
        let buffered = reader.fill_buf()?;
        let end = buffered.iter().position(|byte| *byte == terminator);
        let read = end.map_or(buffered.len(), |end| end + 1);
        let is_over = end.is_some() || buffered.is_empty();
        reader.consume(read);
        if is_over {
            return Ok(Some(false));
        }
    }
}
