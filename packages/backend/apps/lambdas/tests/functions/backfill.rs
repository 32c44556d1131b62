//! `data-backfill` and `order-simulator` store the events of the demo.

use goody_application::ports::Clock;
use goody_application::ports::OrderReader;
use goody_application::simulate::Simulator;
use goody_domain::{History, ReportZone};
use goody_testkit::lambda::Failed;
use goody_testkit::lambda::events::scheduled;
use goody_testkit::{MemoryStore, TestStore, at};
use serde_json::json;

use crate::aws::{Aws, DATA_BACKFILL, ORDER_SIMULATOR};

async fn orders(store: &dyn OrderReader) -> Vec<History> {
    store.all(None, 10_000).await.unwrap()
}

#[tokio::test]
async fn a_backfill_equals_that_of_the_embedded_host_and_a_second_one_adds_nothing() {
    let aws = Aws::new().await;
    let function = aws.function(DATA_BACKFILL);
    let request = json!({ "days": 1, "seed": 3 });
    let first = function.invoke(&request).await.unwrap();
    let memory = TestStore::new(MemoryStore::new(ReportZone::utc()), ());
    let now = aws.clock.now();
    let counts = Simulator::new(memory.store.clone(), 3, Vec::new()).backfill(1, now, now, |_, _| {}).await.unwrap();
    assert_eq!(first, json!({ "new": counts.new, "known": 0 }));
    assert_eq!(orders(&aws.store()).await, orders(memory.store.as_ref()).await);
    assert_eq!(function.invoke(&request).await.unwrap(), json!({ "new": 0, "known": counts.new }));
}

#[tokio::test]
async fn an_invalid_backfill_fails_with_the_reason() {
    let aws = Aws::new().await;
    let function = aws.function(DATA_BACKFILL);
    for (request, reason) in [
        (json!({ "days": 0 }), "days: 0 is not between 1 and 3650"),
        (json!({ "until": "2099-01-01T00:00:00Z" }), "is later than now, and nothing has happened after now"),
        (json!({ "scenario": ["unknown=stall@2026-03-01"] }), "there is no vendor unknown, only "),
    ] {
        let response = function.invoke(&request).await;
        let Err(Failed::Thrown { message, .. }) = response else { panic!("{request}: {response:?}") };
        assert!(message.contains(reason), "{message}");
    }
}

#[tokio::test]
async fn the_simulator_continues_where_the_backfill_ended() {
    let aws = Aws::new().await;
    aws.function(DATA_BACKFILL).invoke(&json!({ "days": 1 })).await.unwrap();
    let before = orders(&aws.store()).await;
    aws.set_clock(at("2026-03-10T17:30:20Z"));
    let function = aws.function(ORDER_SIMULATOR);
    let counts = function.invoke(&scheduled()).await.unwrap();
    assert!(counts["new"].as_u64().unwrap() > 0, "three hours have new events: {counts}");
    assert_eq!(function.invoke(&scheduled()).await.unwrap()["new"], 0);
    let after = orders(&aws.store()).await;
    assert!(after.len() > before.len());
}
