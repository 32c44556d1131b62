//! An order: the fold of the set of its events.

use std::collections::{BTreeSet, HashMap};

use crate::{ActiveStatus, EventId, Fact, Instant, OrderEvent, OrderId, Outcome, Placement, Status, VendorId};

/// What the events of one order amount to. Always placed: see [`fold`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The order.
    pub order_id: OrderId,
    /// Vendor, promise and gift, as the first placement gave them.
    pub placement: Placement,
    /// When it was placed.
    pub created_at: Instant,
    /// When the latest of its events occurred.
    pub updated_at: Instant,
    /// The active statuses it went through until it was completed, each with its beginning. The first is `Placed`.
    pub steps: Vec<Step>,
    /// When it ended and how; `None` while it goes on.
    pub completion: Option<(Instant, Outcome)>,
    /// When retention gave it up; `None` unless it expired while it was still open. See [`Order::given_up`].
    pub given_up_at: Option<Instant>,
    /// When it first arrived, whatever was found later.
    pub actual_delivery: Option<Instant>,
    /// The last carrier, tracking number and reason that any event told.
    pub latest_note: Note,
    /// Every instant at which one of its events occurred.
    pub occurrences: Vec<Instant>,
    /// Every vendor that any of its placements named; the first placement's among them.
    pub named_vendors: BTreeSet<VendorId>,
}

/// The free words beside the facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Who carries the parcel.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Why, in a few words.
    pub reason: Option<String>,
}

/// One active status and when the order came to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The status.
    pub status: ActiveStatus,
    /// Its beginning.
    pub at: Instant,
}

/// The order that a set of events tells of, or `None` while its placement is not known.
///
/// The result depends on the set alone: events are taken in the order of (`occurredAt`, lifecycle rank, `eventId`).
/// - The first placement gives vendor, promise and gift; another one changes nothing.
/// - What is said to have happened before the placement counts as of the placement.
/// - The first completed or cancelled event fixes when the order ended, the last one how.
/// - An active status after that is history and nothing else.
///
/// Events are expected to be of one order and to have distinct ids; [`History`] sees to both.
pub fn fold<'a>(order_id: &OrderId, events: impl IntoIterator<Item = &'a OrderEvent>) -> Option<Order> {
    let mut events: Vec<&OrderEvent> = events.into_iter().collect();
    events.sort_unstable_by(|one, other| one.place().cmp(&other.place()));
    let (created_at, placement) = events.iter().find_map(|event| match &event.fact {
        Fact::Placed(placement) => Some((event.occurred_at, placement)),
        Fact::Became(..) => None,
    })?;
    let mut order = Order {
        order_id: order_id.clone(),
        placement: placement.clone(),
        created_at,
        updated_at: created_at,
        steps: vec![Step { status: ActiveStatus::Placed, at: created_at }],
        completion: None,
        given_up_at: None,
        actual_delivery: None,
        latest_note: Note::default(),
        occurrences: Vec::with_capacity(events.len()),
        named_vendors: BTreeSet::new(),
    };
    for event in events {
        order.take(event);
    }
    Some(order)
}

impl Order {
    /// Takes the next event in the order of [`fold`].
    fn take(&mut self, event: &OrderEvent) {
        let at = event.occurred_at.max(self.created_at);
        self.updated_at = at;
        self.occurrences.push(event.occurred_at);
        for (note, told) in [
            (&mut self.latest_note.carrier, &event.carrier),
            (&mut self.latest_note.tracking_number, &event.tracking_number),
            (&mut self.latest_note.reason, &event.reason),
        ] {
            if told.is_some() {
                note.clone_from(told);
            }
        }
        match &event.fact {
            Fact::Placed(placement) => {
                self.named_vendors.insert(placement.vendor_id.clone());
            }
            Fact::Became(status, _) => match (status.active(), status.outcome()) {
                (Some(status), _) if self.completion.is_none() => self.steps.push(Step { status, at }),
                (_, Some(outcome)) => {
                    let since = self.completion.map_or(at, |(since, _)| since);
                    self.completion = Some((since, outcome));
                    if outcome == Outcome::Arrived {
                        self.actual_delivery.get_or_insert(at);
                    }
                }
                _ => {}
            },
        }
    }

    /// Where the order stands: its outcome, or its last active status.
    pub fn status(&self) -> Status {
        match self.completion {
            Some((_, outcome)) => outcome.status(),
            None => self.steps.last().map_or(Status::Placed, |step| step.status.status()),
        }
    }

    /// When it ended, however it did.
    pub fn completed_at(&self) -> Option<Instant> {
        self.completion.map(|(at, _)| at)
    }

    /// The order as it counts once it has expired: one that is still open is given up at `at`. It leaves every level then, has no
    /// outcome, and stays among the orders that were placed and due.
    #[must_use]
    pub fn given_up(self, at: Instant) -> Self {
        Self { given_up_at: self.completion.is_none().then_some(at), ..self }
    }

    /// When it left the levels: it ended, or it was given up.
    pub fn left_levels_at(&self) -> Option<Instant> {
        self.completed_at().or(self.given_up_at)
    }

    /// Past its promise: ended after it, or still going on at `now` with the promise over.
    ///
    /// A promise is over at the end of its minute, as in the reports.
    pub fn is_delayed(&self, now: Instant) -> bool {
        self.placement.estimated_delivery.is_some_and(|promise| match self.completed_at() {
            Some(end) => end > promise,
            None => promise < now.floor_minute(),
        })
    }
}

/// All that was told of one order, in the order it was heard. Its version is the number of facts in it.
#[derive(Clone, Debug)]
pub struct History {
    order_id: OrderId,
    events: Vec<Recorded>,
    /// Where each event stands, by its id: of the first `index.len()` events. Follows from `events`; filled only when it is
    /// worth it.
    index: HashMap<EventId, usize>,
    /// [`OrderEvent::text_bytes`] of all events. Follows from `events`.
    text_bytes: usize,
}

/// The most events that are kept of one order.
pub const MOST_EVENTS: usize = 10_000;
/// The most bytes that the texts of one order's events may have together.
pub const MOST_TEXT_BYTES: usize = 1024 * 1024;

/// Up to this many events are searched one by one: most orders have fewer, and an index would cost more than it saves.
const SEARCHED_ONE_BY_ONE: usize = 32;

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.order_id == other.order_id && self.events == other.events
    }
}

impl Eq for History {}

/// An event and when we heard of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What was told.
    pub event: OrderEvent,
    /// When it was told.
    pub recorded_at: Instant,
}

/// What a history makes of an event it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome {
    /// A new fact; it is in the history now.
    New,
    /// The same fact again; nothing changed.
    Known,
    /// The id of a fact already known, with other content; nothing changed.
    Conflict,
    /// A new fact of an order that has [`MOST_EVENTS`] or [`MOST_TEXT_BYTES`]; nothing changed.
    Full,
}

impl History {
    /// An order of which nothing is known.
    pub fn empty(order_id: OrderId) -> Self {
        Self::from_recorded(order_id, Vec::new())
    }

    /// A history as it was stored.
    pub fn from_recorded(order_id: OrderId, events: Vec<Recorded>) -> Self {
        let text_bytes = events.iter().map(|recorded| recorded.event.text_bytes()).sum();
        Self { order_id, events, index: HashMap::new(), text_bytes }
    }

    /// The order it is of.
    pub fn order_id(&self) -> &OrderId {
        &self.order_id
    }

    /// How many facts are known: 0 for an order never heard of.
    pub fn version(&self) -> usize {
        self.events.len()
    }

    /// The facts, in the order they were heard.
    pub fn events(&self) -> &[Recorded] {
        &self.events
    }

    /// The facts, in the order of [`fold`].
    pub fn by_occurrence(&self) -> Vec<&Recorded> {
        let mut facts: Vec<&Recorded> = self.events.iter().collect();
        facts.sort_unstable_by(|one, other| one.event.place().cmp(&other.event.place()));
        facts
    }

    /// Adds a fact, unless it is known already or there is no room for it.
    pub fn record(&mut self, event: OrderEvent, now: Instant) -> IngestOutcome {
        match self.find(&event.event_id) {
            Some(known) if known.is_same_fact(&event) => IngestOutcome::Known,
            Some(_) => IngestOutcome::Conflict,
            None => {
                let text_bytes = self.text_bytes + event.text_bytes();
                if self.events.len() >= MOST_EVENTS || text_bytes > MOST_TEXT_BYTES {
                    return IngestOutcome::Full;
                }
                self.text_bytes = text_bytes;
                self.events.push(Recorded { event, recorded_at: now });
                IngestOutcome::New
            }
        }
    }

    fn find(&mut self, event_id: &EventId) -> Option<&OrderEvent> {
        if self.events.len() <= SEARCHED_ONE_BY_ONE {
            return self.events.iter().map(|recorded| &recorded.event).find(|event| event.event_id == *event_id);
        }
        for place in self.index.len()..self.events.len() {
            self.index.insert(self.events[place].event.event_id.clone(), place);
        }
        self.index.get(event_id).map(|place| &self.events[*place].event)
    }

    /// The order as it was known when its history had `version` facts.
    pub fn at_version(&self, version: usize) -> Option<Order> {
        let known = &self.events[..version.min(self.events.len())];
        fold(&self.order_id, known.iter().map(|recorded| &recorded.event))
    }

    /// What became known between two versions.
    pub fn change(&self, from_version: usize, version: usize) -> Change {
        Change {
            order_id: self.order_id.clone(),
            from_version,
            version,
            before: self.at_version(from_version),
            after: self.at_version(version),
        }
    }

    /// The order as it is known now.
    pub fn order(&self) -> Option<Order> {
        self.at_version(self.version())
    }
}

/// One order before and after some facts became known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The order.
    pub order_id: OrderId,
    /// The order's version before the change.
    pub from_version: usize,
    /// The order's version after the change.
    pub version: usize,
    /// The order before, `None` where it was not placed yet.
    pub before: Option<Order>,
    /// The order after, `None` where it is not placed yet.
    pub after: Option<Order>,
}
