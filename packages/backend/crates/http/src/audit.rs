//! The audit trail: who told what. Lines of the log of the target `audit`, which no setting silences.
//!
//! Events are stored with the instant they were recorded at, and a line tells that instant: whoever wants to know where an
//! event of an order came from finds its line by it.

use goody_contract::{IngestLine, IngestResult};
use goody_domain::Instant;

use crate::access::Caller;
use crate::request_log::CorrelationId;

/// Where a write came from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) caller: Caller,
    pub(crate) correlation_id: CorrelationId,
}

/// What became of events that were stored together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) duplicate: u64,
    pub(crate) rejected: u64,
}

impl Counts {
    pub(crate) fn of(lines: &[IngestLine]) -> Self {
        let of = |result| lines.iter().filter(|line| line.result == result).count() as u64;
        Self {
            accepted: of(IngestResult::Accepted),
            duplicate: of(IngestResult::Duplicate),
            rejected: of(IngestResult::Rejected),
        }
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.accepted += more.accepted;
        self.duplicate += more.duplicate;
        self.rejected += more.rejected;
    }

    /// Adds them to the metrics.
    pub(crate) fn measure(self) {
        let results = [("accepted", self.accepted), ("duplicate", self.duplicate), ("rejected", self.rejected)];
        for (result, number) in results.into_iter().filter(|(_, number)| *number > 0) {
            metrics::counter!("goody_events_total", "result" => result).increment(number);
        }
    }
}

pub(crate) fn events(source: &Source, at: Instant, counts: Counts) {
    let Counts { accepted, duplicate, rejected } = counts;
    let (token, CorrelationId(correlation_id)) = (source.caller.name(), &source.correlation_id);
    tracing::info!(target: "audit", token, correlation_id, recorded_at = %at, accepted, duplicate, rejected, "events");
}

pub(crate) fn vendor(source: &Source, at: Instant, vendor_id: &str) {
    let (token, CorrelationId(correlation_id)) = (source.caller.name(), &source.correlation_id);
    tracing::info!(target: "audit", token, correlation_id, recorded_at = %at, vendor_id, "vendor");
}
