//! A trial has the outcomes of a real ingest, and changes nothing.

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{OrderReader, ReportReader};
use goody_domain::{IngestOutcome, OrderEvent, OrderId, Status};
use goody_store_sqlite::{Settings, SqliteStore, Trial};
use goody_testkit::{ManualClock, OrderBuilder, batch, now};
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_knows_the_orders_of_the_database_and_its_own_and_stores_nothing() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("goody.db"), Settings::new(ManualClock::today())).unwrap();
    let [known, new] = ["known", "new"].map(|id| OrderBuilder::new(id).promised("2026-03-04").events());
    Ingest::new(Arc::new(store.clone())).ingest(known.clone(), &batch("b-1"), now()).await.unwrap();

    let trial = Trial::new(Some(store.clone())).unwrap();
    let ingest = Ingest::new(Arc::new(trial));
    let events: Vec<_> = known.into_iter().chain(new.clone()).collect();
    let is_known = |outcome: &IngestOutcome| *outcome == IngestOutcome::Known;
    let outcomes = ingest.ingest(events.clone(), &batch("b-2"), now()).await.unwrap();
    assert_eq!(outcomes.iter().filter(|outcome| is_known(outcome)).count(), events.len() - new.len(), "{outcomes:?}");
    let outcomes = ingest.ingest(events, &batch("b-2"), now()).await.unwrap();
    assert!(outcomes.iter().all(is_known), "{outcomes:?}");
    assert_eq!(store.order(&OrderId::parse("new").unwrap()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_counts_the_orders_without_a_placement() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("goody.db"), Settings::new(ManualClock::today())).unwrap();
    let [first, second, third] =
        ["o-1", "o-2", "o-3"].map(|id| OrderBuilder::new(id).promised("2026-03-04").arrived_late_by_hours(5).events());
    let without = |events: &[OrderEvent]| -> Vec<OrderEvent> {
        let others = events.iter().filter(|event| event.status() != Status::Placed);
        others.cloned().collect()
    };
    for events in [&first, &second] {
        Ingest::new(Arc::new(store.clone())).ingest(without(events), &batch("b-1"), now()).await.unwrap();
    }
    assert_eq!(store.status().await.unwrap().unplaced_orders, 2);

    let trial = Trial::new(Some(store)).unwrap();
    assert_eq!(trial.unplaced_orders().await.unwrap(), 2);
    let ingest = Ingest::new(Arc::new(trial.clone()));
    ingest.ingest(without(&third), &batch("b-2"), now()).await.unwrap();
    assert_eq!(trial.unplaced_orders().await.unwrap(), 3);
    ingest.ingest(first, &batch("b-2"), now()).await.unwrap();
    assert_eq!(trial.unplaced_orders().await.unwrap(), 2);
}
