//! Reads whole bodies.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use goody_contract::ErrorCode;

use crate::capacity::{Capacity, Memory, out_of_memory};
use crate::error::ApiError;

/// How long a body may be, and the memory that it reserves.
pub(crate) struct BodyLimit {
    /// What has the limit, as the beginning of a sentence.
    pub(crate) what: &'static str,
    /// The most bytes.
    pub(crate) longest: usize,
    /// Up to so many bytes, only `reserved_at_first` are reserved.
    pub(crate) short: usize,
    pub(crate) reserved_at_first: usize,
    /// What a longer body reserves.
    pub(crate) reserved: usize,
}

/// Reads a whole body, and reserves memory for it.
pub(crate) async fn read(body: Body, limit: &BodyLimit, capacity: &Capacity) -> Result<(Bytes, Memory), ApiError> {
    let mut memory = capacity.memory(limit.reserved_at_first).ok_or_else(out_of_memory)?;
    let (mut body, mut buffer) = (body.into_data_stream(), BytesMut::new());
    while let Some(bytes) = body.next().await {
        let bytes = bytes.map_err(|_| ApiError::new(ErrorCode::InvalidBody, "The body is incomplete."))?;
        let length = buffer.len() + bytes.len();
        if length > limit.longest {
            let detail = format!("{} may have at most {} MiB.", limit.what, limit.longest / 1_024 / 1_024);
            return Err(ApiError::new(ErrorCode::PayloadTooLarge, detail));
        }
        if length > limit.short && buffer.len() <= limit.short {
            memory = capacity.memory(limit.reserved).ok_or_else(out_of_memory)?;
        }
        buffer.extend_from_slice(&bytes);
    }
    Ok((buffer.freeze(), memory))
}
