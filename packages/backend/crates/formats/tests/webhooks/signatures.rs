//! Signatures that the senders' own libraries made or verified: see vectors.mjs.

use goody_domain::Instant;
use goody_formats::request::{Headers, Request};
use goody_formats::signatures::{Secret, SignatureError};
use goody_formats::webhooks::Source;
use serde_json::Value;

/// A signed request.
#[derive(Clone)]
struct Vector {
    source: Source,
    secret: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    now: Instant,
}

impl Vector {
    fn verify_with(&self, secrets: &[Secret]) -> Result<(), SignatureError> {
        let headers: Headers<'_> = self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let request = Request { path: &self.path, headers: &headers, body: self.body.as_bytes() };
        self.source.verify(&request, secrets, self.now)
    }

    fn verify(&self) -> Result<(), SignatureError> {
        self.verify_with(&Secret::parse_list(&self.secret).unwrap())
    }

    /// Whether the sender signs the body, and not only sends a secret.
    fn is_signed(&self) -> bool {
        self.headers.iter().any(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.contains("signature") || name.contains("hmac")
        })
    }

    /// Whether the sender signs a time.
    fn has_time(&self) -> bool {
        ["X-Timestamp", "Shippo-Auth-Signature", "X-ShipEngine-Timestamp", "webhook-timestamp"]
            .iter()
            .any(|time| self.headers.iter().any(|(name, _)| name == time))
    }

    fn name(&self) -> String {
        format!("{} {:?}", self.source.name(), self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
    }
}

fn vectors() -> Vec<Vector> {
    let list: Vec<Value> = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let vector = |value: Value| Vector {
        source: Source::from_name(&text(&value["source"])).unwrap(),
        secret: text(&value["secret"]),
        path: text(&value["path"]),
        headers: value["headers"].as_object().unwrap().iter().map(|(name, v)| (name.clone(), text(v))).collect(),
        body: text(&value["body"]),
        now: Instant::parse(&text(&value["now"])).unwrap(),
    };
    list.into_iter().map(vector).collect()
}

#[test]
fn each_sender_is_known_by_its_signature() {
    let vectors = vectors();
    for source in Source::ALL {
        assert!(vectors.iter().any(|vector| vector.source == source), "{} has no vector", source.name());
    }
    for vector in vectors {
        assert_eq!(vector.verify(), Ok(()), "{}", vector.name());
    }
}

#[test]
fn two_secrets_are_valid_at_a_time_and_another_is_not() {
    for vector in vectors() {
        let own = Secret::parse_list(&vector.secret).unwrap();
        let other = Secret::parse_list("b3RoZXI=").unwrap();
        assert_eq!(vector.verify_with(&[own.clone(), other.clone()].concat()), Ok(()), "{}", vector.name());
        assert_eq!(vector.verify_with(&[other.clone(), own].concat()), Ok(()), "{}", vector.name());
        assert!(vector.verify_with(&other).is_err(), "{}", vector.name());
        assert!(vector.verify_with(&[]).is_err(), "{}", vector.name());
    }
}

#[test]
fn another_body_is_refused() {
    for mut vector in vectors().into_iter().filter(Vector::is_signed) {
        vector.body.push(' ');
        assert_eq!(vector.verify(), Err(SignatureError::Wrong), "{}", vector.name());
    }
}

#[test]
fn a_signature_that_is_cut_or_changed_is_refused() {
    for vector in vectors() {
        for at in 0..vector.headers.len() {
            let name = vector.headers[at].0.to_ascii_lowercase();
            if !["signature", "hmac", "secret", "credential", "authorization"].iter().any(|word| name.contains(word)) {
                continue;
            }
            if name.contains("key-id") {
                continue;
            }
            let value = vector.headers[at].1.clone();
            for changed in
                [&value[..value.len() - 2], &format!("{value}x"), &value.replace(['1', 'e', 'c'], "7"), "x", "="]
            {
                if changed == value {
                    continue;
                }
                let mut vector = vector.clone();
                changed.clone_into(&mut vector.headers[at].1);
                assert!(vector.verify().is_err(), "{}: {changed}", vector.name());
            }
        }
    }
}

#[test]
fn a_request_without_a_signature_names_what_is_missing() {
    for vector in vectors() {
        for at in 0..vector.headers.len() {
            let mut vector = vector.clone();
            let (name, _) = vector.headers.remove(at);
            // The other headers of Shopify are not signed.
            let is_unsigned = name.starts_with("X-Shopify-") && name != "X-Shopify-Hmac-Sha256";
            // The path of EasyPost is that of the request.
            let expected = is_unsigned || name == "X-Path";
            assert_eq!(vector.verify().is_ok(), expected, "{} without {name}", vector.name());
        }
        let mut bare = vector.clone();
        bare.headers.clear();
        bare.path = "/".into();
        assert!(matches!(bare.verify(), Err(SignatureError::Missing(_))), "{}", vector.name());
    }
}

#[test]
fn a_signature_of_another_time_is_old() {
    let timed: Vec<Vector> = vectors().into_iter().filter(Vector::has_time).collect();
    assert_eq!(timed.len(), 4);
    for vector in timed {
        for (seconds, expected) in
            [(269, Ok(())), (-269, Ok(())), (331, Err(SignatureError::Old)), (-331, Err(SignatureError::Old))]
        {
            let mut vector = vector.clone();
            vector.now = vector.now.plus_seconds(seconds);
            assert_eq!(vector.verify(), expected, "{} {seconds} s later", vector.name());
        }
    }
}

#[test]
fn the_public_keys_of_a_sender_are_no_password() {
    let vector = vectors().into_iter().find(|vector| vector.secret.starts_with('{')).unwrap();
    for header in ["X-Webhook-Secret", "Authorization"] {
        let mut forged = vector.clone();
        let value = if header == "Authorization" { format!("Bearer {}", vector.secret) } else { vector.secret.clone() };
        forged.headers = vec![(header.into(), value)];
        assert!(forged.verify().is_err(), "{header}");
    }
}

#[test]
fn a_token_in_the_url_is_the_whole_token() {
    let vector = vectors().into_iter().find(|vector| vector.path.contains("token=")).unwrap();
    for path in [
        "/api/webhooks/shippo?token=123ab",
        "/api/webhooks/shippo?token=123abcd",
        "/api/webhooks/shippo?token=123abc,x",
    ] {
        let forged = Vector { path: path.into(), ..vector.clone() };
        assert_eq!(forged.verify(), Err(SignatureError::Wrong), "{path}");
    }
}

#[test]
fn only_the_ping_of_woocommerce_needs_no_signature() {
    let vector = vectors().into_iter().find(|vector| vector.source == Source::WooCommerce).unwrap();
    let ping = Vector { headers: Vec::new(), body: "webhook_id=12".into(), ..vector };
    assert_eq!(ping.verify(), Ok(()));
    for body in ["webhook_id=", "webhook_id=1&id=2", "webhook_id=x", "{\"id\": 1}", ""] {
        let forged = Vector { body: body.into(), ..ping.clone() };
        assert_eq!(forged.verify(), Err(SignatureError::Missing("X-WC-Webhook-Signature")), "{body}");
    }
}
