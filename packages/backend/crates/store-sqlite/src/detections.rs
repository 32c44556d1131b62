//! States of the detection: rows of which no number depends.

use async_trait::async_trait;
use goody_application::ports::{
    DayRevisions, DetectionKey, DetectionStore, Result, SlotTime, StoredDetection, keeps_detection,
};
use goody_domain::{Day, Instant, VendorId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::writer::Weight;
use crate::{Fault, SqliteStore, schema};

#[async_trait]
impl DetectionStore for SqliteStore {
    async fn day_revisions(&self) -> Result<DayRevisions> {
        self.read("reading when days changed", |connection| {
            let mut statement = connection.prepare_cached("SELECT day, revision FROM day_revisions ORDER BY day")?;
            let days = statement.query_map([], |row| Ok((Day::from_number(row.get(0)?), row.get(1)?)))?;
            let days = days.collect::<rusqlite::Result<_>>()?;
            Ok(DayRevisions { days, current: schema::meta(connection, "revision")?.unwrap_or(0) })
        })
        .await
    }

    async fn stored_detections(&self) -> Result<Vec<DetectionKey>> {
        self.read("listing states of the detection", keys).await
    }

    async fn stored_detection(&self, at: SlotTime) -> Result<Option<StoredDetection>> {
        self.read("reading a state of the detection", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT day, slots, revision, computed_at, state FROM detections WHERE day = ?1 AND slots = ?2",
            )?;
            let read = |row: &Row<'_>| Ok(StoredDetection { key: key(row)?, state: row.get(4)? });
            Ok(statement.query_row([i64::from(at.day.number()), i64::from(at.slots)], read).optional()?)
        })
        .await
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        self.write("storing a state of the detection", Weight::Heavy, move |connection| {
            let StoredDetection { key: DetectionKey { at, revision, computed_at }, state } = &detection;
            connection
                .prepare_cached(
                    "INSERT INTO detections (day, slots, revision, computed_at, state) VALUES (?1, ?2, ?3, ?4, ?5) \
                     ON CONFLICT (day, slots) DO UPDATE SET \
                     revision = excluded.revision, computed_at = excluded.computed_at, state = excluded.state",
                )?
                .execute(params![at.day.number(), at.slots, revision, computed_at.micros(), state])?;
            for old in keys(connection)?.into_iter().filter(|key| !keeps_detection(key.at, *at)) {
                connection
                    .prepare_cached("DELETE FROM detections WHERE day = ?1 AND slots = ?2")?
                    .execute([i64::from(old.at.day.number()), i64::from(old.at.slots)])?;
            }
            Ok(())
        })
        .await
    }

    async fn kept_explanation(&self, vendor_id: &VendorId, raised_at: Instant) -> Result<Option<Vec<u8>>> {
        let vendor_id = vendor_id.clone();
        self.read("reading what changed about a vendor", move |connection| {
            let sql = "SELECT explanation FROM explanations WHERE raised_at = ?1 AND vendor_id = ?2";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row(params![raised_at.micros(), vendor_id.as_str()], |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn keep_explanation(&self, vendor_id: &VendorId, raised_at: Instant, explanation: Vec<u8>) -> Result<()> {
        let vendor_id = vendor_id.clone();
        self.write("keeping what changed about a vendor", Weight::Light, move |connection| {
            let sql = "INSERT OR REPLACE INTO explanations (raised_at, vendor_id, explanation) VALUES (?1, ?2, ?3)";
            let values = params![raised_at.micros(), vendor_id.as_str(), explanation];
            connection.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })
        .await
    }
}

/// The keys of the stored states, sorted by time.
fn keys(connection: &Connection) -> std::result::Result<Vec<DetectionKey>, Fault> {
    let sql = "SELECT day, slots, revision, computed_at FROM detections ORDER BY day, slots";
    let mut statement = connection.prepare_cached(sql)?;
    let keys = statement.query_map([], key)?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

fn key(row: &Row<'_>) -> rusqlite::Result<DetectionKey> {
    let at = SlotTime { day: Day::from_number(row.get(0)?), slots: row.get(1)? };
    Ok(DetectionKey { at, revision: row.get(2)?, computed_at: Instant::from_micros(row.get(3)?) })
}

/// Records at which revision the counters of a day changed.
pub(crate) fn note_change(connection: &Connection, day: Day, revision: i64) -> std::result::Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO day_revisions (day, revision) VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET \
             revision = excluded.revision",
        )?
        .execute(params![day.number(), revision])?;
    Ok(())
}
