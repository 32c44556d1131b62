//! Reads and parses a file of events, on its own thread.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::StringRecord;
use goody_application::ports::Clock;
use goody_domain::{FieldError, Instant, OrderEvent, Rejection, ReportZone};
use goody_formats::lines::{BOM, read_line};
use goody_formats::mapping::{Mapping, RowParser};
use goody_formats::records::{Record, Records};

use super::ImportError;
use super::batches::PieceSender;
use crate::clock::SystemClock;

/// An event with the fields that were left out of it, or the reasons of a rejection with the text of the line.
type ParsedEvent = Result<(OrderEvent, Vec<FieldError>), (Rejection, String)>;

/// A line of the file. A row of a CSV file with several events gives several of them.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) event: ParsedEvent,
}

pub(super) struct InputFile {
    pub(super) reader: Box<dyn Read + Send>,
    /// The size of the file; 0 when it is unknown.
    pub(super) bytes: u64,
}

impl InputFile {
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self { reader: Box::new(std::io::stdin()), bytes: 0 });
        }
        let file = File::open(path)?;
        Ok(Self { bytes: file.metadata()?.len(), reader: Box::new(file) })
    }
}

/// Reads and counts the bytes of the file. Before each read, it sends the lines that are parsed, because the read may have to
/// wait for the input.
struct Input {
    inner: Box<dyn Read + Send>,
    position: Arc<AtomicU64>,
    pieces: PieceSender<Line>,
    /// When the last bytes arrived. Their events are validated against this time.
    now: Instant,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.pieces.send() {
            // The task that stores has failed, and reports why: the file ends here.
            return Ok(0);
        }
        let read = self.inner.read(buffer)?;
        self.now = SystemClock.now();
        self.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A file that is read and parsed.
pub(super) struct Source {
    input: BufReader<Input>,
    name: String,
    /// Promises that are dates end with the day of this zone.
    zone: ReportZone,
}

impl Source {
    pub(super) fn new(
        inner: Box<dyn Read + Send>,
        name: String,
        zone: ReportZone,
        pieces: PieceSender<Line>,
        position: Arc<AtomicU64>,
    ) -> Self {
        let input = Input { inner, position, pieces, now: SystemClock.now() };
        Self { input: BufReader::with_capacity(1 << 20, input), name, zone }
    }

    pub(super) fn read_ndjson(self) -> Result<(), ImportError> {
        let mut reader = self.input;
        let mut number = 0;
        let mut line = Vec::new();
        loop {
            line.clear();
            let is_whole = read_line(&mut reader, &mut line, b'\n');
            let is_whole = is_whole.map_err(|error| ImportError::Unreadable(self.name.clone(), error))?;
            let Some(is_whole) = is_whole else { break };
            number += 1;
            let text = line.trim_ascii();
            let text = if number == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text };
            if is_whole && text.is_empty() {
                continue;
            }
            let input = reader.get_mut();
            let event = match is_whole {
                true => OrderEvent::parse_with_warnings(text, input.now, &self.zone),
                false => Err(Rejection::too_long()),
            };
            let event = event.map_err(|rejection| (rejection, String::from_utf8_lossy(text).into_owned()));
            if !input.pieces.push(Line { number, event }) {
                return Ok(());
            }
        }
        reader.get_mut().pieces.send();
        Ok(())
    }

    pub(super) fn read_csv(self, mapping: Mapping) -> Result<(), ImportError> {
        let unreadable = |error| ImportError::Unreadable(self.name.clone(), error);
        let invalid = |reason| ImportError::Columns(self.name.clone(), reason);
        let mut records = Records::new(self.input, mapping.delimiter());
        let heading = match records.read().map_err(unreadable)?.map(|record| record.cells) {
            None => StringRecord::new(),
            Some(Ok(cells)) => StringRecord::from_byte_record(cells)
                .map_err(|error| invalid(format!("the heading is not UTF-8: {}", error.utf8_error())))?,
            Some(Err((rejection, _))) => return Err(invalid(format!("the heading is invalid: {rejection}"))),
        };
        let parser = RowParser::new(mapping, &heading).map_err(invalid)?;
        while let Some(Record { number, cells }) = records.read().map_err(unreadable)? {
            let input = records.input().get_mut();
            let events = match cells {
                Ok(cells) => parse_row(&parser, cells, input.now, &self.zone),
                Err((rejection, text)) => vec![Err((rejection, String::from_utf8_lossy(&text).into_owned()))],
            };
            for event in events {
                if !input.pieces.push(Line { number, event }) {
                    return Ok(());
                }
            }
        }
        records.input().get_mut().pieces.send();
        Ok(())
    }
}

/// The events of a row.
fn parse_row(parser: &RowParser, cells: csv::ByteRecord, now: Instant, zone: &ReportZone) -> Vec<ParsedEvent> {
    match StringRecord::from_byte_record(cells) {
        Ok(record) => {
            let text = || record.iter().collect::<Vec<_>>().join(",");
            let events = parser.events(&record).into_iter();
            let checked = events.map(|event| event.and_then(|wire| OrderEvent::check_with_warnings(&wire, now, zone)));
            checked.map(|event| event.map_err(|rejection| (rejection, text()))).collect()
        }
        Err(error) => {
            let reason = format!("is not UTF-8: {}", error.utf8_error());
            let cells = error.into_byte_record();
            let text = cells.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
            vec![Err((Rejection::field("line", reason), text))]
        }
    }
}
