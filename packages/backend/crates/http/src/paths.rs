//! Checks request paths for characters that no file name and no id can have.

use crate::error::ApiError;

/// Refuses a NUL in a path, for every method: some systems end a name at a NUL.
pub(crate) fn check(path: &str) -> Result<(), ApiError> {
    if path.contains("%00") { Err(ApiError::parameter("path", "contains a NUL")) } else { Ok(()) }
}
