//! Removes what is old. Numbers outlive orders.
//!
//! When an order expires, its contribution is saved as settled, its status leaves the totals next to the lists, and it leaves
//! the levels if it was still open. When a bucket expires, its sums stay in the totals of its scope.

use async_trait::async_trait;
use goody_application::ports::{BucketMove, Expired, Expiry, Housekeeping, Rebuilt, Result, Scope};
use goody_application::retention::{Settlement, settlement};
use goody_domain::{Counter, Counters, Day, History, ReportZone};
use rusqlite::{Connection, params};

use crate::codec::read_row;
use crate::counters::{self, BEFORE_ALL, DELIVERED, key, read_settled_day, write_settled};
use crate::feed::pending;
use crate::list_counts::Position;
use crate::months::Months;
use crate::orders::ORDERS_KEPT_FROM_KEY;
use crate::rebuild::{Purpose, rebuild};
use crate::writer::Weight;
use crate::{Fault, SqliteStore, codec, list_counts, months, recent, schema, terms};

#[async_trait]
impl Housekeeping for SqliteStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let zone = self.zone.clone();
        self.write("removing what is old", Weight::Heavy, move |connection| {
            let orders = expire_orders(connection, expiry, limit, &zone)?;
            let buckets = expire_buckets(connection, expiry.buckets_before, &zone)?;
            let marks = connection
                .prepare_cached("DELETE FROM expired_orders WHERE expired_day < ?1")?
                .execute([expiry.buckets_before.number()])?;
            Ok(Expired { orders, buckets, marks: marks as u64 })
        })
        .await
    }

    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        self.read("reading the oldest order", |connection| {
            let oldest: Option<i32> =
                connection.prepare_cached("SELECT min(keep_day) FROM orders")?.query_row([], |row| row.get(0))?;
            Ok(oldest.map(Day::from_number))
        })
        .await
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        let (scope, zone) = (scope.clone(), self.zone.clone());
        let rules = self.rules.clone();
        self.write("rebuilding the counters of a scope", Weight::Heavy, move |connection| {
            crate::rules::check(connection, &rules)?;
            rebuild(connection, &scope, &zone, Purpose::Check)
        })
        .await
    }
}

fn expire_orders(
    connection: &Connection,
    expiry: Expiry,
    limit: usize,
    zone: &ReportZone,
) -> std::result::Result<u64, Fault> {
    let pending = pending(connection)?;
    let old: Vec<(i64, Day, Position, History)> = {
        let mut statement = connection.prepare_cached(
            "SELECT order_id, history, id, vendor_id, gift_type, status, late, keep_day FROM orders WHERE keep_day < ?1 \
             ORDER BY keep_day LIMIT ?2",
        )?;
        let mut rows = statement.query(params![expiry.orders_before.number(), limit])?;
        let mut old = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(2)?;
            if !pending.contains_key(&id) {
                old.push((id, Day::from_number(row.get(7)?), Position::read(row, 3)?, read_row(row)?));
            }
        }
        old
    };
    if old.is_empty() {
        return Ok(0);
    }
    let kept_from = i64::from(expiry.orders_before.number());
    let known: Option<i64> = schema::meta(connection, ORDERS_KEPT_FROM_KEY)?;
    schema::set_meta(connection, ORDERS_KEPT_FROM_KEY, known.map_or(kept_from, |known| known.max(kept_from)))?;
    let revision = schema::next_revision(connection)?;
    let (mut moves, mut minutes) = (list_counts::Moves::default(), recent::Minutes::default());
    let mut months = Months::new(connection, zone);
    let expired = old.len() as u64;
    for (id, last_day, position, history) in old {
        let Settlement { settled, moved, .. } = settlement(&history, last_day, expiry.order_days, zone);
        for BucketMove { scope, day, entries } in settled {
            let mut bucket = read_settled_day(connection, key(&scope), day)?;
            bucket.add(&entries);
            write_settled(connection, key(&scope), day, &bucket)?;
        }
        for moves in moved.chunk_by(|one, other| one.scope == other.scope) {
            counters::move_scope(connection, moves, expiry.today, revision, &mut months)?;
        }
        minutes.remove(connection, id)?;
        terms::remove(connection, id, &history)?;
        connection.prepare_cached("DELETE FROM orders WHERE id = ?1")?.execute([id])?;
        let batches: String = history.batches().into_iter().map(|batch_id| format!("{batch_id} ")).collect();
        connection
            .prepare_cached(
                "INSERT INTO expired_orders (order_id, expired_day, batches) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(params![history.order_id().as_str(), expiry.today.number(), format!(" {batches}")])?;
        moves.add(position, Position::Absent);
    }
    moves.write(connection)?;
    minutes.write(connection)?;
    Ok(expired)
}

/// Removes the buckets before the first one that has to be kept.
fn expire_buckets(connection: &Connection, before: Day, zone: &ReportZone) -> std::result::Result<u64, Fault> {
    let first_kept: Option<i32> = connection
        .prepare_cached("SELECT min(day) FROM buckets WHERE day >= ?1 OR changed_day >= ?1")?
        .query_row([before.number()], |row| row.get(0))?;
    let first_kept = first_kept.map_or(before, Day::from_number).min(before);
    let gone: Vec<(String, Counters, i64)> = {
        let mut statement = connection.prepare_cached(
            "SELECT book, totals, day, latest_fact, latest_delivery FROM buckets WHERE day < ?1 ORDER BY book, day",
        )?;
        let mut rows = statement.query([first_kept.number()])?;
        let mut gone = Vec::new();
        while let Some(row) = rows.next()? {
            let mut totals = codec::read_counters(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
            let latest: Option<i64> = row.get(3)?;
            let start = zone.start(Day::from_number(row.get(2)?)).micros();
            totals.set(Counter::LatestFact, latest.map_or(0, |latest| start + latest));
            let delivery: Option<i64> = row.get(4)?;
            gone.push((row.get(0)?, totals, delivery.map_or(0, |delivery| start + delivery)));
        }
        gone
    };
    if gone.is_empty() {
        return Ok(0);
    }
    for of_scope in gone.chunk_by(|one, other| one.0 == other.0) {
        let scope = &of_scope[0].0;
        let mut bucket = read_settled_day(connection, scope, BEFORE_ALL)?;
        let mut delivery = bucket.totals[DELIVERED];
        for (_, totals, latest) in of_scope {
            bucket.totals.add_all(totals);
            delivery = delivery.max(*latest);
        }
        bucket.totals.set(DELIVERED, delivery);
        write_settled(connection, scope, BEFORE_ALL, &bucket)?;
    }
    connection.prepare_cached("DELETE FROM buckets WHERE day < ?1")?.execute([first_kept.number()])?;
    connection
        .prepare_cached("DELETE FROM settled WHERE day < ?1 AND day > ?2")?
        .execute(params![first_kept.number(), BEFORE_ALL.number()])?;
    connection.prepare_cached("DELETE FROM day_revisions WHERE day < ?1")?.execute([first_kept.number()])?;
    let sql = "DELETE FROM explanations WHERE raised_at < ?1";
    connection.prepare_cached(sql)?.execute([zone.start(first_kept).micros()])?;
    months::expire(connection, first_kept)?;
    let known = schema::kept_from(connection)?;
    schema::set_meta(
        connection,
        "kept_from",
        i64::from(known.map_or(first_kept, |known| known.max(first_kept)).number()),
    )?;
    Ok(gone.len() as u64)
}
