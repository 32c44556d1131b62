use std::io::{Cursor, Write};

use goody_formats::files::workbook::{Workbook, WorkbookError};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");
const TEXTS: &str = "xl/sharedStrings.xml";

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The archive, with another size of a part in both of its headers.
fn with_size(mut archive: Vec<u8>, part: &str, bytes: u32) -> Vec<u8> {
    for (signature, size_at, name_at) in [(b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)] {
        let header = (0..archive.len())
            .find(|at| archive[*at..].starts_with(signature) && archive[at + name_at..].starts_with(part.as_bytes()))
            .unwrap();
        archive[header + size_at..header + size_at + 4].copy_from_slice(&bytes.to_le_bytes());
    }
    archive
}

fn error_of(archive: Vec<u8>) -> WorkbookError {
    Workbook::open(Cursor::new(archive)).err().unwrap()
}

#[test]
fn a_part_that_expands_beyond_the_limit_is_refused_before_it_is_read() {
    let archive = archive(&[TYPES, (TEXTS, "<sst/>"), ("xl/worksheets/sheet1.xml", "<worksheet/>")]);
    for (part, mebibytes, most) in [(TEXTS, 300, 256), ("xl/worksheets/sheet1.xml", 1_025, 1_024)] {
        let error = error_of(with_size(archive.clone(), part, mebibytes << 20)).to_string();
        let expected =
            format!("its part {part} has {mebibytes} MiB when it is decompressed, and the limit is {most} MiB");
        assert!(error.starts_with(&expected), "{error}");
    }
    // A sheet may be larger than what is kept in memory. Nothing else is wrong with it.
    let error = error_of(with_size(archive, "xl/worksheets/sheet1.xml", 300 << 20));
    assert!(matches!(error, WorkbookError::Invalid(_)), "{error:?}");
}

#[test]
fn a_part_that_is_larger_than_the_archive_states_is_not_read_on() {
    let texts = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(10_000));
    let sheets = format!("<workbook>{}<sheets/></workbook>", " ".repeat(100_000));
    let office = r#"<Relationship Id="a" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/>"#;
    let whole = archive(&[
        TYPES,
        ("_rels/.rels", &format!("<Relationships>{office}</Relationships>")),
        ("xl/workbook.xml", &sheets),
        ("xl/_rels/workbook.xml.rels", "<Relationships/>"),
        (TEXTS, &texts),
    ]);
    Workbook::open(Cursor::new(whole.clone())).unwrap();
    for part in [TEXTS, "xl/workbook.xml"] {
        let error = format!("{:?}", error_of(with_size(whole.clone(), part, 1_000)));
        assert!(error.contains("larger than its declared"), "{part}: {error}");
    }
}

#[test]
fn more_shared_texts_than_the_part_has_room_for_are_refused() {
    let error = error_of(archive(&[TYPES, (TEXTS, "<sst uniqueCount=\"4000000000\"><si/></sst>")]));
    assert!(matches!(error, WorkbookError::Texts), "{error:?}");
}

#[test]
fn an_archive_of_something_else_is_named_as_such() {
    let error = error_of(archive(&[("export/orders.csv", "Order\n1\n"), ("export/readme.txt", "")])).to_string();
    assert!(error.contains("ZIP archive and no .xlsx workbook"), "{error}");
    assert!(error.ends_with("export/orders.csv, export/readme.txt"), "{error}");
    let error = error_of(b"Order,Vendor\n1,Acme\n".to_vec());
    assert!(matches!(error, WorkbookError::Archive(_)), "{error:?}");
}

/// A workbook with one sheet, `Orders`.
fn with_sheet(rows: &str) -> Vec<u8> {
    let office = r#"<Relationship Id="a" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/>"#;
    let sheets = r#"<workbook xmlns:r="r"><sheets><sheet name="Orders" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    let sheet = r#"<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>"#;
    archive(&[
        TYPES,
        ("_rels/.rels", &format!("<Relationships>{office}</Relationships>")),
        ("xl/workbook.xml", sheets),
        ("xl/_rels/workbook.xml.rels", &format!("<Relationships>{sheet}</Relationships>")),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
    ])
}

#[test]
fn a_sheet_whose_cells_are_not_in_order_is_refused() {
    let read = |rows: &str| {
        let mut found = Vec::new();
        let mut workbook = Workbook::open(Cursor::new(with_sheet(rows))).unwrap();
        let result = workbook.rows("Orders", |number, row| {
            found.push((
                number,
                row.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect::<Vec<_>>(),
            ));
            true
        });
        (result.map_err(|error| error.to_string()), found)
    };
    let cell = |position: &str, value: u8| format!(r#"<c r="{position}"><v>{value}</v></c>"#);
    let first = format!(r#"<row r="1">{}{}</row>"#, cell("A1", 1), cell("C1", 3));
    let row =
        |number: u64, fields: &[&str]| (number, fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>());
    assert_eq!(read(&first), (Ok(()), vec![row(1, &["1", "", "3"])]));
    let second = format!(r#"<row r="2">{}{}</row>"#, cell("B2", 2), cell("A2", 1));
    let refused = "it is damaged: the cells of row 2 are not in the order of their columns".to_owned();
    assert_eq!(read(&format!("{first}{second}")), (Err(refused), vec![row(1, &["1", "", "3"])]));
    // No sheet has such columns and rows, and none is computed with a panic.
    let far = format!(r#"<row r="3">{}{}</row>"#, cell("ZZZZZZZZZZ3", 9), cell("A9999999999", 9));
    let _ = read(&far);
}

#[test]
fn hidden_sheets_are_read_only_by_their_name() {
    let office = r#"<Relationship Id="a" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/>"#;
    let sheets = r#"<workbook xmlns:r="r"><sheets><sheet name="Old" sheetId="1" state="hidden" r:id="r1"/><sheet name="Orders" sheetId="2" r:id="r2"/></sheets></workbook>"#;
    let related = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
    let bytes = archive(&[
        TYPES,
        ("_rels/.rels", &format!("<Relationships>{office}</Relationships>")),
        ("xl/workbook.xml", sheets),
        ("xl/_rels/workbook.xml.rels", related),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData/></worksheet>"),
        ("xl/worksheets/sheet2.xml", "<worksheet><sheetData/></worksheet>"),
    ]);
    let workbook = Workbook::open(Cursor::new(bytes)).unwrap();
    assert_eq!(workbook.sheets(None).unwrap(), ["Orders"]);
    assert_eq!(workbook.sheets(Some("old")).unwrap(), ["Old"]);
}
