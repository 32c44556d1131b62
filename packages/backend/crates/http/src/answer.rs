//! JSON answers with their ETag.

use std::hash::{DefaultHasher, Hasher};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use goody_contract::ErrorCode;
use serde::Serialize;

use crate::error::ApiError;

/// A JSON body, written once, and its ETag.
#[derive(Clone)]
pub(crate) struct Answer {
    body: Bytes,
    etag: HeaderValue,
}

impl Answer {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            ApiError::new(ErrorCode::Internal, "The log says more.")
        })?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let etag = format!("\"{:016x}\"", hasher.finish());
        let etag = HeaderValue::from_str(&etag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Ok(Self { body: body.into(), etag })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let headers: [(HeaderName, HeaderValue); 3] = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (ETAG, self.etag),
        ];
        (headers, self.body).into_response()
    }
}
