//! `goody import --check`: reads the files and shows what an import would do. It stores nothing.

use std::collections::BTreeSet;

use goody_domain::WireEvent;

use super::description::Reading;
use super::feed::Line;
use super::summary::Summary;
use crate::Failure;

/// The events of how many rows are shown.
const SHOWN_ROWS: usize = 3;

/// The first rows, as events or with the reason of their rejection.
#[derive(Default)]
pub(super) struct FirstRows {
    rows: BTreeSet<(usize, u64)>,
    lines: Vec<String>,
}

impl FirstRows {
    pub(super) fn add(&mut self, line: &Line) -> Result<(), Failure> {
        let row = (line.file, line.number);
        if self.rows.len() >= SHOWN_ROWS && !self.rows.contains(&row) {
            return Ok(());
        }
        self.rows.insert(row);
        let text = match &line.event {
            Ok((event, _)) => serde_json::to_string(&WireEvent::from(event))?,
            Err((rejection, _)) => format!("rejected: {rejection}"),
        };
        self.lines.push(format!("  line {}: {text}", line.number));
        Ok(())
    }

    /// Prints how the files were read, the first rows, and the counts.
    pub(super) fn print(&self, reading: &Reading, summary: &Summary) -> Result<(), Failure> {
        for line in reading.files.iter().flat_map(super::description::FileDescription::lines) {
            print_stdout!("{line}");
        }
        print_stdout!("The first {} rows as events:", self.rows.len());
        for line in &self.lines {
            print_stdout!("{line}");
        }
        print_stdout!("An import would end with {}. Nothing was stored.", summary.counts());
        for line in summary.detail_lines() {
            print_stdout!("{line}");
        }
        Ok(())
    }
}
