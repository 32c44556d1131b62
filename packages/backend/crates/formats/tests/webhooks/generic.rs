use goody_domain::ParcelKey;
use goody_formats::files::ids::make_id;
use goody_formats::webhooks::{Config, Outcome, Source};
use serde_json::{Value, json};

use crate::support::{facts, fixture, line, mapping, parcel_lines, read, read_with, reason_of_ignored, refusal};

fn config(text: &str) -> Config {
    Config { mapping: Some(mapping(text)), time_zone: None }
}

fn order() -> Value {
    fixture!("generic-order.json")
}

#[test]
fn a_mapping_of_paths_and_rows_reads_any_sender() {
    let config = config(include_str!("fixtures/generic.toml"));
    let facts = facts(read_with(Source::Generic, &[], order().to_string().as_bytes(), &config));
    let lines: Vec<String> = facts.events.iter().map(line).collect();
    assert_eq!(
        lines,
        ["PLACED 2026-05-04T07:00:00Z", "SHIPPING_ON_TIME 2026-05-05T06:00:00Z", "PLACED 2026-05-04T07:00:00Z"]
    );
    assert_eq!(facts.events[0].order_id.as_deref(), Some(&*make_id("A/1001-Töpferei Süd")));
    assert_eq!(facts.events[0].gift_value, Some(2_995));
    assert_eq!(
        facts.events[0].estimated_delivery.as_deref(),
        Some("2026-05-07T21:59:59Z"),
        "the end of that day in Berlin"
    );
    assert_eq!(facts.events[1].tracking_number.as_deref(), Some("T-1"));
}

#[test]
fn records_may_be_a_list() {
    let config = config(
        "records = \"data.orders\"\n[columns]\norderId = \"id\"\nvendorId = \"shop\"\noccurredAt = \"at\"\nstatus = \"state\"",
    );
    let body = json!({"data": {"orders": [
        {"id": "1", "shop": "a", "at": "2026-05-04T07:00:00Z", "state": "PLACED"},
        {"id": "2", "shop": "a", "at": "2026-05-04T08:00:00Z", "state": "placed"},
    ]}});
    let facts = facts(read_with(Source::Generic, &[], body.to_string().as_bytes(), &config));
    assert_eq!(facts.events.len(), 2);
    let body = json!({"data": {}});
    assert!(refusal(read_with(Source::Generic, &[], body.to_string().as_bytes(), &config)).starts_with("records: "));
}

#[test]
fn an_event_without_an_order_is_about_a_parcel() {
    let config = config(
        "[columns]\ntrackingNumber = \"no\"\nstatus = \"state\"\noccurredAt = \"at\"\n[statuses]\nzugestellt = \"ARRIVED\"\n\"angekündigt\" = \"\"",
    );
    let read = |body: Value| read_with(Source::Generic, &[], body.to_string().as_bytes(), &config);
    let found = facts(read(json!({"no": "T-1", "state": "Zugestellt", "at": "2026-05-04T07:00:00Z"})));
    assert_eq!(found.parcel_events[0].key, ParcelKey::TrackingNumber("T-1".into()));
    assert_eq!(parcel_lines(&found), ["ARRIVED 2026-05-04T07:00:00Z"]);
    assert_eq!(
        reason_of_ignored(read(json!({"no": "T-1", "state": "angekündigt", "at": "2026-05-04T07:00:00Z"}))),
        "the mapping leaves it out"
    );
    assert_eq!(
        refusal(read(json!({"state": "zugestellt", "at": "2026-05-04T07:00:00Z"}))),
        "orderId: is missing, and so is trackingNumber"
    );
    assert!(
        refusal(read(json!({"no": "T-1", "state": "verloren", "at": "2026-05-04T07:00:00Z"}))).starts_with("status: ")
    );
}

#[test]
fn a_mapping_that_cannot_be_used_is_named() {
    assert!(refusal(read(Source::Generic, &order())).starts_with("mapping: is missing"));
    let joined = config("[columns]\norderId = \"a\"\n[join]\nfile = \"b.csv\"\nkey = \"a\"");
    assert!(refusal(read_with(Source::Generic, &[], b"{}", &joined)).starts_with("mapping: has [join]"));
}

#[test]
fn a_ping_says_nothing() {
    let config = config("[columns]\norderId = \"id\"");
    assert_eq!(read_with(Source::Generic, &[], br#"{"type": "ping", "data": {}}"#, &config), Outcome::Ping);
}
