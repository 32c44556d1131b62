//! The account under test: tables in DynamoDB's emulator, a clock that stands still, and the functions on them.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use goody_application::ports::Clock;
use goody_domain::{Instant, ReportZone};
use goody_lambdas::settings::Settings;
use goody_lambdas::store;
use goody_store_dynamodb::{DynamoStore, create_tables};
use goody_testkit::dynamodb::ask;
use goody_testkit::lambda::{Function, Mischief, StreamMapping, gateway};
use goody_testkit::{DynamoDb, ManualClock};
use serde_json::json;
use tempfile::TempDir;

/// Where the functions' binaries are.
pub(crate) const API_HANDLER: &str = env!("CARGO_BIN_EXE_api-handler");
pub(crate) const ORDER_INGEST: &str = env!("CARGO_BIN_EXE_order-ingest");
pub(crate) const ORDER_SIMULATOR: &str = env!("CARGO_BIN_EXE_order-simulator");
pub(crate) const REPORT_GENERATOR: &str = env!("CARGO_BIN_EXE_report-generator");
pub(crate) const DATA_BACKFILL: &str = env!("CARGO_BIN_EXE_data-backfill");
/// The table whose stream there is.
const ORDERS: &str = "Orders";

/// Tables of one test. Everything is gone when this is dropped.
pub(crate) struct Aws {
    /// What the functions' clock shows: see [`Aws::set_clock`].
    pub(crate) clock: Arc<ManualClock>,
    folder: TempDir,
    dynamodb: DynamoDb,
    zone: ReportZone,
}

impl Aws {
    /// Empty tables, in UTC, at the frozen now.
    pub(crate) async fn new() -> Self {
        Self::in_zone(ReportZone::utc()).await
    }

    /// Empty tables whose buckets are of a zone's days, at the frozen now.
    pub(crate) async fn in_zone(zone: ReportZone) -> Self {
        let (clock, folder, dynamodb) = (ManualClock::today(), tempfile::tempdir().unwrap(), DynamoDb::start());
        let aws = Self { clock, folder, dynamodb, zone };
        aws.set_clock(aws.clock.now());
        let settings = aws.settings();
        create_tables(&store::client(&settings), &settings.tables).await.unwrap();
        aws
    }

    /// What every function is told.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("GOODY_ORDERS_TABLE", ORDERS.to_owned()),
            ("GOODY_REPORTS_TABLE", "Reports".to_owned()),
            ("GOODY_VENDORS_TABLE", "Vendors".to_owned()),
            ("GOODY_TIME_ZONE", self.zone.name().to_owned()),
            ("GOODY_CLOCK", self.folder.path().join("clock").to_str().unwrap().to_owned()),
            ("AWS_ENDPOINT_URL", self.dynamodb.endpoint()),
        ]
    }

    /// Has all clocks show this.
    pub(crate) fn set_clock(&self, at: Instant) {
        self.clock.set(at);
        // A function may be reading it.
        let (next, clock) = (self.folder.path().join("next"), self.folder.path().join("clock"));
        std::fs::write(&next, at.to_string()).unwrap();
        std::fs::rename(next, clock).unwrap();
    }

    /// A function on these tables.
    pub(crate) fn function(&self, binary: &str) -> Function {
        Function::new(Path::new(binary), self.variables())
    }

    /// The API on these tables, as it is deployed.
    pub(crate) fn api(&self) -> Router {
        gateway(Arc::new(self.function(API_HANDLER)), Arc::new(self.function(ORDER_INGEST)))
    }

    /// The tables, without a function between.
    pub(crate) fn store(&self) -> DynamoStore {
        store::open(&self.settings())
    }

    /// Takes a row out of a vendor's scope, as nobody should.
    pub(crate) async fn damage(&self, vendor: &str, row: &str) {
        let key = json!({ "vendorId": { "S": vendor }, "date": { "S": row } });
        let delete = json!({ "TableName": "Reports", "Key": key, "ReturnValues": "ALL_OLD" });
        let (status, answer) = ask(&self.dynamodb.endpoint(), "DynamoDB_20120810.DeleteItem", delete).await;
        assert!(status.is_success() && answer["Attributes"].is_object(), "there is no {row} of {vendor}: {answer}");
    }

    /// The orders' stream.
    pub(crate) async fn stream(&self, batch_size: usize, mischief: Mischief) -> StreamMapping {
        StreamMapping::new(&self.dynamodb.endpoint(), ORDERS, batch_size, mischief).await
    }

    fn settings(&self) -> Settings {
        let mut told = self.variables();
        told.extend(["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| (name, "test".to_owned())));
        let value = |name: &str| told.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        Settings::read(value).unwrap()
    }
}
