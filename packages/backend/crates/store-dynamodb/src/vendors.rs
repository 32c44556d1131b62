//! The master data of vendors. The current row of a vendor's scope has a copy, so that one query reads a dashboard.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use goody_application::ports::{Result, VendorStore};
use goody_domain::{Vendor, VendorId};
use serde::{Deserialize, Serialize};

use crate::DynamoStore;
use crate::bucket_transaction;
use crate::buckets::CURRENT;
use crate::client::{Backoff, Terms, TransactionOutcome, failed, number, text};
use crate::items::{Item, read, write};
use crate::order_item::ALL;
use crate::tables::BY_ID;

/// The item of a vendor.
#[derive(Serialize, Deserialize)]
struct VendorItem {
    all: String,
    #[serde(flatten)]
    vendor: Vendor,
}

#[async_trait]
impl VendorStore for DynamoStore {
    async fn register_unknown(&self, vendors: Vec<Vendor>) -> Result<()> {
        let known = self.vendors_by_id(vendors.iter().map(|vendor| vendor.vendor_id.clone()).collect()).await?;
        let mut known: HashMap<VendorId, Vendor> =
            known.into_iter().map(|vendor| (vendor.vendor_id.clone(), vendor)).collect();
        for vendor in vendors {
            // False if another writer has registered it since: then it is known, too.
            let written = match known.get(&vendor.vendor_id) {
                None => self.write_vendor(vendor.clone(), false).await?,
                Some(stored) => match stored.named_as(&vendor) {
                    Some(named) => self.write_vendor(named, true).await?,
                    None => false,
                },
            };
            if written {
                known.insert(vendor.vendor_id.clone(), vendor);
            }
        }
        Ok(())
    }

    async fn put(&self, vendor: Vendor) -> Result<bool> {
        let mut backoff = Backoff::default();
        loop {
            let is_known = self.vendor(&vendor.vendor_id).await?.is_some();
            if self.write_vendor(vendor.clone(), is_known).await? {
                return Ok(!is_known);
            }
            backoff.wait().await?;
        }
    }

    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>> {
        let found = self.get("reading a vendor", &self.tables.vendors, key(id)).await?;
        found.map(|item| Ok(read::<VendorItem>(item)?.vendor)).transpose()
    }

    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>> {
        let keys = ids.iter().map(key).collect();
        let found = self.get_all("reading vendors by id", &self.tables.vendors, keys).await?;
        found.into_iter().map(|item| Ok(read::<VendorItem>(item)?.vendor)).collect()
    }

    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>> {
        let (condition, terms) = match after {
            None => ("#all = :all", Terms::new([("all", text(ALL))])),
            Some(after) => (
                "#all = :all AND #vendorId > :vendorId",
                Terms::new([("all", text(ALL)), ("vendorId", text(after.as_str()))]),
            ),
        };
        let (names, values) = terms.split();
        let query = self.client.query().table_name(&self.tables.vendors).index_name(BY_ID);
        let query = query.key_condition_expression(condition).set_expression_attribute_names(names);
        let query = query.set_expression_attribute_values(values);
        let found = self.query("reading vendors", query, Some(limit)).await?;
        found.into_iter().map(|item| Ok(read::<VendorItem>(item)?.vendor)).collect()
    }
}

fn key(id: &VendorId) -> Item {
    HashMap::from([("vendorId".to_owned(), text(id.as_str()))])
}

impl DynamoStore {
    /// Writes a vendor and its copy. Writes nothing and returns false if the vendor is known although `is_known` is false, or the
    /// other way round.
    async fn write_vendor(&self, vendor: Vendor, is_known: bool) -> Result<bool> {
        const DOING: &str = "saving a vendor";
        let copy =
            Terms::new([("vendor", write_map(&vendor)?), ("reportDate", text(CURRENT)), ("vendorRevision", number(1))]);
        let (names, values) = copy.split();
        let row = bucket_transaction::item_key(vendor.vendor_id.as_str(), CURRENT.to_owned());
        let update = Update::builder()
            .table_name(&self.tables.reports)
            .set_key(Some(row))
            .update_expression("SET #vendor = :vendor, #reportDate = :reportDate ADD #vendorRevision :vendorRevision");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values).build();
        let update = update.map_err(|error| failed(DOING)(error.into()))?;

        let condition = if is_known { "attribute_exists(#vendorId)" } else { "attribute_not_exists(#vendorId)" };
        let item = write(&VendorItem { all: ALL.to_owned(), vendor })?;
        let put = Put::builder().table_name(&self.tables.vendors).set_item(Some(item)).condition_expression(condition);
        let put = put.expression_attribute_names("#vendorId", "vendorId").build();
        let put = put.map_err(|error| failed(DOING)(error.into()))?;

        let mut backoff = Backoff::default();
        loop {
            let writes = vec![
                TransactWriteItem::builder().put(put.clone()).build(),
                TransactWriteItem::builder().update(update.clone()).build(),
            ];
            match self.transact(DOING, writes).await? {
                TransactionOutcome::Committed => return Ok(true),
                TransactionOutcome::Refused(indexes) if !indexes.is_empty() => return Ok(false),
                TransactionOutcome::Refused(_) => backoff.wait().await?,
            }
        }
    }
}

fn write_map(vendor: &Vendor) -> Result<aws_sdk_dynamodb::types::AttributeValue> {
    Ok(aws_sdk_dynamodb::types::AttributeValue::M(write(vendor)?))
}
