//! The whole fleet at a glance.

use goody_domain::{Dashboard, Figures, Fleet, FleetTrends, Report};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{HealthStatus, IntervalView};

/// All vendors together. Sums over vendors, and rates of those sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetView {
    /// 100 × arrived ÷ completed, of all orders.
    #[schema(required)]
    pub overall_reliability: Option<f64>,
    /// 100 × on time ÷ due, of all orders.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Placed in the seven days.
    pub total_orders: i64,
    /// Arrived and issues in the seven days.
    pub completed_orders: i64,
    /// Issues in the seven days.
    pub issue_count: i64,
    /// Orders that go on.
    pub total_active_orders: i64,
    /// Orders that go on past their promise.
    pub total_delayed_orders: i64,
    /// Vendors whose risk is medium or high.
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
            total_active_orders: figures.active_orders(),
            total_delayed_orders: figures.delayed_orders,
            at_risk_vendors: *at_risk_vendors,
        }
    }
}

/// Current − previous.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardTrendsView {
    /// Points of reliability.
    #[schema(required)]
    pub reliability_trend: Option<f64>,
    /// Points of the on-time percentage.
    #[schema(required)]
    pub on_time_trend: Option<f64>,
    /// Active orders.
    pub active_orders_trend: i64,
    /// Delayed orders.
    pub delayed_orders_trend: i64,
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
            at_risk_vendors_trend: trends.at_risk_vendors,
        }
    }
}

/// A vendor among the best or the worst.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaderView {
    /// The vendor.
    pub vendor_id: String,
    /// What people call it.
    pub name: String,
    /// 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// How sure the score is.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// Points against the seven days before.
    #[schema(required)]
    pub trend_percentage: Option<f64>,
    /// Arrived and issues in the seven days.
    pub completed_orders: i64,
    /// Issues in the seven days.
    pub issue_count: i64,
    /// Orders that go on past their promise.
    pub delayed_orders: i64,
}

impl LeaderView {
    /// One vendor by its report.
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
            delayed_orders: figures.delayed_orders,
        }
    }
}

/// How old the data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DataFreshness {
    /// The latest fact occurred within the last hour.
    Fresh,
    /// It is older than an hour.
    Stale,
    /// Nothing was ever told.
    Empty,
}

/// Whether the numbers can be trusted right now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemHealthView {
    /// The same as `GET /health` says.
    pub status: HealthStatus,
    /// How old the data is.
    pub data_freshness: DataFreshness,
    /// Whole minutes since the latest fact occurred.
    #[schema(required)]
    pub last_update_minutes_ago: Option<i64>,
    /// What is wrong, in plain words.
    pub issues: Vec<String>,
}

/// The dashboard of one date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardView {
    /// The date, in the report time zone.
    pub date: String,
    /// The instant up to which everything counts.
    pub as_of: String,
    /// The zone whose days are counted.
    pub time_zone: String,
    /// Whether the numbers can be trusted right now.
    pub system_health: SystemHealthView,
    /// The seven days ending with the date.
    pub current: FleetView,
    /// The seven days before.
    pub previous: FleetView,
    /// Current − previous.
    pub trends: DashboardTrendsView,
    /// The most surely reliable vendors of low risk, best first, at most 10.
    pub top_performing_vendors: Vec<LeaderView>,
    /// The least reliable vendors below 80 %, worst first, at most 10.
    pub underperforming_vendors: Vec<LeaderView>,
}

impl DashboardView {
    /// The view of a dashboard. `name` tells what people call a vendor.
    pub fn new<'n>(
        dashboard: &Dashboard<'_>,
        time_zone: &str,
        system_health: SystemHealthView,
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
            top_performing_vendors: leaders(&dashboard.top_performing),
            underperforming_vendors: leaders(&dashboard.underperforming),
        }
    }
}
