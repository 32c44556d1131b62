//! Files that are no table and no events, by their first bytes. The error says what to do, instead of columns of garbage.

const SIGNATURES: [(&[u8], &str); 11] = [
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "it is an .xls workbook of an old Excel, or has a password: save it as .xlsx without one, or as CSV",
    ),
    (b"%PDF", "it is a PDF: export the orders as CSV or .xlsx"),
    (b"SQLite format 3\0", "it is a database: to restore a backup use `goody restore`"),
    (b"PAR1", "it is a Parquet file: save it as CSV"),
    (b"\x28\xb5\x2f\xfd", "it is compressed with Zstandard: unpack it first"),
    (b"BZh", "it is compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ\0", "it is compressed with xz: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive: unpack it first"),
    (b"Rar!", "it is a RAR archive: unpack it first"),
    (b"{\\rtf", "it is a text document: save its table as CSV or .xlsx"),
    (b"\x89PNG", "it is a picture: export the orders as CSV or .xlsx"),
];
const MARKUP: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head"];

/// Why a file that begins with these bytes cannot be read; `None` if it may be text with orders.
pub(crate) fn foreign(start: &[u8]) -> Option<&'static str> {
    if let Some((_, advice)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Some(advice);
    }
    let text = start.strip_prefix(crate::lines::BOM).unwrap_or(start).trim_ascii_start();
    let begins = |markup: &&[u8]| text.get(..markup.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(markup));
    MARKUP.iter().any(begins).then_some(
        "it is a web page or XML, whatever its name says: open it in a spreadsheet program and save it as .xlsx or CSV",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_distinguished_from_tables() {
        for start in [&b"%PDF-1.7\n"[..], b"\xef\xbb\xbf\r\n<HTML><body>", b"<!DOCTYPE html>", b"BZh91AY", b"PAR1\x15"]
        {
            assert!(foreign(start).is_some(), "{}", String::from_utf8_lossy(start));
        }
        for start in [&b""[..], b"Order,Vendor\n", b"{\"eventId\":\"1\"}", b"[{", b"<5 days,Order\n", b"sep=;\n"] {
            assert_eq!(foreign(start), None, "{}", String::from_utf8_lossy(start));
        }
    }
}
