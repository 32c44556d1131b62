//! Demo events for tests and for a first import: three weeks of a small demo, up to the frozen now.

use goody_application::demo::Demo;
use goody_domain::ReportZone;

use crate::{ndjson, now};

/// The demand: orders per 1,000 average days.
const ORDERS_PER_THOUSAND_DAYS: u64 = 15_000;
const DAYS: i32 = 21;

/// The demo events as NDJSON, in the sequence of occurrence.
pub fn demo_events() -> String {
    let profiles = include_str!("../../../../shared/fixtures/vendors.json");
    let first_day = ReportZone::utc().day(now()).plus(-DAYS);
    let demo = Demo::new(42, ORDERS_PER_THOUSAND_DAYS, serde_json::from_str(profiles).unwrap(), first_day).unwrap();
    ndjson(&demo.events(first_day, now()).collect::<Vec<_>>())
}
