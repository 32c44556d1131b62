//! The totals of the days of one month of a scope, as stores keep them next to the buckets: what reports of past dates count.

use crate::varint::{put, take, unzigzag, zigzag};
use crate::{Counter, Counters, Day, Instant, Month, ReportZone};

/// The days that a month can have.
const DAYS: usize = 31;
/// The counter under which the latest delivery of a day is stored.
const DELIVERED: Counter = Counter::DeliveredAt(0);

/// Stored totals cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the totals of a month cannot be read")]
pub struct DamagedTotals;

/// Whether past reports count it: no counts of lists, no values of today, and none of the detection only.
fn is_of_past(counter: Counter) -> bool {
    use Counter::{DueRush, InStatus, KeptInGrace, LatestFact, OnTimeRush};
    counter.index() < Counter::COUNT
        && !matches!(counter, InStatus(_) | LatestFact | KeptInGrace | DueRush | OnTimeRush)
}

/// The totals of each day of a month, by counter; of [`Counter::LatestFact`] and [`Counter::DeliveredAt`] the latest one, as
/// microseconds since the start of the day, plus one.
///
/// Stored as a column for each counter: its index, a bit for each day that is not 0, the length, and the numbers of these days. So a
/// reader skips the counters that it does not need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthTotals {
    /// Sorted by the index of the counter.
    columns: Vec<(usize, [i64; DAYS])>,
}

impl MonthTotals {
    /// Replaces a day by the totals of its bucket. `latest` are its latest fact and its latest delivery, in microseconds since the start
    /// of the day. Returns whether they differed.
    pub fn set(&mut self, day: Day, totals: &Counters, latest: [Option<i64>; 2]) -> bool {
        let place = place(day);
        let latest =
            [Counter::LatestFact, DELIVERED].into_iter().zip(latest.map(|it| it.map_or(0, |micros| micros + 1)));
        let mut differs = false;
        let mut set = |number: &mut i64, value: i64| differs |= std::mem::replace(number, value) != value;
        for (index, numbers) in &mut self.columns {
            let counter = Counter::of_index(*index).filter(|counter| is_of_past(*counter));
            if let Some(counter) = counter {
                set(&mut numbers[place], totals[counter]);
            }
        }
        let totals = totals.entries().filter(|(counter, _)| is_of_past(*counter));
        for (counter, value) in totals.chain(latest) {
            match self.columns.binary_search_by_key(&counter.index(), |(index, _)| *index) {
                Ok(position) => set(&mut self.columns[position].1[place], value),
                Err(_) if value == 0 => {}
                Err(position) => {
                    let mut numbers = [0; DAYS];
                    set(&mut numbers[place], value);
                    self.columns.insert(position, (counter.index(), numbers));
                }
            }
        }
        differs
    }

    /// The latest fact of the month, and its latest delivery.
    pub fn latest(&self, month: Month, zone: &ReportZone) -> [Option<Instant>; 2] {
        [Counter::LatestFact, DELIVERED].map(|counter| {
            let (_, numbers) = self.columns.iter().find(|(index, _)| *index == counter.index())?;
            let place = numbers.iter().rposition(|number| *number != 0)?;
            Some(instant(month, place, numbers[place], zone))
        })
    }

    /// The sum of a counter.
    pub(crate) fn sum(&self, counter: Counter) -> i64 {
        self.columns.iter().find(|(index, _)| *index == counter.index()).map_or(0, |(_, numbers)| numbers.iter().sum())
    }

    /// Removes the days before `first`.
    pub fn remove_before(&mut self, first: Day) {
        for (_, numbers) in &mut self.columns {
            numbers[..place(first)].fill(0);
        }
        self.columns.retain(|(_, numbers)| numbers.iter().any(|number| *number != 0));
    }

    /// The stored form; empty for a month without numbers.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        let mut values = Vec::with_capacity(128);
        for (index, numbers) in &self.columns {
            let (mut mask, mut bit) = (0u32, 1u32);
            values.clear();
            for number in numbers {
                if *number != 0 {
                    mask |= bit;
                    put(&mut values, zigzag(*number));
                }
                bit <<= 1;
            }
            if mask != 0 {
                put(&mut bytes, *index as u64);
                bytes.extend_from_slice(&mask.to_le_bytes());
                put(&mut bytes, values.len() as u64);
                bytes.extend_from_slice(&values);
            }
        }
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, DamagedTotals> {
        let mut totals = Self::default();
        totals.read_again(bytes)?;
        Ok(totals)
    }

    /// Replaces these totals by a stored form, in the same memory: a month takes six kilobytes.
    ///
    /// # Errors
    /// The stored form is damaged.
    pub fn read_again(&mut self, bytes: &[u8]) -> Result<(), DamagedTotals> {
        self.columns.clear();
        for column in columns_of(bytes) {
            let column = column?;
            let mut numbers = [0; DAYS];
            column.for_each(|place, number| numbers[place] = number)?;
            self.columns.push((column.counter.index(), numbers));
        }
        Ok(())
    }
}

/// One counter of stored totals.
pub(crate) struct Column<'b> {
    pub(crate) counter: Counter,
    /// A bit for each day that is not 0.
    pub(crate) mask: u32,
    values: &'b [u8],
}

impl Column<'_> {
    /// Calls `take` with the place of each day in the month, and its number.
    pub(crate) fn for_each(&self, mut take: impl FnMut(usize, i64)) -> Result<(), DamagedTotals> {
        let (mut mask, mut values) = (self.mask, self.values);
        while mask != 0 {
            let place = mask.trailing_zeros() as usize;
            take(place, unzigzag(self::take(&mut values)?));
            mask &= mask - 1;
        }
        if values.is_empty() { Ok(()) } else { Err(DamagedTotals) }
    }
}

/// The columns of stored totals.
pub(crate) fn columns_of(bytes: &[u8]) -> impl Iterator<Item = Result<Column<'_>, DamagedTotals>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let column = read_column(&mut rest);
        if column.is_err() {
            rest = &[];
        }
        Some(column)
    })
}

fn read_column<'b>(rest: &mut &'b [u8]) -> Result<Column<'b>, DamagedTotals> {
    let index = usize::try_from(take(rest)?).map_err(|_| DamagedTotals)?;
    let counter = Counter::of_index(index).ok_or(DamagedTotals)?;
    let (mask, after) = rest.split_first_chunk::<4>().ok_or(DamagedTotals)?;
    *rest = after;
    let mask = u32::from_le_bytes(*mask);
    let length = usize::try_from(take(rest)?).map_err(|_| DamagedTotals)?;
    let (values, after) = rest.split_at_checked(length).ok_or(DamagedTotals)?;
    *rest = after;
    if mask >> DAYS != 0 { Err(DamagedTotals) } else { Ok(Column { counter, mask, values }) }
}

/// The place of a day in its month, from 0 on.
pub(crate) fn place(day: Day) -> usize {
    usize::try_from(day.date().day() - 1).unwrap_or(0)
}

/// The instant of a number of [`Counter::LatestFact`] or [`Counter::DeliveredAt`].
pub(crate) fn instant(month: Month, place: usize, number: i64, zone: &ReportZone) -> Instant {
    let day = month.first_day().plus(i32::try_from(place).unwrap_or(0));
    Instant::from_micros(zone.start(day).micros() + number - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn totals(numbers: &[(Counter, i64)]) -> Counters {
        let mut counters = Counters::default();
        numbers.iter().for_each(|(counter, number)| counters.add(*counter, *number));
        counters
    }

    #[test]
    fn totals_are_read_as_they_were_written() {
        let mut month = MonthTotals::default();
        let (first, last) = (day("2026-03-01"), day("2026-03-31"));
        let busy = totals(&[(Counter::Due, 3), (Counter::HandoverMicros, i64::MAX / 3)]);
        assert!(month.set(first, &busy, [None, Some(540_000_000)]));
        assert!(!month.set(first, &busy, [None, Some(540_000_000)]));
        assert!(month.set(last, &totals(&[(Counter::Due, -1)]), [Some(0), None]));
        assert_eq!(MonthTotals::read(&month.write()).unwrap(), month);
        let utc = ReportZone::utc();
        let latest = [utc.start(last), utc.start(first).plus_seconds(540)].map(Some);
        assert_eq!(month.latest(Month::of(first), &utc), latest);
        let mut cut = month.clone();
        cut.remove_before(last);
        assert_eq!(cut.latest(Month::of(first), &utc), [Some(utc.start(last)), None]);
        for day in [first, last] {
            assert!(month.set(day, &Counters::default(), [None, None]));
        }
        assert_eq!(month.write(), [0u8; 0]);
    }

    #[test]
    fn damaged_totals_are_an_error() {
        assert!(MonthTotals::read(&[13, 1, 0, 0, 0, 2, 2]).is_err());
        assert!(MonthTotals::read(&[13, 1, 0, 0, 128, 1, 2]).is_err());
        assert!(MonthTotals::read(&[13, 3, 0, 0, 0, 1, 2]).is_err());
    }
}
