//! The store on AWS: orders, reports and vendors in three DynamoDB tables.
//!
//! There is no transaction around everything as in the embedded store. What makes each number exact is a marker per order
//! that is written together with the counters it moved: see [`DynamoStore::project`]. This crate never looks at a clock, and
//! it never scans a table.

mod apply;
mod bucket_transaction;
mod buckets;
mod client;
mod compressed;
mod feed;
mod index_reader;
mod items;
mod listing;
mod markers;
mod orders;
mod parts;
mod rebuild;
mod recent;
mod reports;
mod retention;
mod secondary_vendors;
pub mod stream_record;
mod tables;
mod vendors;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use goody_application::retention::Retention;
use goody_domain::ReportZone;

use reports::Seen;

pub use tables::{Tables, create_tables};

/// Three tables as a store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: Client,
    tables: Arc<Tables>,
    zone: Arc<ReportZone>,
    /// See [`ReportZone::rules`].
    rules: Arc<str>,
    retention: Retention,
    seen: Arc<Seen>,
}

impl DynamoStore {
    /// The store in these tables, which must be there. Buckets are of the days of `zone`. Where the table has others, as after an
    /// update of the rules of the zone, no counter moves until all are rebuilt.
    pub fn new(client: Client, tables: Tables, zone: ReportZone) -> Self {
        let (tables, rules, zone) = (Arc::new(tables), zone.rules().into(), Arc::new(zone));
        Self { client, tables, zone, rules, retention: Retention::default(), seen: Arc::default() }
    }

    /// The same store, in which things live as long as this says.
    #[must_use]
    pub fn with_retention(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }
}
