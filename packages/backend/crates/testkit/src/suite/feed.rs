//! The change feed and the projection.

use goody_application::ports::Scope;
use goody_application::project;
use goody_domain::{ActiveStatus, Change, Counter, Order, ReportZone, Status};

use super::{MakeStore, ingest, project_at_most, revision, scope};
use crate::{OrderBuilder, now, order_id, vendor_id};

fn status(order: &Option<Order>) -> Option<Status> {
    order.as_ref().map(Order::status)
}

/// See its name.
pub async fn the_feed_repeats_a_change_until_it_is_applied(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    ingest(&test_store.store, OrderBuilder::new("o-1").events(), now()).await;
    let batch = test_store.store.changes(10).await.unwrap();
    assert_eq!(batch.changes.len(), 1);
    let again = test_store.store.changes(10).await.unwrap();
    assert_eq!((again.from, again.to, &again.changes), (batch.from, batch.to, &batch.changes));
    let to = batch.to;
    assert!(test_store.store.apply(batch, now()).await.unwrap());
    let rest = test_store.store.changes(10).await.unwrap();
    assert_eq!((rest.from, rest.to, rest.changes.len()), (to, to, 0));
}

/// See its name.
pub async fn the_changes_of_an_order_are_consecutive(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1")
        .shipped("2026-03-02T10:00:00Z")
        .lost("2026-03-03T10:00:00Z")
        .arrived("2026-03-04T10:00:00Z");
    for event in order.events() {
        ingest(&test_store.store, vec![event], now()).await;
        ingest(&test_store.store, OrderBuilder::new("other").events(), now()).await;
    }
    let mut changes: Vec<Change> = Vec::new();
    loop {
        let batch = test_store.store.changes(1).await.unwrap();
        if batch.changes.is_empty() {
            break;
        }
        changes.extend(batch.changes.iter().map(|posted| posted.change.clone()));
        assert!(test_store.store.apply(batch, now()).await.unwrap());
    }
    let changes: Vec<&Change> = changes.iter().filter(|change| change.order_id == order_id("o-1")).collect();
    let statuses =
        [None, Some(Status::Placed), Some(Status::ShippingOnTime), Some(Status::Lost), Some(Status::Arrived)];
    for change in &changes {
        let actual = (status(&change.before), status(&change.after));
        assert_eq!(actual, (statuses[change.from_version], statuses[change.version]), "a store may merge changes");
    }
    assert_eq!((changes[0].from_version, changes[changes.len() - 1].version), (0, statuses.len() - 1));
    assert!(changes.windows(2).all(|pair| pair[0].version == pair[1].from_version));
}

/// See its name.
pub async fn merged_changes_have_the_effect_of_all_of_them(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1").shipped("2026-03-02T10:00:00Z").arrived("2026-03-03T10:00:00Z");
    for event in order.events() {
        ingest(&test_store.store, vec![event], now()).await;
    }
    let batch = test_store.store.changes(10).await.unwrap();
    let first = batch.changes.first().and_then(|posted| posted.change.before.clone());
    let last = batch.changes.last().and_then(|posted| posted.change.after.clone());
    assert_eq!((status(&first), status(&last)), (None, Some(Status::Arrived)));
    project_at_most(test_store.store.as_ref(), 10, now()).await;
    assert_eq!(test_store.store.lag().await.unwrap().changes, 0);
}

/// See its name.
pub async fn a_partly_applied_batch_moves_nothing_twice(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    ingest(&test_store.store, OrderBuilder::new("o-1").events(), now()).await;
    ingest(&test_store.store, OrderBuilder::new("o-2").events(), now()).await;
    let batch = store.changes(10).await.unwrap();
    project_at_most(store, 1, now()).await;
    assert!(!store.apply(batch, now()).await.unwrap(), "one change of the batch is applied already");
    project::project_all(store, now()).await.unwrap();
    let placed = Counter::Entered(ActiveStatus::Placed);
    assert_eq!(scope(store, &Scope::Fleet).await.totals[placed], 2, "each order counts once");
}

/// See its name.
pub async fn a_batch_that_is_applied_twice_counts_once(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    ingest(&test_store.store, OrderBuilder::new("o-1").events(), now()).await;
    let batch = test_store.store.changes(10).await.unwrap();
    assert!(test_store.store.apply(batch.clone(), now()).await.unwrap());
    let acme = Scope::Vendor(vendor_id("acme"));
    let (once, before) = (scope(test_store.store.as_ref(), &acme).await, revision(test_store.store.as_ref()).await);
    assert!(!test_store.store.apply(batch, now()).await.unwrap());
    assert_eq!(scope(test_store.store.as_ref(), &acme).await, once);
    assert_eq!(revision(test_store.store.as_ref()).await, before);
}

/// See its name.
pub async fn the_lag_has_the_number_of_changes_and_the_time_of_the_oldest(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    assert_eq!(test_store.store.lag().await.unwrap().oldest, None);
    for (number, order) in ["o-1", "o-2", "o-3"].iter().enumerate() {
        ingest(&test_store.store, OrderBuilder::new(order).events(), now().plus_seconds(number as i64)).await;
    }
    let lag = test_store.store.lag().await.unwrap();
    assert_eq!((lag.changes, lag.oldest), (3, Some(now())));
    project_at_most(test_store.store.as_ref(), 2, now()).await;
    let lag = test_store.store.lag().await.unwrap();
    assert_eq!((lag.changes, lag.oldest), (1, Some(now().plus_seconds(2))));
}
