//! The few facts of an order that decide how it is listed.

use std::collections::BTreeSet;

use crate::{Fact, History, OrderEvent, Outcome, Recorded, Status};

impl History {
    /// The facts that decide how the order is listed, now and without its latest fact: at most 18, however many it has.
    ///
    /// Folded alone, they give the same order but for [`crate::Order::steps`] before the last one, [`crate::Order::occurrences`] and
    /// [`crate::Order::named_vendors`].
    pub fn summary(&self) -> Vec<Recorded> {
        let facts = self.by_occurrence();
        let before = &facts[..facts.len().saturating_sub(1)];
        let places: BTreeSet<usize> = deciding(&facts).chain(deciding(before)).collect();
        places.into_iter().map(|place| facts[place].clone()).collect()
    }
}

/// Where the facts stand that decide, among facts in the order of [`crate::fold`].
fn deciding(facts: &[&Recorded]) -> impl Iterator<Item = usize> {
    let first = |is: fn(&OrderEvent) -> bool| facts.iter().position(|fact| is(&fact.event));
    let last = |is: fn(&OrderEvent) -> bool| facts.iter().rposition(|fact| is(&fact.event));
    let end = first(|event| outcome(event).is_some());
    let open = &facts[..end.unwrap_or(facts.len())];
    let places = [
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
    places.into_iter().flatten()
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
