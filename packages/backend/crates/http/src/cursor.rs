//! Cursors: opaque places in a list, bound to the filter they were made for.

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

/// Writes a place in the list of a filter.
pub(crate) fn write<P: Serialize>(filter: &impl Serialize, place: &P) -> Option<String> {
    let json = serde_json::to_vec(&Cursor { filter: mark(filter), place }).ok()?;
    Some(URL_SAFE_NO_PAD.encode(json))
}

/// Reads a place in the list of a filter. Only what [`write`] wrote is taken, and not what merely means the same.
pub(crate) fn read<P>(filter: &impl Serialize, text: Option<&String>) -> Result<Option<P>, ApiError>
where
    P: Serialize + DeserializeOwned,
{
    let Some(text) = text else { return Ok(None) };
    let wrong = |reason| Err(ApiError::new(ErrorCode::InvalidCursor, reason));
    let json = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    match serde_json::from_slice::<Cursor<P>>(&json) {
        Ok(cursor) if cursor.filter != mark(filter) => {
            wrong("The cursor belongs to another filter: begin without one.")
        }
        Ok(Cursor { place, .. }) if write(filter, &place).as_ref() == Some(text) => Ok(Some(place)),
        _ => wrong("The cursor is not one of ours: begin without one."),
    }
}

fn mark(filter: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&serde_json::to_vec(filter).unwrap_or_default());
    hasher.finish()
}
