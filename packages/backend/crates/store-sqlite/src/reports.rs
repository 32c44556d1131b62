//! The ports for reports: applies changes to the counters, and reads and saves the reports computed from them.

use async_trait::async_trait;
use goody_application::clock_watch::ClockJump;
use goody_application::ports::{
    ChangeBatch, ChangeLag, ChangesSince, CurrentReport, PastFleet, RECENT_HOURS, ReportReader, ReportStatus,
    ReportWriter, Result, Scope, ScopeQuarters, VendorState,
};
use goody_application::project;
use goody_domain::{AsOf, CounterSeries, Day, Instant, RateCounts, ReportZone, VendorId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::counters::{key, latest_fact, move_scope, quarters, series};
use crate::months::Months;
use crate::orders::last_received;
use crate::schema::kept_from;
use crate::writer::Weight;
use crate::{Fault, SqliteStore, list_counts, past, recent, schema, vendors};

#[async_trait]
impl ReportWriter for SqliteStore {
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool> {
        let today = self.zone.day(now);
        let ChangeBatch { from, to, changes } = batch;
        let moves = project::moves(&changes);
        drop(changes);
        let (rules, zone) = (self.rules.clone(), self.zone.clone());
        let applied = self.write("moving the counters", Weight::Heavy, move |connection| {
            crate::rules::check(connection, &rules)?;
            let checkpoint: i64 = schema::meta(connection, "checkpoint")?.unwrap_or(0);
            if checkpoint != from {
                return Ok((false, moves));
            }
            let revision = schema::next_revision(connection)?;
            let mut months = Months::new(connection, &zone);
            for moves in moves.chunk_by(|one, other| one.scope == other.scope) {
                move_scope(connection, moves, today, revision, &mut months)?;
            }
            connection.prepare_cached("DELETE FROM changes WHERE seq <= ?1")?.execute([to])?;
            schema::set_meta(connection, "checkpoint", to)?;
            Ok((true, moves))
        });
        // The moves are dropped here, so that the thread of the writer has more time to write.
        let (applied, _) = applied.await?;
        Ok(applied)
    }

    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()> {
        const DOING: &str = "saving reports";
        let rows: std::result::Result<Vec<_>, Fault> = reports
            .iter()
            .map(|kept| {
                let body = serde_json::to_string(kept).map_err(|error| Fault::Damaged(error.to_string()))?;
                Ok((kept.report.vendor_id.clone(), kept.revision, kept.unchanged_until.micros(), body))
            })
            .collect();
        let rows = rows.map_err(|fault| fault.into_store_error(DOING))?;
        self.write(DOING, Weight::Light, move |connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO reports (vendor_id, revision, unchanged_until, body) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (vendor_id) DO UPDATE SET revision = excluded.revision, \
                 unchanged_until = excluded.unchanged_until, body = excluded.body \
                 WHERE excluded.revision >= reports.revision",
            )?;
            for (vendor_id, revision, until, body) in rows {
                statement.execute(params![vendor_id.as_str(), revision, until, body])?;
            }
            Ok(())
        })
        .await
    }

    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()> {
        const DOING: &str = "recording overdue orders";
        while self.write(DOING, Weight::Heavy, move |connection| list_counts::mark_overdue(connection, at)).await?
            == list_counts::MARKED_TOGETHER
        {}
        self.write("recording the tick", Weight::Light, move |connection| {
            recent::remove_before(connection, at.plus_seconds(-RECENT_HOURS * 3600))?;
            Ok(record_tick(connection, at, lag)?)
        })
        .await
    }

    async fn note_clock_jump(&self, jump: ClockJump) -> Result<()> {
        self.write("recording a clock jump", Weight::Light, move |connection| record_clock_jump(connection, jump)).await
    }
}

#[async_trait]
impl ReportReader for SqliteStore {
    fn zone(&self) -> &ReportZone {
        &self.zone
    }

    fn revision(&self) -> Option<i64> {
        Some(self.watch.revision())
    }

    async fn all_series(
        &self,
        scopes: &[Scope],
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let (scopes, zone) = (scopes.to_vec(), self.zone.clone());
        self.read("reading buckets", move |connection| {
            let minutes = minutes_from..=minutes_to;
            scopes.iter().map(|scope| series(connection, key(scope), from, minutes.clone(), &zone)).collect()
        })
        .await
    }

    async fn past_series(&self, scopes: &[Scope], from: Day, to: Day) -> Result<Vec<(CounterSeries, i64)>> {
        let (scopes, zone) = (scopes.to_vec(), self.zone.clone());
        self.read("reading the sums of months", move |connection| {
            past::all_series(connection, &scopes, (from, to), &zone)
        })
        .await
    }

    async fn first_day(&self) -> Result<Option<Day>> {
        self.read("reading the first day", |connection| {
            let mut statement = connection
                .prepare_cached("SELECT day FROM buckets WHERE book = '' AND quarters <> x'' ORDER BY day LIMIT 1")?;
            Ok(statement.query_row([], |row| row.get(0)).optional()?.map(Day::from_number))
        })
        .await
    }

    async fn quarters(&self, from: Day, to: Day) -> Result<Vec<ScopeQuarters>> {
        self.read("reading quarters of days", move |connection| quarters(connection, from, to)).await
    }

    async fn window_series(
        &self,
        scopes: &[Scope],
        from: Day,
        to: Day,
        minutes: &[Day],
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let (scopes, minutes, zone) = (scopes.to_vec(), minutes.to_vec(), self.zone.clone());
        self.read("reading the sums of months", move |connection| {
            let mut all_series = past::all_series(connection, &scopes, (from, to), &zone)?;
            for (scope, (series, _)) in scopes.iter().zip(&mut all_series) {
                past::add_minutes(connection, scope, series, &minutes)?;
            }
            Ok(all_series)
        })
        .await
    }

    async fn past_fleet(&self, after: i64, from: Day, to: Day) -> Result<PastFleet> {
        let zone = self.zone.clone();
        self.read("reading the sums of months", move |connection| {
            Ok(PastFleet {
                latest_detection: None,
                vendors: past::vendors(connection, after, (from, to), &zone)?,
                revision: schema::meta(connection, "revision")?.unwrap_or(0),
                status: status(connection, &zone)?,
                kept_from: kept_from(connection)?,
            })
        })
        .await
    }

    async fn rate_counts(&self, vendors: &[VendorId], from: Day, last: AsOf) -> Result<Vec<Vec<RateCounts>>> {
        let vendors = vendors.to_vec();
        self.read("reading the sums of months", move |connection| past::rate_counts(connection, &vendors, from, last))
            .await
    }

    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)> {
        let vendor_id = vendor_id.clone();
        self.read("reading a report", move |connection| {
            let state = states(connection, "vendors.vendor_id = ?1", vendor_id.as_str())?.pop();
            Ok((state, kept_from(connection)?))
        })
        .await
    }

    async fn changes_since(&self, after: i64) -> Result<ChangesSince> {
        let zone = self.zone.clone();
        self.read("reading reports", move |connection| {
            let which = "vendors.vendor_id IN (SELECT vendor_id FROM vendors WHERE revision > ?1 \
                         UNION SELECT book FROM books WHERE revision > ?1)";
            Ok(ChangesSince {
                latest_detection: None,
                vendors: states(connection, which, after)?,
                revision: schema::meta(connection, "revision")?.unwrap_or(0),
                status: status(connection, &zone)?,
                kept_from: kept_from(connection)?,
            })
        })
        .await
    }

    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>> {
        self.read("reading stale reports", move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT books.book FROM books LEFT JOIN reports INDEXED BY reports_at_a_glance \
                 ON reports.vendor_id = books.book WHERE books.book <> '' AND (reports.vendor_id IS NULL OR reports.revision < books.revision \
                 OR reports.unchanged_until <= ?1) LIMIT ?2",
            )?;
            let mut rows = statement.query(params![at.micros(), limit])?;
            let mut stale = Vec::new();
            while let Some(row) = rows.next()? {
                stale.push(VendorId::parse(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?).map_err(Fault::Damaged)?);
            }
            Ok(stale)
        })
        .await
    }

    async fn status(&self) -> Result<ReportStatus> {
        let zone = self.zone.clone();
        self.read("reading the reports' status", move |connection| status(connection, &zone)).await
    }

    async fn clock_jumps(&self) -> Result<Vec<ClockJump>> {
        self.read("reading clock jumps", clock_jumps).await
    }

    async fn kept_from(&self) -> Result<Option<Day>> {
        self.read("reading what has expired", |connection| Ok(kept_from(connection)?)).await
    }
}

/// After how many ticks, one hour, the time of a clock that was set back is accepted.
const TICKS_BACK: i64 = 60;

/// Records a tick. A tick that is earlier than the last one does not replace it, so that the difference stays visible. It does after
/// an hour: the clock was wrong before then.
fn record_tick(connection: &Connection, at: Instant, lag: ChangeLag) -> rusqlite::Result<()> {
    let last: i64 = schema::meta(connection, "rolled_at")?.unwrap_or(0);
    let back: i64 = if at.micros() < last { schema::meta(connection, "ticks_back")?.unwrap_or(0) + 1 } else { 0 };
    schema::set_meta(connection, "ticks_back", back % TICKS_BACK)?;
    if back == 0 || back == TICKS_BACK {
        schema::set_meta(connection, "rolled_at", at.micros())?;
    }
    schema::set_meta(connection, "lag_changes", i64::try_from(lag.changes).unwrap_or(i64::MAX))?;
    schema::set_meta(connection, "lag_oldest", lag.oldest.map_or(0, Instant::micros))
}

fn status(connection: &Connection, zone: &ReportZone) -> std::result::Result<ReportStatus, Fault> {
    let (reports, first_over): (u64, Option<i64>) = connection
        .prepare_cached("SELECT count(*), min(unchanged_until) FROM reports INDEXED BY reports_at_a_glance")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let recorded = |key| Ok::<_, Fault>(schema::meta::<i64>(connection, key)?.filter(|value| *value > 0));
    let instant = |micros: Option<i64>| micros.map(Instant::from_micros);
    Ok(ReportStatus {
        refreshed_at: instant(recorded("rolled_at")?),
        reports,
        first_over: instant(first_over),
        latest_fact: latest_fact(connection, key(&Scope::Fleet), i32::MAX, zone)?,
        lag: ChangeLag {
            changes: recorded("lag_changes")?.and_then(|changes| u64::try_from(changes).ok()).unwrap_or(0),
            oldest: instant(recorded("lag_oldest")?),
        },
        clock_jump: clock_jumps(connection)?.pop(),
        unplaced_orders: list_counts::unplaced_orders(connection)?,
        last_received: last_received(connection)?,
        // Opening the file rebuilds the counters if their rules differ.
        has_other_rules: false,
    })
}

/// The most clock jumps that are stored.
const CLOCK_JUMPS: usize = 1_000;
/// The key of the clock jumps: `from` and `to` in microseconds, one jump on each line.
const CLOCK_JUMPS_KEY: &str = "clock_jumps";

fn clock_jumps(connection: &Connection) -> std::result::Result<Vec<ClockJump>, Fault> {
    let lines: String = schema::meta(connection, CLOCK_JUMPS_KEY)?.unwrap_or_default();
    let jump = |line: &str| {
        let (from, to) = line.split_once(' ')?;
        Some(ClockJump { from: Instant::from_micros(from.parse().ok()?), to: Instant::from_micros(to.parse().ok()?) })
    };
    let damaged = || Fault::Damaged("the list of clock jumps cannot be read".into());
    lines.lines().map(|line| jump(line).ok_or_else(damaged)).collect()
}

fn record_clock_jump(connection: &Connection, jump: ClockJump) -> std::result::Result<(), Fault> {
    let mut jumps = clock_jumps(connection)?;
    jumps.push(jump);
    let kept = &jumps[jumps.len().saturating_sub(CLOCK_JUMPS)..];
    let lines: Vec<String> = kept.iter().map(|jump| format!("{} {}", jump.from.micros(), jump.to.micros())).collect();
    Ok(schema::set_meta(connection, CLOCK_JUMPS_KEY, lines.join("\n"))?)
}

/// Vendors with their saved reports, by id.
fn states(
    connection: &Connection,
    which: &str,
    value: impl rusqlite::ToSql,
) -> std::result::Result<Vec<VendorState>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT vendors.body, reports.body, coalesce(books.revision, 0), vendors.earlier_until FROM vendors \
         LEFT JOIN books ON books.book = vendors.vendor_id LEFT JOIN reports ON reports.vendor_id = vendors.vendor_id \
         WHERE {which} ORDER BY vendors.vendor_id"
    ))?;
    let mut rows = statement.query([value])?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        let kept = row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        states.push(VendorState {
            vendor: vendors::read(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
            earlier_until: row.get::<_, Option<i32>>(3)?.map(Day::from_number),
            kept: kept.map(read_report).transpose()?,
            revision: row.get(2)?,
        });
    }
    Ok(states)
}

pub(crate) fn read_report(body: &str) -> std::result::Result<CurrentReport, Fault> {
    serde_json::from_str(body).map_err(|error| Fault::Damaged(format!("a report cannot be read: {error}")))
}
