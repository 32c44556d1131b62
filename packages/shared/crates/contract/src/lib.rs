//! The types of the HTTP API: requests, responses, query parameters and error codes.
//!
//! Numbers are not rounded, times are RFC 3339 in UTC, field names are camelCase. This crate computes no numbers: they all come
//! from `goody-domain`.

mod calls;
mod dashboard;
mod demo;
mod explanation;
mod health;
mod ingest;
mod judged_fleet;
mod order_filter;
mod orders;
mod params;
mod problem;
mod rejections;
mod reports;
mod signals;
mod vendors;
mod webhooks;

pub use calls::CallView;
pub use dashboard::{DashboardTrendsView, DashboardView, DataFreshness, FleetView, LeaderView, SystemHealthView};
pub use demo::DemoProgress;
pub use explanation::{
    ComparedWindowView, ConcentrationView, ExplanationView, GroupEffectView, OutcomeShareView, percent, rounded,
};
pub use health::{
    ChangeLagView, CheckView, ChecksView, DataFreshnessView, GapsView, HealthAnswer, HealthStatus, HealthSummaryView,
    HealthView, IntakeView, SystemMetricsView, TimeZoneView,
};
pub use ingest::{IngestAnswer, IngestLine, IngestResult, RetractQuery, RetractionAnswer};
pub use judged_fleet::JudgedFleet;
pub use order_filter::{OrderFilterQuery, OrderPageQuery, OrderSortBy, OutcomeView};
pub use orders::{
    ActivityView, DestinationView, HistoryEntryView, HistoryEventView, OrderDetailView, OrderEventView, OrderListView,
    OrderQuery, OrderSummaryView, OrderView, ParcelView, RecentOrderView, RecentOrdersQuery, RecentOrdersView,
    RetractionView, StatusBreakdown, StatusView, WhatChangedView,
};
pub use params::{GiftTypeParam, IdParam, SortOrder, WindowParam};
pub use problem::{ErrorCode, FieldProblem, Problem};
pub use rejections::{
    BodyEncoding, ForgottenView, RejectionCountView, RejectionView, RejectionsQuery, RejectionsView, RetryAnswer,
};
pub use reports::{
    DashboardHistoryView, DateQuery, DayView, FleetDayView, HistoryQuery, IntervalView, ReportListQuery,
    ReportListView, ReportView, TrendView, TrendsView, VendorDayView, VendorHistoryView, VendorReportView, WindowView,
};
pub use signals::{
    ChangeView, ChangesView, ClearedWhy, EpisodeFilterQuery, EpisodePageQuery, EpisodeState, EpisodeView, EpisodesView,
    EvidenceView, ExplainedEpisodeView, NotJudgedView, OpenEpisodeView, SignalName, SignalView, SignalsQuery,
    VendorSignalsView, WatchedVendorView,
};
pub use vendors::{
    MoneyView, PaginationView, PutVendor, RiskLevelView, RiskLinesView, RiskReasonView, RiskView, SlaPromisesView,
    VendorFilterQuery, VendorListView, VendorPageQuery, VendorRowView, VendorSortBy, VendorView,
};
pub use webhooks::{WebhookAnswer, WebhookResult};
