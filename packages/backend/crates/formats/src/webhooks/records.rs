//! Records of a body to events, by a mapping: with the rules of files.

use std::sync::LazyLock;

use csv::ByteRecord;
use goody_domain::{Rejection, WireEvent};
use serde_json::Value;

use super::Config;
use crate::files::heading::Heading;
use crate::files::json::rows_of;
use crate::files::mapping::{Mapping, MappingError, RowParser};

/// The mapping that a source has for its orders.
pub(super) type OwnMapping = LazyLock<Result<Mapping, MappingError>>;

/// The mapping of the settings, or else the source's own.
pub(super) fn mapping<'m>(config: &'m Config, own: &'m OwnMapping) -> Result<&'m Mapping, Rejection> {
    match (&config.mapping, LazyLock::force(own)) {
        (Some(mapping), _) | (None, Ok(mapping)) => Ok(mapping),
        (None, Err(error)) => Err(Rejection::field("mapping", error.to_string())),
    }
}

/// Reads the records of one body.
pub(super) struct Records<'m> {
    mapping: &'m Mapping,
    columns: Vec<String>,
    parser: RowParser,
}

/// Whether each record names an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    Orders,
    OrdersOrParcels,
}

impl<'m> Records<'m> {
    /// A reader for one body: what an amount means is found for each body by itself.
    pub(super) fn new(mapping: &'m Mapping, naming: Naming) -> Result<Self, Rejection> {
        let columns = mapping.column_names();
        let heading = Heading::new(columns.iter().map(String::as_bytes));
        let parser = match naming {
            Naming::Orders => RowParser::new(mapping, &heading),
            Naming::OrdersOrParcels => RowParser::for_parcels(mapping, &heading),
        };
        let parser = parser.map_err(|reason| Rejection::field("mapping", reason))?;
        Ok(Self { mapping, columns, parser })
    }

    /// The events of a record: none if the mapping leaves it out. One that is wrong refuses them all.
    pub(super) fn events(&self, record: &Value) -> Result<Vec<WireEvent<'static>>, Rejection> {
        let rows: Vec<ByteRecord> = rows_of(record, self.mapping.json_lists().1, &self.columns);
        let events = self.parser.events_of_order(&rows).into_iter().flat_map(|(_, events)| events);
        events.map(|event| event.map(WireEvent::into_owned)).collect()
    }
}
