//! The store on AWS: orders, reports and vendors in three DynamoDB tables.
//!
//! There is no transaction around everything as in the embedded store. What makes each number exact is a marker per order
//! that is written together with the counters it moved: see [`DynamoStore::project`]. This crate never looks at a clock, and
//! it never scans a table.

mod apply;
mod books;
mod buckets;
mod calls;
mod feed;
mod items;
mod listing;
mod markers;
mod named;
mod orders;
mod packed;
mod parts;
mod rebuild;
mod recent;
mod retention;
mod shelf;
pub mod stream;
mod streams;
mod tables;
mod vendors;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use goody_application::retention::Retention;
use goody_domain::ReportZone;

use books::Seen;

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
