//! The terms by which orders are found, written by the transaction that writes the orders.

use std::collections::BTreeMap;

use goody_domain::{History, SearchTerms, TermKind};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::codec::read_row;
use crate::{Fault, schema};

/// How many orders one transaction of [`complete`] reads.
const ORDERS: u64 = 5_000;
/// The last order whose terms are complete, in the table `meta`, while those of later ones may be missing.
const POSITION_KEY: &str = "terms_position";
/// The orders that may have terms in the table. Quotes inside of texts are escaped, so only fields of events have these names.
const MAY_HAVE_TERMS: &str = "(order_id GLOB '*[A-Z]*' OR instr(history, '\"reference\":') OR \
                              instr(history, '\"trackingNumber\":') OR instr(history, '\"parcelId\":'))";

/// The terms of a history at a version that the table has: all but an id that is its own search form.
fn stored_terms(history: &History, version: usize) -> SearchTerms {
    let mut terms = history.terms_at(version);
    terms.retain(|(kind, term)| *kind != TermKind::OrderId || term != history.order_id().as_str());
    terms
}

/// What a write of an order changes in its terms.
#[derive(Debug, Default)]
pub(crate) struct ChangedTerms {
    added: Vec<(TermKind, String)>,
    removed: Vec<(TermKind, String)>,
}

impl ChangedTerms {
    pub(crate) fn new(history: &History, from_version: usize) -> Self {
        let (before, after) = (stored_terms(history, from_version), stored_terms(history, history.version()));
        if before.is_empty() {
            return Self { added: after.into_iter().collect(), removed: Vec::new() };
        }
        Self {
            added: after.difference(&before).cloned().collect(),
            removed: before.difference(&after).cloned().collect(),
        }
    }
}

/// The terms that one transaction writes. They are written in the order of the table.
#[derive(Default)]
pub(crate) struct Moves<'t>(BTreeMap<(TermKind, &'t str, i64), bool>);

impl<'t> Moves<'t> {
    /// The order in this row gets other terms.
    pub(crate) fn add(&mut self, id: i64, changed: &'t ChangedTerms) {
        for (kind, term) in &changed.removed {
            self.0.insert((*kind, term, id), false);
        }
        for (kind, term) in &changed.added {
            self.0.insert((*kind, term, id), true);
        }
    }

    pub(crate) fn write(self, connection: &Connection) -> Result<(), Fault> {
        for ((kind, term, id), is_added) in self.0 {
            if is_added { insert(connection, kind, term, id)? } else { delete(connection, kind, term, id)? }
        }
        Ok(())
    }
}

fn insert(connection: &Connection, kind: TermKind, term: &str, id: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO terms (kind, term, id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![kind as i64, term, id])?;
    Ok(())
}

fn delete(connection: &Connection, kind: TermKind, term: &str, id: i64) -> Result<(), Fault> {
    let sql = "DELETE FROM terms WHERE kind = ?1 AND term = ?2 AND id = ?3";
    connection.prepare_cached(sql)?.execute(params![kind as i64, term, id])?;
    Ok(())
}

/// Removes the terms of an order that expires.
pub(crate) fn remove(connection: &Connection, id: i64, history: &History) -> Result<(), Fault> {
    for (kind, term) in stored_terms(history, history.version()) {
        delete(connection, kind, &term, id)?;
    }
    Ok(())
}

/// Whether the table has the terms of all orders.
pub(crate) fn is_complete(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(schema::meta::<i64>(connection, POSITION_KEY)?.is_none())
}

/// Adds the terms of the orders that an earlier version of the program wrote. It works in short transactions and records its position
/// in each, so that it may be killed at any point: the next program that opens the file continues. `progress` receives how many
/// orders are read, and how many will be.
pub(crate) fn complete(connection: &Connection, progress: &dyn Fn(u64, u64)) -> Result<(), Fault> {
    if is_complete(connection)? {
        return Ok(());
    }
    tracing::info!("the terms by which orders are found are added");
    let orders: u64 = connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))?;
    let position: i64 = schema::meta(connection, POSITION_KEY)?.unwrap_or(0);
    let mut read: u64 =
        connection.query_row("SELECT count(*) FROM orders WHERE id <= ?1", [position], |row| row.get(0))?;
    loop {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let step = step(connection);
        connection.execute_batch(if step.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        let Some(found) = step? else { break };
        read += found;
        progress(read.min(orders), orders);
    }
    tracing::info!("all orders have their terms");
    Ok(())
}

/// Adds the terms of the next orders. Returns their number; `None` after the last.
fn step(connection: &Connection) -> Result<Option<u64>, Fault> {
    let Some(after) = schema::meta::<i64>(connection, POSITION_KEY)? else { return Ok(None) };
    let (found, last): (u64, Option<i64>) = connection.query_row(
        "SELECT count(*), max(id) FROM (SELECT id FROM orders WHERE id > ?1 ORDER BY id LIMIT ?2)",
        params![after, ORDERS],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let Some(last) = last else {
        connection.execute("DELETE FROM meta WHERE key = ?1", [POSITION_KEY])?;
        return Ok(None);
    };
    insert_all(connection, after, last)?;
    schema::set_meta(connection, POSITION_KEY, last)?;
    Ok(Some(found))
}

/// Inserts the terms of the orders after a row, up to another.
fn insert_all(connection: &Connection, after: i64, last: i64) -> Result<(), Fault> {
    let mut terms = Vec::new();
    for_each(connection, (after, last), |id, (kind, term)| terms.push((kind, term, id)))?;
    terms.sort_unstable();
    for (kind, term, id) in terms {
        insert(connection, kind, &term, id)?;
    }
    Ok(())
}

/// Computes the terms of the orders after a row, up to another.
fn for_each(
    connection: &Connection,
    (after, last): (i64, i64),
    mut found: impl FnMut(i64, (TermKind, String)),
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT order_id, history, id FROM orders WHERE id > ?1 AND id <= ?2 AND {MAY_HAVE_TERMS}"
    ))?;
    let mut rows = statement.query([after, last])?;
    while let Some(row) = rows.next()? {
        let (id, history) = (row.get(2)?, read_row(row)?);
        stored_terms(&history, history.version()).into_iter().for_each(|term| found(id, term));
    }
    Ok(())
}

/// The number of terms, and a sum of their hashes: equal sets have equal sums, and different ones almost never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Digits {
    terms: u64,
    sum: u64,
}

impl Digits {
    fn add(&mut self, kind: i64, term: &str, id: i64) {
        let hash = Sha256::new().chain_update(kind.to_le_bytes()).chain_update(id.to_le_bytes()).chain_update(term);
        let hash = hash.finalize();
        let start = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        (self.terms, self.sum) = (self.terms + 1, self.sum.wrapping_add(start));
    }
}

/// Computes all terms again, and replaces those in the table if they differ. Returns how many more or fewer there are, at least 1 if
/// they differ.
pub(crate) fn correct(connection: &Connection) -> Result<u64, Fault> {
    let (mut expected, mut stored) = (Digits::default(), Digits::default());
    for_each(connection, (i64::MIN, i64::MAX), |id, (kind, term)| expected.add(kind as i64, &term, id))?;
    let mut statement = connection.prepare_cached("SELECT kind, term, id FROM terms")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        stored.add(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, row.get(2)?);
    }
    if expected == stored {
        return Ok(0);
    }
    let different = expected.terms.abs_diff(stored.terms).max(1);
    tracing::warn!(different, "the terms by which orders are found differed and were corrected");
    connection.execute("DELETE FROM terms", [])?;
    let mut after = i64::MIN;
    while let Some(last) = connection.query_row(
        "SELECT max(id) FROM (SELECT id FROM orders WHERE id > ?1 ORDER BY id LIMIT ?2)",
        params![after, ORDERS],
        |row| row.get::<_, Option<i64>>(0),
    )? {
        insert_all(connection, after, last)?;
        after = last;
    }
    Ok(different)
}
