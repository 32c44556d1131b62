//! What the samples of a soak say, and how much of it may be wrong.

use std::time::Duration;

/// What `/health` said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// All is well.
    Healthy,
    /// It works, and something needs attention: neither of the others is claimed.
    Degraded,
    /// It does not work, or nothing was answered.
    Unhealthy,
}

/// What was seen at one second.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Since the beginning.
    pub at: Duration,
    /// What `/health` said.
    pub health: Health,
    /// Whether a client that read and wrote right after was served.
    pub is_served: bool,
    /// Resident memory of the server, in bytes.
    pub memory: u64,
}

impl Sample {
    /// Whether `/health` told its reader something else than a client met.
    pub fn is_wrong(&self) -> bool {
        matches!((self.health, self.is_served), (Health::Healthy, false) | (Health::Unhealthy, true))
    }
}

/// How many samples are wrong, and how many of them in a row at most.
pub fn wrong(samples: &[Sample]) -> (usize, usize) {
    let (mut count, mut run, mut longest) = (0, 0, 0);
    for sample in samples {
        run = if sample.is_wrong() { run + 1 } else { 0 };
        count += usize::from(run > 0);
        longest = longest.max(run);
    }
    (count, longest)
}

/// How many of so many samples may be wrong: three of 1,200.
pub fn wrong_at_most(samples: usize) -> usize {
    (3 * samples).div_ceil(1_200)
}

/// The median memory of the second quarter of the time and of its second half: of twenty minutes, minutes five to ten and the last ten.
pub fn memory(samples: &[Sample], time: Duration) -> (f64, f64) {
    let median = |from: Duration, to: Duration| {
        let mut memory: Vec<u64> =
            samples.iter().filter(|sample| (from..to).contains(&sample.at)).map(|sample| sample.memory).collect();
        memory.sort_unstable();
        memory.get(memory.len() / 2).copied().unwrap_or(0) as f64
    };
    (median(time / 4, time / 2), median(time / 2, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: u64, health: Health, is_served: bool, memory: u64) -> Sample {
        Sample { at: Duration::from_secs(second), health, is_served, memory }
    }

    #[test]
    fn health_is_wrong_where_it_says_what_a_client_does_not_meet() {
        use Health::{Degraded, Healthy, Unhealthy};
        let met = [
            (Healthy, false),
            (Unhealthy, true),
            (Healthy, true),
            (Unhealthy, false),
            (Degraded, false),
            (Healthy, false),
        ];
        let samples: Vec<Sample> = met.iter().map(|(health, served)| sample(0, *health, *served, 0)).collect();
        assert_eq!(wrong(&samples), (3, 2));
        assert_eq!([1_200, 1_201, 90].map(wrong_at_most), [3, 4, 1]);
    }

    #[test]
    fn memory_is_compared_after_the_server_has_warmed_up() {
        let samples: Vec<Sample> = (0..1_200)
            .map(|second| sample(second, Health::Healthy, true, if second < 300 { 1 } else { second / 600 + 100 }))
            .collect();
        assert_eq!(memory(&samples, Duration::from_secs(1_200)), (100.0, 101.0));
    }
}
