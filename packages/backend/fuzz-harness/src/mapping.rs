//! Third-party files: a mapping in TOML, and the rows to which it applies.
//!
//! The input is the mapping, a line `%%`, and the file.

use goody_domain::OrderEvent;
use goody_formats::files::mapping::Mapping;
use goody_formats::files::records::Records;
use goody_formats::files::table::{RowEvents, Table};
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
    let read = || {
        let mut records = Records::new(file, mapping.delimiter().unwrap_or(b','));
        let mut table = Table::new(mapping.clone(), None);
        let (mut accepted, mut results) = (false, Vec::new());
        let mut sink = |_: u64, _: &csv::ByteRecord, events: Option<RowEvents<'_>>| {
            for wire in events.into_iter().flatten() {
                results.push(format!("{wire:?}"));
                match wire.and_then(|wire| OrderEvent::check(&wire, now())) {
                    Ok(event) => {
                        crate::assert_round_trip(&event);
                        accepted = true;
                    }
                    Err(rejection) => assert!(!rejection.errors.is_empty(), "a rejection has at least one error"),
                }
            }
        };
        loop {
            if table.is_searching() {
                records.find_delimiter(mapping.delimiter().is_some()).unwrap();
            }
            let Some(record) = records.read().unwrap() else { break };
            if let Ok(cells) = record.cells
                && table.push(record.number, cells, &mut sink).is_err()
            {
                break;
            }
        }
        drop(table.finish(&mut sink));
        (accepted, results)
    };
    let (accepted, results) = read();
    assert_eq!(results, read().1, "the same file gives the same events");
    accepted
}
