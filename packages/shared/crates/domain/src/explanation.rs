//! Explanation: what changed about the orders of one vendor, exact to the order.
//!
//! The promises after a change are compared with those before it. The rise of the rate of misses is split by how the missed orders ended
//! ([`OutcomeShare`]), and by one dimension at a time ([`Decomposition`]). If most of the rise is in one group, the explanation says in which
//! ([`Concentration`]): mostly in it, never because of it.

mod concentration;
mod decomposition;
mod dimension;
mod outcomes;
mod windows;

use std::collections::BTreeMap;

pub use concentration::Concentration;
pub use decomposition::{Decomposition, GroupCounts, GroupEffect};
pub use dimension::{Dimension, Ending, ExplainedOrder};
pub use outcomes::OutcomeShare;
pub use windows::{ExplanationWindows, Side};

use crate::detection::stored::{read_state, stored, write_state};
use crate::detection::{DamagedState, Rules};

/// What changed between two windows of promises of one vendor.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The rise of the rate of misses by how the missed orders ended, ordered by name; the shares sum up to it.
    pub outcomes: Vec<OutcomeShare>,
    /// The orders of both windows, and those of them that were missed.
    pub total: GroupCounts,
    /// The rise by each dimension.
    pub dimensions: Vec<(Dimension, Decomposition)>,
    /// Where most of the rise is; `None` if it is everywhere alike.
    pub concentrated: Option<Concentration>,
}

stored!(Explanation { outcomes, total, dimensions, concentrated });

/// What changed, and the windows that were compared; `None` if there was nothing to compare.
pub type Explained = Option<(ExplanationWindows, Explanation)>;

/// The stored form of what changed: some kilobytes.
pub fn write_explained(explained: &Explained) -> Vec<u8> {
    write_state(explained)
}

/// Reads the stored form of what changed.
///
/// # Errors
/// It is damaged, or of another version.
pub fn read_explained(bytes: &[u8]) -> Result<Explained, DamagedState> {
    read_state(bytes)
}

/// Explains the rise of the rate of misses from the window before to the window after, by these dimensions. `None` if a window has no
/// orders.
pub fn explain(
    rules: &Rules,
    before: &[ExplainedOrder],
    after: &[ExplainedOrder],
    dimensions: &[Dimension],
) -> Option<Explanation> {
    let by_dimension = |dimension: &Dimension| {
        let decomposition = Decomposition::of(groups(before, after, *dimension))?;
        Some((*dimension, decomposition))
    };
    let dimensions: Vec<(Dimension, Decomposition)> = dimensions.iter().map(by_dimension).collect::<Option<_>>()?;
    let concentrated = concentration::concentration(rules, &dimensions);
    let mut total = GroupCounts::default();
    before.iter().for_each(|order| total.add(Side::Before, order.is_missed));
    after.iter().for_each(|order| total.add(Side::After, order.is_missed));
    Some(Explanation { outcomes: outcomes::outcomes(before, after), total, dimensions, concentrated })
}

/// The counts of each group, ordered by name.
fn groups(before: &[ExplainedOrder], after: &[ExplainedOrder], dimension: Dimension) -> Vec<(String, GroupCounts)> {
    let mut groups: BTreeMap<&str, GroupCounts> = BTreeMap::new();
    for (orders, side) in [(before, Side::Before), (after, Side::After)] {
        for order in orders {
            groups.entry(order.group(dimension)).or_default().add(side, order.is_missed);
        }
    }
    groups.into_iter().map(|(name, counts)| (name.to_owned(), counts)).collect()
}
