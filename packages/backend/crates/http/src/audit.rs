//! The audit trail: who told what. Lines of the log of the target `audit`, which no setting silences.
//!
//! Events are stored with the instant they were recorded at, and a line tells that instant: whoever wants to know where an
//! event of an order came from finds its line by it.

use goody_domain::Instant;

use crate::correlation::CorrelationId;
use crate::doors::Caller;

/// What became of events that were stored together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) duplicate: u64,
    pub(crate) rejected: u64,
}

pub(crate) fn events(caller: &Caller, CorrelationId(correlation_id): &CorrelationId, at: Instant, counts: Counts) {
    let Counts { accepted, duplicate, rejected } = counts;
    let token = caller.name();
    tracing::info!(target: "audit", token, correlation_id, recorded_at = %at, accepted, duplicate, rejected, "events");
}

pub(crate) fn vendor(caller: &Caller, CorrelationId(correlation_id): &CorrelationId, at: Instant, vendor_id: &str) {
    let token = caller.name();
    tracing::info!(target: "audit", token, correlation_id, recorded_at = %at, vendor_id, "vendor");
}
