//! Vendors' master data.

use std::collections::BTreeSet;

use async_trait::async_trait;
use goody_application::ports::{Result, VendorStore};
use goody_domain::{Vendor, VendorId};
use rusqlite::{Connection, params};

use crate::writer::Weight;
use crate::{Fault, SqliteStore, schema};

#[async_trait]
impl VendorStore for SqliteStore {
    async fn register_unknown(&self, vendors: Vec<VendorId>) -> Result<()> {
        let ids = vendors.clone();
        let unknown_vendors = self
            .read("reading vendors", move |connection| {
                let mut unknown_vendors = Vec::new();
                for id in ids {
                    if find(connection, &id)?.is_none() {
                        unknown_vendors.push(id);
                    }
                }
                Ok(unknown_vendors)
            })
            .await?;
        if unknown_vendors.is_empty() {
            return Ok(());
        }
        self.write("registering vendors", Weight::Light, move |connection| {
            register(connection, unknown_vendors.iter().collect())
        })
        .await
    }

    async fn put(&self, vendor: Vendor) -> Result<bool> {
        self.write("saving a vendor", Weight::Light, move |connection| {
            let is_new = find(connection, &vendor.vendor_id)?.is_none();
            let revision = schema::next_revision(connection)?;
            connection
                .prepare_cached(
                    "INSERT INTO vendors (vendor_id, revision, body) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (vendor_id) DO UPDATE SET revision = excluded.revision, body = excluded.body",
                )?
                .execute(params![vendor.vendor_id.as_str(), revision, write(&vendor)?])?;
            Ok(is_new)
        })
        .await
    }

    async fn vendor(&self, id: &VendorId) -> Result<Option<Vendor>> {
        let id = id.clone();
        self.read("reading a vendor", move |connection| find(connection, &id)).await
    }

    async fn vendors_by_id(&self, ids: BTreeSet<VendorId>) -> Result<Vec<Vendor>> {
        self.read("reading vendors by id", move |connection| {
            ids.iter().filter_map(|id| find(connection, id).transpose()).collect()
        })
        .await
    }

    async fn vendors(&self, after: Option<&VendorId>, limit: usize) -> Result<Vec<Vendor>> {
        let after = after.map(ToString::to_string).unwrap_or_default();
        self.read("reading vendors", move |connection| {
            let mut statement = connection
                .prepare_cached("SELECT body FROM vendors WHERE vendor_id > ?1 ORDER BY vendor_id LIMIT ?2")?;
            let mut rows = statement.query(params![after, limit])?;
            let mut vendors = Vec::new();
            while let Some(row) = rows.next()? {
                vendors.push(read(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
            }
            Ok(vendors)
        })
        .await
    }
}

/// Registers those of the vendors that are not known yet.
pub(crate) fn register(connection: &Connection, vendors: BTreeSet<&VendorId>) -> std::result::Result<(), Fault> {
    let mut unknown_vendors = Vec::new();
    for id in vendors {
        if find(connection, id)?.is_none() {
            unknown_vendors.push(id);
        }
    }
    if unknown_vendors.is_empty() {
        return Ok(());
    }
    let revision = schema::next_revision(connection)?;
    for id in unknown_vendors {
        connection
            .prepare_cached("INSERT INTO vendors (vendor_id, revision, body) VALUES (?1, ?2, ?3)")?
            .execute(params![id.as_str(), revision, write(&Vendor::unregistered(id.clone()))?])?;
    }
    Ok(())
}

fn find(connection: &Connection, id: &VendorId) -> std::result::Result<Option<Vendor>, Fault> {
    let mut statement = connection.prepare_cached("SELECT body FROM vendors WHERE vendor_id = ?1")?;
    let mut rows = statement.query([id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    read(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?).map(Some)
}

/// A vendor from its stored JSON.
pub(crate) fn read(body: &str) -> std::result::Result<Vendor, Fault> {
    serde_json::from_str(body).map_err(|error| Fault::Damaged(format!("a vendor cannot be read: {error}")))
}

fn write(vendor: &Vendor) -> std::result::Result<String, Fault> {
    serde_json::to_string(vendor).map_err(|error| Fault::Damaged(error.to_string()))
}
