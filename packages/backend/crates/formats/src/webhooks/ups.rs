//! UPS Track Alert: one scan a request.
//!
//! See `TrackingEventRequest` in <https://github.com/UPS-API/api-documentation/blob/main/UPSTrackAlert.yaml>; the further types are
//! those of `Tracking.yaml` there.

use goody_domain::{Instant, Rejection, Status};

use super::fields::{Fields, parse, times};
use super::scans::{Parcel, status_of};
use super::{Config, Outcome};
use crate::files::times::TimeFormat;
use crate::request::Request;

/// What the type of an activity means.
fn status(word: &str) -> Option<Option<Status>> {
    Some(match word {
        // The shipper announced the parcel, or took that back.
        "M" | "MV" => None,
        "I" | "P" | "O" | "W" | "DO" | "DD" => Some(Status::ShippingOnTime),
        // Another day or hour of delivery, earlier or later.
        "U" => Some(Status::ShippingOnTime),
        "X" => Some(Status::ShippingDelayed),
        "D" => Some(Status::Arrived),
        "RS" => Some(Status::ReturnToSender),
        "NA" => None,
        _ => return None,
    })
}

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let body = parse(request.body)?;
    let event = Fields::of(&body)?;
    let times = times(config)?;
    let mut parcel = Parcel::of_number(&event.required("trackingNumber")?, Some("UPS"));
    let activity = event.object("activityStatus")?;
    activity.required("type")?;
    let Some(status) = status_of(&activity, "type", status)? else { return Ok(parcel.outcome()) };
    parcel.add(Some(status), time(&event, &times)?, activity.text("description")?);
    let day = event.text("scheduledDeliveryDate")?;
    parcel.estimate(day.map(|day| dashed(&day).unwrap_or(day.into_owned()).into()));
    Ok(parcel.outcome())
}

/// When the scan was: in UTC, or in local time with or without its offset.
fn time(event: &Fields<'_>, times: &TimeFormat) -> Result<Instant, Rejection> {
    let read = |day: &str, clock: &str, offset: &str, field: &str| {
        let [hours, minutes, seconds] = [0, 2, 4].map(|at| clock.get(at..at + 2).unwrap_or(""));
        let text = dashed(day).map(|day| format!("{day} {hours}:{minutes}:{seconds}{offset}"));
        let time = text.and_then(|text| times.time(&text).ok().and_then(|time| Instant::parse(&time).ok()));
        let is_whole = clock.len() == 6 && clock.bytes().all(|digit| digit.is_ascii_digit());
        let time = time.filter(|_| is_whole);
        time.ok_or_else(|| Rejection::field(field, "is no day YYYYMMDD with a time HHMMSS"))
    };
    if let (Some(day), Some(clock)) = (event.text("gmtActivityDate")?, event.text("gmtActivityTime")?) {
        return read(&day, &clock, "Z", "gmtActivityDate");
    }
    let (day, clock) = (event.required("localActivityDate")?, event.required("localActivityTime")?);
    let offset = event.text("gmtOffset")?.map(|offset| offset.replace('.', ":")).unwrap_or_default();
    read(&day, &clock, &offset, "localActivityDate")
}

/// A day such as 20240423 with dashes.
fn dashed(day: &str) -> Option<String> {
    let is_day = day.len() == 8 && day.bytes().all(|digit| digit.is_ascii_digit());
    is_day.then(|| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]))
}
