//! Load shedding: bounds on how many requests are in progress, and on how long one may take.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goody_contract::ErrorCode;

use crate::access::Guard;
use crate::capacity::Place;
use crate::error::ApiError;

/// How long a request may take before it is ended.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// Refuses a read when too many requests are in progress, and ends a request that takes too long. A write takes its own place
/// once its body has arrived.
pub(crate) async fn shed(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    // Operators need these most when the server is overloaded.
    let is_watched = matches!(request.uri().path(), "/health" | "/metrics");
    let is_read = request.method().is_safe();
    let place = if is_read && !is_watched { guard.capacity().for_a_read() } else { Ok(Place::default()) };
    let _place = match place {
        Ok(place) => place,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(guard.capacity().clone());
    // A body of events has no time limit as a whole; each of its events has one.
    if *request.method() == Method::POST {
        return next.run(request).await;
    }
    match tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(seconds = LONGEST_REQUEST.as_secs(), "a request took too long and was given up");
            ApiError::new(ErrorCode::Unavailable, "It took too long. Try again.").retry_after(5).into_response()
        }
    }
}
