//! The results of an import, while it runs: the counts, the file of rejected lines, and the rows that a check shows.

use goody_domain::{IngestOutcome, OrderEvent, Rejection, WireEvent};

use super::ImportError;
use super::check::FirstRows;
use super::feed::Line;
use super::rejected::RejectedFile;
use super::summary::Summary;
use crate::Failure;

/// Where the rejected lines and the first rows go.
pub(super) enum Details {
    /// An import writes its rejected lines into a file.
    Rejected(RejectedFile),
    /// A check shows the first rows.
    Shown(FirstRows),
}

/// The line of an event, and how many of its fields were left out.
pub(super) struct Origin {
    file: usize,
    line: u64,
    warnings: u64,
}

/// The results so far.
pub(super) struct ImportResults {
    pub(super) summary: Summary,
    pub(super) details: Details,
}

impl ImportResults {
    /// Rejects the invalid lines. Returns the events of the others, with their origins.
    pub(super) fn reject_invalid(&mut self, lines: Vec<Line>) -> Result<(Vec<Origin>, Vec<OrderEvent>), Failure> {
        let (mut origins, mut events) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
        for line in lines {
            if let Details::Shown(rows) = &mut self.details {
                rows.add(&line)?;
            }
            let Line { file, number, event } = line;
            match event {
                Ok((event, warnings)) => {
                    origins.push(Origin { file, line: number, warnings: warnings.len() as u64 });
                    events.push(event);
                }
                Err((rejection, text)) => self.reject((file, number), &rejection, &text)?,
            }
        }
        Ok((origins, events))
    }

    /// Counts the outcomes of events.
    pub(super) fn record(
        &mut self,
        outcomes: Vec<IngestOutcome>,
        origins: &[Origin],
        events: &[OrderEvent],
    ) -> Result<(), Failure> {
        for ((outcome, origin), event) in outcomes.into_iter().zip(origins).zip(events) {
            match outcome {
                IngestOutcome::New => self.summary.accepted += 1,
                IngestOutcome::NewOfOtherVendor => {
                    self.summary.accepted += 1;
                    self.summary.warnings += 1;
                }
                IngestOutcome::Known => self.summary.duplicate += 1,
                IngestOutcome::Expired => self.summary.expired += 1,
                IngestOutcome::Conflict | IngestOutcome::Full => {
                    let refusal =
                        if outcome == IngestOutcome::Full { Rejection::full() } else { Rejection::conflict() };
                    self.reject(
                        (origin.file, origin.line),
                        &refusal,
                        &serde_json::to_string(&WireEvent::from(event))?,
                    )?;
                    continue;
                }
            }
            self.summary.warnings += origin.warnings;
        }
        Ok(())
    }

    fn reject(&mut self, line: (usize, u64), rejection: &Rejection, text: &str) -> Result<(), ImportError> {
        self.summary.reject(line.1, rejection);
        match &mut self.details {
            Details::Rejected(file) => file.write(line, rejection, text),
            Details::Shown(_) => Ok(()),
        }
    }
}
