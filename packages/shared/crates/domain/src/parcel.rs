//! A parcel of an order: the fold of the events about it, and how an order follows from its parcels.
//!
//! docs/NUMBERS.md has the rules in words. Both functions are pure and total.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ActiveStatus, Fact, Instant, OrderEvent, Outcome, ParcelId, Status, Step};

/// A parcel as its events describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// The active statuses it entered before it ended, each with its start. The first is `Placed`.
    pub steps: Vec<Step>,
    /// When it ended and its outcome; `None` while it is open.
    pub completion: Option<(Instant, Outcome)>,
    /// When the vendor handed it over: its first event that is neither the placement nor a cancellation, nor an active status after
    /// the end.
    pub handover: Option<Instant>,
    /// When it first arrived at the customer.
    pub actual_delivery: Option<Instant>,
    /// When it was cancelled after it was completed: the customer was refunded.
    pub refunded_at: Option<Instant>,
    /// When the customer returned it after it arrived.
    pub returned_at: Option<Instant>,
    /// When a replacement for it arrived.
    pub replacement_arrived_at: Option<Instant>,
    /// It was completed at some time, whatever its outcome is now.
    is_completed: bool,
    /// It was on its way back to the sender: a later arrival is that at the sender.
    is_sent_back: bool,
    /// It was lost or damaged.
    is_missing: bool,
    /// It was lost or damaged and then sent again: a later arrival is that of the replacement.
    is_sent_again: bool,
}

impl Parcel {
    /// The current status: the outcome, or the last active status.
    pub fn status(&self) -> Status {
        match self.completion {
            Some((_, outcome)) => outcome.status(),
            None => self.steps.last().map_or(Status::Placed, |step| step.status.status()),
        }
    }

    /// What changes once at most: whether it ended, what it went through and when.
    fn milestones(&self) -> impl PartialEq + use<> {
        (
            [self.handover, self.actual_delivery, self.refunded_at, self.returned_at, self.replacement_arrived_at],
            [self.is_completed, self.is_sent_back, self.is_missing, self.is_sent_again, self.completion.is_some()],
        )
    }

    fn placed(created_at: Instant) -> Self {
        Self { steps: vec![Step { status: ActiveStatus::Placed, at: created_at }], ..Self::default() }
    }

    /// Applies the next event, in the order of occurrence.
    fn apply(&mut self, status: Status, at: Instant) {
        let is_too_late = status.active().is_some() && self.completion.is_some();
        if status != Status::Cancelled && !is_too_late {
            self.handover.get_or_insert(at);
        }
        match (status.active(), status.outcome()) {
            (Some(status), _) => {
                if self.completion.is_none() {
                    self.steps.push(Step { status, at });
                }
                self.is_sent_again |= self.is_missing;
            }
            (_, Some(outcome)) => self.end(outcome, at),
            (None, None) => {}
        }
    }

    fn end(&mut self, outcome: Outcome, at: Instant) {
        let is_at_customer = self.actual_delivery.or(self.replacement_arrived_at).is_some();
        match outcome {
            Outcome::Cancelled if self.is_completed => {
                self.refunded_at.get_or_insert(at);
                return;
            }
            Outcome::ReturnToSender if is_at_customer => {
                self.returned_at.get_or_insert(at);
                self.is_sent_back = true;
                return;
            }
            Outcome::Arrived if self.is_sent_back => return,
            Outcome::Arrived if self.is_sent_again => {
                self.replacement_arrived_at.get_or_insert(at);
                return;
            }
            _ => {}
        }
        let since = self.completion.map_or(at, |(since, _)| since);
        self.completion = Some((since, outcome));
        self.is_completed |= outcome != Outcome::Cancelled;
        self.is_sent_back |= outcome == Outcome::ReturnToSender;
        self.is_missing |= matches!(outcome, Outcome::Lost | Outcome::Damaged);
        if outcome == Outcome::Arrived {
            self.actual_delivery.get_or_insert(at);
        }
    }
}

/// The parcels of an order that was placed at `created_at`: those that its events name, by id, or one without a name.
///
/// An event without a parcel is about every parcel, and an event before the placement counts as of the placement. `events` are in
/// the order of occurrence.
pub(crate) fn parcels(created_at: Instant, events: &[&OrderEvent]) -> BTreeMap<Option<ParcelId>, Parcel> {
    let mut named: BTreeMap<Option<ParcelId>, Parcel> = BTreeMap::new();
    for event in events {
        if event.parcel_id.is_some() && !named.contains_key(&event.parcel_id) {
            named.insert(event.parcel_id.clone(), Parcel::placed(created_at));
        }
    }
    if named.is_empty() {
        named.insert(None, Parcel::placed(created_at));
    }
    for event in events {
        let Fact::Became(status, _) = &event.fact else { continue };
        let at = event.occurred_at.max(created_at);
        match named.get_mut(&event.parcel_id).filter(|_| event.parcel_id.is_some()) {
            Some(parcel) => parcel.apply(*status, at),
            None => named.values_mut().for_each(|parcel| parcel.apply(*status, at)),
        }
    }
    named.values_mut().for_each(|parcel| parcel.steps = merge_steps([&*parcel]));
    named
}

/// The positions of the events that decide the parcels of an order, apart from their steps before the last one: at most 13 for each
/// parcel.
pub(crate) fn deciding_events(created_at: Instant, events: &[&OrderEvent]) -> Vec<usize> {
    let names: BTreeSet<&ParcelId> = events.iter().filter_map(|event| event.parcel_id.as_ref()).collect();
    let mut positions = Vec::new();
    let ids: Vec<Option<&ParcelId>> = if names.is_empty() { vec![None] } else { names.into_iter().map(Some).collect() };
    for id in ids {
        let mut parcel = Parcel::placed(created_at);
        let (mut last_step, mut last_outcome) = (None, None);
        let naming = events.iter().position(|event| event.parcel_id.as_ref() == id);
        positions.extend(naming.filter(|_| id.is_some()));
        for (position, event) in events.iter().enumerate() {
            let is_about = event.parcel_id.is_none() || event.parcel_id.as_ref() == id;
            let (Fact::Became(status, _), true) = (&event.fact, is_about) else { continue };
            let before = parcel.clone();
            parcel.apply(*status, event.occurred_at.max(created_at));
            if parcel.steps.len() > before.steps.len() {
                last_step = Some(position);
                parcel.steps.drain(1..parcel.steps.len() - 1);
            }
            if parcel.completion != before.completion {
                last_outcome = Some(position);
            }
            if parcel.milestones() != before.milestones() {
                positions.push(position);
            }
        }
        positions.extend(last_step.into_iter().chain(last_outcome));
    }
    positions
}

/// How an order stands by its parcels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) steps: Vec<Step>,
    pub(crate) completion: Option<(Instant, Outcome)>,
    pub(crate) handover: Option<Instant>,
    pub(crate) actual_delivery: Option<Instant>,
    pub(crate) refunded_at: Option<Instant>,
    pub(crate) returned_at: Option<Instant>,
    pub(crate) replacement_arrived_at: Option<Instant>,
}

/// The order that these parcels make, sorted by id. A cancelled parcel does not count, unless all are cancelled.
pub(crate) fn merge<'p>(parcels: impl Iterator<Item = &'p Parcel> + Clone) -> Merged {
    let mut rest = parcels.clone();
    if let (Some(only), None) = (rest.next(), rest.next()) {
        let Parcel { steps, completion, handover, actual_delivery, refunded_at, returned_at, .. } = only.clone();
        let replacement_arrived_at = only.replacement_arrived_at;
        return Merged {
            steps,
            completion,
            handover,
            actual_delivery,
            refunded_at,
            returned_at,
            replacement_arrived_at,
        };
    }
    let is_cancelled = |parcel: &&Parcel| parcel.status() == Status::Cancelled;
    let all_cancelled = parcels.clone().all(|parcel| is_cancelled(&parcel));
    let counted = parcels.clone().filter(move |parcel| all_cancelled || !is_cancelled(parcel));
    let last = |when: fn(&Parcel) -> Option<Instant>| {
        let times = counted.clone().map(when).collect::<Option<Vec<_>>>();
        times.and_then(|times| times.into_iter().max())
    };
    let first = |when: fn(&Parcel) -> Option<Instant>| parcels.clone().filter_map(when).min();
    let outcomes = || counted.clone().filter_map(|parcel| parcel.completion).map(|(_, outcome)| outcome);
    let issue = outcomes().find(|outcome| outcome.status().is_issue());
    let outcome = issue.unwrap_or(if all_cancelled { Outcome::Cancelled } else { Outcome::Arrived });
    let end = last(|parcel| parcel.completion.map(|(at, _)| at));
    Merged {
        steps: merge_steps(counted.clone()),
        completion: end.map(|end| (end, outcome)),
        handover: last(|parcel| parcel.handover),
        actual_delivery: last(|parcel| parcel.actual_delivery),
        refunded_at: first(|parcel| parcel.refunded_at),
        returned_at: first(|parcel| parcel.returned_at),
        replacement_arrived_at: first(|parcel| parcel.replacement_arrived_at),
    }
}

/// How far a parcel is on its way: a delayed one is less far than one that is on time.
fn distance(status: ActiveStatus) -> usize {
    match status {
        ActiveStatus::Placed => 0,
        ActiveStatus::ShippingDelayed => 1,
        ActiveStatus::ShippingOnTime => 2,
    }
}

const BY_DISTANCE: [ActiveStatus; 3] =
    [ActiveStatus::Placed, ActiveStatus::ShippingDelayed, ActiveStatus::ShippingOnTime];

/// The steps of all parcels together: at each instant the least far of those that are open. The first step is `Placed`, equal
/// neighbours are one step, and of the steps of one instant only the last counts.
fn merge_steps<'p>(parcels: impl IntoIterator<Item = &'p Parcel>) -> Vec<Step> {
    let mut moves: Vec<(Instant, usize, i64)> = Vec::new();
    for parcel in parcels {
        let mut before: Option<ActiveStatus> = None;
        for step in &parcel.steps {
            moves.extend(before.map(|status| (step.at, distance(status), -1)));
            moves.push((step.at, distance(step.status), 1));
            before = Some(step.status);
        }
        if let (Some(status), Some((end, _))) = (before, parcel.completion) {
            moves.push((end, distance(status), -1));
        }
    }
    moves.sort_unstable();
    let mut steps: Vec<Step> = Vec::new();
    let mut open = [0; 3];
    for moves in moves.chunk_by(|one, other| one.0 == other.0) {
        let at = moves[0].0;
        if steps.is_empty() {
            steps.push(Step { status: ActiveStatus::Placed, at });
        }
        moves.iter().for_each(|(_, distance, amount)| open[*distance] += amount);
        let Some(status) = BY_DISTANCE.into_iter().find(|status| open[distance(*status)] > 0) else { continue };
        if steps.last().is_none_or(|last| last.status != status) {
            steps.push(Step { status, at });
        }
    }
    steps
}
