//! The sheet of a workbook: numbers and times as such, all else as text.

use goody_domain::Instant;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;

/// The most rows of a workbook. It is complete before its first byte is sent, so it must not take long.
pub(super) const MOST_ROWS: usize = 100_000;

/// The width of each column, in characters: that of a time.
const WIDTH: f64 = 17.0;
/// 1970-01-01 as a spreadsheet counts days.
const UNIX_DAY: f64 = 25_569.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// A sheet that is written row by row to a temporary file.
pub(super) struct Sheet {
    workbook: Workbook,
    /// The next row.
    row: u32,
    time: Format,
}

impl Default for Sheet {
    fn default() -> Self {
        let mut workbook = Workbook::new();
        workbook.add_worksheet_with_constant_memory();
        Self { workbook, row: 0, time: Format::new().set_num_format("yyyy-mm-dd hh:mm") }
    }
}

impl Sheet {
    /// Writes a row, and before the first one the header.
    pub(super) fn write(&mut self, cells: Vec<(String, Value)>) -> Result<(), XlsxError> {
        let Self { workbook, row, time } = self;
        let sheet = workbook.worksheet_from_index(0)?;
        if *row == 0 {
            let header = Format::new().set_bold();
            sheet.set_freeze_panes(1, 0)?;
            for (column, (name, _)) in (0..).zip(&cells) {
                sheet.set_column_width(column, WIDTH)?;
                sheet.write_string_with_format(0, column, name, &header)?;
            }
            *row = 1;
        }
        for (column, (_, cell)) in (0..).zip(cells) {
            write_cell(sheet, (*row, column), cell, time)?;
        }
        *row += 1;
        Ok(())
    }

    /// The bytes of the workbook.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }
}

/// Writes a cell. Times are in UTC, as everywhere in the API.
fn write_cell(sheet: &mut Worksheet, (row, column): (u32, u16), cell: Value, time: &Format) -> Result<(), XlsxError> {
    match cell {
        Value::Null => return Ok(()),
        Value::Bool(value) => sheet.write_boolean(row, column, value)?,
        Value::Number(number) => sheet.write_number(row, column, number.as_f64().unwrap_or_default())?,
        Value::String(text) => match Instant::parse(&text) {
            Ok(at) => {
                let days = at.seconds_since(Instant::from_micros(0)) / SECONDS_PER_DAY + UNIX_DAY;
                sheet.write_number_with_format(row, column, days, time)?
            }
            Err(_) => sheet.write_string(row, column, text)?,
        },
        other => sheet.write_string(row, column, other.to_string())?,
    };
    Ok(())
}
