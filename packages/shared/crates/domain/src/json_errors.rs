//! Explains to the sender why the JSON of an event cannot be read. Valid lines never come to this module.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::instant::shortened;
use crate::rejection::{FieldError, Rejection};

const ID: &str = "text in quotes: an id such as A-1001";
const TIME: &str = "text in quotes: an RFC 3339 time such as 2026-01-31T10:00:00Z";
const PROMISE: &str = "text in quotes: an RFC 3339 time such as 2026-01-31T10:00:00Z, or a date such as 2026-01-31";
const TEXT: &str = "text in quotes";
const FLAG: &str = "true or false";
const REPEATED: &str = "appears more than once";

/// A field of an event: its name, whether it accepts a value, and a description of what it accepts.
type Field = (&'static str, fn(&Kind) -> bool, &'static str);

const FIELDS: [Field; 20] = [
    ("eventId", Kind::is_text, ID),
    ("orderId", Kind::is_text, ID),
    ("vendorId", Kind::is_text, ID),
    ("status", Kind::is_text, "text in quotes: one of the nine statuses, such as PLACED"),
    ("occurredAt", Kind::is_text, TIME),
    ("estimatedDelivery", Kind::is_text, PROMISE),
    ("shipBy", Kind::is_text, PROMISE),
    ("giftValue", Kind::is_whole, "a whole number of minor units, such as 1999 for 19.99"),
    ("currency", Kind::is_text, "text in quotes: an ISO 4217 code such as EUR"),
    ("giftType", Kind::is_text, "text in quotes: a word such as flowers"),
    ("isRush", Kind::is_flag, FLAG),
    ("carrier", Kind::is_text, TEXT),
    ("trackingNumber", Kind::is_text, TEXT),
    ("reason", Kind::is_text, TEXT),
    ("isBackfilled", Kind::is_flag, FLAG),
    ("parcelId", Kind::is_text, ID),
    ("reference", Kind::is_text, TEXT),
    ("vendorName", Kind::is_text, TEXT),
    ("destination", Kind::is_object, "an object with country, region and postalPrefix, each a text in quotes"),
    ("attributes", Kind::is_object, "an object of texts in quotes"),
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
        Ok(values) => field_errors(&values),
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

/// The fields with a value of the wrong kind, and those that appear twice, in the order of [`FIELDS`]; then the unknown fields.
fn field_errors(FieldValues { known: values, unknown }: &FieldValues) -> Vec<FieldError> {
    let error = |field: String, reason: String| FieldError { field, reason };
    let inside = |name: &str, allowed: Option<&[&str]>| {
        let objects = values.iter().filter(|(field, _)| field == name);
        let entries =
            objects.filter_map(|(_, kind)| if let Kind::Object(entries) = kind { Some(entries) } else { None });
        let places = entries.flat_map(|entries| entries.iter().enumerate().map(move |place| (entries, place)));
        let wrong = places.filter_map(|(entries, (place, (inner, kind)))| match allowed {
            Some(allowed) if !allowed.contains(&inner.as_str()) => Some((inner, unknown_field(allowed))),
            Some(_) if entries[..place].iter().any(|(other, _)| other == inner) => Some((inner, REPEATED.to_owned())),
            _ if kind.is_text() || matches!(kind, Kind::Null) && allowed.is_some() => None,
            _ => Some((inner, format!("is {kind}, and has to be {TEXT}"))),
        });
        wrong.map(|(inner, reason)| error(format!("{name}.{}", shortened(inner)), reason)).collect::<Vec<_>>()
    };
    let reason = |(name, accepts, expected): &Field| {
        let mut values = values.iter().filter(|(field, _)| field == name).map(|(_, kind)| kind);
        let first = values.next()?;
        match [first].into_iter().chain(values.clone()).find(|kind| !matches!(kind, Kind::Null) && !accepts(kind)) {
            Some(kind) => Some(format!("is {kind}, and has to be {expected}")),
            None => values.next().map(|_| REPEATED.to_owned()),
        }
    };
    let mut errors: Vec<FieldError> =
        FIELDS.iter().filter_map(|field| Some(error(field.0.into(), reason(field)?))).collect();
    errors.extend(inside("destination", Some(&["country", "region", "postalPrefix"])));
    errors.extend(inside("attributes", None));
    errors.extend(unknown.iter().map(|name| error(shortened(name), unknown_field(&FIELDS.map(|(name, ..)| name)))));
    errors
}

fn unknown_field(known: &[&str]) -> String {
    format!("is not a field of an event; the fields here are {}", known.join(", "))
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
    /// Its fields: at most [`MOST_FIELDS`] with a text, and as many others.
    Object(Vec<(String, Kind)>),
}

/// The most fields of an object, and the most unknown fields of an event, that errors mention.
const MOST_FIELDS: usize = 50;

impl Kind {
    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn is_whole(&self) -> bool {
        matches!(self, Self::Number(_, true))
    }

    fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
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
            Self::Object(_) => f.write_str("an object"),
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
        let mut entries = Vec::new();
        while let Some(name) = fields.next_key::<String>()? {
            let kind: Kind = fields.next_value()?;
            let alike = |(_, other): &&(String, Kind)| other.is_text() == kind.is_text();
            if entries.iter().filter(alike).count() < MOST_FIELDS {
                entries.push((name, kind));
            }
        }
        Ok(Kind::Object(entries))
    }
}

/// The fields of a JSON object: those of [`FIELDS`], repeated ones included, and the names of the others.
#[derive(Default)]
struct FieldValues {
    known: Vec<(String, Kind)>,
    unknown: Vec<String>,
}

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
        let mut values = FieldValues::default();
        while let Some(name) = fields.next_key::<String>()? {
            if FIELDS.iter().any(|(field, ..)| *field == name) {
                values.known.push((name, fields.next_value()?));
            } else {
                fields.next_value::<IgnoredAny>()?;
                if values.unknown.len() < MOST_FIELDS && !values.unknown.contains(&name) {
                    values.unknown.push(name);
                }
            }
        }
        Ok(values)
    }
}
