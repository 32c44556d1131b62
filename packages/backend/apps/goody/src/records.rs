//! The records of a CSV, each with its line number in the file and within bounds.
//!
//! A quote that is opened and not closed would take in the rest of the file. A record of several lines is therefore bounded, and a
//! quote that runs over the end of a line has to close at the end of a cell. Otherwise the line is rejected that the record begins
//! with, and reading goes on at the line after it.
//!
//! At the end of a line, the reader is either inside a quote or outside of one. Two readers that begin at different lines and are
//! both inside a quote at the end of the same line therefore go the same way from there. Each line is examined at most once from
//! outside a quote and once from inside, however often reading goes back.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use csv::ByteRecord;
use csv_core::{Reader, ReaderBuilder, Terminator};
use goody_domain::{LONGEST_EVENT, Rejection};

/// The longest record, in bytes.
const MOST_BYTES: usize = LONGEST_EVENT;
/// The longest record, in lines.
const MOST_LINES: usize = 1_000;
/// The mark of UTF-8 that some programs begin a file with.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// A record of a file, or why the line is none, with its text.
pub(crate) struct Record {
    /// The line that it begins with.
    pub(crate) number: u64,
    pub(crate) cells: Result<ByteRecord, (Rejection, Vec<u8>)>,
}

/// Reads the records of a CSV.
pub(crate) struct Records<R> {
    input: R,
    delimiter: u8,
    /// What ends a line; found with the first one.
    terminator: Option<u8>,
    parser: Reader,
    /// Lines that are read and belong to no record yet, and their bytes.
    held: VecDeque<Held>,
    bytes: usize,
    /// The number of the first of them.
    number: u64,
    /// After so many of the held lines, a reader that is inside a quote after the first one is inside a quote.
    inside: usize,
    /// How the line after these is, where it was examined.
    end: Option<End>,
    /// The last line that closed a quote and opened another.
    opened: u64,
}

struct Held {
    text: Vec<u8>,
    is_whole: bool,
}

/// How a line ends.
#[derive(Clone, Copy)]
enum End {
    /// The record is over.
    Over,
    /// Inside a quote; whether one that this line opened.
    Inside(bool),
    /// The quote it began in was closed in the middle of a cell.
    Stray,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        let parser = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        let held = VecDeque::new();
        Self { input, delimiter, terminator: None, parser, held, bytes: 0, number: 1, inside: 0, end: None, opened: 0 }
    }

    /// Where the bytes come from.
    pub(crate) fn input(&mut self) -> &mut R {
        &mut self.input
    }

    /// The next record; `None` at the end of the file.
    pub(crate) fn read(&mut self) -> io::Result<Option<Record>> {
        loop {
            if self.held.is_empty() && !self.read_line()? {
                return Ok(None);
            }
            let Some(first) = self.held.front() else { return Ok(None) };
            if !first.is_whole {
                return Ok(Some(self.reject(Rejection::too_long())));
            }
            if first.text.is_empty() {
                self.take(1);
                continue;
            }
            return match self.end_of(&first.text, false) {
                End::Inside(_) => self.read_over_lines().map(Some),
                End::Over | End::Stray => Ok(Some(self.record(1))),
            };
        }
    }

    /// The record that begins with the first held line and has more than this one.
    fn read_over_lines(&mut self) -> io::Result<Record> {
        if self.inside == 0 {
            (self.inside, self.end) = (1, None);
        }
        let fault = loop {
            match self.end {
                Some(End::Over) => return Ok(self.record(self.inside + 1)),
                Some(End::Stray) => {
                    let end = self.number + self.inside as u64;
                    break format!("closes in the middle of a cell, at line {end}");
                }
                _ => {}
            }
            if self.held.len() <= self.inside && !self.read_line()? {
                break "does not close before the end of the file".into();
            }
            if self.inside >= MOST_LINES || self.bytes > MOST_BYTES {
                break format!("does not close within {MOST_LINES} lines and {MOST_BYTES} bytes");
            }
            let Some(line) = self.held.get(self.inside) else { continue };
            match self.end_of(&line.text, true) {
                End::Inside(is_another) => {
                    if is_another {
                        self.opened = self.number + self.inside as u64;
                    }
                    self.inside += 1;
                }
                end => self.end = Some(end),
            }
        };
        let opened = self.opened.max(self.number);
        Ok(self.reject(Rejection::field("line", format!("has a quote that opens at line {opened} and {fault}"))))
    }

    /// How a line ends that begins inside a quote, or outside of one. This is as `csv_core` reads it.
    fn end_of(&self, line: &[u8], is_inside: bool) -> End {
        let (mut rest, mut is_quoted, mut is_another) = (line, is_inside, false);
        loop {
            if is_quoted {
                let Some(quote) = rest.iter().position(|byte| *byte == b'"') else { return End::Inside(is_another) };
                rest = &rest[quote + 1..];
                match rest.first() {
                    None => return End::Over,
                    Some(b'"') => rest = &rest[1..],
                    Some(next) if *next != self.delimiter && is_inside && !is_another => return End::Stray,
                    Some(_) => is_quoted = false,
                }
            } else {
                let Some(delimiter) = self.cell(rest, line) else { return End::Over };
                rest = delimiter;
                (is_quoted, is_another) = (true, true);
            }
        }
    }

    /// What comes after the next quote that opens a cell.
    fn cell<'l>(&self, rest: &'l [u8], line: &[u8]) -> Option<&'l [u8]> {
        if rest.len() == line.len() && rest.first() == Some(&b'"') {
            return Some(&rest[1..]);
        }
        let found = rest.windows(2).position(|pair| pair[0] == self.delimiter && pair[1] == b'"')?;
        Some(&rest[found + 2..])
    }

    /// The record that the first lines are.
    fn record(&mut self, lines: usize) -> Record {
        let number = self.number;
        let mut text = Vec::new();
        for line in self.take(lines) {
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

    /// Rejects the first line alone.
    fn reject(&mut self, rejection: Rejection) -> Record {
        let number = self.number;
        let text = self.take(1).pop().map(|line| line.text).unwrap_or_default();
        Record { number, cells: Err((rejection, text)) }
    }

    fn take(&mut self, lines: usize) -> Vec<Held> {
        self.number += lines as u64;
        self.inside = self.inside.saturating_sub(lines);
        let taken: Vec<Held> = self.held.drain(..lines.min(self.held.len())).collect();
        self.bytes -= taken.iter().map(|line| line.text.len() + 1).sum::<usize>();
        taken
    }

    /// Reads one more line; false at the end.
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
        self.held.push_back(Held { text, is_whole });
        Ok(true)
    }
}

/// What ends the lines of a file that begins so: a line feed, also after carriage returns, or a carriage return alone.
fn terminator(start: &[u8]) -> u8 {
    let found = start.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(start.len());
    match start[found..].iter().find(|byte| **byte != b'\r') {
        None | Some(b'\n') => b'\n',
        Some(_) => b'\r',
    }
}

/// Reads one line; `Some(false)` for one that is too long, of which only the start is held. `None` at the end.
pub(crate) fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>, terminator: u8) -> io::Result<Option<bool>> {
    let mut limited = reader.by_ref().take(LONGEST_EVENT as u64 + 1);
    if limited.read_until(terminator, line)? == 0 {
        return Ok(None);
    }
    if line.len() <= LONGEST_EVENT || line.last() == Some(&terminator) {
        return Ok(Some(true));
    }
    loop {
        let held = reader.fill_buf()?;
        let end = held.iter().position(|byte| *byte == terminator);
        let read = end.map_or(held.len(), |end| end + 1);
        let is_over = end.is_some() || held.is_empty();
        reader.consume(read);
        if is_over {
            return Ok(Some(false));
        }
    }
}
