//! The call sheet: which vendors to call first, and what to say.

use goody_domain::{Figures, Report, Vendor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{MoneyView, OpenEpisodeView, RiskView};

/// A vendor to call, with what there is to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    /// The vendor id.
    pub vendor_id: String,
    /// The name of the vendor.
    pub name: String,
    /// The contact for support.
    #[schema(required)]
    pub support_contact: Option<String>,
    /// How sure it is that the vendor fails, from 0 to 1: the larger probability of its change and of its risk. 0.5 if neither is judged.
    pub certainty: f64,
    /// What changed; null without an open episode.
    #[schema(required)]
    pub change: Option<OpenEpisodeView>,
    /// The risk.
    #[serde(flatten)]
    pub risk: RiskView,
    /// Open orders.
    pub active_orders: i64,
    /// Open orders whose promise has passed.
    pub delayed_orders: i64,
    /// Orders that are still `PLACED` after their deadline for the handover.
    pub unshipped_orders: i64,
    /// Orders on their way without an event for 48 hours.
    pub stalled_orders: i64,
    /// The gift values of the delayed orders, by currency. Null on past dates.
    #[schema(required)]
    pub overdue_value: Option<Vec<MoneyView>>,
    /// When an order last arrived at its customer.
    #[schema(required)]
    pub last_arrival_at: Option<String>,
    /// Orders that arrived or became an issue in the window.
    pub completed_orders: i64,
    /// Orders that were lost, damaged, undeliverable or returned in the window.
    pub issue_count: i64,
    /// Orders promised for the window whose promise has passed, without those that were cancelled before it passed.
    pub due_orders: i64,
    /// Due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// The change of the reliability against the window before, in percentage points.
    #[schema(required)]
    pub trend_percentage: Option<f64>,
}

impl CallView {
    /// A vendor to call, by its report and its open episode.
    pub fn new(vendor: &Vendor, report: &Report, certainty: f64, change: Option<OpenEpisodeView>) -> Self {
        let figures = &report.current7d;
        Self {
            vendor_id: vendor.vendor_id.to_string(),
            name: vendor.name.clone(),
            support_contact: vendor.support_contact.clone(),
            certainty,
            change,
            risk: report.risk.into(),
            active_orders: figures.active_orders(),
            delayed_orders: figures.delayed_orders,
            unshipped_orders: figures.unshipped_orders,
            stalled_orders: figures.stalled_orders,
            overdue_value: MoneyView::list(report.overdue.as_deref()),
            last_arrival_at: report.last_arrival_at.map(|at| at.to_string()),
            completed_orders: figures.completed_orders(),
            issue_count: figures.issue_count(),
            due_orders: figures.due_orders,
            on_time_deliveries: figures.on_time_deliveries,
            trend_percentage: report.trends().rate(Figures::reliability_score),
        }
    }
}
