//! The dashboard and its history.

use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use goody_application::read::{FleetReports, Pulse, fleet_history};
use goody_contract::{
    DashboardHistoryView, DashboardView, DataFreshness, DateQuery, FleetDayView, HistoryQuery, Problem,
    SystemHealthView,
};
use goody_domain::{AsOf, Dashboard, Report};

use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Checked, Params};
use crate::{App, health};

/// Data is fresh for so long after the latest fact, in minutes.
const FRESH_MINUTES: i64 = 60;
/// How many dashboards are kept as they were sent.
const KEPT: usize = 4;

/// Dashboards as they were sent, with what they were made from.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Vec<(AsOf, AsOf, i64, JsonResponse)>>);

/// The fleet on one date: sums over vendors, what changed, the best and the worst.
#[utoipa::path(
    get, path = "/api/dashboard", operation_id = "dashboard", tag = "dashboard", params(DateQuery),
    responses((status = 200, body = DashboardView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn dashboard(State(app): State<App>, Params(query): Params<DateQuery>) -> Result<Response, ApiError> {
    answer(&app, &query).await.map(IntoResponse::into_response)
}

/// The same as `/api/dashboard`.
#[utoipa::path(
    get, path = "/dashboard/summary", operation_id = "dashboardSummary", tag = "dashboard", params(DateQuery),
    responses((status = 200, body = DashboardView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn summary(State(app): State<App>, Params(query): Params<DateQuery>) -> Result<Response, ApiError> {
    answer(&app, &query).await.map(IntoResponse::into_response)
}

async fn answer(app: &App, query: &DateQuery) -> Result<JsonResponse, ApiError> {
    let reports = app.0.reports.as_ref();
    let now = app.now();
    let mut checked = Checked::default();
    let as_of = checked.as_of(query.date.as_ref(), reports, now);
    let as_of = checked.finish(as_of)?;
    // How old the data is changes with the minute, whatever the date.
    let minute = reports.zone().today(now);
    // What tells of trouble is made anew each time: trouble comes and goes without a change of the reports.
    let problem = app.0.orders.store_health().problem;
    let known = reports.revision().and_then(|revision| app.0.dashboards.find(as_of, minute, revision));
    if let (Some(answer), None) = (known, &problem) {
        return Ok(answer);
    }
    let (fleet, status) = app.0.fleet.reports_with_status(as_of).await?;
    let answer = JsonResponse::json(&view(app, &fleet, &Pulse::of(&status, problem.as_ref(), now)))?;
    if problem.is_none() {
        app.0.dashboards.keep(as_of, minute, fleet.revision, answer.clone());
    }
    Ok(answer)
}

fn view(app: &App, fleet: &FleetReports, pulse: &Pulse) -> DashboardView {
    let dashboard = Dashboard::fold(fleet.rows.iter().map(|row| &row.current.report), fleet.as_of);
    let minutes = pulse.minutes_since_last_update();
    let system_health = SystemHealthView {
        status: health::status(pulse.verdict()),
        data_freshness: match minutes {
            None => DataFreshness::Empty,
            Some(minutes) if minutes <= FRESH_MINUTES => DataFreshness::Fresh,
            Some(_) => DataFreshness::Stale,
        },
        last_update_minutes_ago: minutes,
        issues: pulse.issues(),
    };
    let name = |report: &Report| fleet.row(&report.vendor_id).map_or("", |row| row.vendor.name.as_str());
    DashboardView::new(&dashboard, app.0.reports.zone().name(), system_health, name)
}

impl Cache {
    fn find(&self, as_of: AsOf, minute: AsOf, revision: i64) -> Option<JsonResponse> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |entry: &&(AsOf, AsOf, i64, JsonResponse)| (entry.0, entry.1, entry.2) == (as_of, minute, revision);
        kept.iter().find(same).map(|(.., answer)| answer.clone())
    }

    fn keep(&self, as_of: AsOf, minute: AsOf, revision: i64, answer: JsonResponse) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, ..)| other.date() != as_of.date());
        kept.push((as_of, minute, revision, answer));
        if kept.len() > KEPT {
            kept.remove(0);
        }
    }
}

/// The fleet, a row a date.
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
    let mut checked = Checked::default();
    let range = checked.range((query.from.as_ref(), query.to.as_ref()), reports, now);
    let (from, to) = checked.finish(range)?;
    let days = fleet_history(app.0.vendors.as_ref(), reports, from, to, now).await?;
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
