//! The summary of a history: the few facts that decide how lists show the order.

use std::collections::BTreeSet;

use crate::{Fact, History, OrderEvent, Outcome, Recorded, Status};

impl History {
    /// The facts that decide how lists show the order, now and without its latest fact: at most 18, for a history of any length.
    ///
    /// [`crate::fold`] makes the same order of them, except for [`crate::Order::steps`] before the last one,
    /// [`crate::Order::occurrences`] and [`crate::Order::named_vendors`].
    pub fn summary(&self) -> Vec<Recorded> {
        let facts = self.by_occurrence();
        let before = &facts[..facts.len().saturating_sub(1)];
        let positions: BTreeSet<usize> = deciding_facts(&facts).chain(deciding_facts(before)).collect();
        positions.into_iter().map(|position| facts[position].clone()).collect()
    }
}

/// The positions of the deciding facts, among facts sorted as [`crate::fold`] sorts them.
fn deciding_facts(facts: &[&Recorded]) -> impl Iterator<Item = usize> {
    let first = |is: fn(&OrderEvent) -> bool| facts.iter().position(|fact| is(&fact.event));
    let last = |is: fn(&OrderEvent) -> bool| facts.iter().rposition(|fact| is(&fact.event));
    let end = first(|event| outcome(event).is_some());
    let open = &facts[..end.unwrap_or(facts.len())];
    let positions = [
        first(|event| matches!(event.fact, Fact::Placed(_))),
        open.iter().rposition(|fact| status(&fact.event).is_some_and(|status| status.active().is_some())),
        end,
        last(|event| outcome(event).is_some()),
        first(|event| outcome(event) == Some(Outcome::Arrived)),
        last(|event| event.carrier.is_some()),
        last(|event| event.tracking_number.is_some()),
        last(|event| event.reason.is_some()),
        facts.len().checked_sub(1),
    ];
    positions.into_iter().flatten()
}

fn status(event: &OrderEvent) -> Option<Status> {
    match event.fact {
        Fact::Placed(_) => None,
        Fact::Became(status, _) => Some(status),
    }
}

fn outcome(event: &OrderEvent) -> Option<Outcome> {
    status(event)?.outcome()
}
