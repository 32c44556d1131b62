//! Where most of a rise is.

use super::decomposition::{Decomposition, GroupCounts, GroupEffect};
use super::dimension::Dimension;
use crate::detection::Rules;
use crate::detection::stored::stored;

/// A group that has most of the rise.
#[derive(Clone, Debug, PartialEq)]
pub struct Concentration {
    /// The dimension.
    pub dimension: Dimension,
    /// The group.
    pub group: String,
    /// The group's share of all misses above the expected ones; more than 1 if the others have fewer than before.
    pub share_of_excess: f64,
    /// Its share of the promises after the change.
    pub share_of_due: f64,
    /// By how much the log-likelihood of "this group changed" is above that of "the others changed", in nats.
    pub contrast: f64,
}

stored!(Concentration { dimension, group, share_of_excess, share_of_due, contrast });

/// The group with the greatest contrast, of those that pass every line of the rules. Of equal ones, the first.
pub(crate) fn concentration(rules: &Rules, dimensions: &[(Dimension, Decomposition)]) -> Option<Concentration> {
    let candidates = dimensions.iter().flat_map(|(dimension, decomposition)| {
        let of_group = |group| candidate(rules, *dimension, decomposition, group);
        decomposition.groups.iter().filter_map(of_group)
    });
    candidates.reduce(|best, other| if other.contrast > best.contrast { other } else { best })
}

fn candidate(
    rules: &Rules,
    dimension: Dimension,
    decomposition: &Decomposition,
    effect: &GroupEffect,
) -> Option<Concentration> {
    let excess = decomposition.groups.iter().fold(0.0, |sum, group| sum + group.excess);
    let counts = &effect.counts;
    let is_large = counts.due_before.min(counts.due_after) >= rules.least_group_due;
    if decomposition.groups.len() < 2 || excess <= 0.0 || !is_large {
        return None;
    }
    let share_of_excess = effect.excess / excess;
    let share_of_due = counts.due_after as f64 / decomposition.total.due_after as f64;
    let others = decomposition.groups.iter().filter(|group| group.group != effect.group);
    let others = others.fold(GroupCounts::default(), |sum, group| sum.plus(&group.counts));
    let contrast = evidence_of_change(counts) - evidence_of_change(&others);
    let is_concentrated = share_of_excess >= rules.least_share_of_excess
        && share_of_due <= rules.greatest_share_of_due
        && share_of_excess - share_of_due >= rules.least_surplus_of_share
        && contrast >= rules.least_contrast;
    let group = effect.group.clone();
    is_concentrated.then_some(Concentration { dimension, group, share_of_excess, share_of_due, contrast })
}

/// The logarithm of the likelihood ratio of two rates, one for each window, against one rate for both (S. S. Wilks, Annals of
/// Mathematical Statistics 9 (1938): 60–62).
fn evidence_of_change(counts: &GroupCounts) -> f64 {
    let GroupCounts { due_before, missed_before, due_after, missed_after } = *counts;
    let two = log_likelihood(missed_before, due_before) + log_likelihood(missed_after, due_after);
    two - log_likelihood(missed_before + missed_after, due_before + due_after)
}

/// The greatest log-likelihood of x misses of n promises.
fn log_likelihood(x: i64, n: i64) -> f64 {
    let of_part = |part: i64| if part == 0 { 0.0 } else { part as f64 * libm::log(part as f64 / n as f64) };
    of_part(x) + of_part(n - x)
}
