//! A table from its first row to its last: finds the heading below junk, joins a second file, and groups the rows of an order.

use csv::ByteRecord;
use goody_domain::{Rejection, WireEvent};

use crate::files::heading::Heading;
use crate::files::join::Join;
use crate::files::mapping::group::RowGroups;
use crate::files::mapping::{Mapping, RowParser};

/// How many rows may stand above the heading.
const MOST_ABOVE: usize = 40;

/// The events of a row, or why it has none.
pub type RowEvents<'r> = Vec<Result<WireEvent<'r>, Rejection>>;
/// Receives the line number of a row, the row, and its events. `None` for a row that only repeats the events of others.
pub type Sink<'s> = &'s mut dyn FnMut(u64, &ByteRecord, Option<RowEvents<'_>>);

/// A table that is being read.
pub struct Table {
    mapping: Mapping,
    join: Option<Join>,
    /// The best row so far that is no heading, with how much of the mapping it has, and what it lacks.
    best: Option<(usize, String)>,
    above: usize,
    reading: Option<Reading>,
}

struct Reading {
    parser: RowParser,
    groups: RowGroups,
    /// The position of the key of the join, and how many columns the first file has.
    key: Option<(usize, usize)>,
    names: Vec<String>,
    line: u64,
}

impl Reading {
    /// Whether a row has the names of the columns in its cells.
    fn repeats_heading(&self, row: &ByteRecord) -> bool {
        let width = self.key.map_or(self.names.len(), |(_, width)| width);
        let is_name = |(cell, name): (&[u8], &String)| cell.trim_ascii() == name.trim().as_bytes();
        self.line > 0 && row.len() == width && row.iter().zip(&self.names).all(is_name)
    }
}

impl Table {
    /// A table that begins with its heading, or with junk above it.
    pub fn new(mapping: Mapping, join: Option<Join>) -> Self {
        Self { mapping, join, best: None, above: 0, reading: None }
    }

    /// A table with these columns and no heading of its own.
    ///
    /// # Errors
    /// A column is missing.
    pub fn with_columns(mapping: Mapping, join: Option<Join>, columns: &[String]) -> Result<Self, String> {
        let mut table = Self::new(mapping, join);
        table.reading = Some(table.read(&Heading::new(columns.iter().map(String::as_bytes)), 0)?);
        Ok(table)
    }

    /// Whether the heading was not found yet.
    pub fn is_searching(&self) -> bool {
        self.reading.is_none()
    }

    /// The names of the columns, and the line of the heading.
    pub fn heading(&self) -> Option<(&[String], u64)> {
        self.reading.as_ref().map(|reading| (&*reading.names, reading.line))
    }

    /// What a person should know about the heading.
    pub fn notes(&self) -> &[String] {
        self.reading.as_ref().map_or(&[], |reading| reading.parser.notes())
    }

    /// Starts to search a heading again, in another sheet.
    pub fn restart(&mut self) {
        self.above = 0;
        self.reading = None;
    }

    /// Adds a row with its line number.
    ///
    /// # Errors
    /// No heading was found in the first rows.
    pub fn push(&mut self, number: u64, row: ByteRecord, sink: Sink<'_>) -> Result<(), String> {
        if self.reading.is_some() {
            self.add(number, row, sink);
            return Ok(());
        }
        let heading = Heading::new(row.iter());
        match self.read(&heading, number) {
            Ok(reading) => self.reading = Some(reading),
            Err(reason) => {
                let known = self.mapping.column_names().iter().filter(|name| heading.position(name).is_some()).count();
                let filled = heading.names().iter().filter(|name| !name.is_empty()).count();
                let score = known * 1_000 + filled;
                if self.best.as_ref().is_none_or(|(best, _)| score > *best) {
                    self.best = Some((score, reason));
                }
                self.above += 1;
                if self.above > MOST_ABOVE {
                    return Err(self.not_found());
                }
            }
        }
        Ok(())
    }

    /// The end of the table.
    ///
    /// # Errors
    /// There was no heading.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<(), String> {
        let Some(reading) = &mut self.reading else { return Err(self.not_found()) };
        let rows = reading.groups.take();
        flush(reading, rows, sink);
        Ok(())
    }

    fn not_found(&self) -> String {
        match &self.best {
            Some((_, reason)) => reason.clone(),
            None => "the file is empty: there is no heading with the names of its columns".into(),
        }
    }

    fn read(&self, heading: &Heading, line: u64) -> Result<Reading, String> {
        let (joined, key) = match &self.join {
            Some(join) => {
                let (joined, key) = join.heading(heading)?;
                (Some(joined), Some((key, heading.names().len())))
            }
            None => (None, None),
        };
        let heading = joined.as_ref().unwrap_or(heading);
        Ok(Reading {
            parser: RowParser::new(&self.mapping, heading)?,
            groups: RowGroups::new(&self.mapping, heading)?,
            key,
            names: heading.names().to_vec(),
            line,
        })
    }

    fn add(&mut self, number: u64, row: ByteRecord, sink: Sink<'_>) {
        let Some(reading) = &mut self.reading else { return };
        if reading.repeats_heading(&row) {
            // Files that were joined.
            sink(number, &row, Some(Vec::new()));
            return;
        }
        match (&self.join, reading.key) {
            (Some(join), Some((key, width))) => {
                for row in join.rows(&row, key, width) {
                    add_row(reading, number, row, sink);
                }
            }
            _ => add_row(reading, number, row, sink),
        }
    }
}

fn add_row(reading: &mut Reading, number: u64, row: ByteRecord, sink: Sink<'_>) {
    if !reading.groups.is_grouping() {
        sink(number, &row, Some(reading.parser.events(&row)));
        return;
    }
    if let Some(rows) = reading.groups.push(number, row) {
        flush(reading, rows, sink);
    }
}

/// Makes the events of the rows of one order.
fn flush(reading: &Reading, rows: Vec<(u64, ByteRecord)>, sink: Sink<'_>) {
    let (numbers, rows): (Vec<u64>, Vec<ByteRecord>) = rows.into_iter().unzip();
    for (at, events) in reading.parser.events_of_order(&rows) {
        let repeats = events.is_empty() && reading.parser.has_events(&rows[at]);
        sink(numbers[at], &rows[at], (!repeats).then_some(events));
    }
}
