//! Records of the emulator's stream that arrive twice, late or in small batches.

#![expect(clippy::unwrap_used, reason = "test code")]

mod emulator;
mod records;

use std::sync::Arc;

use aws_lambda_events::dynamodb::EventRecord;
use goody_application::ingest::Ingest;
use goody_application::ports::{Found, OrderReader, OrderWriter, ReportReader, Scope};
use goody_domain::{Counter, CounterSeries, Day, History, OrderEvent, ReportZone, Status};
use goody_store_dynamodb::{DynamoStore, stream_record};
use goody_testkit::dynamodb::ask;
use goody_testkit::{OrderBuilder, batch, now, order_id, vendor_id};
use records::records;
use serde_json::json;

fn grown(records: &[EventRecord]) -> Vec<History> {
    let changes = records.iter().map(|record| stream_record::change(record).unwrap());
    changes
        .filter(|change| matches!(change, stream_record::StreamChange::Grown(_)))
        .filter_map(|change| change.history().cloned())
        .collect()
}

async fn send(store: &DynamoStore, events: Vec<OrderEvent>) {
    let ingest = Ingest::new(Arc::new(store.clone()));
    for event in events {
        ingest.ingest(vec![event], &batch("b-1"), now()).await.unwrap();
    }
}

fn orders() -> Vec<OrderEvent> {
    let one = OrderBuilder::new("o-1").promised("2026-03-04").shipped("2026-03-03T10:00:00Z");
    let one = one.because("\"snow\" \u{1f381}").arrived("2026-03-05T10:00:00Z");
    let other = OrderBuilder::new("o-2").vendor("bloom").lost("2026-03-06T10:00:00Z");
    let moved = OrderBuilder::new("o-3").also_placed("bloom", "2026-03-02T11:00:00Z");
    [one, other, moved].into_iter().flat_map(OrderBuilder::events).collect()
}

async fn fleet(store: &DynamoStore) -> CounterSeries {
    let (first, last) = (Day::from_number(0), Day::from_number(100_000));
    let mut series = store.series(&Scope::Fleet, first, first, last).await.unwrap().0;
    // An empty bucket counts as a missing one.
    series.buckets.retain(|(_, bucket)| !bucket.is_empty());
    series
}

#[tokio::test]
async fn a_record_has_the_full_history_of_its_order() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    send(&store, orders()).await;
    let histories = grown(&records(&emulator).await);
    assert_eq!(histories.len(), orders().len(), "each write creates a record");
    for id in ["o-1", "o-2", "o-3"].map(order_id) {
        let versions: Vec<usize> =
            histories.iter().filter(|history| *history.order_id() == id).map(History::version).collect();
        assert!(versions.is_sorted() && versions[0] == 1, "{versions:?}");
        let last = histories.iter().rfind(|history| *history.order_id() == id);
        assert_eq!(last.cloned(), store.order(&id).await.unwrap(), "a record has every stored field");
    }
}

#[tokio::test]
async fn records_that_arrive_twice_or_late_or_backwards_or_one_by_one_count_once() {
    let (in_order, emulator) = emulator::store(ReportZone::utc()).await;
    send(&in_order, orders()).await;
    let histories = grown(&records(&emulator).await);
    assert_eq!(in_order.project(histories.clone(), now()).await.unwrap(), 3);
    assert_eq!(
        in_order.project(histories.clone(), now()).await.unwrap(),
        0,
        "the markers show that the changes are applied"
    );
    let expected = fleet(&in_order).await;
    let placed = expected.totals[Counter::InStatus(Status::Placed)];
    assert_eq!((placed, expected.totals[Counter::InStatus(Status::Arrived)]), (1, 1));

    let backwards: Vec<History> = histories.iter().rev().cloned().collect();
    for batches in [
        vec![backwards.clone(), histories.clone()],
        histories.chunks(1).map(<[History]>::to_vec).collect(),
        backwards.chunks(2).map(<[History]>::to_vec).collect(),
    ] {
        let (store, _emulator) = emulator::store(ReportZone::utc()).await;
        for batch in batches {
            store.project(batch.clone(), now()).await.unwrap();
            store.project(batch, now()).await.unwrap();
        }
        assert_eq!(fleet(&store).await, expected);
    }
}

#[tokio::test]
async fn concurrent_projections_of_the_same_records_count_once() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    let orders =
        (0..40).flat_map(|number| OrderBuilder::new(&format!("o-{number:02}")).lost("2026-03-05T10:00:00Z").events());
    Ingest::new(Arc::new(store.clone())).ingest(orders.collect(), &batch("b-1"), now()).await.unwrap();
    let histories = grown(&records(&emulator).await);
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (store, histories) = (store.clone(), histories.clone());
            tokio::spawn(async move { store.project(histories, now()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(fleet(&store).await.totals[Counter::InStatus(Status::Lost)], 40);
}

#[tokio::test]
async fn the_deletion_of_an_expired_order_changes_no_number_and_its_id_stays_expired() {
    let (store, emulator) = emulator::store(ReportZone::utc()).await;
    send(&store, orders()).await;
    store.project(grown(&records(&emulator).await), now()).await.unwrap();
    let before = fleet(&store).await;
    // The time to live deletes the item, and the stream has its old image.
    let key = json!({ "TableName": "Orders", "Key": { "orderId": { "S": "o-2" } } });
    ask(&emulator.endpoint(), "DynamoDB_20120810.DeleteItem", key).await;
    let deleted = stream_record::change(records(&emulator).await.last().unwrap()).unwrap();
    assert!(matches!(deleted, stream_record::StreamChange::Expired(_)), "{deleted:?}");
    for _ in 0..2 {
        store.forget(vec![deleted.history().unwrap().clone()], store.zone().day(now())).await.unwrap();
    }
    let after = fleet(&store).await;
    let in_status = Counter::InStatus(Status::Lost);
    assert_eq!((before.totals[in_status], after.totals[in_status]), (1, 0), "the order is in no count by status");
    let counted = |series: &CounterSeries| {
        let mut totals = series.totals.clone();
        totals.set(in_status, 0);
        totals
    };
    assert_eq!(counted(&before), counted(&after));
    assert_eq!(store.load(&[order_id("o-2")]).await.unwrap(), [Found::Expired]);
    assert_eq!(store.project(vec![deleted.history().unwrap().clone()], now()).await.unwrap(), 0);
    let rebuilt = goody_application::rebuild::rebuild(&store, now(), |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.different, 0, "its contribution is settled");
    assert!(store.state(&vendor_id("bloom")).await.unwrap().0.is_some());
}
