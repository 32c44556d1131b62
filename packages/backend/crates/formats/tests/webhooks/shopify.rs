use goody_domain::{Outcome as OrderOutcome, ParcelKey, Status, fold};
use goody_formats::files::ids::make_id;
use goody_formats::webhooks::{Config, Outcome, Source};
use serde_json::{Value, json};

use crate::support::{
    attribute, checked, facts, fixture, history, line, mapping, read, read_with, reason_of_ignored, refusal,
};

fn order() -> Value {
    fixture!("shopify-order.json")
}

/// `order status time …` of each event, with the orders by number.
fn lines(body: &Value) -> Vec<String> {
    let south = make_id("#2041-Töpferei Süd");
    let candles = make_id("#2041-Kerzenhaus");
    let facts = facts(read(Source::Shopify, body));
    let name = |id: &str| {
        if id == south {
            "south"
        } else if id == candles {
            "candles"
        } else {
            "other"
        }
    };
    facts.events.iter().map(|event| format!("{} {}", name(event.order_id.as_deref().unwrap()), line(event))).collect()
}

#[test]
fn an_order_is_one_order_for_each_vendor_and_a_fulfillment_is_a_parcel() {
    let placed = "PLACED 2026-05-04T09:00:00+02:00";
    let parcel = "SHIPPING_ON_TIME 2026-05-05T06:00:00Z 9001";
    assert_eq!(lines(&order()), [format!("south {placed}"), format!("candles {placed}"), format!("south {parcel}")]);
    let facts = facts(read(Source::Shopify, &order()));
    let events = checked(&facts.events);
    let placement = &fold(&events[0].order_id, [&events[0]]).unwrap().placement;
    assert_eq!(placement.gift_value, Some(5_990), "two of 29.95");
    assert_eq!(placement.currency.unwrap().as_str(), "EUR");
    assert_eq!(placement.reference.as_deref(), Some("#2041"));
    assert_eq!(placement.vendor_name.as_deref(), Some("Töpferei Süd"));
    assert_eq!(placement.is_rush, Some(true));
    assert_eq!(placement.destination.as_ref().unwrap().country, "DE");
    assert_eq!(placement.estimated_delivery, None, "Shopify promises nothing");
    let other = &fold(&events[1].order_id, [&events[1]]).unwrap().placement;
    assert_eq!(other.gift_value, Some(3_000), "a gift card is not shipped");
    assert_eq!(events[2].carrier.as_deref(), Some("DHL"));
    assert_eq!(events[2].tracking_number.as_deref(), Some("00340434161094000001"));
}

#[test]
fn every_webhook_of_an_order_gives_the_same_placement() {
    let later = {
        let mut order = order();
        order["updated_at"] = json!("2026-05-09T10:00:00+02:00");
        order["financial_status"] = json!("partially_refunded");
        order["fulfillments"] = json!([]);
        order
    };
    let placements = |body: &Value| {
        let facts = facts(read(Source::Shopify, body));
        facts.events.into_iter().filter(|event| event.status.as_deref() == Some("PLACED")).collect::<Vec<_>>()
    };
    assert_eq!(placements(&order()), placements(&later));
}

#[test]
fn a_cancelled_order_ends_for_each_vendor() {
    let mut order = order();
    order["cancelled_at"] = json!("2026-05-04T12:00:00+02:00");
    order["cancel_reason"] = json!("customer");
    order["fulfillments"] = json!([]);
    let cancelled = "CANCELLED 2026-05-04T12:00:00+02:00 customer";
    assert_eq!(lines(&order)[1], format!("south {cancelled}"));
    assert_eq!(lines(&order)[3], format!("candles {cancelled}"));
}

#[test]
fn a_vendor_whose_items_are_all_refunded_is_cancelled_and_a_part_is_not() {
    let mut order = order();
    let refund = |item: u32, quantity: u32, at: &str| json!({"id": item, "created_at": at, "refund_line_items": [{"line_item_id": item, "quantity": quantity}]});
    order["fulfillments"] = json!([]);
    order["refunds"] = json!([refund(11, 1, "2026-05-10T09:00:00Z")]);
    assert_eq!(lines(&order).len(), 2, "one of two");
    order["refunds"] = json!([refund(11, 1, "2026-05-10T09:00:00Z"), refund(11, 1, "2026-05-11T09:00:00Z")]);
    assert_eq!(lines(&order)[2..], ["south CANCELLED 2026-05-11T09:00:00Z refunded"]);
}

#[test]
fn a_fulfillment_finds_the_orders_of_its_items_by_its_name() {
    let body = fixture!("shopify-fulfillment.json");
    let shipped = "south SHIPPING_ON_TIME 2026-05-05T06:00:00Z 9001";
    assert_eq!(lines(&body), [shipped, "south ARRIVED 2026-05-07T09:30:00Z 9001"]);
    let both = {
        let mut body = body.clone();
        body["shipment_status"] = Value::Null;
        body["line_items"].as_array_mut().unwrap().push(json!({"id": 12, "vendor": "Kerzenhaus"}));
        body
    };
    assert_eq!(lines(&both), ["candles SHIPPING_ON_TIME 2026-05-05T06:00:00Z 9001", shipped]);
    let of_order = facts(read(Source::Shopify, &order())).events.pop().unwrap();
    assert!(
        facts(read(Source::Shopify, &body)).events.contains(&of_order),
        "the order and its fulfillment state the same fact"
    );
}

#[test]
fn several_numbers_of_a_fulfillment_are_several_parcels() {
    let mut body = fixture!("shopify-fulfillment.json");
    body["shipment_status"] = Value::Null;
    body["tracking_numbers"] = json!(["00340434161094000001", "0034 2"]);
    let facts = facts(read(Source::Shopify, &body));
    let parcels: Vec<_> = facts.events.iter().map(|event| event.parcel_id.clone().unwrap().into_owned()).collect();
    assert_eq!(parcels[0], "9001");
    assert!(parcels[1].starts_with("9001-0034-2-"), "{parcels:?}");
}

#[test]
fn a_fulfillment_that_sent_nothing_is_left_out_and_a_cancelled_one_ends_its_parcel() {
    let mut body = fixture!("shopify-fulfillment.json");
    for status in ["pending", "open", "error", "failure"] {
        body["status"] = json!(status);
        assert_eq!(
            reason_of_ignored(read(Source::Shopify, &body)),
            "nothing was shipped with this fulfillment",
            "{status}"
        );
    }
    body["status"] = json!("cancelled");
    assert_eq!(lines(&body), ["south CANCELLED 2026-05-07T09:30:00Z 9001 fulfillment cancelled"]);
    body["status"] = json!("teleported");
    assert_eq!(refusal(read(Source::Shopify, &body)), "status: is no status that this server knows: teleported");
}

#[test]
fn a_scan_of_a_fulfillment_is_about_its_parcel() {
    let body = fixture!("shopify-fulfillment-event.json");
    let facts = facts(read(Source::Shopify, &body));
    assert_eq!(facts.parcel_events[0].key, ParcelKey::ParcelId("9001".into()));
    assert_eq!(line(facts.parcel_events[0].event()), "SHIPPING_DELAYED 2026-05-06T12:00:00Z Not at home");
    assert_eq!(attribute(&facts, "carrierEstimate").as_deref(), Some("2026-05-07"));
    for (status, expected) in [
        ("in_transit", Status::ShippingOnTime),
        ("carrier_picked_up", Status::ShippingOnTime),
        ("out_for_delivery", Status::ShippingOnTime),
        ("ready_for_pickup", Status::ShippingOnTime),
        ("delayed", Status::ShippingDelayed),
        ("delivered", Status::Arrived),
        ("failure", Status::Undeliverable),
    ] {
        let mut body = body.clone();
        body["status"] = json!(status);
        let facts = crate::support::facts(read(Source::Shopify, &body));
        assert_eq!(facts.parcel_events[0].event().status.as_deref(), Some(expected.as_str()), "{status}");
    }
    for status in ["label_printed", "label_purchased", "confirmed"] {
        let mut body = body.clone();
        body["status"] = json!(status);
        reason_of_ignored(read(Source::Shopify, &body));
    }
}

#[test]
fn topics_that_say_nothing_of_an_order_are_left_out_and_a_test_is_a_ping() {
    let read = |headers: &[(&str, &str)]| read_with(Source::Shopify, headers, b"{\"id\": 1}", &Config::default());
    for topic in ["products/update", "orders/delete", "refunds/create", "app/uninstalled", "orders/edited"] {
        assert!(reason_of_ignored(read(&[("X-Shopify-Topic", topic)])).contains(topic), "{topic}");
    }
    assert_eq!(read(&[("X-Shopify-Topic", "orders/create"), ("X-Shopify-Test", "true")]), Outcome::Ping);
    assert!(refusal(read(&[])).starts_with("X-Shopify-Topic: "));
}

#[test]
fn what_is_wrong_is_named() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut order = order();
        change(&mut order);
        refusal(read(Source::Shopify, &order))
    };
    assert_eq!(broken(&|order| order["name"] = Value::Null), "name: is missing");
    assert_eq!(broken(&|order| order["name"] = json!({})), "name: must be a text");
    assert_eq!(broken(&|order| order["line_items"] = json!([])), "line_items: is missing");
    assert_eq!(broken(&|order| order["line_items"] = json!(7)), "line_items: must be a list");
    assert_eq!(broken(&|order| order["line_items"][1] = json!(7)), "line_items.1: must be an object");
    assert_eq!(broken(&|order| order["line_items"][0]["vendor"] = json!([])), "line_items.0.vendor: must be a text");
    assert!(broken(&|order| order["line_items"][0]["price"] = json!("cheap")).starts_with("giftValue: "));
    assert!(broken(&|order| order["created_at"] = json!("soon")).starts_with("occurredAt: "));
    assert_eq!(broken(&|order| order["fulfillments"][0]["id"] = Value::Null), "fulfillments.0.id: is missing");
    assert!(refusal(read_with(Source::Shopify, &[], b"{", &Config::default())).starts_with("body: is not JSON"));
    assert_eq!(refusal(read(Source::Shopify, &json!([1]))), "body: must be a JSON object");
}

#[test]
fn an_order_with_nothing_to_ship_is_left_out() {
    let mut order = order();
    order["line_items"] = json!([{"id": 1, "vendor": "A", "price": "1.00", "quantity": 1, "requires_shipping": false}]);
    order["fulfillments"] = json!([]);
    assert_eq!(reason_of_ignored(read(Source::Shopify, &order)), "the order has nothing that is shipped");
}

#[test]
fn a_mapping_of_the_settings_replaces_the_own_one_for_orders_and_fulfillments() {
    let text = include_str!("../../mappings/webhooks/shopify.toml");
    let text = text.replace("[columns]", "[columns]\nestimatedDelivery = { days-after-placement = 4 }");
    let config = Config { mapping: Some(mapping(&text)), time_zone: None };
    let facts = facts(read_with(Source::Shopify, &[], order().to_string().as_bytes(), &config));
    assert_eq!(facts.events[0].estimated_delivery.as_deref(), Some("2026-05-08"));
    let by_sku = text.replace("line_items.vendor", "line_items.sku");
    let config = Config { mapping: Some(mapping(&by_sku)), time_zone: None };
    let mut body = fixture!("shopify-fulfillment.json");
    body["line_items"][0]["sku"] = json!("maker-7");
    let facts = crate::support::facts(read_with(Source::Shopify, &[], body.to_string().as_bytes(), &config));
    assert_eq!(facts.events[0].vendor_id.as_deref(), Some("maker-7"));
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let webhooks = [order(), fixture!("shopify-fulfillment.json"), fixture!("shopify-fulfillment-event.json")];
    let south = goody_domain::OrderId::parse(&make_id("#2041-Töpferei Süd")).unwrap();
    let result = |arrival: [usize; 4]| {
        let mut events = Vec::new();
        for at in arrival {
            let facts = facts(read(Source::Shopify, &webhooks[at]));
            events.extend(facts.events);
            events.extend(facts.parcel_events.iter().map(|parcel| parcel.for_parcel(&south, None)));
        }
        events.retain(|event| event.order_id.as_deref() == Some(south.as_str()));
        let history = history(&south, &events);
        (history.order().unwrap(), history.facts().len())
    };
    let (expected, count) = result([0, 1, 2, 0]);
    assert_eq!(expected.completion.map(|(_, outcome)| outcome), Some(OrderOutcome::Arrived));
    assert_eq!(expected.actual_delivery.unwrap().to_string(), "2026-05-07T09:30:00Z");
    for arrival in [[2, 1, 0, 1], [1, 2, 0, 2], [2, 0, 1, 1], [0, 0, 2, 1], [1, 0, 2, 2]] {
        assert_eq!(result(arrival), (expected.clone(), count), "{arrival:?}");
    }
}

#[test]
#[cfg(feature = "files")]
fn the_webhook_and_the_exported_file_give_the_same_orders() {
    use goody_formats::files::heading::Heading;
    use goody_formats::files::mapping::RowParser;
    let exported = mapping(goody_formats::files::ready::text("shopify").unwrap());
    let cells = |text: &'static str| text.split(',').collect::<Vec<_>>();
    let heading = cells("Name,Created at,Fulfilled at,Cancelled at,Lineitem price,Lineitem quantity,Vendor");
    let row = csv::ByteRecord::from(cells("#2041,2026-05-04 09:00:00 +0200,,,29.95,2,Töpferei Süd"));
    let parser = RowParser::new(&exported, &Heading::new(heading.iter().map(|name| name.as_bytes()))).unwrap();
    let of_file = parser.events(&row).remove(0).unwrap();
    let of_webhook = facts(read(Source::Shopify, &order())).events.remove(0);
    assert_eq!((of_file.order_id, of_file.vendor_id), (of_webhook.order_id, of_webhook.vendor_id));
    assert_eq!((of_file.gift_value, of_file.vendor_name), (of_webhook.gift_value, of_webhook.vendor_name));
}
