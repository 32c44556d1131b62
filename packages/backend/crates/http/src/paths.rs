//! Paths that no file and no id can have.

use crate::error::ApiError;

/// Refuses a NUL in a path, whatever the method: systems end a name there, each in its own way.
pub(crate) fn check(path: &str) -> Result<(), ApiError> {
    if path.contains("%00") { Err(ApiError::parameter("path", "has a NUL")) } else { Ok(()) }
}
