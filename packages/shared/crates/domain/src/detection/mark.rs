//! Marks: slots of the past from which counts may be asked for.

use super::counts::Counts;
use super::signal::BySignal;
use super::stored::stored;

/// A slot, and what was counted before its day. So the counts since that day need no counts of the days between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) slot: u32,
    pub(crate) before: BySignal<Counts>,
}

stored!(Mark { slot, before });

impl Mark {
    /// The earlier of two marks.
    pub(crate) fn earlier(self, other: Self) -> Self {
        if other.slot < self.slot { other } else { self }
    }
}
