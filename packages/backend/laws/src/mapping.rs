//! Files of somebody else: a mapping in TOML and the rows that it is for.
//!
//! The mapping comes first and ends with a line `%%`; the file follows.

use csv::StringRecord;
use goody_domain::OrderEvent;
use goody_testkit::now;

use self::columns::{Mapping, Rows};
use self::records::Records;

#[path = "../../apps/goody/src/mapping.rs"]
#[expect(dead_code, reason = "the law brings the text of a mapping, and no file of it")]
mod columns;
#[path = "../../apps/goody/src/records.rs"]
#[expect(dead_code, reason = "the law has no use for the number of a record")]
mod records;

/// Ends the mapping.
const END: &[u8] = b"\n%%\n";

/// The law of mapped rows.
pub fn hold(data: &[u8]) -> bool {
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
    let Ok(rows) = Rows::new(mapping, &heading) else { return false };
    let mut taken = false;
    for row in std::iter::from_fn(read).flatten() {
        for wire in rows.events(&row) {
            match wire.and_then(|wire| OrderEvent::check(&wire, now())) {
                Ok(event) => {
                    crate::reads_as_it_is_printed(&event);
                    taken = true;
                }
                Err(rejection) => assert!(!rejection.errors.is_empty(), "who turns a row away says why"),
            }
        }
        let (once, again) = (rows.events(&row), rows.events(&row));
        assert_eq!(format!("{once:?}"), format!("{again:?}"), "a row that is read again says the same");
    }
    taken
}
