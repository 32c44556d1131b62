//! The scheduled work: computes current reports and the detection, and removes expired buckets. Futures are boxed because those of the store are
//! large.

use goody_application::ports::{ReportReader, StoreError};
use goody_application::retention::Retention;
use goody_application::{detect, roll};
use goody_domain::Instant;
use goody_store_dynamodb::DynamoStore;

/// Computes the current reports for `now`, and the detection of the latest quarter of a day if it is not known or too old: a part of it at each
/// tick where it has much to do. The first tick of a day also removes expired buckets; DynamoDB deletes orders by
/// their time to live.
///
/// # Errors
/// The store failed. The next tick does the remaining work.
pub async fn tick(store: &DynamoStore, retention: Retention, now: Instant) -> Result<(), StoreError> {
    let today = store.zone().day(now);
    let status = store.status().await?;
    let ticked_today = status.refreshed_at.is_some_and(|at| store.zone().day(at) == today);
    if !ticked_today && let Some(latest_fact) = status.latest_fact {
        // A wrong clock must not remove current data: the date is never later than that of the latest fact.
        let expiry = retention.expiry(store.zone().day(now.min(latest_fact)), today);
        let removed = Box::pin(store.expire_buckets(expiry.buckets_before)).await?;
        tracing::info!(buckets = removed, "removed expired buckets");
    }
    let rolled = Box::pin(roll::tick(store, now)).await?;
    metrics::counter!("goody_reports_rolled_total").increment(rolled as u64);
    Box::pin(detect::keep_up(store, now)).await.map(drop)
}
