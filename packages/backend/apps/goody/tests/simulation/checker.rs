//! The verdict: everything the program tells, held against a recomputation from all facts it stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use goody_application::ports::{Clock, OrderFilter, OrderReader, RecentFilter, ReportReader, Scope, VendorStore};
use goody_application::read::{
    FleetCache, FleetReports, HealthReader, Verdict, fleet_history, report_on, reports_of_vendor, vendor_report,
};
use goody_application::rebuild::rebuild;
use goody_application::roll::current_reports;
use goody_domain::{
    AsOf, Dashboard, Day, Figures, GiftType, Instant, Order, OrderId, Recorded, Report, ReportZone, Status, Vendor,
    VendorId,
};
use goody_store_sqlite::SqliteStore;
use goody_testkit::oracle;
use goody_testkit::suite::wait_alone;

use crate::model::ModelState;
use crate::simulation::{Life, Simulation};
use crate::workload::GIFTS;

/// How far back reports are held against the recomputation, in days.
const DATES: i32 = 34;
/// So many minutes later or, by a clock that was set back, earlier, the dashboards are asked for again with nothing told meanwhile.
const ASIDE: [i64; 6] = [0, 1, 45, 600, -1, -90];
/// How many orders are asked for at a time.
const PAGE: usize = 700;

/// See its name.
pub(crate) async fn numbers_are_those_of_a_recomputation(simulation: &Simulation, life: &Life) {
    let now = simulation.clock.now();
    let real = life.store.real();
    let (kept, all) = orders(simulation, real);
    let vendors = vendors(simulation, real);
    let today = dates(simulation, real, &vendors, &all, now);
    fleet(simulation, life, &vendors, &today, now).await;
    lists(real, &simulation.zone, &vendors, &kept, now);
    feeds(real, &vendors, &kept, now);
    let rebuilt = wait_alone(rebuild(real, now, |_, _| {})).unwrap();
    assert_eq!(rebuilt.different, 0, "a rebuild finds differences");
    let reader = HealthReader::new(
        Arc::new(real.clone()),
        Arc::new(real.clone()),
        Arc::new(real.clone()),
        simulation.clock.clone(),
    );
    let health = wait_alone(reader.health());
    assert_eq!(health.verdict(), Verdict::Healthy, "{:?}", health.issues());
    simulation.faults.note(format!("{today:?}"));
}

/// The orders that are kept, and all there ever were: each kept one has the facts that were stored, and no others.
fn orders(simulation: &Simulation, real: &SqliteStore) -> (Vec<Order>, Vec<Order>) {
    let mut stored: Vec<(OrderId, Vec<Recorded>)> = Vec::new();
    loop {
        let after = stored.last().map(|(id, _)| id.clone());
        let page = wait_alone(real.all(after.as_ref(), PAGE)).unwrap();
        if page.is_empty() {
            break;
        }
        stored.extend(page.into_iter().map(|history| (history.order_id().clone(), history.events().to_vec())));
    }
    let done = simulation.model.done();
    let is_same = |((id, facts), (of, known)): (&(OrderId, Vec<Recorded>), (&OrderId, &ModelState))| {
        assert_eq!((id, facts), (of, &known.facts), "the left is stored, the right was acknowledged");
    };
    stored.iter().zip(&done.orders).for_each(is_same);
    assert_eq!(stored.len(), done.orders.len(), "orders stored, orders acknowledged");
    let kept: Vec<Order> = done.orders.iter().filter_map(|(id, known)| known.order(id)).collect();
    let all = kept.iter().chain(&done.settled).cloned().collect();
    (kept, all)
}

/// Every vendor: as it was registered last, else under its id.
fn vendors(simulation: &Simulation, real: &SqliteStore) -> Vec<VendorId> {
    let done = simulation.model.done();
    let vendors = wait_alone(VendorStore::vendors(real, None, 1_000)).unwrap();
    for vendor in &vendors {
        let unregistered = Vendor::unregistered(vendor.vendor_id.clone());
        assert_eq!(vendor, done.registered.get(&vendor.vendor_id).unwrap_or(&unregistered));
    }
    let named: BTreeSet<&VendorId> = done.orders.values().flat_map(ModelState::named_vendors).collect();
    let vendors: Vec<VendorId> = vendors.into_iter().map(|vendor| vendor.vendor_id).collect();
    assert!(named.iter().all(|named| vendors.contains(named)), "{named:?} were named, known are {vendors:?}");
    vendors
}

/// Every vendor's reports of all dates that can be asked for. Gives back those of today.
fn dates(
    simulation: &Simulation,
    real: &SqliteStore,
    vendors: &[VendorId],
    all: &[Order],
    now: Instant,
) -> Vec<Report> {
    let zone = &simulation.zone;
    let today = zone.day(now.floor_minute());
    let kept_from = wait_alone(real.kept_from()).unwrap();
    assert_eq!(kept_from, simulation.model.done().kept_from, "the first day whose buckets are all kept");
    let first = kept_from.map_or(zone.day(simulation.start), |kept| kept.plus(13)).max(today.plus(-DATES));
    let mut of_today = Vec::new();
    for vendor in vendors {
        let own: Vec<Order> = all.iter().filter(|order| order.named_vendors.contains(vendor)).cloned().collect();
        let reports = wait_alone(reports_of_vendor(real, vendor, first, today, now)).unwrap();
        assert_eq!(reports.len(), first.to(today).count());
        for report in &reports {
            let expected = oracle::expected(vendor, &own, report.date, now, zone.name());
            oracle::assert_report(report, &expected);
        }
        for report in [reports.first(), reports.last()].into_iter().flatten() {
            let as_of = zone.as_of(report.date, now).unwrap();
            assert_eq!(wait_alone(report_on(real, vendor, as_of)).unwrap(), *report, "alone, among others");
            let (_, kept) = wait_alone(vendor_report(real, vendor, as_of)).unwrap().unwrap();
            assert_eq!(kept, *report, "kept, made of buckets");
        }
        of_today.extend(reports.into_iter().next_back());
    }
    of_today
}

/// The dashboard of the reader that followed, of the revision there is: while somebody else makes it, those before are told.
async fn followed(life: &Life, as_of: AsOf) -> Arc<FleetReports> {
    loop {
        let fleet = life.fleet.reports(as_of).await.unwrap();
        if fleet.revision >= life.store.real().revision().unwrap() {
            return fleet;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The dashboard of a reader that followed and of a new one, and the fleet's history.
async fn fleet(simulation: &Simulation, life: &Life, vendors: &[VendorId], today: &[Report], now: Instant) {
    let real = life.store.real();
    let as_of = simulation.zone.today(now);
    for minutes in ASIDE {
        let as_of = simulation.zone.today(now.plus_seconds(minutes * 60));
        let made = wait_alone(current_reports(real, vendors, as_of)).unwrap();
        if minutes == 0 {
            assert!(made.iter().map(|made| &made.report).eq(today), "the vendors' reports, made again");
        }
        let followed = followed(life, as_of).await;
        let fresh = wait_alone(FleetCache::new(Arc::new(real.clone())).reports(as_of)).unwrap();
        for (name, fleet) in [("followed", followed), ("fresh", fresh)] {
            assert_eq!(fleet.rows.len(), made.len(), "the {name} dashboard's rows, vendors");
            for (row, made) in fleet.rows.iter().zip(&made) {
                let vendor = wait_alone(real.vendor(&row.vendor.vendor_id)).unwrap();
                assert_eq!(Some(&row.vendor), vendor.as_ref(), "the {name} dashboard, the vendor as it is stored");
                assert_eq!(row.current.report, made.report, "the {name} dashboard, the report made of buckets");
                assert_eq!(row.current.reliability30d, made.reliability30d, "the {name} dashboard's sparkline");
            }
        }
    }
    // Of the same instant, the dashboard tells at once what has changed since.
    if let Some(id) = vendors.first() {
        let vendor = Vendor { name: format!("{now}"), is_registered: true, ..Vendor::unregistered(id.clone()) };
        followed(life, as_of).await;
        life.store.put(vendor.clone()).await.unwrap();
        assert_eq!(followed(life, as_of).await.row(id).unwrap().vendor, vendor);
    }
    let dashboard = Dashboard::fold(today, as_of);
    let from = as_of.date().plus(-2);
    let history = wait_alone(fleet_history(real, real, from, as_of.date(), now)).unwrap();
    assert_eq!(history.last().unwrap().fleet, dashboard.current, "a chart's last point, and the dashboard");
    let mut sums: BTreeMap<Day, Figures> = BTreeMap::new();
    for vendor in vendors {
        for report in wait_alone(reports_of_vendor(real, vendor, from, as_of.date(), now)).unwrap() {
            *sums.entry(report.date).or_default() += &report.current7d;
        }
    }
    for day in history.iter().filter(|_| !vendors.is_empty()) {
        assert_eq!(day.fleet.figures, sums[&day.date], "the fleet on {}, and the sum of its vendors", day.date);
    }
}

/// Every list has the orders it should, and its total is how many they are.
fn lists(real: &SqliteStore, zone: &ReportZone, vendors: &[VendorId], kept: &[Order], now: Instant) {
    let mut by_placement: Vec<&Order> = kept.iter().collect();
    by_placement.sort_by(|one, other| (other.created_at, &other.order_id).cmp(&(one.created_at, &one.order_id)));
    let all = OrderFilter::default();
    let today = zone.day(now);
    let mut filters = vec![
        all.clone(),
        OrderFilter { delayed: Some(true), ..all.clone() },
        OrderFilter { delayed: Some(false), ..all.clone() },
        OrderFilter { statuses: Status::ALL[..3].to_vec(), delayed: Some(true), ..all.clone() },
        OrderFilter { placed_from: Some(today.plus(-6)), placed_to: Some(today.plus(-1)), ..all.clone() },
    ];
    filters.extend(Status::ALL.map(|status| OrderFilter { statuses: vec![status], ..all.clone() }));
    filters.extend(GIFTS.map(|gift| OrderFilter { gift_type: Some(GiftType::parse(gift).unwrap()), ..all.clone() }));
    filters.extend(vendors.iter().flat_map(|vendor| {
        let of_vendor = OrderFilter { vendor_id: Some(vendor.clone()), ..all.clone() };
        [of_vendor.clone(), OrderFilter { delayed: Some(true), placed_to: Some(today.plus(-3)), ..of_vendor }]
    }));
    for filter in filters {
        let ought = by_placement.iter().filter(|order| filter.takes(order, zone, now));
        let ought: Vec<(&OrderId, Status)> = ought.map(|order| (&order.order_id, order.status())).collect();
        let list = wait_alone(real.list(&filter, None, kept.len() + 1, now)).unwrap();
        let is: Vec<(&OrderId, Status)> = list.iter().map(|order| (&order.order_id, order.status())).collect();
        assert_eq!(is, ought, "the list of {filter:?}");
        let count = wait_alone(real.count(&filter, 1_000_000, now)).unwrap();
        for status in Status::ALL {
            let counted = ought.iter().filter(|(_, of)| *of == status).count() as i64;
            assert_eq!(count.by_status[status as usize], counted, "{status} in the total of {filter:?}");
        }
    }
}

/// The recent feed and the vendors' issues.
fn feeds(real: &SqliteStore, vendors: &[VendorId], kept: &[Order], now: Instant) {
    let many = kept.len() + 1;
    for hours in [1, 24, 168] {
        let filter = RecentFilter { since: now.plus_seconds(-hours * 3_600), statuses: Vec::new(), vendor_id: None };
        let mut ought: Vec<&Order> = kept.iter().filter(|order| order.updated_at >= filter.since).collect();
        ought.sort_by(|one, other| (other.updated_at, &other.order_id).cmp(&(one.updated_at, &one.order_id)));
        let ought: Vec<&OrderId> = ought.into_iter().map(|order| &order.order_id).collect();
        let feed = wait_alone(real.recent(&filter, None, many)).unwrap();
        assert_eq!(feed.iter().map(|history| history.order_id()).collect::<Vec<_>>(), ought, "the last {hours} hours");
        let counted: i64 = wait_alone(real.count_recent(&filter)).unwrap().iter().sum();
        let since = filter.since.floor_minute();
        let ought = kept.iter().filter(|order| order.updated_at >= since).count();
        assert_eq!(counted, ought as i64, "the last {hours} hours");
    }
    for vendor in vendors {
        let is_issue = |order: &&Order| order.placement.vendor_id == *vendor && order.status().is_issue();
        let mut ought: Vec<&Order> = kept.iter().filter(is_issue).collect();
        ought.sort_by(|one, other| (other.completed_at(), &other.order_id).cmp(&(one.completed_at(), &one.order_id)));
        let ended = |order: &&Order| order.completed_at().is_some_and(|end| end < now);
        let ought: Vec<&OrderId> = ought.into_iter().filter(ended).map(|order| &order.order_id).collect();
        let issues = wait_alone(real.issues(vendor, now, many)).unwrap();
        assert_eq!(issues.iter().map(|order| &order.order_id).collect::<Vec<_>>(), ought, "the issues of {vendor}");
    }
}

/// Long after everything: no order and no bucket is left but those that were placed meanwhile, and the levels are right.
pub(crate) fn everything_is_forgotten(simulation: &Simulation, life: &Life, first_left: Day) {
    let (real, done) = (life.store.real(), simulation.model.done());
    let left: Vec<&OrderId> = done.orders.keys().filter(|id| !id.as_str().starts_with("late-")).collect();
    assert!(left.is_empty(), "orders are left long after everything: {left:?}");
    let (first, last) = (Day::from_number(-10_000), simulation.zone.day(simulation.clock.now()));
    let (series, _) = wait_alone(real.series(&Scope::Fleet, first, last, last)).unwrap();
    let left: Vec<Day> = series.buckets.iter().map(|(day, _)| *day).filter(|day| *day < first_left).collect();
    assert!(left.is_empty(), "buckets are left long after everything: {left:?}");
}
