//! The audit log: which token stored what. Its lines have the log target `audit`, which no setting silences.
//!
//! An event is stored with the instant at which it was recorded, and the audit line contains the same instant. So an operator
//! can find the audit line of a stored event, and with it the sender.

use goody_application::retract::Retracted;
use goody_contract::{IngestLine, IngestResult};
use goody_domain::{BatchId, Instant};

use crate::access::Caller;
use crate::request_log::CorrelationId;

/// The origin of a write.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) caller: Caller,
    pub(crate) correlation_id: CorrelationId,
}

/// The results of the events of a batch, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) duplicate: u64,
    pub(crate) expired: u64,
    pub(crate) rejected: u64,
}

impl Counts {
    pub(crate) fn of(lines: &[IngestLine]) -> Self {
        let of = |result| lines.iter().filter(|line| line.result == result).count() as u64;
        Self {
            accepted: of(IngestResult::Accepted),
            duplicate: of(IngestResult::Duplicate),
            expired: of(IngestResult::Expired),
            rejected: of(IngestResult::Rejected),
        }
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.accepted += more.accepted;
        self.duplicate += more.duplicate;
        self.expired += more.expired;
        self.rejected += more.rejected;
    }

    pub(crate) fn add_to_metrics(self) {
        let results = [
            ("accepted", self.accepted),
            ("duplicate", self.duplicate),
            ("expired", self.expired),
            ("rejected", self.rejected),
        ];
        for (result, number) in results.into_iter().filter(|(_, number)| *number > 0) {
            metrics::counter!("goody_events_total", "result" => result).increment(number);
        }
    }
}

pub(crate) fn log_events(source: &Source, at: Instant, batch_id: &BatchId, counts: Counts) {
    let Counts { accepted, duplicate, expired, rejected } = counts;
    let (token, CorrelationId(correlation_id)) = (source.caller.name(), &source.correlation_id);
    tracing::info!(
        target: "audit", token, correlation_id, recorded_at = %at, %batch_id, accepted, duplicate, expired, rejected, "events"
    );
}

pub(crate) fn log_retraction(source: &Source, at: Instant, batch_id: &BatchId, done: &Retracted) {
    let (token, CorrelationId(correlation_id)) = (source.caller.name(), &source.correlation_id);
    let Retracted { orders, events, expired_orders, .. } = *done;
    tracing::info!(
        target: "audit", token, correlation_id, recorded_at = %at, %batch_id, orders, events, expired_orders, "retraction"
    );
}

pub(crate) fn log_forgotten_rejections(source: &Source, at: Instant, forgotten: u64) {
    let (token, CorrelationId(correlation_id)) = (source.caller.name(), &source.correlation_id);
    tracing::info!(target: "audit", token, correlation_id, recorded_at = %at, forgotten, "rejections");
}

pub(crate) fn log_vendor(source: &Source, at: Instant, vendor_id: &str) {
    let (token, CorrelationId(correlation_id)) = (source.caller.name(), &source.correlation_id);
    tracing::info!(target: "audit", token, correlation_id, recorded_at = %at, vendor_id, "vendor");
}
