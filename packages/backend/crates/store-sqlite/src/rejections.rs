//! What was refused: rows of which no number depends.
//!
//! Each write has a transaction of its own: on a full disk SQLite rolls a whole transaction back, and no order may be lost for a
//! rejection.

use async_trait::async_trait;
use goody_application::ports::{
    KeptRejection, PAGE_BYTES, Refused, RejectionBounds, RejectionCode, RejectionCount, RejectionId, RejectionPage,
    RejectionPosition, RejectionStore, Result, distinct, kept_since,
};
use goody_domain::Instant;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::writer::Weight;
use crate::{Fault, SqliteStore, schema};

const NUMBER: &str = "rejections";
const BYTES: &str = "rejected_bytes";
const LATEST: &str = "latest_rejection";
/// How many of the oldest are removed at a time.
const BATCH: usize = 500;

#[async_trait]
impl RejectionStore for SqliteStore {
    async fn keep(&self, refused: Vec<Refused>, bounds: RejectionBounds, now: Instant) -> Result<()> {
        self.write("keeping what was refused", Weight::Heavy, move |connection| {
            let mut totals = Totals::read(connection)?;
            for (id, times, refused) in distinct(refused) {
                keep(connection, &mut totals, &id, (times, &refused), now)?;
            }
            while totals.rejections > bounds.rejections || totals.bytes > bounds.bytes {
                remove_oldest(connection, &mut totals, bounds)?;
            }
            schema::set_meta(connection, LATEST, now.micros())?;
            totals.write(connection)
        })
        .await
    }

    async fn rejections(&self, after: Option<&RejectionPosition>, limit: usize, now: Instant) -> Result<RejectionPage> {
        let after = after.map(|after| (after.first_at, after.id.as_str().to_owned()));
        let (before, id) = after.unwrap_or((i64::MAX, String::new()));
        self.read("listing what was refused", move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM rejections WHERE first_at >= ?1 AND (first_at, id) < (?2, ?3) \
                 ORDER BY first_at DESC, id DESC LIMIT ?4"
            ))?;
            let mut rows = statement.query(params![kept_since(now).micros(), before, id, limit + 1])?;
            let (mut rejections, mut bytes) = (Vec::<KeptRejection>::new(), 0);
            while let Some(row) = rows.next()? {
                bytes += row.get::<_, u64>("bytes")?;
                if rejections.len() == limit || (!rejections.is_empty() && bytes > PAGE_BYTES) {
                    let next = rejections.last().map(KeptRejection::position);
                    return Ok(RejectionPage { rejections, next });
                }
                rejections.push(read_row(row)?);
            }
            Ok(RejectionPage { rejections, next: None })
        })
        .await
    }

    async fn rejection(&self, id: &RejectionId, now: Instant) -> Result<Option<KeptRejection>> {
        let id = id.clone();
        self.read("reading a rejection", move |connection| {
            let mut statement = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM rejections WHERE id = ?1 AND first_at >= ?2"))?;
            let mut rows = statement.query(params![id.as_str(), kept_since(now).micros()])?;
            rows.next()?.map(read_row).transpose()
        })
        .await
    }

    async fn remove(&self, ids: &[RejectionId]) -> Result<()> {
        let ids = ids.to_vec();
        self.write("removing rejections", Weight::Heavy, move |connection| {
            let mut totals = Totals::read(connection)?;
            for id in &ids {
                remove(connection, &mut totals, id.as_str())?;
            }
            totals.write(connection)
        })
        .await
    }

    async fn expire_rejections(&self, before: Instant) -> Result<u64> {
        let before = before.micros();
        let has_expired = self
            .read("reading the oldest rejection", move |connection| {
                let mut statement = connection.prepare_cached("SELECT min(first_at) FROM rejections")?;
                let oldest: Option<i64> = statement.query_row([], |row| row.get(0))?;
                Ok(oldest.is_some_and(|oldest| oldest < before))
            })
            .await?;
        if !has_expired {
            return Ok(0);
        }
        self.write("removing old rejections", Weight::Heavy, move |connection| {
            let mut totals = Totals::read(connection)?;
            let (expired, bytes): (u64, u64) = connection
                .prepare_cached("SELECT count(*), ifnull(sum(bytes), 0) FROM rejections WHERE first_at < ?1")?
                .query_row([before], |row| Ok((row.get(0)?, row.get(1)?)))?;
            connection.prepare_cached("DELETE FROM rejections WHERE first_at < ?1")?.execute([before])?;
            totals.remove(expired, bytes);
            totals.write(connection)?;
            Ok(expired)
        })
        .await
    }

    async fn forget_all(&self) -> Result<u64> {
        self.write("forgetting what was refused", Weight::Heavy, |connection| {
            // The bodies may hold personal data: SQLite overwrites them with zeros.
            connection.pragma_update(None, "secure_delete", true)?;
            let forgotten = connection.execute("DELETE FROM rejections", []);
            connection.pragma_update(None, "secure_delete", false)?;
            Totals::default().write(connection)?;
            Ok(forgotten? as u64)
        })
        .await
    }

    async fn count_rejections(&self, now: Instant) -> Result<RejectionCount> {
        self.read("counting what was refused", move |connection| {
            let mut totals = Totals::read(connection)?;
            // Those that have expired and are not removed yet.
            let (expired, bytes): (u64, u64) = connection
                .prepare_cached("SELECT count(*), ifnull(sum(bytes), 0) FROM rejections WHERE first_at < ?1")?
                .query_row([kept_since(now).micros()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            totals.remove(expired, bytes);
            let latest: Option<i64> = schema::meta(connection, LATEST)?;
            let latest = latest.map(Instant::from_micros).filter(|_| totals.rejections > 0);
            Ok(RejectionCount { rejections: totals.rejections, bytes: totals.bytes, latest })
        })
        .await
    }
}

/// What is kept, counted apart from the rows.
#[derive(Default)]
struct Totals {
    rejections: u64,
    bytes: u64,
}

impl Totals {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let read = |key| Ok::<u64, rusqlite::Error>(schema::meta(connection, key)?.unwrap_or(0));
        Ok(Self { rejections: read(NUMBER)?, bytes: read(BYTES)? })
    }

    fn remove(&mut self, rejections: u64, bytes: u64) {
        self.rejections = self.rejections.saturating_sub(rejections);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    fn write(&self, connection: &Connection) -> std::result::Result<(), Fault> {
        schema::set_meta(connection, NUMBER, self.rejections)?;
        Ok(schema::set_meta(connection, BYTES, self.bytes)?)
    }
}

fn keep(
    connection: &Connection,
    totals: &mut Totals,
    id: &RejectionId,
    (times, refused): (u64, &Refused),
    now: Instant,
) -> std::result::Result<(), Fault> {
    let again = connection
        .prepare_cached("UPDATE rejections SET times = times + ?2, last_at = ?3 WHERE id = ?1 AND first_at >= ?4")?
        .execute(params![id.as_str(), times, now.micros(), kept_since(now).micros()])?;
    if again > 0 {
        return Ok(());
    }
    // One that has expired begins again.
    remove(connection, totals, id.as_str())?;
    let Refused { source, route, code, reason, body, is_cut } = refused;
    connection
        .prepare_cached(
            "INSERT INTO rejections (id, first_at, last_at, times, source, route, code, reason, is_cut, bytes, body) \
             VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id.as_str(),
            now.micros(),
            times,
            source,
            route,
            code.as_str(),
            reason,
            is_cut,
            body.len(),
            body
        ])?;
    totals.rejections += 1;
    totals.bytes += body.len() as u64;
    Ok(())
}

fn remove(connection: &Connection, totals: &mut Totals, id: &str) -> std::result::Result<(), Fault> {
    let bytes: Option<u64> = connection
        .prepare_cached("DELETE FROM rejections WHERE id = ?1 RETURNING bytes")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(bytes) = bytes {
        totals.remove(1, bytes);
    }
    Ok(())
}

/// Removes some of the oldest, until the rest is within the bounds.
fn remove_oldest(
    connection: &Connection,
    totals: &mut Totals,
    bounds: RejectionBounds,
) -> std::result::Result<(), Fault> {
    let oldest: Vec<String> = connection
        .prepare_cached("SELECT id FROM rejections ORDER BY first_at, id LIMIT ?1")?
        .query_map([BATCH], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if oldest.is_empty() {
        *totals = Totals::default();
    }
    for id in oldest {
        if totals.rejections <= bounds.rejections && totals.bytes <= bounds.bytes {
            break;
        }
        remove(connection, totals, &id)?;
    }
    Ok(())
}

const COLUMNS: &str = "id, first_at, last_at, times, source, route, code, reason, is_cut, bytes, body";

/// Reads a row of [`COLUMNS`].
pub(crate) fn read_row(row: &Row<'_>) -> std::result::Result<KeptRejection, Fault> {
    let (id, code): (String, String) = (row.get("id")?, row.get("code")?);
    let body: Vec<u8> = row.get("body")?;
    if body.len() as u64 != row.get::<_, u64>("bytes")? {
        return Err(Fault::Damaged(format!("the body of rejection {id} has another length")));
    }
    let code = RejectionCode::parse(&code)
        .ok_or_else(|| Fault::Damaged(format!("rejection {id} has the unknown code {code}")))?;
    Ok(KeptRejection {
        id: RejectionId::parse(&id).map_err(Fault::Damaged)?,
        first_at: Instant::from_micros(row.get("first_at")?),
        last_at: Instant::from_micros(row.get("last_at")?),
        times: row.get("times")?,
        refused: Refused {
            source: row.get("source")?,
            route: row.get("route")?,
            code,
            reason: row.get("reason")?,
            body,
            is_cut: row.get("is_cut")?,
        },
    })
}
