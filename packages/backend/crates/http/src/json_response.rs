//! JSON answers with their ETag, and how they are sent.

use std::hash::{DefaultHasher, Hasher};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use goody_contract::ErrorCode;
use serde::Serialize;
use tower_http::compression::CompressionLayer;

use crate::error::ApiError;

/// Sends bodies by Brotli or gzip to those who take them: JSON shrinks to a tenth, which a phone's network feels most.
pub(crate) fn compressed() -> CompressionLayer {
    CompressionLayer::new()
}

/// A JSON body, written once, and its ETag: a weak one, for it is the same however the body is compressed.
#[derive(Clone)]
pub(crate) struct JsonResponse {
    body: Bytes,
    etag: HeaderValue,
}

impl JsonResponse {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            ApiError::new(ErrorCode::Internal, "The log says more.")
        })?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let etag = format!("W/\"{:016x}\"", hasher.finish());
        let etag = HeaderValue::from_str(&etag).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""));
        Ok(Self { body: body.into(), etag })
    }

    /// Whether one of the tags of a header is that of this answer. Tags are weak, and compared so: they say which value it is.
    pub(crate) fn is_named_by(&self, tags: &HeaderValue) -> bool {
        names(tags, &self.etag)
    }
}

/// Whether one of the tags of `If-None-Match` or `If-Match` is the one that is given, or any.
pub(crate) fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else { return false };
    let mark = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',').map(mark).any(|tag| tag == "*" || tag == mark(etag))
}

impl IntoResponse for JsonResponse {
    fn into_response(self) -> Response {
        let headers: [(HeaderName, HeaderValue); 3] = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (ETAG, self.etag),
        ];
        (headers, self.body).into_response()
    }
}
