//! What `report-generator` is asked for by hand: to compute the counters anew from the orders, as `goody rebuild` does, a few
//! vendors at a time, as a function has to end in time.

use goody_application::ports::StoreError;
use goody_application::rebuild::rebuild_some;
use goody_domain::{Instant, VendorId};
use goody_store_dynamodb::DynamoStore;
use serde::{Deserialize, Serialize};

/// How many vendors one invocation takes.
const VENDORS: usize = 10;

/// `{"after": "acme"}`, or `{}` to begin with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The vendor after which this part begins: what the part before it answered as `next`.
    #[serde(default)]
    after: Option<VendorId>,
}

/// What became of a part.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Buckets that there should be.
    buckets: u64,
    /// Those that were not as they should be. They are now.
    different: u64,
    /// What the next part begins after; none after the last.
    next: Option<VendorId>,
}

impl Part {
    /// Rebuilds it.
    ///
    /// # Errors
    /// The store failed. Some of it may be rebuilt; it may be asked for again.
    pub async fn rebuild(self, store: &DynamoStore, now: Instant) -> Result<Outcome, StoreError> {
        let (rebuilt, next) = Box::pin(rebuild_some(store, self.after.as_ref(), VENDORS, now, |vendor_id, rebuilt| {
            tracing::info!(%vendor_id, buckets = rebuilt.buckets, different = rebuilt.different, "rebuilt");
        }))
        .await?;
        Ok(Outcome { buckets: rebuilt.buckets, different: rebuilt.different, next })
    }
}
