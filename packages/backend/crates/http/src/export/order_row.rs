//! An order in a table.

use std::collections::BTreeMap;

use goody_contract::OrderView;
use goody_domain::{Instant, Order};
use serde::Serialize;

use super::SECONDS_PER_DAY;

/// An order, and what a person would compute from it in a spreadsheet.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderRow {
    #[serde(flatten)]
    order: OrderView,
    vendor_name: String,
    /// Days from the promise to the arrival, or to that instant while the order is open, with one decimal. Null if it is not late, or ended without
    /// an arrival.
    days_late: Option<f64>,
    /// The value of the gift in units of the currency: 41.2 for 4,120 cents.
    value_in_currency: Option<f64>,
}

impl OrderRow {
    /// The row of an order as of an instant. `vendors` are the names of the vendors.
    pub fn new(order: &Order, as_of: Instant, vendors: &BTreeMap<String, String>) -> Self {
        let placement = &order.placement;
        let end = order.actual_delivery.or_else(|| order.completed_at().is_none().then_some(as_of));
        let late =
            placement.estimated_delivery.zip(end).map(|(promise, end)| end.seconds_since(promise) / SECONDS_PER_DAY);
        let minor_units = f64::from(10_u32.pow(placement.currency().decimals()));
        Self {
            order: OrderView::new(order, as_of),
            vendor_name: vendors.get(placement.vendor_id.as_str()).cloned().unwrap_or_default(),
            days_late: late.filter(|late| *late > 0.0).map(|late| (10.0 * late).round() / 10.0),
            value_in_currency: placement.gift_value.map(|value| value as f64 / minor_units),
        }
    }
}
