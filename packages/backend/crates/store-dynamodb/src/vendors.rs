//! The master data of vendors, with its versions. The current row of a vendor's scope has a copy, so that one query reads a dashboard.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use goody_application::ports::{Result, VendorStore};
use goody_domain::{Day, Instant, Vendor, VendorId, version_made_on};
use serde::{Deserialize, Serialize};

use crate::DynamoStore;
use crate::bucket_transaction;
use crate::buckets::CURRENT;
use crate::client::{Backoff, Terms, TransactionOutcome, failed, number, text};
use crate::compressed::Compressed;
use crate::items::{Item, read, write};
use crate::order_item::ALL;
use crate::tables::BY_ID;
use crate::vendor_versions::{self, Version};

/// The item of a vendor.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VendorItem {
    all: String,
    #[serde(flatten)]
    vendor: Vendor,
    /// The last day of the latest earlier version of the master data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earlier_until: Option<i32>,
    /// The earlier versions of the master data.
    #[serde(default, skip_serializing_if = "Compressed::is_empty")]
    versions: Compressed,
    /// The number of writes, so that none replaces another unseen; 0 in the items of earlier versions of the program.
    #[serde(default)]
    revision: i64,
}

impl VendorItem {
    fn new(vendor: Vendor) -> Self {
        Self { all: ALL.to_owned(), vendor, earlier_until: None, versions: Compressed::default(), revision: 0 }
    }

    /// This item with changed master data. What it had before becomes a version, if a past date has it.
    fn changed(&self, vendor: Vendor, today: Day) -> Result<Self> {
        let mut changed = self.clone();
        let earlier_until = self.earlier_until.map(Day::from_number);
        if self.vendor != vendor
            && let Some(last_day) = version_made_on(today, earlier_until)
        {
            let mut versions = vendor_versions::read(&self.versions)?;
            versions.push(Version { last_day, vendor: self.vendor.clone() });
            changed.versions = vendor_versions::write(&versions)?;
            changed.earlier_until = Some(last_day.number());
        }
        changed.vendor = vendor;
        Ok(changed)
    }
}

#[async_trait]
impl VendorStore for DynamoStore {
    async fn register_unknown(&self, vendors: Vec<Vendor>) -> Result<()> {
        let known = self.vendor_items(vendors.iter().map(|vendor| vendor.vendor_id.clone())).await?;
        let mut known: HashMap<VendorId, VendorItem> =
            known.into_iter().map(|item| (item.vendor.vendor_id.clone(), item)).collect();
        for vendor in vendors {
            let stored = known.get(&vendor.vendor_id);
            let new = match stored {
                None => VendorItem::new(vendor),
                Some(stored) => match stored.vendor.named_as(&vendor) {
                    Some(named) => VendorItem { vendor: named, ..stored.clone() },
                    None => continue,
                },
            };
            // Nothing is written if another writer has registered or named it since: then it is known, too.
            if let Some(written) = self.write_vendor(new, stored.is_some()).await? {
                known.insert(written.vendor.vendor_id.clone(), written);
            }
        }
        Ok(())
    }

    async fn put(&self, vendor: Vendor, now: Instant) -> Result<bool> {
        let today = self.zone.day(now);
        let mut backoff = Backoff::default();
        loop {
            let known = self.get("reading a vendor", &self.tables.vendors, key(&vendor.vendor_id)).await?;
            let known = known.map(read::<VendorItem>).transpose()?;
            let new = match &known {
                None => VendorItem::new(vendor.clone()),
                Some(known) => known.changed(vendor.clone(), today)?,
            };
            if self.write_vendor(new, known.is_some()).await?.is_some() {
                return Ok(known.is_none());
            }
            backoff.wait().await?;
        }
    }

    async fn versions_on(&self, day: Day, ids: &[VendorId]) -> Result<Vec<Vendor>> {
        let mut of_day = Vec::new();
        for item in self.vendor_items(ids.iter().cloned()).await? {
            let versions = vendor_versions::read(&item.versions)?;
            let valid = versions.into_iter().find(|version| version.last_day >= day);
            of_day.extend(valid.map(|version| version.vendor));
        }
        Ok(of_day)
    }

    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>> {
        let found = self.get("reading a vendor", &self.tables.vendors, key(id)).await?;
        found.map(|item| Ok(read::<VendorItem>(item)?.vendor)).transpose()
    }

    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>> {
        Ok(self.vendor_items(ids.into_iter()).await?.into_iter().map(|item| item.vendor).collect())
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
    /// The items of the known vendors among these.
    async fn vendor_items(&self, ids: impl Iterator<Item = VendorId>) -> Result<Vec<VendorItem>> {
        let keys = ids.collect::<BTreeSet<_>>().iter().map(key).collect();
        self.get_all("reading vendors by id", &self.tables.vendors, keys).await?.into_iter().map(read).collect()
    }

    /// Writes a vendor and its copy, and returns what it wrote. It writes nothing and returns `None` if another writer has changed
    /// the vendor since it was read, or has created it although `is_known` is false.
    async fn write_vendor(&self, item: VendorItem, is_known: bool) -> Result<Option<VendorItem>> {
        const DOING: &str = "saving a vendor";
        let copy = Terms::new([
            ("vendor", AttributeValue::M(write(&item.vendor)?)),
            ("reportDate", text(CURRENT)),
            ("vendorRevision", number(1)),
        ]);
        let (copy, earlier_until) = match item.earlier_until {
            None => (copy, ""),
            Some(day) => {
                let named = [("vendorEarlierUntil", number(day))];
                (
                    copy.with_values(named).with_names(["vendorEarlierUntil"]),
                    ", #vendorEarlierUntil = :vendorEarlierUntil",
                )
            }
        };
        let (names, values) = copy.split();
        let row = bucket_transaction::item_key(item.vendor.vendor_id.as_str(), CURRENT.to_owned());
        let update = Update::builder().table_name(&self.tables.reports).set_key(Some(row)).update_expression(format!(
            "SET #vendor = :vendor, #reportDate = :reportDate{earlier_until} ADD #vendorRevision :vendorRevision"
        ));
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values).build();
        let update = update.map_err(|error| failed(DOING)(error.into()))?;

        let (condition, terms) = match (is_known, item.revision) {
            (false, _) => ("attribute_not_exists(#vendorId)", Terms::default().with_names(["vendorId"])),
            (true, 0) => (
                "attribute_exists(#vendorId) AND (attribute_not_exists(#revision) OR #revision = :revision)",
                Terms::new([("revision", number(0))]).with_names(["vendorId"]),
            ),
            (true, revision) => ("#revision = :revision", Terms::new([("revision", number(revision))])),
        };
        let (names, values) = terms.split();
        let written = VendorItem { revision: item.revision + 1, ..item };
        let put = Put::builder().table_name(&self.tables.vendors).set_item(Some(write(&written)?));
        let put = put.condition_expression(condition).set_expression_attribute_names(names);
        let put = put.set_expression_attribute_values(values).build();
        let put = put.map_err(|error| failed(DOING)(error.into()))?;

        let mut backoff = Backoff::default();
        loop {
            let writes = vec![
                TransactWriteItem::builder().put(put.clone()).build(),
                TransactWriteItem::builder().update(update.clone()).build(),
            ];
            match self.transact(DOING, writes).await? {
                TransactionOutcome::Committed => return Ok(Some(written)),
                TransactionOutcome::Refused(indexes) if !indexes.is_empty() => return Ok(None),
                TransactionOutcome::Refused(_) => backoff.wait().await?,
            }
        }
    }
}
