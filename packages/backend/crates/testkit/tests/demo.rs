//! The demo: the committed events, and what its reports show.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};

use goody_application::demo::{Demo, Scenario};
use goody_domain::{
    Bucket, CounterSeries, Counters, Day, Entry, Figures, Instant, OrderEvent, OrderId, Posting, Report, ReportZone,
    RiskLevel, RiskReason, Status, VendorId, fold, postings, report,
};
use goody_testkit::{TestApp, at, demo_events, now};

const COMMITTED_EVENTS: &str = include_str!("../../../../shared/fixtures/events/demo-v1.ndjson");

#[test]
fn the_committed_events_match_the_program() {
    assert!(
        COMMITTED_EVENTS == demo_events(),
        "run: cargo run -p goody-testkit --example demo-events > packages/shared/fixtures/events/demo-v1.ndjson"
    );
}

#[test]
fn the_events_have_ten_vendors_and_every_status_and_none_is_in_the_future() {
    let events: Vec<OrderEvent> = COMMITTED_EVENTS
        .lines()
        .map(|line| OrderEvent::parse(line.as_bytes(), now()).expect("every line is an event"))
        .collect();
    assert!((1_200..1_600).contains(&events.len()), "{}", events.len());
    assert!(events.iter().all(|event| event.occurred_at <= now()));
    let vendors: BTreeSet<&str> = events.iter().filter_map(|event| event.vendor_id().map(|id| id.as_str())).collect();
    let statuses: BTreeSet<Status> = events.iter().map(OrderEvent::status).collect();
    assert_eq!((vendors.len(), statuses.len()), (10, Status::ALL.len()));
}

#[tokio::test]
async fn the_events_fill_the_pages() {
    let app = TestApp::new();
    let response = app.post_ndjson(COMMITTED_EVENTS).await;
    assert!(response.lines().iter().all(|line| line["result"] == "accepted"));
    app.project().await;
    app.roll().await;
    let current = app.read("/api/dashboard").await["current"].clone();
    for number in ["totalOrders", "completedOrders", "issueCount", "totalActiveOrders", "totalDelayedOrders"] {
        assert!(current[number].as_i64() > Some(3), "{number} in {current}");
    }
    let rows = app.read("/api/vendors").await["vendors"].clone();
    let levels: BTreeSet<&str> =
        rows.as_array().unwrap().iter().map(|row| row["riskLevel"].as_str().unwrap()).collect();
    assert!(levels.len() > 1, "all vendors have the same risk level: {levels:?}");
}

const DAY: i64 = 86_400;

/// The demo of the three weeks before an instant.
fn demo(seed: u64, until: Instant) -> Demo {
    Demo::standard(seed, three_weeks_before(until)).unwrap()
}

fn three_weeks_before(until: Instant) -> Day {
    ReportZone::utc().day(until).plus(-21)
}

/// The report of each vendor after a backfill of three weeks.
fn reports(demo: &Demo, until: Instant) -> BTreeMap<String, Report> {
    let zone = ReportZone::utc();
    let mut orders: BTreeMap<OrderId, Vec<OrderEvent>> = BTreeMap::new();
    for event in demo.events(three_weeks_before(until), until) {
        orders.entry(event.order_id.clone()).or_default().push(event);
    }
    let mut vendors: BTreeMap<VendorId, BTreeMap<Day, Vec<Entry>>> = BTreeMap::new();
    for order in orders.iter().filter_map(|(order_id, events)| fold(order_id, events)) {
        let days = vendors.entry(order.placement.vendor_id.clone()).or_default();
        for Posting { entry, .. } in postings(None, Some(&order), &zone) {
            days.entry(entry.day).or_default().push(entry);
        }
    }
    let of_vendor = |(vendor_id, days): (VendorId, BTreeMap<Day, Vec<Entry>>)| {
        let (mut totals, mut buckets) = (Counters::default(), Vec::new());
        for (day, entries) in days {
            let mut bucket = Bucket::default();
            bucket.add(&entries);
            totals.add_all(&bucket.totals);
            buckets.push((day, bucket));
        }
        let series = CounterSeries { totals, buckets, ..CounterSeries::default() };
        (vendor_id.to_string(), report(&vendor_id, &series, zone.today(until), &zone))
    };
    vendors.into_iter().map(of_vendor).collect()
}

/// Whether a vendor is at risk by a rate of fewer than 40 orders.
fn is_at_risk_by_few_orders(report: &Report) -> bool {
    let Figures { due_orders, .. } = report.current7d;
    let completed = report.current7d.completed_orders();
    match report.risk.reason {
        None => false,
        Some(RiskReason::Reliability) => completed < 40,
        Some(RiskReason::OnTime) => due_orders < 40,
        Some(RiskReason::Both) => completed < 40 || due_orders < 40,
    }
}

#[test]
fn after_three_weeks_two_to_four_vendors_are_at_risk_one_by_lateness_alone_and_one_by_few_orders() {
    let ends = (0..10).map(|step| now().plus_seconds(step * (37 * DAY + 5 * 3_600)));
    let (mut count, mut others) = (0, Vec::new());
    for (seed, end) in ends.flat_map(|end| [42, 1, 7, 2_026].map(|seed| (seed, end))) {
        let reports = reports(&demo(seed, end), end);
        let at_risk: Vec<(&str, RiskReason)> =
            reports.iter().filter_map(|(id, report)| Some((id.as_str(), report.risk.reason?))).collect();
        let by_lateness = at_risk.iter().any(|(_, reason)| *reason == RiskReason::OnTime);
        let by_few_orders = reports.values().any(is_at_risk_by_few_orders);
        let is_usual = (2..=4).contains(&at_risk.len()) && by_lateness && by_few_orders;
        assert!(is_usual || seed != 42, "seed 42 at {end}: {at_risk:?}");
        count += 1;
        others.extend((!is_usual).then(|| format!("seed {seed} at {end}: {at_risk:?}")));
    }
    assert!(others.len() * 20 <= count, "more than 5 % of the demos differ: {others:#?}");
}

#[test]
fn each_scenario_shows_what_its_name_says() {
    const VENDOR: &str = "north-sea-chocolates";
    for (seed, end) in [(42, now()), (1, at("2026-08-03T09:00:00Z")), (7, at("2026-11-29T22:00:00Z"))] {
        let usual = &reports(&demo(seed, end), end)[VENDOR];
        assert_eq!(usual.risk.level, RiskLevel::Low, "{usual:?}");
        for (name, scenario) in Scenario::ALL {
            // Failures are known later than arrivals.
            let days = match scenario {
                Scenario::Drop => 12,
                Scenario::SlowDecline => 18,
                Scenario::Stall | Scenario::LateSurge => 6,
            };
            let from = ReportZone::utc().day(end).plus(-days);
            let changed = reports(&demo(seed, end).with(VENDOR, scenario, from).unwrap(), end).remove(VENDOR).unwrap();
            let reliability = |report: &Report| report.current7d.reliability_score().unwrap();
            let reason = changed.risk.reason;
            let message = format!("{name} with seed {seed}: {changed:?}");
            match scenario {
                Scenario::Drop => {
                    assert!(reliability(&changed) < reliability(usual) - 10.0, "{message}");
                    assert!(matches!(reason, Some(RiskReason::Reliability | RiskReason::Both)), "{message}");
                }
                Scenario::SlowDecline => {
                    let [before, now] =
                        [changed.previous7d, changed.current7d].map(|week| week.on_time_percentage().unwrap());
                    assert!(reliability(&changed) < reliability(usual) - 5.0, "{message}");
                    assert!(now < before, "{message}");
                }
                Scenario::Stall => {
                    let Figures { unshipped_orders, stalled_orders, delayed_orders, .. } = usual.current7d;
                    assert!(changed.current7d.unshipped_orders > unshipped_orders + 50, "{message}");
                    assert!(changed.current7d.stalled_orders > stalled_orders + 20, "{message}");
                    assert!(changed.current7d.delayed_orders > delayed_orders + 50, "{message}");
                    assert_eq!((changed.risk.level, reason), (RiskLevel::High, Some(RiskReason::OnTime)), "{message}");
                }
                Scenario::LateSurge => {
                    assert_eq!(reason, Some(RiskReason::OnTime), "{message}");
                    assert!((reliability(&changed) - reliability(usual)).abs() < 3.0, "{message}");
                }
            }
        }
    }
}
