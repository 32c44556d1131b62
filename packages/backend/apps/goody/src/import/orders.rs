//! Counts the distinct orders of an import, however many there are, in little memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use goody_domain::{OrderEvent, Status};
use goody_formats::files::ids::StableHash;

/// How many entries are kept in memory (8 MiB). More are sorted and written to a temporary file, as a run.
const MOST_ENTRIES: usize = 1 << 20;
/// How many entries of a run are read at a time.
const READ_ENTRIES: usize = 1 << 10;
const ENTRY_BYTES: usize = size_of::<u64>();

/// The orders of the valid events, and which of them have a placement.
///
/// An entry is 63 bits of the hash of an order's id, and a bit that says whether the event is a placement. Two of ten million orders
/// have the same hash once in a hundred thousand imports.
#[derive(Debug, Default)]
pub(super) struct Orders {
    entries: Vec<u64>,
    runs: Option<Runs>,
}

/// The number of distinct orders, and of those that have no placement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OrderCounts {
    pub(super) orders: u64,
    pub(super) without_placement: u64,
}

impl Orders {
    /// Fails if there is no room for temporary files.
    pub(super) fn add(&mut self, event: &OrderEvent) -> io::Result<()> {
        let mut hash = StableHash::default();
        hash.add(event.order_id.as_str().as_bytes());
        self.add_entry(hash.number() << 1 | u64::from(event.status() == Status::Placed))
    }

    fn add_entry(&mut self, entry: u64) -> io::Result<()> {
        if self.entries.len() == MOST_ENTRIES {
            self.sort();
            // Most events belong to an order that is there already.
            if self.entries.len() > MOST_ENTRIES / 2 {
                let runs = match &mut self.runs {
                    Some(runs) => runs,
                    none => none.insert(Runs::new()?),
                };
                runs.write(&self.entries)?;
                self.entries.clear();
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Leaves one entry for each order. That of a placement comes after the other, and counts.
    fn sort(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup_by(|later, kept| {
            let is_same = *later >> 1 == *kept >> 1;
            *kept |= u64::from(is_same) & *later;
            is_same
        });
    }

    pub(super) fn count(mut self) -> io::Result<OrderCounts> {
        self.sort();
        let mut counts = Counting::default();
        match self.runs {
            None => self.entries.into_iter().for_each(|entry| counts.add(entry)),
            Some(mut runs) => {
                runs.write(&self.entries)?;
                runs.merge(|entry| counts.add(entry))?;
            }
        }
        Ok(counts.finish())
    }
}

/// Counts entries that come sorted.
#[derive(Default)]
struct Counting {
    counts: OrderCounts,
    last: Option<u64>,
}

impl Counting {
    fn add(&mut self, entry: u64) {
        if let Some(last) = self.last.replace(entry)
            && last >> 1 != entry >> 1
        {
            self.end(last);
        }
    }

    fn end(&mut self, last: u64) {
        self.counts.orders += 1;
        self.counts.without_placement += u64::from(last & 1 == 0);
    }

    fn finish(mut self) -> OrderCounts {
        if let Some(last) = self.last.take() {
            self.end(last);
        }
        self.counts
    }
}

/// Sorted entries in a temporary file without a name, which ends with the process.
#[derive(Debug)]
struct Runs {
    file: File,
    /// The first and the last position of each run, in entries.
    ranges: Vec<(u64, u64)>,
}

impl Runs {
    fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, ranges: Vec::new() })
    }

    fn write(&mut self, entries: &[u64]) -> io::Result<()> {
        let start = self.ranges.last().map_or(0, |range| range.1);
        let mut output = io::BufWriter::with_capacity(1 << 16, &self.file);
        entries.iter().try_for_each(|entry| output.write_all(&entry.to_le_bytes()))?;
        output.flush()?;
        self.ranges.push((start, start + entries.len() as u64));
        Ok(())
    }

    /// Hands out the entries of all runs, sorted.
    fn merge(self, mut take: impl FnMut(u64)) -> io::Result<()> {
        let mut runs: Vec<_> = self.ranges.iter().map(|range| Run { range: *range, entries: Vec::new() }).collect();
        let mut next = BinaryHeap::with_capacity(runs.len());
        for (at, run) in runs.iter_mut().enumerate() {
            next.extend(run.next(&self.file)?.map(|entry| Reverse((entry, at))));
        }
        while let Some(Reverse((entry, at))) = next.pop() {
            take(entry);
            next.extend(runs[at].next(&self.file)?.map(|entry| Reverse((entry, at))));
        }
        Ok(())
    }
}

struct Run {
    range: (u64, u64),
    /// Those that were read, the next one last.
    entries: Vec<u64>,
}

impl Run {
    fn next(&mut self, file: &File) -> io::Result<Option<u64>> {
        if self.entries.is_empty() {
            let (start, end) = self.range;
            let count = READ_ENTRIES.min(usize::try_from(end - start).unwrap_or(READ_ENTRIES));
            let mut bytes = vec![0; count * ENTRY_BYTES];
            file.read_exact_at(&mut bytes, start * ENTRY_BYTES as u64)?;
            self.entries.extend(bytes.as_chunks().0.iter().rev().map(|bytes| u64::from_le_bytes(*bytes)));
            self.range.0 += count as u64;
        }
        Ok(self.entries.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(entries: impl IntoIterator<Item = u64>) -> OrderCounts {
        let mut orders = Orders::default();
        entries.into_iter().for_each(|entry| orders.add_entry(entry).unwrap());
        orders.count().unwrap()
    }

    #[test]
    fn orders_are_counted_once_with_or_without_a_placement() {
        const PLACED: u64 = 1;
        let entries = [7 << 1, 5 << 1 | PLACED, 7 << 1 | PLACED, 7 << 1, 6 << 1, 6 << 1];
        assert_eq!(counts(entries), OrderCounts { orders: 3, without_placement: 1 });
        assert_eq!(counts([]), OrderCounts::default());
    }

    /// The events of an order lie so far apart that they come into different runs.
    #[test]
    fn more_orders_than_fit_into_memory_are_counted_exactly() {
        let orders = 2 * MOST_ENTRIES as u64 + 12_345;
        // Multiplying by an odd number distributes the entries and keeps them distinct.
        let hash = |order: u64| order.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1 << 1;
        let distinct = (0..orders).map(hash).collect::<std::collections::HashSet<_>>().len() as u64;
        let placed = (0..orders).filter(|order| order % 3 > 0).map(|order| hash(order) | 1);
        let unplaced = (0..orders).filter(|order| order % 3 == 0).map(hash).collect::<std::collections::HashSet<_>>();
        let found = counts((0..orders).map(hash).chain(placed));
        assert_eq!(found.orders, distinct);
        assert!(found.without_placement.abs_diff(unplaced.len() as u64) <= orders - distinct, "{found:?}");
    }
}
