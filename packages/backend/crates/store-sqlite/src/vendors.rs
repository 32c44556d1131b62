//! Vendors' master data, and its versions.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use goody_application::ports::{Result, VendorStore};
use goody_domain::{Day, Instant, Vendor, VendorId, version_made_on};
use rusqlite::{Connection, params};

use crate::writer::Weight;
use crate::{Fault, SqliteStore, schema};

#[async_trait]
impl VendorStore for SqliteStore {
    async fn register_unknown(&self, vendors: Vec<Vendor>) -> Result<()> {
        let (vendors, is_known) = self
            .read("reading vendors", move |connection| {
                let is_known = unknown_vendors(connection, &vendors)?.is_empty();
                Ok((vendors, is_known))
            })
            .await?;
        if is_known {
            return Ok(());
        }
        self.write("registering vendors", Weight::Light, move |connection| register(connection, &vendors)).await
    }

    async fn put(&self, vendor: Vendor, now: Instant) -> Result<bool> {
        let today = self.zone.day(now);
        self.write("saving a vendor", Weight::Light, move |connection| {
            let known = find(connection, &vendor.vendor_id)?;
            if let Some(known) = known.as_ref().filter(|known| **known != vendor) {
                keep_version(connection, known, today)?;
            }
            save(connection, &vendor, schema::next_revision(connection)?)?;
            Ok(known.is_none())
        })
        .await
    }

    async fn versions_on(&self, day: Day, ids: &[VendorId]) -> Result<Vec<Vendor>> {
        let ids = ids.to_vec();
        self.read("reading versions of vendors", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT body FROM vendor_versions WHERE vendor_id = ?1 AND last_day >= ?2 ORDER BY last_day LIMIT 1",
            )?;
            let mut versions = Vec::new();
            for id in &ids {
                let mut rows = statement.query(params![id.as_str(), day.number()])?;
                if let Some(row) = rows.next()? {
                    versions.push(read(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
                }
            }
            Ok(versions)
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

/// Registers those of the vendors that are not known yet, and names those that have no name yet.
pub(crate) fn register<'v>(
    connection: &Connection,
    vendors: impl IntoIterator<Item = &'v Vendor>,
) -> std::result::Result<(), Fault> {
    let unknown_vendors = unknown_vendors(connection, vendors)?;
    if unknown_vendors.is_empty() {
        return Ok(());
    }
    let revision = schema::next_revision(connection)?;
    unknown_vendors.values().try_for_each(|vendor| save(connection, vendor, revision))
}

/// Stores the current master data of a vendor.
fn save(connection: &Connection, vendor: &Vendor, revision: i64) -> std::result::Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO vendors (vendor_id, revision, body) VALUES (?1, ?2, ?3) \
             ON CONFLICT (vendor_id) DO UPDATE SET revision = excluded.revision, body = excluded.body",
        )?
        .execute(params![vendor.vendor_id.as_str(), revision, write(vendor)?])?;
    Ok(())
}

/// Keeps the master data before a change as a version, if a past date has it.
fn keep_version(connection: &Connection, before: &Vendor, today: Day) -> std::result::Result<(), Fault> {
    let id = before.vendor_id.as_str();
    let earlier_until: Option<i32> = connection
        .prepare_cached("SELECT earlier_until FROM vendors WHERE vendor_id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let Some(last_day) = version_made_on(today, earlier_until.map(Day::from_number)) else { return Ok(()) };
    connection
        .prepare_cached("INSERT INTO vendor_versions (vendor_id, last_day, body) VALUES (?1, ?2, ?3)")?
        .execute(params![id, last_day.number(), write(before)?])?;
    connection
        .prepare_cached("UPDATE vendors SET earlier_until = ?2 WHERE vendor_id = ?1")?
        .execute(params![id, last_day.number()])?;
    Ok(())
}

/// Those of the vendors that are not known, or have no name yet, as they are to be stored.
fn unknown_vendors<'v>(
    connection: &Connection,
    vendors: impl IntoIterator<Item = &'v Vendor>,
) -> std::result::Result<BTreeMap<&'v VendorId, Vendor>, Fault> {
    let mut unknown_vendors: BTreeMap<&VendorId, Vendor> = BTreeMap::new();
    for vendor in vendors {
        let id = &vendor.vendor_id;
        let known = match unknown_vendors.get(id) {
            Some(known) => Some(known.clone()),
            None => find(connection, id)?,
        };
        if let Some(new) = known.map_or_else(|| Some(vendor.clone()), |known| known.named_as(vendor)) {
            unknown_vendors.insert(id, new);
        }
    }
    Ok(unknown_vendors)
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
