//! AfterShip Tracking: `tracking_update` and `edd_revise`.
//!
//! See <https://www.aftership.com/docs/tracking/2025-01/webhook/webhook-specifications>; for the words,
//! <https://www.aftership.com/docs/tracking/2025-01/enum/delivery-statuses> and
//! <https://www.aftership.com/docs/tracking/2026-07/enum/delivery-sub-statuses>.

use std::borrow::Cow;

use goody_domain::{Rejection, Status};

use super::fields::{Fields, parse, times};
use super::scans::{Parcel, status_of};
use super::{Config, Outcome};
use crate::request::Request;

/// What a tag means, and what its subtag adds.
fn status(tag: &str, subtag: Option<&str>) -> Option<Option<Status>> {
    Some(match tag {
        "Pending" | "InfoReceived" => None,
        // Nothing was heard for 30 days; that says nothing of where the parcel is.
        "Expired" => None,
        "InTransit" | "OutForDelivery" | "AvailableForPickup" => Some(Status::ShippingOnTime),
        "AttemptFail" => Some(Status::ShippingDelayed),
        "Delivered" => Some(Status::Arrived),
        "Exception" => Some(match subtag {
            // The customer moved or refused, the address is wrong, it was not picked up, the carrier does not take it.
            Some("Exception_002" | "Exception_003" | "Exception_007" | "Exception_008" | "Exception_009") => {
                Status::Undeliverable
            }
            Some("Exception_010" | "Exception_011") => Status::ReturnToSender,
            Some("Exception_012") => Status::Damaged,
            Some("Exception_013") => Status::Lost,
            _ => Status::ShippingDelayed,
        }),
        _ => return None,
    })
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let body = parse(request.body)?;
    let event = Fields::of(&body)?;
    if event.has("event_type") {
        // AfterShip Shipping: labels, rates and manifests.
        let kind = event.required("event_type")?;
        return Ok(Outcome::ignored(format!("{kind} says nothing of a parcel's way")));
    }
    let kind = event.required("event")?;
    if !matches!(&*kind, "tracking_update" | "edd_revise") {
        return Ok(Outcome::ignored(format!("{kind} says nothing of a parcel's way")));
    }
    let times = times(config)?;
    let tracking = event.object("msg")?;
    let number = tracking.required("tracking_number")?;
    if number.bytes().all(|digit| digit == b'0') {
        // The example that AfterShip sends as a test.
        return Ok(Outcome::Ping);
    }
    let slug = tracking.text("slug")?;
    let mut parcel = Parcel::of_number(&number, slug.as_deref());
    for point in tracking.list("checkpoints")? {
        let (tag, subtag) = (point.text("tag")?, point.text("subtag")?);
        if let (Some(tag), Some(at)) = (tag, point.time("checkpoint_time", &times)?) {
            parcel.add(status(&tag, subtag.as_deref()).flatten(), at, point.text("message")?);
        }
    }
    let subtag = tracking.text("subtag")?;
    if let Some(current) = status_of(&tracking, "tag", |tag| status(tag, subtag.as_deref()))? {
        let at = match tracking.time("updated_at", &times)? {
            Some(at) => at,
            None => sent_at(&event)?,
        };
        parcel.add_current(Some(current), at, tracking.text("subtag_message")?);
    }
    parcel.estimate(estimate(&tracking)?);
    parcel.attribute("aftershipOrder", tracking.text("order_number")?.or(tracking.text("order_id")?));
    Ok(parcel.outcome())
}

/// The newest estimate, by the names that the versions of the webhook give it.
fn estimate<'v>(tracking: &Fields<'v>) -> Result<Option<Cow<'v, str>>, Rejection> {
    for (object, name) in [
        ("latest_estimated_delivery", "datetime"),
        ("courier_estimated_delivery_date", "estimated_delivery_date"),
        ("aftership_estimated_delivery_date", "estimated_delivery_date"),
    ] {
        if let Some(fields) = tracking.optional_object(object)?
            && let Some(text) = fields.text(name)?
        {
            return Ok(Some(text));
        }
    }
    tracking.text("expected_delivery")
}

/// When the webhook was sent first, in seconds since 1970.
fn sent_at(event: &Fields<'_>) -> Result<goody_domain::Instant, Rejection> {
    let text = event.required("ts")?;
    let seconds: Option<i64> = text.parse().ok().and_then(|seconds: i64| seconds.checked_mul(1_000_000));
    seconds.map(goody_domain::Instant::from_micros).ok_or_else(|| Rejection::field("ts", "is no number of seconds"))
}
