//! Third-party files: a mapping in TOML, and the rows to which it applies.
//!
//! The input is the mapping, a line `%%`, and the file.

use csv::StringRecord;
use goody_domain::OrderEvent;
use goody_formats::mapping::{Mapping, RowParser};
use goody_formats::records::Records;
use goody_testkit::now;

/// The end of the mapping.
const END: &[u8] = b"\n%%\n";

/// The law of mapped rows: each accepted event survives serialization, each rejection has a reason, and the mapping is
/// deterministic. Returns whether an event was accepted.
pub fn check(data: &[u8]) -> bool {
    let Some(at) = data.windows(END.len()).position(|bytes| bytes == END) else { return false };
    let (text, file) = (&data[..at], &data[at + END.len()..]);
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let Ok(mapping) = Mapping::parse("mapping.toml".into(), text) else { return false };
    let mut records = Records::new(file, mapping.delimiter());
    let mut read = || {
        let record = records.read().unwrap()?;
        Some(record.cells.ok().and_then(|cells| StringRecord::from_byte_record(cells).ok()))
    };
    let Some(Some(heading)) = read() else { return false };
    let Ok(rows) = RowParser::new(mapping, &heading) else { return false };
    let mut accepted = false;
    for row in std::iter::from_fn(read).flatten() {
        for wire in rows.events(&row) {
            match wire.and_then(|wire| OrderEvent::check(&wire, now())) {
                Ok(event) => {
                    crate::assert_round_trip(&event);
                    accepted = true;
                }
                Err(rejection) => assert!(!rejection.errors.is_empty(), "a rejection has at least one error"),
            }
        }
        let (first, second) = (rows.events(&row), rows.events(&row));
        assert_eq!(format!("{first:?}"), format!("{second:?}"), "the same row gives the same events");
    }
    accepted
}
