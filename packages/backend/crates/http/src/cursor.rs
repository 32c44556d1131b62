//! Cursors: opaque positions in a list, each valid only for the filter that it was made for.

use std::hash::{DefaultHasher, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use goody_contract::ErrorCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

#[derive(Serialize, Deserialize)]
struct Cursor<P> {
    filter: u64,
    place: P,
}

/// Encodes a position in the list of a filter.
pub(crate) fn write<P: Serialize>(filter: &impl Serialize, place: &P) -> Option<String> {
    let json = serde_json::to_vec(&Cursor { filter: filter_hash(filter), place }).ok()?;
    Some(URL_SAFE_NO_PAD.encode(json))
}

/// Decodes a position in the list of a filter. Only the exact text that [`write`] produces is valid, not an equivalent encoding.
pub(crate) fn read<P>(filter: &impl Serialize, text: Option<&String>) -> Result<Option<P>, ApiError>
where
    P: Serialize + DeserializeOwned,
{
    let Some(text) = text else { return Ok(None) };
    let invalid = |reason| Err(ApiError::new(ErrorCode::InvalidCursor, reason));
    let json = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    match serde_json::from_slice::<Cursor<P>>(&json) {
        Ok(cursor) if cursor.filter != filter_hash(filter) => {
            invalid("The cursor belongs to another filter: start without a cursor.")
        }
        Ok(Cursor { place, .. }) if write(filter, &place).as_ref() == Some(text) => Ok(Some(place)),
        _ => invalid("The cursor is not one that this server made: start without a cursor."),
    }
}

fn filter_hash(filter: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&serde_json::to_vec(filter).unwrap_or_default());
    hasher.finish()
}
