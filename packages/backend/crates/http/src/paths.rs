//! Paths that no file and no id can have.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Refuses a NUL in a path, whatever the method: systems end a name there, each in its own way.
pub(crate) async fn without_nul(request: Request, next: Next) -> Response {
    if request.uri().path().contains("%00") {
        return ApiError::parameter("path", "has a NUL").into_response();
    }
    next.run(request).await
}
