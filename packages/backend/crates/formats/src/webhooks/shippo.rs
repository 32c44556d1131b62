//! Shippo: `track_updated`.
//!
//! See <https://docs.goshippo.com/docs/tracking/webhooks> and, for the words of `status` and `substatus.code`,
//! <https://docs.goshippo.com/docs/tracking/tracking>.

use goody_domain::{Rejection, Status};

use super::fields::{Fields, parse, times};
use super::scans::{Parcel, status_of};
use super::{Config, Outcome};
use crate::request::Request;

/// What a status means, and what its substatus adds.
fn status(word: &str, code: Option<&str>) -> Option<Option<Status>> {
    Some(match word {
        "UNKNOWN" | "PRE_TRANSIT" => None,
        "TRANSIT" => Some(match code {
            Some(
                "address_issue"
                | "contact_carrier"
                | "delayed"
                | "delivery_attempted"
                | "delivery_rescheduled"
                | "location_inaccessible"
                | "notice_left"
                | "package_held"
                | "reschedule_delivery",
            ) => Status::ShippingDelayed,
            Some("package_damaged") => Status::Damaged,
            _ => Status::ShippingOnTime,
        }),
        "DELIVERED" => Some(Status::Arrived),
        "RETURNED" => Some(match code {
            Some("package_unclaimed") => Status::Undeliverable,
            _ => Status::ReturnToSender,
        }),
        "FAILURE" => Some(match code {
            Some("package_lost" | "package_disposed") => Status::Lost,
            Some("package_damaged") => Status::Damaged,
            _ => Status::Undeliverable,
        }),
        _ => return None,
    })
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let body = parse(request.body)?;
    let event = Fields::of(&body)?;
    let kind = event.required("event")?;
    if event.value("test").and_then(serde_json::Value::as_bool) == Some(true) {
        return Ok(Outcome::Ping);
    }
    if kind != "track_updated" {
        return Ok(Outcome::ignored(format!("{kind} says nothing of a parcel's way")));
    }
    let times = times(config)?;
    let track = event.object("data")?;
    let carrier = track.text("carrier")?;
    let mut parcel = Parcel::of_number(&track.required("tracking_number")?, carrier.as_deref());
    for scan in track.list("tracking_history")? {
        let (word, code) = (scan.text("status")?, code_of(&scan)?);
        if let (Some(word), Some(at)) = (word, scan.time("status_date", &times)?) {
            parcel.add(status(&word, code.as_deref()).flatten(), at, scan.text("status_details")?);
        }
    }
    // A number that no carrier knows has no status.
    if let Some(current) = track.optional_object("tracking_status")? {
        let code = code_of(&current)?;
        if let Some(status) = status_of(&current, "status", |word| status(word, code.as_deref()))? {
            let at = current.required_time("status_date", &times)?;
            parcel.add_current(Some(status), at, current.text("status_details")?);
        }
    }
    parcel.estimate(track.text("eta")?);
    parcel.attribute("shippoMetadata", track.text("metadata")?);
    Ok(parcel.outcome())
}

/// The code of a substatus, which older versions of the API write as a text.
fn code_of(scan: &Fields<'_>) -> Result<Option<String>, Rejection> {
    if let Some(code) = scan.value("substatus").and_then(serde_json::Value::as_str) {
        return Ok(Some(code.to_owned()));
    }
    let Some(substatus) = scan.optional_object("substatus")? else { return Ok(None) };
    Ok(substatus.text("code")?.map(std::borrow::Cow::into_owned))
}
