//! The summary of a history: the few facts that decide how lists show the order.

use std::collections::BTreeSet;

use crate::order::is_plausible_arrival;
use crate::parcel::deciding_events;
use crate::{Fact, History, HistoryFact, Instant, OrderEvent, Placement, Recorded, Status};

impl History {
    /// The facts that decide how lists show the order, now and without its latest event: for a history of any length at most 15 of
    /// the order and 13 of each parcel, twice, and one event that is taken back.
    ///
    /// A history of them has the same order, except for [`crate::Order::steps`] and [`crate::Order::occurrences`].
    pub fn summary(&self) -> Vec<HistoryFact> {
        let facts = self.by_occurrence();
        let before = &facts[..facts.len().saturating_sub(1)];
        let positions: BTreeSet<usize> = deciding_facts(&facts).into_iter().chain(deciding_facts(before)).collect();
        let deciding = positions.into_iter().map(|position| HistoryFact::Event(facts[position].clone()));
        // The first two, so that the retraction takes back nothing else.
        self.latest_taken_back().into_iter().flatten().chain(deciding).collect()
    }
}

/// The positions of the deciding facts, among facts sorted as [`crate::fold`] sorts them.
fn deciding_facts(facts: &[&Recorded]) -> Vec<usize> {
    let events: Vec<&OrderEvent> = facts.iter().map(|fact| &fact.event).collect();
    let last = |has: fn(&OrderEvent) -> bool| events.iter().rposition(|event| has(event));
    let mut positions: Vec<usize> = [
        last(|event| event.carrier.is_some()),
        last(|event| event.tracking_number.is_some()),
        last(|event| event.reason.is_some()),
        events.len().checked_sub(1),
    ]
    .into_iter()
    .flatten()
    .collect();
    let placements = || {
        events.iter().enumerate().filter_map(|(position, event)| match &event.fact {
            Fact::Placed(placement) => Some((position, placement)),
            Fact::Became(..) => None,
        })
    };
    let first = placements().next();
    let first_with = |has: fn(&Placement) -> bool| {
        let own = placements()
            .filter(|(_, placement)| first.is_some_and(|(_, first)| first.vendor_id == placement.vendor_id));
        own.into_iter().find(|(_, placement)| has(placement)).map(|(position, _)| position)
    };
    let fields: [fn(&Placement) -> bool; 10] = [
        |_| true,
        |placement| placement.estimated_delivery.is_some(),
        |placement| placement.ship_by.is_some(),
        |placement| placement.gift_value.is_some(),
        |placement| placement.currency.is_some(),
        |placement| placement.gift_type.is_some(),
        |placement| placement.is_rush.is_some(),
        |placement| placement.reference.is_some(),
        |placement| placement.vendor_name.is_some(),
        |placement| placement.destination.is_some(),
    ];
    positions.extend(fields.into_iter().filter_map(first_with));
    let created_at = first.map_or(Instant::from_micros(0), |(position, _)| events[position].occurred_at);
    let is_suspect =
        |event: &&OrderEvent| event.status() == Status::Arrived && !is_plausible_arrival(created_at, event.occurred_at);
    positions.extend(events.iter().position(is_suspect));
    positions.extend(deciding_events(created_at, &events));
    positions
}
