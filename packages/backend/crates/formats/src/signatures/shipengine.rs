//! ShipEngine, now the ShipStation API: RSA-SHA256 of the time, a point and the body.
//!
//! `X-ShipEngine-RSA-SHA256-Signature` is base64, and `X-ShipEngine-RSA-SHA256-Key-ID` names a key of
//! <https://api.shipengine.com/jwks>; see <https://docs.shipstation.com/apis/docs/guides/webhooks-validation>. The secret of this source
//! is the JSON of that key set. These keys are public: with them, nothing but a signature is accepted. Any other secret is the value of
//! a header that the owner of the webhook sets at ShipEngine.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use goody_domain::Instant;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;

use super::{Secret, SignatureError, check_age, token, unix_seconds};
use crate::request::Request;

const SIGNATURE: &str = "X-ShipEngine-RSA-SHA256-Signature";

/// A JSON Web Key Set (RFC 7517).
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

pub(super) fn verify(request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
    let (sets, words): (Vec<&Secret>, Vec<&Secret>) = secrets.iter().partition(|secret| secret.text().starts_with('{'));
    if sets.is_empty() {
        let words: Vec<Secret> = words.into_iter().cloned().collect();
        return token::verify(token::SECRET_HEADER, request, &words);
    }
    let header = |name: &'static str| request.headers.get(name).ok_or(SignatureError::Missing(name));
    let given = header(SIGNATURE)?;
    let key_id = header("X-ShipEngine-RSA-SHA256-Key-ID")?;
    let time = header("X-ShipEngine-Timestamp")?;
    let given = STANDARD.decode(given).map_err(|_| SignatureError::Wrong)?;
    let message = [time.as_bytes(), b".", request.body].concat();
    let keys = sets.iter().filter_map(|set| serde_json::from_str::<KeySet>(set.text()).ok()).flat_map(|set| set.keys);
    let is_known = keys.filter(|key| key.kid.as_deref() == Some(key_id)).any(|key| key.has_signed(&message, &given));
    if !is_known {
        return Err(SignatureError::Wrong);
    }
    check_age(instant(time).ok_or(SignatureError::Wrong)?, now)
}

impl Key {
    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else { return false };
        RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

/// A time in RFC 3339, or in seconds or milliseconds since 1970.
fn instant(text: &str) -> Option<Instant> {
    let number = || match text.len() {
        13 => text.parse().ok().and_then(|number: i64| number.checked_mul(1_000)).map(Instant::from_micros),
        _ => unix_seconds(text),
    };
    Instant::parse(text).ok().or_else(number)
}
