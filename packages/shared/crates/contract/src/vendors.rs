//! Vendors: master data, and the rows of the vendor table.

use goody_domain::{Figures, Overdue, Report, Risk, RiskLevel, RiskLines, RiskReason, SlaPromises, Vendor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{IntervalView, SortOrder, TrendView, WindowParam};

/// `?date,window,sortBy,order,risk,q`: the vendors of a list, of the vendor table and of its export alike.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct VendorFilterQuery {
    /// The date, as `2026-01-31`, in the report time zone. Default: today.
    #[param(format = Date)]
    pub date: Option<String>,
    /// The days of the numbers. Default: `7d`.
    #[param(value_type = Option<WindowParam>)]
    pub window: Option<String>,
    /// The field to sort by. Default: `attention`. Vendors without a value come last.
    #[param(value_type = Option<VendorSortBy>)]
    pub sort_by: Option<String>,
    /// The sort order. Default: `asc`.
    #[param(value_type = Option<SortOrder>)]
    pub order: Option<String>,
    /// Only vendors with this risk level; several are separated by commas.
    #[param(value_type = Option<Vec<RiskLevelView>>, style = Form, explode = false)]
    pub risk: Option<String>,
    /// Only vendors whose name, id or category contains this text, ignoring case and accents.
    pub q: Option<String>,
}

/// `?limit,cursor`: the page of a list of vendors.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct VendorPageQuery {
    /// The most vendors on a page. Default: 20.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `nextCursor` of the previous page.
    pub cursor: Option<String>,
}

/// A field by which the vendor table can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a row say what they are")]
pub enum VendorSortBy {
    Attention,
    Name,
    ReliabilityScore,
    OnTimePercentage,
    TotalOrders,
    CompletedOrders,
    IssueCount,
    ActiveOrders,
    DelayedOrders,
    TrendPercentage,
    UnshippedOrders,
    StalledOrders,
    RiskLevel,
}

/// The risk level of a vendor: the worse level of two rates, its reliability and its on-time percentage.
///
/// With k successes of n, each rate has the posterior Beta(k + 4.5, n − k + 0.5). A rate without orders, or with fewer than 40 and a
/// probability of 10 to 90 % to be below 85 %, is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevelView {
    /// Too few orders to judge either rate.
    Insufficient,
    /// The judged rates are more likely at 85 % or above.
    Low,
    /// A judged rate is more likely below 85 %.
    Medium,
    /// A judged rate is more likely below its lower line: 80 % for the reliability, 75 % for the on-time percentage.
    High,
}

/// The rates that put a vendor at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum RiskReasonView {
    /// The reliability.
    Reliability,
    /// The on-time percentage.
    OnTime,
    /// Both.
    Both,
}

impl From<RiskReason> for RiskReasonView {
    fn from(reason: RiskReason) -> Self {
        match reason {
            RiskReason::Reliability => Self::Reliability,
            RiskReason::OnTime => Self::OnTime,
            RiskReason::Both => Self::Both,
        }
    }
}

/// A risk, with its reason and its probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RiskView {
    /// The risk level.
    pub risk_level: RiskLevelView,
    /// The judged rates whose level is medium or high. Null if there is none.
    #[schema(required)]
    pub risk_reason: Option<RiskReasonView>,
    /// The probability, from 0 to 1, that a judged rate is below 85 %: the larger one of the two rates. Null if neither is judged.
    #[schema(required)]
    pub risk_probability: Option<f64>,
}

impl From<Risk> for RiskView {
    fn from(Risk { level, reason, probability }: Risk) -> Self {
        Self { risk_level: level.into(), risk_reason: reason.map(Into::into), risk_probability: probability }
    }
}

impl From<RiskLevel> for RiskLevelView {
    fn from(level: RiskLevel) -> Self {
        match level {
            RiskLevel::Insufficient => Self::Insufficient,
            RiskLevel::Low => Self::Low,
            RiskLevel::Medium => Self::Medium,
            RiskLevel::High => Self::High,
        }
    }
}

/// The lines by which rates are judged, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RiskLinesView {
    /// A vendor is at risk if a rate is more likely below this line than above.
    pub at_risk_below: f64,
    /// Its risk is high if the reliability is more likely below this line.
    pub reliability_high_below: f64,
    /// Its risk is high if the on-time percentage is more likely below this line.
    pub on_time_high_below: f64,
}

impl RiskLinesView {
    /// The lines of every report.
    pub const CURRENT: Self = {
        let RiskLines { at_risk_below, reliability_high_below, on_time_high_below } = RiskLines::CURRENT;
        Self { at_risk_below, reliability_high_below, on_time_high_below }
    };
}

/// A sum of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoneyView {
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The amount, in minor units of the currency.
    pub amount: i64,
}

impl MoneyView {
    /// The amount of each currency.
    pub(crate) fn list(overdue: Option<&[Overdue]>) -> Option<Vec<Self>> {
        let view = |of: &Overdue| Self { currency: of.currency.to_string(), amount: of.amount };
        overdue.map(|overdue| overdue.iter().map(view).collect())
    }
}

/// A row of the vendor table, with the numbers of the seven days that end with the date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorRowView {
    /// The vendor id.
    pub vendor_id: String,
    /// The name of the vendor.
    pub name: String,
    /// The category of the goods that it sells.
    #[schema(required)]
    pub category: Option<String>,
    /// Percent: 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// The confidence interval of the score.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// The score for each of the 30 dates that end with this date, the oldest first.
    pub reliability30d: Vec<Option<f64>>,
    /// Orders placed in the window.
    pub total_orders: i64,
    /// Orders that arrived or became an issue in the window.
    pub completed_orders: i64,
    /// Orders promised for the window whose promise has passed, without those that were cancelled before it passed.
    pub due_orders: i64,
    /// Due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// Percent: 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Orders that were lost, damaged, undeliverable or returned in the window.
    pub issue_count: i64,
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
    /// The direction of the reliability.
    #[schema(required)]
    pub trend: Option<TrendView>,
    /// The change of the score against the seven days before, in percentage points.
    #[schema(required)]
    pub trend_percentage: Option<f64>,
    /// The risk.
    #[serde(flatten)]
    pub risk: RiskView,
}

impl VendorRowView {
    /// A row from the master data, the report, and the score for each of 30 dates.
    pub fn new(vendor: &Vendor, report: &Report, reliability30d: Vec<Option<f64>>) -> Self {
        let figures = &report.current7d;
        let trends = report.trends();
        Self {
            vendor_id: vendor.vendor_id.to_string(),
            name: vendor.name.clone(),
            category: vendor.category.clone(),
            reliability_score: figures.reliability_score(),
            reliability_interval: figures.reliability_interval().map(Into::into),
            reliability30d,
            total_orders: figures.total_orders,
            completed_orders: figures.completed_orders(),
            due_orders: figures.due_orders,
            on_time_deliveries: figures.on_time_deliveries,
            on_time_percentage: figures.on_time_percentage(),
            issue_count: figures.issue_count(),
            active_orders: figures.active_orders(),
            delayed_orders: figures.delayed_orders,
            unshipped_orders: figures.unshipped_orders,
            stalled_orders: figures.stalled_orders,
            trend: trends.direction().map(Into::into),
            trend_percentage: trends.rate(Figures::reliability_score),
            overdue_value: MoneyView::list(report.overdue.as_deref()),
            last_arrival_at: report.last_arrival_at.map(|at| at.to_string()),
            risk: report.risk.into(),
        }
    }
}

/// The position of a page in its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaginationView {
    /// The number of rows of the whole filter.
    pub total: u64,
    /// Whether there is a next page.
    pub has_more: bool,
    /// The cursor of the next page. Null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of the vendor table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorListView {
    /// The rows of the page.
    pub vendors: Vec<VendorRowView>,
    /// The position of the page in the table.
    pub pagination: PaginationView,
    /// The lines by which the rates are judged.
    pub lines: RiskLinesView,
}

/// The delivery times, in days, that a vendor promised the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlaPromisesView {
    /// Days for an ordinary order.
    pub standard_delivery: u16,
    /// Days for a rush order.
    pub rush_delivery: u16,
}

/// The master data of a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorView {
    /// The vendor id, as in the events of its orders.
    pub vendor_id: String,
    /// The name of the vendor.
    pub name: String,
    /// The category of the goods that it sells.
    #[schema(required)]
    pub category: Option<String>,
    /// Whether it accepts new orders.
    pub is_active: bool,
    /// False if the vendor is known only from the events of its orders, without master data.
    pub is_registered: bool,
    /// The contact for support.
    #[schema(required)]
    pub support_contact: Option<String>,
    /// The first day of its contract.
    #[schema(required)]
    pub contract_start_date: Option<String>,
    /// The delivery times that it promised the marketplace.
    #[schema(required)]
    pub sla_promises: Option<SlaPromisesView>,
}

impl From<&Vendor> for VendorView {
    fn from(vendor: &Vendor) -> Self {
        Self {
            vendor_id: vendor.vendor_id.to_string(),
            name: vendor.name.clone(),
            category: vendor.category.clone(),
            is_active: vendor.is_active,
            is_registered: vendor.is_registered,
            support_contact: vendor.support_contact.clone(),
            contract_start_date: vendor.contract_start_date.map(|day| day.to_string()),
            sla_promises: vendor.sla_promises.map(|SlaPromises { standard_delivery, rush_delivery }| SlaPromisesView {
                standard_delivery,
                rush_delivery,
            }),
        }
    }
}

/// The body of `PUT /api/vendors/{id}`: the complete master data of a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutVendor {
    /// The name of the vendor, 1–200 characters.
    pub name: String,
    /// The category of the goods that it sells, at most 100 characters.
    #[serde(default)]
    pub category: Option<String>,
    /// Whether it accepts new orders. Default: true.
    #[serde(default = "default_is_active")]
    pub is_active: bool,
    /// The contact for support, at most 200 characters.
    #[serde(default)]
    pub support_contact: Option<String>,
    /// The first day of its contract, as `2026-01-31`.
    #[serde(default)]
    pub contract_start_date: Option<String>,
    /// The delivery times that it promised the marketplace.
    #[serde(default)]
    pub sla_promises: Option<SlaPromisesView>,
}

fn default_is_active() -> bool {
    true
}
