//! Tables in DynamoDB's emulator, and the built functions on them.

use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_http_client::Builder;
use goody_store_dynamodb::{Tables, create_tables};
use goody_testkit::DynamoDb;
use goody_testkit::lambda::{Function, Mischief, StreamMapping};

use crate::Failure;

/// Empty tables, and where the functions are.
pub struct Aws {
    dynamodb: DynamoDb,
    tables: Tables,
    functions: PathBuf,
}

impl Aws {
    /// New tables. `functions` is where the build left the functions.
    pub async fn start(functions: &Path) -> Result<Self, Failure> {
        let names = ["Orders", "Reports", "Vendors"].map(str::to_owned);
        let [orders, reports, vendors] = names;
        let (dynamodb, tables) = (DynamoDb::start(), Tables { orders, reports, vendors });
        create_tables(&client(&dynamodb.endpoint()), &tables).await?;
        Ok(Self { dynamodb, tables, functions: functions.to_owned() })
    }

    /// What the build left of a function.
    pub fn built(&self, name: &str, file: &str) -> PathBuf {
        self.functions.join(name).join(file)
    }

    /// A function on these tables.
    pub fn function(&self, name: &str) -> Function {
        let variables = [
            ("GOODY_ORDERS_TABLE", self.tables.orders.clone()),
            ("GOODY_REPORTS_TABLE", self.tables.reports.clone()),
            ("GOODY_VENDORS_TABLE", self.tables.vendors.clone()),
            ("GOODY_LOG", "error".to_owned()),
            ("AWS_ENDPOINT_URL", self.dynamodb.endpoint()),
        ];
        Function::new(self.built(name, "bootstrap"), variables)
    }

    /// The orders' stream, in batches of so many.
    pub async fn stream(&self, batch_size: usize) -> StreamMapping {
        StreamMapping::new(&self.dynamodb.endpoint(), &self.tables.orders, batch_size, Mischief::default()).await
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
