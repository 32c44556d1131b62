//! Rows that follow each other and belong to one order, as exports with one row for each item have them.

use csv::ByteRecord;

use super::Mapping;
use super::source::cell;
use crate::files::heading::Heading;

/// The most rows of one order that are read together.
const MOST_ROWS: usize = 5_000;

/// Collects the rows of each order.
#[derive(Debug)]
pub struct RowGroups {
    /// The position of the column that names the order; `None` if each row is by itself.
    column: Option<usize>,
    fill: Vec<usize>,
    rows: Vec<(u64, ByteRecord)>,
}

impl RowGroups {
    /// Groups rows as the mapping says.
    ///
    /// # Errors
    /// The file lacks a column.
    pub fn new(mapping: &Mapping, heading: &Heading) -> Result<Self, String> {
        let Some(same) = mapping.same_order() else {
            return Ok(Self { column: None, fill: Vec::new(), rows: Vec::new() });
        };
        let column = heading.position(&same.column).ok_or_else(|| heading.missing(&[&same.column]))?;
        // Older exports lack some of the columns.
        let fill = same.fill.iter().filter_map(|name| heading.position(name)).collect();
        Ok(Self { column: Some(column), fill, rows: Vec::new() })
    }

    /// Whether rows are read together at all.
    pub fn is_grouping(&self) -> bool {
        self.column.is_some()
    }

    /// Adds a row with its line number. Returns the rows of the previous order, if this row begins another.
    pub fn push(&mut self, number: u64, row: ByteRecord) -> Option<Vec<(u64, ByteRecord)>> {
        let name =
            |row: &ByteRecord| self.column.and_then(|column| cell(row, column).ok().flatten().map(str::to_owned));
        let is_next = match self.rows.first() {
            None => return self.add(number, row),
            Some((_, first)) => {
                let name_of_row = name(&row);
                name_of_row.is_none() || name_of_row != name(first) || self.rows.len() >= MOST_ROWS
            }
        };
        let group = is_next.then(|| self.take());
        self.rows.push((number, row));
        group
    }

    fn add(&mut self, number: u64, row: ByteRecord) -> Option<Vec<(u64, ByteRecord)>> {
        self.rows.push((number, row));
        None
    }

    /// The rows of the last order.
    pub fn take(&mut self) -> Vec<(u64, ByteRecord)> {
        let mut rows = std::mem::take(&mut self.rows);
        if rows.len() < 2 || self.fill.is_empty() {
            return rows;
        }
        let filled: Vec<(usize, Vec<u8>)> = self
            .fill
            .iter()
            .filter_map(|column| {
                let text =
                    rows.iter().find_map(|(_, row)| row.get(*column).filter(|text| !text.trim_ascii().is_empty()));
                text.map(|text| (*column, text.to_vec()))
            })
            .collect();
        for (_, row) in &mut rows {
            let is_empty = |column: usize| row.get(column).is_none_or(|text| text.trim_ascii().is_empty());
            if !filled.iter().any(|(column, _)| is_empty(*column)) {
                continue;
            }
            let last = filled.iter().map(|(column, _)| column + 1).max().unwrap_or(0).max(row.len());
            let mut full = ByteRecord::with_capacity(row.as_slice().len() + 64, last);
            for at in 0..last {
                let own = row.get(at).unwrap_or_default();
                let given = filled.iter().find(|(column, _)| *column == at && own.trim_ascii().is_empty());
                full.push_field(given.map_or(own, |(_, text)| text));
            }
            *row = full;
        }
        rows
    }
}
