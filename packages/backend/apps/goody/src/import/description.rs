//! What is known about the files of an import: how they were read, and what they have.

use std::collections::HashMap;

use goody_domain::{OrderEvent, Status};
use goody_formats::ids::StableHash;
use serde::Serialize;

/// How many orders are distinguished. Of larger files, the number is a lower bound.
const MOST_ORDERS: usize = 4_000_000;

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
    #[serde(skip)]
    pub(super) orders: Orders,
}

/// The orders of the valid events, and which of them have a placement.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    has_placement: HashMap<u64, bool>,
}

impl Orders {
    pub(super) fn add(&mut self, event: &OrderEvent) {
        let mut hash = StableHash::default();
        hash.add(event.order_id.as_str().as_bytes());
        self.set(hash.number(), event.status() == Status::Placed);
    }

    fn set(&mut self, order: u64, is_placed: bool) {
        let has_room = self.has_placement.len() < MOST_ORDERS;
        match self.has_placement.get_mut(&order) {
            Some(known) => *known |= is_placed,
            None if has_room => drop(self.has_placement.insert(order, is_placed)),
            None => {}
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.has_placement.len() as u64
    }

    pub(super) fn without_placement(&self) -> u64 {
        self.has_placement.values().filter(|has| !**has).count() as u64
    }

    pub(super) fn is_lower_bound(&self) -> bool {
        self.has_placement.len() >= MOST_ORDERS
    }
}

/// The files that were read so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) files: Vec<FileDescription>,
    pub(super) orders: Orders,
}

impl Reading {
    pub(super) fn add(&mut self, mut file: FileDescription) {
        let orders = std::mem::take(&mut file.orders);
        if self.orders.has_placement.is_empty() {
            self.orders = orders;
        } else {
            orders.has_placement.into_iter().for_each(|(order, is_placed)| self.orders.set(order, is_placed));
        }
        self.files.push(file);
    }

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
