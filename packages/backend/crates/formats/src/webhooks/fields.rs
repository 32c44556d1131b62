//! The fields of a JSON body, with errors that name them.

use std::borrow::Cow;

use goody_domain::{Instant, Rejection};
use serde_json::{Map, Value};

use super::Config;
use crate::files::times::TimeFormat;
use crate::lines::BOM;

/// An object of a body, and where it is.
#[derive(Clone, Debug)]
pub(super) struct Fields<'v> {
    object: &'v Map<String, Value>,
    /// The path to it, with a point at the end; empty for the body itself.
    path: String,
}

/// The JSON of a body.
pub(super) fn parse(body: &[u8]) -> Result<Value, Rejection> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    serde_json::from_slice(body).map_err(|error| Rejection::field("body", format!("is not JSON: {error}")))
}

/// How times of a body are written: in RFC 3339, or without an offset in the zone of the settings.
pub(super) fn times(config: &Config) -> Result<TimeFormat, Rejection> {
    TimeFormat::new(&[], config.time_zone.as_deref(), &Default::default(), false)
        .map_err(|reason| Rejection::field("time-zone", reason))
}

impl<'v> Fields<'v> {
    /// The fields of a body.
    pub(super) fn of(body: &'v Value) -> Result<Self, Rejection> {
        match body {
            Value::Object(object) => Ok(Self { object, path: String::new() }),
            _ => Err(Rejection::field("body", "must be a JSON object")),
        }
    }

    fn reject(&self, name: &str, reason: &str) -> Rejection {
        Rejection::field(format!("{}{name}", self.path), reason)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    /// A text or a number, without blanks around it; `None` if it is missing, null or empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<Cow<'v, str>>, Rejection> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed)),
            Some(Value::Number(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(_) => Err(self.reject(name, "must be a text")),
        }
    }

    /// A text that is there.
    pub(super) fn required(&self, name: &str) -> Result<Cow<'v, str>, Rejection> {
        self.text(name)?.ok_or_else(|| self.reject(name, "is missing"))
    }

    /// An object that is there.
    pub(super) fn object(&self, name: &str) -> Result<Self, Rejection> {
        self.optional_object(name)?.ok_or_else(|| self.reject(name, "is missing"))
    }

    /// An object; `None` if it is missing or null.
    pub(super) fn optional_object(&self, name: &str) -> Result<Option<Self>, Rejection> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self { object, path: format!("{}{name}.", self.path) })),
            Some(_) => Err(self.reject(name, "must be an object")),
        }
    }

    /// The objects of a list; none if it is missing or null.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Self>, Rejection> {
        let items = match self.object.get(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.reject(name, "must be a list")),
        };
        let item = |(at, item): (usize, &'v Value)| match item {
            Value::Object(object) => Ok(Self { object, path: format!("{}{name}.{at}.", self.path) }),
            _ => Err(self.reject(&format!("{name}.{at}"), "must be an object")),
        };
        items.iter().enumerate().map(item).collect()
    }

    /// A time; `None` if it is missing, null or empty.
    pub(super) fn time(&self, name: &str, times: &TimeFormat) -> Result<Option<Instant>, Rejection> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let time = times.time(&text).and_then(|time| Instant::parse(&time));
        time.map(Some).map_err(|reason| self.reject(name, &reason))
    }

    /// A time that is there.
    pub(super) fn required_time(&self, name: &str, times: &TimeFormat) -> Result<Instant, Rejection> {
        self.time(name, times)?.ok_or_else(|| self.reject(name, "is missing"))
    }

    /// The rejection of a field that is missing.
    pub(super) fn missing(&self, name: &str) -> Rejection {
        self.reject(name, "is missing")
    }

    /// The rejection of a word that the documentation of the sender does not have.
    pub(super) fn unknown(&self, name: &str, word: &str) -> Rejection {
        let word: String = word.chars().take(60).collect();
        self.reject(name, &format!("is no status that this server knows: {word}"))
    }

    /// The object itself.
    pub(super) fn to_value(&self) -> Value {
        Value::Object(self.object.clone())
    }

    /// The value of a field, of any type.
    pub(super) fn value(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name)
    }
}
