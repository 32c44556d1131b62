//! The ceiling of ingest: the same rows written directly with SQL, into the same table with the same indexes.
//!
//! Like ingest, it writes every order of a batch once, with its state after the batch. There is no fold, no change feed and no
//! projection: a small separate store creates the rows outside of the timed part, so that they always have the store's format.

use std::path::Path;
use std::time::{Duration, Instant};

use goody_application::ports::{OrderWrite, OrderWriter};
use goody_domain::{History, OrderEvent};
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use goody_testkit::batch;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tokio::runtime::Runtime;

use crate::Failure;
use crate::generator::{BATCH, Generator, last_events};
use crate::process::own_processor_seconds;

/// The columns that never change after the placement: an update does not touch the indexes on these columns alone.
const IMMUTABLE_COLUMNS: [&str; 6] = ["order_id", "vendor_id", "gift_type", "created_at", "promise_at", "keep_day"];

/// The result of the direct writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawWrites {
    /// The number of events that the rows reflect.
    pub events: u64,
    /// The number of written rows: an order counts once for each batch that contains it.
    pub rows: u64,
    /// The duration of the writes, until they are durable.
    pub seconds: f64,
    /// The duration of the batches from `tail` on.
    pub tail_seconds: f64,
    /// The processor time of the writes, in seconds.
    pub processor_seconds: f64,
}

/// Writes the rows of every event to a new file. `tail` is the number of batches before the last part, which is also timed
/// alone.
pub fn write(generator: &Generator, file: &Path, scratch: &Path, tail: usize) -> Result<RawWrites, Failure> {
    let mut builder = RowBuilder::open(scratch)?;
    let mut raw = RawFile::create(file, &builder.connection)?;
    let mut writes = RawWrites::default();
    let mut events = generator.events().peekable();
    let mut stopwatch = Stopwatch::default();
    let mut batches = 0;
    while events.peek().is_some() {
        let batch: Vec<OrderEvent> = events.by_ref().take(BATCH).collect();
        let rows = builder.rows(generator, &batch)?;
        writes.events += batch.len() as u64;
        writes.rows += rows.len() as u64;
        stopwatch.time(batches >= tail, || raw.write(rows))?;
        batches += 1;
    }
    stopwatch.time(true, || raw.finish())?;
    let Stopwatch { all, tail, processor_seconds } = stopwatch;
    Ok(RawWrites { seconds: all.as_secs_f64(), tail_seconds: tail.as_secs_f64(), processor_seconds, ..writes })
}

/// Adds up the durations and the processor time.
#[derive(Default)]
struct Stopwatch {
    all: Duration,
    tail: Duration,
    processor_seconds: f64,
}

impl Stopwatch {
    fn time(&mut self, is_tail: bool, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let (started, before) = (Instant::now(), own_processor_seconds().unwrap_or_default());
        work()?;
        let latency = started.elapsed();
        self.all += latency;
        self.tail += if is_tail { latency } else { Duration::ZERO };
        self.processor_seconds += own_processor_seconds().unwrap_or_default() - before;
        Ok(())
    }
}

/// Creates rows: saves each batch to a store, reads its rows and deletes them.
struct RowBuilder {
    store: SqliteStore,
    connection: Connection,
    runtime: Runtime,
    columns: Vec<String>,
}

impl RowBuilder {
    fn open(scratch: &Path) -> Result<Self, Failure> {
        let settings =
            Settings { durability: Durability::AtCheckpoint, ..Settings::new(goody_testkit::ManualClock::today()) };
        let store = SqliteStore::open(scratch, settings)?;
        let connection = Connection::open(scratch)?;
        connection.pragma_update(None, "foreign_keys", false)?;
        let columns = columns(&connection)?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { store, connection, runtime, columns })
    }

    /// The row of every order of the batch after that batch, sorted by the first event of the orders.
    fn rows(&mut self, generator: &Generator, events: &[OrderEvent]) -> Result<Vec<Vec<Value>>, Failure> {
        let now = generator.now();
        let orders = last_events(events);
        // As long as the id of an import.
        let batch = batch("0123456789012345678901");
        let mut writes = Vec::with_capacity(orders.len());
        for (order_id, last) in &orders {
            let events =
                generator.events_until(order_id, last).ok_or("the generator does not know an order of the batch")?;
            let mut history = History::empty((*order_id).clone());
            for event in events {
                history.record(event, &batch.id, now);
            }
            writes.push(OrderWrite { history, from_version: 0, unknown_vendors: Vec::new() });
        }
        self.runtime.block_on(self.store.save(writes, None, now))?;

        let columns = self.columns.join(", ");
        let mut statement = self.connection.prepare_cached(&format!("SELECT {columns} FROM orders ORDER BY id"))?;
        let read = |row: &rusqlite::Row<'_>| (0..self.columns.len()).map(|column| row.get(column)).collect();
        let rows = statement.query_map([], read)?.collect::<rusqlite::Result<Vec<Vec<Value>>>>()?;
        if rows.len() != orders.len() {
            return Err(format!("{} orders were saved as {} rows", orders.len(), rows.len()).into());
        }
        self.empty()?;
        Ok(rows)
    }

    fn empty(&self) -> Result<(), Failure> {
        let tables =
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'meta'";
        let mut statement = self.connection.prepare_cached(tables)?;
        let tables = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        let deletes = tables.iter().map(|table| format!("DELETE FROM {table};")).collect::<String>();
        self.connection.execute_batch(&format!("BEGIN IMMEDIATE; {deletes} COMMIT"))?;
        Ok(())
    }
}

/// The columns to write: all except the row id.
fn columns(connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_info('orders') WHERE name <> 'id' ORDER BY cid")?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    if names.iter().any(|name| name == "order_id") { Ok(names) } else { Err("the orders table has no order_id".into()) }
}

/// A database with only the orders table.
struct RawFile {
    connection: Connection,
    upsert: String,
}

impl RawFile {
    /// A new file with the pragmas of an import, and the orders table and indexes of `template`.
    fn create(file: &Path, template: &Connection) -> Result<Self, Failure> {
        let connection = Connection::open(file)?;
        let page_size: i64 = template.pragma_query_value(None, "page_size", |row| row.get(0))?;
        connection.pragma_update(None, "page_size", page_size)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "wal_autocheckpoint", 64_000)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "cache_size", -256 * 1_024)?;
        let mut scripts =
            template.prepare("SELECT sql FROM sqlite_master WHERE tbl_name = 'orders' AND sql IS NOT NULL")?;
        for script in scripts.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()? {
            connection.execute_batch(&script)?;
        }
        let columns = columns(template)?;
        let parameters = (1..=columns.len()).map(|number| format!("?{number}")).collect::<Vec<_>>();
        let mutable = columns.iter().filter(|column| !IMMUTABLE_COLUMNS.contains(&column.as_str()));
        let changes = mutable.map(|column| format!("{column} = excluded.{column}")).collect::<Vec<_>>();
        let upsert = format!(
            "INSERT INTO orders ({}) VALUES ({}) ON CONFLICT (order_id) DO UPDATE SET {}",
            columns.join(", "),
            parameters.join(", "),
            changes.join(", ")
        );
        Ok(Self { connection, upsert })
    }

    fn write(&mut self, rows: Vec<Vec<Value>>) -> Result<(), Failure> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut statement = transaction.prepare_cached(&self.upsert)?;
            for row in rows {
                statement.execute(params_from_iter(row))?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Checksums that are equal in two files with the same orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// The number of rows.
    pub orders: i64,
    /// The sum of all versions: the number of events.
    pub versions: i64,
    /// The sum of all status codes.
    pub statuses: i64,
    /// A sum of the times of placement, promise and completion.
    pub times: i64,
    /// The total size of all histories, in bytes.
    pub history_bytes: i64,
}

/// Computes the checksums of a file.
pub fn content(file: &Path) -> Result<Content, Failure> {
    let sums = "SELECT count(*), total(version), total(status), \
                total(created_at / 1000000 % 86413 + promise_at / 1000000 % 86413 + ifnull(completed_at, 0) / 1000000 % 86413), \
                total(length(history)) FROM orders";
    let connection = Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let integer = |row: &rusqlite::Row<'_>, column| row.get::<_, f64>(column).map(|sum| sum as i64);
    Ok(connection.query_row(sums, [], |row| {
        Ok(Content {
            orders: row.get(0)?,
            versions: integer(row, 1)?,
            statuses: integer(row, 2)?,
            times: integer(row, 3)?,
            history_bytes: integer(row, 4)?,
        })
    })?)
}
