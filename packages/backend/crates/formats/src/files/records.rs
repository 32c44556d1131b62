//! Reads the records of a CSV file, each with its line number and of limited size.
//!
//! A quote that is never closed would include the rest of the file. So a record of several lines is limited in size, and a quote
//! that spans lines must close at the end of a cell. Otherwise the first line of the record is rejected, and reading continues
//! at the line after it.
//!
//! At the end of a line, a reader is either inside a quote or outside. So two readers that begin at different lines, and are both
//! inside a quote at the end of the same line, behave the same from there. Each line is therefore examined at most once from
//! outside a quote and once from inside, however often reading goes back.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use csv::ByteRecord;
use csv_core::{Reader, ReaderBuilder, Terminator};
use goody_domain::{LONGEST_EVENT, Rejection};

use crate::lines::{BOM, read_line, terminator};

/// The maximum size of a record, in bytes.
const MAX_BYTES: usize = LONGEST_EVENT;
/// The maximum size of a record, in lines.
const MAX_LINES: usize = 1_000;

/// A record of a file, or a rejected line with the reason and its text.
pub struct Record {
    /// The number of its first line.
    pub number: u64,
    /// Its cells, or why the line is rejected, and its text.
    pub cells: Result<ByteRecord, (Rejection, Vec<u8>)>,
}

/// Reads the records of a CSV file.
pub struct Records<R> {
    input: R,
    delimiter: u8,
    /// The byte that ends a line; `None` before the first line.
    terminator: Option<u8>,
    parser: Reader,
    /// Lines that were read and belong to no record yet.
    lines: VecDeque<Line>,
    /// The size of these lines.
    bytes: usize,
    /// The number of the first of these lines.
    number: u64,
    /// How many of these lines end inside a quote, for a reader that is inside a quote at the end of the first.
    inside: usize,
    /// How the line after these ends, if it was examined.
    end: Option<End>,
    /// The number of the last line that closed a quote and opened another.
    opened: u64,
}

struct Line {
    text: Vec<u8>,
    is_whole: bool,
}

/// How a line ends.
#[derive(Clone, Copy)]
enum End {
    /// The record ends with this line.
    Over,
    /// Inside a quote. True if this line opened the quote.
    Inside(bool),
    /// The quote in which the line began closes in the middle of a cell.
    Stray,
}

fn parser(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build()
}

/// The delimiter that a line `sep=;` says, as Excel writes it.
fn separator_line(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let rest = line.get(..4).filter(|start| start.eq_ignore_ascii_case(b"sep=")).map(|_| &line[4..])?;
    match rest {
        [delimiter] if *delimiter != b'"' => Some(*delimiter),
        // A tab at the end of the line was trimmed.
        [] => Some(b'\t'),
        _ => None,
    }
}

/// The delimiter that a heading has most often outside quotes.
fn likely_delimiter(line: &[u8]) -> Option<u8> {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    for byte in line {
        match byte {
            b'"' => is_quoted = !is_quoted,
            byte if !is_quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| delimiter == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    counts
        .into_iter()
        .rev()
        .filter(|(_, count)| *count > 0)
        .max_by_key(|(_, count)| *count)
        .map(|(delimiter, _)| delimiter)
}

impl<R: BufRead> Records<R> {
    /// Reads the records of `input`, with this delimiter between cells.
    pub fn new(input: R, delimiter: u8) -> Self {
        let parser = parser(delimiter);
        let lines = VecDeque::new();
        Self { input, delimiter, terminator: None, parser, lines, bytes: 0, number: 1, inside: 0, end: None, opened: 0 }
    }

    /// The character between cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Looks at the next line, and takes the delimiter from it: that of a line `sep=;`, which is then skipped, or the one that it
    /// has most often, unless the delimiter is stated.
    pub fn find_delimiter(&mut self, is_stated: bool) -> io::Result<()> {
        while self.lines.is_empty() && self.read_line()? {
            if self.lines.front().is_some_and(|line| line.is_whole && line.text.trim_ascii().is_empty()) {
                self.take_lines(1);
            }
        }
        let Some(line) = self.lines.front() else { return Ok(()) };
        if let Some(delimiter) = separator_line(&line.text) {
            self.set_delimiter(delimiter);
            self.take_lines(1);
        } else if !is_stated && let Some(delimiter) = likely_delimiter(&line.text) {
            self.set_delimiter(delimiter);
        }
        Ok(())
    }

    fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
        self.parser = parser(delimiter);
    }

    /// The next record; `None` at the end of the file.
    pub fn read(&mut self) -> io::Result<Option<Record>> {
        loop {
            if self.lines.is_empty() && !self.read_line()? {
                return Ok(None);
            }
            let Some(first) = self.lines.front() else { return Ok(None) };
            if !first.is_whole {
                return Ok(Some(self.reject(Rejection::too_long())));
            }
            if first.text.is_empty() {
                self.take_lines(1);
                continue;
            }
            return match self.end_of(&first.text, false) {
                End::Inside(_) => self.read_several_lines().map(Some),
                End::Over | End::Stray => Ok(Some(self.take_record(1))),
            };
        }
    }

    /// The record that begins with the first line and has several.
    fn read_several_lines(&mut self) -> io::Result<Record> {
        if self.inside == 0 {
            (self.inside, self.end) = (1, None);
        }
        let problem = loop {
            match self.end {
                Some(End::Over) => return Ok(self.take_record(self.inside + 1)),
                Some(End::Stray) => {
                    let end = self.number + self.inside as u64;
                    break format!("closes in the middle of a cell, at line {end}");
                }
                _ => {}
            }
            if self.lines.len() <= self.inside && !self.read_line()? {
                break "does not close before the end of the file".into();
            }
            if self.inside >= MAX_LINES || self.bytes > MAX_BYTES {
                break format!("does not close within {MAX_LINES} lines and {MAX_BYTES} bytes");
            }
            let Some(line) = self.lines.get(self.inside) else { continue };
            match self.end_of(&line.text, true) {
                End::Inside(is_new) => {
                    if is_new {
                        self.opened = self.number + self.inside as u64;
                    }
                    self.inside += 1;
                }
                end => self.end = Some(end),
            }
        };
        let opened = self.opened.max(self.number);
        Ok(self.reject(Rejection::field("line", format!("has a quote that opens at line {opened} and {problem}"))))
    }

    /// How a line ends that begins inside a quote, or outside. The rules are those of `csv_core`.
    fn end_of(&self, line: &[u8], is_inside: bool) -> End {
        let (mut rest, mut is_quoted, mut is_new) = (line, is_inside, false);
        loop {
            if is_quoted {
                let Some(quote) = rest.iter().position(|byte| *byte == b'"') else { return End::Inside(is_new) };
                rest = &rest[quote + 1..];
                match rest.first() {
                    None => return End::Over,
                    Some(b'"') => rest = &rest[1..],
                    Some(next) if *next != self.delimiter && is_inside && !is_new => return End::Stray,
                    Some(_) => is_quoted = false,
                }
            } else {
                let Some(quoted) = self.next_quoted(rest, line) else { return End::Over };
                rest = quoted;
                (is_quoted, is_new) = (true, true);
            }
        }
    }

    /// The bytes after the next quote that opens a cell.
    fn next_quoted<'l>(&self, rest: &'l [u8], line: &[u8]) -> Option<&'l [u8]> {
        if rest.len() == line.len() && rest.first() == Some(&b'"') {
            return Some(&rest[1..]);
        }
        let found = rest.windows(2).position(|pair| pair[0] == self.delimiter && pair[1] == b'"')?;
        Some(&rest[found + 2..])
    }

    /// Removes the first lines, and parses them as one record.
    fn take_record(&mut self, lines: usize) -> Record {
        let number = self.number;
        let mut text = Vec::new();
        for line in self.take_lines(lines) {
            text.extend_from_slice(&line.text);
            text.push(b'\n');
        }
        Record { number, cells: Ok(self.parse(&text)) }
    }

    fn parse(&mut self, text: &[u8]) -> ByteRecord {
        let (mut cells, mut ends) = (vec![0; text.len()], vec![0; text.len()]);
        self.parser.reset();
        let (_, _, _, count) = self.parser.read_record(text, &mut cells, &mut ends);
        let mut start = 0;
        let mut record = ByteRecord::with_capacity(text.len(), count);
        for end in &ends[..count] {
            record.push_field(&cells[start..*end]);
            start = *end;
        }
        record
    }

    /// Removes and rejects the first line, and no other.
    fn reject(&mut self, rejection: Rejection) -> Record {
        let number = self.number;
        let text = self.take_lines(1).pop().map(|line| line.text).unwrap_or_default();
        Record { number, cells: Err((rejection, text)) }
    }

    fn take_lines(&mut self, lines: usize) -> Vec<Line> {
        self.number += lines as u64;
        self.inside = self.inside.saturating_sub(lines);
        let taken: Vec<Line> = self.lines.drain(..lines.min(self.lines.len())).collect();
        self.bytes -= taken.iter().map(|line| line.text.len() + 1).sum::<usize>();
        taken
    }

    /// Reads one more line. False at the end of the file.
    fn read_line(&mut self) -> io::Result<bool> {
        let is_first = self.terminator.is_none();
        let terminator = match self.terminator {
            Some(terminator) => terminator,
            None => *self.terminator.insert(terminator(self.input.fill_buf()?)),
        };
        let mut text = Vec::new();
        let Some(is_whole) = read_line(&mut self.input, &mut text, terminator)? else { return Ok(false) };
        if is_first && text.starts_with(BOM) {
            text.drain(..BOM.len());
        }
        if text.last() == Some(&terminator) {
            text.pop();
        }
        while text.last() == Some(&b'\r') {
            text.pop();
        }
        self.bytes += text.len() + 1;
        self.lines.push_back(Line { text, is_whole });
        Ok(true)
    }
}
