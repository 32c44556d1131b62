//! Metrics for CloudWatch, printed in the embedded metric format.
//!
//! CloudWatch reads the metrics from these log lines; this module sends no request. The names are those of `GET /metrics` in
//! the embedded host. The labels of a metric become dimensions, in addition to the function's name.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use goody_domain::Instant;
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Metadata, Recorder, SetRecorderError, SharedString, Unit,
};
use metrics_util::registry::{AtomicStorage, Registry};
use serde_json::{Map, Value, json};

const NAMESPACE: &str = "Goody";
/// CloudWatch's limit of values per metric and line.
const MAX_VALUES: usize = 100;

/// Records the metrics of one function until they are printed.
#[derive(Clone)]
pub struct MetricsRecorder {
    function: String,
    registry: Arc<Registry<Key, AtomicStorage>>,
}

impl MetricsRecorder {
    /// An empty recorder for a function.
    pub fn new(function: impl Into<String>) -> Self {
        Self { function: function.into(), registry: Arc::new(Registry::atomic()) }
    }

    /// Installs this as the recorder of the whole process.
    ///
    /// # Errors
    /// The process already has a recorder.
    pub fn install(&self) -> Result<(), SetRecorderError<Self>> {
        metrics::set_global_recorder(self.clone())
    }

    /// Prints the metrics to the standard output and resets them.
    pub fn print(&self, at: Instant) {
        let mut output = std::io::stdout().lock();
        for line in self.take_lines(at) {
            if let Err(error) = writeln!(output, "{line}") {
                tracing::warn!(%error, "cannot print the metrics");
            }
        }
    }

    /// The lines for all recorded metrics. Resets counters and histograms.
    fn take_lines(&self, at: Instant) -> Vec<Value> {
        let mut values: BTreeMap<Vec<Label>, BTreeMap<String, Vec<f64>>> = BTreeMap::new();
        let mut add = |key: &Key, value: f64| {
            let mut labels: Vec<Label> = key.labels().cloned().collect();
            labels.sort();
            values.entry(labels).or_default().entry(key.name().to_owned()).or_default().push(value);
        };
        self.registry.visit_counters(|key, counter| match counter.swap(0, Ordering::Relaxed) {
            0 => {}
            count => add(key, count as f64),
        });
        self.registry.visit_gauges(|key, gauge| add(key, f64::from_bits(gauge.load(Ordering::Relaxed))));
        self.registry.visit_histograms(|key, histogram| {
            histogram.clear_with(|block| block.iter().for_each(|value| add(key, *value)));
        });
        let lines = values.into_iter().flat_map(|(labels, metrics)| {
            let longest = metrics.values().map(Vec::len).max().unwrap_or(0);
            let part = |from: usize| {
                metrics
                    .iter()
                    .filter_map(move |(name, values)| Some((name, values.chunks(MAX_VALUES).nth(from / MAX_VALUES)?)))
            };
            (0..longest).step_by(MAX_VALUES).map(|from| self.line(at, &labels, part(from))).collect::<Vec<_>>()
        });
        lines.collect()
    }

    fn line<'a>(&self, at: Instant, labels: &[Label], metrics: impl Iterator<Item = (&'a String, &'a [f64])>) -> Value {
        let mut line = Map::from_iter([("function".to_owned(), self.function.clone().into())]);
        line.extend(labels.iter().map(|label| (label.key().to_owned(), label.value().into())));
        let dimensions: Vec<String> = line.keys().cloned().collect();
        let mut definitions = Vec::new();
        for (name, values) in metrics {
            definitions.push(json!({ "Name": name, "Unit": unit(name) }));
            line.insert(name.clone(), values.into());
        }
        let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": definitions });
        line.insert("_aws".to_owned(), json!({ "Timestamp": at.micros() / 1_000, "CloudWatchMetrics": [directive] }));
        line.into()
    }
}

/// The unit, which is the suffix of the name.
fn unit(name: &str) -> &'static str {
    match name.rsplit('_').next() {
        Some("seconds") => "Seconds",
        Some("bytes") => "Bytes",
        _ => "Count",
    }
}

impl Recorder for MetricsRecorder {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.registry.get_or_create_counter(key, |counter| Counter::from_arc(counter.clone()))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.registry.get_or_create_gauge(key, |gauge| Gauge::from_arc(gauge.clone()))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.registry.get_or_create_histogram(key, |histogram| Histogram::from_arc(histogram.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant::from_micros(1_773_153_020_000_000);

    fn recorded_lines(record: impl FnOnce()) -> Vec<Value> {
        let recorder = MetricsRecorder::new("report-generator");
        metrics::with_local_recorder(&recorder, record);
        let lines = recorder.take_lines(AT);
        assert_eq!(recorder.take_lines(AT), Vec::<Value>::new(), "printed metrics are not printed again");
        lines
    }

    #[test]
    fn a_line_is_in_the_embedded_metric_format() {
        let lines = recorded_lines(|| {
            metrics::counter!("goody_changes_projected_total").increment(3);
            metrics::counter!("goody_changes_projected_total").increment(4);
            metrics::histogram!("goody_lag_seconds").record(0.25);
            metrics::histogram!("goody_lag_seconds").record(0.5);
        });
        let metrics = json!([
            { "Name": "goody_changes_projected_total", "Unit": "Count" },
            { "Name": "goody_lag_seconds", "Unit": "Seconds" },
        ]);
        let directive = json!({ "Namespace": "Goody", "Dimensions": [["function"]], "Metrics": metrics });
        assert_eq!(
            lines,
            [json!({
                "function": "report-generator",
                "goody_changes_projected_total": [7.0],
                "goody_lag_seconds": [0.25, 0.5],
                "_aws": { "Timestamp": 1_773_153_020_000_i64, "CloudWatchMetrics": [directive] },
            })]
        );
    }

    #[test]
    fn labels_become_dimensions_and_each_set_of_labels_has_its_own_line() {
        let lines = recorded_lines(|| {
            metrics::counter!("goody_http_requests_total", "route" => "/health", "status" => "200").increment(1);
            metrics::counter!("goody_http_requests_total", "route" => "/health", "status" => "503").increment(1);
        });
        let statuses: Vec<&Value> = lines.iter().map(|line| &line["status"]).collect();
        assert_eq!(statuses, ["200", "503"]);
        let dimensions = &lines[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
        assert_eq!(*dimensions, json!([["function", "route", "status"]]));
    }

    #[test]
    fn a_metric_with_many_values_is_split_into_lines() {
        let lines = recorded_lines(|| (0..250).for_each(|_| metrics::histogram!("goody_lag_seconds").record(1.0)));
        let lengths: Vec<usize> =
            lines.iter().map(|line| line["goody_lag_seconds"].as_array().unwrap().len()).collect();
        assert_eq!(lengths, [100, 100, 50]);
    }
}
