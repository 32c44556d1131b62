//! The windows that an explanation compares.

use std::ops::Range;

use crate::detection::Rules;
use crate::detection::stored::stored;
use crate::{Instant, Milestone, Order};

const DAY_SECONDS: i64 = 86_400;

/// The window of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before the change.
    Before,
    /// After it.
    After,
}

/// The promises before a change and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplanationWindows {
    /// The promises before the change.
    pub before: Range<Instant>,
    /// The promises after the change, up to T.
    pub after: Range<Instant>,
    /// Orders after the change were placed from here on. Of a late change, short promises fall due first: older orders would make
    /// them look like the cause.
    pub placed_from: Instant,
}

stored!(ExplanationWindows { before, after, placed_from });

impl ExplanationWindows {
    /// The windows for a change at `since`, as of `at`, for a vendor with so many promises a day: a busy vendor has shorter windows. That
    /// before the change ends with it, however long ago it was: what it is compared with must not be part of it.
    pub fn of(rules: &Rules, since: Instant, at: Instant, due_a_day: f64) -> Self {
        let [after_days, before_days] =
            if due_a_day > rules.busy_due_a_day { rules.busy_window_days } else { rules.window_days };
        let start = since.max(at.plus_seconds(-after_days * DAY_SECONDS)).min(at);
        let change = since.min(at);
        Self {
            before: change.plus_seconds(-before_days * DAY_SECONDS)..change,
            after: start..at,
            placed_from: start.plus_seconds(-DAY_SECONDS),
        }
    }

    /// The window in which an order counts; `None` if it counts in none.
    pub fn side(&self, order: &Order) -> Option<Side> {
        let promise = order.milestone(Milestone::Due)?;
        if self.before.contains(&promise) {
            return Some(Side::Before);
        }
        (self.after.contains(&promise) && order.created_at >= self.placed_from).then_some(Side::After)
    }
}
