//! The metrics for `GET /metrics`.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;

use crate::logs::Queue;

/// How often new samples are summed up. Each takes memory until then.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// All metrics of the program.
#[derive(Clone)]
pub(crate) struct Metrics {
    recorder: PrometheusHandle,
    log: Option<Arc<Queue>>,
}

impl Metrics {
    pub(crate) fn new(recorder: PrometheusHandle, log: Option<Arc<Queue>>) -> Self {
        Self { recorder, log }
    }

    /// All metrics, in the text format of Prometheus.
    pub(crate) fn render(&self) -> String {
        if let Some(log) = &self.log {
            metrics::counter!("goody_log_lines_dropped_total").absolute(log.dropped());
        }
        self.recorder.run_upkeep();
        self.recorder.render()
    }

    /// Sums up samples regularly, for as long as it is polled: samples that no client reads would fill the memory.
    pub(crate) async fn run_upkeep(self) {
        let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
        loop {
            interval.tick().await;
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

    /// Far more samples than a busy hour has requests, and no client reads the metrics.
    #[tokio::test(start_paused = true)]
    async fn samples_that_no_client_reads_take_no_memory() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let mut upkeep = std::pin::pin!(Metrics::new(recorder.handle(), None).run_upkeep());
        let fill = || {
            let samples = metrics::with_local_recorder(&recorder, || metrics::histogram!("seconds"));
            (0..100_000).for_each(|sample| samples.record(f64::from(sample)));
        };
        let mut before = None;
        for round in 0..40 {
            fill();
            assert!(tokio::time::timeout(UPKEEP_INTERVAL, upkeep.as_mut()).await.is_err(), "the upkeep has ended");
            if round == 4 {
                before = Some(resident());
            }
        }
        let grown = resident().saturating_sub(before.unwrap());
        assert!(grown < 16_000_000, "3.5 million samples of 8 bytes took {grown} bytes");
    }
}
