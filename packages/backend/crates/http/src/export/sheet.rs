//! The sheet of a workbook for Excel: numbers and times as such, all else as text.
//!
//! A workbook is a ZIP archive of XML parts (ECMA-376, SpreadsheetML). One with a single plain sheet needs five of them, which do not
//! change, and the sheet. A library for workbooks would be a fifth of a function's package.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use goody_domain::Instant;
use serde_json::Value;
use zip::ZipWriter;
use zip::result::{ZipError, ZipResult};
use zip::write::SimpleFileOptions;

use super::SECONDS_PER_DAY;

/// The most rows of a workbook. It is complete before its first byte is sent, so it must not take long.
pub(super) const MOST_ROWS: usize = 100_000;

/// The most rows that Excel opens, without the header.
const ROWS_OF_EXCEL: usize = 1_048_575;
/// 1970-01-01 as a spreadsheet counts days.
const UNIX_DAY: f64 = 25_569.0;
/// The longest text of a cell, in UTF-16 units; Excel refuses a file with a longer one.
const LONGEST_TEXT: usize = 32_767;

/// The parts that are the same in each workbook. Format 1 is bold, format 2 is a time.
const PARTS: [(&str, &str); 5] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm"/></numFmts><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>"#,
    ),
];

/// What precedes the rows: the header stays in view, and a column has room for a time.
const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="100" width="17" customWidth="1"/></cols><sheetData>"#;

/// A workbook that is written row by row. It is in memory compressed.
pub(super) struct Sheet {
    archive: ZipWriter<Cursor<Vec<u8>>>,
    /// Whether the parts before the rows were written.
    is_begun: bool,
    /// How many rows were written after the header.
    rows: usize,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { archive: ZipWriter::new(Cursor::default()), is_begun: false, rows: 0 }
    }
}

impl Sheet {
    /// Writes a row, and before the first one the header.
    pub(super) fn write(&mut self, cells: Vec<(String, Value)>) -> ZipResult<()> {
        if self.rows == ROWS_OF_EXCEL {
            return Err(ZipError::UnsupportedArchive("a workbook has at most 1,048,575 rows: export CSV"));
        }
        self.rows += 1;
        let mut xml = String::with_capacity(2_048);
        if !self.is_begun {
            self.begin()?;
            row(&mut xml, cells.iter().map(|(name, _)| text(name, " s=\"1\"")));
        }
        row(&mut xml, cells.into_iter().map(|(_, cell)| cell_xml(cell)));
        Ok(self.archive.write_all(xml.as_bytes())?)
    }

    /// The bytes of the workbook.
    pub(super) fn finish(mut self) -> ZipResult<Vec<u8>> {
        if !self.is_begun {
            self.begin()?;
        }
        self.archive.write_all(b"</sheetData></worksheet>")?;
        Ok(self.archive.finish()?.into_inner())
    }

    fn begin(&mut self) -> ZipResult<()> {
        self.is_begun = true;
        // Without the time of the clock: equal rows give equal files.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        for (name, xml) in PARTS.into_iter().chain([("xl/worksheets/sheet1.xml", SHEET)]) {
            self.archive.start_file(name, options)?;
            self.archive.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>")?;
            self.archive.write_all(xml.as_bytes())?;
        }
        Ok(())
    }
}

fn row(xml: &mut String, cells: impl Iterator<Item = String>) {
    xml.push_str("<row>");
    xml.extend(cells);
    xml.push_str("</row>");
}

/// A cell. Times are in UTC, as everywhere in the API.
fn cell_xml(cell: Value) -> String {
    match cell {
        Value::Null => "<c/>".into(),
        Value::Bool(value) => format!("<c t=\"b\"><v>{}</v></c>", u8::from(value)),
        Value::Number(number) => format!("<c><v>{number}</v></c>"),
        Value::String(value) => match Instant::parse(&value) {
            Ok(at) => {
                let days = at.seconds_since(Instant::from_micros(0)) / SECONDS_PER_DAY + UNIX_DAY;
                format!("<c s=\"2\"><v>{days}</v></c>")
            }
            Err(_) => text(&value, ""),
        },
        other => text(&other.to_string(), ""),
    }
}

/// A cell with a text, which is never a formula.
fn text(value: &str, format: &str) -> String {
    let mut xml = format!("<c t=\"inlineStr\"{format}><is><t xml:space=\"preserve\">");
    let mut units = 0;
    for (at, c) in value.char_indices() {
        units += c.len_utf16();
        if units > LONGEST_TEXT {
            break;
        }
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '\t' | '\n' => xml.push(c),
            // XML has no other control characters; SpreadsheetML writes them as `_x000D_`, and the underscore of a text like that, too.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' | '_' if c != '_' || is_escape(&value[at..]) => {
                // Writing to a string does not fail.
                let _ = write!(xml, "_x{:04X}_", u32::from(c));
            }
            c => xml.push(c),
        }
    }
    xml.push_str("</t></is></c>");
    xml
}

/// Whether a text begins like an escaped character: `_x000D_`.
fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7 && bytes.starts_with(b"_x") && bytes[2..6].iter().all(u8::is_ascii_hexdigit) && bytes[6] == b'_'
}
