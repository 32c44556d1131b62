//! `report-generator`: by the stream and by the clock.

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{ChangeFeed, Clock, ReportReader};
use goody_testkit::lambda::events::{forgotten, records, scheduled};
use goody_testkit::lambda::{Delivered, Failed, Function, Mischief};
use goody_testkit::{OrderBuilder, at, vendor_id};
use serde_json::{Value, json};

use crate::aws::{Aws, REPORT_GENERATOR};

/// Tables with so many orders that arrived, of which no bucket knows yet.
async fn told(orders: usize) -> Aws {
    let aws = Aws::new().await;
    let arrived = |number| {
        let order = OrderBuilder::new(&format!("o-{number}")).placed("2026-03-05T10:00:00Z").promised("2026-03-09");
        order.arrived_early_by_hours(10).events()
    };
    let events = (0..orders).flat_map(arrived).collect();
    Ingest::new(Arc::new(aws.store())).ingest(events, aws.clock.now()).await.unwrap();
    aws
}

/// What the kept report of the vendor says of the last seven days.
async fn completed(aws: &Aws) -> Option<i64> {
    let kept = aws.store().state(&vendor_id("acme")).await.unwrap().0?.kept?;
    Some(kept.report.current7d.completed_orders())
}

/// The records of the stream so far, and what became of them with a function that does nothing wrong.
async fn all(aws: &Aws, function: &Function) -> Delivered {
    aws.stream(100, Mischief::default()).await.deliver(function).await
}

#[tokio::test]
async fn the_stream_brings_buckets_and_reports_up_to_the_orders() {
    let aws = told(3).await;
    let function = aws.function(REPORT_GENERATOR);
    let delivered = all(&aws, &function).await;
    assert_eq!((delivered.invocations, delivered.given_up.len()), (1, 0), "{:?}", function.output());
    assert_eq!(completed(&aws).await, Some(3));
    assert_eq!(aws.store().lag().await.unwrap().changes, 0);
}

#[tokio::test]
async fn its_figures_say_how_many_records_there_were_and_how_late() {
    let aws = told(3).await;
    let function = aws.function(REPORT_GENERATOR);
    all(&aws, &function).await;
    for (name, value) in [("goody_batch_size", json!([3.0])), ("goody_changes_projected_total", json!([3.0]))] {
        assert_eq!(function.printed(1, |line| line[name].is_array()).await[0][name], value);
    }
    for name in ["goody_lag_seconds", "goody_store_requests_total"] {
        function.printed(1, |line| line[name].is_array() && line["_aws"].is_object()).await;
    }
}

#[tokio::test]
async fn records_that_come_again_count_once() {
    let aws = told(40).await;
    let function = aws.function(REPORT_GENERATOR);
    let often = Mischief { seed: 7, split: 80, doubled: 80, again: 80, ..Mischief::default() };
    let delivered = aws.stream(10, often).await.deliver(&function).await;
    assert!(delivered.invocations > 6, "{delivered:?}");
    assert_eq!(all(&aws, &function).await.given_up, Vec::<Value>::new());
    assert_eq!(completed(&aws).await, Some(40));
}

#[tokio::test]
async fn a_process_that_is_killed_in_the_middle_loses_nothing() {
    let aws = told(40).await;
    let function = aws.function(REPORT_GENERATOR);
    // Sooner than the fastest machine is done.
    let deadly = Mischief { seed: 11, killed: 35, killed_within: 8, ..Mischief::default() };
    let delivered = aws.stream(2, deadly).await.deliver(&function).await;
    assert!(delivered.killed > 0 && delivered.given_up.is_empty(), "{delivered:?}");
    assert_eq!(completed(&aws).await, Some(40));
}

#[tokio::test]
async fn a_record_that_cannot_be_taken_is_answered_as_failed_and_all_others_are_taken() {
    let aws = told(3).await;
    let function = aws.function(REPORT_GENERATOR);
    let mut batch = aws.stream(100, Mischief::default()).await.read().await;
    batch[1]["dynamodb"]["NewImage"] = json!({ "orderId": { "S": "o-1" }, "version": { "S": "many" } });
    let answer = function.invoke(&records(&batch)).await.unwrap();
    let number = &batch[1]["dynamodb"]["SequenceNumber"];
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": number }] }));
    assert_eq!(completed(&aws).await, Some(2));
    function.printed(1, |line| line["level"] == "ERROR" && line["number"] == *number).await;
}

#[tokio::test]
async fn a_record_that_never_can_be_taken_is_put_aside_and_costs_only_itself() {
    let aws = told(5).await;
    let function = aws.function(REPORT_GENERATOR);
    let mut stream = aws.stream(100, Mischief::default()).await;
    let mut batch = stream.read().await;
    batch[2]["dynamodb"]["NewImage"] = json!({});
    let delivered = stream.deliver_these(&function, &batch).await;
    assert_eq!(delivered.given_up.first(), Some(&batch[2]));
    assert_eq!(completed(&aws).await, Some(4));
}

#[tokio::test]
async fn an_order_deleted_by_its_age_changes_no_number() {
    let aws = told(3).await;
    let function = aws.function(REPORT_GENERATOR);
    let batch = aws.stream(100, Mischief::default()).await.read().await;
    function.invoke(&records(&batch)).await.unwrap();
    for _ in 0..2 {
        let answer = function.invoke(&records(&[forgotten(&batch[0])])).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        assert_eq!(completed(&aws).await, Some(3));
    }
}

#[tokio::test]
async fn the_schedule_brings_the_reports_up_to_the_clock() {
    let aws = told(3).await;
    let function = aws.function(REPORT_GENERATOR);
    all(&aws, &function).await;
    aws.set_clock(at("2026-03-20T00:01:00Z"));
    function.invoke(&scheduled()).await.unwrap();
    assert_eq!(completed(&aws).await, Some(0), "the week has moved on");
    assert_eq!(aws.store().status().await.unwrap().refreshed_at, Some(aws.clock.now()));
}

#[tokio::test]
async fn a_rebuild_finds_what_is_not_as_it_should_be_a_few_vendors_at_a_time() {
    let aws = Aws::new().await;
    let orders =
        (0..12).map(|number| OrderBuilder::new(&format!("o-{number}")).vendor(&format!("v-{number:02}")).events());
    Ingest::new(Arc::new(aws.store())).ingest(orders.flatten().collect(), aws.clock.now()).await.unwrap();
    let function = aws.function(REPORT_GENERATOR);
    // What the stream lost is found by the first part.
    let first = function.invoke(&json!({ "rebuild": {} })).await.unwrap();
    assert_eq!(first, json!({ "buckets": 10, "different": 0, "next": "v-09" }));
    aws.damage("v-11", "day#2026-03-01").await;
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
async fn what_the_tables_cannot_do_is_thrown() {
    let aws = told(1).await;
    let gone = aws.variables().into_iter().filter(|(name, _)| *name != "GOODY_REPORTS_TABLE");
    let function = Function::new(REPORT_GENERATOR, gone.chain([("GOODY_REPORTS_TABLE", "Gone".to_owned())]));
    let batch = aws.stream(100, Mischief::default()).await.read().await;
    let answer = function.invoke(&records(&batch)).await;
    let Err(Failed::Thrown { message, .. }) = answer else { panic!("no error: {answer:?}") };
    assert!(message.contains("not available"), "{message}");
}
