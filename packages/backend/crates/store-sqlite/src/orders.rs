//! The ports for orders: loads and saves them, and answers reads.

use std::time::Duration;

use async_trait::async_trait;
use goody_application::ports::{
    Found, OrderCount, OrderFilter, OrderReader, OrderWrite, OrderWriter, Position, RECENT_HOURS, RecentFilter, Result,
    StatusCounts, StoreHealth, last_day,
};
use goody_domain::{History, Instant, Order, OrderId, ReportZone, Vendor, VendorId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::codec::read_row;
use crate::writer::Weight;
use crate::{Fault, SqliteStore, codec, list_counts, listing, recent, vendors};

/// Up to this many orders are a light write.
const LIGHT: usize = 100;
/// How long a trial write may take.
const PROBE: Duration = Duration::from_secs(2);

#[async_trait]
impl OrderWriter for SqliteStore {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let ids = ids.to_vec();
        self.read("loading orders", move |connection| ids.iter().map(|id| load(connection, id)).collect()).await
    }

    async fn save(&self, writes: Vec<OrderWrite>, now: Instant) -> Result<Vec<bool>> {
        const DOING: &str = "saving orders";
        let rows: std::result::Result<Vec<Prepared>, Fault> =
            writes.iter().map(|write| prepare(write, now, &self.zone)).collect();
        let rows = rows.map_err(|fault| fault.into_store_error(DOING))?;
        let weight = if rows.len() > LIGHT { Weight::Heavy } else { Weight::Light };
        let saved = self.write(DOING, weight, move |connection| {
            let mut counts = Counts::default();
            let saved: Vec<bool> = rows
                .iter()
                .map(|row| save(connection, row, now, &mut counts))
                .collect::<std::result::Result<_, Fault>>()?;
            let written = rows.iter().zip(&saved).filter(|(_, saved)| **saved);
            vendors::register(connection, written.flat_map(|(row, _)| &row.unknown_vendors))?;
            counts.kinds.write(connection)?;
            counts.minutes.write(connection)?;
            Ok(saved)
        });
        let saved = saved.await?;
        self.health.record_stored_orders();
        Ok(saved)
    }
}

#[async_trait]
impl OrderReader for SqliteStore {
    fn store_health(&self) -> StoreHealth {
        self.health.store_health()
    }

    fn store_health_now(&self) -> StoreHealth {
        self.health.measure_room();
        self.health.store_health()
    }

    async fn probe(&self) {
        if self.health.is_doubtful() {
            // Its outcome is part of the health, and so is a write that still waits.
            let _ = tokio::time::timeout(PROBE, self.writer.probe()).await;
        }
    }

    fn part_failed(&self, part: &'static str) {
        self.health.record_fault(part);
    }

    async fn order(&self, id: &OrderId) -> Result<Option<History>> {
        let id = id.clone();
        self.read("reading an order", move |connection| history(connection, &id)).await
    }

    async fn list(
        &self,
        filter: &OrderFilter,
        after: Option<&Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Order>> {
        let (filter, after, zone) = (filter.clone(), after.cloned(), self.zone.clone());
        self.read("listing orders", move |connection| {
            listing::list(connection, &filter, after.as_ref(), limit, now, &zone)
        })
        .await
    }

    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
        let (filter, zone) = (filter.clone(), self.zone.clone());
        self.read("counting orders", move |connection| listing::count(connection, &filter, limit, now, &zone)).await
    }

    async fn recent(&self, filter: &RecentFilter, after: Option<&Position>, limit: usize) -> Result<Vec<History>> {
        let (filter, after) = (filter.clone(), after.cloned());
        self.read("reading the recent feed", move |connection| {
            recent::recent(connection, &filter, after.as_ref(), limit)
        })
        .await
    }

    async fn count_recent(&self, filter: &RecentFilter) -> Result<StatusCounts> {
        let filter = filter.clone();
        self.read("counting the recent feed", move |connection| recent::count(connection, &filter)).await
    }

    async fn issues(&self, vendor_id: &VendorId, before: Instant, limit: usize) -> Result<Vec<Order>> {
        let vendor_id = vendor_id.clone();
        self.read("reading a vendor's issues", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT order_id, history FROM orders INDEXED BY orders_by_issue \
                 WHERE status BETWEEN 4 AND 7 AND vendor_id = ?1 AND completed_at < ?2 \
                 ORDER BY completed_at DESC, order_id DESC LIMIT ?3",
            )?;
            let mut rows = statement.query(params![vendor_id.as_str(), before.micros(), limit])?;
            let mut orders = Vec::new();
            while let Some(row) = rows.next()? {
                orders.extend(read_row(row)?.order());
            }
            Ok(orders)
        })
        .await
    }

    async fn all(&self, after: Option<&OrderId>, limit: usize) -> Result<Vec<History>> {
        let after = after.map(ToString::to_string).unwrap_or_default();
        self.read("reading all orders", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT order_id, history FROM orders WHERE order_id > ?1 ORDER BY order_id LIMIT ?2",
            )?;
            let mut rows = statement.query(params![after, limit])?;
            let mut histories = Vec::with_capacity(limit);
            while let Some(row) = rows.next()? {
                histories.push(read_row(row)?);
            }
            Ok(histories)
        })
        .await
    }
}

fn history(connection: &Connection, id: &OrderId) -> std::result::Result<Option<History>, Fault> {
    let mut statement = connection.prepare_cached("SELECT order_id, history FROM orders WHERE order_id = ?1")?;
    let mut rows = statement.query([id.as_str()])?;
    rows.next()?.map(read_row).transpose()
}

fn load(connection: &Connection, id: &OrderId) -> std::result::Result<Found, Fault> {
    if let Some(history) = history(connection, id)? {
        return Ok(Found::Known(history));
    }
    let expired: Option<i64> = connection
        .prepare_cached("SELECT 1 FROM expired_orders WHERE order_id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(if expired.is_some() { Found::Expired } else { Found::Known(History::empty(id.clone())) })
}

/// A row of an order, computed before the writer's transaction begins.
struct Prepared {
    order_id: OrderId,
    from_version: usize,
    version: usize,
    keep_day: i32,
    order: Option<Order>,
    /// The history in its stored form.
    text: String,
    changed: Changed,
    unknown_vendors: Vec<Vendor>,
}

/// Which columns differ from the version before. SQLite writes an index only if the statement names one of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    /// Only the version and the history.
    History,
    /// The columns that follow the status, too.
    Status,
    /// Any column.
    All,
}

/// The columns that follow the status: `status`, `late` and `completed_at`. All are null for an order that is not placed.
type StatusColumns = (Option<usize>, Option<bool>, Option<i64>);
/// The columns that seldom change: `vendor_id`, `gift_type`, `created_at` and `promise_at`.
type PlacementColumns<'o> = (Option<&'o str>, &'o str, Option<i64>, Option<i64>);

fn status_columns(order: Option<&Order>, now: Instant) -> StatusColumns {
    (
        order.map(|order| order.status() as usize),
        order.map(|order| order.is_delayed(now)),
        order.and_then(Order::completed_at).map(Instant::micros),
    )
}

fn placement_columns(order: Option<&Order>) -> PlacementColumns<'_> {
    let placement = order.map(|order| &order.placement);
    (
        placement.map(|placement| placement.vendor_id.as_str()),
        placement.and_then(|placement| placement.gift_type.as_ref()).map_or("", |gift| gift.as_str()),
        order.map(|order| order.created_at.micros()),
        placement.and_then(|placement| placement.estimated_delivery).map(Instant::micros),
    )
}

fn prepare(
    OrderWrite { history, from_version, unknown_vendors }: &OrderWrite,
    now: Instant,
    zone: &ReportZone,
) -> std::result::Result<Prepared, Fault> {
    let order = history.order();
    let keep_day = last_day(history.events(), order.as_ref(), zone);
    let before = history.at_version(*from_version);
    let known = &history.events()[..*from_version];
    let changed = if keep_day != last_day(known, before.as_ref(), zone)
        || placement_columns(order.as_ref()) != placement_columns(before.as_ref())
    {
        Changed::All
    } else if status_columns(order.as_ref(), now) != status_columns(before.as_ref(), now) {
        Changed::Status
    } else {
        Changed::History
    };
    Ok(Prepared {
        order_id: history.order_id().clone(),
        from_version: *from_version,
        version: history.version(),
        keep_day: keep_day.number(),
        order,
        text: codec::write_history(history)?,
        changed,
        unknown_vendors: unknown_vendors.clone(),
    })
}

/// Corrects the columns of a row, and the status in the recent feed, that differ from those of its history.
pub(crate) fn correct_columns(
    connection: &Connection,
    id: i64,
    history: &History,
    zone: &ReportZone,
    now: Instant,
) -> std::result::Result<(), Fault> {
    let order = history.order();
    let keep_day = last_day(history.events(), order.as_ref(), zone).number();
    let (status, late, completed_at) = status_columns(order.as_ref(), now);
    let (vendor_id, gift_type, created_at, promise_at) = placement_columns(order.as_ref());
    let corrected = connection
        .prepare_cached(
            "UPDATE orders SET keep_day = ?2, vendor_id = ?3, gift_type = ?4, status = ?5, late = ?6, created_at = ?7, \
             promise_at = ?8, completed_at = ?9 WHERE id = ?1 AND \
             (keep_day, vendor_id, gift_type, status, late, created_at, promise_at, completed_at) \
             IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![id, keep_day, vendor_id, gift_type, status, late, created_at, promise_at, completed_at])?;
    if corrected > 0 {
        connection
            .prepare_cached("UPDATE recent_orders SET status = ?2 WHERE id = ?1 AND status <> ?2")?
            .execute(params![id, status])?;
    }
    Ok(())
}

/// The counts that one transaction moves together with the orders.
#[derive(Default)]
struct Counts {
    kinds: list_counts::Moves,
    minutes: recent::Minutes,
}

/// Writes an order and its change. False if the order has another version by now.
fn save(
    connection: &Connection,
    row: &Prepared,
    now: Instant,
    counts: &mut Counts,
) -> std::result::Result<bool, Fault> {
    let write = if row.from_version == 0 { insert } else { update };
    let id = write(connection, row, now, &mut counts.kinds)?;
    let Some(id) = id else { return Ok(false) };
    connection
        .prepare_cached("INSERT INTO changes (id, from_version, to_version, recorded_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, row.from_version, row.version, now.micros()])?;
    if let Some(order) = &row.order {
        if order.updated_at >= now.plus_seconds(-RECENT_HOURS * 3600).floor_minute() {
            recent::record(connection, id, order, &mut counts.minutes)?;
        }
        for vendor_id in order.named_vendors.iter().filter(|vendor| **vendor != order.placement.vendor_id) {
            connection
                .prepare_cached("INSERT INTO also_named (vendor_id, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![vendor_id.as_str(), id])?;
        }
    }
    Ok(true)
}

fn insert(
    connection: &Connection,
    row: &Prepared,
    now: Instant,
    moves: &mut list_counts::Moves,
) -> std::result::Result<Option<i64>, Fault> {
    let (vendor_id, gift_type, created_at, promise_at) = placement_columns(row.order.as_ref());
    let (status, late, completed_at) = status_columns(row.order.as_ref(), now);
    let inserted = connection
        .prepare_cached(
            "INSERT INTO orders (order_id, version, keep_day, vendor_id, gift_type, status, late, created_at, promise_at, \
             completed_at, history) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (order_id) DO NOTHING",
        )?
        .execute(params![
            row.order_id.as_str(),
            row.version,
            row.keep_day,
            vendor_id,
            gift_type,
            status,
            late,
            created_at,
            promise_at,
            completed_at,
            row.text,
        ])?;
    if inserted == 0 {
        return Ok(None);
    }
    moves.add(list_counts::Position::Absent, list_counts::Position::of(row.order.as_ref(), now));
    Ok(Some(connection.last_insert_rowid()))
}

/// Reads the row first: an UPDATE with RETURNING would make SQLite keep a second journal.
fn update(
    connection: &Connection,
    row: &Prepared,
    now: Instant,
    moves: &mut list_counts::Moves,
) -> std::result::Result<Option<i64>, Fault> {
    let found = connection
        .prepare_cached("SELECT id, vendor_id, gift_type, status, late FROM orders WHERE order_id = ?1")?
        .query_row([row.order_id.as_str()], |found| Ok((found.get(0)?, list_counts::Position::read(found, 1)?)))
        .optional()?;
    let Some((id, position)): Option<(i64, _)> = found else { return Ok(None) };
    let (vendor_id, gift_type, created_at, promise_at) = placement_columns(row.order.as_ref());
    let (status, late, completed_at) = status_columns(row.order.as_ref(), now);
    let (from, to, text) = (row.from_version, row.version, &row.text);
    let updated = match row.changed {
        Changed::History => connection
            .prepare_cached("UPDATE orders SET version = ?3, history = ?4 WHERE id = ?1 AND version = ?2")?
            .execute(params![id, from, to, text])?,
        Changed::Status => connection
            .prepare_cached(
                "UPDATE orders SET version = ?3, history = ?4, status = ?5, late = ?6, completed_at = ?7 \
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![id, from, to, text, status, late, completed_at])?,
        Changed::All => connection
            .prepare_cached(
                "UPDATE orders SET version = ?3, history = ?4, status = ?5, late = ?6, completed_at = ?7, keep_day = ?8, \
                 vendor_id = ?9, gift_type = ?10, created_at = ?11, promise_at = ?12 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![
                id,
                from,
                to,
                text,
                status,
                late,
                completed_at,
                row.keep_day,
                vendor_id,
                gift_type,
                created_at,
                promise_at
            ])?,
    };
    if updated == 0 {
        return Ok(None);
    }
    if row.changed != Changed::History {
        moves.add(position, list_counts::Position::of(row.order.as_ref(), now));
    }
    Ok(Some(id))
}
