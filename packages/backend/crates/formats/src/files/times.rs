//! Times as files write them, to RFC 3339.
//!
//! Times without an offset are of the file's zone. A number is an epoch only where the mapping says so.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use goody_domain::{Day, Instant, time_zone};
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// A word for a format that is no pattern: seconds or milliseconds since 1970, distinguished by their size.
const EPOCH: &str = "epoch";
/// A word for days since 1899-12-30, as spreadsheets number them: 46027.375 is 2026-01-05 at 9 o'clock.
const SERIAL: &str = "serial";

/// How the times of a file are written.
#[derive(Debug)]
pub(crate) struct TimeFormat {
    formats: Vec<Format>,
    /// The format of the latest time: most likely that of the next.
    latest: Cell<usize>,
    zone: TimeZone,
    /// Whether the mapping says the zone. Without it, a date is one of the report time zone.
    is_zone_known: bool,
    /// Letters at the end of a time, such as PST, with their zones.
    letters: BTreeMap<String, TimeZone>,
    midnight_means_day: bool,
}

#[derive(Debug)]
enum Format {
    Epoch,
    Serial,
    Pattern(String),
}

/// A time or a day of a file.
#[derive(Clone, Copy, Debug)]
enum Moment {
    At(Timestamp, Option<DateTime>),
    On(Date),
}

impl TimeFormat {
    /// Checks the settings of a mapping. The error says how to write them.
    pub(crate) fn new(
        formats: &[String],
        zone: Option<&str>,
        letters: &BTreeMap<String, String>,
        midnight_means_day: bool,
    ) -> Result<Self, String> {
        let formats = formats.iter().map(|format| Format::new(format)).collect::<Result<_, _>>()?;
        let zone_of = |name: &str| match Offset::from_str(name) {
            Some(offset) => Ok(TimeZone::fixed(offset)),
            None => time_zone(name),
        };
        let named = |(word, name): (&String, &String)| {
            let zone =
                zone_of(name).map_err(|reason| format!("zones.{word} {reason}, nor an offset such as -08:00"))?;
            Ok((word.trim().to_ascii_uppercase(), zone))
        };
        Ok(Self {
            formats,
            latest: Cell::new(0),
            is_zone_known: zone.is_some(),
            zone: zone.map_or(Ok(TimeZone::UTC), zone_of).map_err(|reason| format!("time-zone {reason}"))?,
            letters: letters.iter().map(named).collect::<Result<_, String>>()?,
            midnight_means_day,
        })
    }

    /// The instant of a time; a day begins at its midnight.
    pub(crate) fn time<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        if Instant::parse(text).is_ok() {
            return Ok(Cow::Borrowed(text));
        }
        let instant = match self.moment(text)? {
            Moment::At(instant, _) => Some(instant),
            Moment::On(date) => self.zone.to_timestamp(date.to_datetime(Time::midnight())).ok(),
        };
        instant.map(|instant| Cow::Owned(instant.to_string())).ok_or_else(|| format!("is out of range: {text}"))
    }

    /// A promise: a time, or a day, which means the end of that day.
    pub(crate) fn promise<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        if let Ok(day) = Day::parse(text) {
            return self.end_of_day(text.parse().map_err(|_| format!("is not a date: {day}"))?);
        }
        if !self.midnight_means_day && Instant::parse(text).is_ok() {
            return Ok(Cow::Borrowed(text));
        }
        match self.moment(text)? {
            Moment::On(date) => self.end_of_day(date),
            Moment::At(_, Some(local)) if self.midnight_means_day && local.time() == Time::midnight() => {
                self.end_of_day(local.date())
            }
            Moment::At(instant, _) => Ok(Cow::Owned(instant.to_string())),
        }
    }

    /// The promise of a number of days after a placement: the end of that day.
    pub(crate) fn days_after<'t>(&self, placed: &str, days: i64) -> Result<Cow<'t, str>, String> {
        let placed: Timestamp = placed.parse().map_err(|_| "has no time of the placement before it".to_owned())?;
        let date = placed.to_zoned(self.zone.clone()).date();
        let date =
            date.checked_add(days.days()).map_err(|_| format!("is too many days after the placement: {days}"))?;
        self.end_of_day(date)
    }

    fn end_of_day<'t>(&self, date: Date) -> Result<Cow<'t, str>, String> {
        if !self.is_zone_known {
            return Ok(Cow::Owned(date.to_string()));
        }
        let next =
            date.tomorrow().ok().and_then(|next| self.zone.to_timestamp(next.to_datetime(Time::midnight())).ok());
        let end = next.and_then(|next| next.checked_sub(1.second()).ok());
        end.map(|end| Cow::Owned(end.to_string())).ok_or_else(|| format!("is out of range: {date}"))
    }

    fn moment(&self, text: &str) -> Result<Moment, String> {
        if let Some(moment) = self.parse(text, &self.zone) {
            return Ok(moment);
        }
        // `2026-11-20 10:00:00 PST`: letters of a zone.
        if let Some((rest, word)) = text.rsplit_once(' ')
            && !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            let upper = word.to_ascii_uppercase();
            let known = match upper.as_str() {
                "UTC" | "GMT" | "Z" => Some(&TimeZone::UTC),
                _ => self.letters.get(&upper),
            };
            if let Some(moment) = known.and_then(|zone| self.parse(rest.trim_end(), zone)) {
                return Ok(moment);
            }
            if known.is_none()
                && !matches!(upper.as_str(), "AM" | "PM")
                && self.parse(rest.trim_end(), &self.zone).is_some()
            {
                return Err(format!(
                    "has the zone letters {word}, which no table explains: write [zones] and {word} = \"America/Los_Angeles\", \
                     or its zone, in the mapping"
                ));
            }
        }
        if serial(text, &self.zone).is_some() {
            return Err(format!(
                "is neither RFC 3339 nor in one of the formats of the mapping (date-formats). If it is the number of a day of a \
                 spreadsheet, add \"serial\" to them: {text}"
            ));
        }
        let text: String = text.chars().take(60).collect();
        Err(format!("is neither RFC 3339 nor in one of the formats of the mapping (date-formats): {text}"))
    }

    fn parse(&self, text: &str, zone: &TimeZone) -> Option<Moment> {
        let latest = self.latest.get();
        let order = std::iter::once(latest).chain((0..self.formats.len()).filter(|at| *at != latest));
        for at in order {
            let Some(format) = self.formats.get(at) else { continue };
            if let Some(moment) = format.parse(text, zone) {
                self.latest.set(at);
                return Some(moment);
            }
        }
        iso(text, zone)
    }
}

impl Format {
    fn new(format: &str) -> Result<Self, String> {
        if format == EPOCH || format == "%s" {
            return Ok(Self::Epoch);
        }
        if format == SERIAL {
            return Ok(Self::Serial);
        }
        if !format.contains('%') {
            return Err(format!(
                "date-formats: {format} is not a pattern. Write %d for the day, %m for the month, %Y for the year, %H:%M:%S for \
                 the time, such as \"{}\"; \"epoch\" for seconds or milliseconds since 1970, or \"serial\" for the day numbers of spreadsheets",
                as_pattern(format)
            ));
        }
        let example = DateTime::constant(2026, 11, 20, 16, 43, 40, 0).to_zoned(TimeZone::UTC);
        match example.map(|example| strtime::format(format, &example)) {
            Ok(Ok(_)) => Ok(Self::Pattern(format.to_owned())),
            Ok(Err(error)) | Err(error) => Err(format!("date-formats: {format} is not a pattern: {error}")),
        }
    }

    fn parse(&self, text: &str, zone: &TimeZone) -> Option<Moment> {
        match self {
            Self::Epoch => epoch(text),
            Self::Serial => serial(text, zone),
            Self::Pattern(format) => {
                let parsed = strtime::parse(format, text).ok()?;
                if let Ok(instant) = parsed.to_timestamp() {
                    return Some(Moment::At(instant, parsed.to_datetime().ok()));
                }
                let date = parsed.to_date().ok()?;
                if parsed.hour().is_none() {
                    return Some(Moment::On(date));
                }
                let local = DateTime::from_parts(date, parsed.to_time().ok()?);
                Some(Moment::At(zone.to_timestamp(local).ok()?, Some(local)))
            }
        }
    }
}

/// Seconds or milliseconds since 1970. Those of the years 2000 to 2100 differ in size, so each number has one meaning.
fn epoch(text: &str) -> Option<Moment> {
    let (whole, _) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    let (earliest, latest) = (Instant::EARLIEST.micros(), Instant::LATEST.micros());
    let scale = [1_000_000, 1_000, 1]
        .into_iter()
        .find(|scale| number.checked_mul(*scale).is_some_and(|micros| (earliest..latest).contains(&micros)))?;
    Timestamp::from_microsecond(number * scale).ok().map(|instant| Moment::At(instant, None))
}

/// The number of a day of a spreadsheet, from 2000 to 2099, with the time of the day as its fraction, to the second.
fn serial(text: &str, zone: &TimeZone) -> Option<Moment> {
    const DAY_ZERO: Date = jiff::civil::date(1899, 12, 30);
    const DAYS: std::ops::Range<i64> = 36_526..73_051;
    const DAY_SECONDS: f64 = 86_400.0;
    let text = text.replace(',', ".");
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let seconds = (number * DAY_SECONDS).round();
    let days = seconds.div_euclid(DAY_SECONDS) as i64;
    let date = DAYS.contains(&days).then(|| DAY_ZERO.checked_add(days.days()).ok())??;
    if !text.contains('.') {
        return Some(Moment::On(date));
    }
    let local =
        date.to_datetime(Time::midnight()).checked_add((seconds.rem_euclid(DAY_SECONDS) as i64).seconds()).ok()?;
    Some(Moment::At(zone.to_timestamp(local).ok()?, Some(local)))
}

/// ISO 8601 as programs write it: a date, or a date and a time, with or without an offset.
fn iso(text: &str, zone: &TimeZone) -> Option<Moment> {
    let bytes = text.as_bytes();
    if !matches!(bytes, [_, _, _, _, b'-', _, _, b'-', _, _, ..]) || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if bytes.len() == 10 {
        return text.parse().ok().map(Moment::On);
    }
    let (date, time) = (text.get(..10)?, text.get(10..)?);
    let time = time.strip_prefix(['T', 't', ' '])?.trim_start();
    let split = time.find(['+', '-', 'Z', 'z']).unwrap_or(time.len());
    let (clock, offset) = (time[..split].trim_end(), &time[split..]);
    let local = DateTime::from_parts(date.parse().ok()?, clock.parse().ok()?);
    let instant = match offset {
        "" => zone.to_timestamp(local),
        "Z" | "z" => TimeZone::UTC.to_timestamp(local),
        offset => Offset::from_str(offset)?.to_timestamp(local),
    };
    Some(Moment::At(instant.ok()?, Some(local)))
}

trait OffsetText: Sized {
    fn from_str(text: &str) -> Option<Self>;
}

impl OffsetText for Offset {
    /// Reads `-08:00`, `-0800` or `-08`.
    fn from_str(text: &str) -> Option<Self> {
        let (sign, digits) = match text.as_bytes().first()? {
            b'+' => (1, &text[1..]),
            b'-' => (-1, &text[1..]),
            _ => return None,
        };
        let digits: String = digits.chars().filter(|letter| *letter != ':').collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
            return None;
        }
        let hours: i32 = digits[..2].parse().ok()?;
        let minutes: i32 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
        Self::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
    }
}

/// The pattern that letters such as `DD/MM/YYYY HH:mm` stand for.
fn as_pattern(letters: &str) -> String {
    let mut pattern = letters.to_owned();
    for (letter, conversion) in [
        ("YYYY", "%Y"),
        ("yyyy", "%Y"),
        ("YY", "%y"),
        ("yy", "%y"),
        ("MMM", "%b"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("hh", "%I"),
        ("mm", "%M"),
        ("SS", "%S"),
        ("ss", "%S"),
    ] {
        pattern = pattern.replace(letter, conversion);
    }
    if pattern.contains('%') { pattern } else { "%d/%m/%Y %H:%M".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(formats: &[&str], zone: Option<&str>) -> TimeFormat {
        let formats: Vec<String> = formats.iter().map(|format| (*format).to_owned()).collect();
        let letters = BTreeMap::from([("PST".to_owned(), "America/Los_Angeles".to_owned())]);
        TimeFormat::new(&formats, zone, &letters, true).unwrap()
    }

    #[test]
    fn times_are_read_as_files_write_them() {
        let utc = format(&["%m/%d/%Y %H:%M", "%b-%d-%y", "%Y%m%d %H%M%S", "%m/%d/%Y %I:%M:%S %p", "epoch"], None);
        for (text, expected) in [
            ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
            ("2026-11-20 10:00:00", "2026-11-20T10:00:00Z"),
            ("2026-11-20 10:00", "2026-11-20T10:00:00Z"),
            ("2026-11-20T10:00:00.250", "2026-11-20T10:00:00.25Z"),
            ("2025-03-20 05:20:57 -0700", "2025-03-20T12:20:57Z"),
            ("2026-11-20 10:00:00 UTC", "2026-11-20T10:00:00Z"),
            ("2026-11-20 10:00:00 PST", "2026-11-20T18:00:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("1/31/2018 22:56", "2018-01-31T22:56:00Z"),
            ("Jul-21-25", "2025-07-21T00:00:00Z"),
            ("20231130 164340", "2023-11-30T16:43:40Z"),
            ("4/2/2021 4:00:00 AM", "2021-04-02T04:00:00Z"),
            ("1763632800", "2025-11-20T10:00:00Z"),
            ("1763632800000", "2025-11-20T10:00:00Z"),
        ] {
            assert_eq!(utc.time(text).as_deref(), Ok(expected), "{text}");
        }
        assert!(utc.time("2026-11-20 10:00:00 EST").unwrap_err().contains("[zones]"));
        assert!(utc.time("17636328").unwrap_err().contains("date-formats"), "a number is no time of another century");
        assert!(utc.time("soon").is_err());
    }

    #[test]
    fn the_days_of_spreadsheets_are_read_where_the_mapping_says_so() {
        let berlin = format(&["serial"], Some("Europe/Berlin"));
        for (text, expected) in [
            ("46027", "2026-01-04T23:00:00Z"),
            ("46027.375", "2026-01-05T08:00:00Z"),
            ("46027,4166666667", "2026-01-05T09:00:00Z"),
        ] {
            assert_eq!(berlin.time(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(berlin.promise("46030").as_deref(), Ok("2026-01-08T22:59:59Z"));
        assert!(berlin.time("1763632800").is_err(), "an epoch is no day");
        assert!(format(&["%d.%m.%Y"], None).time("46027").unwrap_err().contains("\"serial\""));
    }

    #[test]
    fn a_day_as_a_promise_is_its_end_in_the_zone_of_the_file() {
        let new_york = format(&["%d/%m/%Y"], Some("America/New_York"));
        for text in ["2026-11-13", "13/11/2026", "2026-11-13 00:00:00", "2026-11-13T00:00:00Z"] {
            assert_eq!(new_york.promise(text).as_deref(), Ok("2026-11-14T04:59:59Z"), "{text}");
        }
        assert_eq!(new_york.promise("2026-11-13T12:00:00Z").as_deref(), Ok("2026-11-13T12:00:00Z"));
        assert_eq!(new_york.days_after("2026-11-10T04:30:00Z", 3).as_deref(), Ok("2026-11-13T04:59:59Z"));
        // Without a zone, the day is one of the report time zone.
        assert_eq!(format(&[], None).promise("2026-11-13").as_deref(), Ok("2026-11-13"));
    }

    #[test]
    fn a_format_that_is_no_pattern_is_refused_with_the_way_to_write_it() {
        let refused = TimeFormat::new(&["DD/MM/YYYY".into()], None, &BTreeMap::new(), false).unwrap_err();
        assert!(refused.contains("\"%d/%m/%Y\""), "{refused}");
        assert!(TimeFormat::new(&["%!".into()], None, &BTreeMap::new(), false).is_err());
    }
}
