//! Load shedding: limits the number of requests in progress, and the time that one may take.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goody_contract::ErrorCode;

use crate::access::Guard;
use crate::capacity::Slot;
use crate::error::ApiError;

/// How long a request may take before it is aborted.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// Refuses a read when too many requests are in progress, and aborts a request that takes too long. A write takes a slot only
/// after its body has arrived.
pub(crate) async fn shed(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    // Operators need these most when the server is overloaded.
    let is_monitoring = matches!(request.uri().path(), "/health" | "/metrics");
    let is_read = request.method().is_safe();
    let slot = if is_read && !is_monitoring { guard.capacity().read_slot() } else { Ok(Slot::default()) };
    let _slot = match slot {
        Ok(slot) => slot,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(guard.capacity().clone());
    // Bodies of events have their own time limits.
    if *request.method() == Method::POST {
        return next.run(request).await;
    }
    match tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(seconds = LONGEST_REQUEST.as_secs(), "a request took too long and was aborted");
            ApiError::new(ErrorCode::Unavailable, "The request took too long. Try again.")
                .retry_after(5)
                .into_response()
        }
    }
}
