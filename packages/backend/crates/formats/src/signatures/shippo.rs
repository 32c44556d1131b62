//! Shippo: a token that the owner of the webhook puts into its URL, or a signature that Shippo sets up on request.
//!
//! The token is `?token=…`. The header is `Shippo-Auth-Signature: t=seconds,v1=digits`, HMAC-SHA256 of the seconds, a point and the body.
//! See <https://docs.goshippo.com/tracking/webhook-security>.

use goody_domain::Instant;

use super::{Secret, SignatureError, check_age, mac, unix_seconds};
use crate::request::Request;

pub(super) fn verify(request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
    let keys = || secrets.iter().map(Secret::bytes);
    let token = request.parameter("token");
    if token.is_some_and(|token| mac::is_one(keys(), token.as_bytes())) {
        return Ok(());
    }
    let Some(header) = request.headers.get("Shippo-Auth-Signature") else {
        return Err(token.map_or(SignatureError::Missing("Shippo-Auth-Signature, and ?token= of the URL,"), |_| {
            SignatureError::Wrong
        }));
    };
    let part =
        |name: &str| header.split(',').filter_map(|part| part.trim().split_once('=')).find(|(known, _)| *known == name);
    let (Some((_, time)), Some((_, given))) = (part("t"), part("v1")) else { return Err(SignatureError::Wrong) };
    let (Some(at), Some(code)) = (unix_seconds(time), mac::hex(given)) else { return Err(SignatureError::Wrong) };
    if !mac::is_of_one(keys(), &[time.as_bytes(), b".", request.body], &code) {
        return Err(SignatureError::Wrong);
    }
    check_age(at, now)
}
