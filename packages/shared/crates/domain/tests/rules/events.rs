//! Checks of received events: a malformed event is rejected with a reason for each wrong field, and no other is rejected.

use goody_domain::{Fact, History, IngestOutcome, Instant, OrderEvent, Placement, Rejection, ReportZone, WireEvent};
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

#[test]
fn a_field_of_a_placement_is_refused_on_another_status() {
    let fields = json!({
        "estimatedDelivery": "2026-03-12T10:00:00Z", "shipBy": "2026-03-11", "giftValue": 1, "currency": "EUR",
        "giftType": "food", "isRush": false, "reference": "#1", "vendorName": "Acme", "destination": {"country": "DE"}
    });
    for (field, value) in fields.as_object().unwrap() {
        assert!(parse_placement(json!({field: value})).is_ok(), "{field}");
        assert_eq!(
            only_error(parse_placement(json!({field: value, "status": "SHIPPING_ON_TIME"}))),
            field_error(field, "is a field of PLACED events only")
        );
    }
    let mut all = fields.clone();
    all["status"] = "ARRIVED".into();
    let refused: Vec<String> = field_errors(parse_placement(all)).into_iter().map(|(field, _)| field).collect();
    assert_eq!(refused.len(), 9, "{refused:?}");
    assert!(
        parse_placement(json!({"vendorId": "acme", "status": "ARRIVED"})).is_ok(),
        "a vendor may stand on any event"
    );
}

#[test]
fn a_parcel_is_named_on_any_event_but_the_placement() {
    assert_eq!(only_error(parse_placement(json!({"parcelId": "a"}))).0, "parcelId");
    let named = parse_placement(json!({"parcelId": "box:1", "status": "ARRIVED"})).unwrap();
    assert_eq!(named.parcel_id.as_ref().map(|id| id.as_str()), Some("box:1"));
    assert_eq!(
        only_error(parse_placement(json!({"parcelId": "box 1", "status": "ARRIVED"}))),
        field_error("parcelId", "may only contain A-Z a-z 0-9 . _ : -")
    );
    assert_eq!(only_error(parse_placement(json!({"parcelId": "", "status": "ARRIVED"}))).0, "parcelId");
}

#[test]
fn an_event_about_another_parcel_is_another_fact() {
    let about = |parcel: &str| parse_placement(json!({"parcelId": parcel, "status": "ARRIVED"})).unwrap();
    let mut history = History::empty(about("a").order_id);
    assert_eq!(history.record(about("a"), &batch(), at(NOW)), IngestOutcome::New);
    assert_eq!(history.record(about("a"), &batch(), at(NOW)), IngestOutcome::Known);
    assert_eq!(history.record(about("b"), &batch(), at(NOW)), IngestOutcome::Conflict);
}

#[test]
fn a_reference_and_a_vendor_name_are_any_printable_text_of_at_most_128_characters() {
    for field in ["reference", "vendorName"] {
        for text in ["#1058 / Zoë – 3", &"ü".repeat(128), "\"quoted\", =1+1"] {
            assert!(parse_placement(json!({field: text})).is_ok(), "{field}: {text}");
        }
        let long = parse_placement(json!({field: "ü".repeat(129)}));
        assert_eq!(only_error(long), field_error(field, "is longer than 128 characters"));
        assert_eq!(only_error(parse_placement(json!({field: "a\nb"}))), field_error(field, "has control characters"));
    }
}

#[test]
fn a_destination_has_a_country_and_may_have_a_region_and_a_postal_prefix() {
    assert!(parse_placement(json!({"destination": {"country": "BR", "region": "SP", "postalPrefix": "013"}})).is_ok());
    assert_eq!(
        only_error(parse_placement(json!({"destination": {"region": "SP"}}))),
        field_error("destination.country", "is missing")
    );
    for country in ["br", "BRA", "", "B1", "ÄB"] {
        let error = only_error(parse_placement(json!({"destination": {"country": country}})));
        assert_eq!(error, field_error("destination.country", "must be an ISO 3166-1 code: two capital letters"));
    }
    let control = parse_placement(json!({"destination": {"country": "BR", "region": "a\u{7}"}}));
    assert_eq!(only_error(control), field_error("destination.region", "has control characters"));
    assert_eq!(only_error(parse_placement(json!({"destination": "BR"}))).0, "destination");
    for field in ["region", "postalPrefix"] {
        let of_length = |length| parse_placement(json!({"destination": {"country": "BR", field: "ü".repeat(length)}}));
        assert!(of_length(64).is_ok(), "{field}");
        let name = format!("destination.{field}");
        assert_eq!(only_error(of_length(65)), field_error(&name, "is longer than 64 characters"));
    }
}

#[test]
fn attributes_are_at_most_20_texts_by_name() {
    let texts =
        |number: usize| -> Value { (0..number).map(|number| (format!("name {number}"), json!("text"))).collect() };
    for status in ["PLACED", "ARRIVED"] {
        assert_eq!(parse_placement(json!({"status": status, "attributes": texts(20)})).unwrap().attributes.len(), 20);
    }
    let many = field_errors(parse_placement(json!({"attributes": texts(21)})));
    assert_eq!(many, [field_error("attributes", "has more than 20 texts")]);
    assert_eq!(only_error(parse_placement(json!({"attributes": {"weight": 3}}))).0, "attributes.weight");
    assert_eq!(only_error(parse_placement(json!({"attributes": {"note": "a\u{0}"}}))).0, "attributes.note");
    assert_eq!(only_error(parse_placement(json!({"attributes": {"": "text"}}))).0, "attributes.");
    assert_eq!(only_error(parse_placement(json!({"attributes": ["a"]}))).0, "attributes");
    let one = |name: usize, text: usize| parse_placement(json!({"attributes": {"n".repeat(name): "ü".repeat(text)}}));
    assert!(one(64, 500).is_ok());
    assert_eq!(only_error(one(65, 1)).1, "is longer than 64 characters");
    assert_eq!(only_error(one(1, 501)), field_error("attributes.n", "is longer than 500 characters"));
}

#[test]
fn an_event_with_other_attributes_is_another_fact() {
    let with = |text: &str| parse_placement(json!({"attributes": {"note": text}})).unwrap();
    let mut history = History::empty(with("a").order_id);
    assert_eq!(history.record(with("a"), &batch(), at(NOW)), IngestOutcome::New);
    assert_eq!(history.record(with("b"), &batch(), at(NOW)), IngestOutcome::Conflict);
}

/// The promise that a text means in a zone.
fn promise(text: &str, zone: &str) -> Result<Instant, Rejection> {
    let event = json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED",
        "occurredAt": "2026-03-10T10:00:00Z", "estimatedDelivery": text, "shipBy": text
    });
    let zone = ReportZone::named(zone).unwrap();
    let (event, warnings) = OrderEvent::parse_with_warnings(event.to_string().as_bytes(), at(NOW), &zone)?;
    assert!(warnings.is_empty(), "{warnings:?}");
    let Fact::Placed(placement) = event.fact else { panic!("it is placed") };
    let Placement { estimated_delivery, ship_by, .. } = *placement;
    assert_eq!(estimated_delivery, ship_by);
    Ok(estimated_delivery.unwrap())
}

#[test]
fn a_promise_that_is_a_date_is_the_last_second_of_that_day_in_the_report_time_zone() {
    for (zone, date, instant) in [
        ("UTC", "2026-03-12", "2026-03-12T23:59:59Z"),
        ("Europe/Berlin", "2026-03-28", "2026-03-28T22:59:59Z"),
        // Summer time begins on the 29th, a day of 23 hours, and ends on the 25th of October, a day of 25 hours.
        ("Europe/Berlin", "2026-03-29", "2026-03-29T21:59:59Z"),
        ("Europe/Berlin", "2026-03-30", "2026-03-30T21:59:59Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T22:59:59Z"),
        ("America/New_York", "2026-07-04", "2026-07-05T03:59:59Z"),
        // In Beirut the clocks skip the hour from midnight to one on the 29th of March: the 28th ends where they do.
        ("Asia/Beirut", "2026-03-28", "2026-03-28T21:59:59Z"),
        ("Pacific/Kiritimati", "2026-03-12", "2026-03-12T09:59:59Z"),
    ] {
        assert_eq!(promise(date, zone), Ok(at(instant)), "{date} in {zone}");
    }
    assert_eq!(promise("2026-03-12T10:00:00+05:00", "Europe/Berlin"), Ok(at("2026-03-12T05:00:00Z")), "no date");
}

#[test]
fn a_promise_that_is_no_date_of_the_calendar_is_refused_and_an_occurrence_is_never_a_date() {
    for text in ["2026-02-29", "2026-3-12", "20260312", "2026-03-12T", "12.03.2026", "1999-12-31", "2100-01-01"] {
        let rejection = promise(text, "UTC").expect_err(text);
        let fields: Vec<&str> = rejection.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["estimatedDelivery", "shipBy"], "{text}");
    }
    assert_eq!(only_error(parse_placement(json!({"occurredAt": "2026-03-09"}))).0, "occurredAt");
}

#[test]
fn a_stored_event_is_read_leniently() {
    let later = json!({
        "eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-03-10T10:00:00Z",
        "colour": "blue", "nested": {"deep": [1]}, "destination": {"country": "DE", "city": "Bonn"}, "giftValue": 5
    });
    let text = later.to_string();
    assert!(WireEvent::read(text.as_bytes()).is_err(), "a received event with such fields is refused");
    let event = WireEvent::read_stored(text.as_bytes()).unwrap().event().unwrap();
    let Fact::Placed(placement) = &event.fact else { panic!("it is placed") };
    assert_eq!(placement.gift_value, Some(5));
    assert_eq!(placement.destination.as_ref().map(|to| to.country.as_str()), Some("DE"));
}

#[test]
fn a_stored_placement_with_the_currency_and_urgency_that_earlier_versions_added_is_repeated_by_one_without() {
    let stored = parse_placement(json!({"currency": "USD", "isRush": false})).unwrap();
    let mut history = History::empty(stored.order_id.clone());
    assert_eq!(history.record(stored, &batch(), at(NOW)), IngestOutcome::New);
    assert_eq!(history.record(parse_placement(json!({})).unwrap(), &batch(), at(NOW)), IngestOutcome::Known);
    let other = parse_placement(json!({"currency": "EUR"})).unwrap();
    assert_eq!(history.record(other, &batch(), at(NOW)), IngestOutcome::Conflict);
    let rush = parse_placement(json!({"isRush": true})).unwrap();
    assert_eq!(history.record(rush, &batch(), at(NOW)), IngestOutcome::Conflict);
}

#[test]
fn attributes_and_the_texts_of_a_placement_count_against_the_bytes_of_an_order() {
    let attributes: Value = (0..20).map(|number| (format!("name {number:02}"), json!("x".repeat(492)))).collect();
    let event = |number: usize| {
        parse_placement(
            json!({"eventId": format!("e-{number:04}"), "attributes": attributes, "reference": "x".repeat(128)}),
        )
        .unwrap()
    };
    let mut history = History::empty(event(0).order_id);
    let recorded =
        (0..).take_while(|number| history.record(event(*number), &batch(), at(NOW)) == IngestOutcome::New).count();
    // Each has 20 × (7 + 492) bytes of attributes, 128 of the reference, 6 of its id and 4 of the vendor's.
    assert_eq!(recorded, 1024 * 1024 / (20 * 499 + 128 + 6 + 4));

    let event = |number: usize| {
        let event = json!({"eventId": format!("e-{number:04}"), "status": "ARRIVED", "parcelId": "x".repeat(128), "vendorId": null, "reason": "x".repeat(466)});
        parse_placement(event).unwrap()
    };
    let mut history = History::empty(event(0).order_id);
    let recorded =
        (0..).take_while(|number| history.record(event(*number), &batch(), at(NOW)) == IngestOutcome::New).count();
    assert_eq!(recorded, 1024 * 1024 / (128 + 466 + 6), "a parcel's id counts, too");
}

#[test]
fn a_field_that_appears_twice_inside_another_is_named() {
    let twice = |field: &str| {
        let event = json!({"eventId": "e-1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-03-10T10:00:00Z"});
        only_error(parse(event.to_string().replacen('{', &format!("{{{field},"), 1).as_bytes())).0
    };
    assert_eq!(twice(r#""destination":{"country":"DE","country":"NO"}"#), "destination.country");
}

#[test]
fn every_wrong_attribute_is_named_among_any_number() {
    let mut attributes: serde_json::Map<String, Value> =
        (0..60).map(|number| (format!("n-{number:02}"), json!("text"))).collect();
    attributes.insert("n-55".into(), json!(5));
    assert_eq!(only_error(parse_placement(json!({"attributes": attributes}))).0, "attributes.n-55");
}
