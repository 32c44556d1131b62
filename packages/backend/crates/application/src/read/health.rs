//! Whether the program works: every dependency asked for real, every figure measured.

use std::sync::Arc;

use goody_domain::{ActiveStatus, Counter, Day, Instant, Minute, ReportZone};

use crate::clock_watch::ClockJump;
use crate::ports::{
    ChangeFeed, ChangeLag, Clock, OrderReader, ReportReader, ReportStatus, Scope, StoreError, StoreHealth, StoreProblem,
};

/// Changes may wait so long before it is worth a word, and before it is a failure, in seconds.
const LAG_SECONDS: (f64, f64) = (30.0, 600.0);
/// The timer may be silent so long before it is worth a word, and before it is a failure, in seconds.
const SILENCE_SECONDS: (f64, f64) = (120.0, 900.0);
/// A report may be over for so long before it is worth a word, in seconds.
const OVER_SECONDS: f64 = 120.0;
/// The timer may have ticked so far in the future before it is worth a word, in seconds: clocks differ a little.
const AHEAD_SECONDS: f64 = 5.0;

/// For how long it is worth a word that the clock was set, in seconds.
const JUMP_SECONDS: f64 = 3_600.0;

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Works.
    Healthy,
    /// Works, but needs attention.
    Degraded,
    /// Does not work.
    Unhealthy,
}

/// One thing that was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// How it is.
    pub verdict: Verdict,
    /// What was measured, in plain words.
    pub detail: String,
    /// How long it took to answer, in seconds.
    pub seconds: f64,
}

/// How the program is.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// A read of the order store, and what its reads and writes met lately.
    pub order_store: Check,
    /// How far the buckets are behind the orders.
    pub change_feed: Check,
    /// Whether the kept reports are those of now.
    pub reports: Check,
    /// When the timer last ticked.
    pub scheduler: Check,
    /// When the latest fact occurred.
    pub last_order_update: Option<Instant>,
    /// When the timer last brought the reports up to the clock.
    pub last_report_update: Option<Instant>,
    /// Vendors with a kept report; `None` where the store did not say.
    pub report_count: Option<u64>,
    /// How far the buckets are behind the orders; `None` where the change feed did not say.
    pub lag: Option<ChangeLag>,
    /// Writes that wait for their turn.
    pub writes_waiting: u64,
    /// When this was measured.
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

    /// The worst of the checks.
    pub fn verdict(&self) -> Verdict {
        self.checks().map(|(_, check)| check.verdict).into_iter().max().unwrap_or(Verdict::Unhealthy)
    }

    /// What is wrong, in plain words.
    pub fn issues(&self) -> Vec<String> {
        issues(self.checks().map(|(name, check)| (name, check.verdict, check.detail.as_str())))
    }

    /// Whole minutes since the latest fact occurred.
    pub fn minutes_since_last_update(&self) -> Option<i64> {
        minutes_since(self.last_order_update, self.at)
    }
}

/// How the program is by what its timer found when it last ticked, and by what its store has met lately: told along with
/// the reports, so that it costs no question.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulse {
    judged: [(&'static str, Verdict, String); 4],
    latest_fact: Option<Instant>,
    at: Instant,
}

impl Pulse {
    /// What a status, and what keeps the store from working, say at an instant.
    pub fn of(status: &ReportStatus, problem: Option<&StoreProblem>, at: Instant) -> Self {
        let named = |name, (verdict, detail)| (name, verdict, detail);
        let judged = [
            named("order store", problem.map_or_else(|| healthy("answers"), judge_problem)),
            // What waited then has been taken since, or the next tick says so.
            named("change feed", judge_lag(&status.lag, status.refreshed_at.unwrap_or(at))),
            named("reports", judge_over(status, at)),
            named("scheduler", judge_silence(status, at)),
        ];
        Self { judged, latest_fact: status.latest_fact, at }
    }

    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        self.judged.iter().map(|(_, verdict, _)| *verdict).max().unwrap_or(Verdict::Unhealthy)
    }

    /// What is wrong, in plain words.
    pub fn issues(&self) -> Vec<String> {
        issues(self.judged.iter().map(|(name, verdict, detail)| (*name, *verdict, detail.as_str())))
    }

    /// Whole minutes since the latest fact occurred.
    pub fn minutes_since_last_update(&self) -> Option<i64> {
        minutes_since(self.latest_fact, self.at)
    }
}

fn issues<'a>(judged: impl IntoIterator<Item = (&'static str, Verdict, &'a str)>) -> Vec<String> {
    let wrong = judged.into_iter().filter(|(_, verdict, _)| *verdict != Verdict::Healthy);
    wrong.map(|(name, _, detail)| format!("{name}: {detail}")).collect()
}

fn minutes_since(latest: Option<Instant>, at: Instant) -> Option<i64> {
    latest.map(|latest| (at.seconds_since(latest) / 60.0).floor().max(0.0) as i64)
}

/// Asks everything the program depends on.
pub struct HealthReader {
    orders: Arc<dyn OrderReader>,
    feed: Arc<dyn ChangeFeed>,
    reports: Arc<dyn ReportReader>,
    clock: Arc<dyn Clock>,
}

impl HealthReader {
    /// Asks these.
    pub fn new(
        orders: Arc<dyn OrderReader>,
        feed: Arc<dyn ChangeFeed>,
        reports: Arc<dyn ReportReader>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { orders, feed, reports, clock }
    }

    /// Asks them now.
    pub async fn health(&self) -> Health {
        self.orders.probe().await;
        let at = self.clock.now();
        let ((mut order_store, _), (change_feed, lag), (reports, status)) = tokio::join!(
            self.timed(self.orders.all(None, 1), |_| healthy("answers")),
            self.timed(self.feed.lag(), |lag| judge_lag(lag, at)),
            self.timed(self.reports.status(), |status| judge_over(status, at)),
        );
        let condition = self.orders.store_health_now();
        // What only needs attention does not hide a store that does not answer.
        let problem = condition.problem.as_ref().map(judge_problem);
        if let Some((verdict, detail)) = problem.filter(|(verdict, _)| *verdict >= order_store.verdict) {
            (order_store.verdict, order_store.detail) = (verdict, detail);
        }
        let scheduler = match &status {
            Some(status) => {
                let (verdict, detail) = judge_silence(status, at);
                Check { verdict, detail: with_keeper(detail, &condition), seconds: reports.seconds }
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
            writes_waiting: condition.waiting,
            at,
        }
    }

    /// Waits for an answer, and judges it.
    async fn timed<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
        judge: impl FnOnce(&T) -> (Verdict, String),
    ) -> (Check, Option<T>) {
        let asked = self.clock.now();
        let answer = answer.await;
        let seconds = self.clock.now().seconds_since(asked);
        match answer {
            Ok(answer) => {
                let (verdict, detail) = judge(&answer);
                (Check { verdict, detail, seconds }, Some(answer))
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a health check failed");
                (Check { verdict: Verdict::Unhealthy, detail: "does not answer".into(), seconds }, None)
            }
        }
    }

    /// How many orders were placed in the 24 hours before the whole minute.
    pub async fn orders_last_24h(&self) -> Result<i64, StoreError> {
        let (at, zone) = (self.clock.now(), self.reports.zone());
        let today = zone.day(at);
        // After a day of 23 hours, 24 hours reach into the day before yesterday.
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

fn verdict(seconds: f64, (attention, failure): (f64, f64)) -> Verdict {
    match seconds {
        seconds if seconds > failure => Verdict::Unhealthy,
        seconds if seconds > attention => Verdict::Degraded,
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

fn judge_over(status: &ReportStatus, at: Instant) -> (Verdict, String) {
    if status.has_other_rules {
        let detail =
            "they follow other rules of the time zone than this program, and stand still until they are rebuilt";
        return (Verdict::Unhealthy, detail.into());
    }
    match status.first_over.map(|over| at.seconds_since(over)) {
        Some(seconds) if seconds > OVER_SECONDS => {
            (Verdict::Degraded, format!("a kept report was over {seconds:.0} s ago; answers are made anew meanwhile"))
        }
        _ => healthy("every report is of now"),
    }
}

fn judge_silence(status: &ReportStatus, at: Instant) -> (Verdict, String) {
    match status.refreshed_at {
        None => (Verdict::Degraded, "the timer has not ticked yet".into()),
        Some(refreshed_at) => match at.seconds_since(refreshed_at) {
            seconds if seconds < -AHEAD_SECONDS => {
                let ahead = -seconds;
                (
                    Verdict::Degraded,
                    format!(
                        "the clock was set back: the timer has ticked {ahead:.0} s in the future. If the clock is wrong, set it \
                         right: events of the time between are refused until then"
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
        "the clock was set {direction} by {:.0} s, from {} to {}. If it is wrong, set it right. `goody health --clock` lists what \
         was recorded while it was wrong. Nothing old is removed until it has been steady for an hour",
        jump.seconds().abs(),
        jump.from,
        jump.to
    )
}

fn with_keeper(detail: String, condition: &StoreHealth) -> String {
    match condition.is_standby {
        true => format!("{detail}; another server on this database keeps the reports, and this one will when it ends"),
        false => detail,
    }
}
