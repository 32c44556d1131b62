//! Events as they are posted to a server: stored, projected, and told again by everything that can be asked.
//!
//! The bytes are those of [`events`](crate::events). Each body with an event in it has a server of its own.

use goody_domain::OrderEvent;
use goody_testkit::{Method, TestApp, suite};

use crate::events::{BodyFormat, FORMS, cut, event, unfolded};

/// The law of posted events.
pub fn hold(data: &[u8]) -> bool {
    let body = unfolded(data);
    FORMS.map(|form| suite::wait(post(form, &body))).contains(&true)
}

/// Posts the body where it tells of an event, and reads what became of it.
async fn post(form: BodyFormat, body: &[u8]) -> bool {
    let pieces = cut(form, body, usize::MAX);
    let events: Vec<Option<OrderEvent>> = pieces.iter().map(|(_, piece)| event(piece)).collect();
    let Some(known) = events.iter().flatten().next() else { return false };
    let app = TestApp::new();
    let results = match form {
        BodyFormat::Ndjson => app.post_ndjson(body.to_vec()).await.lines(),
        BodyFormat::Json => {
            let answer =
                app.request(Method::POST, "/api/orders/events", "application/json", body.to_vec()).await.json();
            answer["results"].as_array().unwrap().clone()
        }
    };
    assert_eq!(results.len(), pieces.len(), "each event is answered");
    for ((result, (number, _)), event) in results.iter().zip(&pieces).zip(&events) {
        assert_eq!(result["line"], *number, "{result}");
        let is_malformed = result["result"] == "rejected" && result["errors"][0]["field"] != "eventId";
        assert!(event.is_none() || !is_malformed, "{result}");
        assert!(event.is_some() || result["result"] == "rejected", "{result}");
    }
    app.project().await;
    let order = format!("/api/orders/{}", known.order_id);
    for path in [&order, "/api/orders", "/api/orders/recent", "/api/dashboard", "/api/vendors", "/health"] {
        app.read(path).await;
    }
    true
}
