//! Laws of every source: whatever is missing, null, of another type or huge in a body, it gives facts or a reason, and twice the same.

use goody_domain::{OrderEvent, WireEvent};
use goody_formats::webhooks::{Config, Facts, Outcome, Source};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::support::{fixture, mapping, now, read_with};

/// A change of one place of a body.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Replace(Value),
    /// Another value of the same body.
    Copy(Index),
}

fn changes() -> impl Strategy<Value = Vec<(Index, Change)>> {
    let texts = prop_oneof![
        Just(String::new()),
        Just("x".repeat(5_000)),
        Just("😀".repeat(300)),
        Just("1e400".to_owned()),
        Just("2026-05-04".to_owned()),
        Just("9999-12-31T23:59:59Z".to_owned()),
        Just("-0001-01-01T00:00:00Z".to_owned()),
        Just("00000000000000000000".to_owned()),
        "[ -~]{0,12}",
        ".{0,8}",
    ];
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1e308)),
        texts.prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, 1, "a", {"a": []}])),
        Just(Value::Array(vec![json!({"status": "in_transit", "datetime": "2026-05-04T00:00:00Z"}); 400])),
    ];
    let change = prop_oneof![
        2 => Just(Change::Remove),
        4 => value.prop_map(Change::Replace),
        1 => any::<Index>().prop_map(Change::Copy),
    ];
    prop::collection::vec((any::<Index>(), change), 0..6)
}

/// The places of all values below a value, as JSON pointers.
fn places(value: &Value, path: &str, places: &mut Vec<String>) {
    let mut below = |name: &str, value: &Value| {
        let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        places.push(path.clone());
        self::places(value, &path, places);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| below(&at.to_string(), value)),
        _ => {}
    }
}

fn changed(mut body: Value, changes: Vec<(Index, Change)>) -> Value {
    for (at, change) in changes {
        let mut places = Vec::new();
        self::places(&body, "", &mut places);
        if places.is_empty() {
            break;
        }
        let place = at.get(&places[..]);
        let value = match change {
            Change::Replace(value) => value,
            Change::Copy(from) => body.pointer(from.get::<String>(&places)).cloned().unwrap_or_default(),
            Change::Remove => {
                let (parent, name) = place.rsplit_once('/').unwrap_or_default();
                match body.pointer_mut(parent) {
                    Some(Value::Object(fields)) => drop(fields.remove(&name.replace("~1", "/").replace("~0", "~"))),
                    Some(Value::Array(items)) => drop(items.remove(name.parse().unwrap_or_default())),
                    _ => {}
                }
                continue;
            }
        };
        if let Some(target) = body.pointer_mut(place) {
            *target = value;
        }
    }
    body
}

/// Each event is one that the server takes, or refuses for its time.
fn check_event(event: &WireEvent<'static>) {
    if let Err(rejection) = OrderEvent::check(event, now()) {
        assert!(rejection.errors.iter().all(|error| error.field == "occurredAt"), "{rejection}");
    }
}

fn check(source: Source, body: &[u8], config: &Config) -> Outcome {
    let outcome = read_with(source, &[], body, config);
    assert_eq!(outcome, read_with(source, &[], body, config), "twice the same");
    match &outcome {
        Outcome::Facts(Facts { events, parcel_events }) => {
            assert!(!events.is_empty() || !parcel_events.is_empty());
            let order = goody_domain::OrderId::parse("o-1").unwrap();
            events.iter().for_each(check_event);
            parcel_events.iter().for_each(|parcel| check_event(&parcel.for_parcel(&order, None)));
        }
        Outcome::Ignored(reason) => assert!(!reason.is_empty()),
        Outcome::Refused(rejection) => {
            assert!(rejection.errors.iter().all(|error| !error.field.is_empty() && !error.reason.is_empty()));
        }
        Outcome::Ping => {}
    }
    outcome
}

macro_rules! laws {
    ($($name:ident: $source:expr, [$($fixture:literal),+], $config:expr;)+) => {
        $(proptest! {
            #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]
            #[test]
            fn $name(changes in changes(), which in any::<Index>()) {
                let bodies = [$(fixture!($fixture)),+];
                let body = changed(bodies[which.index(bodies.len())].clone(), changes);
                check($source, body.to_string().as_bytes(), &$config);
            }
        })+

        #[test]
        fn bodies_that_are_cut_or_no_json_are_refused() {
            $(for body in [$(fixture!($fixture).to_string()),+] {
                assert!(matches!(check($source, body.as_bytes(), &$config), Outcome::Facts(_)), "{body}");
                for length in (0..body.len()).step_by(7) {
                    let outcome = check($source, &body.as_bytes()[..length], &$config);
                    assert!(matches!(outcome, Outcome::Refused(_)), "{length} bytes of {body}: {outcome:?}");
                }
            })+
        }
    };
}

laws! {
    any_body_of_shopify: Source::Shopify,
        ["shopify-order.json", "shopify-fulfillment.json", "shopify-fulfillment-event.json"], Config::default();
    any_body_of_woocommerce: Source::WooCommerce, ["woocommerce-order.json"], Config::default();
    any_body_of_easypost: Source::EasyPost, ["easypost-tracker.json"], Config::default();
    any_body_of_shippo: Source::Shippo, ["shippo-track.json"], Config::default();
    any_body_of_aftership: Source::AfterShip, ["aftership-tracking.json"], Config::default();
    any_body_of_shipengine: Source::ShipEngine, ["shipengine-track.json"], Config::default();
    any_body_of_ups: Source::Ups, ["ups-event.json"], Config::default();
    any_body_of_a_generic_sender: Source::Generic, ["generic-order.json"],
        Config { mapping: Some(mapping(include_str!("fixtures/generic.toml"))), time_zone: None };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_cloud_event(changes in changes()) {
        use goody_formats::request::{Headers, Request};
        let body = changed(fixture!("cloud-event.json"), changes).to_string();
        let headers: Headers<'_> = [("Content-Type", "application/cloudevents+json")].into_iter().collect();
        let request = Request { path: "/", headers: &headers, body: body.as_bytes() };
        let read = || goody_formats::webhooks::cloud_events::read(&request).unwrap();
        assert_eq!(read(), read());
        for event in read() {
            if let Err(rejection) = event.and_then(|event| OrderEvent::check(&event, now())) {
                assert!(!rejection.errors.is_empty());
            }
        }
    }

    #[test]
    fn any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for source in Source::ALL {
            check(source, &body, &Config::default());
        }
    }
}
