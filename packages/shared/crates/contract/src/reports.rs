//! Reports: the numbers of one vendor for one date.

use goody_domain::{Figures, Interval, Report, Status, Trend, Trends};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{IdParam, MoneyView, OrderView, RiskLinesView, RiskView, StatusBreakdown, VendorView, WindowParam};

/// `?date,window`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DateQuery {
    /// The date, as `2026-01-31`, in the report time zone. Default: today.
    #[param(format = Date)]
    pub date: Option<String>,
    /// The days of the numbers. Default: `7d`.
    #[param(value_type = Option<WindowParam>)]
    pub window: Option<String>,
}

/// `?from,to,window`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The first date. Default: 29 days before `to`.
    #[param(format = Date)]
    pub from: Option<String>,
    /// The last date. Default: today. The range has at most 400 days.
    #[param(format = Date)]
    pub to: Option<String>,
    /// The days of the numbers. Default: `7d`.
    #[param(value_type = Option<WindowParam>)]
    pub window: Option<String>,
}

/// `?date,vendorId,from,to,limit,cursor`: the reports of one date, or those of one vendor.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportListQuery {
    /// The reports of all vendors for this date. Default without `vendorId`: today. Cannot be combined with `from` or `to`.
    #[param(format = Date)]
    pub date: Option<String>,
    /// Only the reports of this vendor.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
    /// With `vendorId`: the first date. Default: 29 days before `to`.
    #[param(format = Date)]
    pub from: Option<String>,
    /// With `vendorId`: the last date. Default: today.
    #[param(format = Date)]
    pub to: Option<String>,
    /// The most reports on a page. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `nextCursor` of the previous page.
    pub cursor: Option<String>,
}

/// A 95 % Wilson interval, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntervalView {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound.
    pub upper: f64,
}

impl From<Interval> for IntervalView {
    fn from(Interval { lower, upper }: Interval) -> Self {
        Self { lower, upper }
    }
}

/// The direction of the reliability. A change of two percentage points or more is a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TrendView {
    /// Improving.
    Up,
    /// Worsening.
    Down,
    /// No trend.
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

/// The numbers of a window of seven days. Rates are in percent, and null if their denominator is 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WindowView {
    /// Orders placed in the window.
    pub total_orders: i64,
    /// Orders that arrived in the window.
    pub arrived_orders: i64,
    /// Orders that arrived or became an issue in the window.
    pub completed_orders: i64,
    /// 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// The confidence interval of the score.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// Orders that were lost, damaged, undeliverable or returned in the window.
    pub issue_count: i64,
    /// 100 × issues ÷ completed.
    #[schema(required)]
    pub issue_rate: Option<f64>,
    /// Orders cancelled in the window.
    pub cancelled_orders: i64,
    /// 100 × cancelled ÷ (completed + cancelled).
    #[schema(required)]
    pub cancellation_rate: Option<f64>,
    /// Orders promised for the window whose promise has passed, without those that were cancelled before it passed.
    pub due_orders: i64,
    /// Due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// The confidence interval of the on-time percentage.
    #[schema(required)]
    pub on_time_interval: Option<IntervalView>,
    /// The mean time from placement to arrival, in hours, over the arrived orders whose times are plausible.
    #[schema(required)]
    pub avg_delivery_hours: Option<f64>,
    /// Orders to be handed over (`shipBy`) in the window whose deadline has passed, without those that were cancelled before.
    pub ship_due_orders: i64,
    /// Those that were handed over by their deadline.
    pub shipped_on_time: i64,
    /// 100 × handed over by the deadline ÷ deadlines.
    #[schema(required)]
    pub shipped_on_time_percentage: Option<f64>,
    /// The mean time from placement to handover, in hours, over the orders handed over in the window whose times are plausible.
    #[schema(required)]
    pub avg_handover_hours: Option<f64>,
    /// Orders that customers returned in the window after they arrived. They are no issues.
    pub returned_orders: i64,
    /// Orders that were cancelled in the window after they were completed. They are no issues.
    pub refunded_orders: i64,
    /// For an active status: orders in it at the end of the window. For an outcome: orders that reached it in the window.
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
            on_time_interval: figures.on_time_interval().map(Into::into),
            avg_delivery_hours: figures.avg_delivery_hours(),
            ship_due_orders: figures.ship_due_orders,
            shipped_on_time: figures.shipped_on_time,
            shipped_on_time_percentage: figures.shipped_on_time_percentage(),
            avg_handover_hours: figures.avg_handover_hours(),
            returned_orders: figures.returned_orders,
            refunded_orders: figures.refunded_orders,
            status_counts: StatusBreakdown::from_counts(|status: Status| figures.status_count(status)),
        }
    }
}

/// The differences: current − previous, for each number. Null if either of the two is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendsView {
    /// Orders placed.
    pub total_orders: i64,
    /// Orders arrived.
    pub arrived_orders: i64,
    /// Orders completed.
    pub completed_orders: i64,
    /// The reliability, in percentage points.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// Orders that became an issue.
    pub issue_count: i64,
    /// The issue rate, in percentage points.
    #[schema(required)]
    pub issue_rate: Option<f64>,
    /// Orders cancelled.
    pub cancelled_orders: i64,
    /// The cancellation rate, in percentage points.
    #[schema(required)]
    pub cancellation_rate: Option<f64>,
    /// Orders due.
    pub due_orders: i64,
    /// Due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// The on-time percentage, in percentage points.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// The mean delivery time, in hours.
    #[schema(required)]
    pub avg_delivery_hours: Option<f64>,
    /// Orders to be handed over.
    pub ship_due_orders: i64,
    /// Orders handed over by their deadline.
    pub shipped_on_time: i64,
    /// The percentage handed over by the deadline, in percentage points.
    #[schema(required)]
    pub shipped_on_time_percentage: Option<f64>,
    /// The mean time to the handover, in hours.
    #[schema(required)]
    pub avg_handover_hours: Option<f64>,
    /// Orders returned by customers.
    pub returned_orders: i64,
    /// Orders refunded.
    pub refunded_orders: i64,
    /// Open orders at the end of each window.
    pub active_orders: i64,
    /// Delayed orders at the end of each window.
    pub delayed_orders: i64,
    /// Unshipped orders at the end of each window.
    pub unshipped_orders: i64,
    /// Stalled orders at the end of each window.
    pub stalled_orders: i64,
    /// The direction of the reliability.
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
            ship_due_orders: trends.count(|figures| figures.ship_due_orders),
            shipped_on_time: trends.count(|figures| figures.shipped_on_time),
            shipped_on_time_percentage: trends.rate(Figures::shipped_on_time_percentage),
            avg_handover_hours: trends.rate(Figures::avg_handover_hours),
            returned_orders: trends.count(|figures| figures.returned_orders),
            refunded_orders: trends.count(|figures| figures.refunded_orders),
            active_orders: trends.count(Figures::active_orders),
            delayed_orders: trends.count(|figures| figures.delayed_orders),
            unshipped_orders: trends.count(|figures| figures.unshipped_orders),
            stalled_orders: trends.count(|figures| figures.stalled_orders),
            trend_direction: trends.direction().map(Into::into),
        }
    }
}

/// The numbers of one vendor for one date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// The vendor id.
    pub vendor_id: String,
    /// The date, in the report time zone.
    pub date: String,
    /// The instant of evaluation: only events before it count.
    pub as_of: String,
    /// Open orders.
    pub active_orders: i64,
    /// Open orders whose promise has passed.
    pub delayed_orders: i64,
    /// Orders that are still `PLACED` after their deadline for the handover (`shipBy`).
    pub unshipped_orders: i64,
    /// Orders on their way without an event for 48 hours (`GOODY_STALL_HOURS`).
    pub stalled_orders: i64,
    /// The gift values of the delayed orders, by currency. Null on past dates.
    #[schema(required)]
    pub overdue_value: Option<Vec<MoneyView>>,
    /// When an order last arrived at its customer.
    #[schema(required)]
    pub last_arrival_at: Option<String>,
    /// The risk of the seven days that end with the date.
    #[serde(flatten)]
    pub risk: RiskView,
    /// The seven days that end with the date.
    pub current7d: WindowView,
    /// The seven days before.
    pub previous7d: WindowView,
    /// The window of the request, until the date. Only with `window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<WindowView>,
    /// The window before it. Only with `window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<WindowView>,
    /// The differences: current7d − previous7d.
    pub trends: TrendsView,
    /// When the latest event in the report occurred.
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
            unshipped_orders: report.current7d.unshipped_orders,
            stalled_orders: report.current7d.stalled_orders,
            risk: report.risk.into(),
            overdue_value: MoneyView::list(report.overdue.as_deref()),
            last_arrival_at: report.last_arrival_at.map(|at| at.to_string()),
            current7d: (&report.current7d).into(),
            previous7d: (&report.previous7d).into(),
            current: None,
            previous: None,
            trends: report.trends().into(),
            updated_at: report.updated_at.map(|at| at.to_string()),
        }
    }
}

impl ReportView {
    /// Adds the figures of a window and of the one before.
    #[must_use]
    pub fn with_window(self, [current, previous]: &[Figures; 2]) -> Self {
        Self { current: Some(current.into()), previous: Some(previous.into()), ..self }
    }
}

/// A vendor, its report, and its latest issues.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorReportView {
    /// The master data of the vendor.
    pub vendor: VendorView,
    /// The report of the vendor.
    pub report: ReportView,
    /// The orders that became an issue before `report.asOf`, the latest first, at most 20.
    pub recent_issues: Vec<OrderView>,
    /// The lines by which the rates are judged.
    pub lines: RiskLinesView,
}

/// A page of reports.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportListView {
    /// The reports: for one date sorted by vendor id, for one vendor sorted by date.
    pub reports: Vec<ReportView>,
    /// The cursor of the next page. Null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// The counts of a single day, for bar charts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayView {
    /// Orders placed on the day.
    pub placed_orders: i64,
    /// Orders that arrived or became an issue on the day.
    pub completed_orders: i64,
    /// Orders that became an issue on the day.
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

/// One date in the history of a vendor. The numbers outside `day` are those of the seven days that end with the date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorDayView {
    /// The date.
    pub date: String,
    /// Percent: 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// The confidence interval of the score.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// Percent: 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Orders placed in the window.
    pub total_orders: i64,
    /// Orders that arrived or became an issue in the window.
    pub completed_orders: i64,
    /// Orders that became an issue in the window.
    pub issue_count: i64,
    /// Open orders at the end of the date.
    pub active_orders: i64,
    /// Open orders whose promise has passed at the end of the date.
    pub delayed_orders: i64,
    /// The counts of the date alone.
    pub day: DayView,
}

impl VendorDayView {
    /// A row from the report of a date and the figures of the date alone.
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

/// The history of a vendor, one row for each date, for charts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorHistoryView {
    /// The vendor id.
    pub vendor_id: String,
    /// The report time zone.
    pub time_zone: String,
    /// One row for each date, the oldest first.
    pub days: Vec<VendorDayView>,
}

/// One date in the history of the fleet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetDayView {
    /// The date.
    pub date: String,
    /// The numbers of the seven days that end with the date. Counts of open orders are those at the end of the date.
    #[serde(flatten)]
    pub fleet: crate::FleetView,
    /// The counts of the date alone.
    pub day: DayView,
}

/// The history of the fleet, one row for each date, for charts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardHistoryView {
    /// The report time zone.
    pub time_zone: String,
    /// One row for each date, the oldest first.
    pub days: Vec<FleetDayView>,
}
