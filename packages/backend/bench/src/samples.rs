//! Repeated measurements of one duration.

use std::time::Duration;

/// Durations in seconds.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds a duration.
    pub fn add(&mut self, latency: Duration) {
        self.0.push(latency.as_secs_f64());
    }

    /// Adds the durations of other samples.
    pub fn add_all(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The quantile in seconds by the nearest-rank method: the smallest sample such that at least `share` of all samples are
    /// less than or equal to it. 0 without samples.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).or(sorted.last()).copied().unwrap_or(0.0)
    }

    /// The median, in seconds.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The 99th percentile, in seconds.
    pub fn p99(&self) -> f64 {
        self.quantile(0.99)
    }

    /// `p50 / p99 / max` in milliseconds.
    pub fn summary(&self) -> String {
        let [median, p99, max] = [0.5, 0.99, 1.0].map(|share| self.quantile(share) * 1e3);
        format!("{median:.2} / {p99:.2} / {max:.2} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_samples() {
        let samples = Samples((1..=200).map(f64::from).collect());
        assert_eq!([0.5, 0.99, 1.0].map(|share| samples.quantile(share)), [100.0, 198.0, 200.0]);
        assert_eq!(Samples::default().p99(), 0.0);
    }
}
