//! The stored form of the states: numbers of few bytes, and floating-point numbers bit for bit.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::counts::{Counts, SlotCounts};
use super::decay::{DecayedCounts, Guard};
use super::signal::{BySignal, Signal};
use super::tide::TidePart;
use crate::varint::{put, take, unzigzag, zigzag};
use crate::{Day, Instant, VendorId};

/// The version of the stored form. A state of another version is computed anew.
const VERSION: u64 = 1;

/// A stored state cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored state of the detection cannot be read, or is of another version")]
pub struct DamagedState;

/// The stored form of a state.
pub(crate) fn write_state(state: &impl Stored) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    put(&mut bytes, VERSION);
    state.write_to(&mut bytes);
    bytes
}

/// Reads the stored form of a state.
pub(crate) fn read_state<T: Stored>(mut bytes: &[u8]) -> Result<T, DamagedState> {
    if u64::read_from(&mut bytes)? != VERSION {
        return Err(DamagedState);
    }
    let state = T::read_from(&mut bytes)?;
    if bytes.is_empty() { Ok(state) } else { Err(DamagedState) }
}

/// A part of a state.
pub(crate) trait Stored: Sized {
    fn write_to(&self, bytes: &mut Vec<u8>);
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState>;
}

/// Stores the fields of a struct in this order.
macro_rules! stored {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::detection::stored::Stored for $type {
            fn write_to(&self, bytes: &mut Vec<u8>) {
                $($crate::detection::stored::Stored::write_to(&self.$field, bytes);)+
            }
            fn read_from(bytes: &mut &[u8]) -> Result<Self, $crate::detection::stored::DamagedState> {
                Ok(Self { $($field: $crate::detection::stored::Stored::read_from(bytes)?),+ })
            }
        }
    };
}
pub(crate) use stored;

stored!(DecayedCounts { due, missed });
stored!(Guard { days });
stored!(SlotCounts { due, on_time, kept_in_grace, due_rush, on_time_rush, facts });
stored!(TidePart { due, missed, expected });

impl Stored for u64 {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        put(bytes, *self);
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        take(bytes).map_err(|_| DamagedState)
    }
}

impl Stored for u32 {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        put(bytes, u64::from(*self));
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        u64::read_from(bytes)?.try_into().map_err(|_| DamagedState)
    }
}

impl Stored for i64 {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        put(bytes, zigzag(*self));
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        u64::read_from(bytes).map(unzigzag)
    }
}

impl Stored for f64 {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        let (number, rest) = bytes.split_first_chunk().ok_or(DamagedState)?;
        *bytes = rest;
        Ok(Self::from_le_bytes(*number))
    }
}

impl Stored for bool {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        match u64::read_from(bytes)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DamagedState),
        }
    }
}

impl Stored for Counts {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        for number in [self.due(), self.missed()] {
            put(bytes, number.unsigned_abs());
        }
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        let mut number = || i64::try_from(u64::read_from(bytes)?).map_err(|_| DamagedState);
        Ok(Self::new(number()?, number()?))
    }
}

/// Stores a value as its place among all values.
macro_rules! stored_place {
    ($type:ident, $all:expr) => {
        impl $crate::detection::stored::Stored for $type {
            fn write_to(&self, bytes: &mut Vec<u8>) {
                let place = $all.iter().position(|value| value == self).unwrap_or($all.len());
                $crate::detection::stored::Stored::write_to(&(place as u64), bytes);
            }
            fn read_from(bytes: &mut &[u8]) -> Result<Self, $crate::detection::stored::DamagedState> {
                let place: u64 = $crate::detection::stored::Stored::read_from(bytes)?;
                let value = usize::try_from(place).ok().and_then(|place| $all.get(place));
                value.copied().ok_or($crate::detection::stored::DamagedState)
            }
        }
    };
}
pub(crate) use stored_place;

stored_place!(Signal, Signal::ALL);

impl<T: Stored> Stored for Option<T> {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        self.is_some().write_to(bytes);
        if let Some(value) = self {
            value.write_to(bytes);
        }
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        bool::read_from(bytes)?.then(|| T::read_from(bytes)).transpose()
    }
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|value| value.write_to(bytes));
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        let values: Vec<T> = (0..N).map(|_| T::read_from(bytes)).collect::<Result<_, _>>()?;
        Self::try_from(values).map_err(|_| DamagedState)
    }
}

impl<T: Stored> Stored for BySignal<T> {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        self.0.write_to(bytes);
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        Stored::read_from(bytes).map(Self)
    }
}

fn write_all<'v, T: Stored + 'v>(bytes: &mut Vec<u8>, values: impl ExactSizeIterator<Item = &'v T>) {
    put(bytes, values.len() as u64);
    values.for_each(|value| value.write_to(bytes));
}

impl<T: Stored> Stored for Vec<T> {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        write_all(bytes, self.iter());
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        // Not reserved ahead: a damaged length would allocate all memory.
        (0..u64::read_from(bytes)?).map(|_| T::read_from(bytes)).collect()
    }
}

impl<T: Stored> Stored for VecDeque<T> {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        write_all(bytes, self.iter());
    }
    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        Vec::read_from(bytes).map(Self::from)
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    put(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

impl Stored for String {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        write_text(self, bytes);
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        let length = usize::try_from(u64::read_from(bytes)?).map_err(|_| DamagedState)?;
        let (text, rest) = bytes.split_at_checked(length).ok_or(DamagedState)?;
        *bytes = rest;
        std::str::from_utf8(text).map(Self::from).map_err(|_| DamagedState)
    }
}

impl Stored for VendorId {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        write_text(self.as_str(), bytes);
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        Self::parse(&String::read_from(bytes)?).map_err(|_| DamagedState)
    }
}

impl Stored for Instant {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        self.micros().write_to(bytes);
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        i64::read_from(bytes).map(Self::from_micros)
    }
}

impl<T: Stored> Stored for Range<T> {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        self.start.write_to(bytes);
        self.end.write_to(bytes);
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        Ok(T::read_from(bytes)?..T::read_from(bytes)?)
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        put(bytes, self.len() as u64);
        for (key, value) in self {
            key.write_to(bytes);
            value.write_to(bytes);
        }
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        (0..u64::read_from(bytes)?).map(|_| Ok((K::read_from(bytes)?, V::read_from(bytes)?))).collect()
    }
}

impl Stored for Day {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        i64::from(self.number()).write_to(bytes);
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        i32::try_from(i64::read_from(bytes)?).map(Self::from_number).map_err(|_| DamagedState)
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        self.0.write_to(bytes);
        self.1.write_to(bytes);
    }

    fn read_from(bytes: &mut &[u8]) -> Result<Self, DamagedState> {
        Ok((A::read_from(bytes)?, B::read_from(bytes)?))
    }
}
