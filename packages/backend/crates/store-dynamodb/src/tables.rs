//! The tables: their keys and indexes. `packages/infrastructure/src/order-store.ts` deploys the same keys and indexes.

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
    /// The orders with their histories.
    pub orders: String,
    /// The markers, buckets, totals and current reports.
    pub reports: String,
    /// The master data of the vendors.
    pub vendors: String,
}

/// A global secondary index.
struct Index {
    name: &'static str,
    partition: &'static str,
    sort: &'static str,
    projected: ProjectedAttributes,
}

/// The attributes that an index holds, along with the keys.
enum ProjectedAttributes {
    Keys,
    All,
    Include(&'static [&'static str]),
}

/// The orders of a vendor, by placement.
pub(crate) const BY_VENDOR: &str = "vendorIndex";
/// The orders of a status, by their latest update.
pub(crate) const BY_STATUS: &str = "statusIndex";
/// The orders of a group (see `order_item::Group`), by placement.
pub(crate) const BY_GROUP: &str = "listIndex";
/// The orders of a gift type, by placement.
pub(crate) const BY_GIFT: &str = "giftIndex";
/// The orders of a vendor that ended as an issue, by their end.
pub(crate) const BY_ISSUE: &str = "issueIndex";
/// All orders, or all vendors, by id.
pub(crate) const BY_ID: &str = "idIndex";
/// The current row of every scope.
pub(crate) const BY_DATE: &str = "dateIndex";

/// The attributes that decide whether an order is in a list.
const LIST_ATTRIBUTES: ProjectedAttributes =
    ProjectedAttributes::Include(&["vendorId", "status", "giftType", "promise", "late", "open"]);

const ORDERS: [Index; 6] = [
    Index { name: BY_VENDOR, partition: "vendorId", sort: "createdAt", projected: LIST_ATTRIBUTES },
    Index {
        name: BY_STATUS,
        partition: "status",
        sort: "updatedAt",
        projected: ProjectedAttributes::Include(&["vendorId"]),
    },
    Index { name: BY_GROUP, partition: "list", sort: "createdAt", projected: LIST_ATTRIBUTES },
    Index { name: BY_GIFT, partition: "giftType", sort: "createdAt", projected: ProjectedAttributes::Keys },
    Index { name: BY_ISSUE, partition: "issueOf", sort: "endedAt", projected: ProjectedAttributes::All },
    Index { name: BY_ID, partition: "all", sort: "orderId", projected: ProjectedAttributes::Keys },
];
const REPORTS: [Index; 1] =
    [Index { name: BY_DATE, partition: "reportDate", sort: "vendorId", projected: ProjectedAttributes::All }];
const VENDORS: [Index; 1] =
    [Index { name: BY_ID, partition: "all", sort: "vendorId", projected: ProjectedAttributes::All }];

/// Creates the tables, for tests and for local use. Their billing is by request; only the table of the orders has a stream.
///
/// # Errors
/// The error of the first table that DynamoDB did not create.
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
            ProjectedAttributes::Keys => Projection::builder().projection_type(ProjectionType::KeysOnly),
            ProjectedAttributes::All => Projection::builder().projection_type(ProjectionType::All),
            ProjectedAttributes::Include(names) => {
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

/// The first name is the partition key; the second, if there is one, is the sort key.
fn key_schema(names: &[&str]) -> Result<Vec<KeySchemaElement>> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let keys = names.iter().zip(kinds);
    keys.map(|(name, kind)| KeySchemaElement::builder().attribute_name(*name).key_type(kind).build().map_err(failed))
        .collect()
}

fn failed(error: impl Into<BoxError>) -> StoreError {
    StoreError::Unavailable { doing: "creating the tables", source: error.into() }
}
