//! Checks of the reports, the dashboards and the fleet's history against the oracle of `testkit`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use goody_application::ports::{ReportReader, VendorStore};
use goody_application::read::{
    FleetCache, FleetReports, FleetRow, fleet_history, report_on, reports_of_vendor, vendor_report,
};
use goody_application::roll::current_reports;
use goody_domain::{
    AsOf, Dashboard, Day, Figures, Instant, Order, Outcome, Placement, Report, ReportZone, Risk, Vendor, VendorId,
    Window,
};
use goody_store_sqlite::SqliteStore;
use goody_testkit::oracle::{self, CountedOrder, assert_report};
use goody_testkit::suite::wait_alone;

use crate::model::REPORT_DAYS_BEFORE;
use crate::simulation::{Process, Simulation};

/// How far back reports are checked, in days before today.
const REPORT_DAYS: i32 = 34;
/// How many tables of the last dates are checked for their master data.
const PAST_TABLES: usize = 6;
/// The dates of a row of the dashboard.
const SCORE_DAYS: i32 = 30;
/// The clock's distances from now at which the dashboards are checked, in minutes. No event arrives between them. A negative one is
/// a clock that was set back.
const CLOCK_OFFSETS_MINUTES: [i64; 6] = [0, 1, 45, 600, -1, -90];

/// The expected numbers, computed by the oracle from all orders.
pub(crate) struct ExpectedReports<'a> {
    zone: &'a ReportZone,
    all: &'a [CountedOrder],
    /// For each vendor, the orders that name it.
    orders: BTreeMap<VendorId, Vec<CountedOrder>>,
    /// The scores of vendors on dates that are over.
    scores: BTreeMap<(VendorId, Day), Option<f64>>,
}

impl<'a> ExpectedReports<'a> {
    pub(crate) fn new(zone: &'a ReportZone, vendors: &[VendorId], all: &'a [CountedOrder]) -> Self {
        let of_vendor = |vendor: &VendorId| -> Vec<CountedOrder> {
            all.iter().filter(|counted| counted.occurrences.named_vendors.contains(vendor)).cloned().collect()
        };
        let orders = vendors.iter().map(|vendor| (vendor.clone(), of_vendor(vendor))).collect();
        Self { zone, all, orders, scores: BTreeMap::new() }
    }

    fn vendors(&self) -> Vec<VendorId> {
        self.orders.keys().cloned().collect()
    }

    fn report(&self, vendor: &VendorId, date: Day, now: Instant) -> oracle::Expected {
        oracle::expected(vendor, &self.orders[vendor], date, now, self.zone.name())
    }

    /// The reliability scores of the dates that end with the date of `now`, the oldest first.
    fn scores(&mut self, vendor: &VendorId, now: Instant) -> Vec<Option<f64>> {
        let today = self.zone.day(now.floor_minute());
        let mut scores = Vec::new();
        for date in today.plus(1 - SCORE_DAYS).to(today.plus(-1)) {
            let key = (vendor.clone(), date);
            let score = match self.scores.get(&key) {
                Some(score) => *score,
                None => reliability(&self.report(vendor, date, now).current),
            };
            self.scores.insert(key, score);
            scores.push(score);
        }
        scores.push(reliability(&self.report(vendor, today, now).current));
        scores
    }

    /// Fails unless the figures are those of all vendors together.
    fn assert_fleet_figures(&self, figures: Figures, date: Day, now: Instant) {
        let fleet = VendorId::parse("fleet").unwrap();
        let of_fleet = |CountedOrder { order, occurrences }: &CountedOrder| CountedOrder {
            order: order.clone().map(|order| Order {
                placement: Placement { vendor_id: fleet.clone(), ..order.placement.clone() },
                ..order
            }),
            occurrences: occurrences.clone(),
        };
        let orders: Vec<CountedOrder> = self.all.iter().map(of_fleet).collect();
        let expected = oracle::expected(&fleet, &orders, date, now, self.zone.name());
        // The history of the fleet has no previous window, no instants and no values.
        let report = Report {
            vendor_id: fleet,
            date,
            as_of: expected.as_of,
            current7d: figures,
            previous7d: Figures::default(),
            risk: Risk::of(&figures),
            previous_risk: Risk::default(),
            overdue: None,
            last_arrival_at: None,
            updated_at: expected.updated_at,
        };
        let previous = oracle::Window::default();
        assert_report(&report, &oracle::Expected { previous, overdue: None, last_arrival_at: None, ..expected });
    }
}

/// 100 × arrived ÷ completed; `None` if nothing completed.
fn reliability(window: &oracle::Window) -> Option<f64> {
    let count = |outcome: Outcome| window.ended.get(&outcome).copied().unwrap_or(0);
    let arrived = count(Outcome::Arrived);
    let issues = [Outcome::Lost, Outcome::Damaged, Outcome::Undeliverable, Outcome::ReturnToSender].map(count);
    let completed = arrived + issues.iter().sum::<i64>();
    (completed > 0).then(|| 100.0 * arrived as f64 / completed as f64)
}

/// Every vendor's reports must be correct on every date that can be requested. Returns the reports by date.
pub(crate) fn assert_reports(
    simulation: &Simulation,
    real: &SqliteStore,
    expected: &ExpectedReports<'_>,
    now: Instant,
) -> BTreeMap<Day, Vec<Report>> {
    let zone = &simulation.zone;
    let today = zone.day(now.floor_minute());
    let kept_from = wait_alone(real.kept_from()).unwrap();
    assert_eq!(kept_from, simulation.model.state().kept_from, "the first day whose buckets are all kept");
    let first = kept_from.map_or(zone.day(simulation.start), |kept_from| kept_from.plus(REPORT_DAYS_BEFORE));
    let first = first.max(today.plus(-REPORT_DAYS));
    let mut by_date: BTreeMap<Day, Vec<Report>> = first.to(today).map(|date| (date, Vec::new())).collect();
    for vendor in &expected.vendors() {
        let reports = wait_alone(reports_of_vendor(real, vendor, first, today, now)).unwrap();
        assert_eq!(reports.len(), by_date.len(), "the reports of {vendor}, and the dates");
        for (report, (date, reports_of_date)) in reports.iter().zip(&mut by_date) {
            assert_eq!((&report.vendor_id, report.date), (vendor, *date), "the vendor and the date of a report");
            assert_report(report, &expected.report(vendor, *date, now));
            reports_of_date.push(report.clone());
        }
        for report in [reports.first(), reports.last()].into_iter().flatten() {
            let as_of = zone.as_of(report.date, now).unwrap();
            let alone = wait_alone(report_on(real, vendor, as_of)).unwrap();
            assert_eq!(alone, *report, "left: the report of one date, right: the reports of all dates");
            let (of_date, current) = wait_alone(vendor_report(real, real, vendor, as_of)).unwrap().unwrap();
            assert_eq!(
                of_date,
                simulation.model.state().master_data.as_of(vendor, as_of),
                "the vendor on {}",
                report.date
            );
            assert_eq!(current, *report, "left: the current report, right: the report from buckets");
        }
    }
    by_date
}

/// The dashboard of the program's cache at the latest revision. While another task updates it, the cache returns an older one.
async fn cached_fleet(process: &Process, as_of: AsOf) -> Arc<FleetReports> {
    loop {
        let fleet = process.fleet.reports(as_of).await.unwrap();
        if fleet.revision >= process.store.real().revision().unwrap() {
            return fleet;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The dashboards of the program's cache and of a new cache must be correct, now and after the clock moves. `today` are the reports
/// of today, which are checked.
pub(crate) async fn assert_dashboards(
    simulation: &Simulation,
    process: &Process,
    expected: &mut ExpectedReports<'_>,
    today: &[Report],
    now: Instant,
) {
    let real = process.store.real();
    let vendors = expected.vendors();
    for minutes in CLOCK_OFFSETS_MINUTES {
        let now = now.plus_seconds(minutes * 60);
        let as_of = simulation.zone.today(now);
        let current = wait_alone(current_reports(real, &vendors, as_of)).unwrap();
        assert_eq!(current.len(), vendors.len(), "the current reports, and the vendors");
        for (current, vendor) in current.iter().zip(&vendors) {
            let report = &current.report;
            assert_eq!((&report.vendor_id, report.date), (vendor, as_of.date()), "the vendor and the date of a report");
            assert_report(report, &expected.report(vendor, as_of.date(), now));
            assert_eq!(current.reliability30d, expected.scores(vendor, now), "the scores of {vendor} as of {now}");
        }
        if minutes == 0 {
            assert!(
                current.iter().map(|current| &current.report).eq(today),
                "the current reports differ from the reports of today"
            );
        }
        let cached = cached_fleet(process, as_of).await;
        let new = wait_alone(FleetCache::new(Arc::new(real.clone())).reports(as_of)).unwrap();
        for (name, fleet) in [("cached", cached), ("new", new)] {
            assert_eq!(fleet.rows.len(), current.len(), "the rows of the {name} dashboard, and the vendors");
            for (row, current) in fleet.rows.iter().zip(&current) {
                let vendor = simulation.model.state().vendor(&current.report.vendor_id);
                assert_eq!(row.vendor, vendor, "the vendor in the {name} dashboard, and in the model");
                assert_eq!(row.current.report, current.report, "the report in the {name} dashboard, and from buckets");
                assert_eq!(
                    row.current.reliability30d, current.reliability30d,
                    "the scores in the {name} dashboard, and from buckets"
                );
            }
        }
    }
    // The cache must return a change at once, also as of the same instant.
    let as_of = simulation.zone.today(now);
    if let Some(id) = vendors.first() {
        let vendor = Vendor { name: format!("{now}"), is_registered: true, ..Vendor::unregistered(id.clone(), None) };
        cached_fleet(process, as_of).await;
        process.store.put(vendor.clone(), now).await.unwrap();
        assert_eq!(cached_fleet(process, as_of).await.row(id).unwrap().vendor, vendor);
    }
}

/// Every past date must have the master data that was valid at its end, in the program's cache and in a new one. `dates` are those
/// that have reports.
pub(crate) async fn assert_master_data(
    simulation: &Simulation,
    process: &Process,
    dates: impl DoubleEndedIterator<Item = &Day>,
    now: Instant,
) {
    for date in dates.rev().take(PAST_TABLES) {
        let as_of = simulation.zone.as_of(*date, now).unwrap();
        let cached = cached_fleet(process, as_of).await;
        let new = wait_alone(FleetCache::new(Arc::new(process.store.real().clone())).reports(as_of)).unwrap();
        for (name, fleet) in [("cached", cached), ("new", new)] {
            for FleetRow { vendor, .. } in fleet.rows.iter().map(AsRef::as_ref) {
                let expected = simulation.model.state().master_data.as_of(&vendor.vendor_id, as_of);
                assert_eq!(*vendor, expected, "the vendor in the {name} table of {date}, and in the model");
            }
        }
    }
}

/// The fleet's history must be correct, and must be the sum of its vendors. `reports` are the reports by date, which are checked.
pub(crate) fn assert_fleet_history(
    real: &SqliteStore,
    expected: &ExpectedReports<'_>,
    reports: &BTreeMap<Day, Vec<Report>>,
    now: Instant,
) {
    let today = expected.zone.today(now).date();
    let dates: Vec<Day> = today.plus(-2).to(today).collect();
    let history = wait_alone(fleet_history(real, real, (today.plus(-2), today), Window::Days7, now)).unwrap();
    assert!(history.iter().map(|day| &day.date).eq(&dates), "the dates of the fleet's history, and {dates:?}");
    for day in &history {
        let as_of = expected.zone.as_of(day.date, now).unwrap();
        let sum = Dashboard::fold(&reports[&day.date], as_of).current;
        assert_eq!(day.fleet, sum, "the fleet on {}, and the sum of its vendors", day.date);
        expected.assert_fleet_figures(day.fleet.figures, day.date, now);
    }
}
