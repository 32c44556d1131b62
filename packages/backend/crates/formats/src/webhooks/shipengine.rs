//! ShipEngine, now the ShipStation API: `API_TRACK` and `TRACK_EVENT_V2`.
//!
//! See <https://docs.shipstation.com/apis/docs/guides/webhooks-schemas>; for the words of `status_code` and `status_detail_code`,
//! <https://www.shipengine.com/docs/tracking/> and `standardized-status-codes.ts` of the npm package
//! `@shipengine/connect-carrier-api`.

use goody_domain::{Rejection, Status};

use super::fields::{Fields, parse, times};
use super::scans::{Parcel, status_of};
use super::{Config, Outcome};
use crate::request::Request;

/// What a code means, and what its detail adds.
fn status(code: &str, detail: Option<&str>) -> Option<Option<Status>> {
    Some(match code {
        // Unknown; not yet in the carrier's system.
        "UN" | "NY" => None,
        "AC" | "IT" | "SP" => Some(Status::ShippingOnTime),
        "AT" => Some(Status::ShippingDelayed),
        "DE" => Some(Status::Arrived),
        "EX" => Some(match detail {
            Some("PARCEL_DAMAGED") => Status::Damaged,
            Some("PARCEL_LOST" | "PARCEL_DISPOSED") => Status::Lost,
            Some("RETURN_TO_SENDER" | "RETURNED_TO_SENDER") => Status::ReturnToSender,
            Some(
                "NOT_DELIVERED"
                | "NOT_DELIVERED_ADDRESSEE_DECEASED"
                | "REFUSED_BY_CUSTOMER"
                | "PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY",
            ) => Status::Undeliverable,
            _ => Status::ShippingDelayed,
        }),
        _ => return None,
    })
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let body = parse(request.body)?;
    let event = Fields::of(&body)?;
    let kind = event.required("resource_type")?;
    if !matches!(&*kind, "API_TRACK" | "TRACK_EVENT_V2" | "TRACK") {
        return Ok(Outcome::ignored(format!("{kind} says nothing of a parcel's way")));
    }
    let times = times(config)?;
    let track = event.object("data")?;
    let carrier = track.text("carrier_code")?;
    let mut parcel = Parcel::of_number(&track.required("tracking_number")?, carrier.as_deref());
    let mut latest = None;
    for scan in track.list("events")? {
        let at = scan.time("occurred_at", &times)?;
        latest = latest.max(at);
        let (code, detail) = (scan.text("status_code")?, scan.text("status_detail_code")?);
        // Older versions of the API give their scans no status.
        if let (Some(code), Some(at)) = (code, at) {
            parcel.add(status(&code, detail.as_deref()).flatten(), at, scan.text("description")?);
        }
    }
    let detail = track.text("status_detail_code")?;
    if let Some(current) = status_of(&track, "status_code", |code| status(code, detail.as_deref()))? {
        let delivered = track.time("actual_delivery_date", &times)?.filter(|_| current == Status::Arrived);
        let at = match delivered.or(latest).or(track.time("ship_date", &times)?) {
            Some(at) => at,
            None => return Err(track.missing("events.0.occurred_at")),
        };
        let message = track.text("exception_description")?.or(track.text("status_description")?);
        parcel.add_current(Some(current), at, message);
    }
    parcel.estimate(track.text("estimated_delivery_date")?);
    Ok(parcel.outcome())
}
