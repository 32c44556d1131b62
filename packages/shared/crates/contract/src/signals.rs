//! Signals and episodes: which vendor began to fail, and since when.

use goody_domain::detection::{Clearing, NotJudged, Signal};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{ExplanationView, IdParam, IntervalView};

/// `?date`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SignalsQuery {
    /// The date, as `2026-01-31`, in the report time zone. Default: today.
    #[param(format = Date)]
    pub date: Option<String>,
}

/// `?from,to,vendorId`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct EpisodeFilterQuery {
    /// Only episodes that were open on this date or later. Default: 29 days before `to`.
    #[param(format = Date)]
    pub from: Option<String>,
    /// Episodes as of the end of this date. Default: today. The range has at most 400 days.
    #[param(format = Date)]
    pub to: Option<String>,
    /// Only episodes of this vendor.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
}

/// `?limit,cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct EpisodePageQuery {
    /// The most episodes on a page. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `nextCursor` of the previous page.
    pub cursor: Option<String>,
}

/// A stream of promises that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignalName {
    /// Promises, missed when they pass.
    Promise,
    /// Promises, missed when they have passed for two days.
    Grace,
    /// Promises of rush orders, missed when they pass.
    Rush,
}

/// One signal of a vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalView {
    /// Which one.
    pub signal: SignalName,
    /// How probable it is that more promises are missed than before, from 0 to 1.
    pub probability: f64,
    /// The share of missed promises that is compared with, in percent.
    pub baseline_rate: f64,
    /// Since when, if it has been on in the open episode.
    #[schema(required)]
    pub since: Option<String>,
    /// Whether it speaks for an episode.
    pub on: bool,
}

/// Whether an episode is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EpisodeState {
    /// It is open.
    Opened,
    /// It is open again, after it had recovered.
    Reopened,
    /// It is over.
    Cleared,
}

/// Why an episode is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClearedWhy {
    /// The vendor is as it was before.
    Recovered,
    /// It was no better for six weeks: this is the new normal.
    Settled,
}

/// Why changes of a vendor are not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotJudgedView {
    /// It has fewer than 40 promises or 18 days of its own.
    New,
    /// Almost nothing is received from any vendor.
    Blind,
    /// Nothing was due for 14 days.
    Quiet,
}

/// A time in which a vendor, or the fleet, missed more promises than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpisodeView {
    /// Its id: the vendor, or `*` for the fleet, and `raisedAt`.
    pub id: String,
    /// The vendor; null for the fleet.
    #[schema(required)]
    pub vendor_id: Option<String>,
    /// Whether it is open.
    pub state: EpisodeState,
    /// The signal that was most probable when it was raised.
    pub signal: SignalName,
    /// Since when, as it was known when it was raised.
    pub since: String,
    /// When it was raised.
    pub raised_at: String,
    /// When it was over; null while it is open.
    #[schema(required)]
    pub cleared_at: Option<String>,
    /// Why it is over; null while it is open.
    #[schema(required)]
    pub cleared_why: Option<ClearedWhy>,
    /// When it returned, after it had recovered.
    pub reopened_at: Vec<String>,
    /// How probable it is that more promises are missed than before; null when it is over.
    #[schema(required)]
    pub probability: Option<f64>,
    /// The misses above the expected ones, a week; null when it is over.
    #[schema(required)]
    pub excess_per_week: Option<f64>,
    /// The episode of the fleet in which it began: it is not one vendor.
    #[schema(required)]
    pub fleet_episode: Option<String>,
}

/// What speaks for an open episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceView {
    /// The signal that speaks for it.
    pub signal: SignalName,
    /// Promises since the change.
    pub due: i64,
    /// Those that were missed.
    pub missed: i64,
    /// The misses that were to be expected.
    pub expected: f64,
    /// The share of missed promises that is compared with, in percent.
    pub baseline_rate: f64,
    /// The share of missed promises since the change, in percent.
    #[schema(required)]
    pub rate: Option<f64>,
    /// Its 95 % interval.
    #[schema(required)]
    pub rate_interval: Option<IntervalView>,
    /// The 95 % interval of the share that was to be expected.
    #[schema(required)]
    pub expected_interval: Option<IntervalView>,
    /// The misses above the expected ones.
    pub excess: f64,
    /// The same, a week.
    pub excess_per_week: f64,
    /// By how much all others miss more than usual now, in log-odds.
    pub tide: f64,
}

/// An open episode, and what speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenEpisodeView {
    /// The episode.
    #[serde(flatten)]
    pub episode: EpisodeView,
    /// By which episodes are ranked: probability × excess a week.
    #[schema(required)]
    pub priority: Option<f64>,
    /// What speaks for it.
    #[schema(required)]
    pub evidence: Option<EvidenceView>,
}

/// An open episode on the dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// The name of the vendor; null for the fleet.
    #[schema(required)]
    pub name: Option<String>,
    /// The episode.
    #[serde(flatten)]
    pub episode: OpenEpisodeView,
}

/// A vendor that is not sure enough for an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WatchedVendorView {
    /// The vendor.
    pub vendor_id: String,
    /// Its name.
    pub name: String,
    /// Its most probable signal.
    pub signal: SignalName,
    /// How probable it is that more promises are missed than before, from 0.5 to 0.8.
    pub probability: f64,
}

/// What changed about the vendors: the part of the dashboard that comes from the detection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangesView {
    /// The end of the latest quarter of a day that is judged; null while nothing was counted.
    #[schema(required)]
    pub judged_until: Option<String>,
    /// Whether almost nothing was received from any vendor in that quarter: changes are not judged.
    pub is_blind: bool,
    /// How many vendors have an open episode.
    pub open_episodes: usize,
    /// The open episodes: that of the fleet first, then those of vendors by priority, at most 10.
    pub changes: Vec<ChangeView>,
    /// The vendors with a probability from 0.5 to 0.8 and no episode, the most probable first, at most 10.
    pub watch: Vec<WatchedVendorView>,
}

/// [`OpenEpisodeView`] with what changed about the orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedEpisodeView {
    /// The episode.
    #[serde(flatten)]
    pub episode: OpenEpisodeView,
    /// What changed; null if there is nothing to compare with, or if the orders have expired.
    #[schema(required)]
    pub explanation: Option<ExplanationView>,
}

/// The response of `GET /api/vendors/{id}/signals`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VendorSignalsView {
    /// The vendor.
    pub vendor_id: String,
    /// The date.
    pub date: String,
    /// The end of the latest quarter of a day that is judged; null while nothing was counted.
    #[schema(required)]
    pub as_of: Option<String>,
    /// The open episode.
    #[schema(required)]
    pub episode: Option<ExplainedEpisodeView>,
    /// Every signal.
    pub signals: Vec<SignalView>,
    /// Why changes are not judged; null if they are.
    #[schema(required)]
    pub not_judged: Option<NotJudgedView>,
}

/// The response of `GET /api/signals/episodes`: the fleet first, then open ones by priority, then those that are over, the latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpisodesView {
    /// The episodes.
    pub episodes: Vec<EpisodeView>,
    /// Whether there are more.
    pub has_more: bool,
    /// The cursor of the next page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl From<Signal> for SignalName {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Promise => Self::Promise,
            Signal::Grace => Self::Grace,
            Signal::Rush => Self::Rush,
        }
    }
}

impl From<Clearing> for ClearedWhy {
    fn from(clearing: Clearing) -> Self {
        match clearing {
            Clearing::Recovered => Self::Recovered,
            Clearing::Settled => Self::Settled,
        }
    }
}

impl From<NotJudged> for NotJudgedView {
    fn from(why: NotJudged) -> Self {
        match why {
            NotJudged::New => Self::New,
            NotJudged::Quiet => Self::Quiet,
        }
    }
}
