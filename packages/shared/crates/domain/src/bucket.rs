//! Buckets: the counters of one scope for one day.

use std::ops::Index;

use crate::{Counter, Day, Entry, Instant, Minute, Quarters};

/// One number for each [`Counter`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    /// The counters without a parameter, by index.
    plain: [i64; Counter::COUNT],
    /// The others that are not 0, sorted by index.
    others: Vec<(Counter, i64)>,
}

impl Default for Counters {
    fn default() -> Self {
        Self { plain: [0; Counter::COUNT], others: Vec::new() }
    }
}

impl Index<Counter> for Counters {
    type Output = i64;
    #[inline]
    fn index(&self, counter: Counter) -> &i64 {
        if let Some(value) = self.plain.get(counter.index()) {
            return value;
        }
        self.find(counter).map_or(&0, |position| &self.others[position].1)
    }
}

impl Counters {
    /// The position of a counter among the others, or the position at which it would be.
    fn find(&self, counter: Counter) -> Result<usize, usize> {
        self.others.binary_search_by_key(&counter.index(), |(other, _)| other.index())
    }

    /// Sets the number of a counter.
    pub fn set(&mut self, counter: Counter, value: i64) {
        if let Some(plain) = self.plain.get_mut(counter.index()) {
            *plain = value;
            return;
        }
        match (self.find(counter), value) {
            (Ok(position), 0) => drop(self.others.remove(position)),
            (Ok(position), value) => self.others[position].1 = value,
            (Err(_), 0) => {}
            (Err(position), value) => self.others.insert(position, (counter, value)),
        }
    }

    /// Adds an amount. [`Counter::LatestFact`] takes the maximum instead of the sum.
    pub fn add(&mut self, counter: Counter, amount: i64) {
        self.set(counter, merge_amounts(counter, self[counter], amount));
    }

    /// Adds every counter of `other`.
    pub fn add_all(&mut self, other: &Self) {
        for (counter, amount) in other.entries() {
            self.add(counter, amount);
        }
    }

    /// The counters that are not 0, with their values, sorted by index.
    pub fn entries(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        let plain = Counter::ALL.into_iter().zip(self.plain).filter(|(_, value)| *value != 0);
        plain.chain(self.others.iter().copied())
    }
}

/// The sum, or the maximum. Sums of gift values can exceed 64 bits on the way, and are right again once the rest is subtracted.
fn merge_amounts(counter: Counter, one: i64, other: i64) -> i64 {
    if counter == Counter::LatestFact { one.max(other) } else { one.wrapping_add(other) }
}

/// Merges the entries of the same day, minute and counter, sorts them by these three, and drops those with amount 0.
pub fn merge_entries(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_cached_key(|entry| (entry.day, entry.minute, entry.counter.index()));
    entries.dedup_by(|next, previous| {
        let same = (next.day, next.minute, next.counter) == (previous.day, previous.minute, previous.counter);
        if same {
            previous.amount = merge_amounts(previous.counter, previous.amount, next.amount);
        }
        same
    });
    entries.retain(|entry| entry.amount != 0);
    entries
}

/// One counter of one minute of a bucket's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinuteEntry {
    /// The minute of the day.
    pub minute: Minute,
    /// What is counted.
    pub counter: Counter,
    /// The amount; never 0 in a bucket.
    pub amount: i64,
}

/// The counters of one scope for one day, as a whole and by the minute.
///
/// The minutes make a report of today exact, when some promises of today have passed and others have not.
/// [`Counter::InStatus`] is in `totals` only, [`Counter::LatestFact`] and [`Counter::DeliveredAt`] are in `minutes` only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The day as a whole.
    pub totals: Counters,
    /// The day by the minute: one entry for each minute and counter, ordered by both.
    pub minutes: Vec<MinuteEntry>,
    /// The day by quarter, for the detection. A bucket without its minutes may lack them.
    pub quarters: Quarters,
}

impl Bucket {
    /// The bucket with these totals and minutes.
    pub fn of(totals: Counters, minutes: Vec<MinuteEntry>) -> Self {
        let mut quarters = Quarters::default();
        minutes.iter().for_each(|of| quarters.add(of.minute, of.counter, of.amount));
        Self { totals, minutes, quarters }
    }

    /// Adds entries of this bucket's day. The result does not depend on their order or grouping.
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            if !entry.counter.is_instant() {
                self.totals.add(entry.counter, entry.amount);
            }
            if !matches!(entry.counter, Counter::InStatus(_)) {
                let Entry { minute, counter, amount, .. } = *entry;
                self.minutes.push(MinuteEntry { minute, counter, amount });
                self.quarters.add(minute, counter, amount);
            }
        }
        self.minutes.sort_by_key(|entry| (entry.minute, entry.counter.index()));
        self.minutes.dedup_by(|next, previous| {
            let same = (next.minute, next.counter) == (previous.minute, previous.counter);
            if same {
                previous.amount = merge_amounts(previous.counter, previous.amount, next.amount);
            }
            same
        });
        self.minutes.retain(|entry| entry.amount != 0);
    }

    /// The counters of the first `cut` minutes, or of the whole day.
    pub fn until(&self, cut: Option<Minute>) -> Counters {
        let Some(cut) = cut else { return self.totals.clone() };
        let mut counters = Counters::default();
        for entry in self.minutes.iter().take_while(|entry| entry.minute < cut) {
            if !entry.counter.is_instant() {
                counters.add(entry.counter, entry.amount);
            }
        }
        counters
    }

    /// The latest fact of the first `cut` minutes: its minute, and the microseconds since that minute began.
    pub fn latest_fact(&self, cut: Option<Minute>) -> Option<(Minute, i64)> {
        let is_before_cut = |entry: &&MinuteEntry| cut.is_none_or(|cut| entry.minute < cut);
        let latest = self.minutes.iter().filter(is_before_cut).rfind(|entry| entry.counter == Counter::LatestFact);
        latest.map(|entry| (entry.minute, entry.amount - 1))
    }

    /// The latest delivery of the first `cut` minutes: its minute, and the microseconds since that minute began.
    pub fn latest_delivery(&self, cut: Option<Minute>) -> Option<(Minute, i64)> {
        self.minutes.iter().rev().find_map(|entry| match entry.counter {
            // A correction that arrives after its bucket has expired leaves a negative count.
            Counter::DeliveredAt(micros) if entry.amount > 0 && cut.is_none_or(|cut| entry.minute < cut) => {
                Some((entry.minute, i64::from(micros)))
            }
            _ => None,
        })
    }

    /// Entries of `day` that add up to this bucket.
    pub fn entries(&self, day: Day) -> Vec<Entry> {
        let by_minute = self.minutes.iter();
        let by_minute = by_minute.map(|of| Entry { day, minute: of.minute, counter: of.counter, amount: of.amount });
        let by_day = self.totals.entries().filter(|(counter, _)| matches!(counter, Counter::InStatus(_)));
        by_minute.chain(by_day.map(|(counter, amount)| Entry { day, minute: 0, counter, amount })).collect()
    }

    /// Whether every counter is 0.
    pub fn is_empty(&self) -> bool {
        self.minutes.is_empty() && self.totals == Counters::default()
    }
}

/// The buckets and totals of one scope that a report needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CounterSeries {
    /// The sum of all buckets, expired ones included; up to the day `totals_until` if there is one. Then it may have the differences of
    /// what enters and leaves levels only.
    pub totals: Counters,
    /// The last day whose bucket is in the totals; `None` if all are.
    pub totals_until: Option<Day>,
    /// Every bucket from a first day on, ordered by day. Buckets more than seven days before the report's date, and those
    /// after it, may lack their minutes.
    pub buckets: Vec<(Day, Bucket)>,
    /// When the latest fact before the first bucket with minutes occurred.
    pub earlier_fact: Option<Instant>,
    /// When the latest delivery before the first bucket with minutes was.
    pub earlier_delivery: Option<Instant>,
}

impl CounterSeries {
    /// The buckets from `first` to `last`, both included.
    pub fn days(&self, first: Day, last: Day) -> &[(Day, Bucket)] {
        let from = self.buckets.partition_point(|(day, _)| *day < first);
        let to = self.buckets.partition_point(|(day, _)| *day <= last);
        &self.buckets[from..to.max(from)]
    }

    /// Changes the totals to those until the end of another day. Every bucket between both days must be in the series.
    pub fn move_totals(&mut self, until: Day) {
        let covered = self.totals_until.unwrap_or(Day::from_number(i32::MAX));
        let mut totals = std::mem::take(&mut self.totals);
        let (days, sign) = match until < covered {
            true => (self.days(until.plus(1), covered), -1),
            false => (self.days(covered.plus(1), until), 1),
        };
        for (counter, amount) in days.iter().flat_map(|(_, bucket)| bucket.totals.entries()) {
            totals.add(counter, amount.wrapping_mul(sign));
        }
        (self.totals, self.totals_until) = (totals, Some(until));
    }

    /// The bucket of one day, if there is one.
    pub fn day(&self, day: Day) -> Option<&Bucket> {
        self.days(day, day).first().map(|(_, bucket)| bucket)
    }
}
