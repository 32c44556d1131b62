//! A trial: orders as writes would leave them, which are not made. The database is only read.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use goody_application::ports::{Found, OrderWrite, OrderWriter, ReportReader, Result, StoreError};
use goody_domain::{History, Instant, OrderId};
use rusqlite::{Connection, params};

use crate::codec::{read_row, write_history};
use crate::{Fault, SqliteStore};

/// Memory for the pages of the trial's own file, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// The orders that writes would change, in a temporary file that ends with the trial.
#[derive(Clone)]
pub struct Trial {
    database: Option<SqliteStore>,
    changed: Arc<Mutex<Connection>>,
}

impl Trial {
    /// A trial on top of the orders of a database, or of none. Fails if there is no room for temporary files.
    pub fn new(database: Option<SqliteStore>) -> Result<Self> {
        let changed = open().map_err(|error| Fault::from(error).into_store_error("preparing a trial"))?;
        Ok(Self { database, changed: Arc::new(Mutex::new(changed)) })
    }

    /// Orders with events and without a placement, see [`goody_application::ports::ReportStatus::unplaced_orders`].
    pub async fn unplaced_orders(&self) -> Result<i64> {
        let before = match &self.database {
            Some(database) => database.status().await?.unplaced_orders,
            None => 0,
        };
        let sum = "SELECT total(is_unplaced) - total(was_unplaced) FROM orders";
        let more = self.run("counting orders of a trial", move |connection| {
            Ok(connection.query_row(sum, [], |row| row.get::<_, f64>(0))?)
        });
        Ok(before + more.await? as i64)
    }

    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let changed = self.changed.clone();
        let run = move || job(&changed.lock().unwrap_or_else(PoisonError::into_inner));
        let result = tokio::task::spawn_blocking(run).await;
        let result = result.map_err(|error| StoreError::Unavailable { doing, source: error.into() })?;
        result.map_err(|fault| fault.into_store_error(doing))
    }
}

#[async_trait]
impl OrderWriter for Trial {
    async fn load(&self, ids: &[OrderId]) -> Result<Vec<Found>> {
        let wanted = ids.to_vec();
        let changed = self.run("loading orders of a trial", move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT order_id, history FROM orders WHERE order_id = ?1")?;
            let history = |id: &OrderId| {
                let mut rows = statement.query([id.as_str()])?;
                rows.next()?.map(read_row).transpose()
            };
            wanted.iter().map(history).collect::<std::result::Result<Vec<Option<History>>, Fault>>()
        });
        let changed = changed.await?;
        let unchanged = ids.iter().zip(&changed).filter(|(_, changed)| changed.is_none()).map(|(id, _)| id.clone());
        let unchanged = unchanged.collect::<Vec<_>>();
        let mut unchanged = match &self.database {
            Some(database) => database.load(&unchanged).await?,
            None => unchanged.into_iter().map(|id| Found::Known(History::empty(id))).collect(),
        }
        .into_iter();
        Ok(changed.into_iter().filter_map(|changed| changed.map(Found::Known).or_else(|| unchanged.next())).collect())
    }

    async fn save(&self, writes: Vec<OrderWrite>, _: Option<&str>, _: Instant) -> Result<Vec<bool>> {
        self.run("saving orders of a trial", move |connection| {
            let transaction = connection.unchecked_transaction()?;
            let mut statement = transaction.prepare_cached(
                "INSERT INTO orders (order_id, history, is_unplaced, was_unplaced) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT DO UPDATE SET history = excluded.history, is_unplaced = excluded.is_unplaced",
            )?;
            for OrderWrite { history, from_version, .. } in &writes {
                let was_unplaced = *from_version > 0 && history.at_version(*from_version).is_none();
                let is_unplaced = history.order().is_none();
                let id = history.order_id().as_str();
                statement.execute(params![id, write_history(history)?, is_unplaced, was_unplaced])?;
            }
            drop(statement);
            transaction.commit()?;
            Ok(vec![true; writes.len()])
        })
        .await
    }
}

/// An empty path is a file that SQLite removes when it is closed. What fits into the cache is never written.
fn open() -> rusqlite::Result<Connection> {
    let connection = Connection::open("")?;
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.execute_batch(
        "CREATE TABLE orders (order_id TEXT PRIMARY KEY, history TEXT NOT NULL, is_unplaced INTEGER NOT NULL, \
         was_unplaced INTEGER NOT NULL) STRICT",
    )?;
    Ok(connection)
}
