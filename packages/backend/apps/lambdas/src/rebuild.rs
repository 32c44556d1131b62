//! The rebuild that an operator requests of `report-generator`: it computes the counters from the orders, as `goody rebuild`
//! does. One invocation handles a few vendors, because a Lambda function has a time limit.

use goody_application::ports::StoreError;
use goody_application::rebuild::rebuild_some;
use goody_domain::{Instant, VendorId};
use goody_store_dynamodb::DynamoStore;
use serde::{Deserialize, Serialize};

/// The number of vendors per invocation.
const VENDORS: usize = 10;

/// `{"after": "acme"}`, or `{}` for the first part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebuildRequest {
    /// This part starts after this vendor: the `next` of the previous part's result.
    #[serde(default)]
    after: Option<VendorId>,
}

/// The result of one part.
#[derive(Debug, Serialize)]
pub struct RebuildResult {
    /// The number of computed buckets.
    buckets: u64,
    /// The number of stored buckets that differed and are now corrected.
    different: u64,
    /// The `after` of the next part; none after the last part.
    next: Option<VendorId>,
}

impl RebuildRequest {
    /// Rebuilds the counters of this part.
    ///
    /// # Errors
    /// The store failed. Some counters may be rebuilt; the same request may be sent again.
    pub async fn run(self, store: &DynamoStore, now: Instant) -> Result<RebuildResult, StoreError> {
        let (rebuilt, next) = Box::pin(rebuild_some(store, self.after.as_ref(), VENDORS, now, |vendor_id, rebuilt| {
            tracing::info!(%vendor_id, buckets = rebuilt.buckets, different = rebuilt.different, "rebuilt");
        }))
        .await?;
        Ok(RebuildResult { buckets: rebuilt.buckets, different: rebuilt.different, next })
    }
}
