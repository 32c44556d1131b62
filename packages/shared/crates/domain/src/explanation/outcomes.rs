//! A rise of the rate of misses by how the missed orders ended.

use std::collections::BTreeMap;

use super::dimension::{Ending, ExplainedOrder};
use crate::detection::stored::stored;

/// What the missed orders that ended in one way add to the rise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeShare {
    /// How they ended.
    pub ending: Ending,
    /// How many before the change.
    pub missed_before: i64,
    /// How many after it.
    pub missed_after: i64,
    /// What they add to the rate of misses; not in percent.
    pub points: f64,
}

stored!(OutcomeShare { ending, missed_before, missed_after, points });

/// The shares of two windows that have orders, ordered by name.
pub(crate) fn outcomes(before: &[ExplainedOrder], after: &[ExplainedOrder]) -> Vec<OutcomeShare> {
    let mut missed: BTreeMap<&str, (Ending, [i64; 2])> = BTreeMap::new();
    for (side, orders) in [before, after].into_iter().enumerate() {
        for order in orders.iter().filter(|order| order.is_missed) {
            missed.entry(order.ending.as_str()).or_insert((order.ending, [0; 2])).1[side] += 1;
        }
    }
    let (due_before, due_after) = (before.len() as f64, after.len() as f64);
    let share = |(ending, [missed_before, missed_after]): (Ending, [i64; 2])| OutcomeShare {
        ending,
        missed_before,
        missed_after,
        points: missed_after as f64 / due_after - missed_before as f64 / due_before,
    };
    missed.into_values().map(share).collect()
}
