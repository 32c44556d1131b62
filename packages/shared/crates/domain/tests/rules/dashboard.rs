//! The dashboard, computed from the vendors' reports.

use goody_domain::{Dashboard, Day, Figures, Report, ReportZone, VendorId};

use crate::report::{Acme, ended};

/// The report of a vendor with these numbers of arrived and of lost orders, in this week and in the week before.
fn vendor(id: &str, current: (usize, usize), previous: (usize, usize)) -> Report {
    let timelines = [ended("2026-03-09", current.0, current.1), ended("2026-03-02", previous.0, previous.1)].concat();
    let timelines: Vec<&str> = timelines.iter().map(String::as_str).collect();
    Report { vendor_id: VendorId::parse(id).unwrap(), ..Acme::with(&timelines).on("2026-03-10") }
}

fn fold(reports: &[Report]) -> Dashboard<'_> {
    Dashboard::fold(reports, ReportZone::utc().end_of(Day::parse("2026-03-10").unwrap()))
}

fn ids(reports: &[&Report]) -> Vec<String> {
    reports.iter().map(|report| report.vendor_id.to_string()).collect()
}

#[test]
fn the_fleet_s_rates_are_computed_from_its_sums_and_are_no_means_of_percentages() {
    let reports = [vendor("large", (90, 10), (0, 0)), vendor("small", (0, 1), (0, 0))];
    let fleet = fold(&reports).current.figures;
    assert_eq!(fleet.completed_orders(), 101);
    assert_eq!(fleet.reliability_score(), Some(100.0 * 90.0 / 101.0), "not 45");
}

#[test]
fn every_count_of_the_fleet_is_the_sum_over_its_vendors() {
    // All fields are written out, so that a new one is added here, too.
    let of_vendor = |unit: i64| Figures {
        total_orders: unit,
        ended: [2, 3, 4, 5, 6, 7].map(|factor| factor * unit),
        delivery_micros: 8 * unit,
        suspect_arrivals: 9 * unit,
        due_orders: 10 * unit,
        on_time_deliveries: 11 * unit,
        active: [12, 13, 14].map(|factor| factor * unit),
        delayed_orders: 15 * unit,
        ship_due_orders: 16 * unit,
        shipped_on_time: 17 * unit,
        handed_over: 18 * unit,
        handover_micros: 19 * unit,
        unshipped_orders: 20 * unit,
        stalled_orders: 21 * unit,
        returned_orders: 22 * unit,
        refunded_orders: 23 * unit,
    };
    let report = |current: i64, previous: i64| Report {
        current7d: of_vendor(current),
        previous7d: of_vendor(previous),
        ..vendor("any", (0, 0), (0, 0))
    };
    let reports = [report(1, 100), report(10, 1_000)];
    let dashboard = fold(&reports);
    assert_eq!(dashboard.current.figures, of_vendor(11));
    assert_eq!(dashboard.previous.figures, of_vendor(1_100));
    let trends = dashboard.trends();
    assert_eq!((trends.active_orders, trends.delayed_orders), (39 * -1_089, 15 * -1_089));
    assert_eq!((trends.unshipped_orders, trends.stalled_orders), (20 * -1_089, 21 * -1_089));
}

#[test]
fn vendors_of_medium_and_high_risk_are_at_risk_and_vendors_with_too_few_orders_are_not() {
    let reports = [
        vendor("low", (99, 1), (50, 50)),
        vendor("medium", (83, 17), (99, 1)),
        vendor("high", (60, 40), (99, 1)),
        vendor("unknown", (0, 1), (0, 0)),
        vendor("silent", (0, 0), (0, 0)),
    ];
    let dashboard = fold(&reports);
    assert_eq!((dashboard.current.at_risk_vendors, dashboard.previous.at_risk_vendors), (2, 1));
    assert_eq!(dashboard.trends().at_risk_vendors, 1);
}

#[test]
fn the_best_have_the_highest_lower_end_of_the_interval_and_the_worst_are_the_likeliest_to_be_at_risk() {
    let reports = [
        vendor("few", (30, 0), (0, 0)),
        vendor("many", (297, 3), (0, 0)),
        vendor("bad", (70, 30), (0, 0)),
        vendor("worse", (40, 60), (0, 0)),
        vendor("unclear", (0, 1), (0, 0)),
        vendor("silent", (0, 0), (0, 0)),
    ];
    let dashboard = fold(&reports);
    assert_eq!(ids(&dashboard.top_performing), ["many", "few"], "297 of 300 has a higher lower end than 30 of 30");
    assert_eq!(ids(&dashboard.underperforming), ["worse", "bad"], "one lost order is too few to judge");
}

#[test]
fn each_list_has_at_most_ten_vendors() {
    let reports: Vec<Report> = (0..12).map(|number| vendor(&format!("v-{number:02}"), (100, 0), (0, 0))).collect();
    let dashboard = fold(&reports);
    assert_eq!(dashboard.top_performing.len(), 10);
    assert_eq!(ids(&dashboard.top_performing)[..2], ["v-00", "v-01"], "equal vendors are sorted by id");
}

#[test]
fn an_empty_fleet_has_counts_of_zero_and_no_rates() {
    let dashboard = fold(&[]);
    let trends = dashboard.trends();
    assert_eq!(dashboard.current, Default::default());
    assert_eq!((trends.reliability, trends.on_time, trends.active_orders), (None, None, 0));
}
