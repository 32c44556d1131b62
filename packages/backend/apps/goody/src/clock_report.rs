//! The report of `goody health --clock`: the clock jumps, and the facts that were recorded while the clock was wrong.

use std::fmt;

use goody_application::clock_watch::wrong_spans;
use goody_application::ports::{OrderReader, ReportReader, StoreError};
use goody_domain::Instant;
use serde::Serialize;

/// How many orders one query reads.
const PAGE: usize = 1_000;
/// A fact that is recorded further ahead of now than this was recorded while the clock was wrong. Less can be a difference
/// between the clocks of two processes.
const AHEAD_SECONDS: i64 = 5;

/// The clock jumps, and the facts that were recorded while the clock was wrong.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockReport {
    jumps: Vec<Jump>,
    facts: Vec<Fact>,
}

/// A change of the machine's clock.
#[derive(Debug, Serialize)]
struct Jump {
    from: String,
    to: String,
    seconds: f64,
}

/// A fact that was recorded while the clock was wrong.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fact {
    order_id: String,
    event_id: String,
    recorded_at: String,
}

impl ClockReport {
    /// Reads every order, and finds the facts that were recorded between two clock jumps that cancel each other, or later than
    /// now.
    pub(crate) async fn read<S: OrderReader + ReportReader>(store: &S, now: Instant) -> Result<Self, StoreError> {
        let jumps = store.clock_jumps().await?;
        let wrong = wrong_spans(&jumps);
        let latest = now.plus_seconds(AHEAD_SECONDS);
        let is_wrong = |at: Instant| at > latest || wrong.iter().any(|(since, until)| (*since..=*until).contains(&at));
        let mut facts = Vec::new();
        let mut after = None;
        loop {
            let page = store.all(after.as_ref(), PAGE).await?;
            for history in &page {
                let recorded = history.events().filter(|recorded| is_wrong(recorded.recorded_at));
                facts.extend(recorded.map(|recorded| Fact {
                    order_id: history.order_id().to_string(),
                    event_id: recorded.event.event_id.to_string(),
                    recorded_at: recorded.recorded_at.to_string(),
                }));
            }
            let Some(last) = page.last() else { break };
            after = Some(last.order_id().clone());
        }
        let jump = |jump: goody_application::clock_watch::ClockJump| Jump {
            from: jump.from.to_string(),
            to: jump.to.to_string(),
            seconds: jump.seconds(),
        };
        Ok(Self { jumps: jumps.into_iter().map(jump).collect(), facts })
    }
}

impl fmt::Display for ClockReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "The clock was set {} times while a server ran:", self.jumps.len())?;
        for Jump { from, to, seconds } in &self.jumps {
            writeln!(formatter, "  from {from} to {to} ({seconds:+.0} s)")?;
        }
        write!(formatter, "{} facts were recorded while the clock was wrong:", self.facts.len())?;
        for Fact { order_id, event_id, recorded_at } in &self.facts {
            write!(formatter, "\n  {recorded_at}  order {order_id}  event {event_id}")?;
        }
        Ok(())
    }
}
