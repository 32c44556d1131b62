//! Changes with more rows than one transaction has room for: they are applied in steps, and an interruption loses no step.

#![expect(clippy::unwrap_used, reason = "test code")]

mod emulator;
mod fault_proxy;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use fault_proxy::{FaultProxy, Faults};
use goody_application::ingest::Ingest;
use goody_application::ports::{Housekeeping, ReportReader, Scope};
use goody_application::project;
use goody_application::rebuild::rebuild;
use goody_application::retract::retract;
use goody_domain::{CounterSeries, Day, EventId, OrderEvent, ReportZone, VendorId};
use goody_store_dynamodb::DynamoStore;
use goody_testkit::dynamodb::ask;
use goody_testkit::{DynamoDb, OrderBuilder, batch, now, vendor_id};
use serde_json::json;

const VENDORS: usize = 8;

fn vendors() -> Vec<VendorId> {
    (0..VENDORS).map(|number| vendor_id(&format!("vendor-{number:02}"))).collect()
}

/// One order with placements of [`VENDORS`] vendors, each on another day, and with scans on 40 days.
fn wide_order() -> Vec<OrderEvent> {
    let day = |number: usize| format!("2026-{:02}-{:02}T{:02}:00:00Z", 1 + number / 28, 1 + number % 28, number % 24);
    let named = |id: String, event: &OrderEvent| OrderEvent { event_id: EventId::parse(&id).unwrap(), ..event.clone() };
    let placed = vendors().into_iter().enumerate().map(|(number, vendor)| {
        let order = OrderBuilder::new("wide").vendor(vendor.as_str()).placed(&day(number));
        named(format!("p-{number}"), &order.events()[0])
    });
    let scans = (0..40).map(|number| {
        let order = OrderBuilder::new("wide").shipped(&day(20 + number));
        named(format!("s-{number}"), &order.events()[1])
    });
    placed.chain(scans).collect()
}

async fn send(store: &DynamoStore, batch_id: &str) {
    let ingest = Ingest::new(Arc::new(store.clone()));
    ingest.ingest(wide_order(), &batch(batch_id), now()).await.unwrap();
}

async fn assert_rebuilt(store: &DynamoStore) {
    assert_eq!(rebuild(store, now(), |_, _| {}).await.unwrap().different, 0);
}

async fn all_series(store: &DynamoStore) -> Vec<CounterSeries> {
    let (first, last) = (Day::from_number(0), Day::from_number(100_000));
    let scopes: Vec<Scope> = vendors().into_iter().map(Scope::Vendor).chain([Scope::Fleet]).collect();
    let mut all_series = store.all_series(&scopes, first, first, last).await.unwrap();
    // An empty bucket counts as a missing one.
    all_series.iter_mut().for_each(|(series, _)| series.buckets.retain(|(_, bucket)| !bucket.is_empty()));
    all_series.into_iter().map(|(series, _)| series).collect()
}

/// The number of applied steps in the marker of the order; `None` unless some are applied.
async fn applied_steps(emulator: &DynamoDb) -> Option<usize> {
    let key = json!({ "vendorId": { "S": "order#wide" }, "date": { "S": "marker" } });
    let request = json!({ "TableName": "Reports", "Key": key, "ConsistentRead": true });
    let (_, found) = ask(&emulator.endpoint(), "DynamoDB_20120810.GetItem", request).await;
    found["Item"]["step"]["N"].as_str()?.parse().ok()
}

#[tokio::test]
async fn a_change_of_many_rows_moves_the_counters_as_a_small_one_does() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    send(&store, "wrong").await;
    project::project_all(&store, now()).await.unwrap();
    assert_eq!(applied_steps(&emulator).await, None, "the last step completes the change");
    assert_rebuilt(&store).await;
    let counted = all_series(&store).await;

    retract(&store, &batch("wrong").id, None, now(), |_| true).await.unwrap();
    assert_eq!(project::project_all(&store, now()).await.unwrap(), 1);
    assert_ne!(all_series(&store).await, counted);
    assert_rebuilt(&store).await;

    send(&store, "corrected").await;
    project::project_all(&store, now()).await.unwrap();
    assert_eq!(all_series(&store).await, counted);
    assert_rebuilt(&store).await;
}

#[tokio::test]
async fn a_change_that_is_interrupted_between_its_steps_continues() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    let faults = Faults { throttled: 20, ..Faults::default() };
    let proxy = FaultProxy::start(emulator.endpoint(), faults).await;
    // It does not try again, so that many calls end between two steps.
    let once = aws_sdk_dynamodb::config::retry::RetryConfig::disabled();
    let client = Client::from_conf(emulator::config(&proxy.endpoint).retry_config(once).build());
    let faulty = DynamoStore::new(client, emulator::tables(), ReportZone::utc());
    send(&store, "b-1").await;
    let mut interruptions = Vec::new();
    while project::project_all(&faulty, now()).await.is_err() {
        if let Some(step) = applied_steps(&emulator).await
            && !interruptions.contains(&step)
        {
            interruptions.push(step);
            // The counters are those of the applied steps: a rebuild of each scope agrees.
            for scope in vendors().into_iter().map(Scope::Vendor).chain([Scope::Fleet]) {
                assert_eq!(store.rebuild(&scope).await.unwrap().different, 0, "{scope:?} after step {step}");
            }
            // More facts do not change the steps that are left.
            let more = OrderBuilder::new("wide").lost(&format!("2026-03-05T{:02}:00:00Z", interruptions.len()));
            let event_id = EventId::parse(&format!("l-{step}")).unwrap();
            let lost = OrderEvent { event_id, ..more.events().remove(1) };
            Ingest::new(Arc::new(store.clone())).ingest(vec![lost], &batch("b-2"), now()).await.unwrap();
        }
    }
    let faults = proxy.faults_injected.load(std::sync::atomic::Ordering::Relaxed);
    assert!(interruptions.len() > 1, "{faults} faults, interrupted after the steps {interruptions:?}");
    assert_eq!(applied_steps(&emulator).await, None);
    assert_rebuilt(&store).await;
}
