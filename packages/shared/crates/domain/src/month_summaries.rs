//! How each month changed the levels of a scope, for every month there ever was: a level at the end of a month is a sum of a few small
//! numbers.

use std::collections::BTreeMap;

use crate::varint::{put, take, unzigzag, zigzag};
use crate::{ActiveStatus, Counter, Counters, DamagedTotals, Day, Entry, Instant, Month, MonthTotals, ReportZone};

/// The levels: the counters of what enters and leaves each.
pub(crate) const LEVELS: [(Counter, Counter); 6] = [
    (Counter::Entered(ActiveStatus::Placed), Counter::Left(ActiveStatus::Placed)),
    (Counter::Entered(ActiveStatus::ShippingOnTime), Counter::Left(ActiveStatus::ShippingOnTime)),
    (Counter::Entered(ActiveStatus::ShippingDelayed), Counter::Left(ActiveStatus::ShippingDelayed)),
    (Counter::OverdueEntered, Counter::OverdueLeft),
    (Counter::UnshippedEntered, Counter::UnshippedLeft),
    (Counter::StalledEntered, Counter::StalledLeft),
];

/// How a month changed the levels, and what happened last in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthSummary {
    /// What entered less what left, for each level.
    pub(crate) levels: [i64; LEVELS.len()],
    /// The latest fact.
    pub(crate) latest_fact: Option<Instant>,
    /// The latest delivery.
    pub(crate) latest_delivery: Option<Instant>,
}

/// The summary of each month of a scope. A level at the end of a month is the sum of those up to it, whether or not the buckets of the
/// months have expired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthSummaries(BTreeMap<Month, MonthSummary>);

impl MonthSummaries {
    /// Adds entries of one month to its levels.
    pub fn add(&mut self, month: Month, entries: &[Entry]) {
        let summary = self.0.entry(month).or_default();
        for entry in entries {
            for (level, (entered, left)) in summary.levels.iter_mut().zip(LEVELS) {
                if entry.counter == entered {
                    *level += entry.amount;
                } else if entry.counter == left {
                    *level -= entry.amount;
                }
            }
        }
    }

    /// Sets the latest fact and the latest delivery of a month.
    pub fn set_latest(&mut self, month: Month, [latest_fact, latest_delivery]: [Option<Instant>; 2]) {
        let summary = self.0.entry(month).or_default();
        (summary.latest_fact, summary.latest_delivery) = (latest_fact, latest_delivery);
    }

    /// The levels at the end of a month.
    pub(crate) fn levels(&self, month: Month) -> [i64; LEVELS.len()] {
        let mut levels = [0; LEVELS.len()];
        for summary in self.0.range(..=month).map(|(_, summary)| summary) {
            for (level, change) in levels.iter_mut().zip(summary.levels) {
                *level += change;
            }
        }
        levels
    }

    /// The latest fact before a month, and the latest delivery.
    pub(crate) fn latest_before(&self, month: Month) -> [Option<Instant>; 2] {
        let earlier = || self.0.range(..month).map(|(_, summary)| summary);
        [earlier().filter_map(|it| it.latest_fact).max(), earlier().filter_map(|it| it.latest_delivery).max()]
    }

    /// The summaries of months whose days from `first` on are complete, and of which the first one also has what all earlier days
    /// changed: so that the sum is that of `totals`.
    pub fn of_months<'m>(
        months: impl Iterator<Item = (Month, &'m MonthTotals)>,
        first: Option<Day>,
        totals: &Counters,
        zone: &ReportZone,
    ) -> Self {
        let mut summaries = Self::default();
        let mut missing = LEVELS.map(|(entered, left)| totals[entered] - totals[left]);
        for (month, days) in months {
            summaries.set_latest(month, days.latest(month, zone));
            let summary = summaries.0.entry(month).or_default();
            summary.levels = LEVELS.map(|(entered, left)| days.sum(entered) - days.sum(left));
            for (missing, level) in missing.iter_mut().zip(summary.levels) {
                *missing -= level;
            }
        }
        if let Some(first) = first {
            let summary = summaries.0.entry(Month::of(first)).or_default();
            for (level, missing) in summary.levels.iter_mut().zip(missing) {
                *level += missing;
            }
        }
        summaries
    }

    /// Whether others give the same levels at the end of the month of `first` and of every later month, and the same latest facts and
    /// deliveries in later months.
    pub fn agree(&self, others: &Self, first: Option<Day>) -> bool {
        let first = first.map_or(Month::from_number(i32::MIN), Month::of);
        let later = |of: &Self| -> Vec<(Month, MonthSummary)> {
            let later =
                of.0.range(first..).filter(|(month, summary)| **month > first && **summary != MonthSummary::default());
            later.map(|(month, summary)| (*month, *summary)).collect()
        };
        self.levels(first) == others.levels(first) && later(self) == later(others)
    }

    /// The stored form.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 16);
        let mut before = 0;
        for (month, summary) in self.0.iter().filter(|(_, summary)| **summary != MonthSummary::default()) {
            let start = start_of(*month);
            let latest = [summary.latest_fact, summary.latest_delivery].map(|it| it.map(|it| it.micros() - start));
            let numbers = summary.levels.map(|level| Some(level).filter(|level| *level != 0));
            let mut mask = 0u8;
            for (bit, _) in numbers.iter().chain(&latest).enumerate().filter(|(_, number)| number.is_some()) {
                mask |= 1 << bit;
            }
            put(&mut bytes, zigzag(i64::from(month.number() - before)));
            bytes.push(mask);
            numbers.into_iter().chain(latest).flatten().for_each(|number| put(&mut bytes, zigzag(number)));
            before = month.number();
        }
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(mut bytes: &[u8]) -> Result<Self, DamagedTotals> {
        let mut months = BTreeMap::new();
        let mut before = 0i64;
        while !bytes.is_empty() {
            before += unzigzag(take(&mut bytes)?);
            let month = Month::from_number(i32::try_from(before).map_err(|_| DamagedTotals)?);
            let (mask, rest) = bytes.split_first().ok_or(DamagedTotals)?;
            bytes = rest;
            let mut numbers = [None; LEVELS.len() + 2];
            for (bit, number) in numbers.iter_mut().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0) {
                let _ = bit;
                *number = Some(unzigzag(take(&mut bytes)?));
            }
            let [a, b, c, d, e, f, fact, delivery] = numbers;
            let latest = |micros: Option<i64>| micros.map(|micros| Instant::from_micros(start_of(month) + micros));
            let levels = [a, b, c, d, e, f].map(Option::unwrap_or_default);
            let summary = MonthSummary { levels, latest_fact: latest(fact), latest_delivery: latest(delivery) };
            months.insert(month, summary);
        }
        Ok(Self(months))
    }
}

/// A number of microseconds close to the start of a month in any time zone: instants are stored relative to it.
fn start_of(month: Month) -> i64 {
    i64::from(month.first_day().number()) * 86_400_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn summaries_are_read_as_they_were_written() {
        let mut summaries = MonthSummaries::default();
        let (march, june) = (Month::parse("2026-03").unwrap(), Month::parse("2026-06").unwrap());
        let entry = |counter, amount| Entry { day: day("2026-03-01"), minute: 0, counter, amount };
        summaries.add(march, &[entry(Counter::OverdueEntered, 5), entry(Counter::OverdueLeft, 2)]);
        summaries.add(june, &[entry(Counter::OverdueLeft, 3), entry(Counter::Due, 9)]);
        summaries.set_latest(june, [Some(Instant::from_micros(7)), None]);
        assert_eq!(MonthSummaries::read(&summaries.write()).unwrap(), summaries);
        assert_eq!(summaries.levels(march.plus(1))[3], 3);
        assert_eq!(summaries.levels(june)[3], 0);
        assert_eq!(summaries.latest_before(june), [None, None]);
        assert_eq!(summaries.latest_before(june.plus(1)), [Some(Instant::from_micros(7)), None]);
    }

    #[test]
    fn damaged_summaries_are_an_error() {
        assert!(MonthSummaries::read(&[2]).is_err() && MonthSummaries::read(&[2, 1]).is_err());
    }
}
