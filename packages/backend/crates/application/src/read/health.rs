//! Health: checks every dependency with a real call, and measures how far the reports are behind.

use std::sync::Arc;

use goody_domain::{ActiveStatus, Counter, Day, Instant, Minute, ReportZone};

use crate::clock_watch::ClockJump;
use crate::ports::{
    ChangeFeed, ChangeLag, Clock, OrderReader, ReportReader, ReportStatus, Scope, StoreError, StoreHealth, StoreProblem,
};

/// The age of the oldest change, in seconds, above which the change feed is degraded, and above which it is unhealthy.
const LAG_SECONDS: (f64, f64) = (30.0, 600.0);
/// The time since the last tick, in seconds, above which the timer is degraded, and above which it is unhealthy.
const SILENCE_SECONDS: (f64, f64) = (120.0, 900.0);
/// The time since a stored report became invalid, in seconds, above which the reports are degraded.
const OUTDATED_SECONDS: f64 = 120.0;
/// How far in the future the last tick can be, in seconds, before the timer is degraded: the clocks of servers differ a little.
const AHEAD_SECONDS: f64 = 5.0;
/// How long a clock jump is reported, in seconds.
const JUMP_SECONDS: f64 = 3_600.0;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Works.
    Healthy,
    /// Works, but needs attention.
    Degraded,
    /// Does not work.
    Unhealthy,
}

/// A check of one dependency.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its result.
    pub verdict: Verdict,
    /// What was measured, for operators.
    pub detail: String,
    /// How long the response took, in seconds.
    pub seconds: f64,
}

/// The health of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Whether the order store answers a read, and the results of its latest reads and writes.
    pub order_store: Check,
    /// How far the buckets are behind the orders.
    pub change_feed: Check,
    /// Whether the stored reports are current.
    pub reports: Check,
    /// When the timer last ticked.
    pub scheduler: Check,
    /// When the latest fact occurred.
    pub last_order_update: Option<Instant>,
    /// When the timer last updated the reports.
    pub last_report_update: Option<Instant>,
    /// The number of stored reports; `None` if the read failed.
    pub report_count: Option<u64>,
    /// How far the buckets are behind the orders; `None` if the read failed.
    pub lag: Option<ChangeLag>,
    /// What is missing among the events.
    pub gaps: Gaps,
    /// The number of writes in the queue.
    pub writes_waiting: u64,
    /// When the checks ran.
    pub at: Instant,
}

impl Health {
    /// The four checks, each with its name.
    pub fn checks(&self) -> [(&'static str, &Check); 4] {
        [
            ("order store", &self.order_store),
            ("change feed", &self.change_feed),
            ("reports", &self.reports),
            ("scheduler", &self.scheduler),
        ]
    }

    /// The worst result of the checks.
    pub fn verdict(&self) -> Verdict {
        self.checks().map(|(_, check)| check.verdict).into_iter().fold(self.gaps.verdict(), Ord::max)
    }

    /// The name and the detail of each check that is not healthy, and what is missing.
    pub fn issues(&self) -> Vec<String> {
        let issues = issues(self.checks().map(|(name, check)| (name, check.verdict, check.detail.as_str())));
        issues.into_iter().chain(self.gaps.issues(self.at)).collect()
    }

    /// Whole minutes since the latest fact occurred.
    pub fn minutes_since_last_update(&self) -> Option<i64> {
        minutes_since(self.last_order_update, self.at)
    }
}

/// What is missing among the events that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Orders with events and without a placement.
    pub unplaced_orders: i64,
    /// When the latest event occurred, if that is longer ago than the program is set to accept.
    pub silent_since: Option<Instant>,
    /// The source of the events that came in last, if it is known.
    pub last_source: Option<String>,
}

impl Gaps {
    /// The gaps at an instant. If the latest event occurred more than `silence_hours` before, there is a silence; 0 accepts any. The
    /// time of the events counts, not that of their import: a file of last month is no news.
    pub fn of(status: &ReportStatus, silence_hours: u32, at: Instant) -> Self {
        let longest = f64::from(silence_hours) * 3_600.0;
        let is_silent = |latest: &Instant| silence_hours > 0 && at.seconds_since(*latest) > longest;
        Self {
            unplaced_orders: status.unplaced_orders,
            silent_since: status.latest_fact.filter(is_silent),
            last_source: status.last_received.as_ref().map(|last| last.source.clone()),
        }
    }

    /// A silence is degraded. Orders often lack a placement for a while, so these need only attention.
    pub fn verdict(&self) -> Verdict {
        if self.silent_since.is_some() { Verdict::Degraded } else { Verdict::Healthy }
    }

    /// The gaps at an instant, one sentence each.
    pub fn issues(&self, at: Instant) -> Vec<String> {
        let silence = self.silent_since.map(|latest| {
            let hours = (at.seconds_since(latest) / 3_600.0).floor();
            let time =
                if hours < 48.0 { format!("{hours:.0} hours") } else { format!("{:.0} days", (hours / 24.0).floor()) };
            let source = self.last_source.as_ref().map_or_else(String::new, |source| format!(" (from {source})"));
            format!("events: nothing has come in for {time}: the latest event is of {latest}{source}")
        });
        let unplaced = match self.unplaced_orders {
            0 => None,
            1 => Some(
                "events: 1 order has events and no placement; it counts nowhere until its PLACED event comes".into(),
            ),
            orders => Some(format!(
                "events: {orders} orders have events and no placement; they count nowhere until their PLACED events come"
            )),
        };
        silence.into_iter().chain(unplaced).collect()
    }
}

/// The health of the program by the records of the last tick and of the latest reads and writes. They are read together with the
/// reports, so that this health needs no call of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedHealth {
    results: [(&'static str, Verdict, String); 4],
    /// What is missing among the events.
    pub gaps: Gaps,
    latest_fact: Option<Instant>,
    at: Instant,
}

impl RecordedHealth {
    /// The health at an instant, by the status of the reports and the problem of the store. See [`Gaps::of`] for `silence_hours`.
    pub fn of(status: &ReportStatus, problem: Option<&StoreProblem>, silence_hours: u32, at: Instant) -> Self {
        let named = |name, (verdict, detail)| (name, verdict, detail);
        let results = [
            named("order store", problem.map_or_else(|| healthy("answers"), judge_problem)),
            // The lag is of the last tick, so its age counts to that tick. If changes still wait, the next tick records it.
            named("change feed", judge_lag(&status.lag, status.refreshed_at.unwrap_or(at))),
            named("reports", judge_reports(status, at)),
            named("scheduler", judge_timer(status, at)),
        ];
        Self { results, gaps: Gaps::of(status, silence_hours, at), latest_fact: status.latest_fact, at }
    }

    /// The worst result.
    pub fn verdict(&self) -> Verdict {
        self.results.iter().map(|(_, verdict, _)| *verdict).fold(self.gaps.verdict(), Ord::max)
    }

    /// The name and the detail of each result that is not healthy, and what is missing.
    pub fn issues(&self) -> Vec<String> {
        let issues = issues(self.results.iter().map(|(name, verdict, detail)| (*name, *verdict, detail.as_str())));
        issues.into_iter().chain(self.gaps.issues(self.at)).collect()
    }

    /// Whole minutes since the latest fact occurred.
    pub fn minutes_since_last_update(&self) -> Option<i64> {
        minutes_since(self.latest_fact, self.at)
    }
}

fn issues<'a>(results: impl IntoIterator<Item = (&'static str, Verdict, &'a str)>) -> Vec<String> {
    let not_healthy = results.into_iter().filter(|(_, verdict, _)| *verdict != Verdict::Healthy);
    not_healthy.map(|(name, _, detail)| format!("{name}: {detail}")).collect()
}

fn minutes_since(latest: Option<Instant>, at: Instant) -> Option<i64> {
    latest.map(|latest| (at.seconds_since(latest) / 60.0).floor().max(0.0) as i64)
}

/// Checks the dependencies of the program.
pub struct HealthReader {
    orders: Arc<dyn OrderReader>,
    feed: Arc<dyn ChangeFeed>,
    reports: Arc<dyn ReportReader>,
    clock: Arc<dyn Clock>,
    silence_hours: u32,
}

impl HealthReader {
    /// Checks these stores and this clock. See [`Gaps::of`] for `silence_hours`.
    pub fn new(
        orders: Arc<dyn OrderReader>,
        feed: Arc<dyn ChangeFeed>,
        reports: Arc<dyn ReportReader>,
        clock: Arc<dyn Clock>,
        silence_hours: u32,
    ) -> Self {
        Self { orders, feed, reports, clock, silence_hours }
    }

    /// Runs the checks now.
    pub async fn health(&self) -> Health {
        self.orders.probe().await;
        let at = self.clock.now();
        let ((mut order_store, _), (change_feed, lag), (reports, status)) = tokio::join!(
            self.timed(self.orders.all(None, 1), |_| healthy("answers")),
            self.timed(self.feed.lag(), |lag| judge_lag(lag, at)),
            self.timed(self.reports.status(), |status| judge_reports(status, at)),
        );
        let store_health = self.orders.store_health_now();
        // A problem that only needs attention does not hide a store that does not answer.
        let problem = store_health.problem.as_ref().map(judge_problem);
        if let Some((verdict, detail)) = problem.filter(|(verdict, _)| *verdict >= order_store.verdict) {
            (order_store.verdict, order_store.detail) = (verdict, detail);
        }
        let scheduler = match &status {
            Some(status) => {
                let (verdict, detail) = judge_timer(status, at);
                Check { verdict, detail: with_standby(detail, &store_health), seconds: reports.seconds }
            }
            None => reports.clone(),
        };
        let report_count = status.as_ref().map(|status| status.reports);
        let status = status.unwrap_or_default();
        Health {
            order_store,
            change_feed,
            reports,
            scheduler,
            last_order_update: status.latest_fact,
            last_report_update: status.refreshed_at,
            report_count,
            lag,
            gaps: Gaps::of(&status, self.silence_hours, at),
            writes_waiting: store_health.waiting,
            at,
        }
    }

    /// Measures a call, and judges its result.
    async fn timed<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
        judge: impl FnOnce(&T) -> (Verdict, String),
    ) -> (Check, Option<T>) {
        let started = self.clock.now();
        let result = call.await;
        let seconds = self.clock.now().seconds_since(started);
        match result {
            Ok(value) => {
                let (verdict, detail) = judge(&value);
                (Check { verdict, detail, seconds }, Some(value))
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a health check failed");
                (Check { verdict: Verdict::Unhealthy, detail: "does not answer".into(), seconds }, None)
            }
        }
    }

    /// How many orders were placed in the 24 hours before the start of the current minute.
    pub async fn orders_last_24h(&self) -> Result<i64, StoreError> {
        let (at, zone) = (self.clock.now(), self.reports.zone());
        let today = zone.day(at);
        // After a day of 23 hours, 24 hours reach back into the day before yesterday.
        let (series, _) = self.reports.series(&Scope::Fleet, today.plus(-2), today.plus(-2), today).await?;
        let (until, since) = (at.floor_minute(), at.floor_minute().plus_seconds(-86_400));
        let placed = series.buckets.iter().flat_map(|(day, bucket)| {
            bucket.minutes.iter().filter(move |entry| {
                entry.counter == Counter::Entered(ActiveStatus::Placed)
                    && (since..until).contains(&minute_start(zone, *day, entry.minute))
            })
        });
        Ok(placed.map(|entry| entry.amount).sum())
    }
}

fn minute_start(zone: &ReportZone, day: Day, minute: Minute) -> Instant {
    zone.start(day).plus_seconds(i64::from(minute) * 60)
}

fn healthy(detail: &str) -> (Verdict, String) {
    (Verdict::Healthy, detail.into())
}

fn verdict(seconds: f64, (degraded, unhealthy): (f64, f64)) -> Verdict {
    match seconds {
        seconds if seconds > unhealthy => Verdict::Unhealthy,
        seconds if seconds > degraded => Verdict::Degraded,
        _ => Verdict::Healthy,
    }
}

fn judge_problem(problem: &StoreProblem) -> (Verdict, String) {
    let verdict = if problem.stops { Verdict::Unhealthy } else { Verdict::Degraded };
    (verdict, format!("{} (since {:.0} s)", problem.message, problem.seconds))
}

fn judge_lag(lag: &ChangeLag, at: Instant) -> (Verdict, String) {
    match lag.oldest {
        None => healthy("every change is in the reports"),
        Some(oldest) => {
            let seconds = at.seconds_since(oldest).max(0.0);
            (verdict(seconds, LAG_SECONDS), format!("{} changes wait, the oldest for {seconds:.0} s", lag.changes))
        }
    }
}

fn judge_reports(status: &ReportStatus, at: Instant) -> (Verdict, String) {
    if status.has_other_rules {
        let detail =
            "the counters follow other time zone rules than this program, and are not updated until they are rebuilt";
        return (Verdict::Unhealthy, detail.into());
    }
    match status.first_over.map(|over| at.seconds_since(over)) {
        Some(seconds) if seconds > OUTDATED_SECONDS => (
            Verdict::Degraded,
            format!("a stored report has been out of date for {seconds:.0} s; responses compute it from the counters"),
        ),
        _ => healthy("every report is current"),
    }
}

fn judge_timer(status: &ReportStatus, at: Instant) -> (Verdict, String) {
    match status.refreshed_at {
        None => (Verdict::Degraded, "the timer has not ticked yet".into()),
        Some(refreshed_at) => match at.seconds_since(refreshed_at) {
            seconds if seconds < -AHEAD_SECONDS => {
                let ahead = -seconds;
                (
                    Verdict::Degraded,
                    format!(
                        "the clock was set back: the last tick of the timer is {ahead:.0} s in the future. If the clock is wrong, \
                         correct it: until then, events more than 5 minutes ahead of it are refused"
                    ),
                )
            }
            seconds => {
                let seconds = seconds.max(0.0);
                let (verdict, detail) =
                    (verdict(seconds, SILENCE_SECONDS), format!("the timer ticked {seconds:.0} s ago"));
                match status.clock_jump.filter(|jump| (0.0..JUMP_SECONDS).contains(&at.seconds_since(jump.to))) {
                    Some(jump) => (verdict.max(Verdict::Degraded), format!("{detail}; {}", clock_was_set(jump))),
                    None => (verdict, detail),
                }
            }
        },
    }
}

fn clock_was_set(jump: ClockJump) -> String {
    let direction = if jump.seconds() > 0.0 { "ahead" } else { "back" };
    format!(
        "the clock was set {direction} by {:.0} s, from {} to {}. If it is wrong, correct it. `goody health --clock` lists the \
         events that were recorded while it was wrong. Nothing expires until the clock has been steady for an hour",
        jump.seconds().abs(),
        jump.from,
        jump.to
    )
}

fn with_standby(detail: String, store_health: &StoreHealth) -> String {
    match store_health.is_standby {
        true => format!(
            "{detail}; another server on this database updates the reports, and this one takes over when that one stops"
        ),
        false => detail,
    }
}
