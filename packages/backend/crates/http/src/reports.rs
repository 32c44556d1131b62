//! Reports of vendors.

use axum::extract::{Path, State};
use goody_application::ports::Scope;
use goody_application::read::{self, reports_of_vendor, vendor_history};
use goody_contract::{
    DateQuery, HistoryQuery, OrderView, Problem, ReportListQuery, ReportListView, ReportView, RiskLinesView,
    VendorDayView, VendorHistoryView, VendorReportView,
};
use goody_domain::{Day, Vendor, VendorId};

use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Params, Validator, parse_vendor_id};
use crate::{App, cursor};

/// The most issues in the report of a vendor.
const RECENT_ISSUES: usize = 20;

/// A vendor, its report for one date, and its latest issues.
#[utoipa::path(
    get, path = "/api/vendors/{id}/report", operation_id = "vendorReport", tag = "vendors", params(("id" = goody_contract::IdParam, Path, description = "The vendor."), DateQuery),
    responses((status = 200, body = VendorReportView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn vendor_report(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<DateQuery>,
) -> Result<JsonResponse, ApiError> {
    report_response(&app, &id, &query).await
}

/// The same as `/api/vendors/{id}/report`.
#[utoipa::path(
    get, path = "/vendors/{id}/report", operation_id = "vendorReportShort", tag = "vendors", params(("id" = goody_contract::IdParam, Path, description = "The vendor."), DateQuery),
    responses((status = 200, body = VendorReportView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn vendor_report_short(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<DateQuery>,
) -> Result<JsonResponse, ApiError> {
    report_response(&app, &id, &query).await
}

async fn report_response(app: &App, id: &str, query: &DateQuery) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut validator = Validator::default();
    let as_of = validator.as_of(query.date.as_ref(), app.0.reports.as_ref(), now);
    let window = validator.window(query.window.as_ref());
    let (as_of, window) = validator.finish((as_of, window))?;
    let found =
        read::vendor_report(app.0.vendors.as_ref(), app.0.reports.as_ref(), &parse_vendor_id(id)?, as_of).await?;
    let (vendor, report) = found.ok_or_else(|| ApiError::not_found("vendor", id))?;
    let mut view = ReportView::from(&report);
    if query.window.is_some() {
        let scope = Scope::Vendor(vendor.vendor_id.clone());
        let figures = read::window_of(app.0.reports.as_ref(), &[scope], as_of, window).await?;
        view = figures.iter().fold(view, |view, figures| view.with_window(figures));
    }
    let issues = app.0.orders.issues(&vendor.vendor_id, as_of.at(), RECENT_ISSUES).await?;
    JsonResponse::json(&VendorReportView {
        vendor: (&vendor).into(),
        report: view,
        recent_issues: issues.iter().map(|order| OrderView::new(order, now)).collect(),
        lines: RiskLinesView::CURRENT,
    })
}

/// The history of a vendor, one row for each date.
#[utoipa::path(
    get, path = "/api/vendors/{id}/history", operation_id = "vendorHistory", tag = "vendors",
    params(("id" = goody_contract::IdParam, Path, description = "The vendor."), HistoryQuery),
    responses((status = 200, body = VendorHistoryView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn history(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<HistoryQuery>,
) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut validator = Validator::default();
    let range = validator.range((query.from.as_ref(), query.to.as_ref()), app.0.reports.as_ref(), now);
    let window = validator.window(query.window.as_ref());
    let range = validator.finish(range)?;
    let vendor = find_vendor(&app, &id).await?;
    let days = vendor_history(app.0.reports.as_ref(), &vendor.vendor_id, range, window, now).await?;
    JsonResponse::json(&VendorHistoryView {
        vendor_id: vendor.vendor_id.to_string(),
        time_zone: app.0.reports.zone().name().to_owned(),
        days: days.iter().map(|row| VendorDayView::new(&row.report, &row.day)).collect(),
    })
}

async fn find_vendor(app: &App, id: &str) -> Result<Vendor, ApiError> {
    let vendor = app.0.vendors.vendor(&parse_vendor_id(id)?).await?;
    vendor.ok_or_else(|| ApiError::not_found("vendor", id))
}

/// The reports of all vendors for one date, or of one vendor for many dates.
#[utoipa::path(
    get, path = "/api/reports", operation_id = "listReports", tag = "reports", params(ReportListQuery),
    responses((status = 200, body = ReportListView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(query): Params<ReportListQuery>,
) -> Result<JsonResponse, ApiError> {
    if query.date.is_some() && (query.from.is_some() || query.to.is_some()) {
        return Err(ApiError::parameter("date", "cannot be combined with from or to"));
    }
    match &query.vendor_id {
        Some(_) if query.date.is_none() => list_of_vendor(&app, &query).await,
        _ => list_of_date(&app, &query).await,
    }
}

async fn list_of_date(app: &App, query: &ReportListQuery) -> Result<JsonResponse, ApiError> {
    let mut validator = Validator::default();
    if query.from.is_some() || query.to.is_some() {
        validator.reject("from", "needs a vendorId");
    }
    let as_of = validator.as_of(query.date.as_ref(), app.0.reports.as_ref(), app.now());
    let limit = validator.limit(query.limit.as_ref(), 50);
    let only = validator.parse("vendorId", query.vendor_id.as_ref(), VendorId::parse);
    let filter = ("date", as_of.date(), only.clone());
    let after: Option<VendorId> = cursor::read(&filter, query.cursor.as_ref())?;
    validator.finish(())?;
    let fleet = app.0.fleet.reports(as_of).await?;
    let rows = fleet.rows.iter().map(|row| &row.current.report);
    let mut rows = rows
        .filter(|report| after.as_ref().is_none_or(|after| report.vendor_id > *after))
        .filter(|report| only.as_ref().is_none_or(|only| report.vendor_id == *only));
    let reports: Vec<_> = rows.by_ref().take(limit).collect();
    let has_more = rows.next().is_some();
    let last = reports.last().filter(|_| has_more);
    JsonResponse::json(&ReportListView {
        next_cursor: last.and_then(|report| cursor::write(&filter, &report.vendor_id)),
        has_more,
        reports: reports.into_iter().map(ReportView::from).collect(),
    })
}

async fn list_of_vendor(app: &App, query: &ReportListQuery) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut validator = Validator::default();
    let (from, to) = validator.range((query.from.as_ref(), query.to.as_ref()), app.0.reports.as_ref(), now);
    let limit = validator.limit(query.limit.as_ref(), 50);
    validator.finish(())?;
    let vendor = find_vendor(app, query.vendor_id.as_deref().unwrap_or_default()).await?;
    let filter = ("vendor", &vendor.vendor_id, from, to);
    let after: Option<Day> = cursor::read(&filter, query.cursor.as_ref())?;
    let first = after.map_or(from, |after| after.plus(1));
    let last = to.min(first.plus(i32::try_from(limit).unwrap_or(100) - 1));
    let reports = reports_of_vendor(app.0.reports.as_ref(), &vendor.vendor_id, first, last, now).await?;
    let has_more = last < to;
    JsonResponse::json(&ReportListView {
        next_cursor: has_more.then(|| cursor::write(&filter, &last)).flatten(),
        has_more,
        reports: reports.iter().map(ReportView::from).collect(),
    })
}
