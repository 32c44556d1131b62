//! The AWS account under test: tables in the DynamoDB emulator, a manual clock and the functions.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use goody_application::ports::Clock;
use goody_domain::{Instant, ReportZone};
use goody_lambdas::settings::Settings;
use goody_lambdas::store;
use goody_store_dynamodb::{DynamoStore, create_tables};
use goody_testkit::dynamodb::ask;
use goody_testkit::lambda::{DeliveryFaults, Function, StreamMapping, gateway};
use goody_testkit::{DynamoDb, ManualClock};
use serde_json::json;
use tempfile::TempDir;

/// The paths of the functions' binaries.
pub(crate) const API_HANDLER: &str = env!("CARGO_BIN_EXE_api-handler");
pub(crate) const ORDER_INGEST: &str = env!("CARGO_BIN_EXE_order-ingest");
pub(crate) const ORDER_SIMULATOR: &str = env!("CARGO_BIN_EXE_order-simulator");
pub(crate) const REPORT_GENERATOR: &str = env!("CARGO_BIN_EXE_report-generator");
pub(crate) const DATA_BACKFILL: &str = env!("CARGO_BIN_EXE_data-backfill");
/// The table with a stream.
const ORDERS: &str = "Orders";

/// The tables of one test. Dropping it deletes everything.
pub(crate) struct Aws {
    /// The time of the functions' clock; see [`Aws::set_clock`].
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

    /// Empty tables in a report time zone, at the frozen now.
    pub(crate) async fn in_zone(zone: ReportZone) -> Self {
        let (clock, folder, dynamodb) = (ManualClock::today(), tempfile::tempdir().unwrap(), DynamoDb::start());
        let aws = Self { clock, folder, dynamodb, zone };
        aws.set_clock(aws.clock.now());
        let settings = aws.settings();
        create_tables(&store::client(&settings), &settings.tables).await.unwrap();
        aws
    }

    /// The environment variables of every function.
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

    /// Sets the manual clock and the functions' clock file.
    pub(crate) fn set_clock(&self, at: Instant) {
        self.clock.set(at);
        // A rename is atomic: a function may be reading the file.
        let (next, clock) = (self.folder.path().join("next"), self.folder.path().join("clock"));
        std::fs::write(&next, at.to_string()).unwrap();
        std::fs::rename(next, clock).unwrap();
    }

    /// A function on these tables.
    pub(crate) fn function(&self, binary: &str) -> Function {
        Function::new(Path::new(binary), self.variables())
    }

    /// The API on these tables, behind the gateway as in a deployment.
    pub(crate) fn api(&self) -> Router {
        gateway(Arc::new(self.function(API_HANDLER)), Arc::new(self.function(ORDER_INGEST)))
    }

    /// Direct access to the tables.
    pub(crate) fn store(&self) -> DynamoStore {
        store::open(&self.settings())
    }

    /// Deletes a stored row of a vendor, to simulate corrupted data.
    pub(crate) async fn delete_row(&self, vendor: &str, row: &str) {
        let key = json!({ "vendorId": { "S": vendor }, "date": { "S": row } });
        let delete = json!({ "TableName": "Reports", "Key": key, "ReturnValues": "ALL_OLD" });
        let (status, response) = ask(&self.dynamodb.endpoint(), "DynamoDB_20120810.DeleteItem", delete).await;
        assert!(status.is_success() && response["Attributes"].is_object(), "{vendor} has no row {row}: {response}");
    }

    /// The stream of the orders table.
    pub(crate) async fn stream(&self, batch_size: usize, faults: DeliveryFaults) -> StreamMapping {
        StreamMapping::new(&self.dynamodb.endpoint(), ORDERS, batch_size, faults).await
    }

    fn settings(&self) -> Settings {
        let mut variables = self.variables();
        let account =
            ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| (name, "test".to_owned()));
        variables.extend(account);
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        Settings::read(value).unwrap()
    }
}
