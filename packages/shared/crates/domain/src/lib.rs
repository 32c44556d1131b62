//! The domain: events, orders, contributions, buckets, reports.
//!
//! Three pure functions compute everything:
//!
//! - [`fold`]: the set of an order's events → the [`Order`];
//! - [`contribution`]: an order → the entries that it adds to its vendor's counters;
//! - [`report`]: a vendor's buckets and an instant → the [`Report`].
//!
//! This crate never reads a clock, a file, a socket or the environment, and never waits. Time is an argument.

pub mod alert;
mod at_risk;
mod beta;
mod bucket;
mod calendar;
mod contribution;
mod dashboard;
pub mod detection;
mod event;
pub mod explanation;
mod figures;
mod history;
mod ids;
mod instant;
mod json_errors;
mod level;
mod milestone;
mod month;
mod month_series;
mod month_summaries;
mod month_totals;
mod order;
mod parcel;
mod parcel_event;
mod quarters;
mod rejection;
mod report;
mod rfc3339;
mod risk;
mod search;
mod status;
mod summary;
mod varint;
mod vendor;
mod window;

pub use at_risk::{RateCounts, count_at_risk};
pub use bucket::{Bucket, CounterSeries, Counters, MinuteEntry, merge_entries};
pub use calendar::{AsOf, DAY_MINUTES, Day, DayError, Minute, ReportZone, STALL_HOURS, time_zone, time_zone_database};
pub use contribution::{
    Counter, Entry, GRACE_SECONDS, Posting, contribution, contribution_to, fact_postings, facts, postings,
};
pub use dashboard::{Dashboard, Fleet, FleetTrends, LEADERS, main_currency};
pub use event::{Destination, Fact, OrderEvent, Placement, WireDestination, WireEvent};
pub use figures::{Figures, Interval};
pub use history::{
    Change, History, HistoryFact, IngestOutcome, MOST_EVENTS, MOST_TEXT_BYTES, Occurrences, Recorded, Retraction,
};
pub use ids::{BatchId, Currency, EventId, GiftType, OrderId, ParcelId, VendorId};
pub use instant::Instant;
pub use level::{Level, LevelPeriod};
pub use milestone::Milestone;
pub use month::Month;
pub use month_series::MonthSeries;
pub use month_summaries::{MonthSummaries, MonthSummary};
pub use month_totals::{DamagedTotals, MonthTotals};
pub use order::{Note, Order, Step, fold};
pub use parcel::Parcel;
pub use parcel_event::{ParcelEvent, ParcelKey};
pub use quarters::Quarters;
pub use rejection::{FieldError, LONGEST_EVENT, Rejection};
pub use report::{Overdue, Report, Trend, Trends, figures, next_change, one_day, reliability_history, report};
pub use risk::{Risk, RiskLevel, RiskLines, RiskReason, probability_below};
pub use search::{SearchTerm, SearchTerms, TermKind, search_form};
pub use status::{ActiveStatus, Outcome, Status};
pub use vendor::{SlaPromises, Vendor, version_made_on};
pub use window::Window;
