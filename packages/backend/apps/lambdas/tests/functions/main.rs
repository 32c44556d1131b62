//! Each function alone, and all of them together: the real binaries on the local Lambda host, with the DynamoDB emulator.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code fails loudly")]

mod app;
mod aws;
mod backfill;
mod generator;
mod ingest;
mod start;

// The route tests of the embedded host run against the functions, too.
#[path = "../../../../crates/http/tests/routes/dashboard/mod.rs"]
mod dashboard;
#[path = "../../../../crates/http/tests/routes/fleet.rs"]
mod fleet;
#[path = "../../../../crates/http/tests/routes/health/mod.rs"]
mod health;
#[path = "../../../../crates/http/tests/routes/metrics/mod.rs"]
mod metrics;
#[path = "../../../../crates/http/tests/routes/openapi/mod.rs"]
mod openapi;
#[path = "../../../../crates/http/tests/routes/orders/mod.rs"]
mod orders;
#[path = "../../../../crates/http/tests/routes/problems.rs"]
mod problems;
#[path = "../../../../crates/http/tests/routes/rejections/mod.rs"]
mod rejections;
#[path = "../../../../crates/http/tests/routes/reports/mod.rs"]
mod reports;
#[path = "../../../../crates/http/tests/routes/signals/mod.rs"]
mod signals;
#[path = "../../../../crates/http/tests/routes/vendors/export.rs"]
mod vendors_export;
#[path = "../../../../crates/http/tests/routes/vendors/history.rs"]
mod vendors_history;
#[path = "../../../../crates/http/tests/routes/vendors/list.rs"]
mod vendors_list;
#[path = "../../../../crates/http/tests/routes/vendors/put.rs"]
mod vendors_put;
#[path = "../../../../crates/http/tests/routes/vendors/report.rs"]
mod vendors_report;

use app::TestApp;
