//! The result of an import, for people and for programs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use goody_domain::Rejection;
use serde::Serialize;

use super::description::{FileDescription, Reading};
use crate::Failure;

/// How many reasons of rejections are counted, and how many are printed.
const MOST_REASONS: usize = 200;
const PRINTED_REASONS: usize = 10;

/// How many lines had which result.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    /// The id with which the accepted events can be taken back.
    pub(super) batch_id: String,
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    /// Events of orders that have expired.
    pub(super) expired: u64,
    pub(super) rejected: u64,
    /// Fields of accepted events that were left out or count nowhere.
    pub(super) warnings: u64,
    /// Orders of the valid events, and those without a placement in these files.
    orders: u64,
    orders_without_placement: u64,
    rows_without_events: u64,
    rejected_reasons: Vec<RejectedReason>,
    /// Orders of the database with events and without a placement.
    pub(super) unplaced_orders: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rejected_file: Option<PathBuf>,
    pub(super) seconds: f64,
    events_per_second: f64,
    files: Vec<FileDescription>,
    #[serde(skip)]
    reasons: BTreeMap<String, (u64, u64)>,
}

/// A reason of rejections, how many lines have it, and the first of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RejectedReason {
    reason: String,
    count: u64,
    first_line: u64,
}

impl Summary {
    pub(super) fn new(batch_id: String) -> Self {
        Self { batch_id, ..Self::default() }
    }

    pub(super) fn valid(&self) -> u64 {
        self.accepted + self.duplicate + self.expired
    }

    /// Counts a rejected line.
    pub(super) fn reject(&mut self, line: u64, rejection: &Rejection) {
        self.rejected += 1;
        for error in &rejection.errors {
            // What follows a colon is the text of one line.
            let end =
                error.reason.match_indices(": ").map(|(at, _)| at).find(|at| !error.reason[*at..].starts_with(": -"));
            let reason = &error.reason[..end.unwrap_or(error.reason.len())];
            let key = format!("{} {reason}", error.field);
            let is_known = self.reasons.contains_key(&key);
            if is_known || self.reasons.len() < MOST_REASONS {
                self.reasons.entry(key).or_insert((0, line)).0 += 1;
            }
        }
    }

    /// Adds what was found in the files.
    pub(super) fn describe(&mut self, reading: &Reading) {
        self.orders = reading.orders.orders;
        self.orders_without_placement = reading.orders.without_placement;
        self.rows_without_events = reading.rows_without_events();
        self.files.clone_from(&reading.files);
        self.events_per_second = self.valid() as f64 / self.seconds.max(1e-9);
        let reasons = std::mem::take(&mut self.reasons);
        let reasons =
            reasons.into_iter().map(|(reason, (count, first_line))| RejectedReason { reason, count, first_line });
        self.rejected_reasons = reasons.collect();
        self.rejected_reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    }

    pub(super) fn counts(&self) -> String {
        let Self { accepted, duplicate, expired, rejected, warnings, .. } = self;
        let expired = match expired {
            0 => String::new(),
            _ => format!(", {expired} of expired orders"),
        };
        let warnings = match warnings {
            0 => String::new(),
            1 => ", 1 warning".into(),
            _ => format!(", {warnings} warnings"),
        };
        format!("{accepted} accepted, {duplicate} duplicate{expired}, {rejected} rejected{warnings}")
    }

    /// The lines about orders, rows and rejections.
    pub(super) fn detail_lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "Orders: {}, of which {} have no placement in the file. Rows without events: {}",
            self.orders, self.orders_without_placement, self.rows_without_events
        )];
        for RejectedReason { reason, count, first_line } in self.rejected_reasons.iter().take(PRINTED_REASONS) {
            lines.push(format!("Rejected {count}, first in line {first_line}: {reason}"));
        }
        if self.rejected_reasons.len() > PRINTED_REASONS {
            lines.push(format!("… and {} other reasons", self.rejected_reasons.len() - PRINTED_REASONS));
        }
        if self.rejected_reasons.iter().any(|reason| reason.reason.contains("may only contain")) {
            lines.push("To make ids from any text, set make-ids = true in a mapping.".into());
        }
        lines
    }

    pub(super) fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            print_stdout!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        for note in self.files.iter().flat_map(|file| &file.notes) {
            print_stderr!("note: {note}");
        }
        let Self { seconds, events_per_second, .. } = self;
        print_stdout!("{} in {seconds:.1} s ({events_per_second:.0} events/s)", self.counts());
        for line in self.detail_lines() {
            print_stdout!("{line}");
        }
        if self.unplaced_orders > 0 {
            let orders = self.unplaced_orders;
            print_stdout!(
                "Orders with events and no placement: {orders}. They count nowhere until their PLACED events come."
            );
        }
        if let Some(file) = &self.rejected_file {
            print_stdout!("Rejected lines, with the reasons: {}", file.display());
        }
        if self.accepted > 0 {
            print_stdout!("Batch {}. To take these events back: goody retract {}", self.batch_id, self.batch_id);
        }
        Ok(())
    }

    /// Failure if nothing was accepted, or in a strict import if anything was rejected.
    pub(super) fn exit_code(&self, is_strict: bool) -> ExitCode {
        let has_rows = self.rejected > 0 || self.rows_without_events > 0;
        let has_failed = self.valid() == 0 && has_rows || is_strict && self.rejected > 0;
        if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
