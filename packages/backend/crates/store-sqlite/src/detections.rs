//! States of the detection: rows of which no number depends.

use async_trait::async_trait;
use goody_application::ports::{DayRevisions, DetectionStore, Result, StoredDetection, keeps_detection};
use goody_domain::Day;
use rusqlite::{Connection, OptionalExtension, params};

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

    async fn stored_detections(&self) -> Result<Vec<(Day, i64)>> {
        self.read("listing states of the detection", |connection| {
            let mut statement = connection.prepare_cached("SELECT day, revision FROM detections ORDER BY day")?;
            let stored = statement.query_map([], |row| Ok((Day::from_number(row.get(0)?), row.get(1)?)))?;
            Ok(stored.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn stored_detection(&self, day: Day) -> Result<Option<StoredDetection>> {
        self.read("reading a state of the detection", move |connection| {
            let mut statement = connection.prepare_cached("SELECT revision, state FROM detections WHERE day = ?1")?;
            let read = |row: &rusqlite::Row<'_>| Ok(StoredDetection { day, revision: row.get(0)?, state: row.get(1)? });
            Ok(statement.query_row([day.number()], read).optional()?)
        })
        .await
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        self.write("storing a state of the detection", Weight::Heavy, move |connection| {
            let StoredDetection { day, revision, state } = &detection;
            connection
                .prepare_cached(
                    "INSERT INTO detections (day, revision, state) VALUES (?1, ?2, ?3) ON CONFLICT (day) DO UPDATE SET \
                     revision = excluded.revision, state = excluded.state",
                )?
                .execute(params![day.number(), revision, state])?;
            let mut statement = connection.prepare_cached("SELECT day FROM detections")?;
            let days = statement.query_map([], |row| row.get(0).map(Day::from_number))?;
            let days = days.collect::<rusqlite::Result<Vec<_>>>()?;
            for old in days.into_iter().filter(|other| !keeps_detection(*other, *day)) {
                connection.prepare_cached("DELETE FROM detections WHERE day = ?1")?.execute([old.number()])?;
            }
            Ok(())
        })
        .await
    }
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
