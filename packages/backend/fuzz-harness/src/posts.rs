//! Bodies that are posted to a server: the events are stored and projected, then the main read routes are requested.
//!
//! The input has the format of [`events`](crate::events). Each body with an event gets its own server.

use goody_domain::OrderEvent;
use goody_testkit::{Method, TestApp, suite};

use crate::events::{BODY_FORMATS, BodyFormat, cut, event, unfolded};

/// The law of posted events: each event has a result, and the read routes still succeed. Returns whether an event was posted.
pub fn check(data: &[u8]) -> bool {
    let body = unfolded(data);
    BODY_FORMATS.map(|form| suite::wait(post(form, &body))).contains(&true)
}

/// Posts the body if it contains an event, checks the results and requests the read routes.
async fn post(form: BodyFormat, body: &[u8]) -> bool {
    let pieces = cut(form, body, usize::MAX);
    let events: Vec<Option<OrderEvent>> = pieces.iter().map(|(_, piece)| event(piece)).collect();
    let Some(first) = events.iter().flatten().next() else { return false };
    let app = TestApp::new();
    let results = match form {
        BodyFormat::Ndjson => app.post_ndjson(body.to_vec()).await.lines(),
        BodyFormat::Json => {
            let response =
                app.request(Method::POST, "/api/orders/events", "application/json", body.to_vec()).await.json();
            response["results"].as_array().unwrap().clone()
        }
    };
    assert_eq!(results.len(), pieces.len(), "each event has a result");
    for ((result, (number, _)), event) in results.iter().zip(&pieces).zip(&events) {
        assert_eq!(result["line"], *number, "{result}");
        let is_malformed = result["result"] == "rejected" && result["errors"][0]["field"] != "eventId";
        assert!(event.is_none() || !is_malformed, "{result}");
        assert!(event.is_some() || result["result"] == "rejected", "{result}");
    }
    app.project().await;
    let order = format!("/api/orders/{}", first.order_id);
    for path in [&order, "/api/orders", "/api/orders/recent", "/api/dashboard", "/api/vendors", "/health"] {
        app.read(path).await;
    }
    true
}
