//! The tables: their keys and indexes, in one place. What deploys them for real reads the same names.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType,
};
use goody_application::ports::{Result, StoreError};

/// The names of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Orders with their histories.
    pub orders: String,
    /// Markers, buckets, totals and kept reports.
    pub reports: String,
    /// Vendors' master data.
    pub vendors: String,
}

/// A global index.
struct Index {
    name: &'static str,
    partition: &'static str,
    sort: &'static str,
    projected: Projected,
}

/// What an index has of an item, beside the keys.
enum Projected {
    Keys,
    All,
    These(&'static [&'static str]),
}

/// A vendor's orders by placement.
pub(crate) const BY_VENDOR: &str = "vendorIndex";
/// Orders by latest update, status by status.
pub(crate) const BY_STATUS: &str = "statusIndex";
/// All orders by placement, group by group.
pub(crate) const BY_GROUP: &str = "listIndex";
/// Orders of one gift type by placement.
pub(crate) const BY_GIFT: &str = "giftIndex";
/// A vendor's issues by their end.
pub(crate) const BY_ISSUE: &str = "issueIndex";
/// Everything there is, by id: orders in one table, vendors in the other.
pub(crate) const BY_ID: &str = "idIndex";
/// The current row of every scope.
pub(crate) const BY_DATE: &str = "dateIndex";

/// What a list has to know of an order to tell whether the order is in it.
const LISTED: Projected = Projected::These(&["vendorId", "status", "giftType", "promise", "late"]);

const ORDERS: [Index; 6] = [
    Index { name: BY_VENDOR, partition: "vendorId", sort: "createdAt", projected: LISTED },
    Index { name: BY_STATUS, partition: "status", sort: "updatedAt", projected: Projected::These(&["vendorId"]) },
    Index { name: BY_GROUP, partition: "list", sort: "createdAt", projected: LISTED },
    Index { name: BY_GIFT, partition: "giftType", sort: "createdAt", projected: Projected::Keys },
    Index { name: BY_ISSUE, partition: "issueOf", sort: "endedAt", projected: Projected::All },
    Index { name: BY_ID, partition: "all", sort: "orderId", projected: Projected::Keys },
];
const REPORTS: [Index; 1] =
    [Index { name: BY_DATE, partition: "reportDate", sort: "vendorId", projected: Projected::All }];
const VENDORS: [Index; 1] = [Index { name: BY_ID, partition: "all", sort: "vendorId", projected: Projected::All }];

/// Makes the tables, for tests and for local use. Paid by request; only the orders have a stream.
///
/// # Errors
/// The first table that could not be made, with DynamoDB's reason.
pub async fn create_tables(client: &Client, tables: &Tables) -> Result<()> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()
        .map_err(failed)?;
    let orders = table(client, &tables.orders, &["orderId"], &ORDERS)?.stream_specification(stream);
    let reports = table(client, &tables.reports, &["vendorId", "date"], &REPORTS)?;
    let vendors = table(client, &tables.vendors, &["vendorId"], &VENDORS)?;
    for table in [orders, reports, vendors] {
        table.send().await.map_err(failed)?;
    }
    Ok(())
}

fn table(client: &Client, name: &str, keys: &[&str], indexes: &[Index]) -> Result<CreateTableFluentBuilder> {
    let mut table = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let mut attributes: Vec<&str> = keys.to_vec();
    attributes.extend(indexes.iter().flat_map(|index| [index.partition, index.sort]));
    attributes.sort_unstable();
    attributes.dedup();
    for name in attributes {
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
        table = table.attribute_definitions(attribute.map_err(failed)?);
    }
    for key in key_schema(keys)? {
        table = table.key_schema(key);
    }
    for Index { name, partition, sort, projected } in indexes {
        let projection = match projected {
            Projected::Keys => Projection::builder().projection_type(ProjectionType::KeysOnly),
            Projected::All => Projection::builder().projection_type(ProjectionType::All),
            Projected::These(names) => {
                Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(
                    names.iter().filter(|name| *name != partition).map(ToString::to_string).collect(),
                ))
            }
        };
        let index = GlobalSecondaryIndex::builder()
            .index_name(*name)
            .set_key_schema(Some(key_schema(&[partition, sort])?))
            .projection(projection.build());
        table = table.global_secondary_indexes(index.build().map_err(failed)?);
    }
    Ok(table)
}

/// The first is the partition key, the second, if any, the sort key.
fn key_schema(names: &[&str]) -> Result<Vec<KeySchemaElement>> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let keys = names.iter().zip(kinds);
    keys.map(|(name, kind)| KeySchemaElement::builder().attribute_name(*name).key_type(kind).build().map_err(failed))
        .collect()
}

fn failed(error: impl Into<BoxError>) -> StoreError {
    StoreError::Unavailable { doing: "making the tables", source: error.into() }
}
