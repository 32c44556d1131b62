//! EasyPost: `tracker.created` and `tracker.updated`.
//!
//! The body is an Event (<https://docs.easypost.com/docs/events>) with a Tracker as its `result`
//! (<https://docs.easypost.com/docs/trackers>, with the words of `status` and `status_detail`).

use goody_domain::{Rejection, Status};

use super::fields::{Fields, parse, times};
use super::scans::{Parcel, status_of};
use super::{Config, Outcome};
use crate::request::Request;

/// What a status means, and what its detail adds.
fn status(word: &str, detail: Option<&str>) -> Option<Option<Status>> {
    Some(match word {
        "unknown" | "pre_transit" | "error" => None,
        // The label was cancelled, not the order.
        "cancelled" => None,
        "in_transit" | "out_for_delivery" | "available_for_pickup" => Some(match detail {
            Some("delayed" | "weather_delay" | "missorted" | "held" | "delivery_exception" | "transit_exception") => {
                Status::ShippingDelayed
            }
            Some("damaged") => Status::Damaged,
            _ => Status::ShippingOnTime,
        }),
        "delivered" => Some(Status::Arrived),
        "return_to_sender" => Some(Status::ReturnToSender),
        "failure" => Some(match detail {
            Some("damaged") => Status::Damaged,
            Some("lost") => Status::Lost,
            Some("return" | "return_to_sender") => Status::ReturnToSender,
            _ => Status::Undeliverable,
        }),
        _ => return None,
    })
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let body = parse(request.body)?;
    let event = Fields::of(&body)?;
    let kind = event.required("description")?;
    if !matches!(&*kind, "tracker.created" | "tracker.updated") {
        return Ok(Outcome::ignored(format!("{kind} says nothing of a parcel's way")));
    }
    let times = times(config)?;
    let tracker = event.object("result")?;
    let carrier = tracker.text("carrier")?;
    let mut parcel = Parcel::of_number(&tracker.required("tracking_code")?, carrier.as_deref());
    for detail in tracker.list("tracking_details")? {
        let (word, more) = (detail.text("status")?, detail.text("status_detail")?);
        // A carrier sometimes gives a detail without a time: nothing says when it was.
        if let (Some(word), Some(at)) = (word, detail.time("datetime", &times)?) {
            parcel.add(status(&word, more.as_deref()).flatten(), at, detail.text("message")?);
        }
    }
    let detail = tracker.text("status_detail")?;
    if let Some(current) = status_of(&tracker, "status", |word| status(word, detail.as_deref()))? {
        let at = match tracker.time("updated_at", &times)? {
            Some(at) => at,
            None => event.required_time("updated_at", &times)?,
        };
        parcel.add_current(Some(current), at, detail);
    }
    parcel.estimate(tracker.text("est_delivery_date")?);
    Ok(parcel.outcome())
}
