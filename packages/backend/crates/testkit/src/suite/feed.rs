//! The change feed and what is done with it.

use goody_application::ports::Scope;
use goody_application::project;
use goody_domain::{ActiveStatus, Change, Counter, Order, ReportZone, Status};

use super::{MakeStore, ingest, project_few, revision, scope};
use crate::{OrderBuilder, now, order_id, vendor_id};

fn status(order: &Option<Order>) -> Option<Status> {
    order.as_ref().map(Order::status)
}

/// See its name.
pub async fn a_change_is_told_until_it_is_applied(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    ingest(&made.store, OrderBuilder::new("o-1").events(), now()).await;
    let batch = made.store.changes(10).await.unwrap();
    assert_eq!(batch.changes.len(), 1);
    let again = made.store.changes(10).await.unwrap();
    assert_eq!((again.from, again.to, &again.changes), (batch.from, batch.to, &batch.changes));
    let to = batch.to;
    assert!(made.store.apply(batch, now()).await.unwrap());
    let rest = made.store.changes(10).await.unwrap();
    assert_eq!((rest.from, rest.to, rest.changes.len()), (to, to, 0));
}

/// See its name.
pub async fn an_order_s_changes_follow_each_other(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1")
        .shipped("2026-03-02T10:00:00Z")
        .lost("2026-03-03T10:00:00Z")
        .arrived("2026-03-04T10:00:00Z");
    for event in order.events() {
        ingest(&made.store, vec![event], now()).await;
        ingest(&made.store, OrderBuilder::new("other").events(), now()).await;
    }
    let mut seen: Vec<Change> = Vec::new();
    loop {
        let batch = made.store.changes(1).await.unwrap();
        if batch.changes.is_empty() {
            break;
        }
        seen.extend(batch.changes.iter().map(|posted| posted.change.clone()));
        assert!(made.store.apply(batch, now()).await.unwrap());
    }
    let seen: Vec<&Change> = seen.iter().filter(|change| change.order_id == order_id("o-1")).collect();
    let went = [None, Some(Status::Placed), Some(Status::ShippingOnTime), Some(Status::Lost), Some(Status::Arrived)];
    for change in &seen {
        let told = (status(&change.before), status(&change.after));
        assert_eq!(told, (went[change.from_version], went[change.version]), "some may have been drawn together");
    }
    assert_eq!((seen[0].from_version, seen[seen.len() - 1].version), (0, went.len() - 1));
    assert!(seen.windows(2).all(|pair| pair[0].version == pair[1].from_version));
}

/// See its name.
pub async fn changes_drawn_together_say_what_all_of_them_did(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1").shipped("2026-03-02T10:00:00Z").arrived("2026-03-03T10:00:00Z");
    for event in order.events() {
        ingest(&made.store, vec![event], now()).await;
    }
    let batch = made.store.changes(10).await.unwrap();
    let first = batch.changes.first().and_then(|posted| posted.change.before.clone());
    let last = batch.changes.last().and_then(|posted| posted.change.after.clone());
    assert_eq!((status(&first), status(&last)), (None, Some(Status::Arrived)));
    project_few(made.store.as_ref(), 10, now()).await;
    assert_eq!(made.store.lag().await.unwrap().changes, 0);
}

/// See its name.
pub async fn a_batch_of_which_something_was_applied_meanwhile_moves_nothing_twice(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let store = made.store.as_ref();
    ingest(&made.store, OrderBuilder::new("o-1").events(), now()).await;
    ingest(&made.store, OrderBuilder::new("o-2").events(), now()).await;
    let both = store.changes(10).await.unwrap();
    project_few(store, 1, now()).await;
    assert!(!store.apply(both, now()).await.unwrap(), "one of them was applied");
    project::project_all(store, now()).await.unwrap();
    let placed = Counter::Entered(ActiveStatus::Placed);
    assert_eq!(scope(store, &Scope::Fleet).await.totals[placed], 2, "each order counts once, and none was lost");
}

/// See its name.
pub async fn a_projection_told_twice_counts_once(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    ingest(&made.store, OrderBuilder::new("o-1").events(), now()).await;
    let batch = made.store.changes(10).await.unwrap();
    assert!(made.store.apply(batch.clone(), now()).await.unwrap());
    let acme = Scope::Vendor(vendor_id("acme"));
    let (once, before) = (scope(made.store.as_ref(), &acme).await, revision(made.store.as_ref()).await);
    assert!(!made.store.apply(batch, now()).await.unwrap());
    assert_eq!(scope(made.store.as_ref(), &acme).await, once);
    assert_eq!(revision(made.store.as_ref()).await, before);
}

/// See its name.
pub async fn the_lag_counts_changes_and_dates_the_oldest(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    assert_eq!(made.store.lag().await.unwrap().oldest, None);
    for (number, order) in ["o-1", "o-2", "o-3"].iter().enumerate() {
        ingest(&made.store, OrderBuilder::new(order).events(), now().plus_seconds(number as i64)).await;
    }
    let lag = made.store.lag().await.unwrap();
    assert_eq!((lag.changes, lag.oldest), (3, Some(now())));
    project_few(made.store.as_ref(), 2, now()).await;
    let lag = made.store.lag().await.unwrap();
    assert_eq!((lag.changes, lag.oldest), (1, Some(now().plus_seconds(2))));
}
