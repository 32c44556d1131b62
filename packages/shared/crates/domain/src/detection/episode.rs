//! Episodes: a vendor's time of failing, from the change on.

use super::counts::Counts;
use super::signal::Signal;
use super::stored::{stored, stored_place};

/// A time in which a vendor, or the fleet, failed more than before. Slots count from day 0; a vendor has one open episode at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The most probable signal when it was raised.
    pub signal: Signal,
    /// The slot with which the change began, as it was known when the episode was raised.
    pub since: u32,
    /// The slot at whose start the episode was raised: all slots before it had been judged.
    pub raised: u32,
    /// The slots at whose starts it returned, after it had recovered.
    pub reopened: Vec<u32>,
    /// The slot at whose start it was cleared, and why; `None` while it is open.
    pub cleared: Option<(u32, Clearing)>,
}

stored!(Episode { signal, since, raised, reopened, cleared });

/// Why an episode was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clearing {
    /// No signal was on.
    Recovered,
    /// It has been the same for so long that this is the new normal.
    Settled,
}

impl Clearing {
    /// The name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Settled => "settled",
        }
    }
}

/// What a slot changed about the episodes of a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpisodeChange {
    /// An episode began.
    Opened,
    /// The latest episode, which had recovered, returned.
    Reopened,
    /// The open episode ended.
    Cleared(Clearing),
}

/// What speaks for an open episode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The signal that speaks for it: the most probable one that is on; if none is, that of the episode.
    pub signal: Signal,
    /// How probable it is that its rate has risen.
    pub probability: f64,
    /// The slot with which the change of this signal began.
    pub since: u32,
    /// Promises since then, and those that were missed.
    pub counts: Counts,
    /// The misses that were to be expected, by the baseline and the tide.
    pub expected: f64,
    /// The misses above the expected ones, a week.
    pub excess_per_week: f64,
}

impl Evidence {
    /// By which episodes are ranked: probability × excess a week.
    pub fn priority(&self) -> f64 {
        self.probability * self.excess_per_week
    }
}

stored_place!(Clearing, [Clearing::Recovered, Clearing::Settled]);
