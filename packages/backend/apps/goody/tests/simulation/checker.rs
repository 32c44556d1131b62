//! The checker: compares every result of the program with a recomputation from all stored facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use goody_application::detect::{detect, detect_anew, keep_up};
use goody_application::ports::{Clock, OrderReader, ReportReader, Scope, VendorStore};
use goody_application::read::{HealthReader, Verdict};
use goody_application::rebuild::rebuild;
use goody_domain::{Day, HistoryFact, Instant, Order, OrderId, Report, VendorId};
use goody_store_sqlite::SqliteStore;
use goody_testkit::oracle::CountedOrder;
use goody_testkit::suite::wait_alone;

use crate::list_checker::{assert_feeds, assert_lists, assert_numbers};
use crate::model::ModelOrder;
use crate::report_checker::{
    ExpectedReports, assert_dashboards, assert_fleet_history, assert_master_data, assert_reports,
};
use crate::simulation::{FINAL_ORDER_PREFIX, Process, Simulation};

/// Orders read at a time.
const PAGE: usize = 700;

pub(crate) async fn assert_results_equal_a_recomputation(simulation: &Simulation, process: &Process) {
    let now = simulation.clock.now();
    let real = process.store.real();
    let (kept, all) = assert_orders(simulation, real);
    let vendors = assert_vendors(simulation, real);
    let mut expected = ExpectedReports::new(&simulation.zone, &vendors, &all);
    let reports = assert_reports(simulation, real, &expected, now);
    let today: &[Report] = reports.values().next_back().map_or(&[], Vec::as_slice);
    assert_master_data(simulation, process, reports.keys(), now).await;
    assert_dashboards(simulation, process, &mut expected, today, now).await;
    assert_fleet_history(real, &expected, &reports, now);
    assert_lists(real, &simulation.zone, &vendors, &kept, now);
    for of_date in reports.values().rev().step_by(7) {
        assert_numbers(real, of_date, now);
    }
    assert_feeds(real, &vendors, &kept, now);
    let rebuilt = wait_alone(rebuild(real, now, |_, _| {})).unwrap();
    assert_eq!(rebuilt.different, 0, "a rebuild found differences");
    assert_detection(real, now);
    let reader = HealthReader::new(
        Arc::new(real.clone()),
        Arc::new(real.clone()),
        Arc::new(real.clone()),
        simulation.clock.clone(),
        0,
    );
    let health = wait_alone(reader.health());
    assert_eq!(health.verdict(), Verdict::Healthy, "the issues are {:?}", health.issues());
    simulation.faults.record(format!("{today:?}"));
}

/// The detection that continues from stored states must be that of all counters, unless some have expired: then the oldest state stands for
/// them.
fn assert_detection(real: &SqliteStore, now: Instant) {
    let today = real.zone().today(now);
    let detection = wait_alone(detect(real, today)).unwrap();
    while !wait_alone(keep_up(real, now)).unwrap() {}
    if wait_alone(real.kept_from()).unwrap().is_none() {
        assert!(detection == wait_alone(detect_anew(real, today)).unwrap(), "the detection differs");
    }
}

/// Every order must have exactly the facts that were stored. Returns the orders that have not expired, and all orders.
fn assert_orders(simulation: &Simulation, real: &SqliteStore) -> (Vec<Order>, Vec<CountedOrder>) {
    let mut stored: Vec<(OrderId, Vec<HistoryFact>)> = Vec::new();
    loop {
        let after = stored.last().map(|(id, _)| id.clone());
        let page = wait_alone(real.all(after.as_ref(), PAGE)).unwrap();
        if page.is_empty() {
            break;
        }
        stored.extend(page.into_iter().map(|history| (history.order_id().clone(), history.facts().to_vec())));
    }
    let state = simulation.model.state();
    for ((id, facts), (expected_id, expected)) in stored.iter().zip(&state.orders) {
        assert_eq!((id, facts), (expected_id, &expected.facts), "left: the store, right: the model");
    }
    assert_eq!(stored.len(), state.orders.len(), "the orders in the store, and in the model");
    let kept: Vec<Order> = state.orders.iter().filter_map(|(id, order)| order.order(id)).collect();
    let counted = state.orders.iter().map(|(id, order)| order.counted(id));
    let all = counted.chain(state.settled.iter().cloned()).collect();
    (kept, all)
}

/// Every vendor must be as it was registered last, or unregistered. Returns the ids.
fn assert_vendors(simulation: &Simulation, real: &SqliteStore) -> Vec<VendorId> {
    let state = simulation.model.state();
    let vendors = wait_alone(VendorStore::vendors(real, None, 1_000)).unwrap();
    for vendor in &vendors {
        assert_eq!(*vendor, state.vendor(&vendor.vendor_id), "left: the store, right: the model");
    }
    let named: BTreeSet<&VendorId> = state.orders.values().flat_map(ModelOrder::named_vendors).collect();
    let vendors: Vec<VendorId> = vendors.into_iter().map(|vendor| vendor.vendor_id).collect();
    assert!(named.iter().all(|named| vendors.contains(named)), "the events name {named:?}, the store has {vendors:?}");
    vendors
}

/// Long after the last event, no order and no bucket may be left, except those of the orders that the simulation placed since.
pub(crate) fn assert_everything_has_expired(simulation: &Simulation, process: &Process, first_left: Day) {
    let (real, state) = (process.store.real(), simulation.model.state());
    let left: Vec<&OrderId> = state.orders.keys().filter(|id| !id.as_str().starts_with(FINAL_ORDER_PREFIX)).collect();
    assert!(left.is_empty(), "orders are left long after the last event: {left:?}");
    let (first, last) = (Day::from_number(-10_000), simulation.zone.day(simulation.clock.now()));
    let (series, _) = wait_alone(real.series(&Scope::Fleet, first, last, last)).unwrap();
    let left: Vec<Day> = series.buckets.iter().map(|(day, _)| *day).filter(|day| *day < first_left).collect();
    assert!(left.is_empty(), "buckets are left long after the last event: {left:?}");
}
