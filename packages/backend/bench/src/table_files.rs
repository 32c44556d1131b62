//! Tables as shops export them, with one order on each row: CSV files and workbooks.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use goody_domain::Instant;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Failure;
use crate::generator::Generator;

/// The events of a row: its placement, its handover and its arrival.
pub const EVENTS_PER_ROW: u64 = 3;
/// The mapping of both files.
pub const MAPPING: &str = r#"
money = "major"

[columns]
orderId = "Order"
vendorId = "Vendor"
estimatedDelivery = "Promised"
giftValue = "Total"
carrier = "Carrier"
trackingNumber = "Tracking"

[[events]]
status = "PLACED"
occurredAt = "Ordered"

[[events]]
status = "SHIPPING_ON_TIME"
occurredAt = "Shipped"

[[events]]
status = "ARRIVED"
occurredAt = "Delivered"
"#;

const HEADING: [&str; 9] =
    ["Order", "Vendor", "Ordered", "Promised", "Shipped", "Delivered", "Carrier", "Tracking", "Total"];
const DAY_SECONDS: i64 = 86_400;
/// The latest orders are this old, so that no event lies in the future.
const YOUNGEST_DAYS: i64 = 10;

/// The orders of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableRows {
    /// How many there are.
    pub rows: u64,
    /// How many vendors they have.
    pub vendors: usize,
    /// How many days they span.
    pub days: u32,
    /// The end of these days.
    pub now: Instant,
}

impl TableRows {
    fn row(&self, number: u64) -> [String; 9] {
        let span = i64::from(self.days) * DAY_SECONDS;
        let age = span - span * number as i64 / self.rows.max(1) as i64 + YOUNGEST_DAYS * DAY_SECONDS;
        let at = |seconds: i64| Instant::from_micros(self.now.micros() - (age - seconds) * 1_000_000).to_string();
        let hours = |hours: u64| hours as i64 * 3_600;
        [
            format!("o-{number}"),
            Generator::vendor(number as usize % self.vendors.max(1)),
            at(0),
            at(4 * DAY_SECONDS),
            at(hours(6 + number % 30)),
            at(hours(48 + number % 60)),
            "DHL".to_owned(),
            format!("JD{number:010}"),
            format!("{}.{:02}", 10 + number % 90, number % 100),
        ]
    }

    /// Writes a CSV file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_csv(&self, path: &Path) -> Result<(), Failure> {
        let mut output = BufWriter::with_capacity(1 << 20, File::create(path)?);
        writeln!(output, "{}", HEADING.join(","))?;
        for number in 0..self.rows {
            writeln!(output, "{}", self.row(number).join(","))?;
        }
        Ok(output.flush()?)
    }

    /// Writes an `.xlsx` workbook with one sheet, whose texts stand in its cells.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_workbook(&self, path: &Path) -> Result<(), Failure> {
        const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
        let related = |kind: &str, target: &str| {
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATIONSHIPS}/{kind}\" \
                 Target=\"{target}\"/></Relationships>"
            )
        };
        let types = "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                     <Default Extension=\"xml\" ContentType=\"application/xml\"/>";
        let sheets = "<sheets><sheet name=\"Orders\" sheetId=\"1\" r:id=\"rId1\"/></sheets>";
        let parts = [
            ("[Content_Types].xml", format!("<Types xmlns=\"{PACKAGE}/content-types\">{types}</Types>")),
            ("_rels/.rels", related("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONSHIPS}\">{sheets}</workbook>")),
            ("xl/_rels/workbook.xml.rels", related("worksheet", "worksheets/sheet1.xml")),
        ];
        let mut archive = ZipWriter::new(BufWriter::with_capacity(1 << 20, File::create(path)?));
        for (name, text) in parts {
            archive.start_file(name, SimpleFileOptions::default())?;
            archive.write_all(text.as_bytes())?;
        }
        archive.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default())?;
        write!(archive, "<worksheet xmlns=\"{MAIN}\"><sheetData>")?;
        archive.write_all(sheet_row(1, &HEADING.map(str::to_owned)).as_bytes())?;
        for number in 0..self.rows {
            archive.write_all(sheet_row(number + 2, &self.row(number)).as_bytes())?;
        }
        archive.write_all(b"</sheetData></worksheet>")?;
        Ok(archive.finish()?.flush()?)
    }
}

fn sheet_row(line: u64, cells: &[String; 9]) -> String {
    let cells = ('A'..)
        .zip(cells)
        .map(|(column, text)| format!("<c r=\"{column}{line}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"));
    format!("<row r=\"{line}\">{}</row>", cells.collect::<String>())
}
