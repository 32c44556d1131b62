//! Compares the reports of real orders with those of a program that shares no code with this one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use goody_application::detect::{detect, keep_up};
use goody_application::ports::ReportReader;
use goody_domain::Day;
use goody_domain::detection::Rules;
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::ManualClock;
use goody_testkit::number_queries::{NumberQuery, fleet_queries, number_queries};
use goody_testkit::suite::wait;
use serde_json::Value;

use crate::binary::{Rng, Server, quiet, rebuild, reports, run, text};

const TOLERANCE: f64 = 1e-9;

/// Compares every expected number with the actual one. Other fields are ignored.
fn assert_equal(path: &str, expected: &Value, actual: &Value) {
    match expected {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert_equal(&format!("{path}.{name}"), value, &actual[name]);
            }
        }
        Value::Number(number) => {
            let (expected, actual) = (number.as_f64().unwrap(), actual.as_f64());
            let near = actual.is_some_and(|actual| (actual - expected).abs() <= TOLERANCE);
            assert!(near, "{path} should be {expected} and is {actual:?}");
        }
        other => assert_eq!(other, actual, "{path}"),
    }
}

pub(crate) fn every_report_and_the_dashboard_equal_those_computed_independently([events, expected]: [PathBuf; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&events)], &database);
    let expected: Value = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let server = Server::start_by(quiet(), &database, &[]);
    for (date, expected) in expected.as_object().unwrap() {
        let reports = server.get_all(&format!("/api/reports?date={date}"), "reports");
        for report in &reports {
            let vendor = report["vendorId"].as_str().unwrap();
            match expected["vendors"].get(vendor) {
                Some(expected) => assert_equal(&format!("{date} {vendor}"), expected, report),
                None => {
                    let is_empty = ["activeOrders", "delayedOrders"].iter().all(|number| report[number] == 0)
                        && ["totalOrders", "completedOrders", "dueOrders", "cancelledOrders"]
                            .iter()
                            .all(|number| report["current7d"][number] == 0);
                    assert!(is_empty, "{date} {vendor} should have no orders: {report}");
                }
            }
        }
        let expected_vendors = expected["vendors"].as_object().unwrap().len();
        assert!(reports.len() >= expected_vendors, "{date}: {} of {expected_vendors} vendors", reports.len());

        let dashboard = server.get(&format!("/api/dashboard?date={date}"));
        for (window, name) in [("current", "current7d"), ("previous", "previous7d")] {
            for (field, expected_field) in [
                ("overallReliability", "reliabilityScore"),
                ("onTimePercentage", "onTimePercentage"),
                ("totalOrders", "totalOrders"),
                ("completedOrders", "completedOrders"),
                ("issueCount", "issueCount"),
            ] {
                let path = format!("{date} {window} {field}");
                assert_equal(&path, &expected["fleet"][name][expected_field], &dashboard[window][field]);
            }
        }
        for (field, expected_field) in [("totalActiveOrders", "activeOrders"), ("totalDelayedOrders", "delayedOrders")]
        {
            assert_equal(&format!("{date} {field}"), &expected["fleet"][expected_field], &dashboard["current"][field]);
        }
    }
}

pub(crate) fn shuffled_and_repeated_events_over_http_give_the_same_bytes_as_an_ordered_import([events]: [PathBuf; 1]) {
    let folder = tempfile::tempdir().unwrap();
    let (ordered, shuffled) = (folder.path().join("ordered.db"), folder.path().join("shuffled.db"));
    run(&["import", text(&events)], &ordered);

    let events = std::fs::read_to_string(events).unwrap();
    let mut lines: Vec<&str> = events.lines().collect();
    let repeated: Vec<&str> = lines.iter().step_by(10).copied().collect();
    let (unique, duplicates) = (lines.len(), repeated.len());
    lines.extend(repeated);
    shuffle(&mut lines, &mut Rng(7));
    let server = Server::start_by(quiet(), &shuffled, &[]);
    let mut results = (0, 0);
    for part in lines.chunks(3_000) {
        for result in server.post((part.join("\n") + "\n").as_bytes()).unwrap() {
            match result["result"].as_str().unwrap() {
                "accepted" => results.0 += 1,
                "duplicate" => results.1 += 1,
                other => panic!("{other}: {result}"),
            }
        }
    }
    assert_eq!(results, (unique, duplicates));
    server.wait_until_projected();
    assert!(reports(&ordered) == reports(&shuffled), "the reports of the shuffled events differ");
    drop(server);
    rebuild(&shuffled);
}

pub(crate) fn at_the_end_of_every_month_the_dashboard_equals_the_sums_of_the_vendors_and_of_the_order_list(
    [events]: [PathBuf; 1],
) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&events)], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    for (date, week_before) in [
        ("2016-10-31", "2016-10-25"),
        ("2016-11-30", "2016-11-24"),
        ("2016-12-31", "2016-12-25"),
        ("2017-01-31", "2017-01-25"),
        ("2017-02-28", "2017-02-22"),
        ("2017-03-31", "2017-03-25"),
        ("2017-04-30", "2017-04-24"),
        ("2017-05-31", "2017-05-25"),
        ("2017-06-30", "2017-06-24"),
        ("2017-07-31", "2017-07-25"),
        ("2017-08-31", "2017-08-25"),
        ("2017-09-30", "2017-09-24"),
        ("2017-10-31", "2017-10-25"),
        ("2017-11-30", "2017-11-24"),
        ("2017-12-31", "2017-12-25"),
        ("2018-01-31", "2018-01-25"),
        ("2018-02-28", "2018-02-22"),
        ("2018-03-31", "2018-03-25"),
        ("2018-04-30", "2018-04-24"),
        ("2018-05-31", "2018-05-25"),
        ("2018-06-30", "2018-06-24"),
        ("2018-07-31", "2018-07-25"),
        ("2018-08-31", "2018-08-25"),
        ("2018-09-30", "2018-09-24"),
    ] {
        let current = server.get(&format!("/api/dashboard?date={date}"))["current"].clone();
        let rows = server.get_all(&format!("/api/vendors?date={date}&sortBy=name"), "vendors");
        let sum = |number: &str| rows.iter().map(|row| row[number].as_i64().unwrap()).sum::<i64>();
        for (field, row_field) in [
            ("totalOrders", "totalOrders"),
            ("completedOrders", "completedOrders"),
            ("issueCount", "issueCount"),
            ("totalActiveOrders", "activeOrders"),
            ("totalDelayedOrders", "delayedOrders"),
        ] {
            assert_eq!(current[field], sum(row_field), "{date} {field}");
        }
        let filter = format!("dateFrom={week_before}&dateTo={date}");
        let listed = server.get_all(&format!("/api/orders?{filter}"), "orders");
        let summary = server.get(&format!("/api/orders?{filter}"))["summary"].clone();
        assert_eq!(current["totalOrders"], listed.len(), "{date} totalOrders");
        assert_eq!(summary["total"], listed.len(), "{date} summary.total");
        for (status, count) in summary["statusBreakdown"].as_object().unwrap() {
            let with_status = listed.iter().filter(|order| order["status"] == **status).count();
            assert_eq!(*count, with_status, "{date} {status}");
        }
    }
}

/// Every orders' list of the fleet is read as a whole and compared with every vendor's number; the lists of some vendors are read, too.
pub(crate) fn at_the_end_of_every_month_every_number_of_every_vendor_is_the_length_of_its_list([events]: [PathBuf; 1]) {
    const SAMPLE: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&events)], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let mut rng = Rng(11);
    for month in 2016 * 12 + 9..2018 * 12 + 9 {
        let next_month = month + 1;
        let first_of_next = Day::parse(&format!("{}-{:02}-01", next_month / 12, next_month % 12 + 1)).unwrap();
        let date = first_of_next.plus(-1);
        let reports = server.get_all(&format!("/api/reports?date={date}"), "reports");
        let of_vendors: Vec<Vec<NumberQuery>> = reports.iter().map(number_queries).collect();
        for (number, fleet) in fleet_queries(&reports).into_iter().enumerate() {
            let path = format!("/api/orders?{}", fleet.query);
            let listed = server.get_all(&path, "orders");
            assert_eq!(server.get(&path)["summary"]["total"], fleet.number, "{date} {}: {path}", fleet.name);
            let mut of_vendor: BTreeMap<&str, i64> = BTreeMap::new();
            for order in &listed {
                *of_vendor.entry(order["vendorId"].as_str().unwrap()).or_default() += 1;
            }
            for (report, queries) in reports.iter().zip(&of_vendors) {
                let vendor = report["vendorId"].as_str().unwrap();
                let listed = of_vendor.get(vendor).copied().unwrap_or(0);
                assert_eq!(listed, queries[number].number, "{date} {vendor} {}: {path}", fleet.name);
            }
        }
        for _ in 0..SAMPLE {
            let sampled = rng.below(reports.len());
            let vendor = reports[sampled]["vendorId"].as_str().unwrap();
            for NumberQuery { name, number, query } in &of_vendors[sampled] {
                let path = format!("/api/orders?{query}&vendorId={vendor}");
                assert_eq!(server.get(&path)["summary"]["total"], *number, "{date} {name}: {path}");
                assert_eq!(server.get_all(&path, "orders").len() as i64, *number, "{date} {name}: {path}");
            }
        }
    }
}

fn shuffle<T>(list: &mut [T], rng: &mut Rng) {
    for place in (1..list.len()).rev() {
        list.swap(place, rng.below(place + 1));
    }
}

/// The reference implementation finds the same: no seller ever has enough promises to be judged, and everybody missed more in April
/// 2018, when the orders of the postal strike fell due.
pub(crate) fn the_detection_finds_the_episode_of_the_fleet_and_none_of_a_vendor([events]: [PathBuf; 1]) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&events)], &database);
    let store = SqliteStore::open(&database, Settings::new(ManualClock::today())).unwrap();
    let last = goody_domain::Day::parse("2018-11-12").unwrap();
    let detected = || wait(detect(&store, store.zone().end_of(last))).unwrap().unwrap();
    let detection = detected();
    while !wait(keep_up(&store, store.zone().end_of(last).at())).unwrap() {}
    assert!(detected() == detection, "continued from a stored state");
    assert_eq!(detection.first_day().to_string(), "2016-09-04");
    let episodes: Vec<_> = detection
        .episodes()
        .iter()
        .map(|(vendor, episode)| {
            let at = |slot| detection.start_of(slot, &Rules::QUARTERS, store.zone()).to_string();
            let cleared = episode.cleared.map(|(slot, why)| (at(slot), why.as_str()));
            (vendor.clone(), episode.signal.as_str(), at(episode.since), at(episode.raised), cleared)
        })
        .collect();
    let cleared = Some(("2018-04-29T00:00:00Z".to_owned(), "recovered"));
    let fleet = (None, "promise", "2018-04-02T18:00:00Z".to_owned(), "2018-04-07T00:00:00Z".to_owned(), cleared);
    assert_eq!(episodes, [fleet]);
    assert_eq!(detection.blind_slots(), 15);
}
