//! Detection: which vendor began to miss more promises than before, since when, and how probably.
//!
//! Each slot (a quarter of a day) of each vendor passes three steps, each a pure function of counts:
//!
//! 1. [`Signal::counts`]: what the counters say about the slot, by signal;
//! 2. [`TidePart`] and [`Tide::for_vendor`]: what happens to all vendors in the slot; [`is_blind`]: whether anything was received at all;
//! 3. [`Detector::advance`]: the odds of a rise, and the episodes that follow from them.
//!
//! docs/INSIGHT.md explains the method and what it promises.

mod baseline;
mod blind;
mod counts;
mod decay;
mod detector;
mod episode;
mod fleet;
mod mark;
mod means;
mod reading;
mod rules;
mod signal;
pub(crate) mod stored;
mod tide;
mod track;

pub use blind::is_blind;
pub use counts::{Counts, SlotCounts};
pub use detector::{Detector, SlotInput};
pub use episode::{Clearing, Episode, EpisodeChange, Evidence};
pub use fleet::FleetDetector;
pub use means::PlainMeans;
pub use reading::{NotJudged, SignalReading};
pub use rules::Rules;
pub use signal::{BySignal, Signal};
pub use stored::DamagedState;
pub use tide::{Tide, TidePart};
pub use track::shifted_rate;
