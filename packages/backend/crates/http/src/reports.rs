//! Reports of vendors.

use axum::extract::{Path, State};
use goody_application::read::{self, reports_of_vendor, vendor_history};
use goody_contract::{
    DateQuery, HistoryQuery, OrderView, Problem, ReportListQuery, ReportListView, ReportView, VendorDayView,
    VendorHistoryView, VendorReportView,
};
use goody_domain::{Day, Vendor, VendorId};

use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Checked, Params, vendor_id};
use crate::{App, cursor};

/// How many issues a vendor's report shows.
const RECENT_ISSUES: usize = 20;

/// A vendor, its report of one date, and what went wrong before.
#[utoipa::path(
    get, path = "/api/vendors/{id}/report", operation_id = "vendorReport", tag = "vendors", params(("id" = goody_contract::IdParam, Path, description = "The vendor."), DateQuery),
    responses((status = 200, body = VendorReportView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn vendor_report(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<DateQuery>,
) -> Result<JsonResponse, ApiError> {
    answer(&app, &id, &query).await
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
    answer(&app, &id, &query).await
}

async fn answer(app: &App, id: &str, query: &DateQuery) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut checked = Checked::default();
    let as_of = checked.as_of(query.date.as_ref(), app.0.reports.as_ref(), now);
    let as_of = checked.finish(as_of)?;
    let found = read::vendor_report(app.0.reports.as_ref(), &vendor_id(id)?, as_of).await?;
    let (vendor, report) = found.ok_or_else(|| ApiError::not_found("vendor", id))?;
    let issues = app.0.orders.issues(&vendor.vendor_id, as_of.at(), RECENT_ISSUES).await?;
    JsonResponse::json(&VendorReportView {
        vendor: (&vendor).into(),
        report: (&report).into(),
        recent_issues: issues.iter().map(|order| OrderView::new(order, now)).collect(),
    })
}

/// A vendor, a row a date.
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
    let mut checked = Checked::default();
    let range = checked.range((query.from.as_ref(), query.to.as_ref()), app.0.reports.as_ref(), now);
    let (from, to) = checked.finish(range)?;
    let vendor = known_vendor(&app, &id).await?;
    let days = vendor_history(app.0.reports.as_ref(), &vendor.vendor_id, from, to, now).await?;
    JsonResponse::json(&VendorHistoryView {
        vendor_id: vendor.vendor_id.to_string(),
        time_zone: app.0.reports.zone().name().to_owned(),
        days: days.iter().map(|row| VendorDayView::new(&row.report, &row.day)).collect(),
    })
}

async fn known_vendor(app: &App, id: &str) -> Result<Vendor, ApiError> {
    let known = app.0.vendors.vendor(&vendor_id(id)?).await?;
    known.ok_or_else(|| ApiError::not_found("vendor", id))
}

/// Reports: all vendors' of one date, or one vendor's of many.
#[utoipa::path(
    get, path = "/api/reports", operation_id = "listReports", tag = "reports", params(ReportListQuery),
    responses((status = 200, body = ReportListView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(query): Params<ReportListQuery>,
) -> Result<JsonResponse, ApiError> {
    if query.date.is_some() && (query.from.is_some() || query.to.is_some()) {
        return Err(ApiError::parameter("date", "does not go together with from and to"));
    }
    match &query.vendor_id {
        Some(_) if query.date.is_none() => of_vendor(&app, &query).await,
        _ => of_date(&app, &query).await,
    }
}

async fn of_date(app: &App, query: &ReportListQuery) -> Result<JsonResponse, ApiError> {
    let mut checked = Checked::default();
    if query.from.is_some() || query.to.is_some() {
        checked.wrong("from", "needs a vendorId");
    }
    let as_of = checked.as_of(query.date.as_ref(), app.0.reports.as_ref(), app.now());
    let limit = checked.limit(query.limit.as_ref(), 50);
    let only = checked.parsed("vendorId", query.vendor_id.as_ref(), VendorId::parse);
    let filter = ("date", as_of.date(), only.clone());
    let after: Option<VendorId> = cursor::read(&filter, query.cursor.as_ref())?;
    checked.finish(())?;
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

async fn of_vendor(app: &App, query: &ReportListQuery) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut checked = Checked::default();
    let (from, to) = checked.range((query.from.as_ref(), query.to.as_ref()), app.0.reports.as_ref(), now);
    let limit = checked.limit(query.limit.as_ref(), 50);
    checked.finish(())?;
    let vendor = known_vendor(app, query.vendor_id.as_deref().unwrap_or_default()).await?;
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
