//! The ticks of a schedule → reports, and nothing older than it has to be. Futures are boxed, as those of the store are large.

use goody_application::ports::{ReportReader, StoreError};
use goody_application::retention::Retention;
use goody_application::roll;
use goody_domain::Instant;
use goody_store_dynamodb::DynamoStore;

/// Brings the reports up to the clock. The first tick of a day also forgets the buckets that are old; orders are deleted by
/// their time to live.
///
/// # Errors
/// The store failed. The next tick does all of it.
pub async fn tick(store: &DynamoStore, retention: Retention, now: Instant) -> Result<(), StoreError> {
    let today = store.zone().day(now);
    let status = store.status().await?;
    let ticked_today = status.refreshed_at.is_some_and(|at| store.zone().day(at) == today);
    if !ticked_today && let Some(latest_fact) = status.latest_fact {
        // A clock that is wrong must not remove what is not old: the facts have to agree.
        let expiry = retention.expiry(store.zone().day(now.min(latest_fact)), today);
        let forgotten = Box::pin(store.expire_buckets(expiry.buckets_before)).await?;
        tracing::info!(buckets = forgotten, "forgot what is old");
    }
    let rolled = Box::pin(roll::tick(store, now)).await?;
    metrics::counter!("goody_reports_rolled_total").increment(rolled as u64);
    Ok(())
}
