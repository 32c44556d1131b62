//! Random numbers from a seed: the same seed gives the same numbers on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A sequence of random numbers.
pub(crate) struct Rng(ChaCha8Rng);

impl Rng {
    /// Each `stream` of a seed is an independent sequence: the numbers that one part of the simulation draws do not affect those
    /// of another part.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number from `min` to `max`, both included.
    pub(crate) fn between(&mut self, min: i64, max: i64) -> i64 {
        let count = (max - min + 1) as u128;
        min + ((u128::from(self.0.next_u64()) * count) >> 64) as i64
    }

    /// True with this probability, from 0 to 1.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        (self.between(0, (1 << 53) - 1) as f64) < probability * (1u64 << 53) as f64
    }

    /// One of the values.
    pub(crate) fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.between(0, values.len() as i64 - 1) as usize].clone()
    }

    /// Shuffles the values. No value moves towards the front by more than `max_distance` places.
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T], max_distance: usize) {
        for place in 0..values.len() {
            let other = self.between(place as i64, (place + max_distance).min(values.len() - 1) as i64);
            values.swap(place, other as usize);
        }
    }
}
