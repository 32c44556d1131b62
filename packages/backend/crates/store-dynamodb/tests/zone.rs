//! Tables whose counters follow other time zone rules than the program.

#![expect(clippy::unwrap_used, reason = "test code")]

mod emulator;

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{ReportReader, Scope};
use goody_application::project::project_all;
use goody_application::rebuild::rebuild;
use goody_domain::{Bucket, Day, ReportZone};
use goody_store_dynamodb::DynamoStore;
use goody_testkit::{OrderBuilder, batch, now};

async fn send(store: &DynamoStore, id: &str) {
    let events = OrderBuilder::new(id).placed("2026-03-01T23:30:00Z").shipped("2026-03-03T02:00:00Z").events();
    Ingest::new(Arc::new(store.clone())).ingest(events, &batch("b-1"), now()).await.unwrap();
}

async fn buckets(store: &DynamoStore) -> Vec<(Day, Bucket)> {
    let (first, last) = (Day::from_number(0), Day::from_number(100_000));
    let buckets = store.series(&Scope::Fleet, first, first, last).await.unwrap().0.buckets;
    buckets.into_iter().filter(|(_, bucket)| *bucket != Bucket::default()).collect()
}

#[tokio::test]
async fn counters_that_follow_other_rules_do_not_change_until_they_are_rebuilt() {
    let zone = |name| ReportZone::named(name).unwrap();
    let (before, emulator) = emulator::store(zone("Europe/Berlin")).await;
    send(&before, "o-1").await;
    project_all(&before, now()).await.unwrap();
    let counted = buckets(&before).await;

    let after = DynamoStore::new(emulator::client(&emulator.endpoint()), emulator::tables(), zone("America/New_York"));
    assert!(after.status().await.unwrap().has_other_rules);
    send(&after, "o-2").await;
    let refused = project_all(&after, now()).await.unwrap_err();
    let reason = std::error::Error::source(&refused).unwrap().to_string();
    assert!(reason.contains("follow other time zone rules than this program: rebuild them"), "{reason}");
    assert_eq!(buckets(&after).await, counted, "no counter has moved");

    assert!(rebuild(&after, now(), |_, _| {}).await.unwrap().different > 0);
    assert!(!after.status().await.unwrap().has_other_rules);
    let (fresh, _other_emulator) = emulator::store(zone("America/New_York")).await;
    send(&fresh, "o-1").await;
    send(&fresh, "o-2").await;
    project_all(&fresh, now()).await.unwrap();
    assert_eq!(buckets(&after).await, buckets(&fresh).await, "the pending order is counted, too");
    assert_eq!(rebuild(&after, now(), |_, _| {}).await.unwrap().different, 0);

    send(&before, "o-3").await;
    project_all(&before, now()).await.unwrap_err();
}
