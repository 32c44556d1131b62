//! The dashboard: the numbers of the whole fleet for one date.

use goody_domain::{Dashboard, Figures, Fleet, FleetTrends, Report, Risk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CallView, ChangesView, GapsView, HealthStatus, IntervalView, MoneyView, RiskLinesView, RiskView};

/// All vendors together: sums over vendors, and rates computed from those sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetView {
    /// Percent: 100 × arrived ÷ completed, over all vendors. Null if no order is completed.
    #[schema(required)]
    pub overall_reliability: Option<f64>,
    /// Percent: 100 × on time ÷ due, over all vendors. Null if no order is due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Orders placed in the seven days.
    pub total_orders: i64,
    /// Orders that arrived or became an issue in the seven days.
    pub completed_orders: i64,
    /// Orders that became an issue in the seven days.
    pub issue_count: i64,
    /// Orders promised for the window whose promise has passed, without those that were cancelled before it passed.
    pub due_orders: i64,
    /// Due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// Open orders.
    pub total_active_orders: i64,
    /// Open orders whose promise has passed.
    pub total_delayed_orders: i64,
    /// Orders that are still `PLACED` after their deadline for the handover.
    pub total_unshipped_orders: i64,
    /// Orders on their way without an event for 48 hours.
    pub total_stalled_orders: i64,
    /// Vendors whose risk level is medium or high.
    pub at_risk_vendors: i64,
}

impl From<&Fleet> for FleetView {
    fn from(Fleet { figures, at_risk_vendors }: &Fleet) -> Self {
        Self {
            overall_reliability: figures.reliability_score(),
            on_time_percentage: figures.on_time_percentage(),
            total_orders: figures.total_orders,
            completed_orders: figures.completed_orders(),
            issue_count: figures.issue_count(),
            due_orders: figures.due_orders,
            on_time_deliveries: figures.on_time_deliveries,
            total_active_orders: figures.active_orders(),
            total_delayed_orders: figures.delayed_orders,
            total_unshipped_orders: figures.unshipped_orders,
            total_stalled_orders: figures.stalled_orders,
            at_risk_vendors: *at_risk_vendors,
        }
    }
}

/// The differences: current − previous.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardTrendsView {
    /// The reliability, in percentage points.
    #[schema(required)]
    pub reliability_trend: Option<f64>,
    /// The on-time percentage, in percentage points.
    #[schema(required)]
    pub on_time_trend: Option<f64>,
    /// Active orders.
    pub active_orders_trend: i64,
    /// Delayed orders.
    pub delayed_orders_trend: i64,
    /// Unshipped orders.
    pub unshipped_orders_trend: i64,
    /// Stalled orders.
    pub stalled_orders_trend: i64,
    /// Vendors at risk.
    pub at_risk_vendors_trend: i64,
}

impl From<FleetTrends> for DashboardTrendsView {
    fn from(trends: FleetTrends) -> Self {
        Self {
            reliability_trend: trends.reliability,
            on_time_trend: trends.on_time,
            active_orders_trend: trends.active_orders,
            delayed_orders_trend: trends.delayed_orders,
            unshipped_orders_trend: trends.unshipped_orders,
            stalled_orders_trend: trends.stalled_orders,
            at_risk_vendors_trend: trends.at_risk_vendors,
        }
    }
}

/// One of the best or the worst vendors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaderView {
    /// The vendor id.
    pub vendor_id: String,
    /// The name of the vendor.
    pub name: String,
    /// Percent: 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// The confidence interval of the score.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// The change of the score against the seven days before, in percentage points.
    #[schema(required)]
    pub trend_percentage: Option<f64>,
    /// Orders that arrived or became an issue in the seven days.
    pub completed_orders: i64,
    /// Orders that became an issue in the seven days.
    pub issue_count: i64,
    /// Percent: 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Orders due in the seven days.
    pub due_orders: i64,
    /// Open orders whose promise has passed.
    pub delayed_orders: i64,
    /// The risk.
    #[serde(flatten)]
    pub risk: RiskView,
}

impl LeaderView {
    /// The view of one vendor, from its report and its name.
    pub fn new(report: &Report, name: &str) -> Self {
        let figures = &report.current7d;
        Self {
            vendor_id: report.vendor_id.to_string(),
            name: name.to_owned(),
            reliability_score: figures.reliability_score(),
            reliability_interval: figures.reliability_interval().map(Into::into),
            trend_percentage: report.trends().rate(Figures::reliability_score),
            completed_orders: figures.completed_orders(),
            issue_count: figures.issue_count(),
            on_time_percentage: figures.on_time_percentage(),
            due_orders: figures.due_orders,
            delayed_orders: figures.delayed_orders,
            risk: report.risk.into(),
        }
    }
}

/// The age of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DataFreshness {
    /// The latest event occurred within the last hour.
    Fresh,
    /// The latest event is older than an hour.
    Stale,
    /// No event was ever received.
    Empty,
}

/// Whether the numbers are current and complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemHealthView {
    /// The status that `GET /health` returns.
    pub status: HealthStatus,
    /// The age of the data.
    pub data_freshness: DataFreshness,
    /// Whole minutes since the latest event occurred.
    #[schema(required)]
    pub last_update_minutes_ago: Option<i64>,
    /// The problems, one sentence each.
    pub issues: Vec<String>,
}

/// The dashboard of one date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardView {
    /// The date, in the report time zone.
    pub date: String,
    /// The instant of evaluation: only events before it count.
    pub as_of: String,
    /// The report time zone.
    pub time_zone: String,
    /// Whether the numbers are current and complete.
    pub system_health: SystemHealthView,
    /// The seven days that end with the date.
    pub current: FleetView,
    /// The seven days before.
    pub previous: FleetView,
    /// The differences: current − previous.
    pub trends: DashboardTrendsView,
    /// The gift values of the delayed orders, by currency. Null on past dates.
    #[schema(required)]
    pub overdue_value: Option<Vec<MoneyView>>,
    /// What is missing. `unplacedOrders` is null on past dates.
    #[serde(flatten)]
    pub gaps: GapsView,
    /// The risk of the fleet, by the sums of its vendors in the seven days that end with the date.
    #[serde(flatten)]
    pub risk: RiskView,
    /// Which vendors began to fail.
    #[serde(flatten)]
    pub changes: ChangesView,
    /// The vendors to call, the first one first, at most 10: those of high risk, those of medium risk or that miss more promises than
    /// before, then others with overdue orders; of each kind by certainty × overdue value, then by certainty × overdue orders.
    pub calls: Vec<CallView>,
    /// The lines by which the rates are judged.
    pub lines: RiskLinesView,
    /// The vendors of low risk with the highest lower bound of the interval, best first, at most 10.
    pub top_performing_vendors: Vec<LeaderView>,
    /// The vendors of high risk, those most likely at risk first, at most 10.
    pub underperforming_vendors: Vec<LeaderView>,
}

impl DashboardView {
    /// The view of a dashboard. `name` returns the name of the vendor of a report.
    pub fn new<'n>(
        dashboard: &Dashboard<'_>,
        time_zone: &str,
        system_health: SystemHealthView,
        gaps: GapsView,
        (changes, calls): (ChangesView, Vec<CallView>),
        name: impl Fn(&Report) -> &'n str,
    ) -> Self {
        let leaders =
            |reports: &[&Report]| reports.iter().map(|report| LeaderView::new(report, name(report))).collect();
        Self {
            date: dashboard.date.to_string(),
            as_of: dashboard.as_of.to_string(),
            time_zone: time_zone.to_owned(),
            system_health,
            current: (&dashboard.current).into(),
            previous: (&dashboard.previous).into(),
            trends: dashboard.trends().into(),
            overdue_value: MoneyView::list(dashboard.overdue.as_deref()),
            gaps,
            risk: Risk::of(&dashboard.current.figures).into(),
            changes,
            calls,
            lines: RiskLinesView::CURRENT,
            top_performing_vendors: leaders(&dashboard.top_performing),
            underperforming_vendors: leaders(&dashboard.underperforming),
        }
    }
}
