//! The orders of parcels, and the facts that wait for an order.

use async_trait::async_trait;
use goody_application::ports::{MOST_ORDERS_OF_PARCEL, ParcelStore, Result, WaitingParcel, parcel_term};
use goody_domain::{BatchId, History, Instant, ParcelEvent, ParcelKey};
use rusqlite::{Connection, Row, params};

use crate::codec::read_row;
use crate::writer::Weight;
use crate::{Fault, SqliteStore};

const COLUMNS: &str = "since, source, batch_id, body";

#[async_trait]
impl ParcelStore for SqliteStore {
    async fn orders_of_parcel(&self, key: &ParcelKey) -> Result<Vec<History>> {
        let (kind, term) = key.term();
        self.read("finding the orders of a parcel", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT order_id, history FROM orders WHERE id IN (SELECT id FROM terms WHERE kind = ?1 AND term = ?2) \
                 ORDER BY order_id LIMIT ?3",
            )?;
            let mut rows = statement.query(params![kind as i64, term, MOST_ORDERS_OF_PARCEL])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read_row(row)?);
            }
            Ok(found)
        })
        .await
    }

    async fn wait(&self, parcels: Vec<WaitingParcel>, most: u64) -> Result<u64> {
        self.write("keeping a fact of a parcel", Weight::Light, move |connection| {
            for waiting in &parcels {
                insert(connection, waiting)?;
            }
            let waiting = count(connection)?;
            let too_many = waiting.saturating_sub(most);
            if too_many > 0 {
                connection
                    .prepare_cached(
                        "DELETE FROM waiting_parcels WHERE (parcel, event_id) IN \
                         (SELECT parcel, event_id FROM waiting_parcels ORDER BY since, parcel, event_id LIMIT ?1)",
                    )?
                    .execute([too_many])?;
            }
            Ok(too_many)
        })
        .await
    }

    async fn waiting_for(&self, keys: &[ParcelKey]) -> Result<Vec<WaitingParcel>> {
        let terms: Vec<String> = keys.iter().map(parcel_term).collect();
        self.read("reading the facts of parcels", move |connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM waiting_parcels WHERE parcel = ?1"))?;
            let mut found = Vec::new();
            for term in &terms {
                let mut rows = statement.query([term])?;
                while let Some(row) = rows.next()? {
                    found.push(read(row)?);
                }
            }
            found.sort_by_key(|waiting| (waiting.since, waiting.key()));
            Ok(found)
        })
        .await
    }

    async fn waiting(&self) -> Result<Vec<WaitingParcel>> {
        self.read("reading the facts of parcels", |connection| {
            let mut statement = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM waiting_parcels ORDER BY since, parcel, event_id"))?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        })
        .await
    }

    async fn stop_waiting(&self, parcels: &[WaitingParcel]) -> Result<()> {
        let keys: Vec<_> = parcels.iter().map(WaitingParcel::key).collect();
        self.write("removing the facts of parcels", Weight::Light, move |connection| {
            let mut statement =
                connection.prepare_cached("DELETE FROM waiting_parcels WHERE parcel = ?1 AND event_id = ?2")?;
            for (parcel, event_id) in &keys {
                statement.execute([parcel, event_id])?;
            }
            Ok(())
        })
        .await
    }

    async fn expire_waiting(&self, before: Instant) -> Result<u64> {
        self.write("removing old facts of parcels", Weight::Light, move |connection| {
            let mut statement = connection.prepare_cached("DELETE FROM waiting_parcels WHERE since < ?1")?;
            Ok(statement.execute([before.micros()])? as u64)
        })
        .await
    }

    async fn count_waiting(&self) -> Result<u64> {
        self.read("counting the facts of parcels", |connection| Ok(count(connection)?)).await
    }
}

fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT count(*) FROM waiting_parcels")?.query_row([], |row| row.get(0))
}

fn insert(connection: &Connection, waiting: &WaitingParcel) -> std::result::Result<(), Fault> {
    let (parcel, event_id) = waiting.key();
    let body = serde_json::to_string(&waiting.parcel).map_err(|error| Fault::Damaged(error.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO waiting_parcels (parcel, event_id, since, source, batch_id, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![parcel, event_id, waiting.since.micros(), waiting.source, waiting.batch_id.as_str(), body])?;
    Ok(())
}

/// Reads a row of [`COLUMNS`].
fn read(row: &Row<'_>) -> std::result::Result<WaitingParcel, Fault> {
    let damaged = |error: &dyn std::fmt::Display| Fault::Damaged(format!("a fact of a parcel: {error}"));
    let (batch_id, body): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(WaitingParcel {
        parcel: ParcelEvent::read(&body).map_err(|error| damaged(&error))?,
        since: Instant::from_micros(row.get(0)?),
        source: row.get(1)?,
        batch_id: BatchId::parse(&batch_id).map_err(|error| damaged(&error))?,
    })
}
