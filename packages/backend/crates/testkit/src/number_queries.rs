//! The requests for the orders behind the numbers of a report, as a client makes them.

use goody_domain::{Day, Instant};
use serde_json::Value;

/// A number of a report in JSON, and the query of the list behind it, without a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberQuery {
    /// The name of the number, with its window.
    pub name: String,
    /// The number.
    pub number: i64,
    /// The query for `/api/orders`.
    pub query: String,
}

/// Every number of a report in JSON that counts orders. Reports of today must be in UTC.
pub fn number_queries(report: &Value) -> Vec<NumberQuery> {
    let date = Day::parse(report["date"].as_str().unwrap()).unwrap();
    let at = Instant::parse(report["asOf"].as_str().unwrap()).unwrap();
    let mut queries = Vec::new();
    for (name, last, level_at) in [("current7d", date, at), ("previous7d", date.plus(-7), at.plus_seconds(-7 * 86_400))]
    {
        let window = &report[name];
        let (from, to, as_of) = (last.plus(-6), last, date);
        let days = |range: &str| format!("{range}From={from}&{range}To={to}&asOf={as_of}");
        let mut add = |number: &str, value: &Value, query: String| {
            let number_name = format!("{name}.{number}");
            let number = value.as_i64().unwrap_or_else(|| panic!("{number_name} is {value}"));
            queries.push(NumberQuery { name: number_name, number, query });
        };
        add("totalOrders", &window["totalOrders"], days("date"));
        add("completedOrders", &window["completedOrders"], days("completed"));
        for (number, filter) in [
            ("arrivedOrders", "outcome=ARRIVED"),
            ("issueCount", "outcome=LOST,DAMAGED,UNDELIVERABLE,RETURN_TO_SENDER"),
            ("cancelledOrders", "outcome=CANCELLED"),
        ] {
            add(number, &window[number], format!("{}&{filter}", days("completed")));
        }
        add("dueOrders", &window["dueOrders"], days("due"));
        add("onTimeDeliveries", &window["onTimeDeliveries"], format!("{}&onTime=true", days("due")));
        add("shipDueOrders", &window["shipDueOrders"], days("shipDue"));
        add("shippedOnTime", &window["shippedOnTime"], format!("{}&shippedOnTime=true", days("shipDue")));
        add("returnedOrders", &window["returnedOrders"], days("returned"));
        add("refundedOrders", &window["refundedOrders"], days("refunded"));
        for (status, count) in window["statusCounts"].as_object().unwrap() {
            let query = match status.as_str() {
                "PLACED" | "SHIPPING_ON_TIME" | "SHIPPING_DELAYED" => format!("status={status}&asOf={level_at}"),
                _ => format!("{}&status={status}", days("completed")),
            };
            add(&format!("statusCounts.{status}"), count, query);
        }
    }
    let active = "status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED";
    for (number, filter) in [
        ("activeOrders", active.to_owned()),
        ("delayedOrders", format!("{active}&delayed=true")),
        ("unshippedOrders", "unshipped=true".to_owned()),
        ("stalledOrders", "stalled=true".to_owned()),
    ] {
        let value = report[number].as_i64().unwrap();
        queries.push(NumberQuery { name: number.to_owned(), number: value, query: format!("{filter}&asOf={date}") });
    }
    queries
}

/// The sums of the numbers of several reports of one date.
pub fn fleet_queries(reports: &[Value]) -> Vec<NumberQuery> {
    let mut sums: Vec<NumberQuery> = reports.first().map(number_queries).unwrap_or_default();
    for report in reports.iter().skip(1) {
        for (sum, query) in sums.iter_mut().zip(number_queries(report)) {
            assert_eq!((&sum.name, &sum.query), (&query.name, &query.query), "the reports are of one date");
            sum.number += query.number;
        }
    }
    sums
}
