//! States of the detection.

use async_trait::async_trait;
use goody_application::ports::{
    DayRevisions, DetectionKey, DetectionStore, Result, SlotTime, StoredDetection, keeps_detection,
};
use goody_domain::{Instant, VendorId};

use super::MemoryStore;

#[async_trait]
impl DetectionStore for MemoryStore {
    async fn day_revisions(&self) -> Result<DayRevisions> {
        let state = self.state();
        let days = state.day_revisions.iter().map(|(day, revision)| (*day, *revision)).collect();
        Ok(DayRevisions { days, current: state.revision })
    }

    async fn stored_detections(&self) -> Result<Vec<DetectionKey>> {
        Ok(self.state().detections.values().map(|stored| stored.key).collect())
    }

    async fn stored_detection(&self, at: SlotTime) -> Result<Option<StoredDetection>> {
        Ok(self.state().detections.get(&at).cloned())
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        let latest = detection.key.at;
        let detections = &mut self.state().detections;
        detections.insert(latest, detection);
        detections.retain(|at, _| keeps_detection(*at, latest));
        Ok(())
    }

    async fn kept_explanation(&self, vendor_id: &VendorId, raised_at: Instant) -> Result<Option<Vec<u8>>> {
        Ok(self.state().explanations.get(&(raised_at, vendor_id.clone())).cloned())
    }

    async fn keep_explanation(&self, vendor_id: &VendorId, raised_at: Instant, explanation: Vec<u8>) -> Result<()> {
        self.state().explanations.insert((raised_at, vendor_id.clone()), explanation);
        Ok(())
    }
}
