//! Explain: what changed about the orders of one vendor, read when it is asked for. docs/INSIGHT.md explains the method.

use std::collections::BTreeMap;

use goody_domain::detection::Rules;
use goody_domain::explanation::{Dimension, ExplainedOrder, Explanation, ExplanationWindows, Side, explain};
use goody_domain::{Instant, Milestone, VendorId};

use crate::ports::{DayRange, OrderFilter, OrderReader, OrderSort, ReportReader, Result};

/// How many orders are read at a time.
const PAGE: usize = 1_000;
/// The rules of the explanation.
const RULES: Rules = Rules::QUARTERS;

/// A change of a vendor that is to be explained.
#[derive(Clone, Copy, Debug)]
pub struct ExplainedChange<'a> {
    /// The vendor.
    pub vendor_id: &'a VendorId,
    /// Since when more promises are missed.
    pub since: Instant,
    /// The instant T of the explanation: what occurs from then on does not count.
    pub at: Instant,
    /// The vendor's promises a day: a busy vendor has shorter windows.
    pub due_a_day: f64,
}

/// Reads the orders around a change, and explains it. `None` if one of the windows has no orders, or if orders of them have expired.
///
/// # Errors
/// The store failed.
pub async fn explain_change<S: OrderReader + ReportReader + ?Sized>(
    store: &S,
    change: ExplainedChange<'_>,
    now: Instant,
) -> Result<Option<(ExplanationWindows, Explanation)>> {
    let ExplainedChange { vendor_id, since, at, due_a_day } = change;
    let windows = ExplanationWindows::of(&RULES, since, at, due_a_day);
    let zone = store.zone();
    let first = zone.day(windows.before.start);
    if store.orders_kept_from(now).await?.is_some_and(|kept_from| first < kept_from) {
        return Ok(None);
    }
    let filter = OrderFilter {
        vendor_id: Some(vendor_id.clone()),
        ranges: BTreeMap::from([(Milestone::Due, DayRange { from: Some(first), to: None })]),
        due_since: Some(windows.before.start),
        as_of: Some(at),
        sort: OrderSort::Milestone(Milestone::Due),
        ..OrderFilter::default()
    };
    let (mut before, mut after, mut position) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.list(&filter, position.as_ref(), PAGE, now).await?;
        for order in &page {
            match (windows.side(order), ExplainedOrder::of(order, at, zone)) {
                (Some(Side::Before), Some(explained)) => before.push(explained),
                (Some(Side::After), Some(explained)) => after.push(explained),
                _ => {}
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => position = Some(filter.position(last)),
            _ => break,
        }
    }
    Ok(explain(&RULES, &before, &after, &Dimension::ALL).map(|explanation| (windows, explanation)))
}
