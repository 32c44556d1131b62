//! The counter series of a past date, made of the totals of a few months.

use crate::month_summaries::LEVELS;
use crate::month_totals::{columns_of, instant, place};
use crate::{Bucket, Counter, CounterSeries, Counters, DamagedTotals, Day, Instant, Month, MonthSummaries, ReportZone};

/// Collects the months that the reports of the dates up to `to` need. The series has a bucket without minutes for each day from `from`
/// to the end of the month of `to`, and its totals are the levels at this end.
#[derive(Clone, Debug)]
pub struct MonthSeries<'z> {
    zone: &'z ReportZone,
    from: Day,
    to: Day,
    buckets: Vec<(Day, Bucket)>,
    latest: [Option<Instant>; 2],
}

impl<'z> MonthSeries<'z> {
    /// A series without months.
    pub fn new(from: Day, to: Day, zone: &'z ReportZone) -> Self {
        Self { zone, from, to, buckets: Vec::new(), latest: [None, None] }
    }

    /// The months to add.
    pub fn months(from: Day, to: Day) -> impl DoubleEndedIterator<Item = Month> + Clone {
        Month::of(from).to(Month::of(to))
    }

    /// Adds the stored [`crate::MonthTotals`] of a month, after those of earlier months.
    ///
    /// # Errors
    /// They are damaged.
    pub fn add(&mut self, month: Month, stored: &[u8]) -> Result<(), DamagedTotals> {
        let first = month.first_day();
        let (mut days, mut latest) = (0u32, [None, None]);
        let until_to = if Month::of(self.to) == month { u32::MAX >> (31 - place(self.to)) } else { u32::MAX };
        for column in columns_of(stored) {
            let column = column?;
            let of = match column.counter {
                Counter::LatestFact => 0,
                Counter::DeliveredAt(_) => 1,
                _ => {
                    days |= column.mask;
                    continue;
                }
            };
            column.for_each(|place, number| {
                if until_to & (1 << place) != 0 {
                    latest[of] = Some((place, number));
                }
            })?;
        }
        for (known, latest) in self.latest.iter_mut().zip(latest) {
            *known = (*known).max(latest.map(|(place, number)| instant(month, place, number, self.zone)));
        }
        if Month::of(self.from) == month {
            days &= u32::MAX << place(self.from);
        }
        let start = self.buckets.len();
        let mut rest = days;
        while rest != 0 {
            self.buckets.push((first.plus(rest.trailing_zeros().cast_signed()), Bucket::default()));
            rest &= rest - 1;
        }
        let buckets = &mut self.buckets[start..];
        for column in columns_of(stored) {
            let column = column?;
            if column.counter.is_instant() {
                continue;
            }
            column.for_each(|place, number| {
                if days & (1 << place) != 0 {
                    let position = (days & ((1 << place) - 1)).count_ones() as usize;
                    buckets[position].1.totals.set(column.counter, number);
                }
            })?;
        }
        Ok(())
    }

    /// The series. `expired` are the latest fact and the latest delivery in expired buckets.
    pub fn finish(self, summaries: &MonthSummaries, expired: [Option<Instant>; 2]) -> CounterSeries {
        let last = Month::of(self.to);
        let mut totals = Counters::default();
        for ((entered, _), level) in LEVELS.into_iter().zip(summaries.levels(last)) {
            totals.set(entered, level);
        }
        let [earlier_fact, earlier_delivery] =
            latest_of([self.latest, summaries.latest_before(Month::of(self.from)), expired]);
        CounterSeries {
            totals,
            totals_until: Some(last.last_day()),
            buckets: self.buckets,
            earlier_fact,
            earlier_delivery,
        }
    }
}

fn latest_of(all: [[Option<Instant>; 2]; 3]) -> [Option<Instant>; 2] {
    all.into_iter().fold([None, None], |[fact, delivery], next| [fact.max(next[0]), delivery.max(next[1])])
}
