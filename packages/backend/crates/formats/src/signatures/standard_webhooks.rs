//! Senders of any kind: Standard Webhooks, a signature of the body as GitHub sends it, or a secret header.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>: `webhook-signature` has one or more
//! `v1,base64`, each HMAC-SHA256 of the id, the seconds and the body with points between. A secret is base64, after `whsec_`.
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>: `X-Hub-Signature-256: sha256=digits`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use goody_domain::Instant;

use super::{Secret, SignatureError, check_age, mac, token, unix_seconds};
use crate::request::Request;

const HEADER: &str = "webhook-signature";

pub(super) fn verify(request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
    if let Some(given) = request.headers.get(HEADER) {
        return verify_standard(given, request, secrets, now);
    }
    if let Some(given) = request.headers.get("X-Hub-Signature-256") {
        let code = given.strip_prefix("sha256=").and_then(mac::hex).ok_or(SignatureError::Wrong)?;
        let is_known = mac::is_of_one(secrets.iter().map(Secret::bytes), &[request.body], &code);
        return if is_known { Ok(()) } else { Err(SignatureError::Wrong) };
    }
    token::verify(token::SECRET_HEADER, request, secrets).map_err(|error| match error {
        SignatureError::Missing(_) => SignatureError::Missing(HEADER),
        other => other,
    })
}

fn verify_standard(given: &str, request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
    let header = |name: &'static str| request.headers.get(name).ok_or(SignatureError::Missing(name));
    let (id, time) = (header("webhook-id")?, header("webhook-timestamp")?);
    let at = unix_seconds(time).ok_or(SignatureError::Wrong)?;
    let keys: Vec<Vec<u8>> = secrets.iter().flat_map(|secret| keys(secret.text())).collect();
    let message: [&[u8]; 5] = [id.as_bytes(), b".", time.as_bytes(), b".", request.body];
    // Other versions are other algorithms, which this server does not know.
    let codes = given.split(' ').filter_map(|part| part.strip_prefix("v1,"));
    let is_known = codes
        .filter_map(|code| STANDARD.decode(code).ok())
        .fold(false, |found, code| mac::is_of_one(keys.iter().map(Vec::as_slice), &message, &code) | found);
    if is_known { check_age(at, now) } else { Err(SignatureError::Wrong) }
}

/// The keys that a secret may mean: what its base64 says, and without `whsec_` also the text itself.
fn keys(secret: &str) -> Vec<Vec<u8>> {
    let decoded = |text: &str| STANDARD.decode(text).ok().filter(|key| !key.is_empty());
    match secret.strip_prefix("whsec_") {
        Some(text) => decoded(text).into_iter().collect(),
        None => decoded(secret).into_iter().chain([secret.as_bytes().to_vec()]).collect(),
    }
}
