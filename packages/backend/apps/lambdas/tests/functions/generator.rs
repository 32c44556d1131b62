//! `report-generator`: triggered by the stream, a schedule or a rebuild request.

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{ChangeFeed, Clock, ReportReader};
use goody_testkit::lambda::events::{forgotten, records, scheduled};
use goody_testkit::lambda::{Delivered, DeliveryFaults, Failed, Function};
use goody_testkit::{OrderBuilder, at, batch, vendor_id};
use serde_json::{Value, json};

use crate::aws::{Aws, REPORT_GENERATOR};

/// Tables with a number of arrived orders that no bucket reflects yet.
async fn with_arrived_orders(orders: usize) -> Aws {
    let aws = Aws::new().await;
    let arrived = |number| {
        let order = OrderBuilder::new(&format!("o-{number}")).placed("2026-03-05T10:00:00Z").promised("2026-03-09");
        order.arrived_early_by_hours(10).events()
    };
    let events = (0..orders).flat_map(arrived).collect();
    Ingest::new(Arc::new(aws.store())).ingest(events, &batch("b-1"), aws.clock.now()).await.unwrap();
    aws
}

/// The completed orders of the last seven days in the vendor's stored report.
async fn completed_orders(aws: &Aws) -> Option<i64> {
    let current = aws.store().state(&vendor_id("acme")).await.unwrap().0?.kept?;
    Some(current.report.current7d.completed_orders())
}

/// Delivers all records of the stream to a function, without faults.
async fn deliver_all(aws: &Aws, function: &Function) -> Delivered {
    aws.stream(100, DeliveryFaults::default()).await.deliver(function).await
}

#[tokio::test]
async fn the_stream_updates_buckets_and_reports() {
    let aws = with_arrived_orders(3).await;
    let function = aws.function(REPORT_GENERATOR);
    let delivered = deliver_all(&aws, &function).await;
    assert_eq!((delivered.invocations, delivered.given_up.len()), (1, 0), "{:?}", function.output());
    assert_eq!(completed_orders(&aws).await, Some(3));
    assert_eq!(aws.store().lag().await.unwrap().changes, 0);
}

#[tokio::test]
async fn the_metrics_have_the_number_of_records_and_the_lag() {
    let aws = with_arrived_orders(3).await;
    let function = aws.function(REPORT_GENERATOR);
    deliver_all(&aws, &function).await;
    for (name, value) in [("goody_batch_size", json!([3.0])), ("goody_changes_projected_total", json!([3.0]))] {
        assert_eq!(function.printed(1, |line| line[name].is_array()).await[0][name], value);
    }
    for name in ["goody_lag_seconds", "goody_store_requests_total"] {
        function.printed(1, |line| line[name].is_array() && line["_aws"].is_object()).await;
    }
}

#[tokio::test]
async fn records_that_are_delivered_again_count_once() {
    let aws = with_arrived_orders(40).await;
    let function = aws.function(REPORT_GENERATOR);
    let frequent = DeliveryFaults { seed: 7, split: 80, doubled: 80, again: 80, ..DeliveryFaults::default() };
    let delivered = aws.stream(10, frequent).await.deliver(&function).await;
    assert!(delivered.invocations > 6, "{delivered:?}");
    assert_eq!(deliver_all(&aws, &function).await.given_up, Vec::<Value>::new());
    assert_eq!(completed_orders(&aws).await, Some(40));
}

#[tokio::test]
async fn a_process_that_is_killed_during_a_batch_loses_nothing() {
    let aws = with_arrived_orders(40).await;
    let function = aws.function(REPORT_GENERATOR);
    // The delay is shorter than the fastest machine needs for a batch.
    let deadly = DeliveryFaults { seed: 11, killed: 35, killed_within: 8, ..DeliveryFaults::default() };
    let delivered = aws.stream(2, deadly).await.deliver(&function).await;
    assert!(delivered.killed > 0 && delivered.given_up.is_empty(), "{delivered:?}");
    assert_eq!(completed_orders(&aws).await, Some(40));
}

#[tokio::test]
async fn the_response_names_an_invalid_record_and_all_others_are_applied() {
    let aws = with_arrived_orders(3).await;
    let function = aws.function(REPORT_GENERATOR);
    let mut batch = aws.stream(100, DeliveryFaults::default()).await.read().await;
    batch[1]["dynamodb"]["NewImage"] = json!({ "orderId": { "S": "o-1" }, "version": { "S": "many" } });
    let response = function.invoke(&records(&batch)).await.unwrap();
    let number = &batch[1]["dynamodb"]["SequenceNumber"];
    assert_eq!(response, json!({ "batchItemFailures": [{ "itemIdentifier": number }] }));
    assert_eq!(completed_orders(&aws).await, Some(2));
    function.printed(1, |line| line["level"] == "ERROR" && line["number"] == *number).await;
}

#[tokio::test]
async fn a_record_that_always_fails_goes_to_the_failure_destination_and_all_others_are_applied() {
    let aws = with_arrived_orders(5).await;
    let function = aws.function(REPORT_GENERATOR);
    let mut stream = aws.stream(100, DeliveryFaults::default()).await;
    let mut batch = stream.read().await;
    batch[2]["dynamodb"]["NewImage"] = json!({});
    let delivered = stream.deliver_these(&function, &batch).await;
    assert_eq!(delivered.given_up.first(), Some(&batch[2]));
    assert_eq!(completed_orders(&aws).await, Some(4));
}

#[tokio::test]
async fn an_expired_order_changes_no_number() {
    let aws = with_arrived_orders(3).await;
    let function = aws.function(REPORT_GENERATOR);
    let batch = aws.stream(100, DeliveryFaults::default()).await.read().await;
    function.invoke(&records(&batch)).await.unwrap();
    for _ in 0..2 {
        let response = function.invoke(&records(&[forgotten(&batch[0])])).await.unwrap();
        assert_eq!(response, json!({ "batchItemFailures": [] }));
        assert_eq!(completed_orders(&aws).await, Some(3));
    }
}

#[tokio::test]
async fn the_schedule_updates_the_reports_as_time_passes() {
    let aws = with_arrived_orders(3).await;
    let function = aws.function(REPORT_GENERATOR);
    deliver_all(&aws, &function).await;
    aws.set_clock(at("2026-03-20T00:01:00Z"));
    function.invoke(&scheduled()).await.unwrap();
    assert_eq!(completed_orders(&aws).await, Some(0), "the window is past these orders");
    assert_eq!(aws.store().status().await.unwrap().refreshed_at, Some(aws.clock.now()));
}

#[tokio::test]
async fn a_rebuild_corrects_different_buckets_a_few_vendors_at_a_time() {
    let aws = Aws::new().await;
    let orders =
        (0..12).map(|number| OrderBuilder::new(&format!("o-{number}")).vendor(&format!("v-{number:02}")).events());
    Ingest::new(Arc::new(aws.store()))
        .ingest(orders.flatten().collect(), &batch("b-1"), aws.clock.now())
        .await
        .unwrap();
    let function = aws.function(REPORT_GENERATOR);
    // No stream record was delivered: the first part computes the missing buckets.
    let first = function.invoke(&json!({ "rebuild": {} })).await.unwrap();
    assert_eq!(first, json!({ "buckets": 10, "different": 0, "next": "v-09" }));
    aws.delete_row("v-11", "day#2026-03-01").await;
    let last = function.invoke(&json!({ "rebuild": { "after": "v-09" } })).await.unwrap();
    assert_eq!((&last["different"], &last["next"]), (&json!(1), &Value::Null), "{last}");
    let again = function.invoke(&json!({ "rebuild": { "after": "v-09" } })).await.unwrap();
    assert_eq!(again["different"], 0);
    let Err(Failed::Thrown { message, .. }) = function.invoke(&json!({ "rebuild": { "from": 1 } })).await else {
        panic!("no error")
    };
    assert!(message.contains("cannot be read"), "{message}");
}

#[tokio::test]
async fn an_invocation_fails_when_a_table_is_missing() {
    let aws = with_arrived_orders(1).await;
    let others = aws.variables().into_iter().filter(|(name, _)| *name != "GOODY_REPORTS_TABLE");
    let function = Function::new(REPORT_GENERATOR, others.chain([("GOODY_REPORTS_TABLE", "Missing".to_owned())]));
    let batch = aws.stream(100, DeliveryFaults::default()).await.read().await;
    let response = function.invoke(&records(&batch)).await;
    let Err(Failed::Thrown { message, .. }) = response else { panic!("no error: {response:?}") };
    assert!(message.contains("not available"), "{message}");
}
