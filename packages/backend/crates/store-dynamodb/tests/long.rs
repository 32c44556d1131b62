//! Orders with more facts than one DynamoDB item has room for.

#![expect(clippy::unwrap_used, reason = "test code")]

mod emulator;
mod records;

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{
    Found, OrderFilter, OrderReader, OrderWrite, OrderWriter, RecentFilter, ReportReader, Scope,
};
use goody_application::rebuild::rebuild;
use goody_domain::{Counter, Day, EventId, History, IngestOutcome, Order, OrderEvent, ReportZone, Status};
use goody_store_dynamodb::{DynamoStore, stream_record};
use goody_testkit::dynamodb::ask;
use goody_testkit::{DynamoDb, OrderBuilder, batch, now, order_id};
use records::records;
use serde_json::{Value, json};

/// Events of one order: its placement and shipping, and `count` more with a reason of at least `bytes` bytes.
fn events(count: usize, bytes: usize) -> Vec<OrderEvent> {
    let shipped = OrderBuilder::new("o-1").shipped("2026-03-03T10:00:00Z").events();
    let last = shipped.last().unwrap().clone();
    let event = |number: usize| OrderEvent {
        event_id: EventId::parse(&format!("x-{number}")).unwrap(),
        reason: Some(format!("{number:0>bytes$}")),
        ..last.clone()
    };
    shipped.into_iter().chain((0..count).map(event)).collect()
}

async fn send(store: &DynamoStore, events: &[OrderEvent]) {
    let ingest = Ingest::new(Arc::new(store.clone()));
    for events in events.chunks(400) {
        let outcomes = ingest.ingest(events.to_vec(), &batch("b-1"), now()).await.unwrap();
        assert!(outcomes.iter().all(|outcome| *outcome == IngestOutcome::New), "{outcomes:?}");
    }
}

/// The keys of all items in the table of the orders.
async fn keys(emulator: &DynamoDb) -> Vec<String> {
    let request = json!({ "TableName": "Orders", "ProjectionExpression": "orderId" });
    let found = ask(&emulator.endpoint(), "DynamoDB_20120810.Scan", request).await.1;
    let key = |item: &Value| item["orderId"]["S"].as_str().unwrap().to_owned();
    found["Items"].as_array().unwrap().iter().map(key).collect()
}

#[tokio::test]
async fn an_order_that_is_too_long_for_one_item_is_read_unchanged() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    let events = events(3_000, 300);
    send(&store, &events).await;
    let history = store.order(&order_id("o-1")).await.unwrap().unwrap();
    let stored: Vec<OrderEvent> = history.events().map(|recorded| recorded.event.clone()).collect();
    assert!(stored == events, "{} of {}", stored.len(), events.len());
    assert_eq!(store.load(&[order_id("o-1")]).await.unwrap(), [Found::Known(history.clone())]);
    assert_eq!(store.all(None, 10).await.unwrap(), std::slice::from_ref(&history));
    let parts = keys(&emulator).await.len() - 1;
    assert!((3..=6).contains(&parts), "{parts} parts");
    let again = Ingest::new(Arc::new(store.clone())).ingest(events[..5].to_vec(), &batch("b-1"), now()).await.unwrap();
    assert_eq!(again, [IngestOutcome::Known; 5]);
}

#[tokio::test]
async fn lists_do_not_read_the_parts_of_a_long_order() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    send(&store, &events(3_000, 300)).await;
    let history = store.order(&order_id("o-1")).await.unwrap().unwrap();
    for part in keys(&emulator).await.into_iter().filter(|key| key.contains('/')) {
        let key = json!({ "TableName": "Orders", "Key": { "orderId": { "S": part } } });
        ask(&emulator.endpoint(), "DynamoDB_20120810.DeleteItem", key).await;
    }
    store.order(&order_id("o-1")).await.unwrap_err();
    let view = |order: &Order| {
        let Order { placement, created_at, updated_at, completion, latest_note, .. } = order.clone();
        (placement, created_at, updated_at, completion, latest_note, order.status())
    };
    let expected = view(&history.order().unwrap());
    let listed = store.list(&OrderFilter::default(), None, 10, now()).await.unwrap();
    assert_eq!(listed.iter().map(view).collect::<Vec<_>>(), std::slice::from_ref(&expected));
    let filter = RecentFilter {
        since: history.events().next().unwrap().event.occurred_at,
        vendor_id: None,
        statuses: Vec::new(),
    };
    let recent = store.recent(&filter, None, 10).await.unwrap();
    assert_eq!(recent.iter().map(|history| view(&history.order().unwrap())).collect::<Vec<_>>(), [expected]);
    assert_eq!(recent[0].by_occurrence().last(), history.by_occurrence().last());
}

#[tokio::test]
async fn of_two_writers_that_fill_a_part_at_once_one_is_refused_and_their_events_are_not_mixed() {
    let (store, _emulator) = emulator::store(ReportZone::utc()).await;
    let first = events(500, 300);
    send(&store, &first).await;
    let stored = store.order(&order_id("o-1")).await.unwrap().unwrap();
    let grown = |from: usize| {
        let mut history = stored.clone();
        for event in events(from + 1_500, 301).into_iter().skip(from + 502) {
            let event_id = EventId::parse(&format!("{}-{from}", event.event_id)).unwrap();
            history.record(OrderEvent { event_id, ..event }, &batch("b-1").id, now());
        }
        OrderWrite { history, from_version: stored.version(), unknown_vendors: Vec::new() }
    };
    let (one, other) = (grown(0), grown(7));
    assert_eq!(store.save(vec![one.clone()], None, now()).await.unwrap(), [true]);
    assert_eq!(store.save(vec![other], None, now()).await.unwrap(), [false]);
    assert_eq!(store.order(&order_id("o-1")).await.unwrap(), Some(one.history));
}

#[tokio::test]
async fn records_of_a_long_order_count_once_and_its_parts_are_deleted_with_it() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    send(&store, &events(2_000, 300)).await;
    let mut changes = Vec::new();
    for record in records(&emulator).await {
        changes.push(store.complete(stream_record::change(&record).unwrap()).await.unwrap());
    }
    assert!(changes.contains(&stream_record::StreamChange::Nothing), "a part has a record, too");
    let grown: Vec<History> = changes.iter().filter_map(|change| change.history().cloned()).collect();
    assert_eq!(grown.last(), store.order(&order_id("o-1")).await.unwrap().as_ref());
    store.project(grown.clone(), now()).await.unwrap();
    assert_eq!(store.project(grown, now()).await.unwrap(), 0);
    assert_eq!(rebuild(&store, now(), |_, _| {}).await.unwrap().different, 0);

    // The time to live deletes the item.
    let key = json!({ "TableName": "Orders", "Key": { "orderId": { "S": "o-1" } } });
    ask(&emulator.endpoint(), "DynamoDB_20120810.DeleteItem", key).await;
    let deleted = stream_record::change(records(&emulator).await.last().unwrap()).unwrap();
    assert!(matches!(deleted, stream_record::StreamChange::Long { expired: true, .. }), "{deleted:?}");
    let stream_record::StreamChange::Expired(history) = store.complete(deleted.clone()).await.unwrap() else {
        panic!("{deleted:?}")
    };
    store.forget(vec![history], store.zone().day(now())).await.unwrap();
    assert!(keys(&emulator).await.is_empty(), "{:?}", keys(&emulator).await);
    assert_eq!(
        store.complete(deleted).await.unwrap(),
        stream_record::StreamChange::Nothing,
        "a record that arrives again changes nothing"
    );
    let (first, last) = (Day::from_number(0), Day::from_number(100_000));
    let totals = store.series(&Scope::Fleet, first, first, last).await.unwrap().0.totals;
    assert_eq!(totals[Counter::Entered(goody_domain::ActiveStatus::Placed)], 1);
    assert_eq!(totals[Counter::InStatus(Status::ShippingOnTime)], 0);
}
