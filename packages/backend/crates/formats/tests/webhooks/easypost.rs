use goody_domain::ParcelKey;
use goody_formats::webhooks::Source;
use serde_json::{Value, json};

use crate::support::{attribute, facts, fixture, parcel_lines, read, reason_of_ignored, refusal};

fn tracker() -> Value {
    fixture!("easypost-tracker.json")
}

fn lines(body: &Value) -> Vec<String> {
    parcel_lines(&facts(read(Source::EasyPost, body)))
}

#[test]
fn a_tracker_gives_each_change_of_its_parcel() {
    let facts = facts(read(Source::EasyPost, &tracker()));
    assert_eq!(parcel_lines(&facts), ["SHIPPING_ON_TIME 2026-05-05T10:00:00Z", "ARRIVED 2026-05-07T14:50:00Z"]);
    assert_eq!(facts.parcel_events[0].key, ParcelKey::TrackingNumber("9400100000000000000001".into()));
    assert_eq!(facts.parcel_events[0].event().carrier.as_deref(), Some("USPS"));
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-07"), "kept, and no promise");
    assert!(facts.parcel_events.iter().all(|parcel| parcel.event().estimated_delivery.is_none()));
}

#[test]
fn a_status_that_no_scan_has_is_as_of_the_last_change() {
    for (status, detail, expected) in [
        ("out_for_delivery", "out_for_delivery", "SHIPPING_ON_TIME 2026-05-07T15:00:30Z"),
        ("return_to_sender", "return", "RETURN_TO_SENDER 2026-05-07T15:00:30Z return"),
        ("failure", "lost", "LOST 2026-05-07T15:00:30Z lost"),
        ("failure", "damaged", "DAMAGED 2026-05-07T15:00:30Z damaged"),
        ("failure", "address_correction", "UNDELIVERABLE 2026-05-07T15:00:30Z address_correction"),
    ] {
        let mut body = tracker();
        body["result"]["status"] = json!(status);
        body["result"]["status_detail"] = json!(detail);
        body["result"]["tracking_details"] = json!([]);
        assert_eq!(lines(&body), [expected], "{status}");
    }
}

#[test]
fn the_event_id_of_the_sender_changes_nothing() {
    let mut again = tracker();
    again["id"] = json!("evt_2");
    again["created_at"] = json!("2026-05-08T00:00:00Z");
    assert_eq!(read(Source::EasyPost, &again), read(Source::EasyPost, &tracker()));
}

#[test]
fn what_says_nothing_of_a_parcel_is_left_out() {
    for kind in ["batch.created", "payment.completed", "refund.successful"] {
        let mut body = tracker();
        body["description"] = json!(kind);
        assert!(reason_of_ignored(read(Source::EasyPost, &body)).contains(kind));
    }
    for status in ["unknown", "pre_transit", "cancelled", "error"] {
        let mut body = tracker();
        body["result"]["status"] = json!(status);
        body["result"]["tracking_details"] = json!([]);
        reason_of_ignored(read(Source::EasyPost, &body));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut body = tracker();
        change(&mut body);
        refusal(read(Source::EasyPost, &body))
    };
    assert_eq!(broken(&|body| body["description"] = Value::Null), "description: is missing");
    assert_eq!(broken(&|body| body["result"] = Value::Null), "result: is missing");
    assert_eq!(broken(&|body| body["result"] = json!([])), "result: must be an object");
    assert_eq!(broken(&|body| body["result"]["tracking_code"] = json!("")), "result.tracking_code: is missing");
    assert!(
        broken(&|body| body["result"]["tracking_details"][1]["datetime"] = json!("then"))
            .starts_with("result.tracking_details.1.datetime: ")
    );
    assert_eq!(
        broken(&|body| body["result"]["status"] = json!("beamed")),
        "result.status: is no status that this server knows: beamed"
    );
}
