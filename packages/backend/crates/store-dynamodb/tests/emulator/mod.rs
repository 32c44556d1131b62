//! A store with its own tables on its own emulator.

#![expect(clippy::unwrap_used, reason = "test code")]

use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use goody_domain::ReportZone;
use goody_store_dynamodb::{DynamoStore, Tables, create_tables};
use goody_testkit::DynamoDb;

/// An empty store, and the emulator's process.
pub(crate) async fn store(zone: ReportZone) -> (DynamoStore, DynamoDb) {
    let emulator = DynamoDb::start();
    let client = client(&emulator.endpoint());
    create_tables(&client, &tables()).await.unwrap();
    (DynamoStore::new(client, tables(), zone), emulator)
}

/// The names of the tables in every test.
pub(crate) fn tables() -> Tables {
    Tables { orders: "Orders".to_owned(), reports: "Reports".to_owned(), vendors: "Vendors".to_owned() }
}

/// A client of the emulator at this endpoint.
pub(crate) fn client(endpoint: &str) -> Client {
    Client::from_conf(config(endpoint).build())
}

/// The configuration of such a client.
pub(crate) fn config(endpoint: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "a test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
}
