//! The store on AWS: orders, reports and vendors in three DynamoDB tables.
//!
//! Unlike the embedded store, no single transaction spans all of its data. Each number is exact because one transaction writes a
//! marker of the order together with the counters that the order moves: see [`DynamoStore::project`]. This crate never reads a
//! clock and never scans a table.

mod apply;
mod bucket_transaction;
mod buckets;
mod client;
mod compressed;
mod detections;
mod feed;
mod index_reader;
mod items;
mod list_orders;
mod listing;
mod markers;
mod open_orders;
mod order_item;
mod orders;
mod parcels;
mod parts;
mod past;
mod rebuild;
mod recent;
mod rejections;
mod reports;
mod retention;
mod search_terms;
mod secondary_vendors;
pub mod stream_record;
mod tables;
mod vendor_versions;
mod vendors;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use goody_application::retention::Retention;
use goody_domain::ReportZone;

use reports::KnownRevisions;

pub use tables::{Tables, create_tables};

/// A store in three tables. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: Client,
    tables: Arc<Tables>,
    zone: Arc<ReportZone>,
    /// See [`ReportZone::rules`].
    rules: Arc<str>,
    retention: Retention,
    known_revisions: Arc<KnownRevisions>,
}

impl DynamoStore {
    /// The store in these tables, which must exist. Its buckets count the days of `zone`. If the stored buckets follow other
    /// rules, as after an update of the time zone rules, no counter moves until all are rebuilt.
    pub fn new(client: Client, tables: Tables, zone: ReportZone) -> Self {
        let (tables, rules, zone) = (Arc::new(tables), zone.rules().into(), Arc::new(zone));
        Self { client, tables, zone, rules, retention: Retention::default(), known_revisions: Arc::default() }
    }

    /// The same store with these retention times.
    #[must_use]
    pub fn with_retention(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }
}
