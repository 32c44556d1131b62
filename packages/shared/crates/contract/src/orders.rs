//! Orders: lists, the recent feed, and one order with its history.

use std::borrow::Cow;
use std::collections::BTreeMap;

use goody_domain::{History, Instant, Order, OrderEvent, Recorded, Status, WireEvent};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{GiftTypeParam, IdParam, SortOrder};

/// `?vendorId,status,dateFrom,dateTo,delayed,giftType,limit,cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderListQuery {
    /// Only this vendor's orders.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
    /// Only orders in this status; several by commas.
    #[param(value_type = Option<Vec<StatusView>>, style = Form, explode = false)]
    pub status: Option<String>,
    /// Placed on this day or later, in the report time zone.
    #[param(format = Date)]
    pub date_from: Option<String>,
    /// Placed on this day or earlier, in the report time zone.
    #[param(format = Date)]
    pub date_to: Option<String>,
    /// `true`: only orders past their promise. `false`: only the others.
    #[param(value_type = Option<bool>)]
    pub delayed: Option<String>,
    /// Only gifts of this kind.
    #[param(value_type = Option<GiftTypeParam>)]
    pub gift_type: Option<String>,
    /// By placement. Default: `desc`, the latest first.
    #[param(value_type = Option<SortOrder>)]
    pub order: Option<String>,
    /// How many orders. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// `?hours,status,vendorId,limit,cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecentOrdersQuery {
    /// Updated within so many hours. Default: 24.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 168)]
    pub hours: Option<String>,
    /// Only orders in this status; several by commas.
    #[param(value_type = Option<Vec<StatusView>>, style = Form, explode = false)]
    pub status: Option<String>,
    /// Only this vendor's orders.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
    /// How many orders. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// One of the nine statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the nine statuses say what they are")]
pub enum StatusView {
    Placed,
    ShippingOnTime,
    ShippingDelayed,
    Arrived,
    Lost,
    Damaged,
    Undeliverable,
    ReturnToSender,
    Cancelled,
}

impl From<Status> for StatusView {
    fn from(status: Status) -> Self {
        match status {
            Status::Placed => Self::Placed,
            Status::ShippingOnTime => Self::ShippingOnTime,
            Status::ShippingDelayed => Self::ShippingDelayed,
            Status::Arrived => Self::Arrived,
            Status::Lost => Self::Lost,
            Status::Damaged => Self::Damaged,
            Status::Undeliverable => Self::Undeliverable,
            Status::ReturnToSender => Self::ReturnToSender,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// An order as it is known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// The order.
    pub order_id: String,
    /// Who makes and ships it.
    pub vendor_id: String,
    /// Where it stands.
    pub status: StatusView,
    /// When it was placed.
    pub created_at: String,
    /// When the latest of its events occurred.
    pub updated_at: String,
    /// The promise.
    #[schema(required)]
    pub estimated_delivery: Option<String>,
    /// When the vendor is to hand it to the carrier.
    #[schema(required)]
    pub ship_by: Option<String>,
    /// When it first arrived.
    #[schema(required)]
    pub actual_delivery: Option<String>,
    /// When it ended, however it did.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// Ended after its promise, or still going on with the promise over.
    pub is_delayed: bool,
    /// What the gift costs, in minor units.
    #[schema(required)]
    pub gift_value: Option<i64>,
    /// ISO 4217.
    pub currency: String,
    /// What kind of gift it is.
    #[schema(required)]
    pub gift_type: Option<String>,
    /// Paid for to be fast.
    pub is_rush: bool,
    /// Who carries the parcel.
    #[schema(required)]
    pub carrier: Option<String>,
    /// The carrier's number for it.
    #[schema(required)]
    pub tracking_number: Option<String>,
    /// The last reason that was told.
    #[schema(required)]
    pub reason: Option<String>,
}

impl OrderView {
    /// The order, as it stands at `now`.
    pub fn new(order: &Order, now: Instant) -> Self {
        let text = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
        let placement = &order.placement;
        Self {
            order_id: order.order_id.to_string(),
            vendor_id: placement.vendor_id.to_string(),
            status: order.status().into(),
            created_at: order.created_at.to_string(),
            updated_at: order.updated_at.to_string(),
            estimated_delivery: text(placement.estimated_delivery),
            ship_by: text(placement.ship_by),
            actual_delivery: text(order.actual_delivery),
            completed_at: text(order.completed_at()),
            is_delayed: order.is_delayed(now),
            gift_value: placement.gift_value,
            currency: placement.currency.to_string(),
            gift_type: placement.gift_type.as_ref().map(ToString::to_string),
            is_rush: placement.is_rush,
            carrier: order.latest_note.carrier.clone(),
            tracking_number: order.latest_note.tracking_number.clone(),
            reason: order.latest_note.reason.clone(),
        }
    }
}

/// One count for each of the nine statuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the nine statuses say what they are")]
pub struct StatusBreakdown {
    pub placed: i64,
    pub shipping_on_time: i64,
    pub shipping_delayed: i64,
    pub arrived: i64,
    pub lost: i64,
    pub damaged: i64,
    pub undeliverable: i64,
    pub return_to_sender: i64,
    pub cancelled: i64,
}

impl StatusBreakdown {
    /// Asks for the count of each status.
    pub fn from_counts(count: impl Fn(Status) -> i64) -> Self {
        Self {
            placed: count(Status::Placed),
            shipping_on_time: count(Status::ShippingOnTime),
            shipping_delayed: count(Status::ShippingDelayed),
            arrived: count(Status::Arrived),
            lost: count(Status::Lost),
            damaged: count(Status::Damaged),
            undeliverable: count(Status::Undeliverable),
            return_to_sender: count(Status::ReturnToSender),
            cancelled: count(Status::Cancelled),
        }
    }
}

/// The whole filter, not the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderSummaryView {
    /// Orders of the whole filter.
    pub total: i64,
    /// True where counting stopped: there are `total` orders or more.
    pub total_is_lower_bound: bool,
    /// The same by status.
    pub status_breakdown: StatusBreakdown,
}

/// A page of orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderListView {
    /// The latest placed first; orders of the same instant by id.
    pub orders: Vec<OrderView>,
    /// What the vendors of these orders are called, by id.
    pub vendor_names: BTreeMap<String, String>,
    /// Where the next page begins.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Whether there is one.
    pub has_more: bool,
    /// The whole filter.
    pub summary: OrderSummaryView,
}

/// What the latest event of an order changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatChangedView {
    /// The event.
    pub event_id: String,
    /// Where the order stood without it; null where it was not placed.
    #[schema(required)]
    pub from: Option<StatusView>,
    /// Where it stands with it.
    pub to: StatusView,
    /// When it happened.
    pub occurred_at: String,
    /// When we heard of it.
    pub recorded_at: String,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
}

/// An order in the recent feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecentOrderView {
    /// The order.
    pub order: OrderView,
    /// What its latest event changed.
    pub changed: WhatChangedView,
}

/// The last hour, from a whole minute on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// Orders whose latest event occurred since the whole minute an hour ago, of the same filter.
    pub updated_last_hour: i64,
    /// The same by where they stand now.
    pub status_breakdown: StatusBreakdown,
}

/// A page of the recent feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecentOrdersView {
    /// The latest update first; orders of the same instant by id.
    pub orders: Vec<RecentOrderView>,
    /// What the vendors of these orders are called, by id.
    pub vendor_names: BTreeMap<String, String>,
    /// Where the next page begins.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Whether there is one.
    pub has_more: bool,
    /// The last hour.
    pub activity: ActivityView,
}

/// One fact about one order, in the form in which it is sent, kept and told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderEventView {
    /// Unique for its order: the same id twice is the same fact once.
    pub event_id: String,
    /// The order: 1–128 of `A-Z a-z 0-9 . _ : -`.
    pub order_id: String,
    /// The vendor. Required on `PLACED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_id: Option<String>,
    /// What became of the order.
    pub status: StatusView,
    /// RFC 3339: when it happened, not when it was heard of.
    pub occurred_at: String,
    /// On `PLACED`: the promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_delivery: Option<String>,
    /// On `PLACED`: when the vendor is to hand it to the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_by: Option<String>,
    /// On `PLACED`: minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_value: Option<i64>,
    /// On `PLACED`: ISO 4217. Default: USD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// On `PLACED`: a slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_type: Option<String>,
    /// On `PLACED`: paid for to be fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_rush: Option<bool>,
    /// Who carries the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Why, in at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Told long after the fact, from a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_backfilled: Option<bool>,
}

impl From<&OrderEvent> for OrderEventView {
    fn from(event: &OrderEvent) -> Self {
        let wire = WireEvent::from(event);
        let text = |field: Option<Cow<'_, str>>| field.map(Cow::into_owned);
        Self {
            event_id: event.event_id.to_string(),
            order_id: event.order_id.to_string(),
            vendor_id: text(wire.vendor_id),
            status: event.status().into(),
            occurred_at: event.occurred_at.to_string(),
            estimated_delivery: text(wire.estimated_delivery),
            ship_by: text(wire.ship_by),
            gift_value: wire.gift_value,
            currency: text(wire.currency),
            gift_type: text(wire.gift_type),
            is_rush: wire.is_rush,
            carrier: text(wire.carrier),
            tracking_number: text(wire.tracking_number),
            reason: text(wire.reason),
            is_backfilled: wire.is_backfilled,
        }
    }
}

/// One fact of an order's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntryView {
    /// When we heard of it.
    pub recorded_at: String,
    /// What was told.
    #[serde(flatten)]
    pub event: OrderEventView,
}

impl From<&Recorded> for HistoryEntryView {
    fn from(recorded: &Recorded) -> Self {
        Self { recorded_at: recorded.recorded_at.to_string(), event: (&recorded.event).into() }
    }
}

/// An order and all that was told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDetailView {
    /// The order's id.
    pub order_id: String,
    /// How many facts are known.
    pub version: usize,
    /// The order; null while its placement is not known, and it counts nowhere.
    #[schema(required)]
    pub order: Option<OrderView>,
    /// The facts, by when they occurred.
    pub history: Vec<HistoryEntryView>,
}

impl OrderDetailView {
    /// The order, as it stands at `now`.
    pub fn new(history: &History, now: Instant) -> Self {
        Self {
            order_id: history.order_id().to_string(),
            version: history.version(),
            order: history.order().map(|order| OrderView::new(&order, now)),
            history: history.by_occurrence().into_iter().map(Into::into).collect(),
        }
    }
}
