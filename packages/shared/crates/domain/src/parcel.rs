//! A parcel of an order: the fold of the events about it, and how an order follows from its parcels.
//!
//! docs/NUMBERS.md has the rules in words. The functions are pure and total. Their time grows with the events of all parcels together,
//! their memory only with the events and the parcels: an order may have thousands of both.

use crate::{ActiveStatus, Fact, Instant, OrderEvent, Outcome, ParcelId, Status, Step};

/// A parcel as its events describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The last active status it entered before it ended.
    active: ActiveStatus,
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
            None => self.active.status(),
        }
    }

    /// What changes once at most: whether it ended, what it went through and when.
    fn milestones(&self) -> impl PartialEq + use<> {
        (
            [self.handover, self.actual_delivery, self.refunded_at, self.returned_at, self.replacement_arrived_at],
            [self.is_completed, self.is_sent_back, self.is_missing, self.is_sent_again, self.completion.is_some()],
        )
    }

    /// A parcel without events. It exists from the placement of its order on.
    const PLACED: Self = Self {
        active: ActiveStatus::Placed,
        completion: None,
        handover: None,
        actual_delivery: None,
        refunded_at: None,
        returned_at: None,
        replacement_arrived_at: None,
        is_completed: false,
        is_sent_back: false,
        is_missing: false,
        is_sent_again: false,
    };

    /// The active status, until it ends.
    fn open(&self) -> Option<ActiveStatus> {
        self.completion.is_none().then_some(self.active)
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
                    self.active = status;
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

/// One value for each parcel of an order, by the parcel's id: those that its events name, or one without a name.
type ByParcel<'e, T> = Vec<(Option<&'e ParcelId>, T)>;

fn by_parcel<'e, T: Clone>(events: &[&'e OrderEvent], value: T) -> ByParcel<'e, T> {
    let mut names: Vec<&ParcelId> = events.iter().filter_map(|event| event.parcel_id.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return vec![(None, value)];
    }
    names.into_iter().map(|name| (Some(name), value.clone())).collect()
}

/// Calls `apply` for each event and each parcel that it is about, with the position of the event, its status and its instant.
///
/// `events` are in the order of occurrence. An event without a parcel is about every parcel, and an event before the placement counts as
/// of the placement. An event about a parcel that is not in `parcels` is left out.
fn walk<T>(
    created_at: Instant,
    events: &[&OrderEvent],
    parcels: &mut [(Option<&ParcelId>, T)],
    mut apply: impl FnMut(&mut T, usize, Status, Instant),
) {
    for (position, event) in events.iter().enumerate() {
        let Fact::Became(status, _) = &event.fact else { continue };
        let at = event.occurred_at.max(created_at);
        let concerned = match &event.parcel_id {
            None => &mut *parcels,
            Some(id) => match parcels.binary_search_by_key(&Some(id), |(name, _)| *name) {
                Ok(found) => &mut parcels[found..=found],
                Err(_) => continue,
            },
        };
        concerned.iter_mut().for_each(|(_, parcel)| apply(parcel, position, *status, at));
    }
}

/// The positions of the events that decide the parcels of an order, apart from their steps before the last one: at most 13 for each
/// parcel.
pub(crate) fn deciding_events(created_at: Instant, events: &[&OrderEvent]) -> Vec<usize> {
    #[derive(Clone, Copy)]
    struct Decided {
        parcel: Parcel,
        naming: Option<usize>,
        last_step: Option<usize>,
        last_outcome: Option<usize>,
    }
    let nothing = Decided { parcel: Parcel::PLACED, naming: None, last_step: None, last_outcome: None };
    let mut parcels = by_parcel(events, nothing);
    let mut positions = Vec::new();
    walk(created_at, events, &mut parcels, |decided, position, status, at| {
        let before = decided.parcel;
        decided.parcel.apply(status, at);
        if events[position].parcel_id.is_some() {
            decided.naming.get_or_insert(position);
        }
        if decided.parcel.active != before.active {
            decided.last_step = Some(position);
        }
        if decided.parcel.completion != before.completion {
            decided.last_outcome = Some(position);
        }
        if decided.parcel.milestones() != before.milestones() {
            positions.push(position);
        }
    });
    positions.extend(
        parcels.iter().flat_map(|(_, decided)| [decided.naming, decided.last_step, decided.last_outcome]).flatten(),
    );
    positions
}

/// How an order stands by its parcels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) parcels: Vec<(ParcelId, Parcel)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) completion: Option<(Instant, Outcome)>,
    pub(crate) handover: Option<Instant>,
    pub(crate) actual_delivery: Option<Instant>,
    pub(crate) refunded_at: Option<Instant>,
    pub(crate) returned_at: Option<Instant>,
    pub(crate) replacement_arrived_at: Option<Instant>,
}

/// The parcels of an order that was placed at `created_at`, and the order that they make. `events` are in the order of occurrence.
///
/// A cancelled parcel does not count, unless all are cancelled.
pub(crate) fn merge(created_at: Instant, events: &[&OrderEvent]) -> Merged {
    let mut parcels = by_parcel(events, Parcel::PLACED);
    let mut steps = apply_all(created_at, events, &mut parcels);
    let is_cancelled = |parcel: &Parcel| parcel.status() == Status::Cancelled;
    let all_cancelled = parcels.iter().all(|(_, parcel)| is_cancelled(parcel));
    let is_counted = |parcel: &Parcel| all_cancelled || !is_cancelled(parcel);
    let counted = || parcels.iter().map(|(_, parcel)| parcel).filter(|parcel| is_counted(parcel));
    if counted().count() < parcels.len() {
        let of_counted = parcels.iter().filter(|(_, parcel)| is_counted(parcel));
        let mut of_counted: ByParcel<'_, Parcel> = of_counted.map(|(name, _)| (*name, Parcel::PLACED)).collect();
        steps = apply_all(created_at, events, &mut of_counted);
    }
    let last = |when: fn(&Parcel) -> Option<Instant>| {
        counted().map(when).reduce(|one, other| Some(one?.max(other?))).flatten()
    };
    let first = |when: fn(&Parcel) -> Option<Instant>| parcels.iter().filter_map(|(_, parcel)| when(parcel)).min();
    let issue = counted()
        .find_map(|parcel| parcel.completion.map(|(_, outcome)| outcome).filter(|outcome| outcome.status().is_issue()));
    let outcome = issue.unwrap_or(if all_cancelled { Outcome::Cancelled } else { Outcome::Arrived });
    let end = last(|parcel| parcel.completion.map(|(at, _)| at));
    Merged {
        steps,
        completion: end.map(|end| (end, outcome)),
        handover: last(|parcel| parcel.handover),
        actual_delivery: last(|parcel| parcel.actual_delivery),
        refunded_at: first(|parcel| parcel.refunded_at),
        returned_at: first(|parcel| parcel.returned_at),
        replacement_arrived_at: first(|parcel| parcel.replacement_arrived_at),
        parcels: parcels.iter().filter_map(|(name, parcel)| Some((name.cloned()?, *parcel))).collect(),
    }
}

/// How far a parcel is on its way, from the least: a delayed one is less far than one that is on time.
const BY_DISTANCE: [ActiveStatus; 3] =
    [ActiveStatus::Placed, ActiveStatus::ShippingDelayed, ActiveStatus::ShippingOnTime];

/// Applies the events to the parcels, and returns the steps of all of them together: at each instant the least far of those that are
/// open. The first step is `Placed`, equal neighbours are one step, and of the steps of one instant only the last counts.
fn apply_all(created_at: Instant, events: &[&OrderEvent], parcels: &mut [(Option<&ParcelId>, Parcel)]) -> Vec<Step> {
    let mut open = [0_usize; 3];
    open[ActiveStatus::Placed as usize] = parcels.len();
    let mut steps = vec![Step { status: ActiveStatus::Placed, at: created_at }];
    // The least far status after the events so far of the instant.
    let mut latest = (created_at, Some(ActiveStatus::Placed));
    let mut end_instant = |(at, status): (Instant, Option<ActiveStatus>)| {
        let status = status.filter(|status| steps.last().is_none_or(|last| last.status != *status));
        steps.extend(status.map(|status| Step { status, at }));
    };
    walk(created_at, events, parcels, |parcel, _, status, at| {
        if latest.0 < at {
            end_instant(latest);
        }
        let before = parcel.open();
        parcel.apply(status, at);
        let after = parcel.open();
        if let Some(before) = before {
            open[before as usize] -= 1;
        }
        if let Some(after) = after {
            open[after as usize] += 1;
        }
        latest = (at, BY_DISTANCE.into_iter().find(|status| open[*status as usize] > 0));
    });
    end_instant(latest);
    steps
}
