//! The items of a scope and of its buckets. They share one partition: that of a vendor, or that of the fleet.
//!
//! The counters of a day are one item, and those of each hour of the day are another, so an addition to a busy day costs no more
//! than one to a quiet day. The sort keys let one query read all rows that a report needs: `clock#2026-03-01#20` (an hour) sorts
//! before `day#2026-03-01` (a day), and that before `now` (the current row: the totals of all days, and the current report). The totals
//! of the days of a month are one more item, `sums#2026-03`: what past dates of many vendors read.

use std::collections::BTreeMap;

use goody_application::ports::{Result, Scope};
use goody_domain::{
    Bucket, Counter, Counters, Day, Entry, Minute, MinuteEntry, Month, MonthSummaries, MonthTotals, Quarters, Vendor,
    VendorId,
};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::compressed::Compressed;
use crate::items::damaged;

/// The sort key of a scope's current row.
pub(crate) const CURRENT: &str = "now";
/// How the sort keys of months begin.
pub(crate) const MONTHS: &str = "sums#";
/// The partition of the fleet. No vendor has this id: ids contain no `#`.
pub(crate) const FLEET: &str = "fleet#";
/// The minutes in the row of an hour.
pub(crate) const ROW_MINUTES: Minute = 60;

/// The partition of a scope.
pub(crate) fn partition(scope: &Scope) -> &str {
    match scope {
        Scope::Fleet => FLEET,
        Scope::Vendor(id) => id.as_str(),
    }
}

/// The current row of a scope: everything that does not belong to one day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ScopeItem {
    pub(crate) vendor_id: String,
    /// The number of transactions that changed its buckets.
    pub(crate) revision: i64,
    /// The sum of all buckets, the expired ones included.
    pub(crate) totals: String,
    /// How each month changed the levels: [`goody_domain::MonthSummaries`]. Missing in a row of an older version until a rebuild: its
    /// months are not summed.
    pub(crate) months: Option<ByteBuf>,
    /// The time zone rules that its buckets follow, see [`goody_domain::ReportZone::rules`].
    pub(crate) zone_rules: Option<String>,
    /// The sum of the buckets that have expired.
    pub(crate) expired: Option<String>,
    /// The latest fact in buckets that have expired, in microseconds.
    pub(crate) expired_fact: Option<i64>,
    /// A copy of the master data, so that one query reads a dashboard. `None` for the fleet.
    pub(crate) vendor: Option<Vendor>,
    /// A copy of the last day of the latest earlier version of the master data.
    pub(crate) vendor_earlier_until: Option<i32>,
    /// The number of changes of the master data.
    pub(crate) vendor_revision: i64,
    /// The current report: compressed JSON.
    #[serde(rename = "kept")]
    pub(crate) report: Option<Compressed>,
    /// The latest delivery in buckets that have expired, in microseconds.
    pub(crate) expired_delivery: Option<i64>,
    /// Fleet only: the number of orders with events and without a placement.
    pub(crate) unplaced_orders: i64,
    /// Fleet only: the latest fact in any of its buckets, in microseconds.
    pub(crate) latest_fact: Option<i64>,
    /// Fleet only: the last tick of the timer, in microseconds.
    pub(crate) rolled_at: Option<i64>,
    /// Fleet only: the number of pending changes at the last tick.
    pub(crate) lag_changes: u64,
    /// Fleet only: when the oldest of these was stored, in microseconds.
    pub(crate) lag_oldest: Option<i64>,
    /// Fleet only: the first day from which on no bucket has expired.
    pub(crate) kept_from: Option<i32>,
}

impl ScopeItem {
    /// Whether its buckets follow other time zone rules than these.
    pub(crate) fn has_other_rules(&self, rules: &str) -> bool {
        self.zone_rules.as_ref().is_some_and(|known| known != rules)
    }

    /// Whether its months are summed.
    pub(crate) fn has_months(&self) -> bool {
        self.revision == 0 || self.months.is_some()
    }

    /// The summaries of its months.
    pub(crate) fn summaries(&self) -> Result<MonthSummaries> {
        let stored = self.months.as_ref().map_or(&[][..], |months| months.as_slice());
        MonthSummaries::read(stored).map_err(|error| damaged("a scope", &error))
    }

    pub(crate) fn vendor_id(&self) -> Result<VendorId> {
        VendorId::parse(&self.vendor_id).map_err(|reason| damaged("a scope", &reason))
    }
}

/// A day of a scope, or an hour of one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BucketItem {
    pub(crate) vendor_id: String,
    pub(crate) date: String,
    /// The revision of the scope at its last change. A write is conditional on it.
    pub(crate) revision: i64,
    /// Day only: its counters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) totals: String,
    /// Hour only: its counters by the minute.
    #[serde(default, skip_serializing_if = "Compressed::is_empty")]
    pub(crate) minutes: Compressed,
    /// Day only: its latest fact, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latest_fact: Option<i64>,
    /// Day only: the latest delivery of each of its hours that has one, in microseconds, by the hour's first minute divided by 60.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) deliveries: BTreeMap<String, i64>,
    /// Month only: the totals of its days, [`goody_domain::MonthTotals`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) days: Option<ByteBuf>,
    /// Day only: its quarters, [`goody_domain::Quarters`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quarters: Option<ByteBuf>,
    /// Day only: the day of its last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed_on: Option<i32>,
}

/// A row of a scope, as its sort key names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Row {
    /// An hour of a day.
    Hour(Day, Minute),
    /// A day.
    Day(Day),
    /// The contributions of expired orders to a day.
    Settled(Day),
    /// The totals of the days of a month.
    Month(Month),
}

impl Row {
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Hour(day, hour) => format!("{}#{hour:02}", hour_key_prefix(*day)),
            Self::Day(day) => format!("day#{day}"),
            Self::Settled(day) => format!("settled#{day}"),
            Self::Month(month) => format!("{MONTHS}{month}"),
        }
    }

    /// The row of a sort key.
    pub(crate) fn parse(key: &str) -> Result<Self> {
        let unknown = || damaged("a bucket", &format!("there is no row {key}"));
        let day = |text: &str| Day::parse(text).map_err(|_| unknown());
        match key.split_once('#') {
            Some(("day", text)) => day(text).map(Self::Day),
            Some(("settled", text)) => day(text).map(Self::Settled),
            Some(("sums", text)) => Month::parse(text).map(Self::Month).ok_or_else(unknown),
            Some(("clock", text)) => {
                let (text, hour) = text.split_once('#').ok_or_else(unknown)?;
                Ok(Self::Hour(day(text)?, hour.parse().map_err(|_| unknown())?))
            }
            _ => Err(unknown()),
        }
    }

    /// Splits the entries of a day by row: all of them for the day, and those with a minute for their hours.
    pub(crate) fn split(day: Day, entries: &[Entry]) -> Vec<(Self, Vec<Entry>)> {
        let mut rows = vec![(Self::Day(day), entries.to_vec())];
        let mut timed: Vec<Entry> =
            entries.iter().filter(|entry| !matches!(entry.counter, Counter::InStatus(_))).copied().collect();
        timed.sort_by_key(|entry| entry.minute);
        let hours = timed.chunk_by(|one, other| one.minute / ROW_MINUTES == other.minute / ROW_MINUTES);
        rows.extend(hours.map(|entries| (Self::Hour(day, entries[0].minute / ROW_MINUTES), entries.to_vec())));
        rows
    }
}

/// How the sort keys of a day's hours begin. Sorts before all of them.
pub(crate) fn hour_key_prefix(day: Day) -> String {
    format!("clock#{day}")
}

/// Counters as text: `0:12 3:-4`, each as index and value. A counter of 0 is left out.
pub(crate) fn write_counters(counters: &Counters) -> String {
    let words: Vec<String> =
        counters.entries().map(|(counter, value)| format!("{}:{value}", counter.index())).collect();
    words.join(" ")
}

pub(crate) fn read_counters(text: &str) -> Result<Counters> {
    let mut counters = Counters::default();
    for word in text.split_ascii_whitespace() {
        let (index, value) = word.split_once(':').ok_or_else(|| invalid(word))?;
        counters.set(parse_counter(index)?, value.parse().map_err(|_| invalid(word))?);
    }
    Ok(counters)
}

/// Minutes as compressed text: `630:3:1 631:4:-1`, each as minute of the day, index of the counter, and amount.
pub(crate) fn write_minutes(minutes: &[MinuteEntry]) -> Result<Compressed> {
    let word = |entry: &MinuteEntry| format!("{}:{}:{}", entry.minute, entry.counter.index(), entry.amount);
    Compressed::new(&minutes.iter().map(word).collect::<Vec<_>>().join(" "))
}

pub(crate) fn read_minutes(minutes: &Compressed) -> Result<Vec<MinuteEntry>> {
    let entry = |word: &str| {
        let mut parts = word.split(':');
        let [Some(minute), Some(index), Some(amount)] = [parts.next(), parts.next(), parts.next()] else {
            return Err(invalid(word));
        };
        let (minute, amount) = (minute.parse().map_err(|_| invalid(word))?, amount.parse().map_err(|_| invalid(word))?);
        Ok(MinuteEntry { minute, counter: parse_counter(index)?, amount })
    };
    minutes.text()?.split_ascii_whitespace().map(entry).collect()
}

impl BucketItem {
    /// The bucket, or the part of a bucket, in this item.
    pub(crate) fn bucket(&self) -> Result<Bucket> {
        let mut bucket = Bucket::of(read_counters(&self.totals)?, read_minutes(&self.minutes)?);
        if let Some(stored) = &self.quarters {
            bucket.quarters = Quarters::read(stored).map_err(|error| damaged("a bucket", &error))?;
        }
        Ok(bucket)
    }
}

impl BucketItem {
    /// The stored totals of the days of a month.
    pub(crate) fn stored_days(&self) -> &[u8] {
        self.days.as_ref().map_or(&[], |days| days.as_slice())
    }

    /// The totals of the days of a month.
    pub(crate) fn month(&self) -> Result<MonthTotals> {
        MonthTotals::read(self.stored_days()).map_err(|error| damaged("a month", &error))
    }
}

fn parse_counter(index: &str) -> Result<Counter> {
    index.parse().ok().and_then(Counter::of_index).ok_or_else(|| invalid(index))
}

fn invalid(word: &str) -> goody_application::ports::StoreError {
    damaged("a bucket", &format!("{word} is not a counter with its value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::from_number(20_513);

    #[test]
    fn a_written_bucket_is_read_unchanged() {
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
    fn an_invalid_bucket_is_an_error() {
        assert!(read_counters("999999999:1").is_err() && read_counters("x").is_err());
        assert!(read_minutes(&Compressed::new("1:2").unwrap()).is_err());
    }

    #[test]
    fn hours_sort_before_days_and_days_before_the_current_row() {
        let rows = [Row::Hour(DAY, 24).key(), Row::Day(DAY).key(), CURRENT.to_owned()];
        assert!(rows.is_sorted() && hour_key_prefix(DAY) < Row::Hour(DAY, 0).key(), "{rows:?}");
        assert!(Row::Settled(DAY).key().as_str() > CURRENT, "the query of a report ends before the settled rows");
        let month = Row::Month(Month::of(DAY));
        assert!(month.key().as_str() > CURRENT, "the query of a report ends before the months");
        for row in [Row::Hour(DAY, 3), Row::Day(DAY), Row::Settled(DAY), month] {
            assert_eq!(Row::parse(&row.key()).unwrap(), row);
        }
    }
}
