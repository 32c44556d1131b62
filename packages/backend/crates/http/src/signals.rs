//! Signals and episodes: which vendor began to fail, and since when.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::extract::{Path, State};
use goody_application::explain::explain_episode;
use goody_application::ports::LatestDetection;
use goody_application::read::FleetReports;
use goody_contract::{
    ChangeView, ChangesView, EpisodeFilterQuery, EpisodePageQuery, EpisodeView, EpisodesView, EvidenceView,
    ExplainedEpisodeView, ExplanationView, JudgedFleet, NotJudgedView, OpenEpisodeView, Problem, SignalView,
    SignalsQuery, VendorSignalsView, WatchedVendorView, percent, rounded,
};
use goody_domain::detection::{Detector, Episode, Evidence, FleetDetector, Rules, Signal};
use goody_domain::explanation::ExplanationWindows;
use goody_domain::{AsOf, Day, Interval, VendorId};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{NoOthers, Params, Validator, parse_vendor_id};
use crate::{App, cursor};

/// The rules of the detection.
const RULES: Rules = Rules::QUARTERS;
/// The most changes and watched vendors on the dashboard.
const MOST_CHANGES: usize = 10;

/// The signals of a vendor on one date, and its open episode.
#[utoipa::path(
    get, path = "/api/vendors/{id}/signals", operation_id = "vendorSignals", tag = "vendors",
    params(("id" = goody_contract::IdParam, Path, description = "The vendor."), SignalsQuery),
    responses((status = 200, body = VendorSignalsView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn of_vendor(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<SignalsQuery>,
) -> Result<JsonResponse, ApiError> {
    let mut validator = Validator::default();
    let as_of = validator.as_of(query.date.as_ref(), app.0.reports.as_ref(), app.now());
    let as_of = validator.finish(as_of)?;
    let vendor =
        app.0.vendors.vendor(&parse_vendor_id(&id)?).await?.ok_or_else(|| ApiError::not_found("vendor", &id))?;
    let found = Found::at(&app, as_of, None).await?;
    let vendor_id = &vendor.vendor_id;
    let detector = found.as_ref().and_then(|found| found.fleet.vendor(vendor_id));
    let episode = match found.as_ref().zip(detector) {
        Some((found, detector)) => found.explained_episode(vendor_id, detector).await?,
        None => None,
    };
    JsonResponse::json(&VendorSignalsView {
        vendor_id: vendor_id.to_string(),
        date: as_of.date().to_string(),
        as_of: found.as_ref().map(|found| found.time(found.fleet.next_slot())),
        episode,
        signals: found.as_ref().zip(detector).map_or_else(Vec::new, |(found, detector)| found.signals(detector)),
        not_judged: match (&found, detector) {
            (Some(found), _) if found.fleet.is_blind() => Some(NotJudgedView::Blind),
            (_, None) => Some(NotJudgedView::New),
            (_, Some(detector)) => detector.not_judged(&RULES).map(Into::into),
        },
    })
}

/// The parameters of the list.
#[derive(Deserialize)]
pub(crate) struct EpisodeList {
    #[serde(flatten)]
    filter: EpisodeFilterQuery,
    #[serde(flatten)]
    page: EpisodePageQuery,
    #[serde(flatten)]
    _no_others: NoOthers,
}

/// Every episode that was open between two dates, of vendors and of the fleet.
#[utoipa::path(
    get, path = "/api/signals/episodes", operation_id = "listEpisodes", tag = "vendors", params(EpisodeFilterQuery, EpisodePageQuery),
    responses((status = 200, body = EpisodesView), (status = 400, body = Problem))
)]
pub(crate) async fn episodes(
    State(app): State<App>,
    Params(query): Params<EpisodeList>,
) -> Result<JsonResponse, ApiError> {
    let mut validator = Validator::default();
    let limit = validator.limit(query.page.limit.as_ref(), 50);
    let filter = EpisodeFilter::parse(&query.filter, &app, &mut validator);
    let filter = validator.finish(filter)?;
    let of_list = ("episodes", &filter);
    let after: Option<Place> = cursor::read(&of_list, query.page.cursor.as_ref())?;
    let mut rows = filter.rows(&app).await?;
    rows.retain(|(place, _)| after.as_ref().is_none_or(|after| place.cmp(after) == Ordering::Greater));
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| has_more).map(|(place, _)| place);
    JsonResponse::json(&EpisodesView {
        has_more,
        next_cursor: last.and_then(|place| cursor::write(&of_list, place)),
        episodes: rows.into_iter().map(|(_, view)| view).collect(),
    })
}

/// Which episodes are asked for.
#[derive(Debug, Serialize)]
pub(crate) struct EpisodeFilter {
    from: Day,
    to: Day,
    only: Option<VendorId>,
}

impl EpisodeFilter {
    pub(crate) fn parse(query: &EpisodeFilterQuery, app: &App, validator: &mut Validator) -> Self {
        let (from, to) = validator.range((query.from.as_ref(), query.to.as_ref()), app.0.reports.as_ref(), app.now());
        Self { from, to, only: validator.parse("vendorId", query.vendor_id.as_ref(), VendorId::parse) }
    }

    /// The episodes, in their sequence in a list.
    pub(crate) async fn rows(&self, app: &App) -> Result<Vec<(Place, EpisodeView)>, ApiError> {
        let (now, zone) = (app.now(), app.0.reports.zone());
        let as_of = zone.as_of(self.to, now).unwrap_or_else(|| zone.today(now));
        let Some(found) = Found::at(app, as_of, None).await? else { return Ok(Vec::new()) };
        let (start, views) = (zone.start(self.from), found.views());
        let is_asked = |(vendor_id, episode): &&(Option<VendorId>, Episode)| {
            let is_of_vendor = self.only.as_ref().is_none_or(|only| vendor_id.as_ref() == Some(only));
            is_of_vendor && views.was_open_after(episode, start)
        };
        let row = |(vendor_id, episode): &(Option<VendorId>, Episode)| {
            let evidence = views.evidence(vendor_id.as_ref(), episode);
            let place = Place {
                is_of_vendor: vendor_id.is_some(),
                is_over: episode.cleared.is_some(),
                priority: evidence.map_or(0.0, |evidence| evidence.priority()),
                raised: episode.raised,
                vendor_id: vendor_id.clone(),
            };
            (place, views.episode(vendor_id.as_ref(), episode, evidence.as_ref()))
        };
        let mut rows: Vec<_> = found.fleet.episodes().iter().filter(is_asked).map(row).collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(rows)
    }
}

/// The place of an episode in the list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    is_of_vendor: bool,
    is_over: bool,
    priority: f64,
    raised: u32,
    vendor_id: Option<VendorId>,
}

impl Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let of_kind = (self.is_of_vendor, self.is_over).cmp(&(other.is_of_vendor, other.is_over));
        let of_size = other.priority.total_cmp(&self.priority).then(other.raised.cmp(&self.raised));
        of_kind.then(of_size).then_with(|| self.vendor_id.cmp(&other.vendor_id))
    }
}

/// The detection that a response is made from.
pub(crate) struct Found {
    fleet: Arc<FleetDetector>,
    app: App,
}

impl Found {
    /// The detection as of an instant; `None` while nothing was counted.
    async fn at(app: &App, as_of: AsOf, latest: Option<&LatestDetection>) -> Result<Option<Self>, ApiError> {
        let times = (as_of, app.now());
        let fleet = app.0.detections.detect(times, latest).await?;
        Ok(fleet.map(|fleet| Self { fleet, app: app.clone() }))
    }

    /// The detection of these reports; `None` while nothing was counted.
    pub(crate) async fn of(app: &App, fleet: &FleetReports) -> Result<Option<Self>, ApiError> {
        Self::at(app, fleet.as_of, fleet.latest_detection.as_deref()).await
    }

    /// The open episode of a vendor.
    pub(crate) fn open_of(&self, vendor_id: &VendorId) -> Option<OpenEpisodeView> {
        self.open_episode(Some(vendor_id), self.fleet.vendor(vendor_id)?)
    }

    /// How probable it is that a vendor misses more promises than before; `None` if it has no open episode.
    pub(crate) fn probability_of_change(&self, vendor_id: &VendorId) -> Option<f64> {
        let detector = self.fleet.vendor(vendor_id)?;
        detector.open_episode()?;
        Some(detector.evidence(&RULES)?.probability)
    }

    fn views(&self) -> JudgedFleet<'_> {
        JudgedFleet { fleet: &self.fleet, zone: self.app.0.reports.zone() }
    }

    fn time(&self, slot: u32) -> String {
        self.views().time(slot)
    }

    fn open_episode(&self, vendor_id: Option<&VendorId>, detector: &Detector) -> Option<OpenEpisodeView> {
        let episode = detector.open_episode()?;
        let evidence = detector.evidence(&RULES);
        Some(OpenEpisodeView {
            episode: self.views().episode(vendor_id, episode, evidence.as_ref()),
            priority: evidence.map(|evidence| rounded(evidence.priority())),
            evidence: evidence.map(|evidence| self.evidence_view(vendor_id, detector, &evidence)),
        })
    }

    /// The open episode of a vendor with what changed about its orders.
    async fn explained_episode(
        &self,
        vendor_id: &VendorId,
        detector: &Detector,
    ) -> Result<Option<ExplainedEpisodeView>, ApiError> {
        let Some(episode) = self.open_episode(Some(vendor_id), detector) else { return Ok(None) };
        let store = self.app.0.order_store.as_ref();
        let found = explain_episode(store, &self.fleet, vendor_id, self.app.now()).await?;
        let explanation = found.map(|(windows, explanation)| {
            ExplanationView::new(&windows, &explanation, missed_orders(vendor_id, &windows))
        });
        Ok(Some(ExplainedEpisodeView { episode, explanation }))
    }

    fn evidence_view(&self, vendor_id: Option<&VendorId>, detector: &Detector, evidence: &Evidence) -> EvidenceView {
        let (due, missed) = (evidence.counts.due(), evidence.counts.missed());
        EvidenceView {
            signal: evidence.signal.into(),
            due,
            missed,
            expected: rounded(evidence.expected),
            baseline_rate: percent(detector.signal(evidence.signal).baseline_rate),
            rate: (due > 0).then(|| percent(missed as f64 / due as f64)),
            rate_interval: Interval::wilson(missed, due).map(Into::into),
            expected_interval: Interval::wilson(evidence.expected.round() as i64, due).map(Into::into),
            excess: rounded(missed as f64 - evidence.expected),
            excess_per_week: rounded(evidence.excess_per_week),
            tide: vendor_id.map_or(0.0, |id| rounded(self.fleet.lift(&RULES, id, evidence.signal))),
        }
    }

    /// The vendors without an episode whose most probable signal is not sure enough for one: the most probable ones first.
    fn watch(&self) -> Vec<(&VendorId, Signal, f64)> {
        let quiet = self
            .fleet
            .vendors()
            .filter(|(_, detector)| detector.open_episode().is_none() && detector.not_judged(&RULES).is_none());
        let lead = |(id, detector): (_, &Detector)| {
            let probabilities = Signal::ALL.into_iter().map(|signal| (signal, detector.signal(signal).probability));
            let (signal, probability) =
                probabilities.reduce(|lead, other| if other.1 > lead.1 { other } else { lead })?;
            (RULES.clear_at..RULES.raise_at).contains(&probability).then_some((id, signal, probability))
        };
        let mut watched: Vec<(&VendorId, Signal, f64)> = quiet.filter_map(lead).collect();
        watched.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(other.0)));
        watched.truncate(MOST_CHANGES);
        watched
    }

    fn signals(&self, detector: &Detector) -> Vec<SignalView> {
        let view = |signal: Signal| {
            let reading = detector.signal(signal);
            SignalView {
                signal: signal.into(),
                probability: rounded(reading.probability),
                baseline_rate: percent(reading.baseline_rate),
                since: reading.since.map(|slot| self.time(slot)),
                on: reading.is_on,
            }
        };
        Signal::ALL.map(view).into()
    }
}

/// The part of the dashboard that says which vendors began to fail. `name` returns the name of a vendor.
pub(crate) fn changes(found: Option<&Found>, name: impl Fn(&VendorId) -> String) -> ChangesView {
    let Some(found) = found else {
        let (changes, watch) = (Vec::new(), Vec::new());
        return ChangesView { judged_until: None, is_blind: false, open_episodes: 0, changes, watch };
    };
    let of_fleet = found.open_episode(None, found.fleet.fleet()).filter(|_| found.views().has_several());
    let of_vendors = found.fleet.vendors().filter_map(|(id, detector)| {
        Some((detector.evidence(&RULES).map_or(0.0, |evidence| evidence.priority()), id, detector.open_episode()?))
    });
    let mut of_vendors: Vec<(f64, &VendorId, &Episode)> = of_vendors.collect();
    of_vendors.sort_by(|(one, one_id, _), (other, other_id, _)| other.total_cmp(one).then(one_id.cmp(other_id)));
    let open = of_vendors
        .iter()
        .filter_map(|(_, id, _)| Some(ChangeView { name: Some(name(id)), episode: found.open_of(id)? }));
    let of_fleet = of_fleet.map(|episode| ChangeView { name: None, episode });
    ChangesView {
        judged_until: Some(found.time(found.fleet.next_slot())),
        is_blind: found.fleet.is_blind(),
        open_episodes: of_vendors.len(),
        changes: of_fleet.into_iter().chain(open).take(MOST_CHANGES).collect(),
        watch: found
            .watch()
            .into_iter()
            .map(|(id, signal, probability)| WatchedVendorView {
                vendor_id: id.to_string(),
                name: name(id),
                signal: signal.into(),
                probability: rounded(probability),
            })
            .collect(),
    }
}

/// The address of the list of the missed orders of the window after a change.
fn missed_orders(vendor_id: &VendorId, windows: &ExplanationWindows) -> String {
    let ExplanationWindows { after, placed_from, .. } = windows;
    format!(
        "/api/orders?vendorId={vendor_id}&onTime=false&dueSince={}&placedSince={placed_from}&asOf={}",
        after.start, after.end
    )
}
