//! The definition of an order, word by word: slow, and without the code of the crate. Laws compare [`goody_domain::fold`] with it.

use std::collections::BTreeSet;

use goody_domain::{Fact, Instant, OrderEvent, Placement, Status};

/// A parcel, or an order, by its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Defined {
    /// When it ended and how.
    pub(crate) completion: Option<(Instant, Status)>,
    pub(crate) handover: Option<Instant>,
    pub(crate) actual_delivery: Option<Instant>,
    pub(crate) refunded_at: Option<Instant>,
    pub(crate) returned_at: Option<Instant>,
    pub(crate) replacement_arrived_at: Option<Instant>,
}

/// The events of one order that is placed.
pub(crate) struct Definition<'e> {
    /// By `occurredAt`, lifecycle rank and `eventId`.
    sorted: Vec<&'e OrderEvent>,
    pub(crate) created_at: Instant,
}

fn is_completed(status: Status) -> bool {
    status == Status::Arrived || is_issue(status)
}

fn is_issue(status: Status) -> bool {
    matches!(status, Status::Lost | Status::Damaged | Status::Undeliverable | Status::ReturnToSender)
}

fn is_active(status: Status) -> bool {
    matches!(status, Status::Placed | Status::ShippingOnTime | Status::ShippingDelayed)
}

/// `PLACED` is the least far, then delayed, then on time.
fn distance(status: Status) -> usize {
    [Status::Placed, Status::ShippingDelayed, Status::ShippingOnTime].iter().position(|known| *known == status).unwrap()
}

fn placement_of(event: &OrderEvent) -> Option<&Placement> {
    match &event.fact {
        Fact::Placed(placement) => Some(placement),
        Fact::Became(..) => None,
    }
}

impl<'e> Definition<'e> {
    pub(crate) fn of(events: &'e [OrderEvent]) -> Option<Self> {
        let rank = |status: Status| Status::ALL.iter().position(|known| *known == status);
        let mut sorted: Vec<&OrderEvent> = events.iter().collect();
        sorted.sort_by_key(|event| (event.occurred_at, rank(event.status()), event.event_id.as_str()));
        let created_at = sorted.iter().find(|event| event.status() == Status::Placed)?.occurred_at;
        Some(Self { sorted, created_at })
    }

    /// A field of the placement: that of the first placement, with the vendor of the first of all, that has it.
    pub(crate) fn field<T>(&self, field: impl Fn(&Placement) -> Option<T>) -> Option<T> {
        let placements: Vec<&Placement> = self.sorted.iter().filter_map(|event| placement_of(event)).collect();
        placements.iter().filter(|one| one.vendor_id == placements[0].vendor_id).find_map(|one| field(one))
    }

    /// An arrival is before the placement, or more than two years after it.
    pub(crate) fn is_suspect(&self) -> bool {
        let arrivals = self.sorted.iter().filter(|event| event.status() == Status::Arrived);
        arrivals
            .map(|event| event.occurred_at.seconds_since(self.created_at) / 86_400.0)
            .any(|days| !(0.0..=732.0).contains(&days))
    }

    /// When the events occurred before an instant; as of the placement if before it.
    pub(crate) fn latest_event_before(&self, at: Instant) -> Option<Instant> {
        self.sorted.iter().map(|event| event.occurred_at.max(self.created_at)).filter(|occurred| *occurred < at).max()
    }

    /// The events about each parcel, by the parcel's id: the status, and the instant from the placement on.
    fn parcels(&self) -> Vec<Vec<(Status, Instant)>> {
        let names: BTreeSet<&str> =
            self.sorted.iter().filter_map(|event| Some(event.parcel_id.as_ref()?.as_str())).collect();
        let about = |name: Option<&str>| {
            let about = self.sorted.iter().filter(|event| {
                let named = event.parcel_id.as_ref().map(|id| id.as_str());
                event.status() != Status::Placed && (named.is_none() || named == name)
            });
            about.map(|event| (event.status(), event.occurred_at.max(self.created_at))).collect()
        };
        if names.is_empty() { vec![about(None)] } else { names.into_iter().map(|name| about(Some(name))).collect() }
    }

    /// The parcels that count: those that did not end cancelled, or all if all did.
    fn counted(&self) -> Vec<(Vec<(Status, Instant)>, Defined)> {
        let all: Vec<_> = self.parcels().into_iter().map(|events| (events.clone(), parcel(&events))).collect();
        let is_cancelled = |parcel: &Defined| matches!(parcel.completion, Some((_, Status::Cancelled)));
        let others: Vec<_> = all.iter().filter(|(_, parcel)| !is_cancelled(parcel)).cloned().collect();
        if others.is_empty() { all } else { others }
    }

    pub(crate) fn order(&self) -> Defined {
        let counted: Vec<Defined> = self.counted().into_iter().map(|(_, parcel)| parcel).collect();
        let all: Vec<Defined> = self.parcels().iter().map(|events| parcel(events)).collect();
        let last = |when: fn(&Defined) -> Option<Instant>| {
            if counted.iter().all(|one| when(one).is_some()) { counted.iter().filter_map(when).max() } else { None }
        };
        let first = |when: fn(&Defined) -> Option<Instant>| all.iter().filter_map(when).min();
        let outcomes: Vec<Status> = counted.iter().filter_map(|one| Some(one.completion?.1)).collect();
        let outcome = outcomes.iter().copied().find(|status| is_issue(*status)).or(outcomes.first().copied());
        Defined {
            completion: last(|one| Some(one.completion?.0)).zip(outcome),
            handover: last(|one| one.handover),
            actual_delivery: last(|one| one.actual_delivery),
            refunded_at: first(|one| one.refunded_at),
            returned_at: first(|one| one.returned_at),
            replacement_arrived_at: first(|one| one.replacement_arrived_at),
        }
    }

    /// The active status of the order after everything that occurred before an instant, as known today; `None` before its placement and
    /// after its end.
    pub(crate) fn active_status_at(&self, at: Instant) -> Option<Status> {
        let step = |(events, parcel): (Vec<(Status, Instant)>, Defined)| {
            let end = parcel.completion.map(|(end, _)| end);
            if self.created_at >= at || end.is_some_and(|end| end < at) {
                return None;
            }
            let before = events.iter().rev().find(|(status, occurred)| is_active(*status) && *occurred < at);
            Some(before.map_or(Status::Placed, |(status, _)| *status))
        };
        self.counted().into_iter().filter_map(step).min_by_key(|status| distance(*status))
    }
}

/// A parcel by the sorted events about it. "Before" and "after" are by their places.
fn parcel(events: &[(Status, Instant)]) -> Defined {
    let is_before = |place: usize, is: &dyn Fn(Status) -> bool| events[..place].iter().any(|(status, _)| is(*status));
    let is_at_sender = |place: usize| is_before(place, &|status| status == Status::ReturnToSender);
    let is_replacement = |place: usize| {
        let lost = |at: usize| matches!(events[at].0, Status::Lost | Status::Damaged);
        (0..place).any(|sent| is_active(events[sent].0) && (0..sent).any(lost)) && !is_at_sender(place)
    };
    let is_at_customer = |place: usize| events[place].0 == Status::Arrived && !is_at_sender(place);
    let is_refund = |place: usize| events[place].0 == Status::Cancelled && is_before(place, &is_completed);
    let is_return = |place: usize| events[place].0 == Status::ReturnToSender && (0..place).any(is_at_customer);
    let is_exception = |place: usize| {
        is_refund(place)
            || is_return(place)
            || events[place].0 == Status::Arrived && (is_at_sender(place) || is_replacement(place))
    };
    let is_end = |status: Status| is_completed(status) || status == Status::Cancelled;
    let first = |is: &dyn Fn(usize) -> bool| (0..events.len()).find(|place| is(*place)).map(|place| events[place].1);
    let end = first(&|place| is_end(events[place].0));
    let outcome = events.iter().enumerate().rev().find(|(place, (status, _))| is_end(*status) && !is_exception(*place));
    Defined {
        completion: end.zip(outcome.map(|(_, (status, _))| *status)),
        handover: first(&|place| {
            let status = events[place].0;
            status != Status::Cancelled && !(is_active(status) && is_before(place, &is_end))
        }),
        actual_delivery: first(&|place| is_at_customer(place) && !is_replacement(place)),
        refunded_at: first(&is_refund),
        returned_at: first(&is_return),
        replacement_arrived_at: first(&|place| events[place].0 == Status::Arrived && is_replacement(place)),
    }
}
