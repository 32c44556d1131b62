//! Orders: load and save for writers, single orders for readers.

use async_trait::async_trait;
use goody_application::ports::{
    Found, OrderCount, OrderFilter, OrderReader, OrderWrite, OrderWriter, Position, RECENT_HOURS, RecentFilter, Result,
    StatusCounts, last_day,
};
use goody_domain::{History, Instant, Order, OrderId, ReportZone, VendorId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::connection::Weight;
use crate::{Fault, SqliteStore, codec, listing, recent};

/// So many orders are few.
const FEW: usize = 100;

#[async_trait]
impl OrderWriter for SqliteStore {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let ids = ids.to_vec();
        self.read("loading orders", move |connection| ids.iter().map(|id| load(connection, id)).collect()).await
    }

    async fn save(&self, writes: Vec<OrderWrite>, now: Instant) -> Result<Vec<bool>> {
        let zone = self.zone.clone();
        let weight = if writes.len() > FEW { Weight::Heavy } else { Weight::Light };
        self.write("saving orders", weight, move |connection| {
            writes.iter().map(|write| save(connection, write, &zone, now)).collect()
        })
        .await
    }
}

#[async_trait]
impl OrderReader for SqliteStore {
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

/// The history of a row whose first columns are `order_id` and `history`.
pub(crate) fn read_row(row: &Row<'_>) -> std::result::Result<History, Fault> {
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    codec::read_history(text(0)?, text(1)?)
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

/// What of an order is in columns of its own, for lists. An order that is not placed has none of it.
#[derive(PartialEq, Eq)]
struct Listed<'a> {
    keep_day: i32,
    vendor_id: Option<&'a str>,
    gift_type: &'a str,
    created_at: Option<i64>,
    promise_at: Option<i64>,
}

/// What of an order is in columns and changes with its status.
#[derive(PartialEq, Eq)]
struct Standing {
    status: Option<usize>,
    late: Option<bool>,
    completed_at: Option<i64>,
}

fn listed<'a>(history: &History, order: Option<&'a Order>, zone: &ReportZone) -> Listed<'a> {
    let placement = order.map(|order| &order.placement);
    Listed {
        keep_day: last_day(history, order, zone).number(),
        vendor_id: placement.map(|placement| placement.vendor_id.as_str()),
        gift_type: placement.and_then(|placement| placement.gift_type.as_ref()).map_or("", |gift| gift.as_str()),
        created_at: order.map(|order| order.created_at.micros()),
        promise_at: placement.and_then(|placement| placement.estimated_delivery).map(Instant::micros),
    }
}

fn standing(order: Option<&Order>) -> Standing {
    Standing {
        status: order.map(|order| order.status() as usize),
        late: order.map(Order::ended_late),
        completed_at: order.and_then(Order::completed_at).map(Instant::micros),
    }
}

/// Writes one order and its change; false if it has another version by now.
fn save(
    connection: &Connection,
    write: &OrderWrite,
    zone: &ReportZone,
    now: Instant,
) -> std::result::Result<bool, Fault> {
    let OrderWrite { history, from_version } = write;
    let order = history.order();
    let text = codec::write_history(history)?;
    let id = if *from_version == 0 {
        insert(connection, history, order.as_ref(), &text, zone)?
    } else {
        update(connection, write, order.as_ref(), &text, zone)?
    };
    let Some(id) = id else { return Ok(false) };
    connection
        .prepare_cached("INSERT INTO changes (id, from_version, to_version, recorded_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, from_version, history.version(), now.micros()])?;
    if let Some(order) = order {
        if order.updated_at >= now.plus_seconds(-RECENT_HOURS * 3600) {
            recent::note(connection, id, &order)?;
        }
        for vendor_id in order.named_vendors.iter().filter(|named| **named != order.placement.vendor_id) {
            connection
                .prepare_cached("INSERT INTO also_named (vendor_id, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![vendor_id.as_str(), id])?;
        }
    }
    Ok(true)
}

fn insert(
    connection: &Connection,
    history: &History,
    order: Option<&Order>,
    text: &str,
    zone: &ReportZone,
) -> std::result::Result<Option<i64>, Fault> {
    let (listed, standing) = (listed(history, order, zone), standing(order));
    let inserted = connection
        .prepare_cached(
            "INSERT INTO orders (order_id, version, keep_day, vendor_id, gift_type, status, late, created_at, promise_at, \
             completed_at, history) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (order_id) DO NOTHING",
        )?
        .execute(params![
            history.order_id().as_str(),
            history.version(),
            listed.keep_day,
            listed.vendor_id,
            listed.gift_type,
            standing.status,
            standing.late,
            listed.created_at,
            listed.promise_at,
            standing.completed_at,
            text,
        ])?;
    Ok((inserted == 1).then(|| connection.last_insert_rowid()))
}

/// Updates only the columns that changed: an index is written only when one of its columns is named.
fn update(
    connection: &Connection,
    OrderWrite { history, from_version }: &OrderWrite,
    order: Option<&Order>,
    text: &str,
    zone: &ReportZone,
) -> std::result::Result<Option<i64>, Fault> {
    let before = history.at_version(*from_version);
    let known = History::from_recorded(history.order_id().clone(), history.events()[..*from_version].to_vec());
    let (listed, standing_now) = (listed(history, order, zone), standing(order));
    let same_list = listed == self::listed(&known, before.as_ref(), zone);
    let same_standing = standing_now == standing(before.as_ref());
    let id = (history.order_id().as_str(), from_version, history.version());
    let updated = if same_list && same_standing {
        connection
            .prepare_cached(
                "UPDATE orders SET version = ?3, history = ?4 WHERE order_id = ?1 AND version = ?2 RETURNING id",
            )?
            .query_row(params![id.0, id.1, id.2, text], |row| row.get(0))
    } else if same_list {
        connection
            .prepare_cached(
                "UPDATE orders SET version = ?3, history = ?4, status = ?5, late = ?6, completed_at = ?7 \
                 WHERE order_id = ?1 AND version = ?2 RETURNING id",
            )?
            .query_row(
                params![id.0, id.1, id.2, text, standing_now.status, standing_now.late, standing_now.completed_at],
                |row| row.get(0),
            )
    } else {
        connection
            .prepare_cached(
                "UPDATE orders SET version = ?3, history = ?4, status = ?5, late = ?6, completed_at = ?7, keep_day = ?8, \
                 vendor_id = ?9, gift_type = ?10, created_at = ?11, promise_at = ?12 \
                 WHERE order_id = ?1 AND version = ?2 RETURNING id",
            )?
            .query_row(
                params![
                    id.0,
                    id.1,
                    id.2,
                    text,
                    standing_now.status,
                    standing_now.late,
                    standing_now.completed_at,
                    listed.keep_day,
                    listed.vendor_id,
                    listed.gift_type,
                    listed.created_at,
                    listed.promise_at,
                ],
                |row| row.get(0),
            )
    };
    Ok(updated.optional()?)
}
