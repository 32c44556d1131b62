//! Whether the program works, measured.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The whole program, or one thing it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// Works.
    Healthy,
    /// Works, but something needs attention.
    Degraded,
    /// Does not work.
    Unhealthy,
}

/// One thing the program depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// How it is.
    pub status: HealthStatus,
    /// What was measured, in plain words.
    pub detail: String,
    /// How long the check took, in milliseconds.
    pub latency_ms: f64,
}

/// Everything the program depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChecksView {
    /// A read of the order store.
    pub order_store: CheckView,
    /// How far the reports are behind the orders.
    pub change_feed: CheckView,
    /// When the reports were last brought up to the clock.
    pub reports: CheckView,
    /// When the timer last ticked.
    pub scheduler: CheckView,
}

/// How old the data is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataFreshnessView {
    /// When the latest fact occurred.
    #[schema(required)]
    pub last_order_update: Option<String>,
    /// When the reports were last brought up to the clock.
    #[schema(required)]
    pub last_report_update: Option<String>,
    /// Whole minutes since `lastOrderUpdate`.
    #[schema(required)]
    pub minutes_since_last_update: Option<i64>,
}

/// Changes that no report reflects yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeLagView {
    /// How many.
    pub changes: u64,
    /// How long the oldest of them has waited, in seconds; 0 without any.
    pub seconds: f64,
}

/// What the system does, counted; `null` where the store did not say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemMetricsView {
    /// Orders placed in the last 24 hours, to the whole minute.
    #[serde(rename = "ordersLast24h")]
    #[schema(required)]
    pub orders_last_24h: Option<i64>,
    /// Vendors that have a report.
    #[schema(required)]
    pub reports: Option<u64>,
    /// Changes that no report reflects yet.
    #[schema(required)]
    pub change_lag: Option<ChangeLagView>,
}

/// What `GET /health` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum HealthAnswer {
    /// Everything.
    Whole(Box<HealthView>),
    /// Where reads are protected, to callers without a token of the scope `read`.
    Summary(HealthSummaryView),
}

/// The status alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthSummaryView {
    /// The worst of the checks.
    pub status: HealthStatus,
}

/// How days are cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeZoneView {
    /// The IANA name of the report time zone.
    pub name: String,
    /// The version of the time zone database in the program, such as `2026a`.
    pub database: String,
}

/// `GET /health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    /// The worst of the checks.
    pub status: HealthStatus,
    /// Each dependency.
    pub checks: ChecksView,
    /// How old the data is.
    pub data_freshness: DataFreshnessView,
    /// What the system does.
    pub system_metrics: SystemMetricsView,
    /// What is wrong, in plain words.
    pub issues: Vec<String>,
    /// How days are cut.
    pub time_zone: TimeZoneView,
    /// When this was measured.
    pub timestamp: String,
    /// The program's version.
    pub version: String,
    /// Seconds since the program started.
    pub uptime: f64,
}
