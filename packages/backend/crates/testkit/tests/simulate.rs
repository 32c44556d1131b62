//! The simulator on the memory store: ticks and backfills produce the same events, whatever their intervals.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use goody_application::demo::Scenario;
use goody_application::ports::Store;
use goody_application::simulate::{DemoClock, SimulationCounts, Simulator, VendorScenario};
use goody_domain::{Instant, OrderEvent, ReportZone, Status};
use goody_testkit::{MemoryStore, at, day, suite::wait, vendor_id};

const HOUR: i64 = 3_600;
const SEED: u64 = 42;

fn store() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new(ReportZone::utc()))
}

fn simulator(store: &Arc<dyn Store>) -> Simulator {
    Simulator::new(store.clone(), SEED, Vec::new())
}

/// All facts, grouped by order.
async fn facts(store: &Arc<dyn Store>) -> Vec<OrderEvent> {
    let histories = store.all(None, usize::MAX / 2).await.unwrap();
    let facts = histories.iter().flat_map(|history| history.by_occurrence());
    facts.map(|recorded| recorded.event.clone()).collect()
}

async fn backfilled(days: u16, until: Instant) -> (Arc<dyn Store>, SimulationCounts) {
    let store = store();
    let counts = simulator(&store).backfill(days, until, until, |_, _| {}).await.unwrap();
    (store, counts)
}

#[test]
fn a_week_of_ticks_equals_a_backfill_of_that_week() {
    wait(async {
        let (begin, until) = (at("2026-03-02T00:00:00Z"), at("2026-03-09T00:00:00Z"));
        let (expected, _) = backfilled(7, until).await;
        let ticked_store = store();
        let simulator = simulator(&ticked_store);
        // Ticks are late, come twice at the same time, and pause for a day and a half.
        let mut now = begin.plus_seconds(300);
        for step in [1, 2, 3, 0, 1, 36, 2, 1].into_iter().cycle() {
            simulator.tick(now, DemoClock::REAL).await.unwrap();
            if now == until {
                break;
            }
            now = now.plus_seconds(step * HOUR).min(until);
        }
        assert_eq!(facts(&ticked_store).await, facts(&expected).await);
        let vendors = |store: Arc<dyn Store>| async move { store.vendors(None, 100).await.unwrap() };
        assert_eq!(vendors(ticked_store).await, vendors(expected).await);
    });
}

#[test]
fn a_backfill_looks_like_a_marketplace() {
    wait(async {
        let until = at("2026-03-10T14:30:20Z");
        let (store, counts) = backfilled(21, until).await;
        let orders: Vec<_> =
            store.all(None, 100_000).await.unwrap().iter().filter_map(|history| history.order()).collect();
        assert!((2_000..=5_000).contains(&orders.len()), "{} orders", orders.len());
        assert_eq!(counts.known, 0);
        assert!(orders.iter().all(|order| order.updated_at <= until && order.created_at <= until));
        let active = orders.iter().filter(|order| order.status().active().is_some()).count();
        assert!((100..1_000).contains(&active), "{active} active");
        let vendors: std::collections::BTreeSet<_> = orders.iter().map(|order| &order.placement.vendor_id).collect();
        assert!(vendors.len() >= 8, "{vendors:?}");
        for status in Status::ALL {
            assert!(orders.iter().any(|order| order.status() == status), "none is {status:?}");
        }
        let registered = store.vendor(&vendor_id("far-orchard")).await.unwrap().unwrap();
        assert_eq!((registered.name.as_str(), registered.is_registered), ("Far Orchard", true));
    });
}

#[test]
fn recorded_events_are_not_sent_twice() {
    wait(async {
        let until = at("2026-03-10T14:30:20Z");
        let (store, first) = backfilled(5, until).await;
        let before = facts(&store).await;
        let again = simulator(&store).backfill(5, until, until, |_, _| {}).await.unwrap();
        assert_eq!(again, SimulationCounts { new: 0, known: first.new });
        // Two processes that tick at the same time also send each event once. They continue the active orders.
        let later = until.plus_seconds(6 * HOUR);
        let (one, other) = (simulator(&store), simulator(&store));
        let (one, other) = tokio::join!(one.tick(later, DemoClock::REAL), other.tick(later, DemoClock::REAL));
        let (alone, _) = backfilled(5, until).await;
        let expected = simulator(&alone).tick(later, DemoClock::REAL).await.unwrap().new;
        assert_eq!(one.unwrap().new + other.unwrap().new, expected);
        assert!(expected > 0);
        let after = facts(&store).await;
        assert_eq!(after, facts(&alone).await);
        assert!(before.iter().all(|fact| after.contains(fact)));
        assert!(after.iter().all(|fact| fact.occurred_at <= later));
    });
}

#[test]
fn a_fast_clock_sends_more_events_and_none_of_the_future() {
    wait(async {
        let start = at("2026-03-10T14:00:00Z");
        let (store, _) = backfilled(5, start).await;
        let before = facts(&store).await;
        let clock = simulator(&store).start_clock(start, 60).await.unwrap();
        let mut now = start;
        for _ in 0..6 {
            now = now.plus_seconds(10 * 60);
            let counts = simulator(&store).tick(now, clock).await.unwrap();
            assert!(counts.new > 50, "ten hours of orders in ten minutes: {counts:?}");
        }
        let after = facts(&store).await;
        assert!(after.iter().all(|fact| fact.occurred_at <= now), "no event is in the future");
        assert!(before.iter().all(|fact| after.contains(fact)), "recorded events stay");
        // Another server continues where this one stopped, although its clock has just started.
        let next = simulator(&store).start_clock(now, 60).await.unwrap();
        let gap = next.demo_time(now).seconds_since(clock.demo_time(now)).abs();
        assert!(gap < 3.0 * HOUR as f64, "the demo clock of the next server is {gap} s off");
        now = now.plus_seconds(600);
        assert!(simulator(&store).tick(now, next).await.unwrap().new > 50);
        assert!(facts(&store).await.iter().all(|fact| fact.occurred_at <= now));
    });
}

#[test]
fn orders_of_a_stalled_vendor_get_no_events_after_their_placement() {
    wait(async {
        let (store, until) = (store(), at("2026-03-10T00:00:00Z"));
        let from = day("2026-03-05");
        let stall = VendorScenario { vendor_id: "north-sea-chocolates".into(), scenario: Scenario::Stall, from };
        let simulator = Simulator::new(store.clone(), SEED, vec![stall]);
        simulator.backfill(14, until, until, |_, _| {}).await.unwrap();
        let stall_start = at("2026-03-05T00:00:00Z");
        for order in store.all(None, 100_000).await.unwrap().iter().filter_map(|history| history.order()) {
            if order.placement.vendor_id.as_str() == "north-sea-chocolates" {
                assert!(order.updated_at < stall_start || order.updated_at == order.created_at, "{order:?}");
            }
        }
        let unknown_vendor = VendorScenario { vendor_id: "unknown".into(), scenario: Scenario::Drop, from };
        let error = Simulator::new(store, SEED, vec![unknown_vendor]).tick(until, DemoClock::REAL).await.unwrap_err();
        assert!(error.to_string().contains("far-orchard"), "{error}");
    });
}
