//! Vendors: master data, and the rows of the table.

use goody_domain::{Figures, Report, RiskLevel, SlaPromises, Vendor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{IntervalView, SortOrder, TrendView};

/// `?date,sortBy,order,risk,q,limit,cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VendorListQuery {
    /// The date, as `2026-01-31`, in the report time zone. Default: today.
    #[param(format = Date)]
    pub date: Option<String>,
    /// By what they are sorted. Default: `reliabilityScore`. Vendors without the number come last.
    #[param(value_type = Option<VendorSortBy>)]
    pub sort_by: Option<String>,
    /// Default: `asc`.
    #[param(value_type = Option<SortOrder>)]
    pub order: Option<String>,
    /// Only vendors of this risk; several by commas.
    #[param(value_type = Option<Vec<RiskLevelView>>, style = Form, explode = false)]
    pub risk: Option<String>,
    /// A part of the name, the id or the category, in any case.
    pub q: Option<String>,
    /// How many vendors. Default: 20.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// By what vendors are sorted: each is a field of their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a row say what they are")]
pub enum VendorSortBy {
    Name,
    ReliabilityScore,
    OnTimePercentage,
    TotalOrders,
    CompletedOrders,
    IssueCount,
    ActiveOrders,
    DelayedOrders,
    TrendPercentage,
    RiskLevel,
}

/// How much a vendor's numbers should worry us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevelView {
    /// Too few orders completed to say.
    Insufficient,
    /// Reliable.
    Low,
    /// Below 85 %.
    Medium,
    /// Below 80 %.
    High,
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

/// A vendor in the table: the numbers of the seven days ending with the date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorRowView {
    /// The vendor.
    pub vendor_id: String,
    /// What people call it.
    pub name: String,
    /// What it sells.
    #[schema(required)]
    pub category: Option<String>,
    /// 100 × arrived ÷ completed.
    #[schema(required)]
    pub reliability_score: Option<f64>,
    /// How sure the score is.
    #[schema(required)]
    pub reliability_interval: Option<IntervalView>,
    /// The score of each of the 30 dates ending with this one, oldest first.
    pub reliability30d: Vec<Option<f64>>,
    /// Placed in the window.
    pub total_orders: i64,
    /// Arrived and issues.
    pub completed_orders: i64,
    /// 100 × on time ÷ due.
    #[schema(required)]
    pub on_time_percentage: Option<f64>,
    /// Lost, damaged, undeliverable, returned.
    pub issue_count: i64,
    /// Orders that go on.
    pub active_orders: i64,
    /// Orders that go on past their promise.
    pub delayed_orders: i64,
    /// Where reliability is going.
    #[schema(required)]
    pub trend: Option<TrendView>,
    /// Points of reliability against the seven days before.
    #[schema(required)]
    pub trend_percentage: Option<f64>,
    /// How much this should worry us.
    pub risk_level: RiskLevelView,
}

impl VendorRowView {
    /// One row: master data, the report, and the score of each of 30 dates.
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
            on_time_percentage: figures.on_time_percentage(),
            issue_count: figures.issue_count(),
            active_orders: figures.active_orders(),
            delayed_orders: figures.delayed_orders,
            trend: trends.direction().map(Into::into),
            trend_percentage: trends.rate(Figures::reliability_score),
            risk_level: RiskLevel::of(figures).into(),
        }
    }
}

/// Where a page is in its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaginationView {
    /// Rows of the whole filter.
    pub total: u64,
    /// Whether there is a next page.
    pub has_more: bool,
    /// Where it begins.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of the vendor table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorListView {
    /// The rows.
    pub vendors: Vec<VendorRowView>,
    /// Where the page is.
    pub pagination: PaginationView,
}

/// Days of delivery that a vendor promised the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlaPromisesView {
    /// Days for an ordinary order.
    pub standard_delivery: u16,
    /// Days for a rush order.
    pub rush_delivery: u16,
}

/// A vendor's master data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorView {
    /// The vendor, as its orders name it.
    pub vendor_id: String,
    /// What people call it.
    pub name: String,
    /// What it sells.
    #[schema(required)]
    pub category: Option<String>,
    /// Whether it takes new orders.
    pub is_active: bool,
    /// False while all that is known is that an order named it.
    pub is_registered: bool,
    /// Whom to write to.
    #[schema(required)]
    pub support_contact: Option<String>,
    /// The first day of its contract.
    #[schema(required)]
    pub contract_start_date: Option<String>,
    /// What it promised the marketplace.
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

/// `PUT /api/vendors/{id}`: the whole of a vendor's master data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutVendor {
    /// What people call it, 1–200 characters.
    pub name: String,
    /// What it sells.
    #[serde(default)]
    pub category: Option<String>,
    /// Whether it takes new orders. Default: true.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Whom to write to.
    #[serde(default)]
    pub support_contact: Option<String>,
    /// The first day of its contract, as `2026-01-31`.
    #[serde(default)]
    pub contract_start_date: Option<String>,
    /// What it promised the marketplace.
    #[serde(default)]
    pub sla_promises: Option<SlaPromisesView>,
}

fn yes() -> bool {
    true
}
