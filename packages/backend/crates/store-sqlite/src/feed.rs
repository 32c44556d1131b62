//! The change feed: which orders grew, from which version to which.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use goody_application::ports::{ChangeBatch, ChangeFeed, ChangeLag, PostedChange, Result};
use goody_domain::Instant;
use rusqlite::{Connection, params};

use crate::codec::read_row;
use crate::{Fault, SqliteStore, schema};

#[async_trait]
impl ChangeFeed for SqliteStore {
    async fn changes(&self, limit: usize) -> Result<ChangeBatch> {
        let zone = self.zone.clone();
        self.read("reading the change feed", move |connection| {
            let from: i64 = schema::meta(connection, "checkpoint")?.unwrap_or(0);
            let mut statement = connection.prepare_cached(
                "SELECT seq, id, from_version, to_version FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let mut rows = statement.query(params![from, limit])?;
            let mut to = from;
            // The versions of an order follow each other, so the first and the last are enough.
            let mut grown: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                to = row.get(0)?;
                let (first, last): (usize, usize) = (row.get(2)?, row.get(3)?);
                grown.entry(row.get(1)?).or_insert((first, last)).1 = last;
            }
            let mut statement = connection.prepare_cached("SELECT order_id, history FROM orders WHERE id = ?1")?;
            let changes = grown.into_iter().map(|(id, (first, last))| {
                let mut rows = statement.query([id])?;
                let row =
                    rows.next()?.ok_or_else(|| Fault::Damaged(format!("a change names order {id}, which is gone")))?;
                Ok(PostedChange::new(read_row(row)?.change(first, last), &zone))
            });
            let changes = changes.collect::<std::result::Result<_, Fault>>()?;
            Ok(ChangeBatch { from, to, changes })
        })
        .await
    }

    async fn lag(&self) -> Result<ChangeLag> {
        self.read("reading the change feed", |connection| {
            let count = connection.prepare_cached("SELECT count(*) FROM changes")?.query_row([], |row| row.get(0))?;
            let mut statement = connection.prepare_cached("SELECT recorded_at FROM changes ORDER BY seq LIMIT 1")?;
            let oldest = statement.query_map([], |row| row.get(0))?.next().transpose()?;
            Ok(ChangeLag { changes: count, oldest: oldest.map(Instant::from_micros) })
        })
        .await
    }
}

/// Orders with changes that no bucket reflects yet, each with the version that the buckets reflect.
pub(crate) fn pending(connection: &Connection) -> std::result::Result<HashMap<i64, usize>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, min(from_version) FROM changes GROUP BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
