//! Numbers drawn from a seed: the same for the same seed, on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A sequence of draws.
pub(crate) struct Rng(ChaCha8Rng);

impl Rng {
    /// Each `stream` of a seed is a sequence of its own: what one part of the world draws does not move what another does.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let numbers = (most - least + 1) as u128;
        least + ((u128::from(self.0.next_u64()) * numbers) >> 64) as i64
    }

    /// Whether something happens that happens so often.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        (self.between(0, (1 << 53) - 1) as f64) < probability * (1u64 << 53) as f64
    }

    /// One of them.
    pub(crate) fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.between(0, values.len() as i64 - 1) as usize].clone()
    }

    /// Puts them into another order, none of them further away than `reach`.
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T], reach: usize) {
        for place in 0..values.len() {
            let other = self.between(place as i64, (place + reach).min(values.len() - 1) as i64);
            values.swap(place, other as usize);
        }
    }
}
