//! The call sheet: which vendors to call first.

use std::cmp::Ordering;

use goody_application::read::{FleetReports, FleetRow};
use goody_contract::CallView;
use goody_domain::{RiskLevel, main_currency};

use crate::signals::Found;

/// The most vendors of a call sheet.
const MOST_CALLS: usize = 10;
/// The certainty of a vendor that cannot be judged.
const UNKNOWN: f64 = 0.5;

/// The place of a vendor on the call sheet.
struct Place<'a> {
    row: &'a FleetRow,
    /// 0 if its risk is high, 1 if the risk is medium or more promises are missed than before, else 2.
    class: u8,
    certainty: f64,
    /// What its overdue orders are worth in the currency of most overdue orders, in minor units. 0 on past dates.
    value: f64,
}

/// The vendors to call, the first one first: those of high risk, those of medium risk or with an open episode, and others with overdue
/// orders; of each kind by certainty × overdue value, then by certainty × overdue orders.
pub(crate) fn calls<'a>(fleet: &'a FleetReports, found: Option<&Found>) -> Vec<CallView> {
    let currency = main_currency(fleet.rows.iter().map(|row| &row.current.report));
    let place = |row: &'a FleetRow| {
        let FleetRow { vendor, current, .. } = row;
        let report = &current.report;
        let change = found.and_then(|found| found.probability_of_change(&vendor.vendor_id));
        let class = match (change, report.risk.level) {
            (_, RiskLevel::High) => 0,
            (Some(_), _) | (_, RiskLevel::Medium) => 1,
            _ if report.current7d.delayed_orders > 0 => 2,
            _ => return None,
        };
        let probabilities = [change, report.risk.probability].into_iter().flatten();
        Some(Place {
            row,
            class,
            certainty: probabilities.reduce(f64::max).unwrap_or(UNKNOWN),
            value: report.overdue_in(currency) as f64,
        })
    };
    let mut places: Vec<Place<'_>> = fleet.rows.iter().filter_map(|row| place(row)).collect();
    places.sort_by(Place::cmp);
    let call = |Place { row, certainty, .. }| {
        let change = found.and_then(|found| found.open_of(&row.vendor.vendor_id));
        CallView::new(&row.vendor, &row.current.report, certainty, change)
    };
    places.into_iter().take(MOST_CALLS).map(call).collect()
}

impl Place<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let overdue = |place: &Self| place.certainty * place.row.current.report.current7d.delayed_orders as f64;
        self.class
            .cmp(&other.class)
            .then_with(|| (other.certainty * other.value).total_cmp(&(self.certainty * self.value)))
            .then_with(|| overdue(other).total_cmp(&overdue(self)))
            .then_with(|| other.certainty.total_cmp(&self.certainty))
            .then_with(|| self.row.vendor.vendor_id.cmp(&other.row.vendor.vendor_id))
    }
}
