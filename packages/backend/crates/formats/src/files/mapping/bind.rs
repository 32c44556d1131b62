//! Finds the columns of a mapping in the heading of a file.

use std::collections::HashMap;

use goody_domain::Status;

use super::Mapping;
use super::event_source::{EventSource, StatusSource};
use super::fields::{COUNT, FIELDS, Field};
use super::row::{BoundEvent, BoundField, BoundStatus, RowParser};
use super::source::{BoundSource, FieldSource, Role};
use super::when::{BoundRowTest, RowTest};
use crate::files::heading::Heading;

impl RowParser {
    /// Finds the columns of a mapping in the heading of a file.
    ///
    /// # Errors
    /// The file lacks a column.
    pub fn new(mapping: &Mapping, heading: &Heading) -> Result<Self, String> {
        Self::bind(mapping, heading, true)
    }

    /// Like [`RowParser::new`], for rows that may lack an order because they name a carrier's parcel.
    #[cfg(feature = "webhooks")]
    pub(crate) fn for_parcels(mapping: &Mapping, heading: &Heading) -> Result<Self, String> {
        Self::bind(mapping, heading, false)
    }

    fn bind(mapping: &Mapping, heading: &Heading, needs_order: bool) -> Result<Self, String> {
        let mut fields = [const { None }; COUNT];
        for (field, source) in &mapping.columns {
            fields[*field as usize] = bind(source, heading, field.name(), "[columns]")?;
        }
        for (field, name) in FIELDS {
            let is_mapped = mapping.columns.iter().any(|(known, _)| *known == field);
            // A file of events may write `OrderId`. With a mapping, a column `Reason` need not be the reason of an event.
            let found = heading.position(name).filter(|at| mapping.columns.is_empty() || heading.names()[*at] == name);
            if !is_mapped && let Some(at) = found {
                let source = BoundSource::Column(at);
                fields[field as usize] = Some(BoundField { source, role: Role::Text, is_sum: false });
            }
        }
        let has_order = fields[Field::OrderId as usize].is_some();
        if needs_order && !has_order {
            return Err(format!(
                "{}. Name the column with the order ids in a mapping (--mapping): goody mapping new FILE proposes one",
                heading.missing(&["orderId"])
            ));
        }
        let mut attributes = Vec::new();
        for (name, source) in &mapping.attributes {
            if let Some(bound) = bind(source, heading, name, "[attributes]")? {
                attributes.push((name.clone(), bound.source));
            }
        }
        let field_source = |name: &str| {
            let field = Field::of(name)?;
            mapping.columns.iter().find(|(known, _)| *known == field).map(|(_, source)| &source.source)
        };
        let conditions = |conditions: &[RowTest]| {
            let bound = conditions.iter().map(|condition| condition.bind(heading, field_source(condition.column())));
            bound.filter_map(Result::transpose).collect::<Result<Vec<_>, String>>()
        };
        let mut events = Vec::new();
        for event in &mapping.events {
            match BoundEvent::new(event, heading, &conditions) {
                Ok(event) => events.push(event),
                Err(_) if event.is_optional => {}
                Err(reason) => return Err(format!("{reason}. Correct [[events]] in the mapping")),
            }
        }
        let mut constants = [const { None }; COUNT];
        for (field, text) in &mapping.constants {
            constants[*field as usize] = Some(text.clone());
        }
        let mut words = [const { None }; COUNT];
        for (field, table) in &mapping.words {
            words[*field as usize] = Some(table.clone());
        }
        let statuses: HashMap<String, Option<Status>> = mapping
            .document
            .statuses
            .iter()
            .map(|(word, status)| (word.trim().to_lowercase(), Status::parse(status)))
            .collect();
        Ok(Self {
            has_empty_status: statuses.contains_key(""),
            fields,
            constants,
            words,
            attributes,
            statuses,
            when: conditions(&mapping.when)?,
            events,
            times: mapping.times()?,
            money: mapping.money()?,
            make_ids: mapping.document.make_ids,
            notes: notes(mapping, heading),
        })
    }
}

impl BoundEvent {
    fn new(
        event: &EventSource,
        heading: &Heading,
        conditions: &impl Fn(&[RowTest]) -> Result<Vec<BoundRowTest>, String>,
    ) -> Result<Self, String> {
        Ok(Self {
            status: match &event.status {
                StatusSource::Fixed(status) => BoundStatus::Fixed(*status),
                StatusSource::Column(source) => BoundStatus::Column(source.bind(heading)?),
            },
            occurred_at: event.occurred_at.bind(heading)?,
            when: conditions(&event.when)?,
            own: event
                .own
                .iter()
                .map(|(field, source)| Ok((*field, source.bind(heading)?)))
                .collect::<Result<_, String>>()?,
        })
    }
}

/// Finds the columns of a field; `None` if the file lacks them and may.
fn bind(field: &FieldSource, heading: &Heading, name: &str, table: &str) -> Result<Option<BoundField>, String> {
    match field.source.bind(heading) {
        Ok(source) => Ok(Some(BoundField { source, role: field.role, is_sum: field.is_sum })),
        Err(_) if field.is_optional => Ok(None),
        Err(reason) => Err(format!(
            "{name}: {reason}. Correct {table} in the mapping, or let `goody mapping new FILE` propose one"
        )),
    }
}

/// The columns that the mapping names and the heading has twice.
fn notes(mapping: &Mapping, heading: &Heading) -> Vec<String> {
    let named = mapping.column_names();
    let mut notes = Vec::new();
    for (name, first, second) in heading.duplicates() {
        let used: Option<usize> =
            named.iter().find_map(|known| heading.position(known).filter(|at| at == first || at == second));
        if let Some(used) = used {
            let (one, other) = (first + 1, second + 1);
            notes.push(format!(
                "the heading has {name} twice, as columns {one} and {other}: column {} is read",
                used + 1
            ));
        }
    }
    notes
}
