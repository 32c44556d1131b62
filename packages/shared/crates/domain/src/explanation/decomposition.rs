//! A rise of the rate of misses by the groups of one dimension: what their rates and their shares add.

use super::windows::Side;
use crate::detection::stored::stored;

/// The promises of one group in both windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Promises before the change.
    pub due_before: i64,
    /// Those that were missed.
    pub missed_before: i64,
    /// Promises after the change.
    pub due_after: i64,
    /// Those that were missed.
    pub missed_after: i64,
}

stored!(GroupCounts { due_before, missed_before, due_after, missed_after });

impl GroupCounts {
    pub(crate) fn add(&mut self, side: Side, is_missed: bool) {
        let (due, missed) = match side {
            Side::Before => (&mut self.due_before, &mut self.missed_before),
            Side::After => (&mut self.due_after, &mut self.missed_after),
        };
        *due += 1;
        *missed += i64::from(is_missed);
    }

    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            due_before: self.due_before + other.due_before,
            missed_before: self.missed_before + other.missed_before,
            due_after: self.due_after + other.due_after,
            missed_after: self.missed_after + other.missed_after,
        }
    }
}

/// What one group adds to the rise. Rates are not in percent.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEffect {
    /// The group.
    pub group: String,
    /// Its promises.
    pub counts: GroupCounts,
    /// What the change of its rate adds.
    pub rate: f64,
    /// What the change of its share adds.
    pub mix: f64,
    /// Its misses above those that its rate before the change would have given.
    pub excess: f64,
}

stored!(GroupEffect { group, counts, rate, mix, excess });

/// A rise of the rate of misses by the groups of one dimension: the sum of all their effects is `after − before`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// The rate of misses before the change.
    pub before: f64,
    /// The rate of misses after it.
    pub after: f64,
    /// All promises.
    pub total: GroupCounts,
    /// The effects, ordered by group.
    pub groups: Vec<GroupEffect>,
}

stored!(Decomposition { before, after, total, groups });

impl Decomposition {
    /// Decomposes the rise over groups. `None` if a window has no promises.
    ///
    /// E. M. Kitagawa, "Components of a Difference Between Two Rates", Journal of the American Statistical Association 50 (1955):
    /// 1168–1194. A group that is missing in one window has the rate of the other there.
    pub fn of(groups: Vec<(String, GroupCounts)>) -> Option<Self> {
        let total = groups.iter().fold(GroupCounts::default(), |total, (_, counts)| total.plus(counts));
        if total.due_before == 0 || total.due_after == 0 {
            return None;
        }
        let before = total.missed_before as f64 / total.due_before as f64;
        let after = total.missed_after as f64 / total.due_after as f64;
        let middle = (before + after) / 2.0;
        let effect = |(group, counts): (String, GroupCounts)| {
            let rate_before = rate(counts.missed_before, counts.due_before);
            let rate_after = rate(counts.missed_after, counts.due_after);
            let known = rate_before.or(rate_after).unwrap_or(0.0);
            let (q0, q1) = (known, rate_after.unwrap_or(known));
            let w0 = counts.due_before as f64 / total.due_before as f64;
            let w1 = counts.due_after as f64 / total.due_after as f64;
            GroupEffect {
                group,
                counts,
                rate: (q1 - q0) * (w1 + w0) / 2.0,
                mix: (w1 - w0) * ((q0 + q1) / 2.0 - middle),
                excess: counts.missed_after as f64 - counts.due_after as f64 * q0,
            }
        };
        Some(Self { before, after, total, groups: groups.into_iter().map(effect).collect() })
    }

    /// The rise: the rate after the change less the rate before it.
    pub fn rise(&self) -> f64 {
        self.after - self.before
    }
}

fn rate(missed: i64, due: i64) -> Option<f64> {
    (due != 0).then(|| missed as f64 / due as f64)
}
