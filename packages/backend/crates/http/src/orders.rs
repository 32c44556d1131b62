//! Orders: lists, the recent feed, one order.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use goody_application::ports::{OrderFilter, Position, RECENT_HOURS, RecentFilter, StatusCounts};
use goody_application::read::{order_page, recent_page};
use goody_contract::{
    ActivityView, OrderDetailView, OrderListQuery, OrderListView, OrderSummaryView, OrderView, Problem,
    RecentOrderView, RecentOrdersQuery, RecentOrdersView, SortOrder, StatusBreakdown, WhatChangedView,
};
use goody_domain::{GiftType, History, Instant, Order, OrderId, Status, VendorId, fold};

use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Checked, Params};
use crate::{App, cursor};

/// Orders of a filter, the latest placed first or last, and the totals of the whole filter.
#[utoipa::path(
    get, path = "/api/orders", operation_id = "listOrders", tag = "orders", params(OrderListQuery),
    responses((status = 200, body = OrderListView), (status = 400, body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(query): Params<OrderListQuery>,
) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut checked = Checked::default();
    let filter = filter(&query, &mut checked);
    let limit = checked.limit(query.limit.as_ref(), 50);
    let filter = checked.finish(filter)?;
    let after: Option<Position> = cursor::read(&filter, query.cursor.as_ref())?;
    let page = order_page(app.0.orders.as_ref(), &filter, after.as_ref(), limit, now).await?;
    JsonResponse::json(&OrderListView {
        orders: page.orders.iter().map(|order| OrderView::new(order, now)).collect(),
        vendor_names: vendor_names(&app, page.orders.iter()).await?,
        has_more: page.next.is_some(),
        next_cursor: page.next.and_then(|next| cursor::write(&filter, &next)),
        summary: OrderSummaryView {
            total: page.count.by_status.iter().sum(),
            total_is_lower_bound: page.count.is_lower_bound,
            status_breakdown: breakdown(&page.count.by_status),
        },
    })
}

/// What the vendors of orders are called, by id.
async fn vendor_names(app: &App, orders: impl Iterator<Item = &Order>) -> Result<BTreeMap<String, String>, ApiError> {
    let ids = orders.map(|order| order.placement.vendor_id.clone()).collect();
    let vendors = app.0.vendors.vendors_by_id(ids).await?;
    Ok(vendors.into_iter().map(|vendor| (vendor.vendor_id.to_string(), vendor.name)).collect())
}

/// The filter of a query; what is wrong with it goes to `checked`.
pub(crate) fn filter(query: &OrderListQuery, checked: &mut Checked) -> OrderFilter {
    let filter = OrderFilter {
        vendor_id: checked.parsed("vendorId", query.vendor_id.as_ref(), VendorId::parse),
        statuses: checked.statuses(query.status.as_ref()),
        placed_from: checked.day("dateFrom", query.date_from.as_ref()),
        placed_to: checked.day("dateTo", query.date_to.as_ref()),
        delayed: checked.flag("delayed", query.delayed.as_ref()),
        gift_type: checked.parsed("giftType", query.gift_type.as_ref(), GiftType::parse),
        oldest_first: checked.word("order", query.order.as_ref()) == Some(SortOrder::Asc),
    };
    if let (Some(from), Some(to)) = (filter.placed_from, filter.placed_to)
        && from > to
    {
        checked.wrong("dateFrom", format!("is after dateTo, {to}"));
    }
    filter
}

fn breakdown(counts: &StatusCounts) -> StatusBreakdown {
    StatusBreakdown::from_counts(|status: Status| counts[status as usize])
}

/// The latest updates: what changed, and the activity of the last hour.
#[utoipa::path(
    get, path = "/api/orders/recent", operation_id = "recentOrders", tag = "orders", params(RecentOrdersQuery),
    responses((status = 200, body = RecentOrdersView), (status = 400, body = Problem))
)]
pub(crate) async fn recent(
    State(app): State<App>,
    Params(query): Params<RecentOrdersQuery>,
) -> Result<JsonResponse, ApiError> {
    let now = app.now();
    let mut checked = Checked::default();
    let hours = checked.number("hours", query.hours.as_ref(), 1..=RECENT_HOURS).unwrap_or(24);
    let filter = RecentFilter {
        since: now.plus_seconds(-hours * 3600),
        statuses: checked.statuses(query.status.as_ref()),
        vendor_id: checked.parsed("vendorId", query.vendor_id.as_ref(), VendorId::parse),
    };
    let limit = checked.limit(query.limit.as_ref(), 50);
    let filter = checked.finish(filter)?;
    let bound = ("recent", hours, filter.statuses.clone(), filter.vendor_id.clone());
    let after: Option<Position> = cursor::read(&bound, query.cursor.as_ref())?;
    let page = recent_page(app.0.orders.as_ref(), &filter, after.as_ref(), limit, now).await?;
    JsonResponse::json(&RecentOrdersView {
        orders: page.orders.iter().map(|(history, order)| recent_order(history, order, now)).collect(),
        vendor_names: vendor_names(&app, page.orders.iter().map(|(_, order)| order)).await?,
        has_more: page.next.is_some(),
        next_cursor: page.next.and_then(|next| cursor::write(&bound, &next)),
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

/// One order and all that was told of it.
#[utoipa::path(
    get, path = "/api/orders/{id}", operation_id = "order", tag = "orders", params(("id" = goody_contract::IdParam, Path, description = "The order.")),
    responses((status = 200, body = OrderDetailView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<JsonResponse, ApiError> {
    detail(&app, &id).await
}

/// The same, for every id: `/api/orders/recent` and `/api/orders/export` are lists, and orders may be called so, too.
#[utoipa::path(
    get, path = "/api/orders/by-id/{id}", operation_id = "orderById", tag = "orders", params(("id" = goody_contract::IdParam, Path, description = "The order.")),
    responses((status = 200, body = OrderDetailView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn one_by_id(State(app): State<App>, Path(id): Path<String>) -> Result<JsonResponse, ApiError> {
    detail(&app, &id).await
}

/// The order `events`, whose path takes events by another method.
pub(crate) async fn one_called_events(State(app): State<App>) -> Result<JsonResponse, ApiError> {
    detail(&app, "events").await
}

async fn detail(app: &App, id: &str) -> Result<JsonResponse, ApiError> {
    let order_id = OrderId::parse(id).map_err(|reason| ApiError::parameter("id", reason))?;
    let history = app.0.orders.order(&order_id).await?.ok_or_else(|| ApiError::not_found("order", id))?;
    JsonResponse::json(&OrderDetailView::new(&history, app.now()))
}
