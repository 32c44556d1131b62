use goody_formats::webhooks::{Config, Outcome, Source};
use serde_json::{Value, json};

use crate::support::{attribute, facts, fixture, parcel_lines, read, read_with, reason_of_ignored, refusal};

fn tracking() -> Value {
    fixture!("aftership-tracking.json")
}

#[test]
fn a_tracking_gives_each_change_of_its_parcel() {
    let facts = facts(read(Source::AfterShip, &tracking()));
    assert_eq!(parcel_lines(&facts), ["SHIPPING_ON_TIME 2026-05-05T06:00:00Z", "LOST 2026-05-08T10:00:00Z Lost"]);
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-09"));
    assert_eq!(attribute(&facts, "aftershipOrder").as_deref(), Some("2041"));
}

#[test]
fn a_time_without_an_offset_is_in_the_zone_of_the_settings() {
    let config = Config { mapping: None, time_zone: Some("Europe/Berlin".into()) };
    let facts = facts(read_with(Source::AfterShip, &[], tracking().to_string().as_bytes(), &config));
    assert_eq!(parcel_lines(&facts)[1], "LOST 2026-05-08T08:00:00Z Lost");
}

#[test]
fn the_words_mean_what_is_documented() {
    for (tag, subtag, expected) in [
        ("OutForDelivery", "OutForDelivery_001", "SHIPPING_ON_TIME"),
        ("AvailableForPickup", "AvailableForPickup_001", "SHIPPING_ON_TIME"),
        ("AttemptFail", "AttemptFail_002", "SHIPPING_DELAYED"),
        ("Delivered", "Delivered_003", "ARRIVED"),
        ("Exception", "Exception_004", "SHIPPING_DELAYED"),
        ("Exception", "Exception_003", "UNDELIVERABLE"),
        ("Exception", "Exception_010", "RETURN_TO_SENDER"),
        ("Exception", "Exception_011", "RETURN_TO_SENDER"),
        ("Exception", "Exception_012", "DAMAGED"),
        ("Exception", "Exception_099", "SHIPPING_DELAYED"),
    ] {
        let mut body = tracking();
        body["msg"]["tag"] = json!(tag);
        body["msg"]["subtag"] = json!(subtag);
        body["msg"]["subtag_message"] = Value::Null;
        body["msg"]["checkpoints"] = json!([]);
        assert_eq!(parcel_lines(&facts(read(Source::AfterShip, &body))), [format!("{expected} 2026-05-08T11:00:00Z")]);
    }
}

#[test]
fn a_revised_estimate_stays_an_attribute() {
    let mut body = tracking();
    body["event"] = json!("edd_revise");
    body["msg"]["latest_estimated_delivery"]["datetime"] = json!("2026-05-20T00:00:00");
    let facts = facts(read(Source::AfterShip, &body));
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-20"));
    assert!(facts.parcel_events.iter().all(|parcel| parcel.event().estimated_delivery.is_none()));
}

#[test]
fn other_products_are_left_out_and_the_example_is_a_ping() {
    reason_of_ignored(read(Source::AfterShip, &json!({"event_type": "create_a_label", "data": {}})));
    reason_of_ignored(read(Source::AfterShip, &json!({"event": "return.approved", "data": {}})));
    let mut body = tracking();
    for tag in ["Pending", "InfoReceived", "Expired"] {
        body["msg"]["tag"] = json!(tag);
        body["msg"]["checkpoints"] = json!([]);
        reason_of_ignored(read(Source::AfterShip, &body));
    }
    body["msg"]["tracking_number"] = json!("0000000000000000");
    assert_eq!(read(Source::AfterShip, &body), Outcome::Ping);
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut body = tracking();
        change(&mut body);
        refusal(read(Source::AfterShip, &body))
    };
    assert_eq!(broken(&|body| body["event"] = Value::Null), "event: is missing");
    assert_eq!(broken(&|body| body["msg"]["tracking_number"] = Value::Null), "msg.tracking_number: is missing");
    assert!(broken(&|body| body["msg"]["tag"] = json!("Sunk")).starts_with("msg.tag: "));
    assert_eq!(
        broken(&|body| {
            body["msg"]["updated_at"] = Value::Null;
            body["msg"]["checkpoints"] = Value::Null;
            body["ts"] = json!("noon");
        }),
        "ts: is no number of seconds"
    );
}
