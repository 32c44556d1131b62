//! States of the detection.

use async_trait::async_trait;
use goody_application::ports::{DayRevisions, DetectionStore, Result, StoredDetection, keeps_detection};
use goody_domain::Day;

use super::MemoryStore;

#[async_trait]
impl DetectionStore for MemoryStore {
    async fn day_revisions(&self) -> Result<DayRevisions> {
        let state = self.state();
        let days = state.day_revisions.iter().map(|(day, revision)| (*day, *revision)).collect();
        Ok(DayRevisions { days, current: state.revision })
    }

    async fn stored_detections(&self) -> Result<Vec<(Day, i64)>> {
        Ok(self.state().detections.values().map(|stored| (stored.day, stored.revision)).collect())
    }

    async fn stored_detection(&self, day: Day) -> Result<Option<StoredDetection>> {
        Ok(self.state().detections.get(&day).cloned())
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        let latest = detection.day;
        let detections = &mut self.state().detections;
        detections.insert(latest, detection);
        detections.retain(|day, _| keeps_detection(*day, latest));
        Ok(())
    }
}
