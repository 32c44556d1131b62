//! Tables in the DynamoDB emulator, and the built functions on them.

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

/// The tables and the folder of the built functions.
pub struct Aws {
    dynamodb: DynamoDb,
    /// Counts the requests of the functions to the tables.
    pub meter: Meter,
    tables: Tables,
    functions: PathBuf,
    /// The clock file of the functions; without it they use the machine's clock.
    clock: Option<NamedTempFile>,
}

impl Aws {
    /// Creates empty tables. `functions` is the build output. The time of the functions is `at`, or the real time if it is
    /// `None`.
    pub async fn start(functions: &Path, at: Option<Instant>) -> Result<Self, Failure> {
        let [orders, reports, vendors] = ["Orders", "Reports", "Vendors"].map(str::to_owned);
        let (dynamodb, tables) = (DynamoDb::start(), Tables { orders, reports, vendors });
        create_tables(&client(&dynamodb.endpoint()), &tables).await?;
        let meter = Meter::start(dynamodb.endpoint()).await?;
        let mut clock = None;
        if let Some(at) = at {
            let mut file = NamedTempFile::new()?;
            write!(file, "{at}")?;
            clock = Some(file);
        }
        Ok(Self { dynamodb, meter, tables, functions: functions.to_owned(), clock })
    }

    /// The path of a file in the build output of a function.
    pub fn artifact(&self, name: &str, file: &str) -> PathBuf {
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
        Function::new(self.artifact(name, "bootstrap"), variables)
    }

    /// Enables or disables the stream of the orders table. The emulator is slower with each record in a stream.
    pub async fn set_streaming(&self, enabled: bool) -> Result<(), Failure> {
        let view = enabled.then_some(StreamViewType::NewAndOldImages);
        let stream = StreamSpecification::builder().stream_enabled(enabled).set_stream_view_type(view).build()?;
        let update = client(&self.dynamodb.endpoint()).update_table().table_name(&self.tables.orders);
        update.stream_specification(stream).send().await?;
        Ok(())
    }

    /// The stream of the orders table from now on, in batches of `batch_size` records.
    pub async fn stream(&self, batch_size: usize) -> StreamMapping {
        StreamMapping::latest(&self.dynamodb.endpoint(), &self.tables.orders, batch_size).await
    }

    /// Direct access to the tables, which the meter does not count.
    pub fn store(&self) -> DynamoStore {
        self.store_at(&self.dynamodb.endpoint())
    }

    /// Access to the tables that the meter counts.
    pub fn metered_store(&self) -> DynamoStore {
        self.store_at(&self.meter.endpoint())
    }

    fn store_at(&self, endpoint: &str) -> DynamoStore {
        DynamoStore::new(client(endpoint), self.tables.clone(), ReportZone::utc())
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
