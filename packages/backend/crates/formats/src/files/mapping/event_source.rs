//! The events of a row, as `[[events]]` says them.

use std::collections::BTreeMap;

use goody_domain::Status;
use toml::Value;

use super::fields::{Field, field_of};
use super::source::Source;
use super::when::{self, RowTest};

/// The status of an event of a row.
#[derive(Clone, Debug)]
pub(crate) enum StatusSource {
    Fixed(Status),
    Column(Source),
}

/// One event of a row that describes a whole order.
#[derive(Clone, Debug)]
pub(crate) struct EventSource {
    pub(crate) status: StatusSource,
    pub(crate) occurred_at: Source,
    pub(crate) when: Vec<RowTest>,
    /// Fields that are those of this event only.
    pub(crate) own: Vec<(Field, Source)>,
    /// Whether the file may lack the columns: then the event is left out.
    pub(crate) is_optional: bool,
}

impl EventSource {
    pub(super) fn parse(event: &BTreeMap<String, Value>) -> Result<Self, String> {
        let mut own = Vec::new();
        let mut is_optional = false;
        for (key, value) in event {
            match key.as_str() {
                "status" | "occurredAt" | "when" => {}
                "optional" => is_optional = value.as_bool().ok_or("optional must be true or false")?,
                "carrier" | "trackingNumber" | "reason" | "parcelId" => {
                    let source = Source::parse(value).map_err(|reason| format!("{key} {reason}"))?;
                    own.push((field_of(key)?, source));
                }
                _ => {
                    return Err(format!(
                        "an entry has no key {key}; use status, occurredAt, when, optional, carrier, trackingNumber, reason or \
                         parcelId"
                    ));
                }
            }
        }
        let status = match event.get("status").ok_or("status is missing")? {
            Value::String(word) => StatusSource::Fixed(Status::parse(word).ok_or_else(|| not_a_status(word))?),
            value => StatusSource::Column(Source::parse(value).map_err(|reason| format!("status {reason}"))?),
        };
        let occurred_at = event.get("occurredAt").ok_or("occurredAt is missing")?;
        let occurred_at = Source::parse(occurred_at).map_err(|reason| format!("occurredAt {reason}"))?;
        let when = event.get("when").map(when::parse).transpose()?.unwrap_or_default();
        Ok(Self { status, occurred_at, when, own, is_optional })
    }
}

pub(super) fn not_a_status(word: &str) -> String {
    format!("{word} is not a status; use one of {}", Status::ALL.map(Status::as_str).join(", "))
}
