//! Quarters: what a day counted by quarter of the day. The [detection](crate::detection) reads nothing else of a day.

use crate::detection::SlotCounts;
use crate::varint::{put, take, unzigzag, zigzag};
use crate::{Counter, DamagedTotals, Minute};

/// How many quarters a day has.
const QUARTERS: usize = 4;

/// The numbers of a slot.
const NUMBERS: usize = 6;

/// What a day counted in each of its quarters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarters {
    /// Each quarter; none for a day without numbers.
    slots: Vec<SlotCounts>,
}

impl Quarters {
    /// The minutes of a quarter. The last one has the rest of a day that a change of clocks makes longer.
    pub const MINUTES: Minute = 360;

    /// Adds an amount of a counter. Those that no slot has are left out.
    pub fn add(&mut self, minute: Minute, counter: Counter, amount: i64) {
        let Some(place) = place_of(counter) else { return };
        self.slots.resize(QUARTERS, SlotCounts::default());
        let slot = &mut self.slots[usize::from(minute / Self::MINUTES).min(QUARTERS - 1)];
        let number = &mut *numbers(slot)[place];
        *number = number.wrapping_add(amount);
        if self.slots.iter().all(|slot| *slot == SlotCounts::default()) {
            self.slots.clear();
        }
    }

    /// What a quarter counted, from 0 on.
    pub fn slot(&self, quarter: usize) -> SlotCounts {
        self.slots.get(quarter).copied().unwrap_or_default()
    }

    /// The stored form: the numbers of each quarter, without the zeros at the end; empty for a day without numbers.
    pub fn write(&self) -> Vec<u8> {
        let values: Vec<i64> =
            self.slots.iter().flat_map(|slot| numbers(&mut slot.clone()).map(|number| *number)).collect();
        let length = values.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
        let mut bytes = Vec::with_capacity(length + 8);
        values[..length].iter().for_each(|number| put(&mut bytes, zigzag(*number)));
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(mut bytes: &[u8]) -> Result<Self, DamagedTotals> {
        let mut slots = vec![SlotCounts::default(); if bytes.is_empty() { 0 } else { QUARTERS }];
        for number in slots.iter_mut().flat_map(numbers) {
            if bytes.is_empty() {
                break;
            }
            *number = unzigzag(take(&mut bytes)?);
        }
        if bytes.is_empty() { Ok(Self { slots }) } else { Err(DamagedTotals) }
    }
}

/// The numbers of a slot, in the order of the stored form.
fn numbers(slot: &mut SlotCounts) -> [&mut i64; NUMBERS] {
    let SlotCounts { due, on_time, kept_in_grace, due_rush, on_time_rush, facts } = slot;
    [due, on_time, kept_in_grace, due_rush, on_time_rush, facts]
}

/// The place of a counter among the numbers of a slot.
fn place_of(counter: Counter) -> Option<usize> {
    match counter {
        Counter::Due => Some(0),
        Counter::OnTime => Some(1),
        Counter::KeptInGrace => Some(2),
        Counter::DueRush => Some(3),
        Counter::OnTimeRush => Some(4),
        Counter::Entered(_) | Counter::Ended(_) => Some(5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_are_read_as_they_were_written() {
        let mut quarters = Quarters::default();
        assert!(quarters.write().is_empty());
        for (minute, counter, amount) in [
            (0, Counter::Due, 3),
            (359, Counter::OnTime, 2),
            (360, Counter::DueRush, 300),
            (1_499, Counter::KeptInGrace, -1),
            (1_499, Counter::Left(crate::ActiveStatus::Placed), 7),
            (1_499, Counter::Entered(crate::ActiveStatus::Placed), 2),
            (1_499, Counter::Ended(crate::Outcome::Lost), 3),
        ] {
            quarters.add(minute, counter, amount);
        }
        assert_eq!(quarters.slot(0), SlotCounts { due: 3, on_time: 2, ..SlotCounts::default() });
        assert_eq!(quarters.slot(1).due_rush, 300);
        assert_eq!((quarters.slot(3).kept_in_grace, quarters.slot(3).facts), (-1, 5));
        let bytes = quarters.write();
        assert_eq!(Quarters::read(&bytes), Ok(quarters.clone()));
        assert_eq!(Quarters::read(&[&bytes[..], &[0; 1]].concat()), Err(DamagedTotals));
        assert_eq!(Quarters::read(&[0x80]), Err(DamagedTotals));
    }

    #[test]
    fn what_is_taken_back_leaves_nothing() {
        let mut quarters = Quarters::default();
        quarters.add(700, Counter::Due, 1);
        quarters.add(700, Counter::Due, -1);
        assert_eq!(quarters, Quarters::default());
    }
}
