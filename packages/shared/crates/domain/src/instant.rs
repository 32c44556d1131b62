//! A point in time.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rfc3339;

/// A point in time: whole microseconds since 1970-01-01T00:00:00Z. Finer digits are dropped when read.
///
/// ```
/// # use goody_domain::Instant;
/// let t = Instant::parse("2026-03-01T09:30:00+01:00").unwrap();
/// assert_eq!(t.to_string(), "2026-03-01T08:30:00Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(i64);

impl Instant {
    /// 2000-01-01T00:00:00Z: events before it are rejected.
    pub const EARLIEST: Self = Self(946_684_800_000_000);
    /// 2100-01-01T00:00:00Z: promises have to lie before it.
    pub const LATEST: Self = Self(4_102_444_800_000_000);

    /// The instant that many microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time with any offset. Other forms of ISO 8601 are errors.
    pub fn parse(text: &str) -> Result<Self, String> {
        rfc3339::micros(text).map(Self).ok_or_else(|| format!("is not an RFC 3339 time: {}", shortened(text)))
    }

    /// The instant that is `seconds` later, or earlier if `seconds` is negative.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// Seconds from `earlier` to this instant; negative if this instant comes first.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / 1e6
    }

    /// The start of this instant's minute.
    pub const fn floor_minute(self) -> Self {
        Self(self.0 - self.0.rem_euclid(60_000_000))
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

impl From<Timestamp> for Instant {
    fn from(time: Timestamp) -> Self {
        Self(time.as_microsecond())
    }
}

impl TryFrom<String> for Instant {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> String {
        instant.to_string()
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, without trailing zeros in the fraction of a second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

/// The first 40 characters of a text, for an error message.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
