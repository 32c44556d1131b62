//! Retention: forgets what is old, without changing a number.

use goody_domain::Instant;

use crate::ports::{Expired, Housekeeping, ReportReader, Result};

/// How many orders are forgotten in one go.
const BATCH: usize = 2_000;

/// How long things are kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// An order, after the latest of its placement, promise, completion and recording.
    pub order_days: u16,
    /// A bucket, after the later of its day and its last change.
    pub bucket_days: u16,
}

impl Default for Retention {
    /// 30 days, and six months.
    fn default() -> Self {
        Self { order_days: 30, bucket_days: 183 }
    }
}

/// Forgets everything that is old enough. Says what.
pub async fn expire<S: Housekeeping + ReportReader + ?Sized>(
    store: &S,
    retention: Retention,
    now: Instant,
) -> Result<Expired> {
    let today = store.zone().day(now);
    let before = |days: u16| today.plus(-i32::from(days));
    let mut total = Expired::default();
    loop {
        let expired = store.expire(before(retention.order_days), before(retention.bucket_days), today, BATCH).await?;
        total.orders += expired.orders;
        total.buckets += expired.buckets;
        total.marks += expired.marks;
        if expired.orders < BATCH as u64 {
            return Ok(total);
        }
    }
}
