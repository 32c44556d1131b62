//! What the texts of cells mean: whole numbers, clocks, and texts that a spreadsheet has spoilt.

use std::borrow::Cow;

use goody_domain::Rejection;

use super::fields::Field;

/// Whether a text is a number that a spreadsheet shortened, such as 5.10141E+13.
pub(crate) fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else { return false };
    exponent.starts_with('+')
        && exponent[1..].bytes().all(|byte| byte.is_ascii_digit())
        && digits.contains(['.', ','])
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// A whole number, also as spreadsheets write it: `3.0`.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text
        .split_once(['.', ','])
        .filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'))
        .map_or(text, |(whole, _)| whole);
    text.parse().ok()
}

/// A time of day without its first zero, as spreadsheets leave it: `20231130 94340`.
pub(crate) fn joined_clock(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_short = |clock: &str| matches!(clock.len(), 3 | 5) && clock.bytes().all(|byte| byte.is_ascii_digit());
    match text.rsplit_once(' ') {
        Some((day, clock)) if is_short(clock) && day.bytes().all(|byte| byte.is_ascii_digit()) => {
            Cow::Owned(format!("{day} 0{clock}"))
        }
        _ => text,
    }
}

/// A text without control characters, cut at its longest length.
pub(crate) fn cleaned(text: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    let is_clean = (text.len() <= longest || text.chars().count() <= longest) && !text.chars().any(char::is_control);
    if is_clean {
        return text;
    }
    let plain: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(longest).collect();
    Cow::Owned(plain.trim_end().to_owned())
}

/// Why a cell cannot be read.
pub(crate) const NOT_TEXT: &str =
    "is not UTF-8: say the encoding of the file, such as windows-1252 (encoding in the mapping, or --encoding)";

pub(crate) fn not_text(field: Field) -> Rejection {
    Rejection::field(field.name(), NOT_TEXT)
}
