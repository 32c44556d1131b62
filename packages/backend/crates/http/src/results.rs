//! The results of events on their way to the client. Results that a client has not read are limited for each client, and by the
//! memory for all clients together.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use goody_contract::ErrorCode;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::wrappers::UnboundedReceiverStream;

use crate::audit::Counts;
use crate::capacity::{Memory, out_of_memory};
use crate::error::ApiError;
use crate::intake::{Batch, EVENT_TIMEOUT};

/// The most bytes of a JSON response. A valid event is longer than its result, so a body of valid events never reaches this
/// limit.
const LONGEST_RESPONSE: usize = 16 * 1_024 * 1_024;
/// Bytes of a JSON response that need no reserved memory.
const UNRESERVED_BYTES: usize = 64 * 1_024;
/// The most bytes of NDJSON results that wait for one client to read them. At this limit, the server stops reading its body.
const UNREAD_BYTES: u32 = 1_024 * 1_024;

/// The response to a JSON body, in parts.
#[derive(Default)]
pub(crate) struct JsonResults {
    counts: Counts,
    /// The results, each followed by a comma, with the memory that they occupy.
    parts: Vec<(Bytes, Option<Memory>)>,
    length: usize,
    unreserved: usize,
}

impl JsonResults {
    pub(crate) fn push(&mut self, batch: Batch) -> Result<(), ApiError> {
        self.counts.add(batch.counts);
        self.length += batch.results.len();
        if batch.memory.is_none() {
            self.unreserved += batch.results.len();
        }
        if self.length > LONGEST_RESPONSE {
            return Err(ApiError::new(
                ErrorCode::PayloadTooLarge,
                format!(
                    "The response would be longer than {} MiB. The events before this point are stored. Send \
                     application/x-ndjson, whose response is sent line by line.",
                    LONGEST_RESPONSE / 1_024 / 1_024
                ),
            ));
        }
        if self.unreserved > UNRESERVED_BYTES {
            return Err(out_of_memory());
        }
        self.parts.push((batch.results.into(), batch.memory));
        Ok(())
    }
}

impl IntoResponse for JsonResults {
    /// The JSON of [`goody_contract::IngestAnswer`].
    fn into_response(mut self) -> Response {
        if let Some((last, _)) = self.parts.last_mut() {
            last.truncate(last.len().saturating_sub(1));
        }
        let Counts { accepted, duplicate, expired, rejected } = self.counts;
        let begin = format!(
            r#"{{"accepted":{accepted},"duplicate":{duplicate},"expired":{expired},"rejected":{rejected},"results":["#
        );
        let parts = std::iter::once((Bytes::from(begin), None)).chain(self.parts);
        let parts = parts.chain(std::iter::once((Bytes::from_static(b"]}"), None)));
        let body = if self.length <= UNRESERVED_BYTES {
            Body::from(parts.flat_map(|(part, _)| part).collect::<Vec<u8>>())
        } else {
            // Each part releases its memory when it is sent.
            Body::from_stream(stream::iter(parts.map(|(part, _)| Ok::<_, io::Error>(part))))
        };
        ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
    }
}

/// The results of an NDJSON body on their way to the client.
pub(crate) struct LineResults {
    sender: UnboundedSender<Part>,
    unread: Arc<Semaphore>,
}

/// A part of the response, with the reservations that it holds until the client reads it.
struct Part {
    bytes: io::Result<Bytes>,
    _held: (Option<OwnedSemaphorePermit>, Option<Memory>),
}

impl LineResults {
    /// The sender, and the body of the response that it writes to.
    pub(crate) fn new() -> (Self, Body) {
        let (sender, parts) = unbounded_channel::<Part>();
        let body = Body::from_stream(UnboundedReceiverStream::new(parts).map(|part| part.bytes));
        (Self { sender, unread: Arc::new(Semaphore::new(UNREAD_BYTES as usize)) }, body)
    }

    /// Sends the results of a batch as soon as the unread results are below the limit. False if the client has disconnected or
    /// does not read.
    pub(crate) async fn send(&self, batch: Batch) -> bool {
        // A batch without reserved memory waits until the client has read all results before it.
        let length =
            batch.memory.as_ref().map_or(UNREAD_BYTES, |_| u32::try_from(batch.results.len()).unwrap_or(UNREAD_BYTES));
        let permit = self.unread.clone().acquire_many_owned(length.min(UNREAD_BYTES));
        let permit = tokio::select! {
            permit = tokio::time::timeout(EVENT_TIMEOUT, permit) => permit,
            () = self.sender.closed() => {
                tracing::debug!("the client disconnected; the events that it has sent are stored");
                return false;
            }
        };
        match permit {
            Ok(permit) => {
                let part = Part { bytes: Ok(batch.results.into()), _held: (permit.ok(), batch.memory) };
                self.sender.send(part).is_ok()
            }
            Err(_) => {
                tracing::info!("the client does not read the response; the events that it has sent are stored");
                let _ = self.sender.send(Part { bytes: Err(io::ErrorKind::TimedOut.into()), _held: (None, None) });
                false
            }
        }
    }

    /// Aborts the response. Its status is already sent, so this is the only way to report that it is incomplete.
    pub(crate) fn abort(&self, error: &ApiError) {
        let bytes = Err(io::Error::other(error.detail().to_owned()));
        let _ = self.sender.send(Part { bytes, _held: (None, None) });
    }
}
