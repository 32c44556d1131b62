//! Shopify: `orders/*`, `fulfillments/*` and `fulfillment_events/*`.
//!
//! The bodies are those of the REST API: <https://shopify.dev/docs/api/admin-rest/latest/resources/order>, `…/fulfillment` and
//! `…/fulfillmentevent`; the topics, <https://shopify.dev/docs/api/webhooks>. An order of several vendors is one order for each vendor,
//! by the mapping of orders. Each fulfillment is a parcel, with its id as `parcelId`.

use std::sync::LazyLock;

use goody_domain::{Rejection, Status};
use serde_json::Value;

use super::fields::{Fields, parse, times};
use super::records::{self, Naming, OwnMapping, Records};
use super::scans::{Parcel, status_of};
use super::{Config, Facts, Outcome};
use crate::files::mapping::Mapping;
use crate::request::Request;
use fulfillment::Shop;

mod fulfillment;
mod refund;

/// The mapping of an order.
static ORDER: OwnMapping = LazyLock::new(|| {
    Mapping::parse("webhooks/shopify.toml".into(), include_str!("../../mappings/webhooks/shopify.toml"))
});

/// What a body is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Order,
    Fulfillment,
    FulfillmentEvent,
}

/// What the status of a shipment means: <https://shopify.dev/docs/api/admin-graphql/latest/enums/FulfillmentEventStatus>.
fn shipment_status(word: &str) -> Option<Option<Status>> {
    Some(match word {
        "label_printed" | "label_purchased" | "confirmed" => None,
        "carrier_picked_up" | "in_transit" | "out_for_delivery" | "ready_for_pickup" => Some(Status::ShippingOnTime),
        "delayed" | "attempted_delivery" => Some(Status::ShippingDelayed),
        "delivered" | "picked_up" => Some(Status::Arrived),
        "failure" => Some(Status::Undeliverable),
        _ => return None,
    })
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    if request.headers.get("X-Shopify-Test") == Some("true") {
        return Ok(Outcome::Ping);
    }
    let topic = request.headers.get("X-Shopify-Topic");
    let kind = match topic {
        Some("orders/delete" | "orders/edited") | None => None,
        Some(topic) if topic.starts_with("orders/") => Some(Kind::Order),
        Some("fulfillments/create" | "fulfillments/update") => Some(Kind::Fulfillment),
        Some("fulfillment_events/create") => Some(Kind::FulfillmentEvent),
        Some(_) => None,
    };
    if kind.is_none()
        && let Some(topic) = topic
    {
        return Ok(Outcome::ignored(left_out(topic)));
    }
    let body = parse(request.body)?;
    let fields = Fields::of(&body)?;
    match kind.or_else(|| kind_of(&fields)) {
        Some(Kind::Order) => order(&body, &fields, config),
        Some(Kind::Fulfillment) => fulfillment(&fields, config),
        Some(Kind::FulfillmentEvent) => fulfillment_event(&fields, config),
        None if fields.has("refund_line_items") => Ok(Outcome::ignored(left_out("refunds/create"))),
        None => Err(Rejection::field("X-Shopify-Topic", "is missing, and the body is no order or fulfillment")),
    }
}

/// Why a topic says nothing.
fn left_out(topic: &str) -> String {
    match topic {
        "fulfillment_events/delete" => "fulfillment_events/delete takes back what is a fact of its own here".into(),
        "refunds/create" => {
            "refunds/create does not say what else the vendor sold: orders/updated, which comes with it, does".into()
        }
        other => format!("{} says nothing of an order's way", other.chars().take(60).collect::<String>()),
    }
}

/// The kind of a body without its topic, as tools that pass webhooks on may drop headers.
fn kind_of(fields: &Fields<'_>) -> Option<Kind> {
    if fields.has("fulfillment_id") {
        return Some(Kind::FulfillmentEvent);
    }
    match (fields.has("order_id"), fields.has("line_items")) {
        (true, true) => Some(Kind::Fulfillment),
        (false, true) => Some(Kind::Order),
        _ => None,
    }
}

/// An order: its placement and end, its parcels, and what was refunded.
fn order(body: &Value, order: &Fields<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let name = order.required("name")?;
    let items = order.list("line_items")?;
    if items.is_empty() {
        return Err(order.missing("line_items"));
    }
    items.iter().try_for_each(|item| item.text("vendor").map(drop))?;
    let mapping = records::mapping(config, &ORDER)?;
    let shop = Shop { records: Records::new(mapping, Naming::Orders)?, times: times(config)? };
    let mut events = shop.records.events(body)?;
    if events.is_empty() {
        return Ok(Outcome::ignored("the order has nothing that is shipped"));
    }
    for parcel in order.list("fulfillments")? {
        events.extend(shop.fulfillment(&parcel, &name, &items)?);
    }
    if !order.has("cancelled_at") {
        events.extend(refund::events(order, &items, &shop, &name)?);
    }
    Ok(Outcome::Facts(Facts { events, parcel_events: Vec::new() }))
}

/// A fulfillment, which is called after its order: `#1030.1` is the first of `#1030`.
fn fulfillment(fulfillment: &Fields<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let name = fulfillment.required("name")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let order_name = name.rsplit_once('.').filter(|(_, number)| is_number(number)).map_or(&*name, |(order, _)| order);
    let mapping = records::mapping(config, &ORDER)?;
    let shop = Shop { records: Records::new(mapping, Naming::Orders)?, times: times(config)? };
    if fulfillment.list("line_items")?.is_empty() {
        return Err(fulfillment.missing("line_items"));
    }
    let events = shop.fulfillment(fulfillment, order_name, &[])?;
    if events.is_empty() {
        return Ok(Outcome::ignored("nothing was shipped with this fulfillment"));
    }
    Ok(Outcome::Facts(Facts { events, parcel_events: Vec::new() }))
}

/// A scan of a fulfillment. It names no vendor, so the order is found by the parcel.
fn fulfillment_event(scan: &Fields<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let times = times(config)?;
    let mut parcel = Parcel::of_id(&scan.required("fulfillment_id")?);
    scan.required("status")?;
    let status = status_of(scan, "status", shipment_status)?;
    if status.is_some() {
        let at = match scan.time("happened_at", &times)? {
            Some(at) => at,
            None => scan.required_time("created_at", &times)?,
        };
        parcel.add(status, at, scan.text("message")?);
    }
    parcel.estimate(scan.text("estimated_delivery_at")?);
    Ok(parcel.outcome())
}
