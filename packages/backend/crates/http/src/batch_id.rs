//! The ids of batches: of the events that one request sends.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use goody_domain::BatchId;

/// The batch of the events of a request, in the request or in the response.
pub(crate) const BATCH_ID: HeaderName = HeaderName::from_static("x-batch-id");
/// The number of characters of a new id: as many as 128 random bits need.
const ID_LENGTH: usize = 22;

/// A new id. It is short, because every event of its batch has it.
pub fn new_batch_id() -> BatchId {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut random = uuid::Uuid::new_v4().as_u128();
    let mut digit = || {
        let digit = DIGITS[(random % 62) as usize];
        random /= 62;
        char::from(digit)
    };
    let text: String = (0..ID_LENGTH).map(|_| digit()).collect();
    // The digits are in the alphabet of ids.
    BatchId::parse(&text).unwrap_or_else(|_| unreachable!("{text} is an id"))
}

/// The batch that the client names if it is valid; otherwise a new one.
pub(crate) fn batch_id(headers: &HeaderMap) -> BatchId {
    let named = headers.get(BATCH_ID).and_then(|value| value.to_str().ok());
    named.and_then(|id| BatchId::parse(id).ok()).unwrap_or_else(new_batch_id)
}

/// The header of a response.
pub(crate) fn batch_header(batch_id: &BatchId) -> Option<(HeaderName, HeaderValue)> {
    Some((BATCH_ID, HeaderValue::from_str(batch_id.as_str()).ok()?))
}
