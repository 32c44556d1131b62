//! Reads tables: CSV, JSON whose paths are columns, and workbooks.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use csv::ByteRecord;
use goody_domain::{OrderEvent, ReportZone};
use goody_formats::files::join::Join;
use goody_formats::files::json::{JsonRecords, rows_of};
use goody_formats::files::mapping::{Mapping, RowParser};
use goody_formats::files::records::{Record, Records};
use goody_formats::files::table::{RowEvents, Table};
use goody_formats::files::unpack::Text;
use goody_formats::files::workbook::Workbook;

use super::ImportError;
use super::description::FileDescription;
use super::feed::Feed;
use super::file_reader::{FileReader, lossy};
use super::joined::read_join;

/// The largest workbook that is read from a pipe: it is kept in memory.
const LARGEST_PIPED_WORKBOOK: u64 = 256 << 20;

impl FileReader<'_> {
    pub(super) fn read_csv(
        mut self,
        text: Text,
        path: &Path,
        mapping: Mapping,
    ) -> Result<FileDescription, ImportError> {
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
                return Ok(self.description);
            }
        }
        self.description.format = "a table, one row on each line";
        self.description.delimiter = Some(char::from(records.delimiter()));
        self.finish_table(table)
    }

    pub(super) fn read_json(
        mut self,
        text: Text,
        path: &Path,
        mapping: Mapping,
    ) -> Result<FileDescription, ImportError> {
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
                return Ok(self.description);
            }
        }
        self.finish_table(table)
    }

    pub(super) fn read_workbook(
        mut self,
        reader: Box<dyn Read>,
        path: &Path,
        mapping: Mapping,
    ) -> Result<FileDescription, ImportError> {
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

    fn read_sheets(
        mut self,
        input: impl Read + std::io::Seek,
        mut table: Table,
    ) -> Result<FileDescription, ImportError> {
        let broken = |error| ImportError::Workbook(self.name.clone(), error);
        let mut workbook = Workbook::open(input).map_err(broken)?;
        let stated = self.options.mapping.as_ref().and_then(|mapping| mapping.sheet().map(str::to_owned));
        let mut missing = None;
        let mut read = Vec::new();
        for sheet in workbook.sheets(stated.as_deref()).map_err(broken)? {
            let mut result = Ok(());
            table.restart();
            let rows = workbook.rows(&sheet, |number, row| {
                result = self.push_row(&mut table, number, row);
                result.is_ok() && self.feed.borrow().is_open
            });
            match result {
                Ok(()) => rows.map_err(|error| ImportError::Workbook(self.name.clone(), error))?,
                // This sheet has other columns.
                Err(error) if table.is_searching() => missing = Some(error),
                Err(error) => return Err(error),
            }
            if !table.is_searching() {
                self.end_table(&mut table)?;
                read.push(sheet);
            }
        }
        if read.is_empty() {
            return missing.map_or_else(|| self.finish_table(table), Err);
        }
        self.description.sheet = Some(read.join(", "));
        Ok(self.description)
    }

    /// Makes the events of a row, and sends them.
    fn push_row(&mut self, table: &mut Table, number: u64, row: ByteRecord) -> Result<(), ImportError> {
        let zone = &self.options.zone;
        let (feed, description) = (&self.feed, &mut self.description);
        let mut sink = |number: u64, row: &ByteRecord, events: Option<RowEvents<'_>>| {
            send(&mut feed.borrow_mut(), description, zone, (number, row), events);
        };
        table.push(number, row, &mut sink).map_err(|reason| ImportError::Columns(self.name.clone(), reason))
    }

    fn finish_table(mut self, mut table: Table) -> Result<FileDescription, ImportError> {
        self.end_table(&mut table)?;
        Ok(self.description)
    }

    /// Sends the events of the last rows. The heading of the first table is that of the file.
    fn end_table(&mut self, table: &mut Table) -> Result<(), ImportError> {
        let zone = &self.options.zone;
        let (feed, description) = (&self.feed, &mut self.description);
        let mut sink = |number: u64, row: &ByteRecord, events: Option<RowEvents<'_>>| {
            send(&mut feed.borrow_mut(), description, zone, (number, row), events);
        };
        table.finish(&mut sink).map_err(|reason| ImportError::Columns(self.name.clone(), reason))?;
        if let Some((names, line)) = table.heading()
            && self.description.columns.is_empty()
        {
            self.description.columns = names.iter().filter(|name| !name.is_empty()).cloned().collect();
            self.description.heading_line = line;
            self.description.notes.extend_from_slice(table.notes());
        }
        Ok(())
    }

    fn join(&mut self, path: &Path, mapping: &Mapping) -> Result<Option<Join>, ImportError> {
        let Some(table) = mapping.join() else { return Ok(None) };
        let file = self.options.join.clone().unwrap_or_else(|| path.with_file_name(&table.file));
        read_join(&file, table, self.options.encoding.as_deref()).map(Some)
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
        feed.push(number, event);
    }
}
