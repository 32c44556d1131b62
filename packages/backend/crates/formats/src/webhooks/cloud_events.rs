//! CloudEvents on the route of events: the envelope comes off, and the event in it is read like any other.
//!
//! Structured, batched and binary mode of <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>.
//! What the event does not say, the envelope may: its `id` is the `eventId`, its `time` the `occurredAt`, its `subject` the `orderId`.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use goody_domain::{Rejection, WireEvent};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::fields::{Fields, parse};
use crate::files::ids::make_id;
use crate::request::Request;

/// How the media types of CloudEvents begin.
const PREFIX: &str = "application/cloudevents";

/// The events of a request in CloudEvents, or why each is none.
pub type CloudEvents = Vec<Result<WireEvent<'static>, Rejection>>;

/// An event, or why it is rejected.
type Read = Result<WireEvent<'static>, Rejection>;

/// The attributes of an envelope that an event may lack.
#[derive(Default)]
struct Envelope<'v> {
    id: Option<Cow<'v, str>>,
    time: Option<Cow<'v, str>>,
    subject: Option<Cow<'v, str>>,
}

/// Whether a request with these headers, `Content-Type` and `ce-specversion`, is in CloudEvents.
pub fn is_cloud_event(content_type: Option<&str>, spec_version: Option<&str>) -> bool {
    let start = content_type.and_then(|kind| kind.get(..PREFIX.len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(PREFIX)) || spec_version.is_some()
}

/// The events of a request in CloudEvents; `None` if it is no such request.
pub fn read(request: &Request<'_>) -> Option<CloudEvents> {
    let (content, version) = (request.headers.get("Content-Type"), request.headers.get("ce-specversion"));
    if !is_cloud_event(content, version) {
        return None;
    }
    let content = content.unwrap_or_default();
    let kind = content.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/cloudevents+json" => Some(vec![parse(request.body).and_then(|body| structured(&body))]),
        "application/cloudevents-batch+json" => Some(match parse(request.body) {
            Ok(Value::Array(events)) => events.iter().map(structured).collect(),
            Ok(_) => vec![Err(Rejection::field("body", "must be a list of CloudEvents"))],
            Err(rejection) => vec![Err(rejection)],
        }),
        kind if kind.starts_with(PREFIX) => {
            Some(vec![Err(Rejection::field("Content-Type", "is a format of CloudEvents other than JSON"))])
        }
        _ => Some(vec![binary(request)]),
    }
}

fn structured(event: &Value) -> Read {
    let fields = Fields::of(event)?;
    check_version(&fields.required("specversion")?)?;
    let envelope =
        Envelope { id: Some(fields.required("id")?), time: fields.text("time")?, subject: fields.text("subject")? };
    if let Some(coded) = fields.text("data_base64")? {
        let bytes = STANDARD.decode(coded.as_bytes());
        return unwrap(&bytes.map_err(|_| Rejection::field("data_base64", "is not base64"))?, envelope);
    }
    match fields.value("data") {
        None | Some(Value::Null) => Err(Rejection::field("data", "is missing")),
        // Some senders put the JSON of their data into a text.
        Some(Value::String(text)) => unwrap(text.as_bytes(), envelope),
        Some(data) => unwrap(data.to_string().as_bytes(), envelope),
    }
}

fn binary(request: &Request<'_>) -> Read {
    let header = |name: &str| request.headers.get(name).map(percent_decoded);
    check_version(&header("ce-specversion").unwrap_or_default())?;
    let id = header("ce-id").ok_or_else(|| Rejection::field("ce-id", "is missing"))?;
    unwrap(request.body, Envelope { id: Some(id), time: header("ce-time"), subject: header("ce-subject") })
}

fn check_version(version: &str) -> Result<(), Rejection> {
    match version {
        "1.0" => Ok(()),
        other => {
            let other: String = other.chars().take(20).collect();
            Err(Rejection::field("specversion", format!("must be 1.0, not {other}")))
        }
    }
}

/// The event in the data, with what only the envelope says.
fn unwrap(data: &[u8], envelope: Envelope<'_>) -> Read {
    let mut event = WireEvent::read(data).map(WireEvent::into_owned)?;
    let id = |text: Cow<'_, str>| Cow::Owned(make_id(&text).into_owned());
    event.event_id = event.event_id.or(envelope.id.map(id));
    event.order_id = event.order_id.or(envelope.subject.map(id));
    event.occurred_at = event.occurred_at.or(envelope.time.map(|time| Cow::Owned(time.into_owned())));
    Ok(event)
}

/// The text of a header, in which bytes may be written as `%20`.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}
