//! EasyPost: HMAC-SHA256 in hexadecimal digits, with a normalized secret.
//!
//! `X-Hmac-Signature` is over the body, as EasyPost's libraries verify it (`easypost.util.validate_webhook`,
//! <https://docs.easypost.com/docs/webhooks>). `X-Hmac-Signature-V2` is over the time, the method, the path and the body, and EasyPost
//! sends `X-Timestamp` and `X-Path` with it; so it cannot be sent again later. The libraries do not verify it yet, and the first one is
//! always sent, so a second one that this server cannot verify is no reason to refuse.

use goody_domain::Instant;
use jiff::fmt::rfc2822;
use unicode_normalization::UnicodeNormalization;

use super::{Secret, SignatureError, check_age, mac};
use crate::request::Request;

const HEADER: &str = "X-Hmac-Signature";

pub(super) fn verify(request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
    let keys: Vec<String> = secrets.iter().map(|secret| secret.text().nfkd().collect()).collect();
    let is_signed = |given: &str, message: &[&[u8]]| {
        let code = mac::hex(given.strip_prefix("hmac-sha256-hex=").unwrap_or(given));
        code.is_some_and(|code| mac::is_of_one(keys.iter().map(String::as_bytes), message, &code))
    };
    let headers = request.headers;
    let (second, time) = (headers.get("X-Hmac-Signature-V2"), headers.get("X-Timestamp"));
    if let (Some(given), Some(time)) = (second, time) {
        let path = headers.get("X-Path").unwrap_or(request.path);
        if is_signed(given, &[time.as_bytes(), b"POST", path.as_bytes(), request.body]) {
            return check_age(instant(time).ok_or(SignatureError::Wrong)?, now);
        }
    }
    let missing = if second.is_some() { SignatureError::Wrong } else { SignatureError::Missing(HEADER) };
    let given = headers.get(HEADER).ok_or(missing)?;
    if is_signed(given, &[request.body]) { Ok(()) } else { Err(SignatureError::Wrong) }
}

/// A time such as `Sat, 30 May 2026 12:00:02 -0000` (RFC 2822), or RFC 3339.
fn instant(text: &str) -> Option<Instant> {
    let mail = || rfc2822::parse(text).ok().map(|time| Instant::from_micros(time.timestamp().as_microsecond()));
    Instant::parse(text).ok().or_else(mail)
}
