//! Workbooks: damaged ones are refused, and never crash.

use std::io::Cursor;

use goody_formats::files::workbook::Workbook;

/// How many rows are read.
const MOST_ROWS: usize = 1_000;

/// The law of workbooks: rows come in ascending order and end with a filled cell. Returns whether a row was read.
pub fn check(data: &[u8]) -> bool {
    let Ok(mut workbook) = Workbook::open(Cursor::new(data)) else { return false };
    let mut rows = 0;
    for sheet in workbook.sheets(None).unwrap_or_default() {
        let read = workbook.rows(&sheet, |number, row| {
            assert!(
                number > 0 && row.iter().next_back().is_some_and(|cell| !cell.is_empty()),
                "a row ends with a filled cell"
            );
            rows += 1;
            rows < MOST_ROWS
        });
        drop(read);
    }
    rows > 0
}
