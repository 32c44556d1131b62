//! What is known about the files of an import: how they were read, and what they have.

use serde::Serialize;

use super::orders::OrderCounts;

/// How a file was read.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileDescription {
    pub(super) name: String,
    pub(super) format: &'static str,
    pub(super) encoding: &'static str,
    pub(super) is_gzip: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delimiter: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sheet: Option<String>,
    /// The line of the heading, from 1; 0 without one.
    pub(super) heading_line: u64,
    pub(super) columns: Vec<String>,
    pub(super) rows: u64,
    pub(super) rows_without_events: u64,
    pub(super) notes: Vec<String>,
}

/// The files that were read so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) files: Vec<FileDescription>,
    pub(super) orders: OrderCounts,
}

impl Reading {
    pub(super) fn rows_without_events(&self) -> u64 {
        self.files.iter().map(|file| file.rows_without_events).sum()
    }
}

impl FileDescription {
    /// The description as lines for a person.
    pub(super) fn lines(&self) -> Vec<String> {
        let gzip = if self.is_gzip { ", compressed with gzip" } else { "" };
        let mut lines = vec![format!("{}: {}{gzip}", self.name, self.format)];
        let delimiter = self.delimiter.map(|delimiter| match delimiter {
            '\t' => ", delimiter tab".to_owned(),
            other => format!(", delimiter {other}"),
        });
        lines.push(format!("  encoding {}{}", self.encoding, delimiter.unwrap_or_default()));
        if let Some(sheet) = &self.sheet {
            lines.push(format!("  sheet {sheet}"));
        }
        if self.heading_line > 0 {
            lines.push(format!("  heading in line {}: {}", self.heading_line, self.columns.join(", ")));
        }
        lines.extend(self.notes.iter().map(|note| format!("  note: {note}")));
        lines
    }
}
