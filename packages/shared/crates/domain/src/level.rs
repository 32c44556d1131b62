//! Levels: what an order is at an instant, such as shipping or overdue.
//!
//! [`crate::contribution`] counts when orders enter and leave them, and lists of orders ask whether an order is in one, so that a
//! list has the orders that a number counts.

use crate::{ActiveStatus, Counter, Instant, Order, ReportZone, Status};

/// What an order is from one instant until another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// In an active status.
    In(ActiveStatus),
    /// Active, and its promise has passed.
    Overdue,
    /// `Placed`, and its deadline for the handover has passed.
    Unshipped,
    /// On its way without an event for [`ReportZone::stall_seconds`].
    Stalled,
}

impl Level {
    /// The counter of the orders that entered it.
    pub const fn entered(self) -> Counter {
        match self {
            Self::In(status) => Counter::Entered(status),
            Self::Overdue => Counter::OverdueEntered,
            Self::Unshipped => Counter::UnshippedEntered,
            Self::Stalled => Counter::StalledEntered,
        }
    }

    /// The counter of the orders that left it.
    pub const fn left(self) -> Counter {
        match self {
            Self::In(status) => Counter::Left(status),
            Self::Overdue => Counter::OverdueLeft,
            Self::Unshipped => Counter::UnshippedLeft,
            Self::Stalled => Counter::StalledLeft,
        }
    }
}

/// A level of an order, and when it entered and left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelPeriod {
    /// The level.
    pub level: Level,
    /// When the order entered it.
    pub from: Instant,
    /// When the order left it; `None` if it has not.
    pub until: Option<Instant>,
}

impl LevelPeriod {
    /// Whether it includes the orders of a report as of `at`: what happened before that instant counts.
    pub fn includes(&self, at: Instant) -> bool {
        self.from < at && self.until.is_none_or(|until| until >= at)
    }
}

impl Order {
    /// The periods in which the order is in a level. Those of one level do not overlap. A status may be left as it is entered.
    pub fn level_periods<'o>(&'o self, zone: &'o ReportZone) -> impl Iterator<Item = LevelPeriod> + 'o {
        let end = self.left_levels_at();
        let period = |level, from, until| LevelPeriod { level, from, until };
        let ends = self.steps.iter().skip(1).map(|next| Some(next.at)).chain([end]);
        let steps = self.steps.iter().zip(ends);
        let steps = steps.map(move |(step, until)| period(Level::In(step.status), step.at, until));
        let on_its_way_since = self.steps.get(1).map(|step| step.at);
        let promise = self.placement.estimated_delivery;
        let overdue = promise.map(|promise| period(Level::Overdue, promise.max(self.created_at), end));
        let until = on_its_way_since.or(end);
        let ship_by = self.placement.ship_by;
        let unshipped = ship_by.map(|ship_by| period(Level::Unshipped, ship_by.max(self.created_at), until));
        let stalls = on_its_way_since.into_iter().flat_map(move |since| self.stalls(since, zone));
        let others = overdue.into_iter().chain(unshipped).chain(stalls);
        steps.chain(others.filter(|period| period.until.is_none_or(|until| period.from < until)))
    }

    /// When an order that is on its way since `since` had no event for [`ReportZone::stall_seconds`]: each time from then until the
    /// next event or the end.
    fn stalls<'o>(&'o self, since: Instant, zone: &'o ReportZone) -> impl Iterator<Item = LevelPeriod> + 'o {
        let events = self.occurrences.iter().map(|event| (*event).max(self.created_at));
        let next = events.clone().skip(1).map(Some).chain([None]);
        let end = self.left_levels_at();
        let quiet = events.zip(next).filter(move |(event, _)| *event >= since && end.is_none_or(|end| *event < end));
        quiet.map(move |(event, next)| LevelPeriod {
            level: Level::Stalled,
            from: event.plus_seconds(zone.stall_seconds()),
            until: next.into_iter().chain(end).min(),
        })
    }

    /// Whether the order is in a level in a report as of `at`.
    pub fn is_in(&self, level: Level, at: Instant, zone: &ReportZone) -> bool {
        self.level_periods(zone).any(|period| period.level == level && period.includes(at))
    }

    /// Whether the order entered a level before `at` and has not left it, by everything that is known of it.
    pub fn is_still_in(&self, level: Level, at: Instant, zone: &ReportZone) -> bool {
        self.level_periods(zone).any(|period| period.level == level && period.from < at && period.until.is_none())
    }

    /// The status in a report as of `at`: the active status in which the order was, or the outcome as it is known now, if it ended
    /// before. `None` if it was not placed before `at`.
    pub fn status_at(&self, at: Instant) -> Option<Status> {
        match self.completion {
            Some((end, outcome)) if end < at => Some(outcome.status()),
            _ => self.steps.iter().rev().find(|step| step.at < at).map(|step| step.status.status()),
        }
    }

    /// Whether the order is late as of `at`: it ended before and after its promise, or was open and its promise had passed.
    pub fn is_delayed_at(&self, at: Instant) -> bool {
        match self.completed_at() {
            Some(end) if end < at => self.is_delayed(end),
            _ => self.placement.estimated_delivery.is_some_and(|promise| promise < at),
        }
    }
}
