//! The mapping of a CSV file, in TOML. It says which columns and words of the file make which events.
//!
//! ```toml
//! delimiter = ";"                      # default: ,
//! time-zone = "America/Sao_Paulo"      # for times without an offset; default: UTC
//! date-formats = ["%d/%m/%Y %H:%M"]    # in addition to RFC 3339; letters as in strftime
//!
//! [columns]                            # field of the event = column of the file; default: the column with the field's name
//! orderId = "order_id"
//! occurredAt = "when"
//!
//! [constants]                          # fields with the same value in every row
//! currency = "BRL"
//!
//! [statuses]                           # word of the file = status
//! delivered = "ARRIVED"
//!
//! [attributes]                         # name of a text to keep = column of the file
//! colour = "ribbon_colour"
//!
//! [[events]]                           # for files with one order on each row: each filled column of times is one event
//! status = "PLACED"
//! occurredAt = "purchased_at"
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use csv::StringRecord;
use goody_domain::{Day, Instant, Rejection, Status, WireDestination, WireEvent};
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The fields of an event that a row may contain.
const FIELDS: [&str; 21] = [
    "eventId",
    "orderId",
    "vendorId",
    "status",
    "occurredAt",
    "estimatedDelivery",
    "shipBy",
    "giftValue",
    "currency",
    "giftType",
    "isRush",
    "carrier",
    "trackingNumber",
    "reason",
    "isBackfilled",
    "parcelId",
    "reference",
    "vendorName",
    "destination.country",
    "destination.region",
    "destination.postalPrefix",
];

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The file cannot be read.
    #[error("the mapping {0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    /// It is not the TOML of a mapping.
    #[error("the mapping {0} is not valid")]
    Invalid(String, #[source] Box<toml::de::Error>),
    /// A value in it has no meaning.
    #[error("the mapping {path}: {reason}")]
    Unusable {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The content of the mapping file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mapping {
    delimiter: Option<char>,
    time_zone: Option<String>,
    #[serde(default)]
    date_formats: Vec<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    statuses: BTreeMap<String, String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    events: Vec<EventColumn>,
}

/// One event of a row that describes a whole order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventColumn {
    status: String,
    #[serde(rename = "occurredAt")]
    occurred_at: String,
}

impl Mapping {
    /// Reads a mapping from a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no mapping.
    pub fn read(path: &Path) -> Result<Self, MappingError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| MappingError::Unreadable(name.clone(), error))?;
        Self::parse(name, &text)
    }

    /// Parses a mapping. Error messages call it `name`.
    pub fn parse(name: String, text: &str) -> Result<Self, MappingError> {
        let mapping: Self =
            toml::from_str(text).map_err(|error| MappingError::Invalid(name.clone(), Box::new(error)))?;
        let unknown_field =
            mapping.columns.keys().chain(mapping.constants.keys()).find(|field| !FIELDS.contains(&field.as_str()));
        let words = mapping.statuses.values().chain(mapping.events.iter().map(|event| &event.status));
        let unknown_status = words.into_iter().find(|word| Status::parse(word).is_none());
        let reason = match (unknown_field, unknown_status) {
            (Some(field), _) => format!("an event has no field {field}; use one of {}", FIELDS.join(", ")),
            (_, Some(word)) => {
                format!("{word} is not a status; use one of {}", Status::ALL.map(Status::as_str).join(", "))
            }
            _ if mapping.delimiter.is_some_and(|delimiter| !delimiter.is_ascii()) => {
                "the delimiter must be an ASCII character".into()
            }
            _ => return Ok(mapping),
        };
        Err(MappingError::Unusable { path: name, reason })
    }

    /// The character between two cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).unwrap_or(b',')
    }
}

/// Makes events of the rows of one file: the mapping, with the positions of the file's columns.
pub struct RowParser {
    /// The position of the column of each field.
    columns: HashMap<&'static str, usize>,
    /// The name of each attribute, and the position of its column.
    attributes: Vec<(String, usize)>,
    /// The status of each event of a row, and the position of the column with its time.
    events: Vec<(String, usize)>,
    constants: BTreeMap<String, String>,
    statuses: BTreeMap<String, String>,
    formats: Vec<String>,
    zone: TimeZone,
}

impl RowParser {
    /// Finds the columns of a mapping in the heading of a file.
    pub fn new(mapping: Mapping, heading: &StringRecord) -> Result<Self, String> {
        let position =
            |column: &str| heading.iter().position(|name| name.trim().trim_start_matches('\u{feff}') == column);
        let mut columns = HashMap::new();
        for field in FIELDS {
            match mapping.columns.get(field) {
                Some(column) => {
                    let found = position(column).ok_or_else(|| {
                        format!("there is no column {column} for {field}: correct [columns] in the mapping")
                    })?;
                    columns.insert(field, found);
                }
                None => drop(position(field).map(|found| columns.insert(field, found))),
            }
        }
        let attribute = |(name, column): (String, String)| match position(&column) {
            Some(found) => Ok((name, found)),
            None => Err(format!("there is no column {column}: correct [attributes] in the mapping")),
        };
        let attributes = mapping.attributes.into_iter().map(attribute).collect::<Result<_, String>>()?;
        let event = |event: &EventColumn| {
            let found = position(&event.occurred_at).ok_or_else(|| {
                format!("there is no column {}: correct [[events]] in the mapping", event.occurred_at)
            })?;
            Ok((event.status.clone(), found))
        };
        let events: Vec<(String, usize)> = mapping.events.iter().map(event).collect::<Result<_, String>>()?;
        if !columns.contains_key("orderId") {
            return Err(
                "there is no column orderId: name the column with the order ids in a mapping (--mapping)".into()
            );
        }
        let zone = match &mapping.time_zone {
            Some(name) => goody_domain::time_zone(name).map_err(|error| format!("time-zone {error}"))?,
            None => TimeZone::UTC,
        };
        Ok(Self {
            columns,
            attributes,
            events,
            constants: mapping.constants,
            statuses: mapping.statuses,
            formats: mapping.date_formats,
            zone,
        })
    }

    /// The events of a row: one, or with `[[events]]` one for each filled column of times.
    pub fn events<'r>(&'r self, row: &'r StringRecord) -> Vec<Result<WireEvent<'r>, Rejection>> {
        if self.events.is_empty() {
            return vec![self.event(row, None)];
        }
        let filled =
            self.events.iter().filter(|(_, column)| row.get(*column).is_some_and(|cell| !cell.trim().is_empty()));
        filled.map(|(status, column)| self.event(row, Some((status, *column)))).collect()
    }

    /// One event of a row. `status_and_column` are those of an entry of `[[events]]`, if there is any.
    fn event<'r>(
        &'r self,
        row: &'r StringRecord,
        status_and_column: Option<(&'r str, usize)>,
    ) -> Result<WireEvent<'r>, Rejection> {
        let cell = |field: &str| {
            let found = self.columns.get(field).and_then(|column| row.get(*column)).map(str::trim);
            found.filter(|cell| !cell.is_empty()).or_else(|| self.constants.get(field).map(String::as_str))
        };
        let text = |field: &str| cell(field).map(Cow::Borrowed);
        let flag = |field: &'static str| {
            cell(field).map(|word| match word.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Ok(true),
                "false" | "no" | "0" => Ok(false),
                _ => Err(Rejection::field(field, "must be true or false")),
            })
        };
        let (status, occurred_at) = match status_and_column {
            Some((status, column)) => {
                let cell = row.get(column).unwrap_or_default().trim();
                (Some(Cow::Borrowed(status)), Some(self.time("occurredAt", cell)?))
            }
            None => {
                let word = cell("status").map(|word| self.statuses.get(word).map_or(word, String::as_str));
                (word.map(Cow::Borrowed), cell("occurredAt").map(|cell| self.time("occurredAt", cell)).transpose()?)
            }
        };
        // Few files have event ids. The same status at the same time is the same event in every import.
        let derived_id = match (&status, &occurred_at) {
            (Some(status), Some(at)) => Some(Cow::Owned(format!("{status}:{}", at.replace('+', "-")))),
            _ => None,
        };
        let attributes = self.attributes.iter().filter_map(|(name, column)| {
            let cell = row.get(*column).map(str::trim).filter(|cell| !cell.is_empty())?;
            Some((Cow::Borrowed(name.as_str()), Cow::Borrowed(cell)))
        });
        let attributes: BTreeMap<_, _> = attributes.collect();
        let is_placement = status.as_deref() == Some(Status::Placed.as_str());
        let event = WireEvent {
            event_id: text("eventId").filter(|_| status_and_column.is_none()).or(derived_id),
            order_id: text("orderId"),
            vendor_id: text("vendorId"),
            status,
            occurred_at,
            carrier: text("carrier"),
            tracking_number: text("trackingNumber"),
            reason: text("reason"),
            is_backfilled: flag("isBackfilled").transpose()?,
            parcel_id: text("parcelId").filter(|_| !is_placement),
            attributes: (!attributes.is_empty()).then_some(attributes),
            ..WireEvent::default()
        };
        if !is_placement {
            return Ok(event);
        }
        // Tables repeat the fields of the placement on every row.
        let promise = |field: &str| cell(field).map(|cell| self.promise(field, cell)).transpose();
        let gift_value = cell("giftValue").map(|number| {
            number.parse().map_err(|_| Rejection::field("giftValue", "is not a whole number of minor units"))
        });
        let destination = WireDestination {
            country: text("destination.country"),
            region: text("destination.region"),
            postal_prefix: text("destination.postalPrefix"),
        };
        Ok(WireEvent {
            estimated_delivery: promise("estimatedDelivery")?,
            ship_by: promise("shipBy")?,
            gift_value: gift_value.transpose()?,
            currency: text("currency"),
            gift_type: text("giftType"),
            is_rush: flag("isRush").transpose()?,
            reference: text("reference"),
            vendor_name: text("vendorName"),
            destination: (destination != WireDestination::default()).then_some(destination),
            ..event
        })
    }

    /// Converts a promise like a time, except that a date stays one: it means the end of that day.
    fn promise<'r>(&self, field: &str, cell: &'r str) -> Result<Cow<'r, str>, Rejection> {
        if Day::parse(cell).is_ok() {
            return Ok(Cow::Borrowed(cell));
        }
        let date = self.formats.iter().find_map(|format| {
            let parsed = strtime::parse(format, cell).ok()?;
            parsed.to_date().ok().filter(|_| parsed.hour().is_none())
        });
        match date {
            Some(date) => Ok(Cow::Owned(date.to_string())),
            None => self.time(field, cell),
        }
    }

    /// Converts a time in one of the file's formats to RFC 3339.
    fn time<'r>(&self, field: &str, cell: &'r str) -> Result<Cow<'r, str>, Rejection> {
        if Instant::parse(cell).is_ok() {
            return Ok(Cow::Borrowed(cell));
        }
        let timestamp = self.formats.iter().find_map(|format| {
            let parsed = strtime::parse(format, cell).ok()?;
            if let Ok(timestamp) = parsed.to_timestamp() {
                return Some(timestamp);
            }
            let date = parsed.to_date().ok()?;
            let time = parsed.to_time().unwrap_or(jiff::civil::Time::midnight());
            self.zone.to_timestamp(DateTime::from_parts(date, time)).ok()
        });
        timestamp.map(|timestamp| Cow::Owned(timestamp.to_string())).ok_or_else(|| {
            Rejection::field(field, "is neither RFC 3339 nor in one of the formats of the mapping (date-formats)")
        })
    }
}
