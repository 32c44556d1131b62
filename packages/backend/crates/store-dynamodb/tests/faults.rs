//! Faults of DynamoDB and of the network: nothing is lost, nothing is counted twice, and the number of attempts is bounded.

#![expect(clippy::unwrap_used, reason = "test code")]

mod emulator;
mod fault_proxy;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use fault_proxy::{FaultProxy, Faults};
use goody_application::ingest::Ingest;
use goody_application::ports::{ChangeFeed, OrderFilter, OrderReader, Scope, Store, StoreError};
use goody_application::{project, roll};
use goody_domain::{CounterSeries, Day, OrderEvent, ReportZone};
use goody_store_dynamodb::DynamoStore;
use goody_testkit::{DynamoDb, OrderBuilder, TestStore, batch, now, unregistered, vendor_id};

/// A client with a short timeout.
fn impatient_client(endpoint: &str) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(500)).build();
    Client::from_conf(emulator::config(endpoint).timeout_config(timeouts).build())
}

/// A store whose requests pass through a proxy with these faults.
async fn store_with_faults(faults: Faults) -> (DynamoStore, FaultProxy, DynamoDb) {
    let (_, emulator) = emulator::store(ReportZone::utc()).await;
    let proxy = FaultProxy::start(emulator.endpoint(), faults).await;
    let store = DynamoStore::new(impatient_client(&proxy.endpoint), emulator::tables(), ReportZone::utc());
    (store, proxy, emulator)
}

/// The events of thirty orders of three vendors, in three batches: one event of each order per batch.
fn batches() -> Vec<Vec<OrderEvent>> {
    let order = |number: usize| {
        let vendor = ["acme", "bloom", "crate"][number % 3];
        let order = OrderBuilder::new(&format!("o-{number:02}")).vendor(vendor).promised("2026-03-04");
        order.shipped("2026-03-03T10:00:00Z").arrived("2026-03-05T10:00:00Z").events()
    };
    let orders: Vec<Vec<OrderEvent>> = (0..30).map(order).collect();
    (0..3).map(|batch| orders.iter().map(|events| events[batch].clone()).collect()).collect()
}

async fn all_series(store: &dyn Store) -> Vec<CounterSeries> {
    let (first, last) = (Day::from_number(0), Day::from_number(100_000));
    let vendors = ["acme", "bloom", "crate"].map(|id| Scope::Vendor(vendor_id(id)));
    let scopes: Vec<Scope> = vendors.into_iter().chain([Scope::Fleet]).collect();
    let mut all_series = store.all_series(&scopes, first, first, last).await.unwrap();
    // An empty bucket counts as a missing one.
    all_series.iter_mut().for_each(|(series, _)| series.buckets.retain(|(_, bucket)| !bucket.is_empty()));
    all_series.into_iter().map(|(series, _)| series).collect()
}

/// Sends all batches, retries failures as a client does, and returns the counter series.
async fn send_all(store: Arc<dyn Store>) -> Vec<CounterSeries> {
    let ingest = Ingest::new(store.clone());
    for events in batches() {
        while ingest.ingest(events.clone(), &batch("b-1"), now()).await.is_err() {}
        while project::project_all(store.as_ref(), now()).await.is_err() {}
    }
    while roll::tick(store.as_ref(), now()).await.is_err() {}
    loop {
        let (first, last) = (Day::from_number(0), Day::from_number(100_000));
        if store.series(&Scope::Fleet, first, first, last).await.is_ok() {
            return all_series(store.as_ref()).await;
        }
    }
}

async fn assert_unharmed(faults: Faults) {
    let (store, proxy, emulator) = store_with_faults(faults).await;
    let faulty: Arc<dyn Store> = Arc::new(store);
    let memory = TestStore::memory(ReportZone::utc());
    send_all(faulty).await;
    // The stored data is read without the proxy.
    let store = DynamoStore::new(emulator::client(&emulator.endpoint()), emulator::tables(), ReportZone::utc());
    assert_eq!(all_series(&store).await, send_all(memory.store.clone()).await);
    assert_eq!(store.list(&OrderFilter::default(), None, 100, now()).await.unwrap().len(), 30);
    assert_eq!(store.lag().await.unwrap().changes, 0);
    assert!(proxy.faults_injected.load(Ordering::Relaxed) > 3, "the proxy injected too few faults for this test");
}

#[tokio::test]
async fn throttled_tables_lose_nothing() {
    assert_unharmed(Faults { throttled: 15, ..Faults::default() }).await;
}

#[tokio::test]
async fn transactions_that_conflict_with_others_are_retried() {
    assert_unharmed(Faults { conflicts: 80, ..Faults::default() }).await;
}

#[tokio::test]
async fn unprocessed_keys_are_read_again() {
    assert_unharmed(Faults { unprocessed: 60, ..Faults::default() }).await;
}

#[tokio::test]
async fn an_operation_whose_response_is_lost_takes_effect_once() {
    assert_unharmed(Faults { lost_responses: 15, ..Faults::default() }).await;
}

#[tokio::test]
async fn an_operation_without_a_response_takes_effect_once() {
    assert_unharmed(Faults { no_response: 5, ..Faults::default() }).await;
}

#[tokio::test]
async fn all_faults_together_change_no_number() {
    assert_unharmed(Faults { throttled: 5, conflicts: 20, unprocessed: 20, lost_responses: 5, no_response: 1 }).await;
}

#[tokio::test]
async fn an_operation_that_always_fails_ends_after_a_bounded_number_of_attempts() {
    let (store, proxy, _emulator) = store_with_faults(Faults { conflicts: 100, ..Faults::default() }).await;
    let error =
        goody_application::ports::VendorStore::register_unknown(&store, vec![unregistered("acme")]).await.unwrap_err();
    assert!(matches!(error, StoreError::Contended(_)), "{error}");
    assert_eq!(proxy.faults_injected.load(Ordering::Relaxed), 12);
    let (store, proxy, _emulator) = store_with_faults(Faults { throttled: 100, ..Faults::default() }).await;
    let error = goody_application::ports::ReportReader::kept_from(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert_eq!(proxy.faults_injected.load(Ordering::Relaxed), 3, "the client's own attempts");
}
