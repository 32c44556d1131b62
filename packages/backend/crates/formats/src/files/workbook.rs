//! The rows of an `.xlsx` workbook, one at a time. The texts that its cells share are kept in memory.

use std::io::{Read, Seek};

use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};
use csv::ByteRecord;
use jiff::Unit;
use jiff::civil::{DateTime, Time};
use zip::result::ZipError;

use self::package::check;

mod package;

/// The most columns that are read: a row far to the right is a slip of a spreadsheet.
const MOST_COLUMNS: u32 = 2_000;

/// Why a workbook cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// It is no workbook, or a part of it is damaged.
    #[error("it is no .xlsx workbook, or is damaged")]
    Invalid(#[source] Box<XlsxError>),
    /// It is no archive, or is damaged.
    #[error("it is no .xlsx workbook, or is damaged")]
    Archive(#[source] ZipError),
    /// It is an archive of something else.
    #[error("it is a ZIP archive and no .xlsx workbook: unpack it, or save it as .xlsx or CSV. It has: {0}")]
    OtherArchive(String),
    /// A part of it is larger than is read.
    #[error(
        "its part {name} has {mebibytes} MiB when it is decompressed, and the limit is {most} MiB: save the sheet as CSV, and import that"
    )]
    TooLarge {
        /// The sheet, or the part with the texts that cells share.
        name: String,
        /// Its size, as the archive states it.
        mebibytes: u64,
        /// The limit.
        most: u64,
    },
    /// The part with the texts that cells share says that it has more of them than it can have.
    #[error("it is damaged: its shared texts are fewer than it says")]
    Texts,
    /// The cells of a row are not in order from left to right: what is in which column is not sure.
    #[error("it is damaged: the cells of row {0} are not in the order of their columns")]
    Order(u64),
    /// It has no sheet of this name.
    #[error("it has no sheet {0}; its sheets are: {1}")]
    NoSheet(String, String),
}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        Self::Invalid(Box::new(error))
    }
}

impl From<ZipError> for WorkbookError {
    fn from(error: ZipError) -> Self {
        Self::Archive(error)
    }
}

/// An open workbook.
pub struct Workbook<R: Read + Seek> {
    workbook: Xlsx<R>,
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook, unless a part of it is larger than is read.
    ///
    /// # Errors
    /// It is none, or too large.
    pub fn open(mut input: R) -> Result<Self, WorkbookError> {
        check(&mut input)?;
        input.rewind().map_err(ZipError::from)?;
        Ok(Self { workbook: Xlsx::new(input)? })
    }

    /// The sheets to look at: the one with this name, or all that are not hidden.
    ///
    /// # Errors
    /// There is no such sheet.
    pub fn sheets(&self, name: Option<&str>) -> Result<Vec<String>, WorkbookError> {
        let all = self.workbook.sheet_names();
        match name {
            None => {
                let visible = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
                Ok(self.workbook.sheets_metadata().iter().filter(visible).map(|sheet| sheet.name.clone()).collect())
            }
            Some(name) => match all.iter().find(|sheet| sheet.trim().eq_ignore_ascii_case(name.trim())) {
                Some(sheet) => Ok(vec![sheet.clone()]),
                None => Err(WorkbookError::NoSheet(name.to_owned(), all.join(", "))),
            },
        }
    }

    /// Reads the rows of a sheet that are not empty, each with its number, until `row` returns false.
    ///
    /// # Errors
    /// The sheet is damaged, or the cells of a row are not in order. Then `row` has received the rows before.
    pub fn rows(&mut self, sheet: &str, mut row: impl FnMut(u64, ByteRecord) -> bool) -> Result<(), WorkbookError> {
        let mut cells = self.workbook.worksheet_cells_reader(sheet)?;
        let mut current = (0_u32, ByteRecord::new());
        while let Some(cell) = cells.next_cell()? {
            let (line, column) = cell.get_position();
            if line != current.0 {
                let full = std::mem::take(&mut current.1);
                if !full.is_empty() && !row(u64::from(current.0) + 1, full) {
                    return Ok(());
                }
                current.0 = line;
            }
            let text = text_of(cell.get_value());
            if column >= MOST_COLUMNS || text.is_empty() {
                continue;
            }
            if current.1.len() > column as usize {
                return Err(WorkbookError::Order(u64::from(line) + 1));
            }
            while current.1.len() < column as usize {
                current.1.push_field(b"");
            }
            current.1.push_field(text.as_bytes());
        }
        if !current.1.is_empty() {
            row(u64::from(current.0) + 1, current.1);
        }
        Ok(())
    }
}

/// The text of a cell, as a CSV file would have it. Dates are written as `2026-11-20` and `2026-11-20 10:00:00`.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // `{}` writes no exponent, so order numbers of twelve digits stay whole.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(time) => time_text(time),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn time_text(time: &ExcelDateTime) -> String {
    if time.is_duration() || time.as_f64().abs() < 1.0 {
        let seconds = (time.as_f64() * 86_400.0).round().abs() as u64;
        return format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = format!("{hour:02}:{minute:02}:{second:02}.{milli:03}");
    // To whole seconds: 16:12 is stored as a fraction that is a millisecond off. Excel knows a day that never was, 1900-02-29.
    let exact = format!("{date} {clock}").parse::<DateTime>().and_then(|exact| exact.round(Unit::Second));
    match exact {
        Ok(exact) if exact.time() == Time::midnight() => exact.date().to_string(),
        Ok(exact) => exact.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => date,
    }
}
