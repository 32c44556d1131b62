//! The evaluation of the soak test's samples, and how many of them may be wrong.

use std::time::Duration;

/// The status that `/health` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The server claims to serve clients.
    Healthy,
    /// The server needs attention. This status claims neither success nor failure of a client.
    Degraded,
    /// The server claims not to serve clients, or does not respond.
    Unhealthy,
}

/// The observations of one second.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The time since the start.
    pub at: Duration,
    /// The status that `/health` reported.
    pub health: Health,
    /// Whether a read and a write right after it succeeded.
    pub is_served: bool,
    /// Resident memory of the server, in bytes.
    pub memory: u64,
}

impl Sample {
    /// Whether `/health` contradicts the result of the client.
    pub fn is_wrong(&self) -> bool {
        matches!((self.health, self.is_served), (Health::Healthy, false) | (Health::Unhealthy, true))
    }
}

/// The number of wrong samples, and the length of the longest run of wrong samples.
pub fn count_wrong(samples: &[Sample]) -> (usize, usize) {
    let (mut count, mut run, mut longest) = (0, 0, 0);
    for sample in samples {
        run = if sample.is_wrong() { run + 1 } else { 0 };
        count += usize::from(run > 0);
        longest = longest.max(run);
    }
    (count, longest)
}

/// The number of samples that may be wrong: three of 1,200.
pub fn max_wrong(samples: usize) -> usize {
    (3 * samples).div_ceil(1_200)
}

/// The median memory of the second quarter and of the second half of the time, in bytes: in a run of twenty minutes, of the
/// minutes five to ten and of the last ten.
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
    fn a_sample_is_wrong_if_health_contradicts_the_client() {
        use Health::{Degraded, Healthy, Unhealthy};
        let observations = [
            (Healthy, false),
            (Unhealthy, true),
            (Healthy, true),
            (Unhealthy, false),
            (Degraded, false),
            (Healthy, false),
        ];
        let samples: Vec<Sample> = observations.iter().map(|(health, served)| sample(0, *health, *served, 0)).collect();
        assert_eq!(count_wrong(&samples), (3, 2));
        assert_eq!([1_200, 1_201, 90].map(max_wrong), [3, 4, 1]);
    }

    #[test]
    fn the_memory_comparison_excludes_the_first_quarter() {
        let samples: Vec<Sample> = (0..1_200)
            .map(|second| sample(second, Health::Healthy, true, if second < 300 { 1 } else { second / 600 + 100 }))
            .collect();
        assert_eq!(memory(&samples, Duration::from_secs(1_200)), (100.0, 101.0));
    }
}
