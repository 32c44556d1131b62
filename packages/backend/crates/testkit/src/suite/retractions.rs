//! Taking batches back: the numbers afterwards, the ids, and interruptions.

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{OrderFilter, RecentFilter, Store};
use goody_application::read::report_on;
use goody_application::retention::{Retention, expire};
use goody_application::retract::{PAGE, Retracted, retract};
use goody_application::{project, rebuild};
use goody_domain::{Day, EventId, Fact, IngestOutcome, Instant, OrderEvent, Outcome, ReportZone, Status};
use proptest::prelude::*;
use proptest::sample::select;

use super::laws::{output, report_times};
use super::{MakeStore, ZONES, law, vendor_ids, wait, zone};
use crate::histories::{afterwards, arrivals, eras_and_histories};
use crate::{OrderBuilder, at, batch, now, order_id, vendor_id};

async fn send(store: &Arc<dyn Store>, events: Vec<OrderEvent>, batch_id: &str, now: Instant) -> Vec<IngestOutcome> {
    let outcomes = Ingest::new(store.clone()).ingest(events, &batch(batch_id), now).await.unwrap();
    project::project_all(store.as_ref(), now).await.unwrap();
    outcomes
}

/// Takes a batch back, and projects. Returns the orders and events.
async fn take_back(store: &Arc<dyn Store>, batch_id: &str, now: Instant) -> (u64, u64) {
    let done = retract(store.as_ref(), &batch(batch_id).id, None, now, |_| true).await.unwrap();
    assert_eq!((done.next, done.expired_orders), (None, 0));
    project::project_all(store.as_ref(), now).await.unwrap();
    (done.orders, done.events)
}

async fn assert_rebuilt(store: &Arc<dyn Store>, now: Instant) {
    let rebuilt = rebuild::rebuild(store.as_ref(), now, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.different, 0, "{rebuilt:?}");
}

/// The event as a faulty file has it: with another status, or without its promises.
fn faulty(event: &OrderEvent) -> OrderEvent {
    let fact = match &event.fact {
        Fact::Became(status, vendor_id) => {
            let other = if *status == Status::Lost { Status::Arrived } else { Status::Lost };
            Fact::Became(other, vendor_id.clone())
        }
        Fact::Placed(placement) => {
            let mut placement = placement.clone();
            (placement.estimated_delivery, placement.ship_by, placement.gift_value) = (None, None, Some(700));
            Fact::Placed(placement)
        }
    };
    OrderEvent { fact, ..event.clone() }
}

/// See its name.
pub fn a_corrected_file_gives_the_numbers_of_a_store_that_only_had_that_file(make: MakeStore, cases: u32) {
    let inputs = (eras_and_histories(), select(ZONES.to_vec())).prop_flat_map(|((era, events), zone)| {
        // Every third event is in a batch that stays.
        let numbered = || events.iter().cloned().enumerate();
        let kept: Vec<OrderEvent> = numbered().filter(|(number, _)| number % 3 == 0).map(|(_, event)| event).collect();
        let file: Vec<OrderEvent> = numbered().filter(|(number, _)| number % 3 != 0).map(|(_, event)| event).collect();
        let faulty: Vec<OrderEvent> = file.iter().map(faulty).collect();
        (Just((era, zone, kept, file.clone())), arrivals(faulty), arrivals(file), report_times(era))
    });
    law(cases, inputs, |((era, name, kept, file), faulty, corrected, times)| {
        wait(async {
            let (mended, expected) = (make(zone(name)).await, make(zone(name)).await);
            let now = afterwards(era);
            let (before, after) = kept.split_at(kept.len() / 2);
            send(&mended.store, before.to_vec(), "kept", now).await;
            for events in faulty {
                send(&mended.store, events, "faulty", now).await;
            }
            send(&mended.store, after.to_vec(), "kept", now).await;
            take_back(&mended.store, "faulty", now).await;
            assert_rebuilt(&mended.store, now).await;
            for events in corrected.clone() {
                send(&mended.store, events, "corrected", now).await;
            }
            send(&expected.store, kept.clone(), "kept", now).await;
            for events in corrected {
                send(&expected.store, events, "corrected", now).await;
            }
            assert_eq!(output(&mended.store, era, &times).await, output(&expected.store, era, &times).await);
            assert_rebuilt(&mended.store, now).await;
            let again = send(&mended.store, file, "again", now).await;
            assert!(again.iter().all(|outcome| *outcome == IngestOutcome::Known), "{again:?}");
        });
    });
}

/// See its name.
pub async fn a_batch_is_taken_back_once(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let lost = OrderBuilder::new("o-1").lost("2026-03-05T10:00:00Z").events();
    send(store, lost[..1].to_vec(), "good", now()).await;
    send(store, lost[1..].to_vec(), "bad", now()).await;
    send(store, OrderBuilder::new("o-2").events(), "bad", now()).await;
    send(store, OrderBuilder::new("o-3").events(), "bad-2", now()).await;
    assert_eq!(take_back(store, "unknown", now()).await, (0, 0));
    assert_eq!(take_back(store, "bad", now()).await, (2, lost.len() as u64));
    assert_eq!(take_back(store, "bad", now()).await, (0, 0));
    let listed = store.list(&OrderFilter::default(), None, 10, now()).await.unwrap();
    let listed: Vec<(&str, Status)> = listed.iter().map(|order| (order.order_id.as_str(), order.status())).collect();
    assert_eq!(listed, [("o-3", Status::Placed), ("o-1", Status::Placed)]);
    assert_rebuilt(store, now()).await;
}

/// See its name.
pub async fn the_ids_of_a_batch_that_is_taken_back_are_free(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let wrong = OrderBuilder::new("o-1").lost("2026-03-05T10:00:00Z").events();
    let mended: Vec<OrderEvent> = wrong.iter().map(faulty).collect();
    send(store, wrong.clone(), "bad", now()).await;
    assert!(send(store, mended.clone(), "good", now()).await.contains(&IngestOutcome::Conflict));
    take_back(store, "bad", now()).await;
    let outcomes = send(store, mended.clone(), "good", now()).await;
    assert!(outcomes.iter().all(|outcome| *outcome == IngestOutcome::New), "{outcomes:?}");
    let outcomes = send(store, mended, "good", now()).await;
    assert!(outcomes.iter().all(|outcome| *outcome == IngestOutcome::Known), "{outcomes:?}");
    // The corrected events are of the other batch.
    assert_eq!(take_back(store, "bad", now()).await, (0, 0));
    assert_eq!(store.order(&order_id("o-1")).await.unwrap().unwrap().order().unwrap().status(), Status::Arrived);
}

/// See its name.
pub async fn a_retraction_that_ends_early_continues_where_it_ended(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let orders = PAGE + 1;
    let events = (0..orders).flat_map(|number| OrderBuilder::new(&format!("o-{number:04}")).events()).collect();
    send(store, events, "bad", now()).await;
    let bad = batch("bad").id;
    let first = retract(store.as_ref(), &bad, None, now(), |_| false).await.unwrap();
    assert_eq!((first.orders, first.searched), (PAGE as u64, PAGE as u64));
    // It was killed: the position is lost.
    let mut calls = 0;
    let again = retract(store.as_ref(), &bad, None, now(), |_| std::mem::replace(&mut calls, 1) > 0).await.unwrap();
    assert_eq!((again.orders, &again.next), (0, &first.next));
    let last = retract(store.as_ref(), &bad, first.next, now(), |_| true).await.unwrap();
    assert_eq!(last, Retracted { orders: 1, events: 1, searched: 1, ..Retracted::default() });
    project::project_all(store.as_ref(), now()).await.unwrap();
    assert!(store.list(&OrderFilter::default(), None, 1, now()).await.unwrap().is_empty());
    assert_rebuilt(store, now()).await;
}

/// See its name.
pub async fn an_order_without_its_placement_counts_nowhere(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let events = OrderBuilder::new("o-1").placed("2026-03-08T10:00:00Z").lost("2026-03-09T10:00:00Z").events();
    send(store, events.clone(), "bad", now()).await;
    let as_of = store.zone().today(now());
    let before = report_on(store.as_ref(), &vendor_id("acme"), as_of).await.unwrap();
    assert_eq!(before.current7d.ended[Outcome::Lost as usize], 1);
    take_back(store, "bad", now()).await;
    let after = report_on(store.as_ref(), &vendor_id("acme"), as_of).await.unwrap();
    assert_eq!((after.current7d, after.previous7d), (before.previous7d, before.previous7d), "all counts are 0");
    assert_eq!(after.updated_at, before.updated_at, "the latest fact stays");
    let filter = RecentFilter { since: at("2026-03-04T00:00:00Z"), statuses: Vec::new(), vendor_id: None };
    assert!(store.recent(&filter, None, 10).await.unwrap().is_empty());
    assert_eq!(store.count_recent(&filter).await.unwrap(), [0; 9]);
    assert!(store.list(&OrderFilter::default(), None, 10, now()).await.unwrap().is_empty());
    assert!(store.issues(&vendor_id("acme"), now(), 10).await.unwrap().is_empty());
    assert_eq!(store.status().await.unwrap().unplaced_orders, 1);
    assert_eq!(vendor_ids(store.as_ref()).await, [vendor_id("acme")], "a vendor stays");
    assert_eq!(store.order(&order_id("o-1")).await.unwrap().unwrap().version(), events.len() + 1);
    assert_rebuilt(store, now()).await;
    send(store, events, "good", now()).await;
    assert_eq!(report_on(store.as_ref(), &vendor_id("acme"), as_of).await.unwrap(), before);
    assert_eq!(store.status().await.unwrap().unplaced_orders, 0);
    assert_rebuilt(store, now()).await;
}

/// See its name.
pub async fn an_order_goes_back_to_the_vendor_that_is_left(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let placed = |vendor: &str, day: u32| {
        let order = OrderBuilder::new("o-1").vendor(vendor).placed(&format!("2026-03-{day:02}T10:00:00Z"));
        let event = order.events().remove(0);
        OrderEvent { event_id: EventId::parse(vendor).unwrap(), ..event }
    };
    let own = async |vendor: &str| {
        let counted = report_on(store.as_ref(), &vendor_id(vendor), store.zone().today(now())).await.unwrap();
        counted.current7d.total_orders
    };
    send(store, vec![placed("bloom", 5)], "good", now()).await;
    send(store, vec![placed("acme", 4)], "bad", now()).await;
    assert_eq!((own("acme").await, own("bloom").await), (1, 0));
    take_back(store, "bad", now()).await;
    assert_eq!((own("acme").await, own("bloom").await), (0, 1));
    assert_rebuilt(store, now()).await;
    take_back(store, "good", now()).await;
    assert_eq!((own("acme").await, own("bloom").await), (0, 0));
    assert_rebuilt(store, now()).await;
    send(store, vec![placed("acme", 4)], "corrected", now()).await;
    assert_eq!((own("acme").await, own("bloom").await), (1, 0));
    assert_rebuilt(store, now()).await;
}

/// See its name.
pub async fn the_expiry_of_an_order_without_its_placement_changes_no_report(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let recorded = at("2026-01-20T12:00:00Z");
    let old = OrderBuilder::new("old").placed("2026-01-05T10:00:00Z").arrived("2026-01-08T10:00:00Z");
    let old = old.also_placed("bloom", "2026-01-06T10:00:00Z").events();
    send(store, old.clone(), "bad", recorded).await;
    send(store, OrderBuilder::new("new").events(), "good", now()).await;
    take_back(store, "bad", recorded).await;
    let reports = async || {
        let (january, mut reports) = (store.zone().end_of(Day::parse("2026-01-15").unwrap()), Vec::new());
        for vendor in ["acme", "bloom"].map(vendor_id) {
            reports.push(report_on(store.as_ref(), &vendor, january).await.unwrap());
        }
        reports
    };
    let before = reports().await;
    assert_eq!(before[1].updated_at, Some(at("2026-01-08T10:00:00Z")));
    let expired = expire(store.as_ref(), Retention { order_days: 30, bucket_days: 183 }, now()).await.unwrap();
    assert_eq!(expired.orders, 1);
    assert_eq!(reports().await, before);
    assert_eq!(store.status().await.unwrap().unplaced_orders, 0);
    assert_rebuilt(store, now()).await;
    assert_eq!(reports().await, before);
    let outcomes = send(store, old, "again", now()).await;
    assert!(outcomes.iter().all(|outcome| *outcome == IngestOutcome::Expired), "{outcomes:?}");
}

/// See its name.
pub async fn expired_orders_of_a_batch_are_counted_and_left(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let recorded = at("2026-01-20T12:00:00Z");
    let old = |id: &str| OrderBuilder::new(id).placed("2026-01-05T10:00:00Z").events();
    send(store, old("old-1"), "bad", recorded).await;
    send(store, old("old-2"), "bad", recorded).await;
    send(store, old("old-3"), "good", recorded).await;
    send(store, old("old-4"), "bad-2", recorded).await;
    send(store, OrderBuilder::new("new").events(), "bad", now()).await;
    let retention = Retention { order_days: 30, bucket_days: 183 };
    assert_eq!(expire(store.as_ref(), retention, now()).await.unwrap().orders, 4);
    let done = retract(store.as_ref(), &batch("bad").id, None, now(), |_| true).await.unwrap();
    assert_eq!((done.orders, done.events, done.expired_orders), (1, 1, 2));
    project::project_all(store.as_ref(), now()).await.unwrap();
    assert_rebuilt(store, now()).await;
    let done = retract(store.as_ref(), &batch("bad-").id, None, now(), |_| true).await.unwrap();
    assert_eq!(done.expired_orders, 0);
}

/// See its name.
pub async fn a_retraction_and_other_writers_lose_nothing(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let orders: Vec<String> = (0..20).map(|number| format!("o-{number}")).collect();
    let lost = |id: &String| OrderBuilder::new(id).lost("2026-03-05T10:00:00Z").events();
    let (mut placed, mut ended) = (Vec::new(), Vec::new());
    for mut events in orders.iter().map(lost) {
        ended.extend(events.pop());
        placed.extend(events);
    }
    send(store, placed, "bad", now()).await;
    let ingest = Ingest::new(store.clone());
    let good = batch("good");
    let others = ended.chunks(3).map(|events| ingest.ingest(events.to_vec(), &good, now()));
    let bad = batch("bad").id;
    let (done, outcomes) =
        futures::join!(retract(store.as_ref(), &bad, None, now(), |_| true), futures::future::join_all(others));
    assert_eq!(done.unwrap().orders, orders.len() as u64);
    assert!(outcomes.into_iter().all(|outcomes| outcomes.unwrap().iter().all(|outcome| outcome.is_new())));
    project::project_all(store.as_ref(), now()).await.unwrap();
    for history in store.all(None, 100).await.unwrap() {
        let left: Vec<Status> = history.by_occurrence().iter().map(|recorded| recorded.event.status()).collect();
        assert_eq!(left, [Status::Lost], "{history:?}");
    }
    assert_rebuilt(store, now()).await;
}
