//! What a function is asked to do: told apart by the shape of the event, as one function may have several triggers.

use aws_lambda_events::dynamodb::{Event as StreamBatch, EventRecord};
use lambda_http::request::LambdaRequest;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::bus::BusEvent;
use crate::rebuild::Part;

/// What EventBridge calls what a schedule sends.
const SCHEDULED: &str = "Scheduled Event";

/// An event, by where it comes from.
#[derive(Debug)]
pub enum Trigger {
    /// A request to the API.
    Http(Box<LambdaRequest>),
    /// An event of the bus.
    Bus(BusEvent),
    /// Records of the orders' stream.
    Stream(Vec<EventRecord>),
    /// A schedule's tick.
    Schedule,
    /// Somebody who wants the counters computed anew.
    Rebuild(Part),
}

/// Why an event cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    /// It is of no known shape.
    #[error("the event is no request, no event of a bus, no batch of a stream, no tick of a schedule and no rebuild")]
    Unknown,
    /// It is of a known shape, but not what it should be.
    #[error("the event cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// It is for another function.
    #[error("{0} is for another function: its trigger points at the wrong one")]
    Misdirected(&'static str),
}

/// What tells events apart.
#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "requestContext")]
    request: Option<IgnoredAny>,
    #[serde(rename = "Records")]
    records: Option<IgnoredAny>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    rebuild: Option<Part>,
}

impl Trigger {
    /// Reads an event.
    ///
    /// # Errors
    /// See [`TriggerError`].
    pub fn read(event: &RawValue) -> Result<Self, TriggerError> {
        let event = event.get();
        match serde_json::from_str(event)? {
            Shape { request: Some(_), .. } => Ok(Self::Http(serde_json::from_str(event)?)),
            Shape { records: Some(_), .. } => Ok(Self::Stream(serde_json::from_str::<StreamBatch>(event)?.records)),
            Shape { detail_type: Some(kind), .. } if kind == SCHEDULED => Ok(Self::Schedule),
            Shape { detail_type: Some(_), .. } => Ok(Self::Bus(serde_json::from_str(event)?)),
            Shape { rebuild: Some(part), .. } => Ok(Self::Rebuild(part)),
            _ => Err(TriggerError::Unknown),
        }
    }

    /// The error of a function that was not made for this.
    pub fn misdirected(self) -> TriggerError {
        TriggerError::Misdirected(match self {
            Self::Http(_) => "a request to the API",
            Self::Bus(_) => "an event of a bus",
            Self::Stream(_) => "a batch of a stream",
            Self::Schedule => "a tick of a schedule",
            Self::Rebuild(_) => "a rebuild",
        })
    }
}
