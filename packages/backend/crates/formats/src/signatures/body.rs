//! HMAC-SHA256 of the body, as base64 in a header. These senders sign no time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Secret, SignatureError, mac};
use crate::request::Request;

/// The headers that may have the signature of a sender, the usual one first.
pub(super) struct BodyHeaders(&'static [&'static str]);

/// <https://shopify.dev/docs/apps/build/webhooks/subscribe/https> (verify the origin).
pub(super) const SHOPIFY: BodyHeaders = BodyHeaders(&["X-Shopify-Hmac-Sha256"]);
/// <https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/> and `WC_Webhook::generate_signature`.
pub(super) const WOOCOMMERCE: BodyHeaders = BodyHeaders(&["X-WC-Webhook-Signature"]);
/// Tracking: <https://www.aftership.com/docs/tracking/webhook/webhook-signature>. Returns, and older organizations:
/// <https://www.aftership.com/docs/returns/2025-04/webhook/signature>.
pub(super) const AFTERSHIP: BodyHeaders =
    BodyHeaders(&["aftership-hmac-sha256", "as-signature-hmac-sha256", "am-webhook-signature"]);

pub(super) fn verify(headers: &BodyHeaders, request: &Request<'_>, secrets: &[Secret]) -> Result<(), SignatureError> {
    let given = headers.0.iter().find_map(|name| request.headers.get(name));
    let given = given.ok_or(SignatureError::Missing(headers.0[0]))?;
    // `am-webhook-signature` begins with the name of the algorithm.
    let given =
        STANDARD.decode(given.strip_prefix("hmac-sha256=").unwrap_or(given)).map_err(|_| SignatureError::Wrong)?;
    let is_known = mac::is_of_one(secrets.iter().map(Secret::bytes), &[request.body], &given);
    if is_known { Ok(()) } else { Err(SignatureError::Wrong) }
}
