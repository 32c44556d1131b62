use goody_formats::webhooks::{Config, Outcome, Source};
use serde_json::{Value, json};

use crate::support::{checked, facts, fixture, line, mapping, read, read_with, reason_of_ignored, refusal};

fn order() -> Value {
    fixture!("woocommerce-order.json")
}

fn lines(body: &Value) -> Vec<String> {
    facts(read(Source::WooCommerce, body)).events.iter().map(line).collect()
}

#[test]
fn an_order_is_placed_sent_and_has_the_parcels_of_its_plugin() {
    assert_eq!(
        lines(&order()),
        [
            "PLACED 2026-05-04T19:28:02Z",
            "SHIPPING_ON_TIME 2026-05-06T18:00:00Z",
            "SHIPPING_ON_TIME 2026-05-06T16:00:00Z 9400100000000000000001",
            "SHIPPING_ON_TIME 2026-05-07T00:00:00Z 1Z999AA10000000001",
        ]
    );
    let facts = facts(read(Source::WooCommerce, &order()));
    let events = checked(&facts.events);
    assert!(events.iter().all(|event| event.order_id.as_str() == "727"));
    let placement = goody_domain::fold(&events[0].order_id, &events).unwrap().placement;
    assert_eq!(placement.gift_value, Some(2_935));
    assert_eq!(placement.vendor_name.as_deref(), Some("Candle Corner"));
    assert_eq!(placement.destination.unwrap().region.as_deref(), Some("CA"));
    assert_eq!(events[3].carrier.as_deref(), Some("ups"));
}

#[test]
fn a_status_says_what_became_of_an_order() {
    let with = |status: &str| {
        let mut order = order();
        order["status"] = json!(status);
        order["meta_data"] = json!([]);
        order
    };
    assert_eq!(lines(&with("processing")), ["PLACED 2026-05-04T19:28:02Z"]);
    for status in ["cancelled", "refunded", "failed"] {
        assert_eq!(lines(&with(status))[1], "CANCELLED 2026-05-06T19:00:00Z", "{status}");
    }
    for status in ["checkout-draft", "trash"] {
        assert_eq!(
            reason_of_ignored(read(Source::WooCommerce, &with(status))),
            "the mapping leaves it out",
            "{status}"
        );
    }
}

#[test]
fn pings_and_other_topics_are_no_orders() {
    let read = |topic: &str, body: &[u8]| {
        read_with(Source::WooCommerce, &[("X-WC-Webhook-Topic", topic)], body, &Config::default())
    };
    assert_eq!(read("order.created", b"webhook_id=123"), Outcome::Ping);
    assert!(reason_of_ignored(read("product.updated", b"{}")).contains("product.updated"));
    reason_of_ignored(read("order.deleted", b"{\"id\": 727}"));
    assert!(refusal(read("order.created", b"webhook_id=")).starts_with("body: is not JSON"));
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |name: &str, value: Value| {
        let mut order = order();
        order[name] = value;
        refusal(read(Source::WooCommerce, &order))
    };
    assert_eq!(broken("id", Value::Null), "id: is missing");
    assert_eq!(broken("status", json!({})), "status: must be a text");
    assert!(broken("total", json!("much")).starts_with("giftValue: "));
    assert!(broken("date_created_gmt", json!("yesterday")).starts_with("occurredAt: "));
    assert_eq!(broken("meta_data", json!("none")), "meta_data: must be a list");
    assert!(broken("currency", json!("dollars")).starts_with("currency: "));
}

#[test]
fn a_shop_without_vendors_is_named_by_its_mapping() {
    let text = include_str!("../../mappings/webhooks/woocommerce.toml").replace("woocommerce-shop", "my-shop");
    let config = Config { mapping: Some(mapping(&text)), time_zone: None };
    let mut order = order();
    order["store"] = Value::Null;
    let facts = facts(read_with(Source::WooCommerce, &[], order.to_string().as_bytes(), &config));
    assert!(facts.events.iter().all(|event| event.vendor_id.as_deref() == Some("my-shop")));
}
