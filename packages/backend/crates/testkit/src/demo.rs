//! Demo events for tests, and for whoever wants to see an import: three weeks of a small demo world, up to the frozen now.

use goody_application::demo::Demo;
use goody_domain::ReportZone;

use crate::{ndjson, now};

/// Orders of a thousand ordinary days.
const DEMAND: u64 = 15_000;
const DAYS: i32 = 21;

/// The demo events as NDJSON, in the order they happened.
pub fn demo_events() -> String {
    let profiles = include_str!("../../../../shared/fixtures/vendors.json");
    let begins = ReportZone::utc().day(now()).plus(-DAYS);
    let world = Demo::new(42, DEMAND, serde_json::from_str(profiles).unwrap(), begins).unwrap();
    ndjson(&world.events(begins, now()).collect::<Vec<_>>())
}
