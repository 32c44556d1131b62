//! The vendor table, and the master data of vendors.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use goody_application::ports::{ReportReader, StoreError};
use goody_application::read::{self, FleetReports, FleetRow, ReadError};
use goody_contract::{
    ErrorCode, PaginationView, Problem, PutVendor, RiskLinesView, SortOrder, VendorFilterQuery, VendorListView,
    VendorPageQuery, VendorRowView, VendorSortBy, VendorView,
};
use goody_domain::{
    AsOf, Currency, Day, Figures, Risk, RiskLevel, SlaPromises, Vendor, VendorId, Window, main_currency, search_form,
};
use serde::{Deserialize, Serialize};

use crate::audit::Source;
use crate::capacity::{Capacity, Slot};
use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{NoOthers, Params, Validator, parse_vendor_id};
use crate::vendor_body::describe_error;
use crate::whole_body::{self, BodyLimit};
use crate::{App, audit, cursor};

/// The body of a vendor. A short one needs no reserved memory.
const VENDOR: BodyLimit = BodyLimit {
    what: "A vendor",
    longest: 2 * 1_024 * 1_024,
    short: 64 * 1_024,
    reserved_at_first: 0,
    reserved: 4 * 1_024 * 1_024,
};

/// The value by which a row is sorted.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum SortKey {
    Text(String),
    /// `None` comes last in either direction.
    Number(Option<f64>),
    /// 0 for a high risk, 1 for a medium one and 2 for others; the overdue value in the main currency, and the number of overdue
    /// orders, both negative: the first row is the one to call.
    Attention(u8, i64, i64),
}

/// The parameters of the vendor table.
#[derive(Deserialize)]
pub(crate) struct ListQuery {
    #[serde(flatten)]
    filter: VendorFilterQuery,
    #[serde(flatten)]
    page: VendorPageQuery,
    #[serde(flatten)]
    _no_others: NoOthers,
}

/// The filter of the vendor table, and its sort order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VendorFilter {
    date: Day,
    window: &'static str,
    sort_by: VendorSortBy,
    descending: bool,
    risk: Vec<RiskLevel>,
    q: String,
}

/// The key of a row. `currency` is the one in which overdue values are compared.
fn sort_key(by: VendorSortBy, row: &FleetRow, currency: Option<Currency>) -> SortKey {
    let report = &row.current.report;
    let figures = &report.current7d;
    let count = |number: i64| Some(number as f64);
    SortKey::Number(match by {
        VendorSortBy::Name => return SortKey::Text(row.vendor.name.to_lowercase()),
        VendorSortBy::ReliabilityScore => figures.reliability_score(),
        VendorSortBy::OnTimePercentage => figures.on_time_percentage(),
        VendorSortBy::TotalOrders => count(figures.total_orders),
        VendorSortBy::CompletedOrders => count(figures.completed_orders()),
        VendorSortBy::IssueCount => count(figures.issue_count()),
        VendorSortBy::ActiveOrders => count(figures.active_orders()),
        VendorSortBy::DelayedOrders => count(figures.delayed_orders),
        VendorSortBy::TrendPercentage => report.trends().rate(Figures::reliability_score),
        VendorSortBy::UnshippedOrders => count(figures.unshipped_orders),
        VendorSortBy::StalledOrders => count(figures.stalled_orders),
        VendorSortBy::Attention => {
            let rank = match report.risk.level {
                RiskLevel::High => 0,
                RiskLevel::Medium => 1,
                RiskLevel::Low | RiskLevel::Insufficient => 2,
            };
            return SortKey::Attention(rank, -report.overdue_in(currency), -figures.delayed_orders);
        }
        VendorSortBy::RiskLevel => match report.risk {
            Risk { level: RiskLevel::Insufficient, .. } => None,
            // Within a level, the higher probability is the higher risk. It is at most 1, so it never crosses levels.
            Risk { level, probability, .. } => Some(f64::from(level as u8) + probability.unwrap_or_default() / 2.0),
        },
    })
}

impl VendorFilter {
    pub(crate) fn parse(query: &VendorFilterQuery, date: Day, validator: &mut Validator) -> Self {
        let order: Option<SortOrder> = validator.enum_value("order", query.order.as_ref());
        Self {
            date,
            window: validator.window(query.window.as_ref()).as_str(),
            sort_by: validator.enum_value("sortBy", query.sort_by.as_ref()).unwrap_or(VendorSortBy::Attention),
            descending: order == Some(SortOrder::Desc),
            risk: validator.list("risk", query.risk.as_ref(), RiskLevel::parse),
            q: search_form(query.q.as_deref().unwrap_or_default()),
        }
    }

    /// The reports of all vendors, with the numbers of the filter's window.
    pub(crate) async fn fleet(&self, app: &App, as_of: AsOf) -> Result<Arc<FleetReports>, ReadError> {
        let window = Window::parse(self.window).unwrap_or_default();
        Ok(app.0.fleet.windows(as_of, window).await?.0)
    }

    fn accepts(&self, row: &FleetRow) -> bool {
        (self.risk.is_empty() || self.risk.contains(&row.current.report.risk.level))
            && (self.q.is_empty() || row.search_forms.iter().any(|form| form.contains(&self.q)))
    }

    fn compare(&self, (a, a_id): (&SortKey, &VendorId), (b, b_id): (&SortKey, &VendorId)) -> Ordering {
        let directed = |ordering: Ordering| if self.descending { ordering.reverse() } else { ordering };
        let by_key = match (a, b) {
            (SortKey::Text(a), SortKey::Text(b)) => directed(a.cmp(b)),
            (SortKey::Attention(a, b, c), SortKey::Attention(x, y, z)) => directed((a, b, c).cmp(&(x, y, z))),
            (SortKey::Number(Some(a)), SortKey::Number(Some(b))) => directed(a.total_cmp(b)),
            (SortKey::Number(Some(_)), _) => Ordering::Less,
            (_, SortKey::Number(Some(_))) => Ordering::Greater,
            _ => Ordering::Equal,
        };
        by_key.then_with(|| a_id.cmp(b_id))
    }

    /// The rows that the filter accepts, sorted.
    pub(crate) fn rows<'r>(&self, rows: impl Iterator<Item = &'r FleetRow> + Clone) -> Vec<&'r FleetRow> {
        self.sorted(rows).into_iter().map(|(_, row)| row).collect()
    }

    fn sorted<'r>(&self, rows: impl Iterator<Item = &'r FleetRow> + Clone) -> Vec<(SortKey, &'r FleetRow)> {
        let currency = match self.sort_by {
            VendorSortBy::Attention => main_currency(rows.clone().map(|row| &row.current.report)),
            _ => None,
        };
        let accepted = rows.filter(|row| self.accepts(row));
        let mut rows: Vec<(SortKey, &FleetRow)> =
            accepted.map(|row| (sort_key(self.sort_by, row, currency), row)).collect();
        rows.sort_by(|(a, a_row), (b, b_row)| self.compare((a, &a_row.vendor.vendor_id), (b, &b_row.vendor.vendor_id)));
        rows
    }
}

/// The vendor table: sorted, searched and filtered by the server, one page at a time.
#[utoipa::path(
    get, path = "/api/vendors", operation_id = "listVendors", tag = "vendors", params(VendorFilterQuery, VendorPageQuery),
    responses((status = 200, body = VendorListView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(ListQuery { filter, page, .. }): Params<ListQuery>,
) -> Result<JsonResponse, ApiError> {
    let mut validator = Validator::default();
    let as_of = validator.as_of(filter.date.as_ref(), app.0.reports.as_ref(), app.now());
    let filter = VendorFilter::parse(&filter, as_of.date(), &mut validator);
    let limit = validator.limit(page.limit.as_ref(), 20);
    validator.finish(())?;
    let after: Option<(SortKey, VendorId)> = cursor::read(&filter, page.cursor.as_ref())?;
    let fleet = filter.fleet(&app, as_of).await?;
    let rows = filter.sorted(fleet.rows.iter().map(AsRef::as_ref));
    let first = after.map_or(0, |(key, id)| {
        rows.partition_point(|(other, row)| filter.compare((other, &row.vendor.vendor_id), (&key, &id)).is_le())
    });
    let page = &rows[first..rows.len().min(first + limit)];
    let has_more = first + page.len() < rows.len();
    let last = page.last().filter(|_| has_more);
    let rows_of_page: Vec<&FleetRow> = page.iter().map(|(_, row)| *row).collect();
    JsonResponse::json(&VendorListView {
        pagination: PaginationView {
            total: rows.len() as u64,
            has_more,
            next_cursor: last.and_then(|(key, row)| cursor::write(&filter, &(key, &row.vendor.vendor_id))),
        },
        lines: RiskLinesView::CURRENT,
        vendors: views(app.0.reports.as_ref(), &rows_of_page, as_of).await?,
    })
}

/// The views of rows. The scores of past dates are computed for these rows only.
pub(crate) async fn views(
    reports: &dyn ReportReader,
    rows: &[&FleetRow],
    as_of: AsOf,
) -> Result<Vec<VendorRowView>, StoreError> {
    let scores = read::scores(reports, rows, as_of).await?;
    let rows = rows.iter().zip(scores);
    Ok(rows.map(|(row, scores)| VendorRowView::new(&row.vendor, &row.current.report, scores)).collect())
}

/// Creates a vendor, or replaces its master data.
///
/// With `If-None-Match: *` it only creates. With `If-Match` it only replaces the version with that `ETag`.
#[utoipa::path(
    put, path = "/api/vendors/{id}", operation_id = "putVendor", tag = "vendors", params(("id" = goody_contract::IdParam, Path, description = "The vendor.")),
    request_body = PutVendor,
    responses(
        (status = 200, body = VendorView), (status = 201, body = VendorView), (status = 400, body = Problem),
        (status = 412, body = Problem), (status = 413, body = Problem)
    )
)]
pub(crate) async fn put(State(app): State<App>, Path(id): Path<String>, put: Put) -> Result<Response, ApiError> {
    put.run(app, &id).await
}

/// The vendor with the id `export`: on its path, another method is the export.
pub(crate) async fn put_vendor_named_export(State(app): State<App>, put: Put) -> Result<Response, ApiError> {
    put.run(app, "export").await
}

/// A request that writes a vendor.
pub(crate) struct Put {
    source: Source,
    capacity: Capacity,
    headers: HeaderMap,
    body: Body,
}

impl<S: Sync> FromRequest<S> for Put {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let (caller, correlation_id) = (parts.extensions.remove(), parts.extensions.remove());
        let (Some(caller), Some(correlation_id), Some(capacity)) =
            (caller, correlation_id, parts.extensions.remove::<Capacity>())
        else {
            tracing::error!("a layer of the router is missing");
            return Err(ApiError::new(ErrorCode::Internal, "The log has the details."));
        };
        Ok(Self { source: Source { caller, correlation_id }, capacity, headers: parts.headers, body })
    }
}

impl Put {
    async fn run(self, app: App, id: &str) -> Result<Response, ApiError> {
        let id = parse_vendor_id(id)?;
        let (body, _memory) = whole_body::read(self.body, &VENDOR, &self.capacity).await?;
        let body: PutVendor = serde_json::from_slice(&body).map_err(|_| {
            ApiError::new(ErrorCode::InvalidBody, format!("The vendor cannot be read: {}.", describe_error(&body)))
        })?;
        let vendor = vendor(id, body)?;
        let slot = self.capacity.write_slot()?;
        app.0.tasks.run(save(app.clone(), self.source, self.headers, vendor, slot)).await
    }
}

/// Writes a vendor and its audit line.
async fn save(app: App, source: Source, headers: HeaderMap, vendor: Vendor, slot: Slot) -> Result<Response, ApiError> {
    // The lock covers the check and the write, so that the vendor cannot change between them.
    let lock = app.0.vendor_lock.lock().await;
    check_precondition(&app, &headers, &vendor.vendor_id).await?;
    let is_new = app.0.vendors.put(vendor.clone(), app.now()).await?;
    drop(lock);
    audit::log_vendor(&source, app.now(), vendor.vendor_id.as_str());
    drop(slot);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, JsonResponse::json(&VendorView::from(&vendor))?).into_response())
}

/// Evaluates `If-Match` and `If-None-Match` (RFC 9110, section 13): refuses to write a vendor that the caller does not expect.
async fn check_precondition(app: &App, headers: &HeaderMap, id: &VendorId) -> Result<(), ApiError> {
    let (if_match, if_none_match) = (headers.get_all(IF_MATCH), headers.get_all(IF_NONE_MATCH));
    if if_match.iter().next().is_none() && if_none_match.iter().next().is_none() {
        return Ok(());
    }
    let current = app.0.vendors.vendor(id).await?.as_ref().map(VendorView::from);
    let current = current.map(|current| JsonResponse::json(&current)).transpose()?;
    let is_current = |tags: &HeaderValue| current.as_ref().is_some_and(|current| current.has_etag(tags));
    let is_matched = if_match.iter().next().is_none() || if_match.iter().any(is_current);
    if is_matched && !if_none_match.iter().any(is_current) {
        return Ok(());
    }
    let state = if current.is_some() { "exists and is not as expected" } else { "does not exist" };
    Err(ApiError::new(ErrorCode::PreconditionFailed, format!("The vendor {id} {state}. Nothing was changed.")))
}

fn vendor(vendor_id: VendorId, body: PutVendor) -> Result<Vendor, ApiError> {
    let mut validator = Validator::default();
    let mut text = |field: &str, value: Option<&String>, longest: usize| {
        validator.parse(field, value, |text| match text.trim().chars().count() {
            0 => Err("is empty".to_owned()),
            length if length > longest => Err(format!("is longer than {longest} characters")),
            _ if text.chars().any(char::is_control) => Err("has control characters".to_owned()),
            _ => Ok(text.trim().to_owned()),
        })
    };
    let name = text("name", Some(&body.name), 200);
    let category = text("category", body.category.as_ref(), 100);
    let support_contact = text("supportContact", body.support_contact.as_ref(), 200);
    let contract_start_date = validator.day("contractStartDate", body.contract_start_date.as_ref());
    validator.finish(Vendor {
        vendor_id,
        name: name.unwrap_or_default(),
        category,
        is_active: body.is_active,
        is_registered: true,
        support_contact,
        contract_start_date,
        sla_promises: body.sla_promises.map(|promises| SlaPromises {
            standard_delivery: promises.standard_delivery,
            rush_delivery: promises.rush_delivery,
        }),
    })
}
