//! What goes wrong in DynamoDB and on the way to it loses nothing, doubles nothing, and is not tried for ever.

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
use goody_testkit::{DynamoDb, OrderBuilder, TestStore, now, vendor_id};

/// A client that does not wait for long.
fn impatient_client(endpoint: &str) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(500)).build();
    Client::from_conf(emulator::config(endpoint).timeout_config(timeouts).build())
}

/// A store whose requests go through a door.
async fn behind(faults: Faults) -> (DynamoStore, FaultProxy, DynamoDb) {
    let (_, emulator) = emulator::store(ReportZone::utc()).await;
    let door = FaultProxy::open(emulator.endpoint(), faults).await;
    let store = DynamoStore::new(impatient_client(&door.endpoint), emulator::tables(), ReportZone::utc());
    (store, door, emulator)
}

/// Thirty orders of three vendors, each told in three pieces.
fn pieces() -> Vec<Vec<OrderEvent>> {
    let order = |number: usize| {
        let vendor = ["acme", "bloom", "crate"][number % 3];
        let order = OrderBuilder::new(&format!("o-{number:02}")).vendor(vendor).promised("2026-03-04");
        order.shipped("2026-03-03T10:00:00Z").arrived("2026-03-05T10:00:00Z").events()
    };
    let orders: Vec<Vec<OrderEvent>> = (0..30).map(order).collect();
    (0..3).map(|piece| orders.iter().map(|events| events[piece].clone()).collect()).collect()
}

async fn scopes(store: &dyn Store) -> Vec<CounterSeries> {
    let (first, last) = (Day::from_number(0), Day::from_number(100_000));
    let vendors = ["acme", "bloom", "crate"].map(|id| Scope::Vendor(vendor_id(id)));
    let scopes: Vec<Scope> = vendors.into_iter().chain([Scope::Fleet]).collect();
    let mut all_series = store.all_series(&scopes, first, first, last).await.unwrap();
    // An empty bucket and none are the same.
    all_series.iter_mut().for_each(|(series, _)| series.buckets.retain(|(_, bucket)| !bucket.is_empty()));
    all_series.into_iter().map(|(series, _)| series).collect()
}

/// Tells everything, again where it fails as a caller would, and gives the scopes.
async fn told(store: Arc<dyn Store>) -> Vec<CounterSeries> {
    let ingest = Ingest::new(store.clone());
    for piece in pieces() {
        while ingest.ingest(piece.clone(), now()).await.is_err() {}
        while project::project_all(store.as_ref(), now()).await.is_err() {}
    }
    while roll::tick(store.as_ref(), now()).await.is_err() {}
    loop {
        let (first, last) = (Day::from_number(0), Day::from_number(100_000));
        if store.series(&Scope::Fleet, first, first, last).await.is_ok() {
            return scopes(store.as_ref()).await;
        }
    }
}

async fn unharmed(faults: Faults) {
    let (store, door, emulator) = behind(faults).await;
    let faulty: Arc<dyn Store> = Arc::new(store);
    let memory = TestStore::memory(ReportZone::utc());
    told(faulty).await;
    // What is stored is read through no door.
    let store = DynamoStore::new(emulator::client(&emulator.endpoint()), emulator::tables(), ReportZone::utc());
    assert_eq!(scopes(&store).await, told(memory.store.clone()).await);
    assert_eq!(store.list(&OrderFilter::default(), None, 100, now()).await.unwrap().len(), 30);
    assert_eq!(store.lag().await.unwrap().changes, 0);
    assert!(door.bad.load(Ordering::Relaxed) > 3, "enough went wrong to tell");
}

#[tokio::test]
async fn throttled_tables_lose_nothing() {
    unharmed(Faults { throttled: 15, ..Faults::default() }).await;
}

#[tokio::test]
async fn transactions_that_meet_others_are_tried_again() {
    unharmed(Faults { conflicts: 80, ..Faults::default() }).await;
}

#[tokio::test]
async fn keys_that_were_not_read_are_read_again() {
    unharmed(Faults { unprocessed: 60, ..Faults::default() }).await;
}

#[tokio::test]
async fn what_was_done_although_the_answer_was_lost_is_done_once() {
    unharmed(Faults { lost_answers: 15, ..Faults::default() }).await;
}

#[tokio::test]
async fn what_was_done_although_no_answer_came_is_done_once() {
    unharmed(Faults { silent: 5, ..Faults::default() }).await;
}

#[tokio::test]
async fn everything_at_once_changes_no_number() {
    unharmed(Faults { throttled: 5, conflicts: 20, unprocessed: 20, lost_answers: 5, silent: 1 }).await;
}

#[tokio::test]
async fn what_cannot_be_done_is_given_up_after_a_bounded_number_of_attempts() {
    let (store, door, _emulator) = behind(Faults { conflicts: 100, ..Faults::default() }).await;
    let error =
        goody_application::ports::VendorStore::register_unknown(&store, vec![vendor_id("acme")]).await.unwrap_err();
    assert!(matches!(error, StoreError::Contended(_)), "{error}");
    assert_eq!(door.bad.load(Ordering::Relaxed), 12);
    let (store, door, _emulator) = behind(Faults { throttled: 100, ..Faults::default() }).await;
    let error = goody_application::ports::ReportReader::kept_from(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert_eq!(door.bad.load(Ordering::Relaxed), 3, "the client's own attempts");
}
