//! Reads times in the format of RFC 3339.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// 1970-01-01T00:00:00.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Microseconds since 1970-01-01T00:00:00Z of a `date-time` of RFC 3339, section 5.6; `None` for any other text. Finer digits
/// are dropped.
///
/// As the notes of that section allow, a space can replace the `T`, and letters can be lower case. The other forms of ISO 8601
/// (times without seconds, weeks, years of six digits) and the extensions of libraries (`[Europe/Paris]`) are refused, because
/// programs read them differently.
pub(crate) fn micros(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |place: Range<usize>| {
        let digits = bytes.get(place)?;
        digits.iter().try_fold(0_i16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i16::from(digit - b'0')))
    };
    let two = |place: usize| i8::try_from(number(place..place + 2)?).ok();
    for (place, signs) in [(4, "-"), (7, "-"), (10, "Tt "), (13, ":"), (16, ":")] {
        bytes.get(place).filter(|byte| signs.as_bytes().contains(byte))?;
    }
    let second = two(17)?;
    let (fraction, offset_at) = fraction(bytes)?;
    let local =
        DateTime::new(number(0..4)?, two(5)?, two(8)?, two(11)?, two(14)?, if second == 60 { 59 } else { second }, 0);
    let seconds =
        local.ok()?.duration_since(EPOCH).as_secs() - offset_seconds(bytes.get(offset_at..)?, &two, offset_at)?;
    (second != 60 || precedes_a_leap_second(seconds)).then(|| seconds * 1_000_000 + fraction)
}

/// The microseconds of a second, and where the offset begins.
fn fraction(bytes: &[u8]) -> Option<(i64, usize)> {
    const BEGIN: usize = 20;
    if bytes.get(BEGIN - 1) != Some(&b'.') {
        return Some((0, BEGIN - 1));
    }
    let digits = bytes.get(BEGIN..)?.iter().take_while(|byte| byte.is_ascii_digit());
    let count = digits.clone().count();
    let padded = digits.copied().chain(std::iter::repeat(b'0'));
    let micros = padded.take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (count > 0).then_some((micros, BEGIN + count))
}

/// `Z` or `+hh:mm`, in seconds.
fn offset_seconds(offset: &[u8], two: &impl Fn(usize) -> Option<i8>, place: usize) -> Option<i64> {
    let sign = match offset {
        [b'Z' | b'z'] => return Some(0),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let (hours, minutes) = (two(place + 1)?, two(place + 4)?);
    (hours <= 23 && minutes <= 59).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// Whether a leap second can follow that second: leap seconds are the last of June or of December, in UTC. A leap second is
/// read as the second before it, because counts of seconds since 1970 leave leap seconds out.
fn precedes_a_leap_second(seconds: i64) -> bool {
    Timestamp::from_second(seconds + 1).is_ok_and(|next| {
        let next = TimeZone::UTC.to_datetime(next);
        next.time() == jiff::civil::Time::midnight() && next.day() == 1 && matches!(next.month(), 1 | 7)
    })
}
