//! Webhooks of shops and carriers at a real server, as they send them.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::binary::{Server, goody, quiet};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/formats/tests/webhooks/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// Posts a webhook. Returns the status and the body of the response.
fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Value) {
    let mut request = ureq::post(format!("{}{path}", server.address())).content_type("application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.config().http_status_as_error(false).build().send(body).unwrap();
    (response.status().as_u16(), response.body_mut().read_json().unwrap())
}

fn post_shopify(server: &Server, signature: &str) -> (u16, Value) {
    let headers = [("X-Shopify-Topic", "orders/create"), ("X-Shopify-Hmac-Sha256", signature)];
    post(server, "/api/webhooks/shopify", &headers, &fixture("shopify-order.json"))
}

/// By `openssl dgst -sha256 -hmac hush -binary shopify-order.json | base64`.
const SIGNED_BY_HUSH: &str = "6QNS32lCm87cHLqMLdJJ0QzxiqucUbracNmJFEDa5B4=";

#[test]
fn a_webhook_is_taken_from_a_sender_whose_secret_the_server_has() {
    let folder = tempfile::tempdir().unwrap();
    let (database, tokens) = (folder.path().join("a.db"), folder.path().join("tokens"));
    let server = Server::start(&database);
    let (status, problem) = post_shopify(&server, SIGNED_BY_HUSH);
    assert_eq!((status, &problem["code"]), (404, &json!("NOT_FOUND")));
    assert!(problem["detail"].as_str().unwrap().contains("GOODY_WEBHOOK_SECRET_SHOPIFY"), "{problem}");
    drop(server);

    // In the environment, with the next secret; then in the file of tokens, which is read again when it changes.
    let mut command = quiet();
    command.env("GOODY_WEBHOOK_SECRET_SHOPIFY", "next,hush");
    let server = Server::start_by(command, &database, &[]);
    let (status, answer) = post_shopify(&server, SIGNED_BY_HUSH);
    assert_eq!((status, &answer["result"]), (200, &json!("STORED")), "{answer}");
    let accepted = answer["accepted"].as_u64().unwrap();
    assert!(accepted > 0);
    let (_, again) = post_shopify(&server, SIGNED_BY_HUSH);
    assert_eq!((&again["result"], &again["duplicate"]), (&json!("KNOWN"), &json!(accepted)), "twice is once");
    for wrong in ["6QNS32lCm87cHLqMLdJJ0QzxiqucUbracNmJFEDa5B5=", "6QNS32lCm87c", ""] {
        let (status, problem) = post_shopify(&server, wrong);
        assert_eq!((status, &problem["code"]), (401, &json!("INVALID_SIGNATURE")), "{wrong}");
    }
    assert_eq!(post(&server, "/api/webhooks/shop", &[], b"{}").0, 404);
    assert_eq!(post(&server, "/api/webhooks/ups", &[("credential", "hush")], b"{}").0, 404, "another sender");
    drop(server);

    std::fs::write(&tokens, "webhook ups other\n").unwrap();
    let server = Server::start_by(quiet(), &database, &["--tokens", tokens.to_str().unwrap()]);
    assert_eq!(post_shopify(&server, SIGNED_BY_HUSH).0, 404);
    std::fs::write(&tokens, "webhook ups other\nwebhook shopify hush\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(post_shopify(&server, SIGNED_BY_HUSH).1["result"], "KNOWN");
    assert_eq!(server.metric("goody_webhooks_total{source=\"shopify\",result=\"taken\"}"), Some(1.0));
}

#[test]
fn what_a_carrier_says_waits_for_its_order_also_when_the_server_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let start = || Server::start_with(&database, &["--webhooks-unsigned"]);
    let shipped = json!([
        {"eventId": "1", "orderId": "o-1", "vendorId": "acme", "status": "PLACED", "occurredAt": "2026-05-03T10:00:00Z"},
        {"eventId": "2", "orderId": "o-1", "status": "SHIPPING_ON_TIME", "occurredAt": "2026-05-04T10:00:00Z",
         "trackingNumber": "9205590164917312751089"}
    ]);
    let server = start();
    for _ in 0..2 {
        let (status, answer) = post(&server, "/api/webhooks/shippo", &[], &fixture("shippo-track.json"));
        assert_eq!((status, &answer["result"]), (200, &json!("WAITING")), "{answer}");
        assert_eq!(answer["reason"], "no order has the tracking number 9205590164917312751089 yet");
    }
    server.kill();
    drop(server);
    let server = start();
    assert_eq!(server.post_event(&shipped).1["accepted"], 2);
    let order = server.get("/api/orders/o-1");
    assert_eq!(order["order"]["status"], "SHIPPING_DELAYED", "{order}");
    let (_, answer) = post(&server, "/api/webhooks/shippo", &[], &fixture("shippo-track.json"));
    assert_eq!(answer["result"], "KNOWN", "{answer}");
}

#[test]
fn what_is_refused_is_kept_and_taken_in_again_once_its_mapping_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mapping = folder.path().join("generic.toml");
    let text = String::from_utf8(fixture("generic.toml")).unwrap();
    std::fs::write(&mapping, text.replace("decimal-mark = \",\"", "decimal-mark = \".\"")).unwrap();
    let argument = format!("generic={}", mapping.display());
    let start = || Server::start_by(quiet(), &database, &["--webhooks-unsigned", "--webhook-mapping", &argument]);
    let server = start();
    let body = fixture("generic-order.json");
    let (status, problem) = post(&server, "/api/webhooks/generic", &[], &body);
    assert_eq!((status, &problem["code"]), (422, &json!("INVALID_WEBHOOK")), "{problem}");
    let kept = server.get_all("/api/rejections?", "rejections");
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((&kept["source"], &kept["route"]), (&json!("generic"), &json!("webhook:generic")));
    assert_eq!(kept["body"].as_str().unwrap().as_bytes(), body);
    let retry = format!("/api/rejections/{}/retry", kept["id"].as_str().unwrap());
    let (_, answer) = post(&server, &retry, &[], b"");
    assert_eq!((&answer["result"], &answer["isRemoved"]), (&json!("rejected"), &json!(false)), "{answer}");
    drop(server);

    std::fs::write(&mapping, text).unwrap();
    let server = start();
    let (_, answer) = post(&server, &retry, &[], b"");
    assert_eq!((&answer["result"], &answer["isRemoved"]), (&json!("accepted"), &json!(true)), "{answer}");
    assert!(server.get_all("/api/rejections?", "rejections").is_empty());
    let values: Vec<Value> =
        server.get_all("/api/orders?", "orders").iter().map(|order| order["giftValue"].clone()).collect();
    assert!(values.contains(&json!(2_995)) && values.contains(&json!(3_000)), "{values:?}");
}

#[test]
fn tests_and_what_is_left_out_are_answered_and_stored_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(&folder.path().join("a.db"), &["--webhooks-unsigned"]);
    let test = [("X-Shopify-Test", "true"), ("X-Shopify-Topic", "orders/create")];
    let (status, answer) = post(&server, "/api/webhooks/shopify", &test, &fixture("shopify-order.json"));
    assert_eq!((status, &answer["result"]), (200, &json!("TEST")));
    let topic = [("X-Shopify-Topic", "products/update")];
    let (status, answer) = post(&server, "/api/webhooks/shopify", &topic, b"{}");
    assert_eq!((status, &answer["result"]), (200, &json!("LEFT_OUT")));
    assert_eq!(answer["reason"], "products/update says nothing of an order's way");
    assert!(server.get_all("/api/orders?", "orders").is_empty());
    assert!(server.get_all("/api/rejections?", "rejections").is_empty());
    assert_eq!(post(&server, "/api/webhooks/shopify", &[], b"not JSON").0, 422);
    assert_eq!(post(&server, "/api/webhooks/shopify", &[], &vec![b' '; 5 << 20]).0, 413);
}

#[test]
fn cloud_events_are_taken_on_the_route_of_events() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("a.db"));
    let send = |headers: &[(&str, &str)], body: &Value| {
        let mut request = ureq::post(format!("{}/api/orders/events", server.address()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = request.config().http_status_as_error(false).build().send(body.to_string().as_bytes());
        sent.unwrap().body_mut().read_json::<Value>().unwrap()
    };
    let data = |order: &str| json!({"orderId": order, "vendorId": "acme", "status": "PLACED"});
    let event = |id: &str, order: &str| json!({"specversion": "1.0", "id": id, "source": "shop", "type": "order", "time": "2026-05-04T10:00:00Z", "data": data(order)});
    let structured = [("Content-Type", "application/cloudevents+json; charset=utf-8")];
    assert_eq!(send(&structured, &event("a", "o-1"))["accepted"], 1);
    assert_eq!(send(&structured, &event("a", "o-1"))["duplicate"], 1);
    let batch = json!([event("b", "o-2"), {"specversion": "1.0"}, event("c", "o-3")]);
    let answer = send(&[("Content-Type", "application/cloudevents-batch+json")], &batch);
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&json!(2), &json!(1)), "{answer}");
    assert_eq!((&answer["results"][1]["line"], &answer["results"][1]["result"]), (&json!(2), &json!("rejected")));
    let binary = [
        ("Content-Type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "d"),
        ("ce-source", "shop"),
        ("ce-type", "order"),
        ("ce-time", "2026-05-04T10:00:00Z"),
    ];
    assert_eq!(send(&binary, &data("o-4"))["accepted"], 1);
    assert_eq!(server.get_all("/api/orders?", "orders").len(), 4);
    assert_eq!(server.get_all("/api/rejections?", "rejections").len(), 1);
}

#[test]
fn a_server_that_others_can_reach_takes_no_unsigned_webhooks() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::write(&tokens, format!("shop ingest {}\n", "ab".repeat(32))).unwrap();
    let database = folder.path().join("a.db");
    let arguments = [
        "serve",
        "--addr",
        "127.0.0.1:0",
        "--hosts",
        "goody.example.com",
        "--webhooks-unsigned",
        "--tokens",
        tokens.to_str().unwrap(),
        "--database",
        database.to_str().unwrap(),
    ];
    let output = goody(&arguments).stdin(Stdio::null()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains("--webhooks-unsigned takes webhooks from anyone"), "{error}");
}
