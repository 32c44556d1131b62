//! Checks of received events: a malformed event is rejected with a reason for each wrong field, and no other is rejected.

use goody_domain::{Fact, History, IngestOutcome, OrderEvent, Rejection, ReportZone, WireEvent};
use serde_json::{Value, json};

use crate::timeline::{at, batch};

const NOW: &str = "2026-03-10T14:30:20Z";

fn parse(text: &[u8]) -> Result<OrderEvent, Rejection> {
    OrderEvent::parse(text, at(NOW))
}

/// The result of parsing a valid placement with some fields replaced, or removed where `changes` has null.
fn parse_placement(changes: Value) -> Result<OrderEvent, Rejection> {
    let mut event = json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-03-10T10:00:00Z"
    });
    for (field, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(event.as_object_mut().unwrap().shift_remove(field)),
            value => event[field] = value.clone(),
        }
    }
    parse(event.to_string().as_bytes())
}

/// Each wrong field with its reason.
fn field_errors(result: Result<OrderEvent, Rejection>) -> Vec<(String, String)> {
    let rejection = result.expect_err("this is malformed");
    rejection.errors.into_iter().map(|error| (error.field, error.reason)).collect()
}

fn only_error(result: Result<OrderEvent, Rejection>) -> (String, String) {
    let mut errors = field_errors(result);
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

fn field_error(field: &str, reason: &str) -> (String, String) {
    (field.into(), reason.into())
}

#[test]
fn a_rejection_names_every_missing_field() {
    let missing = ["eventId", "orderId", "occurredAt", "status"].map(|field| field_error(field, "is missing"));
    assert_eq!(field_errors(parse(b"{}")), missing);
}

#[test]
fn a_placement_requires_a_vendor_and_other_events_do_not() {
    assert_eq!(only_error(parse_placement(json!({"vendorId": null}))), field_error("vendorId", "is missing"));
    assert!(parse_placement(json!({"vendorId": null, "status": "ARRIVED"})).is_ok());
}

#[test]
fn an_unknown_status_is_named() {
    assert_eq!(
        only_error(parse_placement(json!({"status": "TELEPORTED"}))),
        field_error("status", "is not one of the nine statuses: TELEPORTED")
    );
    assert_eq!(only_error(parse_placement(json!({"status": "placed"}))).0, "status");
}

#[test]
fn an_event_before_2000_or_more_than_five_minutes_ahead_is_malformed() {
    assert_eq!(
        only_error(parse_placement(json!({"occurredAt": "1999-12-31T23:59:59Z"}))),
        field_error("occurredAt", "is before the year 2000")
    );
    assert!(parse_placement(json!({"occurredAt": "2000-01-01T00:00:00Z"})).is_ok());
    assert!(parse_placement(json!({"occurredAt": "2026-03-10T14:35:20Z"})).is_ok());
    assert_eq!(
        only_error(parse_placement(json!({"occurredAt": "2026-03-10T14:35:20.000001Z"}))),
        field_error("occurredAt", "is more than 5 minutes ahead of now")
    );
}

#[test]
fn a_time_must_be_rfc_3339_with_an_offset() {
    for text in [
        "yesterday",
        "",
        "2026-03-10",
        "2026-03-10T10:00:00",
        "2026-02-30T10:00:00Z",
        "2026-03-10T25:00:00Z",
        "1741600000",
    ] {
        let (field, reason) = only_error(parse_placement(json!({"occurredAt": text})));
        assert_eq!(
            (field.as_str(), reason.as_str()),
            ("occurredAt", format!("is not an RFC 3339 time: {text}").as_str())
        );
    }
}

#[test]
fn a_promise_can_lie_in_the_future_but_not_after_2099() {
    assert!(parse_placement(json!({"estimatedDelivery": "2099-12-31T23:59:59Z"})).is_ok());
    assert!(
        parse_placement(json!({"estimatedDelivery": "2001-01-01T00:00:00Z"})).is_ok(),
        "a promise before the placement is not malformed"
    );
    for field in ["estimatedDelivery", "shipBy"] {
        for text in ["2100-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            assert_eq!(only_error(parse_placement(json!({field: text}))).0, field);
        }
    }
}

#[test]
fn ids_accept_only_their_alphabet() {
    for (field, value) in
        [("orderId", ""), ("eventId", "a b"), ("vendorId", "ä"), ("orderId", "a\u{0}b"), ("vendorId", "a/b")]
    {
        assert_eq!(only_error(parse_placement(json!({field: value}))).0, field, "{value:?}");
    }
    let long = "x".repeat(129);
    assert_eq!(
        only_error(parse_placement(json!({"eventId": long}))),
        field_error("eventId", "must have 1 to 128 characters, has 129")
    );
    assert!(parse_placement(json!({"orderId": "A-z.0_9:x"})).is_ok());
}

#[test]
fn a_gift_has_a_value_in_minor_units_a_currency_and_a_type() {
    assert_eq!(only_error(parse_placement(json!({"giftValue": -1}))), field_error("giftValue", "is negative"));
    assert_eq!(only_error(parse_placement(json!({"giftValue": 19.99}))).0, "giftValue");
    assert_eq!(only_error(parse_placement(json!({"giftValue": "100"}))).0, "giftValue");
    assert_eq!(only_error(parse_placement(json!({"currency": "usd"}))).0, "currency");
    assert_eq!(only_error(parse_placement(json!({"giftType": "Fine Food"}))).0, "giftType");
    assert!(parse_placement(json!({"giftValue": i64::MAX, "currency": "JPY", "giftType": "fine-food"})).is_ok());
}

#[test]
fn texts_have_a_limited_length_and_no_control_characters() {
    assert_eq!(
        only_error(parse_placement(json!({"reason": "x".repeat(501)}))),
        field_error("reason", "is longer than 500 characters")
    );
    assert_eq!(
        only_error(parse_placement(json!({"carrier": "ü".repeat(129)}))),
        field_error("carrier", "is longer than 128 characters")
    );
    assert_eq!(
        only_error(parse_placement(json!({"trackingNumber": "a\u{0}"}))),
        field_error("trackingNumber", "has control characters")
    );
    assert!(parse_placement(json!({"reason": "ü".repeat(500)})).is_ok(), "characters, not bytes");
}

#[test]
fn a_line_that_is_no_event_is_rejected_as_a_whole() {
    for text in [
        "",
        "null",
        "[]",
        "7",
        "\"event\"",
        "{",
        "{\"eventId\":}",
        "{\"eventId\":\"a\"",
        "{} {}",
        "not json",
        "{\"a\":1}}",
    ] {
        assert_eq!(only_error(parse(text.as_bytes())).0, "line", "{text}");
    }
    assert_eq!(only_error(parse(b"{\"reason\":\"\xff\"}")), field_error("line", "is not UTF-8 after byte 11"));
    assert_eq!(only_error(parse(b"\0")).0, "line");
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    let errors = field_errors(parse_placement(json!({"estimateDelivery": "2026-03-12", "nested": {"deep": [1, 2]}})));
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["estimateDelivery", "nested"]);
    assert!(
        errors
            .iter()
            .all(|(_, reason)| reason.starts_with("is not a field of an event; the fields here are eventId, "))
    );
    let inside = parse_placement(json!({"destination": {"country": "DE", "city": "Bonn"}}));
    assert_eq!(only_error(inside).0, "destination.city");
}

#[test]
fn a_reason_never_repeats_a_long_value() {
    let errors = field_errors(parse_placement(
        json!({"occurredAt": "x".repeat(50_000), "status": "y".repeat(50_000), "orderId": "z".repeat(50_000)}),
    ));
    assert_eq!(errors.len(), 3);
    assert!(errors.iter().all(|(_, reason)| reason.len() < 100), "{errors:?}");
}

#[test]
fn a_rejection_names_every_wrong_field() {
    let errors = field_errors(parse_placement(
        json!({"orderId": "a b", "occurredAt": "soon", "currency": "usd", "reason": "\n"}),
    ));
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["orderId", "occurredAt", "currency", "reason"]);
}

#[test]
fn a_promise_more_than_two_years_after_the_placement_is_left_out_with_a_warning() {
    let received = |promise: &str| {
        let event = json!({
            "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED",
            "occurredAt": "2026-03-10T10:00:00Z", "estimatedDelivery": promise, "shipBy": promise
        });
        OrderEvent::parse_with_warnings(event.to_string().as_bytes(), at(NOW), &ReportZone::utc()).unwrap()
    };
    let (near, warnings) = received("2028-03-10T10:00:00Z");
    assert!(warnings.is_empty(), "{warnings:?}");
    let Fact::Placed(placement) = near.fact else { panic!("it is placed") };
    assert_eq!(placement.estimated_delivery, Some(at("2028-03-10T10:00:00Z")));

    let (far, warnings) = received("2062-03-12T10:00:00Z");
    let fields: Vec<&str> = warnings.iter().map(|warning| warning.field.as_str()).collect();
    assert_eq!(fields, ["estimatedDelivery", "shipBy"]);
    assert!(warnings[0].reason.starts_with("is more than two years after the placement and was left out"));
    let Fact::Placed(placement) = &far.fact else { panic!("it is still a placement") };
    assert_eq!((placement.estimated_delivery, placement.ship_by), (None, None));
    assert_eq!(OrderEvent::parse(&serde_json::to_vec(&WireEvent::from(&far)).unwrap(), at(NOW)), Ok(far));
}

#[test]
fn a_stored_event_with_a_far_promise_is_readable_and_its_repetition_a_duplicate() {
    let wire = json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED",
        "occurredAt": "2026-03-10T10:00:00Z", "estimatedDelivery": "2099-01-01T00:00:00Z"
    });
    let stored = WireEvent::read(wire.to_string().as_bytes()).unwrap().event().unwrap();
    let Fact::Placed(placement) = &stored.fact else { panic!("it is placed") };
    assert_eq!(placement.estimated_delivery, Some(at("2099-01-01T00:00:00Z")), "a stored event keeps its promise");
    let mut history = History::empty(stored.order_id.clone());
    assert_eq!(history.record(stored.clone(), &batch(), at(NOW)), IngestOutcome::New);
    let again = OrderEvent::parse(wire.to_string().as_bytes(), at(NOW)).unwrap();
    assert_eq!(history.record(again.clone(), &batch(), at(NOW)), IngestOutcome::Known);
    let other = OrderEvent { reason: Some("another".into()), ..again };
    assert_eq!(history.record(other, &batch(), at(NOW)), IngestOutcome::Conflict);
}
