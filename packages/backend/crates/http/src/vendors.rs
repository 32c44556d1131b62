//! The vendor table, and vendors' master data.

use std::cmp::Ordering;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use goody_application::read::FleetRow;
use goody_contract::{
    ErrorCode, PaginationView, Problem, PutVendor, SortOrder, VendorListQuery, VendorListView, VendorRowView,
    VendorSortBy, VendorView,
};
use goody_domain::{Day, Figures, RiskLevel, SlaPromises, Vendor, VendorId};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::audit::Source;
use crate::capacity::{Capacity, Memory, Place, no_memory};
use crate::correlation::CorrelationId;
use crate::doors::Caller;
use crate::error::ApiError;
use crate::params::{Checked, Params, vendor_id};
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
pub(crate) async fn list(State(app): State<App>, Params(query): Params<VendorListQuery>) -> Result<Answer, ApiError> {
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
    Answer::json(&VendorListView {
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
#[utoipa::path(
    put, path = "/api/vendors/{id}", operation_id = "putVendor", tag = "vendors", params(("id" = goody_contract::IdParam, Path, description = "The vendor.")),
    request_body = PutVendor,
    responses(
        (status = 200, body = VendorView), (status = 201, body = VendorView), (status = 400, body = Problem),
        (status = 413, body = Problem)
    )
)]
pub(crate) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
    Extension(capacity): Extension<Capacity>,
    body: Body,
) -> Result<Response, ApiError> {
    let id = vendor_id(&id)?;
    let (body, _memory) = whole(body, &capacity).await?;
    let body: PutVendor = serde_json::from_slice(&body)
        .map_err(|error| ApiError::new(ErrorCode::InvalidBody, format!("The vendor cannot be read: {error}.")))?;
    let vendor = vendor(id, body)?;
    let place = capacity.for_a_write()?;
    let (tasks, source) = (app.0.tasks.clone(), Source { caller, correlation_id });
    tasks.run(save(app, source, vendor, place)).await
}

/// Writes a vendor, and the audit line that must follow.
async fn save(app: App, source: Source, vendor: Vendor, place: Place) -> Result<Response, ApiError> {
    let is_new = app.0.vendors.put(vendor.clone()).await?;
    audit::vendor(&source, app.now(), vendor.vendor_id.as_str());
    drop(place);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Answer::json(&VendorView::from(&vendor))?).into_response())
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
