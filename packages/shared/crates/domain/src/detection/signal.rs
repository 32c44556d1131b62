//! The signals: streams of promises, each with how many were missed.

use std::ops::{Index, IndexMut};

use super::counts::{Counts, SlotCounts};

/// A stream of promises, and of those that were missed. Each signal is one row of [`Signal::row`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Promises that passed. Missed: not arrived by then.
    Promise,
    /// Promises that passed two days before. Missed: not arrived 48 hours after them.
    Grace,
    /// Promises of rush orders that passed. Missed: not arrived by then.
    Rush,
}

/// What a signal counts in a slot.
struct Row {
    /// The name in data.
    name: &'static str,
    /// How many days before the slot the promises were.
    lag_days: u32,
    due: fn(&SlotCounts) -> i64,
    kept: fn(&SlotCounts) -> i64,
}

impl Signal {
    /// How many signals there are.
    pub const COUNT: usize = 3;

    /// All signals, in the order in which they are judged.
    pub const ALL: [Self; Self::COUNT] = [Self::Promise, Self::Grace, Self::Rush];

    /// The most days that a signal looks back: the greatest [`Signal::lag_days`].
    pub(crate) const GREATEST_LAG: u32 = 2;

    /// The table of the signals. Another signal is another row, an entry of [`Signal::ALL`] and its counters.
    const fn row(self) -> Row {
        match self {
            Self::Promise => Row { name: "promise", lag_days: 0, due: |slot| slot.due, kept: |slot| slot.on_time },
            Self::Grace => Row {
                name: "grace",
                lag_days: 2,
                due: |slot| slot.due,
                kept: |slot| slot.on_time.wrapping_add(slot.kept_in_grace),
            },
            Self::Rush => Row { name: "rush", lag_days: 0, due: |slot| slot.due_rush, kept: |slot| slot.on_time_rush },
        }
    }

    /// The name in data.
    pub const fn as_str(self) -> &'static str {
        self.row().name
    }

    /// How many days before a slot the promises are that the signal counts in it. These slots have to be known, too.
    pub const fn lag_days(self) -> u32 {
        self.row().lag_days
    }

    /// The counts of each signal in a slot. `slot` gives what was counted in the slot that is this many days before it.
    pub fn counts(slot: impl Fn(u32) -> SlotCounts) -> BySignal<Counts> {
        BySignal::of(|signal| {
            let Row { lag_days, due, kept, .. } = signal.row();
            let slot = slot(lag_days);
            Counts::kept((due)(&slot), (kept)(&slot))
        })
    }
}

/// One value for each signal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BySignal<T>(pub(crate) [T; Signal::COUNT]);

impl<T> BySignal<T> {
    /// The value that `value` gives each signal.
    pub fn of(value: impl FnMut(Signal) -> T) -> Self {
        Self(Signal::ALL.map(value))
    }

    /// Each signal with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Signal, &T)> {
        Signal::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Signal> for BySignal<T> {
    type Output = T;
    fn index(&self, signal: Signal) -> &T {
        &self.0[signal as usize]
    }
}

impl<T> IndexMut<Signal> for BySignal<T> {
    fn index_mut(&mut self, signal: Signal) -> &mut T {
        &mut self.0[signal as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_lag_is_that_of_a_signal() {
        assert_eq!(Signal::ALL.into_iter().map(Signal::lag_days).max(), Some(Signal::GREATEST_LAG));
    }
}
