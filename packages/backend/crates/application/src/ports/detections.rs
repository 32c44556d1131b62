//! The port for states of the detection.

use async_trait::async_trait;
use goody_domain::{Day, Instant, VendorId};

use super::Result;

/// The end of the first slots of a day; without any, the start of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotTime {
    /// The day.
    pub day: Day,
    /// How many of its slots are over; less than all of them.
    pub slots: u32,
}

impl SlotTime {
    /// The start of a day.
    pub fn start_of(day: Day) -> Self {
        Self { day, slots: 0 }
    }
}

/// Which state of the detection a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DetectionKey {
    /// Of when it is.
    pub at: SlotTime,
    /// The revision before the counters were read that it follows from.
    pub revision: i64,
    /// When it was computed.
    pub computed_at: Instant,
}

/// A state of the detection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDetection {
    /// Which one it is.
    pub key: DetectionKey,
    /// Its stored form: [`goody_domain::detection::FleetDetector::write`].
    pub state: Vec<u8>,
}

/// What a timer has stored for requests of hosts that do not compute the detection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestDetection {
    /// The state of the latest slot.
    pub latest: StoredDetection,
    /// The stored states of earlier times that held then.
    pub held: Vec<DetectionKey>,
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
    /// Whether a state that follows from the counters at a revision follows from those of now: no day that it covers has changed.
    pub fn hold(&self, at: SlotTime, revision: i64) -> bool {
        let last = if at.slots == 0 { at.day.plus(-1) } else { at.day };
        !self.days.iter().any(|(day, changed)| *changed > revision && *day <= last)
    }
}

/// Stores states of the detection, which follow from the counters: one that is lost is computed anew. And what changed about the vendors of
/// episodes: that follows from orders, which expire.
#[async_trait]
pub trait DetectionStore: Send + Sync {
    /// When the counters of each day changed.
    async fn day_revisions(&self) -> Result<DayRevisions>;

    /// The stored states, sorted by time.
    async fn stored_detections(&self) -> Result<Vec<DetectionKey>>;

    /// The state of a time.
    async fn stored_detection(&self, at: SlotTime) -> Result<Option<StoredDetection>>;

    /// Stores a state, and removes those that [`keeps_detection`] does not keep.
    async fn store_detection(&self, detection: StoredDetection) -> Result<()>;

    /// The last [`DetectionStore::store_latest_detection`]. A store whose host computes the detection of a request has none.
    async fn latest_detection(&self) -> Result<Option<LatestDetection>> {
        Ok(None)
    }

    /// Replaces the latest state, which [`super::ReportReader::changes_since`] returns with the reports.
    async fn store_latest_detection(&self, _latest: LatestDetection) -> Result<()> {
        Ok(())
    }

    /// What [`DetectionStore::keep_explanation`] kept of an episode.
    async fn kept_explanation(&self, vendor_id: &VendorId, raised_at: Instant) -> Result<Option<Vec<u8>>>;

    /// Keeps what changed about the vendor of an episode, in its stored form ([`goody_domain::explanation::write_explained`]), until the
    /// buckets of the day on which it was raised expire.
    async fn keep_explanation(&self, vendor_id: &VendorId, raised_at: Instant, explanation: Vec<u8>) -> Result<()>;
}

/// Whether a state stays once a later one is stored: those of the starts of five weeks of days do, of the Mondays of ten weeks, and of one in
/// four Mondays before.
pub fn keeps_detection(at: SlotTime, latest: SlotTime) -> bool {
    // Weeks since a Monday.
    let week = |day: Day| (day.number() + 3).div_euclid(7);
    let is_monday = at.slots == 0 && (at.day.number() + 3).rem_euclid(7) == 0;
    let is_recent = at.slots == 0 && at.day >= latest.day.plus(-35);
    at == latest || is_recent || (is_monday && (week(latest.day) - week(at.day) <= 10 || week(at.day) % 4 == 0))
}
