//! Tables in DynamoDB's emulator, and the built functions on them.

use std::io::Write;
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{StreamSpecification, StreamViewType};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_http_client::Builder;
use goody_domain::{Instant, ReportZone};
use goody_store_dynamodb::{DynamoStore, Tables, create_tables};
use goody_testkit::DynamoDb;
use goody_testkit::lambda::{Function, StreamMapping};
use tempfile::NamedTempFile;

use crate::Failure;
use crate::meter::Meter;

/// Tables, and where the functions are.
pub struct Aws {
    dynamodb: DynamoDb,
    /// Before the tables, as the functions see them.
    pub meter: Meter,
    tables: Tables,
    functions: PathBuf,
    /// What the functions are told the time by; the machine's clock where there is none.
    clock: Option<NamedTempFile>,
}

impl Aws {
    /// New tables. `functions` is where the build left the functions; it is `at` for them, or as late as it is.
    pub async fn start(functions: &Path, at: Option<Instant>) -> Result<Self, Failure> {
        let [orders, reports, vendors] = ["Orders", "Reports", "Vendors"].map(str::to_owned);
        let (dynamodb, tables) = (DynamoDb::start(), Tables { orders, reports, vendors });
        create_tables(&client(&dynamodb.endpoint()), &tables).await?;
        let meter = Meter::before(dynamodb.endpoint()).await?;
        let mut clock = None;
        if let Some(at) = at {
            let mut file = NamedTempFile::new()?;
            write!(file, "{at}")?;
            clock = Some(file);
        }
        Ok(Self { dynamodb, meter, tables, functions: functions.to_owned(), clock })
    }

    /// What the build left of a function.
    pub fn built(&self, name: &str, file: &str) -> PathBuf {
        self.functions.join(name).join(file)
    }

    /// A function on these tables.
    pub fn function(&self, name: &str) -> Function {
        let mut variables = vec![
            ("GOODY_ORDERS_TABLE", self.tables.orders.clone()),
            ("GOODY_REPORTS_TABLE", self.tables.reports.clone()),
            ("GOODY_VENDORS_TABLE", self.tables.vendors.clone()),
            ("GOODY_LOG", "error".to_owned()),
            ("AWS_ENDPOINT_URL", self.meter.endpoint()),
        ];
        variables.extend(self.clock.as_ref().map(|clock| ("GOODY_CLOCK", clock.path().display().to_string())));
        Function::new(self.built(name, "bootstrap"), variables)
    }

    /// Has changes of orders go into their stream, or not. The emulator takes the longer for each, the more there are.
    pub async fn set_streaming(&self, enabled: bool) -> Result<(), Failure> {
        let view = enabled.then_some(StreamViewType::NewAndOldImages);
        let stream = StreamSpecification::builder().stream_enabled(enabled).set_stream_view_type(view).build()?;
        let update = client(&self.dynamodb.endpoint()).update_table().table_name(&self.tables.orders);
        update.stream_specification(stream).send().await?;
        Ok(())
    }

    /// The orders' stream from now on, in batches of so many.
    pub async fn stream(&self, batch_size: usize) -> StreamMapping {
        StreamMapping::latest(&self.dynamodb.endpoint(), &self.tables.orders, batch_size).await
    }

    /// The tables as a store in this process, past the meter.
    pub fn store(&self) -> DynamoStore {
        DynamoStore::new(client(&self.dynamodb.endpoint()), self.tables.clone(), ReportZone::utc())
    }
}

fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "a benchmark"))
        .http_client(Builder::new().build_http())
        .endpoint_url(endpoint);
    Client::from_conf(config.build())
}
