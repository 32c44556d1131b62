//! JSON of the wrong kind: the answer says what the field holds and what is wanted, in plain words.

use goody_domain::{OrderEvent, Rejection};
use serde_json::{Value, json};

use crate::timeline::at;

fn refused(json: &str) -> Option<Rejection> {
    OrderEvent::parse(json.as_bytes(), at("2026-03-10T14:30:20Z")).err()
}

/// Each wrong field with its reason.
fn wrong(json: &str) -> Vec<(String, String)> {
    let errors = refused(json).expect("it is malformed").errors;
    errors.into_iter().map(|error| (error.field, error.reason)).collect()
}

/// Every field of an event with a value that it takes.
fn event() -> Value {
    json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED",
        "occurredAt": "2026-03-10T10:00:00Z", "estimatedDelivery": "2026-03-12T10:00:00Z",
        "shipBy": "2026-03-11T10:00:00Z", "giftValue": 1999, "currency": "EUR", "giftType": "flowers",
        "isRush": true, "carrier": "UPS", "trackingNumber": "1Z", "reason": "none", "isBackfilled": false
    })
}

fn with(field: &str, value: &Value) -> String {
    let mut event = event();
    event[field] = value.clone();
    event.to_string()
}

/// Words of the program say nothing to those who send events.
fn assert_plain(reason: &str) {
    const FOREIGN: [&str; 13] = [
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
    assert!(!FOREIGN.iter().any(|word| reason.contains(word)), "{reason}");
}

#[test]
fn a_value_of_the_wrong_kind_says_what_it_is_and_what_is_wanted() {
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
            let is_right = match good {
                Value::String(_) => value.is_string(),
                Value::Bool(_) => value.is_boolean(),
                _ => value.is_i64(),
            };
            let errors = refused(&with(field, value)).map_or_else(Vec::new, |rejection| rejection.errors);
            errors.iter().for_each(|error| assert_plain(&error.reason));
            if !is_right {
                assert_eq!(errors.len(), 1, "{field}: {errors:?}");
                assert_eq!(&errors[0].field, field);
                assert!(errors[0].reason.starts_with(beginning), "{field}: {}", errors[0].reason);
            }
        }
    }
    assert_eq!(
        wrong(&with("occurredAt", &json!(1_763_632_800)))[0].1,
        "is the number 1763632800, and has to be text in quotes: an RFC 3339 time such as 2026-01-31T10:00:00Z"
    );
}

#[test]
fn null_is_a_field_that_is_not_there() {
    for (field, _) in event().as_object().unwrap() {
        let required = ["eventId", "orderId", "vendorId", "status", "occurredAt"].contains(&field.as_str());
        let missing = required.then(|| Rejection::field(field.as_str(), "is missing"));
        assert_eq!(refused(&with(field, &Value::Null)), missing, "{field}");
    }
}

#[test]
fn every_value_of_the_wrong_kind_is_named_at_once() {
    let errors = wrong(r#"{"eventId": 1, "orderId": 2, "giftValue": "9", "isRush": 0}"#);
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["eventId", "orderId", "giftValue", "isRush"]);
}

#[test]
fn a_field_that_is_there_twice_is_named() {
    let told = |field: &str| vec![(field.to_owned(), "is there more than once".to_owned())];
    for (field, good) in event().as_object().unwrap() {
        let twice = event().to_string().replacen('{', &format!("{{\"{field}\":{good},"), 1);
        assert_eq!(wrong(&twice), told(field));
    }
}

#[test]
fn a_line_that_is_no_object_or_no_json_says_so_in_plain_words() {
    for (text, reason) in [
        ("", "is empty, and has to be an object: {\"eventId\": …}"),
        ("null", "is null, and has to be an object: {\"eventId\": …}"),
        ("7", "is the number 7, and has to be an object: {\"eventId\": …}"),
        ("true", "is true, and has to be an object: {\"eventId\": …}"),
        ("\"event\"", "is the text \"event\", and has to be an object: {\"eventId\": …}"),
        ("[{\"eventId\":\"a\"}]", "is an array, and has to be an object: {\"eventId\": …}"),
        ("{", "is not whole: its JSON ends too early, after column 1"),
        ("{\"eventId\":\"a\"", "is not whole: its JSON ends too early, after column 14"),
        ("{\"eventId\":}", "is not JSON from column 12 on"),
        ("{\"a\":1,}", "is not JSON from column 8 on"),
        ("not json", "is not JSON from column 2 on"),
        ("{} {}", "has text after its JSON"),
        ("{\"a\":1}}", "has text after its JSON"),
    ] {
        assert_eq!(wrong(text), [("line".to_owned(), reason.to_owned())], "{text}");
    }
    let deep = format!("{{\"a\":{}", "[".repeat(1_000));
    for text in ["{a:1}", "{\"a\":\"\\q\"}", "{\"a\":tru}", "{\"giftValue\":1e999}", "{\"giftValue\":01}", "\0", &deep]
    {
        let [(field, reason)] = wrong(text).try_into().unwrap();
        assert_eq!(field, "line", "{text}");
        assert_plain(&reason);
    }
}
