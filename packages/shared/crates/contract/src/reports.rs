//! Reports: one vendor's numbers for one date.

use goody_domain::{Figures, Interval, Report, Status, Trend, Trends};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{IdParam, OrderView, StatusBreakdown, VendorView};

/// `?date`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DateQuery {
    /// The date, as `2026-01-31`, in the report time zone. Default: today.
    #[param(format = Date)]
    pub date: Option<String>,
}

/// `?from&to`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The first date. Default: 29 days before `to`.
    #[param(format = Date)]
    pub from: Option<String>,
    /// The last date. Default: today. At most 400 days from `from`.
    #[param(format = Date)]
    pub to: Option<String>,
}

/// `?date,vendorId,from,to,limit,cursor`: the reports of one date, or those of one vendor.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportListQuery {
    /// All vendors' reports of this date. Default, without `vendorId`: today. Not together with `from` or `to`.
    #[param(format = Date)]
    pub date: Option<String>,
    /// Only this vendor's reports.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
    /// With `vendorId`: the first date. Default: 29 days before `to`.
    #[param(format = Date)]
    pub from: Option<String>,
    /// With `vendorId`: the last date. Default: today.
    #[param(format = Date)]
    pub to: Option<String>,
    /// How many reports. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// A 95 % Wilson interval, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntervalView {
    /// At least this, probably.
    pub lower: f64,
    /// At most this, probably.
    pub upper: f64,
}

impl From<Interval> for IntervalView {
    fn from(Interval { lower, upper }: Interval) -> Self {
        Self { lower, upper }
    }
}

/// Where reliability is going: two points or more are a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TrendView {
    /// Better.
    Up,
    /// Worse.
    Down,
    /// In between.
    Stable,
}

impl From<Trend> for TrendView {
    fn from(trend: Trend) -> Self {
        match trend {
            Trend::Up => Self::Up,
            Trend::Down => Self::Down,
            Trend::Stable => Self::Stable,
        }
    }
}

/// The numbers of seven days. Rates are in percent, and null where nothing was there to rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WindowView {
    /// Placed in the window.
    pub total_orders: i64,
    /// Ended in the window by arriving.
    pub arrived_orders: i64,
    /// Arrived and issues.
    pub completed_orders: i64,
    /// 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// How sure the score is.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// Lost, damaged, undeliverable, returned.
    pub issue_count: i64,
    /// 100 × issues ÷ completed.
    #[schema(required)]
    pub issue_rate: Option<f64>,
    /// Cancelled in the window.
    pub cancelled_orders: i64,
    /// 100 × cancelled ÷ (completed + cancelled).
    #[schema(required)]
    pub cancellation_rate: Option<f64>,
    /// Promised for the window, and the promise is over; not cancelled.
    pub due_orders: i64,
    /// Due, and arrived by the promise.
    pub on_time_deliveries: i64,
    /// 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Mean hours from placement to arrival, over the arrived.
    #[schema(required)]
    pub avg_delivery_hours: Option<f64>,
    /// Active statuses: orders in them at the end of the window. The rest: outcomes in the window.
    pub status_counts: StatusBreakdown,
}

impl From<&Figures> for WindowView {
    fn from(figures: &Figures) -> Self {
        Self {
            total_orders: figures.total_orders,
            arrived_orders: figures.arrived_orders(),
            completed_orders: figures.completed_orders(),
            reliability_score: figures.reliability_score(),
            reliability_interval: figures.reliability_interval().map(Into::into),
            issue_count: figures.issue_count(),
            issue_rate: figures.issue_rate(),
            cancelled_orders: figures.cancelled_orders(),
            cancellation_rate: figures.cancellation_rate(),
            due_orders: figures.due_orders,
            on_time_deliveries: figures.on_time_deliveries,
            on_time_percentage: figures.on_time_percentage(),
            avg_delivery_hours: figures.avg_delivery_hours(),
            status_counts: StatusBreakdown::from_counts(|status: Status| figures.status_count(status)),
        }
    }
}

/// Current − previous, for each number. Null where either side is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendsView {
    /// Orders placed.
    pub total_orders: i64,
    /// Orders arrived.
    pub arrived_orders: i64,
    /// Orders completed.
    pub completed_orders: i64,
    /// Points of reliability.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// Issues.
    pub issue_count: i64,
    /// Points of the issue rate.
    #[schema(required)]
    pub issue_rate: Option<f64>,
    /// Orders cancelled.
    pub cancelled_orders: i64,
    /// Points of the cancellation rate.
    #[schema(required)]
    pub cancellation_rate: Option<f64>,
    /// Orders due.
    pub due_orders: i64,
    /// Deliveries on time.
    pub on_time_deliveries: i64,
    /// Points of the on-time percentage.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Hours of delivery.
    #[schema(required)]
    pub avg_delivery_hours: Option<f64>,
    /// Active orders, against seven days before.
    pub active_orders: i64,
    /// Delayed orders, against seven days before.
    pub delayed_orders: i64,
    /// Where reliability is going.
    #[schema(required)]
    pub trend_direction: Option<TrendView>,
}

impl From<Trends<'_>> for TrendsView {
    fn from(trends: Trends<'_>) -> Self {
        Self {
            total_orders: trends.count(|figures| figures.total_orders),
            arrived_orders: trends.count(Figures::arrived_orders),
            completed_orders: trends.count(Figures::completed_orders),
            reliability_score: trends.rate(Figures::reliability_score),
            issue_count: trends.count(Figures::issue_count),
            issue_rate: trends.rate(Figures::issue_rate),
            cancelled_orders: trends.count(Figures::cancelled_orders),
            cancellation_rate: trends.rate(Figures::cancellation_rate),
            due_orders: trends.count(|figures| figures.due_orders),
            on_time_deliveries: trends.count(|figures| figures.on_time_deliveries),
            on_time_percentage: trends.rate(Figures::on_time_percentage),
            avg_delivery_hours: trends.rate(Figures::avg_delivery_hours),
            active_orders: trends.count(Figures::active_orders),
            delayed_orders: trends.count(|figures| figures.delayed_orders),
            trend_direction: trends.direction().map(Into::into),
        }
    }
}

/// One vendor's numbers for one date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// The vendor.
    pub vendor_id: String,
    /// The date, in the report time zone.
    pub date: String,
    /// The instant up to which everything counts.
    pub as_of: String,
    /// Orders that go on.
    pub active_orders: i64,
    /// Orders that go on past their promise.
    pub delayed_orders: i64,
    /// The seven days ending with the date.
    pub current7d: WindowView,
    /// The seven days before.
    pub previous7d: WindowView,
    /// Current − previous.
    pub trends: TrendsView,
    /// When the latest fact it reflects occurred.
    #[schema(required)]
    pub updated_at: Option<String>,
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        Self {
            vendor_id: report.vendor_id.to_string(),
            date: report.date.to_string(),
            as_of: report.as_of.to_string(),
            active_orders: report.current7d.active_orders(),
            delayed_orders: report.current7d.delayed_orders,
            current7d: (&report.current7d).into(),
            previous7d: (&report.previous7d).into(),
            trends: report.trends().into(),
            updated_at: report.updated_at.map(|at| at.to_string()),
        }
    }
}

/// A vendor, its report, and what went wrong lately.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorReportView {
    /// The vendor's master data.
    pub vendor: VendorView,
    /// Its report.
    pub report: ReportView,
    /// The orders that ended as an issue before `report.asOf`, the latest end first, at most 20.
    pub recent_issues: Vec<OrderView>,
}

/// A page of reports.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportListView {
    /// By vendor id for one date, by date for one vendor.
    pub reports: Vec<ReportView>,
    /// Where the next page begins.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Whether there is one.
    pub has_more: bool,
}

/// What happened on a single day, for bars under a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayView {
    /// Orders placed that day.
    pub placed_orders: i64,
    /// Orders that arrived or failed that day.
    pub completed_orders: i64,
    /// Those of them that failed.
    pub issue_count: i64,
}

impl From<&Figures> for DayView {
    fn from(figures: &Figures) -> Self {
        Self {
            placed_orders: figures.total_orders,
            completed_orders: figures.completed_orders(),
            issue_count: figures.issue_count(),
        }
    }
}

/// One date of a vendor's history. Numbers without a day of their own are those of the seven days ending with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorDayView {
    /// The date.
    pub date: String,
    /// 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// How sure the score is.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Placed in the window.
    pub total_orders: i64,
    /// Arrived and issues in the window.
    pub completed_orders: i64,
    /// Issues in the window.
    pub issue_count: i64,
    /// Active at the end of the date.
    pub active_orders: i64,
    /// Active past their promise at the end of the date.
    pub delayed_orders: i64,
    /// The date alone.
    pub day: DayView,
}

impl VendorDayView {
    /// One row: the report of a date, and what happened on the date alone.
    pub fn new(report: &Report, day: &Figures) -> Self {
        let figures = &report.current7d;
        Self {
            date: report.date.to_string(),
            reliability_score: figures.reliability_score(),
            reliability_interval: figures.reliability_interval().map(Into::into),
            on_time_percentage: figures.on_time_percentage(),
            total_orders: figures.total_orders,
            completed_orders: figures.completed_orders(),
            issue_count: figures.issue_count(),
            active_orders: figures.active_orders(),
            delayed_orders: figures.delayed_orders,
            day: day.into(),
        }
    }
}

/// A vendor's history, a row a date, for charts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorHistoryView {
    /// The vendor.
    pub vendor_id: String,
    /// The zone whose days these are.
    pub time_zone: String,
    /// Oldest first, no date left out.
    pub days: Vec<VendorDayView>,
}

/// One date of the fleet's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetDayView {
    /// The date.
    pub date: String,
    /// The seven days ending with it; levels at its end.
    #[serde(flatten)]
    pub fleet: crate::FleetView,
    /// The date alone.
    pub day: DayView,
}

/// The fleet's history, a row a date, for charts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardHistoryView {
    /// The zone whose days these are.
    pub time_zone: String,
    /// Oldest first, no date left out.
    pub days: Vec<FleetDayView>,
}
