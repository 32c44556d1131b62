//! Answers to events, and how much of them is held for clients that do not read: little of one, and no more than there is
//! memory of all together.

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
use crate::capacity::{Memory, no_memory};
use crate::error::ApiError;
use crate::intake::{Batch, PATIENCE};

/// Bytes of an answer in JSON at most. Events that are good are longer than what they are answered, so that a body of them
/// is always answered.
const LONGEST_ANSWER: usize = 16 * 1_024 * 1_024;
/// Bytes of an answer in JSON that need no share of the memory.
const FREE: usize = 64 * 1_024;
/// Bytes of NDJSON answers that wait for one client to read them; then reading its body waits, too.
const UNREAD: u32 = 1_024 * 1_024;

/// The answer to a JSON body, before it is whole.
#[derive(Default)]
pub(crate) struct JsonResults {
    counts: Counts,
    /// The results, each followed by a comma, with the memory they take.
    parts: Vec<(Bytes, Option<Memory>)>,
    length: usize,
    free: usize,
}

impl JsonResults {
    pub(crate) fn push(&mut self, batch: Batch) -> Result<(), ApiError> {
        self.counts.add(batch.counts);
        self.length += batch.answer.len();
        if batch.memory.is_none() {
            self.free += batch.answer.len();
        }
        if self.length > LONGEST_ANSWER {
            return Err(ApiError::new(
                ErrorCode::PayloadTooLarge,
                format!(
                    "The answer would be longer than {} MiB. What came before is stored. Send application/x-ndjson, which is \
                     answered line by line.",
                    LONGEST_ANSWER / 1_024 / 1_024
                ),
            ));
        }
        if self.free > FREE {
            return Err(no_memory());
        }
        self.parts.push((batch.answer.into(), batch.memory));
        Ok(())
    }
}

impl IntoResponse for JsonResults {
    /// As [`goody_contract::IngestAnswer`] is written.
    fn into_response(mut self) -> Response {
        if let Some((last, _)) = self.parts.last_mut() {
            last.truncate(last.len().saturating_sub(1));
        }
        let Counts { accepted, duplicate, rejected } = self.counts;
        let begin = format!(r#"{{"accepted":{accepted},"duplicate":{duplicate},"rejected":{rejected},"results":["#);
        let parts = std::iter::once((Bytes::from(begin), None)).chain(self.parts);
        let parts = parts.chain(std::iter::once((Bytes::from_static(b"]}"), None)));
        let body = if self.length <= FREE {
            Body::from(parts.flat_map(|(part, _)| part).collect::<Vec<u8>>())
        } else {
            // Each part gives its memory back when it is sent.
            Body::from_stream(stream::iter(parts.map(|(part, _)| Ok::<_, io::Error>(part))))
        };
        ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
    }
}

/// Answers to NDJSON on their way to the client.
pub(crate) struct LineResults {
    sender: UnboundedSender<Part>,
    unread: Arc<Semaphore>,
}

/// What is held until the client takes it.
struct Part {
    answer: io::Result<Bytes>,
    _held: (Option<OwnedSemaphorePermit>, Option<Memory>),
}

impl LineResults {
    /// With the body they go to.
    pub(crate) fn new() -> (Self, Body) {
        let (sender, parts) = unbounded_channel::<Part>();
        let body = Body::from_stream(UnboundedReceiverStream::new(parts).map(|part| part.answer));
        (Self { sender, unread: Arc::new(Semaphore::new(UNREAD as usize)) }, body)
    }

    /// Sends the answers of a batch once so few are unread that they may wait. False where the client is gone or does not
    /// read.
    pub(crate) async fn send(&self, batch: Batch) -> bool {
        // Without memory of its own, it waits for all that came before to be read.
        let length = batch.memory.as_ref().map_or(UNREAD, |_| u32::try_from(batch.answer.len()).unwrap_or(UNREAD));
        let room = self.unread.clone().acquire_many_owned(length.min(UNREAD));
        let room = tokio::select! {
            room = tokio::time::timeout(PATIENCE, room) => room,
            () = self.sender.closed() => {
                tracing::debug!("the client went away; what it sent until now is stored");
                return false;
            }
        };
        match room {
            Ok(room) => {
                let part = Part { answer: Ok(batch.answer.into()), _held: (room.ok(), batch.memory) };
                self.sender.send(part).is_ok()
            }
            Err(_) => {
                tracing::info!("the client does not read its answers; what it sent until now is stored");
                let _ = self.sender.send(Part { answer: Err(io::ErrorKind::TimedOut.into()), _held: (None, None) });
                false
            }
        }
    }

    /// The answer has begun: breaking it off is the only way left to say that it is not whole.
    pub(crate) fn break_off(&self, error: &ApiError) {
        let answer = Err(io::Error::other(error.detail().to_owned()));
        let _ = self.sender.send(Part { answer, _held: (None, None) });
    }
}
