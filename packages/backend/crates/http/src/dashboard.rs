//! The dashboard and its history.

use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use goody_application::read::{FleetReports, RecordedHealth, fleet_history};
use goody_contract::{
    DashboardHistoryView, DashboardView, DataFreshness, DateQuery, FleetDayView, HistoryQuery, Problem,
    SystemHealthView,
};
use goody_domain::{AsOf, Dashboard, Report, VendorId, Window};

use crate::calls::calls;
use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Params, Validator};
use crate::signals::Found;
use crate::{App, health, signals};

/// Data is fresh if the latest event occurred at most so many minutes ago.
const FRESH_MINUTES: i64 = 60;
/// The most dashboards in the cache.
const CACHE_SIZE: usize = 4;

/// The evaluation instant of a dashboard, and its window.
type Evaluated = (AsOf, Window);

/// The latest responses, each with its key: the evaluation instant and the window, the current minute and the revision of the reports.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Vec<(Evaluated, AsOf, i64, JsonResponse)>>);

/// The fleet on one date: sums over vendors, trends, the best and the worst vendors.
#[utoipa::path(
    get, path = "/api/dashboard", operation_id = "dashboard", tag = "dashboard", params(DateQuery),
    responses((status = 200, body = DashboardView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn dashboard(State(app): State<App>, Params(query): Params<DateQuery>) -> Result<Response, ApiError> {
    dashboard_response(&app, &query).await.map(IntoResponse::into_response)
}

/// The same as `/api/dashboard`.
#[utoipa::path(
    get, path = "/dashboard/summary", operation_id = "dashboardSummary", tag = "dashboard", params(DateQuery),
    responses((status = 200, body = DashboardView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn summary(State(app): State<App>, Params(query): Params<DateQuery>) -> Result<Response, ApiError> {
    dashboard_response(&app, &query).await.map(IntoResponse::into_response)
}

async fn dashboard_response(app: &App, query: &DateQuery) -> Result<JsonResponse, ApiError> {
    let reports = app.0.reports.as_ref();
    let now = app.now();
    let mut validator = Validator::default();
    let as_of = validator.as_of(query.date.as_ref(), reports, now);
    let window = validator.window(query.window.as_ref());
    let (as_of, window) = validator.finish((as_of, window))?;
    // The age of the data changes every minute, also for a past date.
    let minute = reports.zone().today(now);
    // A response that reports a store problem is not cached: problems come and go without a change of the reports.
    let problem = app.0.orders.store_health().problem;
    let cached = reports.revision().and_then(|revision| app.0.dashboards.find((as_of, window), minute, revision));
    if let (Some(response), None) = (cached, &problem) {
        return Ok(response);
    }
    let (fleet, status) = app.0.fleet.windows(as_of, window).await?;
    let found = Found::of(app, &fleet).await?;
    let health = RecordedHealth::of(&status, problem.as_ref(), app.0.silence_hours, now);
    let response = JsonResponse::json(&view(app, &fleet, &health, found.as_ref()))?;
    if problem.is_none() {
        app.0.dashboards.insert((as_of, window), minute, fleet.revision, response.clone());
    }
    Ok(response)
}

fn vendor_name<'f>(fleet: &'f FleetReports, vendor_id: &VendorId) -> &'f str {
    fleet.row(vendor_id).map_or("", |row| row.vendor.name.as_str())
}

fn view(app: &App, fleet: &FleetReports, health: &RecordedHealth, found: Option<&Found>) -> DashboardView {
    let dashboard = Dashboard::fold(fleet.rows.iter().map(|row| &row.current.report), fleet.as_of);
    let minutes = health.minutes_since_last_update();
    let system_health = SystemHealthView {
        status: health::status(health.verdict()),
        data_freshness: match minutes {
            None => DataFreshness::Empty,
            Some(minutes) if minutes <= FRESH_MINUTES => DataFreshness::Fresh,
            Some(_) => DataFreshness::Stale,
        },
        last_update_minutes_ago: minutes,
        issues: health.issues(),
    };
    let name = |report: &Report| vendor_name(fleet, &report.vendor_id);
    let mut gaps = health::gaps(&health.gaps);
    if fleet.as_of.cut().is_none() {
        gaps.unplaced_orders = None;
    }
    let changes = signals::changes(found, |id| vendor_name(fleet, id).to_owned());
    let calls = calls(fleet, found);
    DashboardView::new(&dashboard, app.0.reports.zone().name(), system_health, gaps, (changes, calls), name)
}

impl Cache {
    fn find(&self, evaluated: Evaluated, minute: AsOf, revision: i64) -> Option<JsonResponse> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |entry: &&(Evaluated, AsOf, i64, JsonResponse)| {
            (entry.0, entry.1, entry.2) == (evaluated, minute, revision)
        };
        entries.iter().find(same).map(|(.., response)| response.clone())
    }

    fn insert(&self, evaluated: Evaluated, minute: AsOf, revision: i64, response: JsonResponse) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (as_of, window) = evaluated;
        entries.retain(|((other, of), ..)| (other.date(), *of) != (as_of.date(), window));
        entries.push((evaluated, minute, revision, response));
        if entries.len() > CACHE_SIZE {
            entries.remove(0);
        }
    }
}

/// The history of the fleet, one row for each date.
#[utoipa::path(
    get, path = "/api/dashboard/history", operation_id = "dashboardHistory", tag = "dashboard", params(HistoryQuery),
    responses((status = 200, body = DashboardHistoryView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn history(
    State(app): State<App>,
    Params(query): Params<HistoryQuery>,
) -> Result<JsonResponse, ApiError> {
    let reports = app.0.reports.as_ref();
    let now = app.now();
    let mut validator = Validator::default();
    let range = validator.range((query.from.as_ref(), query.to.as_ref()), reports, now);
    let window = validator.window(query.window.as_ref());
    let range = validator.finish(range)?;
    let days = fleet_history(app.0.vendors.as_ref(), reports, range, window, now).await?;
    let row = |day: &goody_application::read::FleetDay| FleetDayView {
        date: day.date.to_string(),
        fleet: (&day.fleet).into(),
        day: (&day.day).into(),
    };
    JsonResponse::json(&DashboardHistoryView {
        time_zone: reports.zone().name().to_owned(),
        days: days.iter().map(row).collect(),
    })
}
