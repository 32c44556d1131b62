//! The orders' stream → buckets and reports.
//!
//! The same records may come again, late or in other batches: the store applies nothing twice. A record that cannot be taken
//! costs only itself: the others are taken, and the answer names it, so that Lambda tries again from there and in the end puts
//! it aside. Futures are boxed, as those of the store are large.

use aws_lambda_events::dynamodb::EventRecord;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use goody_application::ports::{ReportReader, StoreError};
use goody_application::roll;
use goody_domain::Instant;
use goody_store_dynamodb::DynamoStore;
use goody_store_dynamodb::stream_record::{StreamChange, change};

/// A record by its number in the stream, and what it says.
type Numbered = (String, StreamChange);

/// Brings buckets and reports up to the records. The answer names those that were not taken.
///
/// # Errors
/// The buckets are up to date, but the reports could not be made of them.
pub async fn project(
    store: &DynamoStore,
    records: &[EventRecord],
    now: Instant,
) -> Result<DynamoDbEventResponse, StoreError> {
    measure(records, now);
    let (told, mut failed) = read(records);
    if let Err(error) = Box::pin(take(store, &told, now)).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a batch failed; taking its records one by one");
        failed.extend(Box::pin(take_one_by_one(store, &told, now)).await);
    }
    Box::pin(roll::roll(store, now)).await?;
    Ok(answer(failed))
}

/// How large the batch is, and how old its records are.
fn measure(records: &[EventRecord], now: Instant) {
    metrics::histogram!("goody_batch_size").record(records.len() as f64);
    let told = records.iter().map(|record| record.change.approximate_creation_date_time.timestamp_micros());
    if let Some(oldest) = told.filter(|told| *told > 0).min() {
        let lag = now.seconds_since(Instant::from_micros(oldest)).max(0.0);
        metrics::histogram!("goody_lag_seconds").record(lag);
    }
}

/// What the records say, and the numbers of those that cannot be read.
fn read(records: &[EventRecord]) -> (Vec<Numbered>, Vec<String>) {
    let (mut told, mut failed) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        let number = record.change.sequence_number.clone().unwrap_or_default();
        match change(record) {
            Ok(change) => told.push((number, change)),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    number,
                    "a record of the stream was not taken"
                );
                failed.push(number);
            }
        }
    }
    (told, failed)
}

async fn take(store: &DynamoStore, told: &[Numbered], now: Instant) -> Result<(), StoreError> {
    let (mut grown, mut expired) = (Vec::new(), Vec::new());
    for (_, told) in told {
        match store.complete(told.clone()).await? {
            StreamChange::Grown(history) => grown.push(history),
            StreamChange::Expired(history) => expired.push(history),
            StreamChange::Long { .. } | StreamChange::Nothing => {}
        }
    }
    let changes = store.project(grown, now).await?;
    metrics::counter!("goody_changes_projected_total").increment(changes as u64);
    // Deletion by age changes no number: what the order contributed stays.
    if expired.is_empty() { Ok(()) } else { store.forget(expired, store.zone().day(now)).await }
}

/// The numbers of those that were not taken.
async fn take_one_by_one(store: &DynamoStore, told: &[Numbered], now: Instant) -> Vec<String> {
    let mut failed = Vec::new();
    for one in told.chunks(1) {
        if let Err(error) = take(store, one, now).await {
            let [(number, told)] = one else { continue };
            let order_id = told.order_id();
            tracing::error!(error = &error as &dyn std::error::Error, ?order_id, number, "a change was not taken");
            failed.push(number.clone());
        }
    }
    failed
}

/// The answer that names these records. Lambda goes on with the first of them.
fn answer(failed: Vec<String>) -> DynamoDbEventResponse {
    let mut answer = DynamoDbEventResponse::default();
    answer.batch_item_failures.extend(failed.into_iter().map(|number| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(number);
        failure
    }));
    answer
}
