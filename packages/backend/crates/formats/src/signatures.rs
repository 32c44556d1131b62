//! Signatures of webhooks: who sent a request, and that it was not changed.
//!
//! Each scheme is the one that its sender documents; its file has the address. Signatures and tokens are compared in constant time.
//! The time is an argument. Nothing here says why a signature is wrong: that would help only those who forge one.

use std::fmt;

use goody_domain::Instant;

use crate::request::Request;

mod body;
mod easypost;
mod mac;
mod shipengine;
mod shippo;
mod standard_webhooks;
mod token;

/// How far the time of a signature may be from now, in seconds, where the sender signs a time.
const TOLERANCE_SECONDS: i64 = 300;

/// What only a sender and this server know; or the sender's public keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secrets in the text of a setting: separated by blanks or commas, all valid, so that a new one can be set before the old
    /// one ends. A text that begins with `{` is one secret: the key set of a sender (JSON Web Key Set).
    ///
    /// # Errors
    /// The text has no secret. An empty secret would be valid for everybody.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        let text = text.trim();
        if text.starts_with('{') {
            return Ok(vec![Self(text.to_owned())]);
        }
        let secrets: Vec<Self> = text
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|secret| !secret.is_empty())
            .map(|secret| Self(secret.to_owned()))
            .collect();
        if secrets.is_empty() { Err("has no secret".into()) } else { Ok(secrets) }
    }

    fn text(&self) -> &str {
        &self.0
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Shows nothing of it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Why a request is not taken for one of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It is not signed.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// It is signed with none of the secrets, or was changed.
    #[error("the signature is wrong")]
    Wrong,
    /// It is signed, but for another time.
    #[error("the signature is more than 5 minutes from now")]
    Old,
}

/// How a sender signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `X-Shopify-Hmac-Sha256`.
    Shopify,
    /// `X-WC-Webhook-Signature`.
    WooCommerce,
    /// `X-Hmac-Signature-V2` with a time, or `X-Hmac-Signature`.
    EasyPost,
    /// `Shippo-Auth-Signature`, or a token in the URL.
    Shippo,
    /// `aftership-hmac-sha256` and its siblings.
    AfterShip,
    /// `X-ShipEngine-RSA-SHA256-Signature`, or a secret header.
    ShipEngine,
    /// `credential`.
    Ups,
    /// Standard Webhooks, `X-Hub-Signature-256`, or a secret header.
    Generic,
}

impl Scheme {
    /// Checks that the sender of a request knows one of the secrets, and sent it not long before or after `now`.
    ///
    /// # Errors
    /// It was not.
    pub fn verify(self, request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
        match self {
            Self::Shopify => body::verify(&body::SHOPIFY, request, secrets),
            Self::WooCommerce => body::verify(&body::WOOCOMMERCE, request, secrets),
            Self::AfterShip => body::verify(&body::AFTERSHIP, request, secrets),
            Self::EasyPost => easypost::verify(request, secrets, now),
            Self::Shippo => shippo::verify(request, secrets, now),
            Self::ShipEngine => shipengine::verify(request, secrets, now),
            Self::Ups => token::verify(token::UPS, request, secrets),
            Self::Generic => standard_webhooks::verify(request, secrets, now),
        }
    }
}

/// Whether `at` is near enough to `now`.
fn check_age(at: Instant, now: Instant) -> Result<(), SignatureError> {
    if at.seconds_since(now).abs() <= TOLERANCE_SECONDS as f64 { Ok(()) } else { Err(SignatureError::Old) }
}

/// The instant of a number of seconds since 1970.
fn unix_seconds(text: &str) -> Option<Instant> {
    let seconds: i64 = text.parse().ok()?;
    seconds.checked_mul(1_000_000).map(Instant::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_several_or_a_key_set_and_never_empty() {
        let texts = |text: &str| Secret::parse_list(text).map(|list| list.into_iter().map(|secret| secret.0).collect());
        assert_eq!(texts(" new,old\n"), Ok(vec!["new".to_owned(), "old".to_owned()]));
        assert_eq!(texts("{\"keys\": [1, 2]}"), Ok(vec!["{\"keys\": [1, 2]}".to_owned()]));
        assert!(Secret::parse_list(" ,").is_err());
        assert_eq!(format!("{:?}", Secret::parse_list("abc").unwrap()), "[Secret]");
    }
}
