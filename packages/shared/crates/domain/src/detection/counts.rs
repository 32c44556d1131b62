//! What is counted in a slot, as plain values.

use std::ops::{AddAssign, Sub};

/// What the counters of a scope say about one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotCounts {
    /// Promises that passed in the slot, of orders not cancelled before.
    pub due: i64,
    /// Those whose order arrived by the promise.
    pub on_time: i64,
    /// Those whose order arrived later, but at most 48 hours after the promise.
    pub kept_in_grace: i64,
    /// The promises of rush orders among `due`.
    pub due_rush: i64,
    /// The promises of rush orders among `on_time`.
    pub on_time_rush: i64,
    /// The orders that entered an active status or ended: what was received of anything. Only that of the fleet matters.
    pub facts: i64,
}

/// Promises of one signal, and how many of them were missed: never less than none, never more than all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    due: i64,
    missed: i64,
}

impl Counts {
    /// Promises, and how many of them were missed. Numbers outside of the range become the nearest in it: a correction that
    /// arrives after its bucket has expired leaves a negative count.
    pub fn new(due: i64, missed: i64) -> Self {
        let due = due.max(0);
        Self { due, missed: missed.clamp(0, due) }
    }

    /// Promises, and how many of them were kept.
    pub fn kept(due: i64, kept: i64) -> Self {
        Self::new(due, due.wrapping_sub(kept))
    }

    /// Promises that passed.
    pub fn due(self) -> i64 {
        self.due
    }

    /// Those that were missed.
    pub fn missed(self) -> i64 {
        self.missed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.due = self.due.saturating_add(other.due);
        self.missed = self.missed.saturating_add(other.missed);
    }
}

impl Sub for Counts {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.due.saturating_sub(other.due), self.missed.saturating_sub(other.missed))
    }
}
