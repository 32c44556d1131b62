//! `GET /api/rejections` and `GET /api/rejections/{id}`

use serde_json::{Value, json};

use super::{ahead, kept, placed, post_json, texts};
use crate::TestApp;
use crate::fleet::problem;

#[tokio::test]
async fn an_event_that_is_rejected_alone_in_an_array_or_on_a_line_is_kept_as_it_was_sent() {
    let app = TestApp::new();
    let spaced = r#"{ "eventId" : "e-1",   "orderId":"o-1" , "status": "SENT" }"#;
    post_json(&app, spaced).await;
    app.clock.advance_seconds(1);
    post_json(&app, &format!("[{}, {{\"a\":  1}} ,2]", placed("good"))).await;
    app.clock.advance_seconds(1);
    app.post_ndjson(format!("{}\n{}\r\nno json\n", placed("fine"), ahead("early"))).await;
    app.project().await;
    let kept = kept(&app).await;
    let mut bodies = texts(&kept, "body");
    assert_eq!(bodies.pop().as_deref(), Some(spaced));
    let mut expected = ["2".to_owned(), "no json".into(), ahead("early").to_string(), "{\"a\":  1}".into()];
    bodies.sort();
    expected.sort();
    assert_eq!(bodies, expected);
    let first = kept.last().unwrap();
    let id = first["id"].as_str().unwrap();
    let reason = first["reason"].as_str().unwrap();
    assert!(reason.contains("status: ") && reason.contains("occurredAt: "), "{reason}");
    let expected = json!({
        "id": id, "firstAt": "2026-03-10T14:30:20Z", "lastAt": "2026-03-10T14:30:20Z", "times": 1,
        "source": first["source"], "route": "events", "code": "INVALID", "reason": reason, "body": spaced,
        "bodyEncoding": "utf-8", "bytes": spaced.len(), "isCut": false,
    });
    assert_eq!(*first, expected);
    assert_eq!(app.read(&format!("/api/rejections/{id}")).await, expected);
    assert!(!first["source"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn each_reason_has_its_code() {
    let app = TestApp::new();
    post_json(&app, &placed("one").to_string()).await;
    let mut other = placed("one");
    other["vendorId"] = "bloom".into();
    let long = "x".repeat(100_000);
    for body in [other.to_string(), long, "[{\"a\":1}".to_owned()] {
        app.clock.advance_seconds(1);
        post_json(&app, &body).await;
    }
    app.project().await;
    let kept = kept(&app).await;
    let shown: Vec<(&str, u64, &Value)> =
        kept.iter().map(|one| (one["code"].as_str().unwrap(), one["bytes"].as_u64().unwrap(), &one["isCut"])).collect();
    let conflict = other.to_string().len() as u64;
    let (whole, cut) = (json!(false), json!(true));
    assert_eq!(shown[0].0, "INVALID", "an element without a field");
    assert_eq!(shown[1..], [("TOO_LONG", 65_536, &cut), ("CONFLICT", conflict, &whole)]);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_kept() {
    let app = TestApp::new();
    app.post_ndjson(vec![b'{', 0xff, 0x00, b'}', b'\n']).await;
    let kept = kept(&app).await;
    // `printf '{\377\000}' | base64`
    assert_eq!((&kept[0]["body"], &kept[0]["bodyEncoding"]), (&json!("e/8AfQ=="), &json!("base64")));
}

#[tokio::test]
async fn a_sender_that_tries_again_makes_no_second_rejection() {
    let app = TestApp::new();
    for _ in 0..3 {
        post_json(&app, "{}").await;
        app.clock.advance_seconds(60);
    }
    let kept = kept(&app).await;
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["times"], &kept[0]["lastAt"]), (&json!(3), &json!("2026-03-10T14:32:20Z")));
}

#[tokio::test]
async fn every_line_of_a_large_body_is_kept() {
    let app = TestApp::new();
    let lines: String = (0..1_200).map(|number| format!("no event {number}\n")).collect();
    let response = app.post_ndjson(lines).await;
    assert_eq!(response.lines().len(), 1_200);
    assert_eq!(app.read("/health").await["rejections"], json!({"kept": 1_200, "latestAt": "2026-03-10T14:30:20Z"}));
}

#[tokio::test]
async fn rejections_have_pages_and_health_counts_them() {
    let app = TestApp::new();
    assert_eq!(app.read("/health").await["rejections"], json!({"kept": 0, "latestAt": null}));
    app.clock.advance_seconds(2);
    for number in 0..5 {
        post_json(&app, &number.to_string()).await;
        app.clock.advance_seconds(1);
    }
    assert_eq!(app.read("/health").await["rejections"], json!({"kept": 5, "latestAt": "2026-03-10T14:30:26Z"}));
    let (mut found, mut path) = (Vec::new(), "/api/rejections?limit=2".to_owned());
    loop {
        let page = app.read(&path).await;
        found.extend(texts(page["rejections"].as_array().unwrap(), "body"));
        assert_eq!(page["hasMore"], !page["nextCursor"].is_null());
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/rejections?limit=2&cursor={cursor}");
    }
    assert_eq!(found, ["4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let app = TestApp::new();
    for path in ["/api/rejections?limit=0", "/api/rejections?page=2", "/api/rejections/x"] {
        problem(&app.get(path).await, 400, "INVALID_PARAMETER");
    }
    problem(&app.get("/api/rejections?cursor=x").await, 400, "INVALID_CURSOR");
    problem(&app.get(&format!("/api/rejections/{}", "0".repeat(32))).await, 404, "NOT_FOUND");
}
