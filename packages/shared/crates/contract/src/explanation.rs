//! Explanation: what changed about the orders of a vendor.

use std::collections::BTreeMap;

use goody_domain::explanation::{Concentration, Decomposition, Explanation, ExplanationWindows, GroupEffect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The promises of one side of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComparedWindowView {
    /// Promises that passed from here on.
    pub from: String,
    /// Promises that passed before.
    pub to: String,
    /// Only orders that were placed from here on; null for the window before the change.
    #[schema(required)]
    pub placed_since: Option<String>,
    /// The promises that passed.
    pub due: i64,
    /// Those that were missed.
    pub missed: i64,
    /// The share of missed promises, in percent.
    pub rate: f64,
}

/// The missed orders that ended in one way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeShareView {
    /// How they ended: `OPEN`, `ARRIVED_LATE`, or an outcome.
    pub outcome: String,
    /// How many before the change.
    pub missed_before: i64,
    /// How many after it.
    pub missed_after: i64,
    /// What they add to the rise of the rate, in percentage points; the sum of all is the rise.
    pub points: f64,
}

/// What the orders of one group add to the rise of the rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupEffectView {
    /// The group; empty if it is unknown.
    pub group: String,
    /// Its promises before the change.
    pub due_before: i64,
    /// Those that were missed.
    pub missed_before: i64,
    /// Its promises after the change.
    pub due_after: i64,
    /// Those that were missed.
    pub missed_after: i64,
    /// What the change of its rate adds, in percentage points.
    pub rate: f64,
    /// What the change of its share of the orders adds, in percentage points. The sum of `rate` and `mix` of all groups is the rise.
    pub mix: f64,
    /// Its missed promises above those that its rate before the change would have given.
    pub excess: f64,
}

/// The group that most of the rise is in. This is no proof that the group is the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConcentrationView {
    /// The dimension, a name in `dimensions`.
    pub dimension: String,
    /// The group.
    pub group: String,
    /// The group's part of `excess`, from 0; above 1 if the other groups have fewer misses than before.
    pub share_of_excess: f64,
    /// The group's part of the promises after the change, from 0 to 1.
    pub share_of_due: f64,
}

/// What changed about a vendor's orders: those due after the change compared with those due before, read when it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationView {
    /// The promises before the change.
    pub before: ComparedWindowView,
    /// The promises after it.
    pub after: ComparedWindowView,
    /// The rise of the rate by how the missed orders stand.
    pub outcomes: Vec<OutcomeShareView>,
    /// The rise of the rate by the groups of each dimension: `giftType`, `isRush` (1 or 0), `promiseDays`, `carrier`, `destination`.
    pub dimensions: BTreeMap<String, Vec<GroupEffectView>>,
    /// Where most of the rise is; null if it is everywhere alike.
    #[schema(required)]
    pub concentrated: Option<ConcentrationView>,
    /// The list of the `missed` orders of `after`.
    pub orders: String,
}

impl ExplanationView {
    /// The view of an explanation; `orders` is the address of the list of missed orders.
    pub fn new(windows: &ExplanationWindows, explanation: &Explanation, orders: String) -> Self {
        let Explanation { outcomes, total, dimensions, concentrated } = explanation;
        let window = |range: &std::ops::Range<goody_domain::Instant>, due: i64, missed: i64| ComparedWindowView {
            from: range.start.to_string(),
            to: range.end.to_string(),
            placed_since: None,
            due,
            missed,
            rate: percent(missed as f64 / due as f64),
        };
        let after = window(&windows.after, total.due_after, total.missed_after);
        Self {
            before: window(&windows.before, total.due_before, total.missed_before),
            after: ComparedWindowView { placed_since: Some(windows.placed_from.to_string()), ..after },
            outcomes: outcomes
                .iter()
                .map(|share| OutcomeShareView {
                    outcome: share.ending.as_str().to_owned(),
                    missed_before: share.missed_before,
                    missed_after: share.missed_after,
                    points: percent(share.points),
                })
                .collect(),
            dimensions: dimensions
                .iter()
                .map(|(dimension, Decomposition { groups, .. })| {
                    (dimension.as_str().to_owned(), groups.iter().map(Into::into).collect())
                })
                .collect(),
            concentrated: concentrated.as_ref().map(Into::into),
            orders,
        }
    }
}

impl From<&GroupEffect> for GroupEffectView {
    fn from(effect: &GroupEffect) -> Self {
        Self {
            group: effect.group.clone(),
            due_before: effect.counts.due_before,
            missed_before: effect.counts.missed_before,
            due_after: effect.counts.due_after,
            missed_after: effect.counts.missed_after,
            rate: percent(effect.rate),
            mix: percent(effect.mix),
            excess: rounded(effect.excess),
        }
    }
}

impl From<&Concentration> for ConcentrationView {
    fn from(concentration: &Concentration) -> Self {
        Self {
            dimension: concentration.dimension.as_str().to_owned(),
            group: concentration.group.clone(),
            share_of_excess: rounded(concentration.share_of_excess),
            share_of_due: rounded(concentration.share_of_due),
        }
    }
}

/// A number that is equal on every host, whatever its last digits are: a multiple of 1e-9.
pub fn rounded(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// A share in percent, [`rounded`].
pub fn percent(share: f64) -> f64 {
    rounded(100.0 * share)
}
