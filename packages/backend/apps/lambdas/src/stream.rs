//! Projects the stream of the orders table to buckets and reports.
//!
//! Records may be delivered again, late or in other batches: the store applies none twice. When a record fails, the others are
//! still applied, and the response names the failed one: Lambda retries from there, and finally sends it to the dead-letter
//! queue. Futures are boxed because those of the store are large.

use aws_lambda_events::dynamodb::EventRecord;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use goody_application::ports::{ReportReader, StoreError};
use goody_application::roll;
use goody_domain::Instant;
use goody_store_dynamodb::DynamoStore;
use goody_store_dynamodb::stream_record::{StreamChange, change};

/// The sequence number of a record, and its change.
type NumberedChange = (String, StreamChange);

/// Updates buckets and reports by the records. The response names the failed records.
///
/// # Errors
/// The buckets are current, but the reports could not be computed from them.
pub async fn project(
    store: &DynamoStore,
    records: &[EventRecord],
    now: Instant,
) -> Result<DynamoDbEventResponse, StoreError> {
    measure(records, now);
    let (changes, mut failed) = parse(records);
    if let Err(error) = Box::pin(apply(store, &changes, now)).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a batch failed; applying its records one by one");
        failed.extend(Box::pin(apply_one_by_one(store, &changes, now)).await);
    }
    Box::pin(roll::roll(store, now)).await?;
    Ok(response(failed))
}

/// Records the size of the batch and the age of its oldest record.
fn measure(records: &[EventRecord], now: Instant) {
    metrics::histogram!("goody_batch_size").record(records.len() as f64);
    let created = records.iter().map(|record| record.change.approximate_creation_date_time.timestamp_micros());
    if let Some(oldest) = created.filter(|micros| *micros > 0).min() {
        let lag = now.seconds_since(Instant::from_micros(oldest)).max(0.0);
        metrics::histogram!("goody_lag_seconds").record(lag);
    }
}

/// The changes of the records, and the sequence numbers of the invalid records.
fn parse(records: &[EventRecord]) -> (Vec<NumberedChange>, Vec<String>) {
    let (mut changes, mut failed) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        let number = record.change.sequence_number.clone().unwrap_or_default();
        match change(record) {
            Ok(change) => changes.push((number, change)),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, number, "cannot read a stream record");
                failed.push(number);
            }
        }
    }
    (changes, failed)
}

async fn apply(store: &DynamoStore, changes: &[NumberedChange], now: Instant) -> Result<(), StoreError> {
    let (mut grown, mut expired) = (Vec::new(), Vec::new());
    for (_, change) in changes {
        match store.complete(change.clone()).await? {
            StreamChange::Grown(history) => grown.push(history),
            StreamChange::Expired(history) => expired.push(history),
            StreamChange::Long { .. } | StreamChange::Nothing => {}
        }
    }
    let projected = store.project(grown, now).await?;
    metrics::counter!("goody_changes_projected_total").increment(projected as u64);
    // An expired order changes no counter: its contribution stays.
    if expired.is_empty() { Ok(()) } else { store.forget(expired, store.zone().day(now)).await }
}

/// The sequence numbers of the failed changes.
async fn apply_one_by_one(store: &DynamoStore, changes: &[NumberedChange], now: Instant) -> Vec<String> {
    let mut failed = Vec::new();
    for one in changes.chunks(1) {
        if let Err(error) = apply(store, one, now).await {
            let [(number, change)] = one else { continue };
            let order_id = change.order_id();
            tracing::error!(error = &error as &dyn std::error::Error, ?order_id, number, "cannot apply a change");
            failed.push(number.clone());
        }
    }
    failed
}

/// The response with the sequence numbers of failed records. Lambda retries from the first of them.
fn response(failed: Vec<String>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures.extend(failed.into_iter().map(|number| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(number);
        failure
    }));
    response
}
