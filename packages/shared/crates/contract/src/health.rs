//! The health of the program, as measured.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::RejectionCountView;

/// The health of the program or of one dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// It works.
    Healthy,
    /// It works, but needs attention.
    Degraded,
    /// It does not work.
    Unhealthy,
}

/// The check of one dependency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// The result.
    pub status: HealthStatus,
    /// The measurement, in words.
    pub detail: String,
    /// The duration of the check, in milliseconds.
    pub latency_ms: f64,
}

/// The checks of all dependencies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChecksView {
    /// A read of the order store.
    pub order_store: CheckView,
    /// The lag of the reports behind the orders.
    pub change_feed: CheckView,
    /// The time since the last update of the reports.
    pub reports: CheckView,
    /// The time since the last tick of the timer.
    pub scheduler: CheckView,
}

/// The age of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataFreshnessView {
    /// When the latest event occurred.
    #[schema(required)]
    pub last_order_update: Option<String>,
    /// When the reports were last updated.
    #[schema(required)]
    pub last_report_update: Option<String>,
    /// Whole minutes since `lastOrderUpdate`.
    #[schema(required)]
    pub minutes_since_last_update: Option<i64>,
}

/// The changes that no report reflects yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeLagView {
    /// The number of changes.
    pub changes: u64,
    /// How long the oldest change has waited, in seconds; 0 if there is none.
    pub seconds: f64,
}

/// Counts; `null` if the store returned an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemMetricsView {
    /// Orders placed in the 24 hours before the current minute.
    #[serde(rename = "ordersLast24h")]
    #[schema(required)]
    pub orders_last_24h: Option<i64>,
    /// Vendors that have a report.
    #[schema(required)]
    pub reports: Option<u64>,
    /// The changes that no report reflects yet.
    #[schema(required)]
    pub change_lag: Option<ChangeLagView>,
}

/// The response of `GET /health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum HealthAnswer {
    /// The complete response.
    Whole(Box<HealthView>),
    /// The response to a caller without a token of the scope `read`, when reads are protected.
    Summary(HealthSummaryView),
}

/// Only the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthSummaryView {
    /// The worst result of all checks.
    pub status: HealthStatus,
}

/// The time zone that defines the days of reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeZoneView {
    /// The IANA name of the report time zone.
    pub name: String,
    /// The version of the time zone database in the program, such as `2026a`.
    pub database: String,
}

/// What is missing among the events that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapsView {
    /// Orders of which events came in, but no placement: they count nowhere until it comes.
    #[schema(required)]
    pub unplaced_orders: Option<i64>,
    /// When the latest event occurred, if that is longer ago than `GOODY_SILENCE_HOURS`.
    #[schema(required)]
    pub silent_since: Option<String>,
}

/// The ways in which the caller can send events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntakeView {
    /// Whether `POST /api/orders/events` needs a token.
    pub needs_token: bool,
    /// Whether the caller may send `POST /api/demo`: the server offers it, and the caller has the token that it may need.
    pub offers_demo: bool,
}

/// The complete response of `GET /health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    /// The worst result of all checks.
    pub status: HealthStatus,
    /// The check of each dependency.
    pub checks: ChecksView,
    /// The age of the data.
    pub data_freshness: DataFreshnessView,
    /// Counts.
    pub system_metrics: SystemMetricsView,
    /// What is missing.
    #[serde(flatten)]
    pub gaps: GapsView,
    /// What was refused and is kept: `GET /api/rejections`.
    pub rejections: RejectionCountView,
    /// The problems, one sentence each.
    pub issues: Vec<String>,
    /// The time zone that defines the days of reports.
    pub time_zone: TimeZoneView,
    /// The ways in which the caller can send events.
    pub intake: IntakeView,
    /// The time of the measurement.
    pub timestamp: String,
    /// The version of the program.
    pub version: String,
    /// Seconds since the program started.
    pub uptime: f64,
}
