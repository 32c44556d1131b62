//! Explains to the sender why the JSON of an event cannot be read. Valid lines never come to this module.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::instant::shortened;
use crate::rejection::{FieldError, Rejection};

const ID: &str = "text in quotes: an id such as A-1001";
const TIME: &str = "text in quotes: an RFC 3339 time such as 2026-01-31T10:00:00Z";
const TEXT: &str = "text in quotes";
const FLAG: &str = "true or false";

/// A field of an event: its name, whether it accepts a value, and a description of what it accepts.
type Field = (&'static str, fn(&Kind) -> bool, &'static str);

const FIELDS: [Field; 15] = [
    ("eventId", Kind::is_text, ID),
    ("orderId", Kind::is_text, ID),
    ("vendorId", Kind::is_text, ID),
    ("status", Kind::is_text, "text in quotes: one of the nine statuses, such as PLACED"),
    ("occurredAt", Kind::is_text, TIME),
    ("estimatedDelivery", Kind::is_text, TIME),
    ("shipBy", Kind::is_text, TIME),
    ("giftValue", Kind::is_whole, "a whole number of minor units, such as 1999 for 19.99"),
    ("currency", Kind::is_text, "text in quotes: an ISO 4217 code such as EUR"),
    ("giftType", Kind::is_text, "text in quotes: a word such as flowers"),
    ("isRush", Kind::is_flag, FLAG),
    ("carrier", Kind::is_text, TEXT),
    ("trackingNumber", Kind::is_text, TEXT),
    ("reason", Kind::is_text, TEXT),
    ("isBackfilled", Kind::is_flag, FLAG),
];

/// The rejection of a text that is not the JSON of an event.
pub(crate) fn rejection(text: &str) -> Rejection {
    const OBJECT: &str = "and has to be an object: {\"eventId\": …}";
    if text.trim_ascii().is_empty() {
        return Rejection::field("line", format!("is empty, {OBJECT}"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    if text.trim_ascii_start().starts_with('[') {
        return Rejection::field("line", format!("is an array, {OBJECT}"));
    }
    if !text.trim_ascii_start().starts_with('{') {
        return match Kind::deserialize(&mut reader).and_then(|kind| reader.end().map(|()| kind)) {
            Ok(kind) => Rejection::field("line", format!("is {kind}, {OBJECT}")),
            Err(error) => syntax_error(&error),
        };
    }
    let errors = match FieldValues::deserialize(&mut reader) {
        Ok(FieldValues(values)) => field_errors(&values),
        Err(error) => return syntax_error(&error),
    };
    if reader.end().is_err() {
        Rejection::field("line", "has text after its JSON")
    } else if errors.is_empty() {
        Rejection::field("line", "is not the JSON of an event")
    } else {
        Rejection { errors }
    }
}

/// The fields with a value of the wrong kind, and those that appear twice, in the order of [`FIELDS`].
fn field_errors(values: &[(String, Kind)]) -> Vec<FieldError> {
    let reason = |(name, accepts, expected): &Field| {
        let mut values = values.iter().filter(|(field, _)| field == name).map(|(_, kind)| kind);
        let first = values.next()?;
        match [first].into_iter().chain(values.clone()).find(|kind| !matches!(kind, Kind::Null) && !accepts(kind)) {
            Some(kind) => Some(format!("is {kind}, and has to be {expected}")),
            None => values.next().map(|_| "appears more than once".to_owned()),
        }
    };
    let errors = FIELDS.iter().filter_map(|field| Some(FieldError { field: field.0.into(), reason: reason(field)? }));
    errors.collect()
}

/// The rejection of a text that is not JSON.
fn syntax_error(error: &serde_json::Error) -> Rejection {
    let (line, column) = (error.line(), error.column());
    let place = if line > 1 { format!("line {line}, column {column}") } else { format!("column {column}") };
    let reason = if error.is_eof() {
        format!("is incomplete: its JSON ends too early, after {place}")
    } else if error.to_string().starts_with("number out of range") {
        format!("has a number that is too large at {place}")
    } else {
        format!("is not JSON from {place} on")
    };
    Rejection::field("line", reason)
}

/// The value of a field, as an error shows it.
enum Kind {
    Null,
    Flag(bool),
    /// The number, and whether it is a whole number of 64 bits.
    Number(String, bool),
    /// The start of the text.
    Text(String),
    Array,
    Object,
}

impl Kind {
    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn is_whole(&self) -> bool {
        matches!(self, Self::Number(_, true))
    }

    fn is_flag(&self) -> bool {
        matches!(self, Self::Flag(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(value) => write!(f, "{value}"),
            Self::Number(shown, _) => write!(f, "the number {shown}"),
            Self::Text(text) => write!(f, "the text {text:?}"),
            Self::Array => f.write_str("an array"),
            Self::Object => f.write_str("an object"),
        }
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Flag(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Number(value.to_string(), true))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Number(value.to_string(), i64::try_from(value).is_ok()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Number(format!("{value:?}"), false))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(shortened(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Kind::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Kind, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Kind::Object)
    }
}

/// The fields of [`FIELDS`] in a JSON object, repeated ones included.
struct FieldValues(Vec<(String, Kind)>);

impl<'de> Deserialize<'de> for FieldValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = FieldValues;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<FieldValues, A::Error> {
        let mut values = Vec::new();
        while let Some(name) = fields.next_key::<String>()? {
            if FIELDS.iter().any(|(field, ..)| *field == name) {
                values.push((name, fields.next_value()?));
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(FieldValues(values))
    }
}
