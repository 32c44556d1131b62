//! Blind slots: those in which almost nothing was received from any vendor.

use super::rules::Rules;

/// Whether a slot is blind: its facts, of all vendors, are few against what is usual in the same slot of a day. `before` are the
/// facts of the same slot of the [`Rules::usual_days`] days before it, or of all days if there are fewer.
///
/// What is usual is the upper median. If facts of a blind slot arrive later, it is not blind any more when it is judged anew.
pub fn is_blind(rules: &Rules, before: &[i64], facts: i64) -> bool {
    if before.len() < rules.least_usual_days {
        return false;
    }
    let mut before = before.to_vec();
    let middle = before.len() / 2;
    let usual = *before.select_nth_unstable(middle).1;
    usual >= rules.least_usual_facts && facts.saturating_mul(rules.blind_ratio) < usual
}
