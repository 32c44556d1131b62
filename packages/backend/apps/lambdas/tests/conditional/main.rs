//! Tests that need what not every machine has: real orders.
//!
//! The runner counts a test without its requirement as ignored and prints the reason.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod real_orders;

#[path = "../functions/aws.rs"]
#[expect(dead_code, reason = "the tests of the functions use the rest")]
mod aws;

use goody_testkit::conditional::real_data;

goody_testkit::conditional_tests! {
    real_orders::real_orders_through_all_functions_give_the_reports_of_the_embedded_host, needs real_data(["olist-events.ndjson", "olist-expected-2.json"]);
}
