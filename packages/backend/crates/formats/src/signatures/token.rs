//! A secret that is sent as it is, in a header.

use super::{Secret, SignatureError, mac};
use crate::request::Request;

/// UPS sends the `credential` of the subscription back: <https://developer.ups.com/tag/UPS-Track-Alert>.
pub(super) const UPS: &str = "credential";
/// The header for senders that sign nothing and let their user set headers.
pub(super) const SECRET_HEADER: &str = "X-Webhook-Secret";

/// Checks a secret in a header, or as a bearer token.
pub(super) fn verify(header: &'static str, request: &Request<'_>, secrets: &[Secret]) -> Result<(), SignatureError> {
    let bearer = || {
        let (scheme, token) = request.headers.get("Authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    };
    let given = request.headers.get(header).or_else(bearer).ok_or(SignatureError::Missing(header))?;
    let is_known = mac::is_one(secrets.iter().map(Secret::bytes), given.as_bytes());
    if is_known { Ok(()) } else { Err(SignatureError::Wrong) }
}
