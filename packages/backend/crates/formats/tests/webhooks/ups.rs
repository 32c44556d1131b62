use goody_formats::webhooks::{Config, Source};
use serde_json::{Value, json};

use crate::support::{attribute, facts, fixture, parcel_lines, read, read_with, reason_of_ignored, refusal};

fn event() -> Value {
    fixture!("ups-event.json")
}

#[test]
fn a_scan_is_one_event_in_utc() {
    let facts = facts(read(Source::Ups, &event()));
    assert_eq!(parcel_lines(&facts), ["ARRIVED 2026-05-07T13:50:04Z"]);
    assert_eq!(facts.parcel_events[0].event().carrier.as_deref(), Some("UPS"));
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-08"));
}

#[test]
fn a_local_time_has_its_offset_or_is_in_the_zone_of_the_settings() {
    let mut body = event();
    body["gmtActivityDate"] = Value::Null;
    assert_eq!(parcel_lines(&facts(read(Source::Ups, &body))), ["ARRIVED 2026-05-07T13:50:04Z"]);
    body["gmtOffset"] = Value::Null;
    let config = Config { mapping: None, time_zone: Some("America/Chicago".into()) };
    let local = facts(read_with(Source::Ups, &[], body.to_string().as_bytes(), &config));
    assert_eq!(parcel_lines(&local), ["ARRIVED 2026-05-07T14:50:04Z"]);
}

#[test]
fn the_types_mean_what_is_documented() {
    for (word, expected) in
        [("I", "SHIPPING_ON_TIME"), ("U", "SHIPPING_ON_TIME"), ("X", "SHIPPING_DELAYED"), ("RS", "RETURN_TO_SENDER")]
    {
        let mut body = event();
        body["activityStatus"] = json!({"type": word});
        assert_eq!(parcel_lines(&facts(read(Source::Ups, &body))), [format!("{expected} 2026-05-07T13:50:04Z")]);
    }
    for word in ["M", "MV"] {
        let mut body = event();
        body["activityStatus"] = json!({"type": word});
        reason_of_ignored(read(Source::Ups, &body));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut body = event();
        change(&mut body);
        refusal(read(Source::Ups, &body))
    };
    assert_eq!(broken(&|body| body["trackingNumber"] = Value::Null), "trackingNumber: is missing");
    assert_eq!(broken(&|body| body["activityStatus"] = Value::Null), "activityStatus: is missing");
    assert_eq!(broken(&|body| body["activityStatus"]["type"] = Value::Null), "activityStatus.type: is missing");
    assert!(broken(&|body| body["activityStatus"]["type"] = json!("??")).starts_with("activityStatus.type: "));
    for wrong in ["2026057", "20261399", "2026-5-7", "ééééé"] {
        assert!(broken(&|body| body["gmtActivityDate"] = json!(wrong)).starts_with("gmtActivityDate: "), "{wrong}");
    }
    assert!(broken(&|body| body["gmtActivityTime"] = json!("1é504")).starts_with("gmtActivityDate: "));
}
