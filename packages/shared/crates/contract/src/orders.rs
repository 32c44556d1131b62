//! Orders: lists, the recent feed, and one order with its history.

use std::borrow::Cow;
use std::collections::BTreeMap;

use goody_domain::{
    Destination, Fact, History, HistoryFact, Instant, Order, OrderEvent, Parcel, ParcelId, Recorded, ReportZone,
    Status, WireEvent,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::IdParam;

/// `?hours,status,vendorId,limit,cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecentOrdersQuery {
    /// Only orders whose latest event occurred in the last `hours` hours. Default: 24.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 168)]
    pub hours: Option<String>,
    /// Only orders with this status; several are separated by commas.
    #[param(value_type = Option<Vec<StatusView>>, style = Form, explode = false)]
    pub status: Option<String>,
    /// Only this vendor's orders.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
    /// The most orders on a page. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `nextCursor` of the previous page.
    pub cursor: Option<String>,
}

/// `?asOf` of one order.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderQuery {
    /// The order as it stood at the end of this date, or at an instant (RFC 3339): by what is known now, only events that occurred before
    /// it count. Default: now.
    pub as_of: Option<String>,
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

/// Where an order is sent, no finer than a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationView {
    /// The country code (ISO 3166-1): two capital letters.
    pub country: String,
    /// The state or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The first characters of the postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_prefix: Option<String>,
}

impl From<&Destination> for DestinationView {
    fn from(Destination { country, region, postal_prefix }: &Destination) -> Self {
        Self { country: country.clone(), region: region.clone(), postal_prefix: postal_prefix.clone() }
    }
}

/// A parcel of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParcelView {
    /// The parcel id.
    pub parcel_id: String,
    /// The current status.
    pub status: StatusView,
    /// When the vendor handed it over.
    #[schema(required)]
    pub handed_over_at: Option<String>,
    /// When it arrived at the customer.
    #[schema(required)]
    pub actual_delivery: Option<String>,
    /// When it reached its outcome.
    #[schema(required)]
    pub completed_at: Option<String>,
}

impl ParcelView {
    fn new(id: &ParcelId, parcel: &Parcel) -> Self {
        let text = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
        Self {
            parcel_id: id.to_string(),
            status: parcel.status().into(),
            handed_over_at: text(parcel.handover),
            actual_delivery: text(parcel.actual_delivery),
            completed_at: text(parcel.completion.map(|(at, _)| at)),
        }
    }
}

/// The current state of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// The order id.
    pub order_id: String,
    /// The id of the vendor that makes and ships the order.
    pub vendor_id: String,
    /// The current status.
    pub status: StatusView,
    /// When the order was placed.
    pub created_at: String,
    /// When the latest event of the order occurred.
    pub updated_at: String,
    /// The promise: the instant by which the order is to arrive.
    #[schema(required)]
    pub estimated_delivery: Option<String>,
    /// The instant by which the vendor is to hand the parcel to the carrier.
    #[schema(required)]
    pub ship_by: Option<String>,
    /// When the vendor had handed over all parcels of the order.
    #[schema(required)]
    pub handed_over_at: Option<String>,
    /// When all parcels of the order had arrived at the customer.
    #[schema(required)]
    pub actual_delivery: Option<String>,
    /// When the order reached its outcome.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// When the order was cancelled after it was completed: the customer was refunded.
    #[schema(required)]
    pub refunded_at: Option<String>,
    /// When the customer returned the order after it arrived.
    #[schema(required)]
    pub returned_at: Option<String>,
    /// When a replacement of a lost or damaged parcel arrived.
    #[schema(required)]
    pub replacement_arrived_at: Option<String>,
    /// Whether an arrival is said to be before the placement or more than two years after it. No mean of hours includes the order.
    pub suspect: bool,
    /// Whether the order ended after its promise, or is open and its promise has passed.
    pub is_delayed: bool,
    /// The price of the gift, in minor units of the currency.
    #[schema(required)]
    pub gift_value: Option<i64>,
    /// The currency code (ISO 4217).
    pub currency: String,
    /// The type of the gift.
    #[schema(required)]
    pub gift_type: Option<String>,
    /// Whether the customer paid for fast delivery.
    pub is_rush: bool,
    /// The number of the order as the shop writes it.
    #[schema(required)]
    pub reference: Option<String>,
    /// Where the order is sent.
    #[schema(required)]
    pub destination: Option<DestinationView>,
    /// The carrier of the parcel.
    #[schema(required)]
    pub carrier: Option<String>,
    /// The carrier's tracking number.
    #[schema(required)]
    pub tracking_number: Option<String>,
    /// The reason in the latest event that has one.
    #[schema(required)]
    pub reason: Option<String>,
}

impl OrderView {
    /// The view of an order at `now`.
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
            handed_over_at: text(order.handover),
            actual_delivery: text(order.actual_delivery),
            completed_at: text(order.completed_at()),
            refunded_at: text(order.refunded_at),
            returned_at: text(order.returned_at),
            replacement_arrived_at: text(order.replacement_arrived_at),
            suspect: order.is_suspect,
            is_delayed: order.is_delayed(now),
            gift_value: placement.gift_value,
            currency: placement.currency().to_string(),
            gift_type: placement.gift_type.as_ref().map(ToString::to_string),
            is_rush: placement.is_rush(),
            reference: placement.reference.clone(),
            destination: placement.destination.as_ref().map(Into::into),
            carrier: order.latest_note.carrier.clone(),
            tracking_number: order.latest_note.tracking_number.clone(),
            reason: order.latest_note.reason.clone(),
        }
    }
}

/// The number of orders with each status.
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
    /// Calls `count` for each status.
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

/// Counts over the whole filter, not only this page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderSummaryView {
    /// The number of orders.
    pub total: i64,
    /// True if counting stopped early: there are `total` orders or more.
    pub total_is_lower_bound: bool,
    /// The number of orders with each status; with `asOf`, the status of then. Null if the total is a number of a report
    /// that has no counts by status.
    #[schema(required)]
    pub status_breakdown: Option<StatusBreakdown>,
}

/// A page of orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderListView {
    /// The orders, sorted as the parameters say; orders of the same instant or value by id.
    pub orders: Vec<OrderView>,
    /// The names of the vendors of these orders, by vendor id.
    pub vendor_names: BTreeMap<String, String>,
    /// The cursor of the next page. Null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
    /// Counts over the whole filter.
    pub summary: OrderSummaryView,
}

/// What the latest event of an order changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhatChangedView {
    /// The event id.
    pub event_id: String,
    /// The status before the event. Null if the order was not placed before.
    #[schema(required)]
    pub from: Option<StatusView>,
    /// The status after the event.
    pub to: StatusView,
    /// When the event occurred.
    pub occurred_at: String,
    /// When the server received the event.
    pub recorded_at: String,
    /// The reason in the event.
    #[schema(required)]
    pub reason: Option<String>,
}

/// An order in the recent feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecentOrderView {
    /// The order.
    pub order: OrderView,
    /// What the latest event of the order changed.
    pub changed: WhatChangedView,
}

/// The activity of the last hour, which starts at a whole minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// The number of orders of the filter whose latest event occurred since the whole minute an hour ago.
    pub updated_last_hour: i64,
    /// The number of these orders with each current status.
    pub status_breakdown: StatusBreakdown,
}

/// A page of the recent feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecentOrdersView {
    /// The date of today, in the report time zone.
    pub date: String,
    /// The report time zone.
    pub time_zone: String,
    /// The orders, the latest update first; orders of the same instant by id.
    pub orders: Vec<RecentOrderView>,
    /// The names of the vendors of these orders, by vendor id.
    pub vendor_names: BTreeMap<String, String>,
    /// The cursor of the next page. Null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
    /// The activity of the last hour.
    pub activity: ActivityView,
}

/// One event of one order, in the form in which it is received, stored and returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderEventView {
    /// The event id, unique within the order. A second event with the same id and content is a duplicate.
    pub event_id: String,
    /// The order id: 1–128 of `A-Z a-z 0-9 . _ : -`.
    pub order_id: String,
    /// The vendor id. Required with `PLACED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_id: Option<String>,
    /// The status that the order reached.
    pub status: StatusView,
    /// RFC 3339: when the event occurred, not when it was sent.
    pub occurred_at: String,
    /// The parcel that the event is about; without it the event is about all parcels of the order. Not with `PLACED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parcel_id: Option<String>,
    /// With `PLACED`: the promise, the instant by which the order is to arrive, or a date: the last second of that day in the
    /// report time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_delivery: Option<String>,
    /// With `PLACED`: the instant by which the vendor is to hand the parcel to the carrier, or a date as above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_by: Option<String>,
    /// With `PLACED`: the price of the gift, in minor units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_value: Option<i64>,
    /// With `PLACED`: the currency code (ISO 4217). Default: USD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// With `PLACED`: the type of the gift, as a slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_type: Option<String>,
    /// With `PLACED`: whether the customer paid for fast delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_rush: Option<bool>,
    /// With `PLACED`: the number of the order as the shop writes it, at most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// With `PLACED`: the name of the vendor, for a vendor without master data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_name: Option<String>,
    /// With `PLACED`: where the order is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<DestinationView>,
    /// The carrier of the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's tracking number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// The reason, in at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the event was imported from a file, long after it occurred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_backfilled: Option<bool>,
    /// At most 20 other texts by name, which are stored, shown and exported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<BTreeMap<String, String>>,
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
            parcel_id: text(wire.parcel_id),
            estimated_delivery: text(wire.estimated_delivery),
            ship_by: text(wire.ship_by),
            reference: text(wire.reference),
            vendor_name: text(wire.vendor_name),
            destination: match &event.fact {
                Fact::Placed(placement) => placement.destination.as_ref().map(Into::into),
                Fact::Became(..) => None,
            },
            gift_value: wire.gift_value,
            currency: text(wire.currency),
            gift_type: text(wire.gift_type),
            is_rush: wire.is_rush,
            carrier: text(wire.carrier),
            tracking_number: text(wire.tracking_number),
            reason: text(wire.reason),
            is_backfilled: wire.is_backfilled,
            attributes: (!event.attributes.is_empty()).then(|| event.attributes.clone()),
        }
    }
}

/// One entry in the history of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "almost every entry is an event")]
pub enum HistoryEntryView {
    /// An event.
    Event(HistoryEventView),
    /// The events of a batch were taken back.
    Retraction(RetractionView),
}

/// An event in the history of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEventView {
    /// When the server received the event.
    pub recorded_at: String,
    /// The batch that recorded it. Absent for an event that an earlier version of the program stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    /// Whether the event was taken back. Then it counts nowhere.
    pub is_taken_back: bool,
    /// The event.
    #[serde(flatten)]
    pub event: OrderEventView,
}

/// A retraction in the history of an order: it takes back the events of a batch that were recorded before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetractionView {
    /// When the events were taken back.
    pub recorded_at: String,
    /// The batch.
    pub batch_id: String,
}

impl HistoryEntryView {
    /// The entries of a history in the order in which they occurred; of the events, those before `past` if it is set. A retraction occurs
    /// when it is recorded.
    fn all(history: &History, past: Option<Instant>) -> Vec<Self> {
        let occurred = |recorded: &Recorded| past.is_none_or(|at| recorded.event.occurred_at < at);
        let mut facts: Vec<(usize, &HistoryFact)> = history.facts().iter().enumerate().collect();
        facts.retain(|(_, fact)| fact.event().is_none_or(occurred));
        // A retraction follows the events of its instant.
        facts.sort_by_key(|entry| match entry.1 {
            HistoryFact::Event(recorded) => (recorded.event.occurred_at, false, Some(recorded.event.sort_key())),
            HistoryFact::Retraction(retraction) => (retraction.recorded_at, true, None),
        });
        let view = |(position, fact): (usize, &HistoryFact)| match fact {
            HistoryFact::Event(recorded) => Self::Event(HistoryEventView {
                recorded_at: recorded.recorded_at.to_string(),
                batch_id: recorded.batch_id.as_ref().map(ToString::to_string),
                is_taken_back: history.is_taken_back(position),
                event: (&recorded.event).into(),
            }),
            HistoryFact::Retraction(retraction) => Self::Retraction(RetractionView {
                recorded_at: retraction.recorded_at.to_string(),
                batch_id: retraction.batch_id.to_string(),
            }),
        };
        facts.into_iter().map(view).collect()
    }
}

/// An order and its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDetailView {
    /// The order id.
    pub order_id: String,
    /// The date of the evaluation, in the report time zone.
    pub date: String,
    /// The instant of the evaluation.
    pub as_of: String,
    /// The report time zone.
    pub time_zone: String,
    /// The number of entries of the whole history.
    pub version: usize,
    /// The order. Null until its `PLACED` event is received, and before it occurred; until then the order is in no list and no report.
    #[schema(required)]
    pub order: Option<OrderView>,
    /// The parcels that its events name, by id; empty if they name none.
    pub parcels: Vec<ParcelView>,
    /// The events and the retractions, in the order in which they occurred.
    pub history: Vec<HistoryEntryView>,
}

impl OrderDetailView {
    /// The view of an order with its history: at `now`, or of what had occurred before a past instant.
    pub fn new(history: &History, past: Option<Instant>, now: Instant, zone: &ReportZone) -> Self {
        let (at, date, order) = match past {
            None => (now, zone.day(now), history.order()),
            Some(at) => (at, zone.day_before(at), history.order_before(at)),
        };
        let parcels = order.iter().flat_map(|order| &order.parcels).map(|(id, parcel)| ParcelView::new(id, parcel));
        Self {
            order_id: history.order_id().to_string(),
            date: date.to_string(),
            as_of: at.to_string(),
            time_zone: zone.name().to_owned(),
            version: history.version(),
            parcels: parcels.collect(),
            order: order.as_ref().map(|order| OrderView::new(order, at)),
            history: HistoryEntryView::all(history, past),
        }
    }
}
