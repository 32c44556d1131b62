//! The vendor table, and vendors' master data.

use std::cmp::Ordering;

use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use goody_application::read::FleetRow;
use goody_contract::{
    ErrorCode, PaginationView, Problem, PutVendor, SortOrder, VendorListQuery, VendorListView, VendorRowView,
    VendorSortBy, VendorView,
};
use goody_domain::{Day, Figures, RiskLevel, SlaPromises, Vendor, VendorId};
use serde::{Deserialize, Serialize};

use crate::audit::Source;
use crate::capacity::{Capacity, Memory, Place, no_memory};
use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Checked, Params, vendor_id};
use crate::vendor_body::fault;
use crate::{App, audit, cursor};

/// Bytes of a vendor at most.
const LONGEST_VENDOR: usize = 2 * 1_024 * 1_024;
/// Bytes of a vendor that need no share of the memory.
const SHORT_VENDOR: usize = 64 * 1_024;

/// A row's place in the order of the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Key {
    Text(String),
    /// `None` comes last, whichever way the table is sorted.
    Number(Option<f64>),
}

/// Which vendors, in which order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VendorFilter {
    date: Day,
    sort_by: VendorSortBy,
    descending: bool,
    risk: Vec<RiskLevel>,
    q: String,
}

fn key(by: VendorSortBy, row: &FleetRow) -> Key {
    let report = &row.current.report;
    let figures = &report.current7d;
    let count = |number: i64| Some(number as f64);
    Key::Number(match by {
        VendorSortBy::Name => return Key::Text(row.vendor.name.to_lowercase()),
        VendorSortBy::ReliabilityScore => figures.reliability_score(),
        VendorSortBy::OnTimePercentage => figures.on_time_percentage(),
        VendorSortBy::TotalOrders => count(figures.total_orders),
        VendorSortBy::CompletedOrders => count(figures.completed_orders()),
        VendorSortBy::IssueCount => count(figures.issue_count()),
        VendorSortBy::ActiveOrders => count(figures.active_orders()),
        VendorSortBy::DelayedOrders => count(figures.delayed_orders),
        VendorSortBy::TrendPercentage => report.trends().rate(Figures::reliability_score),
        VendorSortBy::RiskLevel => match RiskLevel::of(figures) {
            RiskLevel::Insufficient => None,
            // Of the same level, by the score, which is at most 100: the lower, the riskier.
            level => figures.reliability_score().map(|score| f64::from(level as u8) - score / 1000.0),
        },
    })
}

impl VendorFilter {
    pub(crate) fn read(query: &VendorListQuery, date: Day, checked: &mut Checked) -> Self {
        let order: Option<SortOrder> = checked.word("order", query.order.as_ref());
        Self {
            date,
            sort_by: checked.word("sortBy", query.sort_by.as_ref()).unwrap_or(VendorSortBy::ReliabilityScore),
            descending: order == Some(SortOrder::Desc),
            risk: checked.words("risk", query.risk.as_ref(), RiskLevel::parse),
            q: query.q.as_deref().unwrap_or_default().trim().to_lowercase(),
        }
    }

    fn takes(&self, row: &FleetRow) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.q);
        let vendor = &row.vendor;
        (self.risk.is_empty() || self.risk.contains(&RiskLevel::of(&row.current.report.current7d)))
            && (self.q.is_empty()
                || has(&vendor.name)
                || has(vendor.vendor_id.as_str())
                || vendor.category.as_deref().is_some_and(has))
    }

    fn compare(&self, (one, one_id): (&Key, &VendorId), (other, other_id): (&Key, &VendorId)) -> Ordering {
        let directed = |ordering: Ordering| if self.descending { ordering.reverse() } else { ordering };
        let by_key = match (one, other) {
            (Key::Text(one), Key::Text(other)) => directed(one.cmp(other)),
            (Key::Number(Some(one)), Key::Number(Some(other))) => directed(one.total_cmp(other)),
            (Key::Number(Some(_)), _) => Ordering::Less,
            (_, Key::Number(Some(_))) => Ordering::Greater,
            _ => Ordering::Equal,
        };
        by_key.then_with(|| one_id.cmp(other_id))
    }

    /// The rows of the filter, in its order.
    pub(crate) fn rows<'r>(&self, rows: impl Iterator<Item = &'r FleetRow>) -> Vec<&'r FleetRow> {
        self.keyed(rows).into_iter().map(|(_, row)| row).collect()
    }

    fn keyed<'r>(&self, rows: impl Iterator<Item = &'r FleetRow>) -> Vec<(Key, &'r FleetRow)> {
        let mut rows: Vec<(Key, &FleetRow)> =
            rows.filter(|row| self.takes(row)).map(|row| (key(self.sort_by, row), row)).collect();
        rows.sort_by(|(one, a), (other, b)| self.compare((one, &a.vendor.vendor_id), (other, &b.vendor.vendor_id)));
        rows
    }
}

/// The vendor table: sorted, searched and filtered here, a page at a time.
#[utoipa::path(
    get, path = "/api/vendors", operation_id = "listVendors", tag = "vendors", params(VendorListQuery),
    responses((status = 200, body = VendorListView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(query): Params<VendorListQuery>,
) -> Result<JsonResponse, ApiError> {
    let mut checked = Checked::default();
    let as_of = checked.as_of(query.date.as_ref(), app.0.reports.as_ref(), app.now());
    let filter = VendorFilter::read(&query, as_of.date(), &mut checked);
    let limit = checked.limit(query.limit.as_ref(), 20);
    checked.finish(())?;
    let after: Option<(Key, VendorId)> = cursor::read(&filter, query.cursor.as_ref())?;
    let fleet = app.0.fleet.reports(as_of).await?;
    let rows = filter.keyed(fleet.rows.iter().map(AsRef::as_ref));
    let first = after.map_or(0, |(key, id)| {
        rows.partition_point(|(other, row)| filter.compare((other, &row.vendor.vendor_id), (&key, &id)).is_le())
    });
    let page = &rows[first..rows.len().min(first + limit)];
    let has_more = first + page.len() < rows.len();
    let last = page.last().filter(|_| has_more);
    JsonResponse::json(&VendorListView {
        pagination: PaginationView {
            total: rows.len() as u64,
            has_more,
            next_cursor: last.and_then(|(key, row)| cursor::write(&filter, &(key, &row.vendor.vendor_id))),
        },
        vendors: page.iter().map(|(_, row)| view(row)).collect(),
    })
}

pub(crate) fn view(row: &FleetRow) -> VendorRowView {
    VendorRowView::new(&row.vendor, &row.current.report, row.current.reliability30d.clone())
}

/// Creates a vendor, or replaces its master data.
///
/// With `If-None-Match: *` it only creates, with `If-Match` it only replaces what has that `ETag`.
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

/// The vendor `export`, whose path is that of the export by another method.
pub(crate) async fn put_called_export(State(app): State<App>, put: Put) -> Result<Response, ApiError> {
    put.run(app, "export").await
}

/// What is put, by whom, and in which state only.
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
            return Err(ApiError::new(ErrorCode::Internal, "The log says more."));
        };
        Ok(Self { source: Source { caller, correlation_id }, capacity, headers: parts.headers, body })
    }
}

impl Put {
    async fn run(self, app: App, id: &str) -> Result<Response, ApiError> {
        let id = vendor_id(id)?;
        let (body, _memory) = whole(self.body, &self.capacity).await?;
        let body: PutVendor = serde_json::from_slice(&body).map_err(|_| {
            ApiError::new(ErrorCode::InvalidBody, format!("The vendor cannot be read: {}.", fault(&body)))
        })?;
        let vendor = vendor(id, body)?;
        let place = self.capacity.for_a_write()?;
        app.0.tasks.run(save(app.clone(), self.source, self.headers, vendor, place)).await
    }
}

/// Writes a vendor, and the audit line that must follow.
async fn save(
    app: App,
    source: Source,
    headers: HeaderMap,
    vendor: Vendor,
    place: Place,
) -> Result<Response, ApiError> {
    // One after the other, so that the vendor is still what it was compared with.
    let turn = app.0.vendor_turn.lock().await;
    check_state(&app, &headers, &vendor.vendor_id).await?;
    let is_new = app.0.vendors.put(vendor.clone()).await?;
    drop(turn);
    audit::vendor(&source, app.now(), vendor.vendor_id.as_str());
    drop(place);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, JsonResponse::json(&VendorView::from(&vendor))?).into_response())
}

/// Refuses to write a vendor that is not in the state that the caller expects (RFC 9110, section 13).
async fn check_state(app: &App, headers: &HeaderMap, id: &VendorId) -> Result<(), ApiError> {
    let (matching, none_matching) = (headers.get_all(IF_MATCH), headers.get_all(IF_NONE_MATCH));
    if matching.iter().next().is_none() && none_matching.iter().next().is_none() {
        return Ok(());
    }
    let known = app.0.vendors.vendor(id).await?.as_ref().map(VendorView::from);
    let known = known.map(|known| JsonResponse::json(&known)).transpose()?;
    let is_named = |tags: &HeaderValue| known.as_ref().is_some_and(|known| known.is_named_by(tags));
    let is_matched = matching.iter().next().is_none() || matching.iter().any(is_named);
    if is_matched && !none_matching.iter().any(is_named) {
        return Ok(());
    }
    let state = if known.is_some() { "is there and not as expected" } else { "is not there" };
    Err(ApiError::new(ErrorCode::PreconditionFailed, format!("The vendor {id} {state}. Nothing was changed.")))
}

/// Reads a body to its end. What is longer than most needs a share of the memory.
async fn whole(body: Body, capacity: &Capacity) -> Result<(Vec<u8>, Option<Memory>), ApiError> {
    let (mut body, mut whole, mut memory) = (body.into_data_stream(), Vec::new(), None);
    while let Some(bytes) = body.next().await {
        let bytes = bytes.map_err(|_| ApiError::new(ErrorCode::InvalidBody, "The body broke off."))?;
        if whole.len() + bytes.len() > LONGEST_VENDOR {
            let detail = format!("A vendor is longer than {} MiB.", LONGEST_VENDOR / 1_024 / 1_024);
            return Err(ApiError::new(ErrorCode::PayloadTooLarge, detail));
        }
        if whole.len() + bytes.len() > SHORT_VENDOR && memory.is_none() {
            memory = Some(capacity.memory(2 * LONGEST_VENDOR).ok_or_else(no_memory)?);
        }
        whole.extend_from_slice(&bytes);
    }
    Ok((whole, memory))
}

fn vendor(vendor_id: VendorId, body: PutVendor) -> Result<Vendor, ApiError> {
    let mut checked = Checked::default();
    let mut text = |field: &str, value: Option<&String>, longest: usize| {
        checked.parsed(field, value, |text| match text.trim().chars().count() {
            0 => Err("is empty".to_owned()),
            length if length > longest => Err(format!("is longer than {longest} characters")),
            _ if text.chars().any(char::is_control) => Err("has control characters".to_owned()),
            _ => Ok(text.trim().to_owned()),
        })
    };
    let name = text("name", Some(&body.name), 200);
    let category = text("category", body.category.as_ref(), 100);
    let support_contact = text("supportContact", body.support_contact.as_ref(), 200);
    let contract_start_date = checked.day("contractStartDate", body.contract_start_date.as_ref());
    checked.finish(Vendor {
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
