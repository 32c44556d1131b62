//! The history of an order: its facts in the order in which they were recorded, and the order at each version.
//!
//! A fact is an event, or a retraction that takes back the events of a batch. A history only grows: what is taken back stays in it.

use std::collections::{BTreeSet, HashMap};

use crate::{BatchId, EventId, Fact, Instant, Order, OrderEvent, OrderId, Placement, VendorId, fold};

/// The facts of one order, in the order in which they were recorded. Its version is the number of facts.
#[derive(Clone, Debug)]
pub struct History {
    order_id: OrderId,
    facts: Vec<HistoryFact>,
    /// The positions of the retractions.
    retractions: Vec<usize>,
    /// The last position of each event id among the first `indexed` facts. A cache, filled only for long histories.
    index: HashMap<EventId, usize>,
    indexed: usize,
    /// The position of the first placement, once it was searched. A cache.
    first_placement: Option<usize>,
    /// The sum of [`OrderEvent::text_bytes`] of all events.
    text_bytes: usize,
}

/// The most events that one order can have, those that are taken back included.
pub const MOST_EVENTS: usize = 10_000;
/// The most bytes that the texts of one order's events can have together.
pub const MOST_TEXT_BYTES: usize = 1024 * 1024;

/// The most facts that are searched without an index. Most orders have fewer, and an index would cost more than it saves.
const MOST_WITHOUT_INDEX: usize = 32;

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.order_id == other.order_id && self.facts == other.facts
    }
}

impl Eq for History {}

/// A fact of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryFact {
    /// An event.
    Event(Recorded),
    /// The events of a batch are taken back.
    Retraction(Retraction),
}

/// An event, and when and with which batch the server received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The event.
    pub event: OrderEvent,
    /// When the server received it.
    pub recorded_at: Instant,
    /// The batch that recorded it first; `None` for an event that an earlier version of the program stored.
    pub batch_id: Option<BatchId>,
}

/// Takes back the events of a batch that the history had when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retraction {
    /// The batch.
    pub batch_id: BatchId,
    /// When the server recorded the retraction.
    pub recorded_at: Instant,
}

impl HistoryFact {
    /// When the server recorded it.
    pub fn recorded_at(&self) -> Instant {
        match self {
            Self::Event(recorded) => recorded.recorded_at,
            Self::Retraction(retraction) => retraction.recorded_at,
        }
    }

    /// The batch of the event, or the batch that is taken back.
    pub fn batch_id(&self) -> Option<&BatchId> {
        match self {
            Self::Event(recorded) => recorded.batch_id.as_ref(),
            Self::Retraction(retraction) => Some(&retraction.batch_id),
        }
    }

    /// The event, if it is one.
    pub fn event(&self) -> Option<&Recorded> {
        match self {
            Self::Event(recorded) => Some(recorded),
            Self::Retraction(_) => None,
        }
    }
}

/// The result of recording an event in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome {
    /// The event is new and was added to the history.
    New,
    /// The event is new and was added. It is a placement that names another vendor than the first placement, and counts nowhere.
    NewOfOtherVendor,
    /// The event is a duplicate; nothing changed.
    Known,
    /// The order has expired and its numbers are final; nothing changed.
    Expired,
    /// The event has the id of a known one and other content; nothing changed.
    Conflict,
    /// The order already has [`MOST_EVENTS`] or would exceed [`MOST_TEXT_BYTES`]; nothing changed.
    Full,
}

impl IngestOutcome {
    /// Whether the event was added to the history.
    pub fn is_new(self) -> bool {
        matches!(self, Self::New | Self::NewOfOtherVendor)
    }
}

/// When the events of a history occurred, taken back or not, and the vendors that count them as facts. Both sets only grow.
///
/// They are empty until a placement is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// The instants at which the events occurred, in ascending order.
    pub instants: Vec<Instant>,
    /// The vendors of all placements.
    pub named_vendors: BTreeSet<VendorId>,
}

impl Occurrences {
    /// The occurrences of events.
    pub fn of<'e>(events: impl IntoIterator<Item = &'e OrderEvent> + Clone) -> Self {
        let placements = events.clone().into_iter().filter_map(placement);
        let named_vendors: BTreeSet<VendorId> = placements.map(|placement| placement.vendor_id.clone()).collect();
        if named_vendors.is_empty() {
            return Self::default();
        }
        let mut instants: Vec<Instant> = events.into_iter().map(|event| event.occurred_at).collect();
        instants.sort_unstable();
        Self { instants, named_vendors }
    }
}

fn placement(event: &OrderEvent) -> Option<&Placement> {
    match &event.fact {
        Fact::Placed(placement) => Some(placement),
        Fact::Became(..) => None,
    }
}

impl History {
    /// A history without facts.
    pub fn empty(order_id: OrderId) -> Self {
        Self::from_facts(order_id, Vec::new())
    }

    /// A history as it was stored.
    pub fn from_facts(order_id: OrderId, facts: Vec<HistoryFact>) -> Self {
        let text_bytes = facts.iter().filter_map(HistoryFact::event).map(|recorded| recorded.event.text_bytes()).sum();
        let is_retraction = |(position, fact): (usize, &HistoryFact)| fact.event().is_none().then_some(position);
        let retractions = facts.iter().enumerate().filter_map(is_retraction).collect();
        Self { order_id, facts, retractions, index: HashMap::new(), indexed: 0, first_placement: None, text_bytes }
    }

    /// The id of its order.
    pub fn order_id(&self) -> &OrderId {
        &self.order_id
    }

    /// How many facts it has: 0 for an unknown order.
    pub fn version(&self) -> usize {
        self.facts.len()
    }

    /// The facts, in the order in which they were recorded.
    pub fn facts(&self) -> &[HistoryFact] {
        &self.facts
    }

    /// The events, taken back or not, in the order in which they were recorded.
    pub fn events(&self) -> impl Iterator<Item = &Recorded> + Clone {
        self.facts.iter().filter_map(HistoryFact::event)
    }

    /// The events that are not taken back, in the order in which [`fold`] applies them.
    pub fn by_occurrence(&self) -> Vec<&Recorded> {
        let mut events: Vec<&Recorded> = self.valid_events(self.version()).collect();
        events.sort_unstable_by(|one, other| one.event.sort_key().cmp(&other.event.sort_key()));
        events
    }

    /// Whether the fact at a position is an event that is taken back.
    pub fn is_taken_back(&self, position: usize) -> bool {
        self.is_taken_back_at(self.version(), position)
    }

    fn is_taken_back_at(&self, version: usize, position: usize) -> bool {
        let fact = &self.facts[position];
        let is_of_batch = |retraction: &usize| self.facts[*retraction].batch_id() == fact.batch_id();
        let mut later = self.retractions.iter().filter(|retraction| (position + 1..version).contains(*retraction));
        fact.event().is_some() && later.any(is_of_batch)
    }

    /// The events that are not taken back at a version, in the order in which they were recorded.
    pub(crate) fn valid_events(&self, version: usize) -> impl Iterator<Item = &Recorded> {
        let version = version.min(self.version());
        let known = self.facts[..version].iter().enumerate();
        known.filter_map(move |(position, fact)| fact.event().filter(|_| !self.is_taken_back_at(version, position)))
    }

    /// Adds an event of a batch, unless its id is known or the history is full. The id of an event that is taken back is free.
    pub fn record(&mut self, event: OrderEvent, batch_id: &BatchId, now: Instant) -> IngestOutcome {
        match self.find(&event.event_id) {
            Some(known) if known.is_same_fact(&event) => return IngestOutcome::Known,
            Some(_) => return IngestOutcome::Conflict,
            None => {}
        }
        let text_bytes = self.text_bytes + event.text_bytes();
        let events = self.version() - self.retractions.len();
        if events >= MOST_EVENTS || text_bytes > MOST_TEXT_BYTES {
            return IngestOutcome::Full;
        }
        self.text_bytes = text_bytes;
        self.facts.push(HistoryFact::Event(Recorded { event, recorded_at: now, batch_id: Some(batch_id.clone()) }));
        match self.last_names_other_vendor() {
            true => IngestOutcome::NewOfOtherVendor,
            false => IngestOutcome::New,
        }
    }

    /// Whether the last fact is a placement that names another vendor than the first placement.
    fn last_names_other_vendor(&mut self) -> bool {
        let placed = |position: usize| {
            let event = &self.facts[position].event()?.event;
            placement(event).map(|placement| (event.sort_key(), &placement.vendor_id))
        };
        let last = self.version() - 1;
        let Some((last_key, last_vendor)) = placed(last) else { return false };
        let valid = |position: &usize| !self.is_taken_back(*position);
        let earlier = match self.first_placement {
            Some(position) => placed(position).map(|first| (first, position)),
            None => (0..last).filter(valid).filter_map(|position| Some((placed(position)?, position))).min(),
        };
        let is_earlier = earlier.filter(|((key, _), _)| *key < last_key);
        let names_other_vendor = is_earlier.as_ref().is_some_and(|((_, vendor_id), _)| *vendor_id != last_vendor);
        self.first_placement = Some(is_earlier.map_or(last, |(_, position)| position));
        names_other_vendor
    }

    /// Takes back the events of a batch. Returns their number. Without any, nothing is added.
    pub fn retract(&mut self, batch_id: &BatchId, now: Instant) -> usize {
        let of_batch =
            self.valid_events(self.version()).filter(|recorded| recorded.batch_id.as_ref() == Some(batch_id));
        let events = of_batch.count();
        if events > 0 {
            self.first_placement = None;
            self.retractions.push(self.version());
            let retraction = Retraction { batch_id: batch_id.clone(), recorded_at: now };
            self.facts.push(HistoryFact::Retraction(retraction));
        }
        events
    }

    /// The batches that have events here that are not taken back.
    pub fn batches(&self) -> BTreeSet<&BatchId> {
        self.valid_events(self.version()).filter_map(|recorded| recorded.batch_id.as_ref()).collect()
    }

    /// The event with an id that is not taken back.
    fn find(&mut self, event_id: &EventId) -> Option<&OrderEvent> {
        let has_id = |fact: &HistoryFact| fact.event().is_some_and(|recorded| recorded.event.event_id == *event_id);
        let last = if self.version() <= MOST_WITHOUT_INDEX {
            self.facts.iter().rposition(has_id)
        } else {
            for position in self.indexed..self.version() {
                if let Some(recorded) = self.facts[position].event() {
                    self.index.insert(recorded.event.event_id.clone(), position);
                }
            }
            self.indexed = self.version();
            self.index.get(event_id).copied()
        };
        // Earlier events with the id are taken back, because the last one was recorded.
        let valid = last.filter(|position| !self.is_taken_back(*position))?;
        self.facts[valid].event().map(|recorded| &recorded.event)
    }

    /// The order when its history had `version` facts: the fold of the events that were not taken back. Only
    /// [`Order::updated_at`] still counts the others.
    pub fn at_version(&self, version: usize) -> Option<Order> {
        let order = fold(&self.order_id, self.valid_events(version).map(|recorded| &recorded.event))?;
        if self.retractions.is_empty() {
            return Some(order);
        }
        let latest = self.events_at(version).map(|event| event.occurred_at).max();
        Some(Order { updated_at: latest.map_or(order.updated_at, |latest| latest.max(order.updated_at)), ..order })
    }

    /// The order by what had occurred before an instant: the fold of those events that are not taken back.
    pub fn order_before(&self, at: Instant) -> Option<Order> {
        let occurred = self.valid_events(self.version()).filter(|recorded| recorded.event.occurred_at < at);
        fold(&self.order_id, occurred.map(|recorded| &recorded.event))
    }

    /// The events, taken back or not, when the history had `version` facts.
    fn events_at(&self, version: usize) -> impl Iterator<Item = &OrderEvent> + Clone {
        let known = &self.facts[..version.min(self.version())];
        known.iter().filter_map(HistoryFact::event).map(|recorded| &recorded.event)
    }

    /// When the events occurred that the history had at `version`, taken back or not.
    pub fn occurrences_at(&self, version: usize) -> Occurrences {
        Occurrences::of(self.events_at(version))
    }

    /// When all its events occurred, taken back or not.
    pub fn occurrences(&self) -> Occurrences {
        self.occurrences_at(self.version())
    }

    /// The order at two versions of its history.
    pub fn change(&self, from_version: usize, version: usize) -> Change {
        Change {
            order_id: self.order_id.clone(),
            from_version,
            version,
            before: self.at_version(from_version),
            after: self.at_version(version),
            occurred_before: self.occurrences_at(from_version),
            occurred_after: self.occurrences_at(version),
        }
    }

    /// The order that all its facts describe.
    pub fn order(&self) -> Option<Order> {
        self.at_version(self.version())
    }

    /// The latest event of all and the retraction that takes it back, if it is taken back.
    pub(crate) fn latest_taken_back(&self) -> Option<[HistoryFact; 2]> {
        if self.retractions.is_empty() {
            return None;
        }
        let events = self.facts.iter().enumerate().filter_map(|(position, fact)| Some((position, fact.event()?)));
        let (position, latest) = events.max_by_key(|(_, recorded)| recorded.event.occurred_at)?;
        let batch_id = latest.batch_id.clone().filter(|_| self.is_taken_back(position))?;
        let retraction = Retraction { batch_id, recorded_at: latest.recorded_at };
        Some([HistoryFact::Event(latest.clone()), HistoryFact::Retraction(retraction)])
    }
}

/// One order at two versions of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The order.
    pub order_id: OrderId,
    /// The order's version before the change.
    pub from_version: usize,
    /// The order's version after the change.
    pub version: usize,
    /// The order before; `None` without a placement that is not taken back.
    pub before: Option<Order>,
    /// The order after; `None` without a placement that is not taken back.
    pub after: Option<Order>,
    /// When the events before the change occurred.
    pub occurred_before: Occurrences,
    /// When the events after the change occurred.
    pub occurred_after: Occurrences,
}
