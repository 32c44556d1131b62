//! The ports for orders: loads and saves them, and answers reads.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use goody_application::ports::{
    BatchSearch, Found, OrderCount, OrderFilter, OrderReader, OrderWrite, OrderWriter, Position, RECENT_HOURS,
    Received, RecentFilter, Result, StatusCounts, StoreHealth,
};
use goody_domain::{BatchId, Day, Fact, History, Instant, Order, OrderId, Recorded, ReportZone, Vendor, VendorId};
use rusqlite::types::{ToSql, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::codec::read_row;
use crate::order_columns::{Changed, Columns, NAMES};
use crate::terms::ChangedTerms;
use crate::writer::Weight;
use crate::{Fault, SqliteStore, codec, list_counts, order_lists, recent, schema, search, terms, vendors};

/// Up to this many orders are a light write.
const LIGHT: usize = 100;
/// The key of the latest new event in the table `meta`: when it was stored, a space, and its sender.
const RECEIVED_KEY: &str = "received";
/// The key of the day before which orders have expired, in the table `meta`.
pub(crate) const ORDERS_KEPT_FROM_KEY: &str = "orders_kept_from";
/// How long a trial write may take.
const PROBE: Duration = Duration::from_secs(2);

#[async_trait]
impl OrderWriter for SqliteStore {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let ids = ids.to_vec();
        self.read("loading orders", move |connection| ids.iter().map(|id| load(connection, id)).collect()).await
    }

    async fn save(&self, writes: Vec<OrderWrite>, source: Option<&str>, now: Instant) -> Result<Vec<bool>> {
        const DOING: &str = "saving orders";
        if self.health.is_doubtful() {
            // An order that would still fit when /health says that nothing can be stored is refused, too.
            self.writer.probe().await?;
        }
        let rows: std::result::Result<Vec<Prepared>, Fault> =
            writes.iter().map(|write| prepare(write, now, &self.zone)).collect();
        let rows = rows.map_err(|fault| fault.into_store_error(DOING))?;
        let source = source.map(ToOwned::to_owned);
        let weight = if rows.len() > LIGHT { Weight::Heavy } else { Weight::Light };
        let saved = self.write(DOING, weight, move |connection| {
            let mut moves = Moves::default();
            let saved: Vec<bool> = rows
                .iter()
                .map(|row| save(connection, row, now, &mut moves))
                .collect::<std::result::Result<_, Fault>>()?;
            let written = rows.iter().zip(&saved).filter(|(_, saved)| **saved);
            vendors::register(connection, written.flat_map(|(row, _)| &row.unknown_vendors))?;
            moves.kinds.write(connection)?;
            moves.minutes.write(connection)?;
            moves.terms.write(connection)?;
            if let Some(source) = source.filter(|_| saved.contains(&true)) {
                schema::set_meta(connection, RECEIVED_KEY, format!("{} {source}", now.micros()))?;
            }
            Ok((saved, rows))
        });
        // The rows are dropped here, so that the thread of the writer has more time to write.
        let (saved, _) = saved.await?;
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
        self.read("listing orders", move |connection| match &filter.search {
            Some(search) => search::list(connection, (&filter, search), after.as_ref(), limit, now, &zone),
            None => order_lists::list(connection, &filter, after.as_ref(), limit, now, &zone),
        })
        .await
    }

    async fn count(&self, filter: &OrderFilter, limit: i64, now: Instant) -> Result<OrderCount> {
        let (filter, zone) = (filter.clone(), self.zone.clone());
        self.read("counting orders", move |connection| match &filter.search {
            Some(search) => search::count(connection, (&filter, search), limit, now, &zone),
            None => order_lists::count(connection, &filter, limit, now, &zone),
        })
        .await
    }

    async fn orders_kept_from(&self, _: Instant) -> Result<Option<Day>> {
        self.read("reading the first day of the orders", |connection| {
            let day: Option<i32> = schema::meta(connection, ORDERS_KEPT_FROM_KEY)?;
            Ok(day.map(Day::from_number))
        })
        .await
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

    /// Parses only the histories that contain the id of the batch.
    async fn search_batch(&self, batch_id: &BatchId, after: Option<&OrderId>, limit: usize) -> Result<BatchSearch> {
        let after = after.map(ToString::to_string).unwrap_or_default();
        let pattern = codec::batch_pattern(batch_id);
        self.read("searching the orders of a batch", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT order_id, iif(instr(history, ?3), history, NULL) FROM orders WHERE order_id > ?1 \
                 ORDER BY order_id LIMIT ?2",
            )?;
            let mut rows = statement.query(params![after, limit, pattern])?;
            let (mut search, mut last) = (BatchSearch::default(), None);
            while let Some(row) = rows.next()? {
                search.searched += 1;
                if search.searched == limit as u64 {
                    last = Some(row.get::<_, String>(0)?);
                }
                if row.get_ref(1)? != ValueRef::Null {
                    search.found.push(read_row(row)?);
                }
            }
            let next = last.map(|id| OrderId::parse(&id)).transpose();
            search.next = next.map_err(|reason| Fault::Damaged(format!("the id of an order {reason}")))?;
            Ok(search)
        })
        .await
    }

    async fn count_expired(&self, batch_id: &BatchId) -> Result<u64> {
        let pattern = codec::batch_pattern(batch_id);
        self.read("counting the expired orders of a batch", move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT count(*) FROM expired_orders WHERE instr(batches, ?1) > 0")?;
            Ok(statement.query_row([pattern], |row| row.get(0))?)
        })
        .await
    }
}

/// The latest new event of the store.
pub(crate) fn last_received(connection: &Connection) -> std::result::Result<Option<Received>, Fault> {
    let Some(text) = schema::meta::<String>(connection, RECEIVED_KEY)? else { return Ok(None) };
    let received = text.split_once(' ').and_then(|(at, source)| {
        Some(Received { at: Instant::from_micros(at.parse().ok()?), source: source.to_owned() })
    });
    received.map(Some).ok_or_else(|| Fault::Damaged("the time of the latest event cannot be read".into()))
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
    columns: Columns,
    order: Option<Order>,
    /// The vendors of its placements, apart from its own.
    named_vendors: Vec<VendorId>,
    /// The history in its stored form.
    text: String,
    changed: Changed,
    terms: ChangedTerms,
    unknown_vendors: Vec<Vendor>,
}

fn prepare(
    OrderWrite { history, from_version, unknown_vendors }: &OrderWrite,
    now: Instant,
    zone: &ReportZone,
) -> std::result::Result<Prepared, Fault> {
    let order = history.order();
    let before = history.at_version(*from_version);
    let columns = Columns::new(history.facts(), order.as_ref(), zone, now);
    let columns_before = Columns::new(&history.facts()[..*from_version], before.as_ref(), zone, now);
    Ok(Prepared {
        order_id: history.order_id().clone(),
        from_version: *from_version,
        version: history.version(),
        changed: columns.changed(&columns_before),
        columns,
        named_vendors: other_vendors(history, order.as_ref()),
        order,
        text: codec::write_history(history)?,
        terms: ChangedTerms::new(history, *from_version),
        unknown_vendors: unknown_vendors.clone(),
    })
}

/// The vendors that the placements of a history name, taken back or not, apart from the vendor of its order.
fn other_vendors(history: &History, order: Option<&Order>) -> Vec<VendorId> {
    let own = order.map(|order| &order.placement.vendor_id);
    let mut named: Vec<VendorId> = Vec::new();
    for Recorded { event, .. } in history.events() {
        if let (Fact::Placed(_), Some(vendor_id)) = (&event.fact, event.vendor_id())
            && Some(vendor_id) != own
            && !named.contains(vendor_id)
        {
            named.push(vendor_id.clone());
        }
    }
    named
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
    let Columns(values) = Columns::new(history.facts(), order.as_ref(), zone, now);
    let status = order.map(|order| order.status() as usize);
    let names = NAMES.join(", ");
    let places = (2..NAMES.len() + 2).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
    let corrected = connection
        .prepare_cached(&format!(
            "UPDATE orders SET ({names}) = ({places}) WHERE id = ?1 AND ({names}) IS NOT ({places})"
        ))?
        .execute(params_from_iter([Value::from(id)].into_iter().chain(values)))?;
    if corrected > 0 {
        connection
            .prepare_cached("UPDATE recent_orders SET status = ?2 WHERE id = ?1 AND status <> ?2")?
            .execute(params![id, status])?;
    }
    Ok(())
}

/// The counts and terms that one transaction moves together with the orders.
#[derive(Default)]
struct Moves<'t> {
    kinds: list_counts::Moves,
    minutes: recent::Minutes,
    terms: terms::Moves<'t>,
}

/// Writes an order and its change. False if the order has another version by now.
fn save<'t>(
    connection: &Connection,
    row: &'t Prepared,
    now: Instant,
    moves: &mut Moves<'t>,
) -> std::result::Result<bool, Fault> {
    let write = if row.from_version == 0 { insert } else { update };
    let id = write(connection, row, now, &mut moves.kinds)?;
    let Some(id) = id else { return Ok(false) };
    moves.terms.add(id, &row.terms);
    connection
        .prepare_cached("INSERT INTO changes (id, from_version, to_version, recorded_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, row.from_version, row.version, now.micros()])?;
    match &row.order {
        Some(order) if order.updated_at >= now.plus_seconds(-RECENT_HOURS * 3600).floor_minute() => {
            recent::record(connection, id, order, &mut moves.minutes)?;
        }
        Some(_) => {}
        None => recent::remove(connection, id, &mut moves.minutes)?,
    }
    for vendor_id in &row.named_vendors {
        connection
            .prepare_cached("INSERT INTO also_named (vendor_id, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![vendor_id.as_str(), id])?;
    }
    Ok(true)
}

fn insert(
    connection: &Connection,
    row: &Prepared,
    now: Instant,
    moves: &mut list_counts::Moves,
) -> std::result::Result<Option<i64>, Fault> {
    static INSERT: LazyLock<String> = LazyLock::new(|| {
        let names = NAMES.join(", ");
        let places = (4..NAMES.len() + 4).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
        format!(
            "INSERT INTO orders (order_id, version, history, {names}) VALUES (?1, ?2, ?3, {places}) \
             ON CONFLICT (order_id) DO NOTHING"
        )
    });
    let (order_id, mut values): (_, Vec<&dyn ToSql>) = (row.order_id.as_str(), Vec::with_capacity(NAMES.len() + 3));
    values.extend([&order_id as &dyn ToSql, &row.version, &row.text]);
    values.extend(row.columns.0.iter().map(|value| value as &dyn ToSql));
    let inserted = connection.prepare_cached(&INSERT)?.execute(values.as_slice())?;
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
    let mut sql = "UPDATE orders SET version = ?3, history = ?4".to_owned();
    let mut values: Vec<&dyn ToSql> = vec![&id, &row.from_version, &row.version, &row.text];
    for column in row.changed.columns() {
        values.push(&row.columns.0[column]);
        // Writing to a String cannot fail.
        let _ = write!(sql, ", {} = ?{}", NAMES[column], values.len());
    }
    sql.push_str(" WHERE id = ?1 AND version = ?2");
    let updated = connection.prepare_cached(&sql)?.execute(values.as_slice())?;
    if updated == 0 {
        return Ok(None);
    }
    if row.changed.is_counted() {
        moves.add(position, list_counts::Position::of(row.order.as_ref(), now));
    }
    Ok(Some(id))
}
