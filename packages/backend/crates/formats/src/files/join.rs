//! A second file whose rows belong to rows of the first, by a key: the items of orders.

use std::collections::HashMap;

use csv::ByteRecord;

use crate::files::heading::Heading;
use crate::files::mapping::JoinTable;

/// The most bytes of the second file that are kept: only the columns that are used count.
const MOST_BYTES: usize = 512 << 20;

/// The rows of the second file, by key.
#[derive(Debug, Default)]
pub struct Join {
    key_here: String,
    names: Vec<String>,
    columns: Vec<usize>,
    key: usize,
    rows: HashMap<Box<[u8]>, Vec<ByteRecord>>,
    bytes: usize,
}

impl Join {
    /// A join without rows.
    ///
    /// # Errors
    /// The second file lacks a column.
    pub fn new(table: &JoinTable, heading: &Heading) -> Result<Self, String> {
        let find =
            |name: &str| heading.position(name).ok_or_else(|| format!("{}: {}", table.file, heading.missing(&[name])));
        let key = find(&table.key)?;
        let (names, columns) = if table.columns.is_empty() {
            let all = heading.names().iter().enumerate().filter(|(at, name)| *at != key && !name.is_empty());
            all.map(|(at, name)| (name.clone(), at)).unzip()
        } else {
            let found = table.columns.iter().map(|name| Ok((name.clone(), find(name)?)));
            found.collect::<Result<Vec<_>, String>>()?.into_iter().unzip()
        };
        let key_here = table.key_here.clone().unwrap_or_else(|| table.key.clone());
        Ok(Self { key_here, names, columns, key, ..Self::default() })
    }

    /// Adds a row of the second file.
    ///
    /// # Errors
    /// The file is too large to be kept.
    pub fn add(&mut self, row: &ByteRecord) -> Result<(), String> {
        let Some(key) = row.get(self.key).map(<[u8]>::trim_ascii).filter(|key| !key.is_empty()) else { return Ok(()) };
        let kept: ByteRecord = self.columns.iter().map(|column| row.get(*column).unwrap_or_default()).collect();
        // A record has an allocation for its bytes and one for its ends.
        self.bytes += kept.as_slice().len() + key.len() + 96 + 8 * kept.len();
        if self.bytes > MOST_BYTES {
            return Err(format!(
                "has more than {} MiB in the columns that are used: name fewer columns in [join], or import it in parts",
                MOST_BYTES >> 20
            ));
        }
        match self.rows.get_mut(key) {
            Some(rows) => rows.push(kept),
            None => drop(self.rows.insert(key.into(), vec![kept])),
        }
        Ok(())
    }

    /// The heading of the first file with the columns of the second, and the position of the key.
    pub(crate) fn heading(&self, first: &Heading) -> Result<(Heading, usize), String> {
        let key = first.position(&self.key_here).ok_or_else(|| first.missing(&[&self.key_here]))?;
        let names = first.names().iter().chain(&self.names).map(String::as_bytes);
        Ok((Heading::new(names), key))
    }

    /// The rows of one row of the first file, which has `width` columns: one for each row of the second file, or itself.
    pub(crate) fn rows(&self, row: &ByteRecord, key: usize, width: usize) -> Vec<ByteRecord> {
        let wide = |other: Option<&ByteRecord>| {
            let own = (0..width).map(|at| row.get(at).unwrap_or_default());
            let joined = (0..self.columns.len()).map(|at| other.and_then(|other| other.get(at)).unwrap_or_default());
            own.chain(joined).collect::<ByteRecord>()
        };
        match row.get(key).and_then(|key| self.rows.get(key.trim_ascii())) {
            Some(rows) => rows.iter().map(|other| wide(Some(other))).collect(),
            None => vec![wide(None)],
        }
    }
}
