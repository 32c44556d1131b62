//! The mapping of a file, in TOML. It says which columns and words of the file make which events.
//!
//! ```toml
//! delimiter = ";"                      # default: the one that the heading has
//! encoding = "windows-1252"            # default: UTF-8, or what the first bytes show
//! time-zone = "America/Sao_Paulo"      # for times without an offset; default: UTC
//! date-formats = ["%d/%m/%Y %H:%M"]    # in addition to ISO 8601; letters as in strftime; "epoch" for seconds or milliseconds, "serial" for days of spreadsheets
//! make-ids = true                      # ids from any text; the text is kept as reference and vendorName
//! midnight-means-day = true            # a promise at 00:00:00 is that whole day
//! money = "major"                      # whole numbers are euros, not cents ("minor")
//! decimal-mark = ","                   # only where an amount could be read in two ways
//! sheet = "Orders"                     # of a workbook; default: every sheet with the columns
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
use toml::Value;

use self::document::{Document, SameOrder};
use self::event_source::{EventSource, StatusSource, not_a_status};
use self::fields::{Field, field_of};
use self::source::FieldSource;
use self::when::RowTest;
use crate::files::money::{MoneyFormat, Notation};
use crate::files::times::TimeFormat;

mod bind;
pub(crate) mod cells;
mod document;
pub(crate) mod event_id;
mod event_source;
mod fields;
pub mod group;
mod order;
mod placement;
pub(crate) mod row;
pub(crate) mod source;
mod values;
mod when;

pub use self::document::JoinTable;
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
            crate::files::encoding::named(encoding)?;
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
        crate::files::encoding::named(name)?;
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
