//! The mapping of a file, in TOML. It says which columns and words of the file make which events.
//!
//! ```toml
//! delimiter = ";"                      # default: the one that the heading has
//! encoding = "windows-1252"            # default: UTF-8, or what the first bytes show
//! time-zone = "America/Sao_Paulo"      # for times without an offset; default: UTC
//! date-formats = ["%d/%m/%Y %H:%M"]    # in addition to ISO 8601; letters as in strftime; "epoch" for seconds or milliseconds
//! make-ids = true                      # ids from any text; the text is kept as reference and vendorName
//! midnight-means-day = true            # a promise at 00:00:00 is that whole day
//! money = "major"                      # whole numbers are euros, not cents ("minor")
//! decimal-mark = ","                   # only where an amount could be read in two ways
//! sheet = "Orders"                     # of a workbook; default: the first with the columns
//! records = "orders"                   # of a JSON file: the list of records
//! rows = "line_items"                  # of a JSON file: a list in each record, with one row for each item
//!
//! [columns]                            # field of the event = column of the file; default: the column with the field's name
//! orderId = ["Name", "Vendor"]         # several columns, joined by -
//! occurredAt = { first = ["shipped", "paid"] }           # the first that is filled
//! estimatedDelivery = { days-after-placement = "days" }  # a promise in days
//! giftValue = { product = ["price", "quantity"], sum = true }
//!
//! [constants]                          # fields with this value where the row has none
//! currency = "BRL"
//!
//! [zones]                              # letters at the end of a time
//! PST = "America/Los_Angeles"
//!
//! [statuses]                           # word of the file = status, in any case; "" leaves the row out
//! delivered = "ARRIVED"
//!
//! [words.isRush]                       # words of one field
//! express = true
//!
//! [attributes]                         # name of a text to keep = column of the file
//! colour = "ribbon_colour"
//!
//! [when]                               # rows that do not satisfy it are left out
//! Test = { not = ["yes"] }
//!
//! [same-order]                         # rows that follow each other and have the same text in this column
//! column = "Name"
//! fill = ["Currency", "Cancelled at"]  # columns that only the first of these rows has
//!
//! [join]                               # a second file, with rows for the rows of this one
//! file = "items.csv"
//! key = "order_id"
//!
//! [[events]]                           # for files with one order on each row: each filled time is one event
//! status = "PLACED"
//! occurredAt = "purchased_at"
//!
//! [[events]]
//! status = { column = "state" }        # the latest status of the row, by the words of [statuses]
//! occurredAt = "changed_at"
//! when = { state = ["canceled"] }
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use goody_domain::Status;
use serde::Deserialize;
use toml::Value;

use self::fields::Field;
use self::source::{FieldSource, Source};
use self::when::RowTest;
use crate::money::{MoneyFormat, Notation};
use crate::times::TimeFormat;

mod fields;
pub mod group;
pub(crate) mod row;
pub(crate) mod source;
mod when;

pub use self::row::RowParser;

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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Document {
    delimiter: Option<char>,
    encoding: Option<String>,
    time_zone: Option<String>,
    #[serde(default)]
    date_formats: Vec<String>,
    #[serde(default)]
    zones: BTreeMap<String, String>,
    #[serde(default)]
    make_ids: bool,
    #[serde(default)]
    midnight_means_day: bool,
    money: Option<String>,
    decimal_mark: Option<char>,
    sheet: Option<String>,
    records: Option<String>,
    rows: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, Value>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    statuses: BTreeMap<String, String>,
    #[serde(default)]
    words: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    when: Option<Value>,
    same_order: Option<SameOrder>,
    join: Option<JoinTable>,
    #[serde(default)]
    events: Vec<BTreeMap<String, Value>>,
}

/// Rows that belong to one order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SameOrder {
    /// The column with the same text in each of them.
    pub(crate) column: String,
    /// Columns that only the first of them fills.
    #[serde(default)]
    pub(crate) fill: Vec<String>,
}

/// The second file of a mapping.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JoinTable {
    /// Its name, in the folder of the first file.
    pub file: String,
    /// The column with the same text in both files.
    pub key: String,
    /// The column of the first file, if it has another name there.
    pub key_here: Option<String>,
    /// The columns of the second file that the rows get. Default: all.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// A checked mapping.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    document: Document,
    columns: Vec<(Field, FieldSource)>,
    constants: Vec<(Field, String)>,
    words: Vec<(Field, BTreeMap<String, String>)>,
    attributes: Vec<(String, FieldSource)>,
    when: Vec<RowTest>,
    events: Vec<EventSource>,
}

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
    ///
    /// # Errors
    /// It is no mapping.
    pub fn parse(name: String, text: &str) -> Result<Self, MappingError> {
        let document: Document =
            toml::from_str(text).map_err(|error| MappingError::Invalid(name.clone(), Box::new(error)))?;
        Self::check(document).map_err(|reason| MappingError::Unusable { path: name, reason })
    }

    fn check(document: Document) -> Result<Self, String> {
        let mut mapping = Self::default();
        for (name, value) in &document.columns {
            let field = FieldSource::parse(value).map_err(|reason| format!("columns.{name} {reason}"))?;
            mapping.columns.push((field_of(name)?, field));
        }
        for (name, text) in &document.constants {
            mapping.constants.push((field_of(name)?, text.clone()));
        }
        for (name, table) in &document.words {
            let word = |(word, value): (&String, &Value)| match value {
                Value::String(text) => Ok((word.trim().to_lowercase(), text.clone())),
                Value::Boolean(flag) => Ok((word.trim().to_lowercase(), flag.to_string())),
                Value::Integer(number) => Ok((word.trim().to_lowercase(), number.to_string())),
                _ => Err(format!("words.{name}.{word} must be a text, a number or true or false")),
            };
            mapping.words.push((field_of(name)?, table.iter().map(word).collect::<Result<_, String>>()?));
        }
        for (name, value) in &document.attributes {
            let source = FieldSource::parse(value).map_err(|reason| format!("attributes.{name} {reason}"))?;
            mapping.attributes.push((name.clone(), source));
        }
        if let Some(when) = &document.when {
            mapping.when = when::parse(when)?;
        }
        for event in &document.events {
            mapping.events.push(EventSource::parse(event).map_err(|reason| format!("[[events]]: {reason}"))?);
        }
        let unknown = document.statuses.values().find(|word| !word.is_empty() && Status::parse(word).is_none());
        if let Some(word) = unknown {
            return Err(not_a_status(word));
        }
        if document.delimiter.is_some_and(|delimiter| !delimiter.is_ascii() || "\"\r\n".contains(delimiter)) {
            return Err("the delimiter must be an ASCII character, and no quote".into());
        }
        if document.decimal_mark.is_some_and(|mark| !matches!(mark, '.' | ',')) {
            return Err("decimal-mark must be \".\" or \",\"".into());
        }
        if let Some(encoding) = &document.encoding {
            crate::encoding::named(encoding)?;
        }
        mapping.document = document;
        mapping.times()?;
        mapping.money()?;
        Ok(mapping)
    }

    /// The character between two cells, if the mapping says it.
    pub fn delimiter(&self) -> Option<u8> {
        self.document.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok())
    }

    /// The name of the file's encoding, if the mapping says it.
    pub fn encoding(&self) -> Option<&str> {
        self.document.encoding.as_deref()
    }

    /// The sheet of a workbook, if the mapping says it.
    pub fn sheet(&self) -> Option<&str> {
        self.document.sheet.as_deref()
    }

    /// Where a JSON file has its list of records, and where each record has its list of rows.
    pub fn json_lists(&self) -> (Option<&str>, Option<&str>) {
        (self.document.records.as_deref(), self.document.rows.as_deref())
    }

    /// The second file, if there is one.
    pub fn join(&self) -> Option<&JoinTable> {
        self.document.join.as_ref()
    }

    /// Sets a field for rows that have no value for it.
    ///
    /// # Errors
    /// An event has no such field.
    pub fn set_constant(&mut self, name: &str, value: &str) -> Result<(), String> {
        let field = field_of(name)?;
        self.constants.retain(|(known, _)| *known != field);
        self.constants.push((field, value.to_owned()));
        Ok(())
    }

    /// Says the encoding of the file, whatever the mapping says.
    ///
    /// # Errors
    /// There is no such encoding.
    pub fn set_encoding(&mut self, name: &str) -> Result<(), String> {
        crate::encoding::named(name)?;
        self.document.encoding = Some(name.to_owned());
        Ok(())
    }

    /// Says the time zone of the file, whatever the mapping says.
    ///
    /// # Errors
    /// There is no such time zone.
    pub fn set_time_zone(&mut self, name: &str) -> Result<(), String> {
        self.document.time_zone = Some(name.to_owned());
        self.times().map(drop)
    }

    /// The columns that the mapping names, without doubles: a JSON file is read by them.
    pub fn column_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (_, source) in &self.columns {
            source.source.columns(&mut names);
        }
        for (_, source) in &self.attributes {
            source.source.columns(&mut names);
        }
        for event in &self.events {
            event.occurred_at.columns(&mut names);
            if let StatusSource::Column(source) = &event.status {
                source.columns(&mut names);
            }
            event.own.iter().for_each(|(_, source)| source.columns(&mut names));
            names.extend(event.when.iter().map(RowTest::column));
        }
        names.extend(self.when.iter().map(RowTest::column));
        if let Some(same) = &self.document.same_order {
            names.push(&same.column);
            names.extend(same.fill.iter().map(String::as_str));
        }
        let mapped: Vec<Field> = self.columns.iter().map(|(field, _)| *field).collect();
        names.extend(fields::FIELDS.into_iter().filter(|(field, _)| !mapped.contains(field)).map(|(_, name)| name));
        let mut seen = std::collections::BTreeSet::new();
        names.into_iter().filter(|name| seen.insert(*name)).map(str::to_owned).collect()
    }

    pub(crate) fn same_order(&self) -> Option<&SameOrder> {
        self.document.same_order.as_ref()
    }

    fn times(&self) -> Result<TimeFormat, String> {
        let Document { date_formats, time_zone, zones, midnight_means_day, .. } = &self.document;
        TimeFormat::new(date_formats, time_zone.as_deref(), zones, *midnight_means_day)
    }

    fn money(&self) -> Result<MoneyFormat, String> {
        let notation = match self.document.money.as_deref() {
            None => None,
            Some("minor") => Some(Notation::Minor),
            Some("major") => Some(Notation::Major),
            Some(_) => return Err("money must be \"major\" (4900 are 4,900.00) or \"minor\" (4900 are 49.00)".into()),
        };
        Ok(MoneyFormat::new(notation, self.document.decimal_mark))
    }
}

fn field_of(name: &str) -> Result<Field, String> {
    Field::of(name).ok_or_else(|| format!("an event has no field {name}; use one of {}", Field::names()))
}

fn not_a_status(word: &str) -> String {
    format!("{word} is not a status; use one of {}", Status::ALL.map(Status::as_str).join(", "))
}

impl EventSource {
    fn parse(event: &BTreeMap<String, Value>) -> Result<Self, String> {
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
