//! JSON responses with an ETag, and their compression.

use std::hash::{DefaultHasher, Hasher};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use goody_contract::ErrorCode;
use serde::Serialize;
use tower_http::compression::CompressionLayer;

use crate::error::ApiError;

/// Compresses responses with gzip, or with Brotli in a host with this feature, for clients that accept it. JSON shrinks to a
/// tenth, which matters most on a mobile network.
pub(crate) fn compression() -> CompressionLayer {
    CompressionLayer::new()
}

/// A JSON body and its ETag. The ETag is weak, because it is the same for every compression of the body.
#[derive(Clone)]
pub(crate) struct JsonResponse {
    body: Bytes,
    etag: HeaderValue,
}

impl JsonResponse {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value).map_err(|error| {
            tracing::error!(%error, "a response cannot be written as JSON");
            ApiError::new(ErrorCode::Internal, "The log has the details.")
        })?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let etag = format!("W/\"{:016x}\"", hasher.finish());
        let etag = HeaderValue::from_str(&etag).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""));
        Ok(Self { body: body.into(), etag })
    }

    /// Whether a header names the ETag of this response, by weak comparison.
    pub(crate) fn has_etag(&self, tags: &HeaderValue) -> bool {
        etag_matches(tags, &self.etag)
    }
}

/// Whether `If-None-Match` or `If-Match` names this ETag or is `*`. The comparison is weak (RFC 9110, section 8.8.3.2).
pub(crate) fn etag_matches(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else { return false };
    let opaque_tag = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',').map(opaque_tag).any(|tag| tag == "*" || tag == opaque_tag(etag))
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
