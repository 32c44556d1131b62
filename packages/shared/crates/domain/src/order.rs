//! An order: the fold of the set of its events.

use crate::parcel::{Merged, merge};
use crate::{ActiveStatus, Fact, Instant, OrderEvent, OrderId, Outcome, Parcel, ParcelId, Placement, Status};

/// The longest time from the placement to an arrival that is plausible, in seconds: two years.
const LONGEST_DELIVERY_SECONDS: i64 = 2 * 366 * 86_400;

/// An order as its events describe it. It is always placed: see [`fold`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The order.
    pub order_id: OrderId,
    /// Vendor, promise and gift: each field as the first placement that has it gives it, the vendor of the first of all.
    pub placement: Placement,
    /// When it was placed.
    pub created_at: Instant,
    /// When the latest of its events occurred, taken back or not.
    pub updated_at: Instant,
    /// The active statuses it entered before it ended, each with its start. The first is `Placed`.
    pub steps: Vec<Step>,
    /// When it ended and its outcome; `None` while it is open.
    pub completion: Option<(Instant, Outcome)>,
    /// When it was given up; `None` unless it expired while it was open. See [`Order::given_up`].
    pub given_up_at: Option<Instant>,
    /// When the vendor had handed over all of its parcels.
    pub handover: Option<Instant>,
    /// When all of its parcels had arrived at the customer, whatever its outcome is now.
    pub actual_delivery: Option<Instant>,
    /// When it was first cancelled after it was completed: the customer was refunded.
    pub refunded_at: Option<Instant>,
    /// When the customer first returned a parcel that had arrived.
    pub returned_at: Option<Instant>,
    /// When the first replacement of a lost or damaged parcel arrived.
    pub replacement_arrived_at: Option<Instant>,
    /// Whether an arrival is said to be before the placement or more than two years after it. Such an order is in no mean of hours.
    pub is_suspect: bool,
    /// The parcels that its events name, by id; empty if they name none.
    pub parcels: Vec<(ParcelId, Parcel)>,
    /// The last carrier, tracking number and reason in its events.
    pub latest_note: Note,
    /// The instants at which its events occurred that are not taken back, in ascending order.
    pub occurrences: Vec<Instant>,
}

/// The optional texts of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Who carries the parcel.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Why, in a few words.
    pub reason: Option<String>,
}

/// An active status and when the order entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The status.
    pub status: ActiveStatus,
    /// When the order entered it.
    pub at: Instant,
}

/// The order that a set of events describes, or `None` while its placement is not known.
///
/// The result depends on the set only: events are sorted by `occurredAt`, lifecycle rank and `eventId`.
/// - The first placement gives the vendor and the time; each other field is that of the first placement that has it.
/// - An event before the placement counts as if it occurred at the placement.
/// - The order follows from its parcels: see [`crate::Parcel`] and docs/NUMBERS.md.
///
/// All events must be of one order and have distinct ids; [`crate::History`] ensures both, and leaves out those that are taken back.
pub fn fold<'a>(order_id: &OrderId, events: impl IntoIterator<Item = &'a OrderEvent>) -> Option<Order> {
    let mut events: Vec<&OrderEvent> = events.into_iter().collect();
    events.sort_unstable_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    let mut placements = events.iter().filter_map(|event| match &event.fact {
        Fact::Placed(placement) => Some((event.occurred_at, placement)),
        Fact::Became(..) => None,
    });
    let (created_at, first) = placements.next()?;
    let mut placement = first.as_ref().clone();
    for (_, later) in placements {
        // A placement with another vendor counts nowhere.
        if later.vendor_id == first.vendor_id {
            placement.fill_from(later);
        }
    }
    let Merged {
        parcels,
        steps,
        completion,
        handover,
        actual_delivery,
        refunded_at,
        returned_at,
        replacement_arrived_at,
    } = merge(created_at, &events);
    let is_suspect =
        |event: &&OrderEvent| event.status() == Status::Arrived && !is_plausible_arrival(created_at, event.occurred_at);
    Some(Order {
        order_id: order_id.clone(),
        placement,
        created_at,
        updated_at: events.last().map_or(created_at, |last| last.occurred_at.max(created_at)),
        steps,
        completion,
        given_up_at: None,
        handover,
        actual_delivery,
        refunded_at,
        returned_at,
        replacement_arrived_at,
        is_suspect: events.iter().any(is_suspect),
        parcels,
        latest_note: Note::latest(&events),
        occurrences: events.iter().map(|event| event.occurred_at).collect(),
    })
}

impl Note {
    /// The last of each text, in events in the order of occurrence.
    fn latest(events: &[&OrderEvent]) -> Self {
        let last = |text: fn(&OrderEvent) -> &Option<String>| events.iter().rev().find_map(|event| text(event).clone());
        Self {
            carrier: last(|event| &event.carrier),
            tracking_number: last(|event| &event.tracking_number),
            reason: last(|event| &event.reason),
        }
    }
}

impl Order {
    /// The current status: the outcome, or the last active status.
    pub fn status(&self) -> Status {
        match self.completion {
            Some((_, outcome)) => outcome.status(),
            None => self.steps.last().map_or(Status::Placed, |step| step.status.status()),
        }
    }

    /// When it ended, with any outcome.
    pub fn completed_at(&self) -> Option<Instant> {
        self.completion.map(|(at, _)| at)
    }

    /// The order as it counts after it has expired. An open order is given up at `at`: it leaves every level then, has no outcome,
    /// and still counts as placed and due.
    #[must_use]
    pub fn given_up(self, at: Instant) -> Self {
        Self { given_up_at: self.completion.is_none().then_some(at), ..self }
    }

    /// When it left every level: when it ended or was given up.
    pub fn left_levels_at(&self) -> Option<Instant> {
        self.completed_at().or(self.given_up_at)
    }

    /// Whether it is late: it ended after its promise, or it is open at `now` and the promise has passed.
    ///
    /// A promise passes at the end of its minute, as in the reports.
    pub fn is_delayed(&self, now: Instant) -> bool {
        self.placement.estimated_delivery.is_some_and(|promise| match self.completed_at() {
            Some(end) => !is_kept(promise, Some(end)),
            None => promise < now.floor_minute(),
        })
    }

    /// Whether a deadline of the order counts: it was not cancelled before the deadline passed.
    pub(crate) fn is_due(&self, deadline: Instant) -> bool {
        self.status() != Status::Cancelled || !is_kept(deadline, self.completed_at())
    }
}

/// Whether an arrival at `at` can be true of an order that was placed at `created_at`.
pub(crate) fn is_plausible_arrival(created_at: Instant, at: Instant) -> bool {
    (created_at..=created_at.plus_seconds(LONGEST_DELIVERY_SECONDS)).contains(&at)
}

/// Whether something happened by a deadline, which passes at the end of its minute.
pub(crate) fn is_kept(deadline: Instant, happened_at: Option<Instant>) -> bool {
    happened_at.is_some_and(|at| at.floor_minute() <= deadline.floor_minute())
}
