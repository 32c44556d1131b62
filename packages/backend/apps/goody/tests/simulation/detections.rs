//! States of the detection, with fault injection.

use async_trait::async_trait;
use goody_application::ports::{DayRevisions, DetectionKey, DetectionStore, Result, SlotTime, StoredDetection};
use goody_domain::{Instant, VendorId};
use goody_testkit::suite::wait_alone;

use crate::store::FaultyStore;

#[async_trait]
impl DetectionStore for FaultyStore {
    async fn day_revisions(&self) -> Result<DayRevisions> {
        let digested = |revisions: &DayRevisions| (revisions.days.clone(), revisions.current);
        self.call("reading when days changed", |real| wait_alone(real.day_revisions()), digested).await
    }

    async fn stored_detections(&self) -> Result<Vec<DetectionKey>> {
        let execute = |real: &goody_store_sqlite::SqliteStore| wait_alone(real.stored_detections());
        self.call("listing states of the detection", execute, Clone::clone).await
    }

    async fn stored_detection(&self, at: SlotTime) -> Result<Option<StoredDetection>> {
        let digested = |found: &Option<StoredDetection>| found.as_ref().map(|stored| stored.state.clone());
        self.call("reading a state of the detection", |real| wait_alone(real.stored_detection(at)), digested).await
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        self.call("storing a state of the detection", |real| wait_alone(real.store_detection(detection)), |()| ()).await
    }

    async fn kept_explanation(&self, vendor_id: &VendorId, raised_at: Instant) -> Result<Option<Vec<u8>>> {
        let execute = |real: &goody_store_sqlite::SqliteStore| wait_alone(real.kept_explanation(vendor_id, raised_at));
        self.call("reading what changed", execute, Clone::clone).await
    }

    async fn keep_explanation(&self, vendor_id: &VendorId, raised_at: Instant, explanation: Vec<u8>) -> Result<()> {
        let execute = |real: &goody_store_sqlite::SqliteStore| {
            wait_alone(real.keep_explanation(vendor_id, raised_at, explanation))
        };
        self.call("keeping what changed", execute, |()| ()).await
    }
}
