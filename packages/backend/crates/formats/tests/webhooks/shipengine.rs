use goody_formats::webhooks::Source;
use serde_json::{Value, json};

use crate::support::{attribute, facts, fixture, parcel_lines, read, reason_of_ignored, refusal};

fn track() -> Value {
    fixture!("shipengine-track.json")
}

#[test]
fn a_track_gives_each_change_of_its_parcel() {
    let facts = facts(read(Source::ShipEngine, &track()));
    assert_eq!(parcel_lines(&facts), ["SHIPPING_ON_TIME 2026-05-05T10:00:00Z", "ARRIVED 2026-05-07T16:10:00Z"]);
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-07"));
}

#[test]
fn the_codes_mean_what_is_documented() {
    for (code, detail, expected) in [
        ("AC", Value::Null, "SHIPPING_ON_TIME"),
        ("IT", Value::Null, "SHIPPING_ON_TIME"),
        ("SP", Value::Null, "SHIPPING_ON_TIME"),
        ("AT", Value::Null, "SHIPPING_DELAYED"),
        ("EX", Value::Null, "SHIPPING_DELAYED"),
        ("EX", json!("PARCEL_LOST"), "LOST"),
        ("EX", json!("PARCEL_DAMAGED"), "DAMAGED"),
        ("EX", json!("RETURN_TO_SENDER"), "RETURN_TO_SENDER"),
        ("EX", json!("REFUSED_BY_CUSTOMER"), "UNDELIVERABLE"),
    ] {
        let mut body = track();
        body["resource_type"] = json!("TRACK_EVENT_V2");
        body["data"]["status_code"] = json!(code);
        body["data"]["status_detail_code"] = detail;
        body["data"]["status_description"] = Value::Null;
        // Older versions give scans no status.
        body["data"]["events"] = json!([{"occurred_at": "2026-05-06T16:10:00Z", "description": "Scan"}]);
        assert_eq!(parcel_lines(&facts(read(Source::ShipEngine, &body))), [format!("{expected} 2026-05-06T16:10:00Z")]);
    }
}

#[test]
fn what_says_nothing_of_a_parcel_is_left_out() {
    reason_of_ignored(read(Source::ShipEngine, &json!({"resource_type": "API_BATCH", "resource_url": "https://x"})));
    for code in ["NY", "UN"] {
        let mut body = track();
        body["data"]["status_code"] = json!(code);
        body["data"]["events"] = json!([]);
        reason_of_ignored(read(Source::ShipEngine, &body));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut body = track();
        change(&mut body);
        refusal(read(Source::ShipEngine, &body))
    };
    assert_eq!(broken(&|body| body["resource_type"] = Value::Null), "resource_type: is missing");
    assert_eq!(broken(&|body| body["data"]["tracking_number"] = Value::Null), "data.tracking_number: is missing");
    assert!(broken(&|body| body["data"]["status_code"] = json!("ZZ")).starts_with("data.status_code: "));
    assert_eq!(
        broken(&|body| {
            body["data"]["events"] = json!([]);
            body["data"]["ship_date"] = Value::Null;
            body["data"]["actual_delivery_date"] = Value::Null;
        }),
        "data.events.0.occurred_at: is missing"
    );
}
