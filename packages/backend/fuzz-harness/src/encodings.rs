//! Files of any encoding, compressed or not, and JSON records.

use std::io::{Cursor, Read};

use goody_formats::files::json::{JsonRecords, rows_of};
use goody_formats::files::unpack::{Unpacked, unpack};

/// How much of a decompressed file is read.
const MOST: u64 = 1 << 20;

/// The law of texts: what is transcoded is UTF-8, and reading it twice gives the same. The first byte chooses a stated encoding.
/// Returns whether the bytes had another encoding than UTF-8.
pub fn check(data: &[u8]) -> bool {
    let Some((choice, data)) = data.split_first() else { return false };
    let stated =
        [None, Some("windows-1252"), Some("shift_jis"), Some("utf-16le"), Some("utf-8")][usize::from(choice % 5)];
    let read = || {
        let input = Box::new(Cursor::new(data.to_vec()));
        let Ok(Unpacked::Text(text)) = unpack(input, stated) else { return None };
        let is_utf8 = text.encoding.is_utf8();
        let mut bytes = Vec::new();
        // A damaged gzip file ends with an error.
        drop(text.reader.take(MOST).read_to_end(&mut bytes));
        Some((is_utf8, bytes))
    };
    let Some((is_utf8, bytes)) = read() else { return false };
    assert_eq!(read(), Some((is_utf8, bytes.clone())), "the same bytes give the same text");
    assert!(is_utf8 || (bytes.len() as u64) == MOST || std::str::from_utf8(&bytes).is_ok(), "transcoded text is UTF-8");
    let columns = ["id".to_owned(), "items.vendor".to_owned()];
    let mut records = JsonRecords::new(&bytes[..], None);
    let mut latest = 0;
    while let Ok(Some((line, record))) = records.read() {
        assert!(line >= latest, "lines ascend");
        latest = line;
        if let Ok(record) = record {
            assert!(!rows_of(&record, Some("items"), &columns).is_empty(), "a record has a row");
        }
    }
    !is_utf8
}
