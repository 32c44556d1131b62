//! The figures for `GET /metrics`.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;

use crate::logs::Queue;

/// How often the samples since the last time are summed up. Each takes memory until then.
const SUM_UP: Duration = Duration::from_secs(5);

/// What the program counts and measures of itself.
#[derive(Clone)]
pub(crate) struct Measures {
    recorder: PrometheusHandle,
    log: Option<Arc<Queue>>,
}

impl Measures {
    pub(crate) fn new(recorder: PrometheusHandle, log: Option<Arc<Queue>>) -> Self {
        Self { recorder, log }
    }

    /// All of them, as Prometheus reads them.
    pub(crate) fn render(&self) -> String {
        if let Some(log) = &self.log {
            metrics::counter!("goody_log_lines_dropped_total").absolute(log.dropped());
        }
        self.recorder.run_upkeep();
        self.recorder.render()
    }

    /// Sums samples up now and then, for as long as it is polled: where nobody asks for them, they would fill the memory.
    pub(crate) async fn keep_small(self) {
        let mut again = tokio::time::interval(SUM_UP);
        loop {
            again.tick().await;
            self.recorder.run_upkeep();
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    /// The memory of this process, in bytes.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
    }

    /// Far more samples than requests of a busy hour, and nobody asks for the figures.
    #[tokio::test(start_paused = true)]
    async fn samples_that_nobody_asks_for_take_no_memory() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let mut keeping = std::pin::pin!(Measures::new(recorder.handle(), None).keep_small());
        let fill = || {
            let samples = metrics::with_local_recorder(&recorder, || metrics::histogram!("seconds"));
            (0..100_000).for_each(|sample| samples.record(f64::from(sample)));
        };
        let mut before = None;
        for round in 0..40 {
            fill();
            assert!(tokio::time::timeout(SUM_UP, keeping.as_mut()).await.is_err(), "it goes on for ever");
            if round == 4 {
                before = Some(resident());
            }
        }
        let grown = resident().saturating_sub(before.unwrap());
        assert!(grown < 16_000_000, "3.5 million samples of 8 bytes took {grown} bytes");
    }
}
