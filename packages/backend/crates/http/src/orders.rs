//! Orders: lists, the recent feed, and one order.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use goody_application::ports::{OrderFilter, Position, RECENT_HOURS, RecentFilter, StatusCounts, StoreError};
use goody_application::read::{order_page, recent_page};
use goody_contract::{
    ActivityView, OrderDetailView, OrderFilterQuery, OrderListView, OrderPageQuery, OrderQuery, OrderSummaryView,
    OrderView, Problem, RecentOrderView, RecentOrdersQuery, RecentOrdersView, StatusBreakdown, WhatChangedView,
};
use goody_domain::{History, Instant, Order, OrderId, Status, VendorId, fold};
use serde::Deserialize;

use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::order_filter::{as_of, order_filter};
use crate::params::{NoOthers, Params, Validator};
use crate::{App, cursor};

/// The parameters of the list.
#[derive(Deserialize)]
pub(crate) struct ListQuery {
    #[serde(flatten)]
    filter: OrderFilterQuery,
    #[serde(flatten)]
    page: OrderPageQuery,
    #[serde(flatten)]
    _no_others: NoOthers,
}

/// Orders of a filter, and the totals of the whole filter.
#[utoipa::path(
    get, path = "/api/orders", operation_id = "listOrders", tag = "orders", params(OrderFilterQuery, OrderPageQuery),
    responses((status = 200, body = OrderListView), (status = 400, body = Problem))
)]
pub(crate) async fn list(State(app): State<App>, Params(query): Params<ListQuery>) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut validator = Validator::default();
    let filter = order_filter(&query.filter, &mut validator, app.0.reports.zone(), now);
    let limit = validator.limit(query.page.limit.as_ref(), 50);
    let filter = validator.finish(filter)?;
    // The instant of today moves on; a cursor of today's list stays valid.
    let cursor_filter = (OrderFilter { as_of: None, ..filter.clone() }, &query.filter.as_of);
    let after: Option<Position> = cursor::read(&cursor_filter, query.page.cursor.as_ref())?;
    let (orders, reports) = (app.0.orders.as_ref(), app.0.reports.as_ref());
    let page = order_page(orders, reports, &filter, after.as_ref(), limit, now).await?;
    let as_of = filter.as_of.unwrap_or(now);
    JsonResponse::json(&OrderListView {
        orders: page.orders.iter().map(|order| OrderView::new(order, as_of)).collect(),
        vendor_names: vendor_names(&app, page.orders.iter()).await?,
        has_more: page.next.is_some(),
        next_cursor: page.next.and_then(|next| cursor::write(&cursor_filter, &next)),
        summary: OrderSummaryView {
            total: page.total.total,
            total_is_lower_bound: page.total.is_lower_bound,
            status_breakdown: page.total.by_status.as_ref().map(breakdown),
        },
    })
}

/// The names of the vendors of these orders, by vendor id.
pub(crate) async fn vendor_names(
    app: &App,
    orders: impl Iterator<Item = &Order>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let ids = orders.map(|order| order.placement.vendor_id.clone()).collect();
    let vendors = app.0.vendors.vendors_by_id(ids).await?;
    Ok(vendors.into_iter().map(|vendor| (vendor.vendor_id.to_string(), vendor.name)).collect())
}

fn breakdown(counts: &StatusCounts) -> StatusBreakdown {
    StatusBreakdown::from_counts(|status: Status| counts[status as usize])
}

/// The latest updates of orders with what changed, and the activity of the last hour.
#[utoipa::path(
    get, path = "/api/orders/recent", operation_id = "recentOrders", tag = "orders", params(RecentOrdersQuery),
    responses((status = 200, body = RecentOrdersView), (status = 400, body = Problem))
)]
pub(crate) async fn recent(
    State(app): State<App>,
    Params(query): Params<RecentOrdersQuery>,
) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut validator = Validator::default();
    let hours = validator.number("hours", query.hours.as_ref(), 1..=RECENT_HOURS).unwrap_or(24);
    let filter = RecentFilter {
        // At a whole minute, as the activity of the last hour does.
        since: now.plus_seconds(-hours * 3600).floor_minute(),
        statuses: validator.statuses(query.status.as_ref()),
        vendor_id: validator.parse("vendorId", query.vendor_id.as_ref(), VendorId::parse),
    };
    let limit = validator.limit(query.limit.as_ref(), 50);
    let filter = validator.finish(filter)?;
    let cursor_filter = ("recent", hours, filter.statuses.clone(), filter.vendor_id.clone());
    let after: Option<Position> = cursor::read(&cursor_filter, query.cursor.as_ref())?;
    let page = recent_page(app.0.orders.as_ref(), &filter, after.as_ref(), limit, now).await?;
    let zone = app.0.reports.zone();
    JsonResponse::json(&RecentOrdersView {
        date: zone.today(now).date().to_string(),
        time_zone: zone.name().to_owned(),
        orders: page.orders.iter().map(|(history, order)| recent_order(history, order, now)).collect(),
        vendor_names: vendor_names(&app, page.orders.iter().map(|(_, order)| order)).await?,
        has_more: page.next.is_some(),
        next_cursor: page.next.and_then(|next| cursor::write(&cursor_filter, &next)),
        activity: ActivityView {
            updated_last_hour: page.last_hour.iter().sum(),
            status_breakdown: breakdown(&page.last_hour),
        },
    })
}

/// An order, and what its latest event changed.
fn recent_order(history: &History, order: &Order, now: Instant) -> RecentOrderView {
    let mut facts = history.by_occurrence();
    let latest = facts.pop();
    let before = fold(history.order_id(), facts.into_iter().map(|recorded| &recorded.event));
    RecentOrderView {
        order: OrderView::new(order, now),
        changed: WhatChangedView {
            event_id: latest.map(|latest| latest.event.event_id.to_string()).unwrap_or_default(),
            from: before.map(|before| before.status().into()),
            to: order.status().into(),
            occurred_at: order.updated_at.to_string(),
            recorded_at: latest.map(|latest| latest.recorded_at.to_string()).unwrap_or_default(),
            reason: latest.and_then(|latest| latest.event.reason.clone()),
        },
    }
}

/// One order and all its events.
#[utoipa::path(
    get, path = "/api/orders/{id}", operation_id = "order", tag = "orders",
    params(("id" = goody_contract::IdParam, Path, description = "The order."), OrderQuery),
    responses((status = 200, body = OrderDetailView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<OrderQuery>,
) -> Result<JsonResponse, ApiError> {
    detail(&app, &id, &query).await
}

/// The same as `/api/orders/{id}`, also for the ids `recent` and `export`, which are other routes there.
#[utoipa::path(
    get, path = "/api/orders/by-id/{id}", operation_id = "orderById", tag = "orders",
    params(("id" = goody_contract::IdParam, Path, description = "The order."), OrderQuery),
    responses((status = 200, body = OrderDetailView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn get_by_id(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(query): Params<OrderQuery>,
) -> Result<JsonResponse, ApiError> {
    detail(&app, &id, &query).await
}

/// The order with the id `events`: on its path, another method receives events.
pub(crate) async fn get_order_named_events(
    State(app): State<App>,
    Params(query): Params<OrderQuery>,
) -> Result<JsonResponse, ApiError> {
    detail(&app, "events", &query).await
}

async fn detail(app: &App, id: &str, query: &OrderQuery) -> Result<JsonResponse, ApiError> {
    let (now, zone) = (app.now(), app.0.reports.zone());
    let order_id = OrderId::parse(id).map_err(|reason| ApiError::parameter("id", reason))?;
    let mut validator = Validator::default();
    let past = as_of(query.as_of.as_ref(), &mut validator, zone, now);
    let past = validator.finish(past)?;
    let history = app.0.orders.order(&order_id).await?.ok_or_else(|| ApiError::not_found("order", id))?;
    JsonResponse::json(&OrderDetailView::new(&history, past, now, zone))
}
