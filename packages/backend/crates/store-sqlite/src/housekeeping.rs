//! Forgetting what is old, and checking what is kept.
//!
//! Numbers outlive orders: when an order expires, what it contributed is kept as settled, where it stands is taken out of the
//! totals beside the lists, and it leaves the levels if it was still open. When a bucket expires, its sums go on in its scope's totals.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use goody_application::ports::{BucketMove, Expired, Expiry, Housekeeping, Rebuilt, Result, Scope};
use goody_application::project::moves_of;
use goody_application::retention::{Settlement, settlement};
use goody_domain::{
    Bucket, Counter, Counters, Day, Entry, History, Instant, ReportZone, VendorId, contribution, facts,
};
use rusqlite::{Connection, params};

use crate::connection::Weight;
use crate::counters::{self, key};
use crate::orders::read_row;
use crate::{Fault, SqliteStore, codec, list_counts, recent, schema};

/// The day under which the sums of expired buckets are settled, and their latest fact as an instant: before any other.
const BEFORE_ALL: Day = Day::from_number(-1_000_000);
/// How many days of the fleet's buckets are computed together.
const WINDOW: i32 = 30;

type Buckets = BTreeMap<Day, Bucket>;

#[async_trait]
impl Housekeeping for SqliteStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let zone = self.zone.clone();
        self.write("forgetting what is old", Weight::Heavy, move |connection| {
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
        self.write("rebuilding a book", Weight::Heavy, move |connection| {
            crate::zone::check(connection, &rules)?;
            rebuild(connection, &scope, &zone)
        })
        .await
    }
}

/// Computes one scope anew.
pub(crate) fn rebuild(
    connection: &Connection,
    scope: &Scope,
    zone: &ReportZone,
) -> std::result::Result<Rebuilt, Fault> {
    match scope {
        Scope::Fleet => rebuild_fleet(connection),
        Scope::Vendor(vendor_id) => rebuild_vendor(connection, vendor_id, zone),
    }
}

/// Orders with changes that no bucket reflects yet, each with the version that the buckets do reflect.
fn pending(connection: &Connection) -> std::result::Result<HashMap<i64, usize>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, min(from_version) FROM changes GROUP BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn expire_orders(
    connection: &Connection,
    expiry: Expiry,
    limit: usize,
    zone: &ReportZone,
) -> std::result::Result<u64, Fault> {
    let pending = pending(connection)?;
    let old: Vec<(i64, Day, Option<list_counts::Place>, History)> = {
        let mut statement = connection.prepare_cached(
            "SELECT order_id, history, id, vendor_id, gift_type, status, late, keep_day FROM orders WHERE keep_day < ?1 \
             ORDER BY keep_day LIMIT ?2",
        )?;
        let mut rows = statement.query(params![expiry.orders_before.number(), limit])?;
        let mut old = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(2)?;
            if !pending.contains_key(&id) {
                old.push((id, Day::from_number(row.get(7)?), list_counts::read_place(row, 3)?, read_row(row)?));
            }
        }
        old
    };
    if old.is_empty() {
        return Ok(0);
    }
    let revision = schema::next_revision(connection)?;
    let (mut moves, mut minutes) = (list_counts::Moves::default(), recent::Minutes::default());
    let expired = old.len() as u64;
    for (id, last_day, place, history) in old {
        if let Some(order) = history.order() {
            let settlement = settlement(order, last_day, expiry.order_days, zone);
            settle(connection, settlement, revision, expiry.today, zone)?;
        }
        minutes.leave(connection, id)?;
        connection.prepare_cached("DELETE FROM orders WHERE id = ?1")?.execute([id])?;
        connection
            .prepare_cached(
                "INSERT INTO expired_orders (order_id, expired_day) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![history.order_id().as_str(), expiry.today.number()])?;
        moves.moved(place, None);
    }
    moves.write(connection)?;
    minutes.write(connection)?;
    Ok(expired)
}

/// Keeps what an order contributed, and moves the counters as it leaves.
fn settle(
    connection: &Connection,
    Settlement { order, kept, moved }: Settlement,
    revision: i64,
    today: Day,
    zone: &ReportZone,
) -> std::result::Result<(), Fault> {
    let own = &order.placement.vendor_id;
    let mut settled: BTreeMap<(&str, Day), Vec<Entry>> = BTreeMap::new();
    for entry in kept {
        settled.entry((own.as_str(), entry.day)).or_default().push(entry);
    }
    for vendor_id in &order.named_vendors {
        for entry in facts(&order, zone) {
            settled.entry((vendor_id.as_str(), entry.day)).or_default().push(entry);
        }
    }
    for ((scope, day), entries) in settled {
        let mut bucket = read_settled_day(connection, scope, day)?;
        bucket.add(&entries);
        write_settled(connection, scope, day, &bucket)?;
    }
    for scope in [Scope::Vendor(own.clone()), Scope::Fleet] {
        let moves: Vec<BucketMove> = moves_of(scope, &moved).collect();
        counters::move_scope(connection, &moves, today, revision)?;
    }
    Ok(())
}

/// Forgets the buckets before the first one that has to be kept.
fn expire_buckets(connection: &Connection, before: Day, zone: &ReportZone) -> std::result::Result<u64, Fault> {
    let first_kept: Option<i32> = connection
        .prepare_cached("SELECT min(day) FROM buckets WHERE day >= ?1 OR changed_day >= ?1")?
        .query_row([before.number()], |row| row.get(0))?;
    let first_kept = first_kept.map_or(before, Day::from_number).min(before);
    let gone: Vec<(String, Counters)> = {
        let mut statement = connection
            .prepare_cached("SELECT book, totals, day, latest_fact FROM buckets WHERE day < ?1 ORDER BY book, day")?;
        let mut rows = statement.query([first_kept.number()])?;
        let mut gone = Vec::new();
        while let Some(row) = rows.next()? {
            let mut totals = codec::read_counters(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
            let latest: Option<i64> = row.get(3)?;
            let start = zone.start(Day::from_number(row.get(2)?)).micros();
            totals[Counter::LatestFact] = latest.map_or(0, |latest| start + latest);
            gone.push((row.get(0)?, totals));
        }
        gone
    };
    if gone.is_empty() {
        return Ok(0);
    }
    for of_scope in gone.chunk_by(|one, other| one.0 == other.0) {
        let scope = &of_scope[0].0;
        let mut bucket = read_settled_day(connection, scope, BEFORE_ALL)?;
        of_scope.iter().for_each(|(_, totals)| bucket.totals.add_all(totals));
        write_settled(connection, scope, BEFORE_ALL, &bucket)?;
    }
    connection.prepare_cached("DELETE FROM buckets WHERE day < ?1")?.execute([first_kept.number()])?;
    connection
        .prepare_cached("DELETE FROM settled WHERE day < ?1 AND day > ?2")?
        .execute(params![first_kept.number(), BEFORE_ALL.number()])?;
    let known = counters::kept_from(connection)?;
    schema::set_meta(
        connection,
        "kept_from",
        i64::from(known.map_or(first_kept, |known| known.max(first_kept)).number()),
    )?;
    Ok(gone.len() as u64)
}

/// The latest fact told in a scope's buckets that have expired.
pub(crate) fn latest_expired_fact(connection: &Connection, scope: &str) -> std::result::Result<Option<Instant>, Fault> {
    let latest = read_settled_day(connection, scope, BEFORE_ALL)?.totals[Counter::LatestFact];
    Ok((latest > 0).then(|| Instant::from_micros(latest)))
}

fn read_settled_day(connection: &Connection, scope: &str, day: Day) -> std::result::Result<Bucket, Fault> {
    Ok(read_settled(connection, scope, day, day)?.remove(&day).unwrap_or_default())
}

fn read_settled(connection: &Connection, scope: &str, from: Day, to: Day) -> std::result::Result<Buckets, Fault> {
    read_buckets(
        connection,
        "SELECT day, totals, minutes FROM settled WHERE book = ?1 AND day BETWEEN ?2 AND ?3",
        scope,
        from,
        to,
    )
}

fn write_settled(connection: &Connection, scope: &str, day: Day, bucket: &Bucket) -> std::result::Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO settled (book, day, totals, minutes) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (book, day) DO UPDATE SET totals = excluded.totals, minutes = excluded.minutes",
        )?
        .execute(params![
            scope,
            day.number(),
            codec::write_counters(&bucket.totals),
            codec::write_minutes(&bucket.minutes)
        ])?;
    Ok(())
}

fn read_buckets(
    connection: &Connection,
    sql: &str,
    scope: &str,
    from: Day,
    to: Day,
) -> std::result::Result<Buckets, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![scope, from.number(), to.number()])?;
    let mut buckets = Buckets::new();
    while let Some(row) = rows.next()? {
        let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        buckets.insert(Day::from_number(row.get(0)?), codec::read_bucket(blob(1)?, blob(2)?)?);
    }
    Ok(buckets)
}

const STORED: &str = "SELECT day, totals, minutes FROM buckets WHERE book = ?1 AND day BETWEEN ?2 AND ?3";
const FAR: Day = Day::from_number(i32::MAX);

fn rebuild_vendor(
    connection: &Connection,
    vendor_id: &VendorId,
    zone: &ReportZone,
) -> std::result::Result<Rebuilt, Fault> {
    let scope = vendor_id.as_str();
    let first = counters::kept_from(connection)?.unwrap_or(BEFORE_ALL.plus(1));
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    let pending = pending(connection)?;
    for sql in [
        "SELECT order_id, history, id FROM orders INDEXED BY orders_by_vendor WHERE vendor_id = ?1",
        "SELECT order_id, history, orders.id FROM also_named JOIN orders ON orders.id = also_named.id \
         WHERE also_named.vendor_id = ?1 AND orders.vendor_id <> ?1",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([scope])?;
        while let Some(row) = rows.next()? {
            let (id, history): (i64, History) = (row.get(2)?, read_row(row)?);
            let version = pending.get(&id).copied().unwrap_or(history.version());
            let Some(order) = history.at_version(version) else { continue };
            let own = if order.placement.vendor_id == *vendor_id { contribution(&order, zone) } else { Vec::new() };
            let told = order.named_vendors.contains(vendor_id).then(|| facts(&order, zone));
            for entry in own.into_iter().chain(told.into_iter().flatten()) {
                entries.entry(entry.day).or_default().push(entry);
            }
        }
    }
    let mut should = read_settled(connection, scope, first, FAR)?;
    for (day, entries) in entries.into_iter().filter(|(day, _)| *day >= first) {
        should.entry(day).or_default().add(&entries);
    }
    let stored = read_buckets(connection, STORED, scope, first, FAR)?;
    let different = put_right(connection, scope, &stored, &should)?;
    let buckets = should.len() as u64;
    let totals_differ =
        put_totals_right(connection, scope, should.values().map(|bucket| bucket.totals), different > 0)?;
    Ok(Rebuilt { buckets, different: different + u64::from(totals_differ) })
}

fn rebuild_fleet(connection: &Connection) -> std::result::Result<Rebuilt, Fault> {
    let (least, greatest): (Option<i32>, Option<i32>) = connection
        .prepare_cached("SELECT min(day), max(day) FROM buckets")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let miscounted = list_counts::TALLY.put_right(connection)? + recent::TALLY.put_right(connection)?;
    let mut rebuilt = Rebuilt { different: miscounted, ..Rebuilt::default() };
    let (Some(least), Some(greatest)) = (least, greatest) else { return Ok(rebuilt) };
    let first = counters::kept_from(connection)?.map_or(least, Day::number).max(least);
    let mut totals = Vec::new();
    for start in (first..=greatest).step_by(WINDOW as usize) {
        let (from, to) = (Day::from_number(start), Day::from_number((start + WINDOW - 1).min(greatest)));
        let should = sum_of_vendors(connection, from, to)?;
        let stored = read_buckets(connection, STORED, key(&Scope::Fleet), from, to)?;
        rebuilt.buckets += should.len() as u64;
        rebuilt.different += put_right(connection, key(&Scope::Fleet), &stored, &should)?;
        totals.extend(should.values().map(|bucket| bucket.totals));
    }
    let changed = rebuilt.different > 0;
    rebuilt.different += u64::from(put_totals_right(connection, key(&Scope::Fleet), totals.into_iter(), changed)?);
    Ok(rebuilt)
}

fn sum_of_vendors(connection: &Connection, from: Day, to: Day) -> std::result::Result<Buckets, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT day, totals, minutes FROM buckets WHERE book <> '' AND day BETWEEN ?1 AND ?2")?;
    let mut rows = statement.query(params![from.number(), to.number()])?;
    let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let day = Day::from_number(row.get(0)?);
        let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        let bucket = codec::read_bucket(blob(1)?, blob(2)?)?;
        let entries = entries.entry(day).or_default();
        let by_minute =
            bucket.minutes.iter().map(|of| Entry { day, minute: of.minute, counter: of.counter, amount: of.amount });
        entries.extend(by_minute);
        let by_day = bucket.totals.entries().filter(|(counter, _)| matches!(counter, Counter::InStatus(_)));
        entries.extend(by_day.map(|(counter, amount)| Entry { day, minute: 0, counter, amount }));
    }
    let summed = |(day, entries): (Day, Vec<Entry>)| {
        let mut bucket = Bucket::default();
        bucket.add(&entries);
        (day, bucket)
    };
    Ok(entries.into_iter().map(summed).collect())
}

/// Writes every bucket that is not as it should be; says how many were not. An empty bucket and none are the same.
fn put_right(
    connection: &Connection,
    scope: &str,
    stored: &Buckets,
    should: &Buckets,
) -> std::result::Result<u64, Fault> {
    let empty = Bucket::default();
    let mut different = 0;
    let days: std::collections::BTreeSet<Day> = stored.keys().chain(should.keys()).copied().collect();
    for day in days {
        let (is, ought) = (stored.get(&day).unwrap_or(&empty), should.get(&day).unwrap_or(&empty));
        if is != ought {
            different += 1;
            tracing::warn!(scope, %day, "a bucket was not as it should be");
            counters::write_bucket(connection, scope, day, ought, day)?;
        }
    }
    Ok(different)
}

/// Writes a scope's totals if they are not the sum of its buckets; says whether they were not.
///
/// `kept` are the buckets that could be computed. Those of expired days, which late facts may have opened anew, are final.
fn put_totals_right(
    connection: &Connection,
    scope: &str,
    kept: impl Iterator<Item = Counters>,
    changed: bool,
) -> std::result::Result<bool, Fault> {
    let mut should = read_settled_day(connection, scope, BEFORE_ALL)?.totals;
    should[Counter::LatestFact] = 0;
    kept.for_each(|totals| should.add_all(&totals));
    if let Some(first) = counters::kept_from(connection)? {
        let late = read_buckets(connection, STORED, scope, BEFORE_ALL, first.plus(-1))?;
        late.values().for_each(|bucket| should.add_all(&bucket.totals));
    }
    let stored = counters::read_totals(connection, scope)?.1;
    if stored != should || changed {
        let revision = schema::next_revision(connection)?;
        counters::write_totals(connection, scope, revision, &should)?;
    }
    Ok(stored != should)
}
