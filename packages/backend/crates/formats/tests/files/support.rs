//! Reads a fixture with a mapping, as the command does.

use goody_domain::{Instant, OrderEvent, ReportZone};
use goody_formats::files::heading::Heading;
use goody_formats::files::join::Join;
use goody_formats::files::json::{JsonRecords, rows_of};
use goody_formats::files::mapping::Mapping;
use goody_formats::files::records::Records;
use goody_formats::files::table::{RowEvents, Table};
use goody_formats::files::unpack::{Unpacked, unpack};

/// What a file gave.
#[derive(Default)]
pub(crate) struct Imported {
    pub(crate) events: Vec<OrderEvent>,
    /// Line and reason.
    pub(crate) rejected: Vec<(u64, String)>,
    pub(crate) rows_without_events: usize,
}

impl Imported {
    /// The lines `order vendor status time`, sorted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |event: &OrderEvent| {
            let vendor = event.vendor_id().map(|vendor| vendor.to_string()).unwrap_or_default();
            format!("{} {vendor} {} {}", event.order_id, event.status().as_str(), event.occurred_at)
        };
        let mut lines: Vec<String> = self.events.iter().map(line).collect();
        lines.sort();
        lines
    }

    pub(crate) fn orders(&self) -> usize {
        self.events.iter().map(|event| &event.order_id).collect::<std::collections::BTreeSet<_>>().len()
    }
}

pub(crate) fn now() -> Instant {
    Instant::parse("2026-06-01T00:00:00Z").unwrap()
}

/// Reads these bytes with a mapping.
pub(crate) fn import(bytes: &[u8], mapping: &Mapping, join: Option<Join>) -> Result<Imported, String> {
    let mut imported = Imported::default();
    let Unpacked::Text(text) = unpack(Box::new(std::io::Cursor::new(bytes.to_vec())), mapping.encoding()).unwrap()
    else {
        return Err("is an archive".into());
    };
    let mut sink = |number: u64, _: &csv::ByteRecord, events: Option<RowEvents<'_>>| {
        let Some(events) = events else { return };
        imported.rows_without_events += usize::from(events.is_empty());
        for event in events {
            match event.and_then(|wire| OrderEvent::check_with_warnings(&wire, now(), &ReportZone::utc())) {
                Ok((event, _)) => imported.events.push(event),
                Err(rejection) => imported.rejected.push((number, rejection.to_string())),
            }
        }
    };
    if matches!(text.first, Some(b'[' | b'{')) {
        let columns = mapping.column_names();
        let (list, rows) = mapping.json_lists();
        let mut table = Table::with_columns(mapping.clone(), join, &columns)?;
        let mut records = JsonRecords::new(text.reader, list);
        while let Some((number, record)) = records.read().unwrap() {
            for row in rows_of(&record.unwrap(), rows, &columns) {
                table.push(number, row, &mut sink)?;
            }
        }
        table.finish(&mut sink)?;
        return Ok(imported);
    }
    let mut table = Table::new(mapping.clone(), join);
    let mut records = Records::new(text.reader, mapping.delimiter().unwrap_or(b','));
    loop {
        if table.is_searching() {
            records.find_delimiter(mapping.delimiter().is_some()).unwrap();
        }
        let Some(record) = records.read().unwrap() else { break };
        table.push(record.number, record.cells.map_err(|(rejection, _)| rejection.to_string())?, &mut sink)?;
    }
    table.finish(&mut sink)?;
    Ok(imported)
}

/// The second file of a mapping.
pub(crate) fn join(mapping: &Mapping, text: &str) -> Join {
    let mut records = Records::new(text.as_bytes(), b',');
    let heading = records.read().unwrap().unwrap().cells.ok().unwrap();
    let mut join = Join::new(mapping.join().unwrap(), &Heading::new(heading.iter())).unwrap();
    while let Some(record) = records.read().unwrap() {
        join.add(&record.cells.ok().unwrap()).unwrap();
    }
    join
}
