use goody_domain::ParcelKey;
use goody_formats::webhooks::{Outcome, Source};
use serde_json::{Value, json};

use crate::support::{attribute, facts, fixture, parcel_lines, read, reason_of_ignored, refusal};

fn track() -> Value {
    fixture!("shippo-track.json")
}

#[test]
fn a_track_gives_each_change_of_its_parcel() {
    let facts = facts(read(Source::Shippo, &track()));
    assert_eq!(
        parcel_lines(&facts),
        ["SHIPPING_ON_TIME 2026-05-05T10:00:00Z", "SHIPPING_DELAYED 2026-05-06T09:00:00Z Delivery was attempted"]
    );
    assert_eq!(facts.parcel_events[0].key, ParcelKey::TrackingNumber("9205590164917312751089".into()));
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-08"));
    assert_eq!(attribute(&facts, "shippoMetadata").as_deref(), Some("Order 000123"));
}

#[test]
fn the_words_mean_what_is_documented() {
    for (status, code, expected) in [
        ("TRANSIT", "out_for_delivery", "SHIPPING_ON_TIME"),
        ("TRANSIT", "package_damaged", "DAMAGED"),
        ("TRANSIT", "delayed", "SHIPPING_DELAYED"),
        ("DELIVERED", "delivered", "ARRIVED"),
        ("RETURNED", "return_to_sender", "RETURN_TO_SENDER"),
        ("RETURNED", "package_unclaimed", "UNDELIVERABLE"),
        ("FAILURE", "package_lost", "LOST"),
        ("FAILURE", "package_undeliverable", "UNDELIVERABLE"),
    ] {
        for substatus in [json!({"code": code}), json!(code)] {
            let mut body = track();
            body["data"]["tracking_history"] = Value::Null;
            body["data"]["tracking_status"] =
                json!({"status": status, "status_date": "2026-05-06T09:00:00Z", "substatus": substatus});
            assert_eq!(parcel_lines(&facts(read(Source::Shippo, &body))), [format!("{expected} 2026-05-06T09:00:00Z")]);
        }
    }
}

#[test]
fn tests_are_pings_and_labels_are_left_out() {
    let mut body = track();
    body["event"] = json!("transaction_created");
    assert!(reason_of_ignored(read(Source::Shippo, &body)).contains("transaction_created"));
    body["test"] = json!(true);
    assert_eq!(read(Source::Shippo, &body), Outcome::Ping);
    let mut unknown = track();
    unknown["data"]["tracking_status"] = Value::Null;
    unknown["data"]["tracking_history"] = json!([]);
    reason_of_ignored(read(Source::Shippo, &unknown));
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut body = track();
        change(&mut body);
        refusal(read(Source::Shippo, &body))
    };
    assert_eq!(broken(&|body| body["event"] = Value::Null), "event: is missing");
    assert_eq!(broken(&|body| body["data"]["tracking_number"] = Value::Null), "data.tracking_number: is missing");
    assert_eq!(
        broken(&|body| body["data"]["tracking_status"]["status_date"] = Value::Null),
        "data.tracking_status.status_date: is missing"
    );
    assert!(
        broken(&|body| body["data"]["tracking_status"]["status"] = json!("GONE"))
            .starts_with("data.tracking_status.status: ")
    );
}
