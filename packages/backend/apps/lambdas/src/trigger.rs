//! The kind of an event, recognised by its JSON fields, because one function may have several triggers.

use aws_lambda_events::dynamodb::{Event as StreamBatch, EventRecord};
use lambda_http::request::LambdaRequest;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::bus::BusEvent;
use crate::rebuild::RebuildRequest;

/// The `detail-type` of EventBridge for the event of a schedule.
const SCHEDULED: &str = "Scheduled Event";

/// An event, by its source.
#[derive(Debug)]
pub enum Trigger {
    /// A request to the API.
    Http(Box<LambdaRequest>),
    /// An event from the event bus.
    Bus(BusEvent),
    /// Records of the orders table's stream.
    Stream(Vec<EventRecord>),
    /// A tick of a schedule.
    Schedule,
    /// An operator's request to rebuild the counters.
    Rebuild(RebuildRequest),
}

/// Why an event cannot be handled.
#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    /// The kind of the event is unknown.
    #[error(
        "unknown event: expected an API request, a bus event, a stream batch, a schedule tick or a rebuild request"
    )]
    Unknown,
    /// The kind of the event is known, but its content is invalid.
    #[error("the event cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// The event is for another function.
    #[error("{0} is for another function: correct the target of its trigger")]
    Misdirected(&'static str),
}

/// The fields that distinguish the kinds of events.
#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "requestContext")]
    request: Option<IgnoredAny>,
    #[serde(rename = "Records")]
    records: Option<IgnoredAny>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    rebuild: Option<RebuildRequest>,
}

impl Trigger {
    /// Parses an event.
    ///
    /// # Errors
    /// See [`TriggerError`].
    pub fn parse(event: &RawValue) -> Result<Self, TriggerError> {
        let event = event.get();
        match serde_json::from_str(event)? {
            Shape { request: Some(_), .. } => Ok(Self::Http(serde_json::from_str(event)?)),
            Shape { records: Some(_), .. } => Ok(Self::Stream(serde_json::from_str::<StreamBatch>(event)?.records)),
            Shape { detail_type: Some(kind), .. } if kind == SCHEDULED => Ok(Self::Schedule),
            Shape { detail_type: Some(_), .. } => Ok(Self::Bus(serde_json::from_str(event)?)),
            Shape { rebuild: Some(request), .. } => Ok(Self::Rebuild(request)),
            _ => Err(TriggerError::Unknown),
        }
    }

    /// The error of a function that does not handle this kind of event.
    pub fn misdirected_error(self) -> TriggerError {
        TriggerError::Misdirected(match self {
            Self::Http(_) => "an API request",
            Self::Bus(_) => "a bus event",
            Self::Stream(_) => "a stream batch",
            Self::Schedule => "a schedule tick",
            Self::Rebuild(_) => "a rebuild request",
        })
    }
}
