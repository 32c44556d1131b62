//! Buckets: the counters of one vendor and one day.

use std::ops::{Index, IndexMut};

use crate::{Counter, Day, Entry, Instant, Minute};

/// One number for each [`Counter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters([i64; Counter::COUNT]);

impl Default for Counters {
    fn default() -> Self {
        Self([0; Counter::COUNT])
    }
}

impl Index<Counter> for Counters {
    type Output = i64;
    fn index(&self, counter: Counter) -> &i64 {
        &self.0[counter.index()]
    }
}

impl IndexMut<Counter> for Counters {
    fn index_mut(&mut self, counter: Counter) -> &mut i64 {
        &mut self.0[counter.index()]
    }
}

impl Counters {
    /// Adds an amount; for [`Counter::LatestFact`], keeps the greatest.
    pub fn add(&mut self, counter: Counter, amount: i64) {
        let value = &mut self[counter];
        *value = merged(counter, *value, amount);
    }

    /// Adds all of another set.
    pub fn add_all(&mut self, other: &Self) {
        for (counter, amount) in other.entries() {
            self.add(counter, amount);
        }
    }

    /// Every counter with its value.
    pub fn entries(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        Counter::ALL.into_iter().zip(self.0)
    }
}

fn merged(counter: Counter, one: i64, other: i64) -> i64 {
    if counter == Counter::LatestFact { one.max(other) } else { one + other }
}

/// Entries brought together: ordered, one for each day, minute and counter, none that adds nothing.
pub fn combined(mut entries: Vec<Entry>) -> Vec<Entry> {
    let place = |entry: &Entry| (entry.day, entry.minute, entry.counter.index());
    entries.sort_unstable_by_key(place);
    entries.dedup_by(|next, kept| {
        let same = place(next) == place(kept);
        if same {
            kept.amount = merged(kept.counter, kept.amount, next.amount);
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
    /// How much of it; never 0 in a bucket.
    pub amount: i64,
}

/// The counters of one vendor and one day: what happened that day, as a whole and by the minute.
///
/// Minutes make a report exact during the day, when some promises of today are over and others are not.
/// [`Counter::InStatus`] is kept by the day only; `totals` has no [`Counter::LatestFact`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The day as a whole.
    pub totals: Counters,
    /// The day by the minute, ordered by minute and counter, one entry each.
    pub minutes: Vec<MinuteEntry>,
}

impl Bucket {
    /// Adds entries of this bucket's day, in any order. Addition: neither order nor grouping matters.
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            if entry.counter != Counter::LatestFact {
                self.totals.add(entry.counter, entry.amount);
            }
            if !matches!(entry.counter, Counter::InStatus(_)) {
                let Entry { minute, counter, amount, .. } = *entry;
                self.minutes.push(MinuteEntry { minute, counter, amount });
            }
        }
        self.minutes.sort_by_key(|entry| (entry.minute, entry.counter.index()));
        self.minutes.dedup_by(|next, kept| {
            let same = (next.minute, next.counter) == (kept.minute, kept.counter);
            if same {
                kept.amount = merged(kept.counter, kept.amount, next.amount);
            }
            same
        });
        self.minutes.retain(|entry| entry.amount != 0);
    }

    /// The counters of the first `cut` minutes, or of the whole day.
    pub fn until(&self, cut: Option<Minute>) -> Counters {
        let Some(cut) = cut else { return self.totals };
        let mut counters = Counters::default();
        for entry in self.minutes.iter().take_while(|entry| entry.minute < cut) {
            if entry.counter != Counter::LatestFact {
                counters.add(entry.counter, entry.amount);
            }
        }
        counters
    }

    /// The latest fact told in the first `cut` minutes: its minute, and microseconds into that minute.
    pub fn latest_fact(&self, cut: Option<Minute>) -> Option<(Minute, i64)> {
        let over = |entry: &&MinuteEntry| cut.is_none_or(|cut| entry.minute < cut);
        let latest = self.minutes.iter().filter(over).rfind(|entry| entry.counter == Counter::LatestFact);
        latest.map(|entry| (entry.minute, entry.amount - 1))
    }

    /// Entries that add up to this bucket, as the bucket of `day`.
    pub fn entries(&self, day: Day) -> Vec<Entry> {
        let by_minute = self.minutes.iter();
        let by_minute = by_minute.map(|of| Entry { day, minute: of.minute, counter: of.counter, amount: of.amount });
        let by_day = self.totals.entries().filter(|(counter, _)| matches!(counter, Counter::InStatus(_)));
        by_minute.chain(by_day.map(|(counter, amount)| Entry { day, minute: 0, counter, amount })).collect()
    }

    /// Whether nothing is counted here.
    pub fn is_empty(&self) -> bool {
        self.minutes.is_empty() && self.totals == Counters::default()
    }
}

/// One vendor's scopes, or the fleet's, as far as a report needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CounterSeries {
    /// The sum of every bucket there ever was.
    pub totals: Counters,
    /// Every bucket from some day on, ordered by day. Those before the week that ends with the report's date, and those
    /// after it, may come without their minutes.
    pub buckets: Vec<(Day, Bucket)>,
    /// When the latest fact before the first bucket that has its minutes occurred.
    pub earlier_fact: Option<Instant>,
}

impl CounterSeries {
    /// The buckets from `first` to `last`, both included.
    pub fn days(&self, first: Day, last: Day) -> &[(Day, Bucket)] {
        let from = self.buckets.partition_point(|(day, _)| *day < first);
        let to = self.buckets.partition_point(|(day, _)| *day <= last);
        &self.buckets[from..to.max(from)]
    }

    /// The bucket of one day, if anything happened on it.
    pub fn day(&self, day: Day) -> Option<&Bucket> {
        self.days(day, day).first().map(|(_, bucket)| bucket)
    }
}
