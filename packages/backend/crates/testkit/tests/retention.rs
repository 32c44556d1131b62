//! Retention with a wrong clock, and after the restore of a backup.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use goody_application::clock_watch::ClockWatch;
use goody_application::ingest::Ingest;
use goody_application::ports::{Clock, EVENTS_ROUTE, Refused, RejectionBounds, RejectionCode};
use goody_application::project;
use goody_application::read::report_on;
use goody_application::retention::{Retention, RetentionTask, expire};
use goody_domain::{Instant, ReportZone};
use goody_testkit::{ManualClock, OrderBuilder, TestStore, at, batch, vendor_id};

const DAY: i64 = 86_400;
const RETENTION: Retention = Retention { order_days: 30, bucket_days: 183 };

/// A server that has just started, on a store.
struct Server {
    test_store: TestStore,
    clock: Arc<ManualClock>,
    watch: ClockWatch,
    retention_task: RetentionTask,
}

impl Server {
    async fn with_sixty_days_of_orders() -> Self {
        let test_store = TestStore::memory(ReportZone::utc());
        let start = at("2026-01-01T12:00:00Z");
        for day in 0..60 {
            place(&test_store, &format!("o-{day:02}"), start.plus_seconds(day * DAY)).await;
        }
        let clock = ManualClock::at(start.plus_seconds(59 * DAY + 60));
        Self { test_store, clock, watch: ClockWatch::default(), retention_task: RetentionTask::new(RETENTION) }
    }

    /// One step of the background work. Returns the number of removed orders.
    async fn step(&mut self) -> u64 {
        self.watch.look(self.clock.now(), self.clock.elapsed());
        let step = self.retention_task.step(self.test_store.store.as_ref(), self.clock.as_ref(), &self.watch);
        step.await.unwrap().map_or(0, |expired| expired.orders)
    }

    async fn orders(&self) -> usize {
        self.test_store.store.all(None, 1_000).await.unwrap().len()
    }
}

/// The reports of the vendor on each of the last 61 days, as text.
async fn reports(test_store: &TestStore, now: Instant) -> String {
    let (store, mut reports) = (test_store.store.as_ref(), String::new());
    let today = store.zone().day(now);
    for date in today.plus(-60).to(today) {
        let report = report_on(store, &vendor_id("acme"), store.zone().as_of(date, now).unwrap()).await.unwrap();
        reports += &serde_json::to_string(&report).unwrap();
        reports.push('\n');
    }
    reports
}

async fn place(test_store: &TestStore, id: &str, at: Instant) {
    let order = OrderBuilder::new(id).placed(&at.to_string());
    Ingest::new(test_store.store.clone()).ingest(order.events(), &batch("b-1"), at).await.unwrap();
    project::project_all(test_store.store.as_ref(), at).await.unwrap();
}

#[tokio::test]
async fn what_was_refused_is_removed_after_thirty_days_once_the_clock_has_been_steady() {
    let mut server = Server::with_sixty_days_of_orders().await;
    let (store, start) = (server.test_store.store.clone(), server.clock.now());
    let refused = Refused {
        source: "shop".into(),
        route: EVENTS_ROUTE.into(),
        code: RejectionCode::Invalid,
        reason: "status: is missing".into(),
        body: b"{}".to_vec(),
        is_cut: false,
    };
    store.keep(vec![refused], RejectionBounds::default(), start).await.unwrap();
    // As of the time at which it was kept, it is still listed unless it is removed.
    let kept = async || store.count_rejections(start).await.unwrap().rejections;
    server.clock.advance_seconds(31 * DAY);
    server.step().await;
    assert_eq!(kept().await, 1, "the clock may be wrong");
    server.clock.advance_seconds(3_600);
    server.step().await;
    assert_eq!(kept().await, 0);
}

#[tokio::test]
async fn nothing_is_removed_before_the_clock_has_been_steady_for_an_hour() {
    let mut server = Server::with_sixty_days_of_orders().await;
    assert_eq!(server.step().await, 0);
    server.clock.advance_seconds(3_599);
    assert_eq!(server.step().await, 0);
    server.clock.advance_seconds(1);
    assert!(server.step().await > 0);
}

#[tokio::test]
async fn a_clock_that_is_wrong_for_a_moment_removes_nothing() {
    let mut server = Server::with_sixty_days_of_orders().await;
    server.step().await;
    server.clock.advance_seconds(3_600);
    while server.step().await > 0 {
        server.clock.advance_seconds(DAY);
    }
    let (right, orders) = (server.clock.now(), server.orders().await);
    server.clock.set(right.plus_seconds(365 * DAY));
    place(&server.test_store, "recorded-under-the-wrong-clock", server.clock.now()).await;
    for _ in 0..30 {
        assert_eq!(server.step().await, 0);
        server.clock.advance_seconds(1);
    }
    server.clock.set(right.plus_seconds(30));
    for _ in 0..30 {
        assert_eq!(server.step().await, 0);
        server.clock.advance_seconds(600);
    }
    assert_eq!(server.orders().await, orders + 1);
}

#[tokio::test]
async fn a_clock_that_stays_wrong_removes_only_orders_that_have_expired_by_the_latest_fact() {
    let mut server = Server::with_sixty_days_of_orders().await;
    server.clock.set(server.clock.now().plus_seconds(365 * DAY));
    server.step().await;
    for _ in 0..100 {
        server.clock.advance_seconds(DAY);
        server.step().await;
    }
    assert_eq!(
        server.orders().await,
        31,
        "one order for each of the thirty days before the latest fact, and one for its day"
    );
}

#[tokio::test]
async fn at_most_seven_days_of_orders_are_removed_a_day() {
    let mut server = Server::with_sixty_days_of_orders().await;
    server.step().await;
    server.clock.advance_seconds(3_600);
    let mut removed = Vec::new();
    for _ in 0..6 {
        removed.push(server.step().await);
        assert_eq!(server.step().await, 0, "once a day");
        server.clock.advance_seconds(DAY);
    }
    assert_eq!(removed, [7, 7, 7, 7, 1, 0]);
    assert_eq!(server.clock.elapsed(), Duration::from_secs(3_600 + 6 * 86_400));
}

#[tokio::test]
async fn an_old_backup_with_all_events_sent_again_has_the_same_reports_as_the_original() {
    let start = at("2026-01-01T12:00:00Z");
    let instant = |day: i64| start.plus_seconds(day * DAY);
    // Each order arrives ten days after its placement.
    let events_of_day = |day: i64| {
        let ended = OrderBuilder::new(&format!("o-{:02}", day - 10)).unplaced().arrived(&instant(day).to_string());
        let placed = OrderBuilder::new(&format!("o-{day:02}")).placed(&instant(day).to_string());
        ended.events().into_iter().chain(placed.events()).collect::<Vec<_>>()
    };
    let [uninterrupted, restored] = [(); 2].map(|()| TestStore::memory(ReportZone::utc()));
    for day in 0..60 {
        Ingest::new(uninterrupted.store.clone()).ingest(events_of_day(day), &batch("b-1"), instant(day)).await.unwrap();
        project::project_all(uninterrupted.store.as_ref(), instant(day)).await.unwrap();
        expire(uninterrupted.store.as_ref(), RETENTION, instant(day)).await.unwrap();
        if day < 24 {
            Ingest::new(restored.store.clone()).ingest(events_of_day(day), &batch("b-1"), instant(day)).await.unwrap();
        }
    }
    project::project_all(restored.store.as_ref(), instant(24)).await.unwrap();
    // The backup of day 24 is restored on day 60, and a server starts on it.
    let clock = ManualClock::at(instant(60));
    let mut server = Server {
        test_store: restored,
        clock,
        watch: ClockWatch::default(),
        retention_task: RetentionTask::new(RETENTION),
    };
    for _ in 0..50 {
        server.step().await;
        server.clock.advance_seconds(60);
    }
    let now = server.clock.now();
    for day in 0..60 {
        Ingest::new(server.test_store.store.clone()).ingest(events_of_day(day), &batch("b-1"), now).await.unwrap();
    }
    project::project_all(server.test_store.store.as_ref(), now).await.unwrap();
    assert_eq!(reports(&server.test_store, now).await, reports(&uninterrupted, now).await);
    for _ in 0..10 {
        server.clock.advance_seconds(DAY);
        server.step().await;
    }
    assert_eq!(reports(&server.test_store, now).await, reports(&uninterrupted, now).await);
}
