//! WooCommerce: `order.created`, `order.updated` and `order.restored`.
//!
//! The body is the order of the REST API (<https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties>). The plugins for
//! shipment tracking keep their parcels in its `meta_data`, under `_wc_shipment_tracking_items`
//! (<https://woocommerce.com/document/shipment-tracking/>).

use std::borrow::Cow;
use std::sync::LazyLock;

use goody_domain::{Instant, Rejection, Status, WireEvent};
use serde_json::Value;

use super::fields::{Fields, parse, times};
use super::records::{self, Naming, OwnMapping, Records};
use super::{Config, Facts, Outcome};
use crate::files::ids::make_id;
use crate::files::mapping::Mapping;
use crate::files::mapping::cells::cleaned;
use crate::files::mapping::event_id::derived_id;
use crate::files::mapping::row::LONGEST_NAME;
use crate::request::Request;

/// The mapping of an order.
static ORDER: OwnMapping = LazyLock::new(|| {
    Mapping::parse("webhooks/woocommerce.toml".into(), include_str!("../../mappings/webhooks/woocommerce.toml"))
});

/// Whether a body is what WooCommerce posts, unsigned, when a webhook is saved: `webhook_id=123`.
pub(super) fn is_ping(body: &[u8]) -> bool {
    let id = body.strip_prefix(b"webhook_id=").unwrap_or_default();
    (1..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit)
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    if is_ping(request.body) {
        return Ok(Outcome::Ping);
    }
    if let Some(topic) = request.headers.get("X-WC-Webhook-Topic")
        && !matches!(topic, "order.created" | "order.updated" | "order.restored")
    {
        return Ok(Outcome::ignored(format!("{topic} says nothing of an order's way")));
    }
    let body = parse(request.body)?;
    let order = Fields::of(&body)?;
    let mapping = records::mapping(config, &ORDER)?;
    order.required("id")?;
    order.required("status")?;
    let mut events = Records::new(mapping, Naming::Orders)?.events(&body)?;
    let shipped =
        events.iter().find(|event| event.status.as_deref() != Some(Status::Placed.as_str())).or(events.first());
    let Some(shipped) = shipped.cloned() else { return Ok(Outcome::ignored("the mapping leaves it out")) };
    let parcels = parcels(&order, &shipped, config)?;
    events.extend(parcels);
    Ok(Outcome::Facts(Facts { events, parcel_events: Vec::new() }))
}

/// The parcels that a plugin for shipment tracking knows. Each was sent on a day that it says, or else when the order was.
fn parcels(
    order: &Fields<'_>,
    shipped: &WireEvent<'static>,
    config: &Config,
) -> Result<Vec<WireEvent<'static>>, Rejection> {
    let times = times(config)?;
    let mut parcels = Vec::new();
    for meta in order.list("meta_data")? {
        // Plugins keep anything under their keys.
        let is_tracking = meta.value("key").and_then(Value::as_str) == Some("_wc_shipment_tracking_items");
        if !is_tracking || !meta.value("value").is_some_and(Value::is_array) {
            continue;
        }
        for item in meta.list("value")? {
            let Some(number) = item.text("tracking_number")? else { continue };
            let carrier = item.text("tracking_provider")?.or(item.text("custom_tracking_provider")?);
            let at = match item.text("date_shipped")?.map(|text| text.parse::<i64>().map_err(|_| text)) {
                Some(Ok(seconds)) => seconds.checked_mul(1_000_000).map(Instant::from_micros),
                Some(Err(_)) => item.time("date_shipped", &times)?,
                None => None,
            };
            let name = |text: Cow<'_, str>| Cow::Owned(cleaned(text, LONGEST_NAME).into_owned());
            let mut event = WireEvent {
                order_id: shipped.order_id.clone(),
                vendor_id: shipped.vendor_id.clone(),
                status: Some(Cow::Borrowed(Status::ShippingOnTime.as_str())),
                occurred_at: at.map(|at| Cow::Owned(at.to_string())).or(shipped.occurred_at.clone()),
                parcel_id: Some(Cow::Owned(make_id(&number).into_owned())),
                carrier: carrier.map(name),
                tracking_number: Some(name(number)),
                ..WireEvent::default()
            };
            event.event_id = derived_id(&event, false);
            parcels.push(event);
        }
    }
    Ok(parcels)
}
