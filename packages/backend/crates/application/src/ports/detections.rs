//! The port for states of the detection.

use async_trait::async_trait;
use goody_domain::Day;

use super::Result;

/// A state of the detection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDetection {
    /// The day at whose start it is.
    pub day: Day,
    /// The revision before the counters were read that it follows from.
    pub revision: i64,
    /// Its stored form: [`goody_domain::detection::FleetDetector::write`].
    pub state: Vec<u8>,
}

/// When the counters of each day changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayRevisions {
    /// The revision of the latest change of each day, of any vendor. A store may leave out days whose buckets have expired.
    pub days: Vec<(Day, i64)>,
    /// The current revision.
    pub current: i64,
}

impl DayRevisions {
    /// The first day that changed after a revision.
    pub fn first_after(&self, revision: i64) -> Option<Day> {
        self.days.iter().filter(|(_, changed)| *changed > revision).map(|(day, _)| *day).min()
    }
}

/// Stores states of the detection. They follow from the counters: one that is lost is computed anew.
#[async_trait]
pub trait DetectionStore: Send + Sync {
    /// When the counters of each day changed.
    async fn day_revisions(&self) -> Result<DayRevisions>;

    /// The days and revisions of the stored states, sorted by day.
    async fn stored_detections(&self) -> Result<Vec<(Day, i64)>>;

    /// The state at the start of a day.
    async fn stored_detection(&self, day: Day) -> Result<Option<StoredDetection>>;

    /// Stores a state, and removes those that [`keeps_detection`] does not keep.
    async fn store_detection(&self, detection: StoredDetection) -> Result<()>;
}

/// Whether a state stays once that of a later day is stored: those of ten weeks do, and one in four of those before.
pub fn keeps_detection(day: Day, latest: Day) -> bool {
    // Weeks since a Monday.
    let week = |day: Day| (day.number() + 3).div_euclid(7);
    week(latest) - week(day) <= 10 || week(day) % 4 == 0
}
