//! Compares the numbers of a small file of unusual events with those that tools/oracle/oracle.py computes from it. That program
//! shares no code with the crates.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::binary::{Server, run, text};

const TOLERANCE: f64 = 1e-9;
const RESULTS: [&str; 3] = ["accepted", "duplicate", "rejected"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/oracle").join(name)
}

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap()
}

/// Collects the differences. Whole numbers and texts must be equal; rates and means may differ by rounding.
fn compare(path: &str, expected: &Value, actual: &Value, differences: &mut Vec<String>) {
    let equal = match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                match actual.get(name) {
                    Some(actual) => compare(&format!("{path}.{name}"), value, actual, differences),
                    None => differences.push(format!("{path}.{name} is missing")),
                }
            }
            true
        }
        (Value::Number(expected), Value::Number(actual)) if expected.is_f64() => {
            (expected.as_f64().unwrap() - actual.as_f64().unwrap()).abs() <= TOLERANCE
        }
        _ => expected == actual,
    };
    if !equal {
        differences.push(format!("{path} should be {expected} and is {actual}"));
    }
}

fn assert_none(differences: &[String]) {
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// The names of the fields of `errors` or `warnings`, sorted.
fn fields(problems: &Value) -> Value {
    let mut fields: Vec<&str> =
        problems.as_array().into_iter().flatten().map(|problem| problem["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    json!(fields)
}

fn ids(orders: &[Value]) -> Value {
    orders.iter().map(|order| order["orderId"].clone()).collect()
}

/// Imports the fixture in a time zone, and compares every result and every response.
fn compare_zone(zone: &str) {
    let expected = expected();
    let answers = expected["answers"].as_array().unwrap();
    let mut differences = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let (database, rejected) = (folder.path().join("goody.db"), folder.path().join("rejected.ndjson"));
    let events = fixture("events.ndjson");
    let arguments = ["import", text(&events), "--time-zone", zone, "--json", "--rejected", text(&rejected)];
    let summary: Value = serde_json::from_slice(&run(&arguments, &database).stdout).unwrap();
    for result in RESULTS {
        let count = answers.iter().filter(|answer| answer["result"] == result).count();
        compare(result, &json!(count), &summary[result], &mut differences);
    }
    let warnings: usize = answers.iter().map(|answer| answer["warnings"].as_array().unwrap().len()).sum();
    compare("warnings", &json!(warnings), &summary["warnings"], &mut differences);
    let unplaced = &expected["today"]["unplacedOrders"];
    compare("unplacedOrders of the summary", unplaced, &summary["unplacedOrders"], &mut differences);
    let rejected = std::fs::read_to_string(&rejected).unwrap();
    let mut rejected: Vec<Value> = rejected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Conflicts follow the malformed lines of their batch.
    rejected.sort_by_key(|line| line["line"].as_u64());
    let rejected = rejected.iter().map(|line| json!([line["line"], fields(&line["errors"])]));
    let should_be = answers.iter().filter(|answer| answer["result"] == "rejected");
    let should_be: Value = should_be.map(|answer| json!([answer["line"], answer["errors"]])).collect();
    compare("rejected lines", &should_be, &rejected.collect(), &mut differences);

    let server = Server::start(&database);
    for (order, expected) in expected["orders"].as_object().unwrap() {
        compare(order, expected, &server.get(&format!("/api/orders/by-id/{order}")), &mut differences);
    }
    for (order, expected) in expected["ordersByZone"][zone].as_object().unwrap() {
        compare(order, expected, &server.get(&format!("/api/orders/by-id/{order}")), &mut differences);
    }
    let today = &expected["today"];
    compare(
        "unplacedOrders today",
        &today["unplacedOrders"],
        &server.get("/api/dashboard")["unplacedOrders"],
        &mut differences,
    );
    for (vendor, expected) in today["vendors"].as_object().unwrap() {
        let report = &server.get(&format!("/vendors/{vendor}/report"))["report"];
        compare(&format!("today {vendor}"), expected, report, &mut differences);
    }
    for (date, expected) in expected["zones"][zone].as_object().unwrap() {
        compare_date(&server, date, expected, &mut differences);
    }
    assert_none(&differences);
}

fn compare_date(server: &Server, date: &str, expected: &Value, differences: &mut Vec<String>) {
    for (vendor, expected) in expected["vendors"].as_object().unwrap() {
        let report = &server.get(&format!("/vendors/{vendor}/report?date={date}"))["report"];
        compare(&format!("{date} {vendor}"), expected, report, differences);
    }
    let rows = server.get_all(&format!("/api/vendors?date={date}"), "vendors");
    let risk: Value =
        rows.iter().map(|row| (row["vendorId"].as_str().unwrap().to_owned(), row["riskLevel"].clone())).collect();
    if risk != expected["risk"] {
        differences.push(format!("{date} risk should be {} and is {risk}", expected["risk"]));
    }
    let dashboard = server.get(&format!("/api/dashboard?date={date}"));
    compare(&format!("{date} dashboard"), &expected["dashboard"], &dashboard, differences);
    for (field, of_dashboard) in [
        ("activeOrders", "totalActiveOrders"),
        ("delayedOrders", "totalDelayedOrders"),
        ("unshippedOrders", "totalUnshippedOrders"),
        ("stalledOrders", "totalStalledOrders"),
        ("atRiskVendors", "atRiskVendors"),
    ] {
        let path = format!("{date} dashboard.current.{of_dashboard}");
        compare(&path, &expected["fleet"][field], &dashboard["current"][of_dashboard], differences);
    }

    let orders = &expected["orders"];
    let filter = format!("/api/orders?dateFrom={}&dateTo={date}", orders["dateFrom"].as_str().unwrap());
    let listed = server.get_all(&filter, "orders");
    let delayed = server.get_all(&format!("{filter}&delayed=true"), "orders");
    let summary = &server.get(&filter)["summary"];
    for (name, actual) in [
        ("orderIds", &ids(&listed)),
        ("delayedOrderIds", &ids(&delayed)),
        ("total", &summary["total"]),
        ("statusBreakdown", &summary["statusBreakdown"]),
    ] {
        compare(&format!("{date} orders.{name}"), &orders[name], actual, differences);
    }
}

#[test]
fn every_number_of_unusual_events_equals_the_one_computed_independently_in_utc() {
    compare_zone("UTC");
}

#[test]
fn every_number_of_unusual_events_equals_the_one_computed_independently_in_new_york() {
    compare_zone("America/New_York");
}

#[test]
fn the_result_of_each_unusual_event_equals_the_one_computed_independently() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("goody.db"));
    let posted = server.post(&std::fs::read(fixture("events.ndjson")).unwrap()).unwrap();
    let answers: Value = posted
        .iter()
        .map(|answer| {
            let (errors, warnings) = (fields(&answer["errors"]), fields(&answer["warnings"]));
            json!({"line": answer["line"], "result": answer["result"], "errors": errors, "warnings": warnings})
        })
        .collect();
    let expected = expected();
    let pairs = expected["answers"].as_array().unwrap().iter().zip(answers.as_array().unwrap());
    let differences: Vec<String> = pairs
        .filter(|(expected, actual)| expected != actual)
        .map(|(expected, actual)| format!("{expected} was expected, not {actual}"))
        .collect();
    assert_none(&differences);
    assert_eq!(posted.len(), expected["answers"].as_array().unwrap().len(), "each line needs a result");
}
