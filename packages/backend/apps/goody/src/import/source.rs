//! Reads and parses the files of an import, on their own thread.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use csv::ByteRecord;
use goody_application::ports::Clock;
use goody_domain::{FieldError, Instant, OrderEvent, Rejection, ReportZone};
use goody_formats::event_splitter::{BodyFormat, EventSplitter, RawEvent};
use goody_formats::join::Join;
use goody_formats::json::{JsonRecords, rows_of};
use goody_formats::lines::{BOM, read_line};
use goody_formats::mapping::{Mapping, RowParser};
use goody_formats::records::{Record, Records};
use goody_formats::table::{RowEvents, Table};
use goody_formats::unpack::{Text, Unpacked, unpack};
use goody_formats::workbook::Workbook;

use super::ImportError;
use super::batches::PieceSender;
use super::description::{FileDescription, Reading};
use super::input_file::InputFile;
use super::joined::read_join;
use crate::clock::SystemClock;

/// The largest workbook that is read from a pipe: it is kept in memory.
const LARGEST_PIPED_WORKBOOK: u64 = 256 << 20;

/// An event with the fields that were left out of it, or the reasons of a rejection with the text of the line.
type ParsedEvent = Result<(OrderEvent, Vec<FieldError>), (Rejection, String)>;

/// A line of a file. A row of a table with several events gives several of them.
pub(super) struct Line {
    /// The position of the file among those of the import.
    pub(super) file: usize,
    pub(super) number: u64,
    pub(super) event: ParsedEvent,
}

/// Where the parsed lines go.
struct Feed {
    pieces: PieceSender<Line>,
    position: Arc<AtomicU64>,
    /// When the last bytes arrived. Their events are validated against this time.
    now: Instant,
    /// The position of the file.
    file: usize,
    /// False when the task that stores has failed.
    is_open: bool,
}

impl Feed {
    fn push(&mut self, number: u64, event: ParsedEvent) -> bool {
        let line = Line { file: self.file, number, event };
        self.is_open = self.is_open && self.pieces.push(line);
        self.is_open
    }
}

/// Reads and counts the bytes of a file. Before each read, it sends the lines that are parsed, because the read may have to wait
/// for the input.
struct Input {
    inner: Box<dyn Read + Send>,
    feed: Rc<RefCell<Feed>>,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let is_open = {
            let mut feed = self.feed.borrow_mut();
            feed.is_open = feed.is_open && feed.pieces.send();
            feed.is_open
        };
        if !is_open {
            // The task that stores has failed, and reports why: the file ends here.
            return Ok(0);
        }
        let read = self.inner.read(buffer)?;
        let mut feed = self.feed.borrow_mut();
        feed.now = SystemClock.now();
        feed.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The files of an import, and how they are read.
pub(super) struct Source {
    pub(super) files: Vec<InputFile>,
    pub(super) mapping: Option<Mapping>,
    /// The encoding that was stated for every file.
    pub(super) encoding: Option<String>,
    /// The second file of the mapping, if it is not the one that the mapping names.
    pub(super) join: Option<PathBuf>,
    /// Promises that are dates end with the day of this zone.
    pub(super) zone: ReportZone,
    /// What is known about the files, for the person who imports them.
    pub(super) reading: Arc<Mutex<Reading>>,
}

impl Source {
    /// Reads all files, and sends their lines.
    pub(super) fn read(mut self, pieces: PieceSender<Line>, position: Arc<AtomicU64>) -> Result<(), ImportError> {
        let feed = Feed { pieces, position, now: SystemClock.now(), file: 0, is_open: true };
        let feed = Rc::new(RefCell::new(feed));
        for (at, file) in std::mem::take(&mut self.files).into_iter().enumerate() {
            feed.borrow_mut().file = at;
            let reader = FileReader {
                source: &self,
                name: file.name(),
                feed: feed.clone(),
                description: FileDescription::default(),
            };
            reader.read(file)?;
        }
        feed.borrow_mut().pieces.send();
        Ok(())
    }
}

/// Reads one file.
struct FileReader<'s> {
    source: &'s Source,
    name: String,
    feed: Rc<RefCell<Feed>>,
    description: FileDescription,
}

impl FileReader<'_> {
    fn unreadable(&self, error: std::io::Error) -> ImportError {
        ImportError::Unreadable(self.name.clone(), error)
    }

    fn invalid(&self, reason: String) -> ImportError {
        ImportError::Columns(self.name.clone(), reason)
    }

    fn read(mut self, file: InputFile) -> Result<(), ImportError> {
        self.description.name.clone_from(&self.name);
        let (extension, path) = (file.extension(), file.path.clone());
        let mapping = self.source.mapping.clone();
        let stated = self.source.encoding.clone().or_else(|| Some(mapping.as_ref()?.encoding()?.to_owned()));
        let input = Input { inner: file.reader, feed: self.feed.clone() };
        match unpack(Box::new(input), stated.as_deref()).map_err(|error| self.unreadable(error))? {
            Unpacked::Archive(reader) => self.read_workbook(reader, &path, mapping.unwrap_or_default()),
            Unpacked::Text(text) => {
                self.description.encoding = text.encoding.name();
                self.description.is_gzip = text.is_gzip;
                self.description.notes.extend(text.encoding.note());
                let is_json = matches!(text.first, Some(b'[' | b'{'));
                let is_table = matches!(extension.as_str(), "csv" | "tsv" | "txt");
                match mapping {
                    Some(mapping) if is_json && !is_table => self.read_json(text, &path, mapping),
                    Some(mapping) => self.read_csv(text, &path, mapping),
                    None if is_table => self.read_csv(text, &path, Mapping::default()),
                    None if text.first == Some(b'[') || extension == "json" => self.read_json_events(text),
                    None => self.read_ndjson(text),
                }
            }
        }
    }

    fn read_ndjson(mut self, text: Text) -> Result<(), ImportError> {
        self.description.format = "NDJSON, one event on each line";
        let mut reader = text.reader;
        let (mut number, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let is_whole = read_line(&mut reader, &mut line, b'\n').map_err(|error| self.unreadable(error))?;
            let Some(is_whole) = is_whole else { break };
            number += 1;
            let text = line.trim_ascii();
            let text = if number == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text };
            if is_whole && text.is_empty() {
                continue;
            }
            let event = if is_whole { self.parse(text) } else { Err((Rejection::too_long(), lossy(text))) };
            if !self.push(number, event) {
                return Ok(());
            }
        }
        self.finish()
    }

    /// A JSON list of events.
    fn read_json_events(mut self, text: Text) -> Result<(), ImportError> {
        self.description.format = "JSON, a list of events";
        let mut reader = text.reader;
        let mut splitter = EventSplitter::new(BodyFormat::Json);
        loop {
            let chunk = reader.fill_buf().map_err(|error| self.unreadable(error))?;
            let length = chunk.len();
            if length == 0 {
                break;
            }
            splitter.push(chunk);
            reader.consume(length);
            while let Some((number, raw)) = splitter.next_event() {
                if !self.push_raw(number, &raw) {
                    return Ok(());
                }
            }
        }
        if let Some((number, raw)) = splitter.finish() {
            self.push_raw(number, &raw);
        }
        self.finish()
    }

    fn push_raw(&mut self, number: u64, raw: &RawEvent) -> bool {
        let event = match raw {
            RawEvent::Text(text) => self.parse(text),
            RawEvent::TooLong(start) => Err((Rejection::too_long(), lossy(start))),
            RawEvent::Malformed(reason, start) => Err((Rejection::field("line", *reason), lossy(start))),
        };
        self.push(number, event)
    }

    fn parse(&self, text: &[u8]) -> ParsedEvent {
        let now = self.feed.borrow().now;
        OrderEvent::parse_with_warnings(text, now, &self.source.zone).map_err(|rejection| (rejection, lossy(text)))
    }

    fn read_csv(mut self, text: Text, path: &Path, mapping: Mapping) -> Result<(), ImportError> {
        let stated = mapping.delimiter();
        let join = self.join(path, &mapping)?;
        let mut table = Table::new(mapping, join);
        let mut records = Records::new(text.reader, stated.unwrap_or(b','));
        loop {
            if table.is_searching() {
                records.find_delimiter(stated.is_some()).map_err(|error| self.unreadable(error))?;
            }
            let Some(Record { number, cells }) = records.read().map_err(|error| self.unreadable(error))? else { break };
            match cells {
                Ok(cells) => self.push_row(&mut table, number, cells)?,
                // Junk above the heading.
                Err(_) if table.is_searching() => {}
                Err((rejection, text)) => drop(self.push(number, Err((rejection, lossy(&text))))),
            }
            if !self.feed.borrow().is_open {
                return Ok(());
            }
        }
        self.description.format = "a table, one row on each line";
        self.description.delimiter = Some(char::from(records.delimiter()));
        self.finish_table(table)
    }

    fn read_json(mut self, text: Text, path: &Path, mapping: Mapping) -> Result<(), ImportError> {
        self.description.format = "JSON, with paths as columns";
        let columns = mapping.column_names();
        let (list, rows) = mapping.json_lists();
        let (list, rows) = (list.map(str::to_owned), rows.map(str::to_owned));
        let join = self.join(path, &mapping)?;
        let mut table = Table::with_columns(mapping, join, &columns).map_err(|reason| self.invalid(reason))?;
        let mut records = JsonRecords::new(text.reader, list.as_deref());
        while let Some((number, record)) = records.read().map_err(|error| self.unreadable(error))? {
            match record {
                Ok(record) => {
                    for row in rows_of(&record, rows.as_deref(), &columns) {
                        self.push_row(&mut table, number, row)?;
                    }
                }
                Err((rejection, text)) => drop(self.push(number, Err((rejection, lossy(&text))))),
            }
            if !self.feed.borrow().is_open {
                return Ok(());
            }
        }
        self.finish_table(table)
    }

    fn read_workbook(mut self, reader: Box<dyn Read>, path: &Path, mapping: Mapping) -> Result<(), ImportError> {
        self.description.format = "a workbook";
        self.description.encoding = "UTF-8";
        let join = self.join(path, &mapping)?;
        let table = Table::new(mapping, join);
        let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
        if is_file {
            let file = File::open(path).map_err(|error| self.unreadable(error))?;
            return self.read_sheets(BufReader::with_capacity(1 << 16, file), table);
        }
        let mut bytes = Vec::new();
        reader.take(LARGEST_PIPED_WORKBOOK + 1).read_to_end(&mut bytes).map_err(|error| self.unreadable(error))?;
        if bytes.len() as u64 > LARGEST_PIPED_WORKBOOK {
            return Err(self.invalid(format!(
                "is a workbook of more than {} MiB: give it as a file",
                LARGEST_PIPED_WORKBOOK >> 20
            )));
        }
        self.read_sheets(Cursor::new(bytes), table)
    }

    fn read_sheets(mut self, input: impl Read + std::io::Seek, mut table: Table) -> Result<(), ImportError> {
        let broken = |error| ImportError::Workbook(self.name.clone(), error);
        let mut workbook = Workbook::open(input).map_err(broken)?;
        let stated = self.source.mapping.as_ref().and_then(|mapping| mapping.sheet().map(str::to_owned));
        let mut missing = None;
        for sheet in workbook.sheets(stated.as_deref()).map_err(broken)? {
            let mut result = Ok(());
            table.restart();
            let read = workbook.rows(&sheet, |number, row| {
                result = self.push_row(&mut table, number, row);
                result.is_ok() && self.feed.borrow().is_open
            });
            match result {
                Ok(()) => read.map_err(|error| ImportError::Workbook(self.name.clone(), error))?,
                // This sheet has other columns.
                Err(error) if table.is_searching() => missing = Some(error),
                Err(error) => return Err(error),
            }
            if !table.is_searching() {
                self.description.sheet = Some(sheet);
                return self.finish_table(table);
            }
        }
        missing.map_or_else(|| self.finish_table(table), Err)
    }

    /// Makes the events of a row, and sends them.
    fn push_row(&mut self, table: &mut Table, number: u64, row: ByteRecord) -> Result<(), ImportError> {
        let zone = &self.source.zone;
        let (feed, description) = (&self.feed, &mut self.description);
        let mut sink = |number: u64, row: &ByteRecord, events: Option<RowEvents<'_>>| {
            send(&mut feed.borrow_mut(), description, zone, (number, row), events);
        };
        table.push(number, row, &mut sink).map_err(|reason| ImportError::Columns(self.name.clone(), reason))
    }

    fn finish_table(mut self, mut table: Table) -> Result<(), ImportError> {
        let zone = &self.source.zone;
        let (feed, description) = (&self.feed, &mut self.description);
        let mut sink = |number: u64, row: &ByteRecord, events: Option<RowEvents<'_>>| {
            send(&mut feed.borrow_mut(), description, zone, (number, row), events);
        };
        table.finish(&mut sink).map_err(|reason| ImportError::Columns(self.name.clone(), reason))?;
        if let Some((names, line)) = table.heading() {
            self.description.columns = names.iter().filter(|name| !name.is_empty()).cloned().collect();
            self.description.heading_line = line;
        }
        self.description.notes.extend_from_slice(table.notes());
        self.finish()
    }

    fn join(&mut self, path: &Path, mapping: &Mapping) -> Result<Option<Join>, ImportError> {
        let Some(table) = mapping.join() else { return Ok(None) };
        let file = self.source.join.clone().unwrap_or_else(|| path.with_file_name(&table.file));
        read_join(&file, table, self.source.encoding.as_deref()).map(Some)
    }

    fn push(&mut self, number: u64, event: ParsedEvent) -> bool {
        if let Ok((event, _)) = &event {
            self.description.orders.add(event);
        }
        self.feed.borrow_mut().push(number, event)
    }

    fn finish(self) -> Result<(), ImportError> {
        // Nothing of the thread that shows it can panic while it is locked.
        self.source.reading.lock().unwrap_or_else(PoisonError::into_inner).add(self.description);
        Ok(())
    }
}

/// Checks the events of a row, and sends them.
fn send(
    feed: &mut Feed,
    description: &mut FileDescription,
    zone: &ReportZone,
    (number, row): (u64, &ByteRecord),
    events: Option<RowEvents<'_>>,
) {
    description.rows += 1;
    let Some(events) = events else { return };
    if events.is_empty() {
        description.rows_without_events += 1;
    }
    for event in events {
        let event = event.and_then(|wire| OrderEvent::check_with_warnings(&wire, feed.now, zone));
        let event = event.map_err(|rejection| (rejection, RowParser::text_of(row)));
        if let Ok((event, _)) = &event {
            description.orders.add(event);
        }
        feed.push(number, event);
    }
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
