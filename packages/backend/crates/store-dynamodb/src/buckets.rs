//! Scopes and buckets as items of one partition: a vendor's, or the fleet's.
//!
//! A day's counters are one item, and what happened in each hour of it another: a busy day costs no more to add to than
//! a quiet one. The sort keys put a scope's rows in an order in which one query has all that a report needs:
//! `clock#2026-03-01#20` (hours) before `day#2026-03-01` (days) before `now` (the sum of all days, and the current report).

use goody_application::ports::{Result, Scope};
use goody_domain::{Bucket, Counter, Counters, Day, Entry, Minute, MinuteEntry, Vendor, VendorId};
use serde::{Deserialize, Serialize};

use crate::compressed::Compressed;
use crate::items::damaged;

/// The row of a scope's sums.
pub(crate) const NOW: &str = "now";
/// The fleet's partition. No vendor is called so: ids have no `#`.
pub(crate) const FLEET: &str = "fleet#";
/// Minutes of one item.
pub(crate) const SLICE: Minute = 60;

/// A scope's partition.
pub(crate) fn partition(scope: &Scope) -> &str {
    match scope {
        Scope::Fleet => FLEET,
        Scope::Vendor(id) => id.as_str(),
    }
}

/// The current row of a scope: everything about it that is not of one day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ScopeItem {
    pub(crate) vendor_id: String,
    /// Counts the transactions that moved its buckets.
    pub(crate) revision: i64,
    /// The sum of every bucket there ever was.
    pub(crate) totals: String,
    /// The rules of the zone that its buckets follow, see [`goody_domain::ReportZone::rules`].
    pub(crate) zone_rules: Option<String>,
    /// The sum of the buckets that have expired.
    pub(crate) expired: Option<String>,
    /// The latest fact in buckets that have expired, in microseconds.
    pub(crate) expired_fact: Option<i64>,
    /// Master data, so that one query answers a dashboard; the fleet has none.
    pub(crate) vendor: Option<Vendor>,
    /// Counts the changes of the master data.
    pub(crate) vendor_revision: i64,
    /// The report that was kept: JSON, packed.
    pub(crate) kept: Option<Compressed>,
    /// Of the fleet: the latest fact that any of its buckets reflects, in microseconds.
    pub(crate) latest_fact: Option<i64>,
    /// Of the fleet: the last tick of the timer, in microseconds.
    pub(crate) rolled_at: Option<i64>,
    /// Of the fleet: how many changes waited then, and when the oldest was stored, in microseconds.
    pub(crate) lag_changes: u64,
    pub(crate) lag_oldest: Option<i64>,
    /// Of the fleet: the first day whose buckets are all kept.
    pub(crate) kept_from: Option<i32>,
}

impl ScopeItem {
    /// Whether its buckets follow other rules than these.
    pub(crate) fn has_other_rules(&self, rules: &str) -> bool {
        self.zone_rules.as_ref().is_some_and(|known| known != rules)
    }

    pub(crate) fn vendor_id(&self) -> Result<VendorId> {
        VendorId::parse(&self.vendor_id).map_err(|reason| damaged("a book", &reason))
    }
}

/// A day of a scope, or an hour of one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BucketItem {
    pub(crate) vendor_id: String,
    pub(crate) date: String,
    /// The scope's revision that moved it last. A write is conditional on it.
    pub(crate) revision: i64,
    /// Of a day: its counters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) totals: String,
    /// Of an hour: its counters by the minute.
    #[serde(default, skip_serializing_if = "Compressed::is_empty")]
    pub(crate) minutes: Compressed,
    /// Of a day: the latest fact told on it, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latest_fact: Option<i64>,
    /// Of a day: the day on which it changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed_on: Option<i32>,
}

/// Which row of a scope: the sort key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Row {
    /// An hour of a day.
    Clock(Day, Minute),
    /// A day.
    Day(Day),
    /// What expired orders contributed to a day.
    Settled(Day),
}

impl Row {
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Clock(day, slice) => format!("{}#{slice:02}", clocks(*day)),
            Self::Day(day) => format!("day#{day}"),
            Self::Settled(day) => format!("settled#{day}"),
        }
    }

    /// The row of a sort key.
    pub(crate) fn read(key: &str) -> Result<Self> {
        let unknown = || damaged("a bucket", &format!("there is no row {key}"));
        let day = |text: &str| Day::parse(text).map_err(|_| unknown());
        match key.split_once('#') {
            Some(("day", text)) => day(text).map(Self::Day),
            Some(("settled", text)) => day(text).map(Self::Settled),
            Some(("clock", text)) => {
                let (text, slice) = text.split_once('#').ok_or_else(unknown)?;
                Ok(Self::Clock(day(text)?, slice.parse().map_err(|_| unknown())?))
            }
            _ => Err(unknown()),
        }
    }

    /// The rows that entries of one day belong to, each with its entries.
    pub(crate) fn of(day: Day, entries: &[Entry]) -> Vec<(Self, Vec<Entry>)> {
        let mut rows = vec![(Self::Day(day), entries.to_vec())];
        let mut timed: Vec<Entry> =
            entries.iter().filter(|entry| !matches!(entry.counter, Counter::InStatus(_))).copied().collect();
        timed.sort_by_key(|entry| entry.minute);
        let slices = timed.chunk_by(|one, other| one.minute / SLICE == other.minute / SLICE);
        rows.extend(slices.map(|entries| (Self::Clock(day, entries[0].minute / SLICE), entries.to_vec())));
        rows
    }
}

/// The first hour of a day, without its number: before all of them.
pub(crate) fn clocks(day: Day) -> String {
    format!("clock#{day}")
}

/// Counters as text: `0:12 3:-4`, each by its place, without those that are 0.
pub(crate) fn write_counters(counters: &Counters) -> String {
    let counted = counters.entries().filter(|(_, value)| *value != 0);
    let words: Vec<String> = counted.map(|(counter, value)| format!("{}:{value}", counter.index())).collect();
    words.join(" ")
}

pub(crate) fn read_counters(text: &str) -> Result<Counters> {
    let mut counters = Counters::default();
    for word in text.split_ascii_whitespace() {
        let (place, value) = word.split_once(':').ok_or_else(|| broken(word))?;
        counters[counter(place)?] = value.parse().map_err(|_| broken(word))?;
    }
    Ok(counters)
}

/// Minutes as text: `630:3:1 631:4:-1`, each minute of the day with the counter's place and the amount.
pub(crate) fn write_minutes(minutes: &[MinuteEntry]) -> Result<Compressed> {
    let word = |entry: &MinuteEntry| format!("{}:{}:{}", entry.minute, entry.counter.index(), entry.amount);
    Compressed::new(&minutes.iter().map(word).collect::<Vec<_>>().join(" "))
}

pub(crate) fn read_minutes(minutes: &Compressed) -> Result<Vec<MinuteEntry>> {
    let entry = |word: &str| {
        let mut parts = word.split(':');
        let [Some(minute), Some(place), Some(amount)] = [parts.next(), parts.next(), parts.next()] else {
            return Err(broken(word));
        };
        let (minute, amount) = (minute.parse().map_err(|_| broken(word))?, amount.parse().map_err(|_| broken(word))?);
        Ok(MinuteEntry { minute, counter: counter(place)?, amount })
    };
    minutes.text()?.split_ascii_whitespace().map(entry).collect()
}

impl BucketItem {
    /// The bucket, or the part of one, that is in this item.
    pub(crate) fn bucket(&self) -> Result<Bucket> {
        Ok(Bucket { totals: read_counters(&self.totals)?, minutes: read_minutes(&self.minutes)? })
    }
}

fn counter(place: &str) -> Result<Counter> {
    let counter = place.parse().ok().and_then(|place: usize| Counter::ALL.get(place));
    counter.copied().ok_or_else(|| broken(place))
}

fn broken(word: &str) -> goody_application::ports::StoreError {
    damaged("a bucket", &format!("{word} counts nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::from_number(20_513);

    #[test]
    fn a_bucket_reads_as_it_was_written() {
        let mut bucket = Bucket::default();
        let entry = |minute, counter, amount| Entry { day: DAY, minute, counter, amount };
        bucket.add(&[
            entry(1499, Counter::DeliveryMicros, i64::MAX / 2),
            entry(0, Counter::Due, -1),
            entry(0, Counter::LatestFact, 1),
        ]);
        assert_eq!(read_counters(&write_counters(&bucket.totals)).unwrap(), bucket.totals);
        assert_eq!(read_minutes(&write_minutes(&bucket.minutes).unwrap()).unwrap(), bucket.minutes);
    }

    #[test]
    fn a_broken_bucket_is_told() {
        assert!(read_counters("200:1").is_err() && read_counters("x").is_err());
        assert!(read_minutes(&Compressed::new("1:2").unwrap()).is_err());
    }

    #[test]
    fn hours_come_before_days_and_days_before_now() {
        let rows = [Row::Clock(DAY, 24).key(), Row::Day(DAY).key(), NOW.to_owned()];
        assert!(rows.is_sorted() && clocks(DAY) < Row::Clock(DAY, 0).key(), "{rows:?}");
        assert!(Row::Settled(DAY).key().as_str() > NOW, "a report has no use for it");
        for row in [Row::Clock(DAY, 3), Row::Day(DAY), Row::Settled(DAY)] {
            assert_eq!(Row::read(&row.key()).unwrap(), row);
        }
    }
}
