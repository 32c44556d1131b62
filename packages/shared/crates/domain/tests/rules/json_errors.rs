//! JSON with values of the wrong kind: the rejection says what the field has and what it has to be, in words that senders know.

use goody_domain::{OrderEvent, Rejection};
use serde_json::{Value, json};

use crate::timeline::at;

fn rejection(json: &str) -> Option<Rejection> {
    OrderEvent::parse(json.as_bytes(), at("2026-03-10T14:30:20Z")).err()
}

/// Each wrong field with its reason.
fn field_errors(json: &str) -> Vec<(String, String)> {
    let errors = rejection(json).expect("it is malformed").errors;
    errors.into_iter().map(|error| (error.field, error.reason)).collect()
}

/// A placement with every field of one and valid values.
fn event() -> Value {
    json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED",
        "occurredAt": "2026-03-10T10:00:00Z", "estimatedDelivery": "2026-03-12T10:00:00Z",
        "shipBy": "2026-03-11T10:00:00Z", "giftValue": 1999, "currency": "EUR", "giftType": "flowers",
        "isRush": true, "carrier": "UPS", "trackingNumber": "1Z", "reason": "none", "isBackfilled": false,
        "reference": "#1", "vendorName": "Acme", "destination": {"country": "DE"}, "attributes": {"note": "text"}
    })
}

fn with(field: &str, value: &Value) -> String {
    let mut event = event();
    event[field] = value.clone();
    event.to_string()
}

/// Senders of events do not know the words of serde and Rust.
fn assert_is_plain(reason: &str) {
    const INTERNAL_WORDS: [&str; 13] = [
        "expect",
        "invalid",
        "struct",
        "map",
        "sequence",
        "floating",
        "boolean",
        "string",
        "i64",
        "missing field",
        "duplicate",
        "EOF",
        "trailing",
    ];
    assert!(!INTERNAL_WORDS.iter().any(|word| reason.contains(word)), "{reason}");
}

#[test]
fn the_reason_for_a_value_of_the_wrong_kind_names_the_value_and_the_right_kind() {
    let kinds = [
        (json!(1_763_632_800), "is the number 1763632800, and has to be "),
        (json!(-1.5), "is the number -1.5, and has to be "),
        (json!(u64::MAX), "is the number 18446744073709551615, and has to be "),
        (json!("words"), "is the text \"words\", and has to be "),
        (json!(true), "is true, and has to be "),
        (json!(false), "is false, and has to be "),
        (json!({"a": 1}), "is an object, and has to be "),
        (json!({}), "is an object, and has to be "),
        (json!([1]), "is an array, and has to be "),
    ];
    for (field, good) in event().as_object().unwrap() {
        for (value, beginning) in &kinds {
            let is_right_kind = match good {
                Value::String(_) => value.is_string(),
                Value::Object(_) => value.is_object(),
                Value::Bool(_) => value.is_boolean(),
                _ => value.is_i64(),
            };
            let errors = rejection(&with(field, value)).map_or_else(Vec::new, |rejection| rejection.errors);
            errors.iter().for_each(|error| assert_is_plain(&error.reason));
            if !is_right_kind {
                assert_eq!(errors.len(), 1, "{field}: {errors:?}");
                assert_eq!(&errors[0].field, field);
                assert!(errors[0].reason.starts_with(beginning), "{field}: {}", errors[0].reason);
            }
        }
    }
    assert_eq!(
        field_errors(&with("occurredAt", &json!(1_763_632_800)))[0].1,
        "is the number 1763632800, and has to be text in quotes: an RFC 3339 time such as 2026-01-31T10:00:00Z"
    );
}

#[test]
fn a_null_field_counts_as_missing() {
    for (field, _) in event().as_object().unwrap() {
        let required = ["eventId", "orderId", "vendorId", "status", "occurredAt"].contains(&field.as_str());
        let missing = required.then(|| Rejection::field(field.as_str(), "is missing"));
        assert_eq!(rejection(&with(field, &Value::Null)), missing, "{field}");
    }
}

#[test]
fn a_rejection_names_every_value_of_the_wrong_kind() {
    let errors = field_errors(r#"{"eventId": 1, "orderId": 2, "giftValue": "9", "isRush": 0}"#);
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["eventId", "orderId", "giftValue", "isRush"]);
}

#[test]
fn a_field_that_appears_twice_is_rejected() {
    let repeated = |field: &str| vec![(field.to_owned(), "appears more than once".to_owned())];
    for (field, good) in event().as_object().unwrap() {
        let twice = event().to_string().replacen('{', &format!("{{\"{field}\":{good},"), 1);
        assert_eq!(field_errors(&twice), repeated(field));
    }
}

#[test]
fn the_reason_for_a_line_that_is_no_object_or_no_json_says_so() {
    for (text, reason) in [
        ("", "is empty, and has to be an object: {\"eventId\": …}"),
        ("null", "is null, and has to be an object: {\"eventId\": …}"),
        ("7", "is the number 7, and has to be an object: {\"eventId\": …}"),
        ("true", "is true, and has to be an object: {\"eventId\": …}"),
        ("\"event\"", "is the text \"event\", and has to be an object: {\"eventId\": …}"),
        ("[{\"eventId\":\"a\"}]", "is an array, and has to be an object: {\"eventId\": …}"),
        ("{", "is incomplete: its JSON ends too early, after column 1"),
        ("{\"eventId\":\"a\"", "is incomplete: its JSON ends too early, after column 14"),
        ("{\"eventId\":}", "is not JSON from column 12 on"),
        ("{\"a\":1,}", "is not JSON from column 8 on"),
        ("not json", "is not JSON from column 2 on"),
        ("{} {}", "has text after its JSON"),
        ("{\"a\":1}}", "has text after its JSON"),
    ] {
        assert_eq!(field_errors(text), [("line".to_owned(), reason.to_owned())], "{text}");
    }
    let deep = format!("{{\"a\":{}", "[".repeat(1_000));
    for text in ["{a:1}", "{\"a\":\"\\q\"}", "{\"a\":tru}", "{\"giftValue\":1e999}", "{\"giftValue\":01}", "\0", &deep]
    {
        let [(field, reason)] = field_errors(text).try_into().unwrap();
        assert_eq!(field, "line", "{text}");
        assert_is_plain(&reason);
    }
}
