//! Events as they are posted: a body of any bytes, cut into events wherever it is broken, read, stored, told again.
//!
//! A zero byte stands for as many of the byte after it as no event may have, so that long bodies are found, too.

use goody_domain::{LONGEST_EVENT, OrderEvent};
use goody_testkit::{Method, TestApp, now, suite};
use serde_json::Value;

use self::body::{Cutter, Form, Piece};

#[path = "../../crates/http/src/body.rs"]
mod body;

/// The law of posted events.
pub fn hold(data: &[u8]) -> bool {
    let body = unfolded(data);
    let mut taken = false;
    for form in [Form::Lines, Form::Json] {
        let pieces = cut(form, &body, usize::MAX);
        for at_a_time in [1, 3, 64, 1_000, 65_536] {
            assert_eq!(cut(form, &body, at_a_time), pieces, "{form:?}, {at_a_time} bytes at a time");
        }
        compare(form, &body, &pieces);
        for (_, piece) in &pieces {
            if let Some(event) = event(piece) {
                crate::reads_as_it_is_printed(&event);
                taken = true;
            }
        }
        suite::wait(post(form, &body, &pieces));
    }
    taken
}

/// The first zero byte and the one after it become a long run.
fn unfolded(data: &[u8]) -> Vec<u8> {
    let mut body = data.to_vec();
    if let Some(at) = data.iter().position(|byte| *byte == 0)
        && let Some(repeated) = data.get(at + 1)
    {
        body.splice(at..at + 2, vec![*repeated; LONGEST_EVENT + 1]);
    }
    body
}

fn cut(form: Form, body: &[u8], at_a_time: usize) -> Vec<(u64, Piece)> {
    let mut cutter = Cutter::new(form);
    let mut pieces = Vec::new();
    for bytes in body.chunks(at_a_time) {
        cutter.feed(bytes);
        while let Some(piece) = cutter.next() {
            pieces.push(piece);
        }
    }
    pieces.extend(cutter.finish());
    pieces
}

/// What a plainer way of cutting says, where it can say something.
fn compare(form: Form, body: &[u8], pieces: &[(u64, Piece)]) {
    if body.len() >= LONGEST_EVENT {
        return;
    }
    let texts = pieces.iter().filter_map(|(_, piece)| match piece {
        Piece::Text(text) => Some(text.trim_ascii()),
        Piece::TooLong | Piece::Broken(_) => None,
    });
    match form {
        Form::Lines => {
            let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
            assert!(lines.eq(texts), "the pieces are the lines that are not blank");
        }
        Form::Json => {
            if let Ok(array) = serde_json::from_slice::<Vec<Value>>(body) {
                let elements: Vec<Value> = texts.map(|text| serde_json::from_slice(text).unwrap()).collect();
                assert_eq!(elements, array, "the pieces are the elements of the array");
            }
        }
    }
}

fn event(piece: &Piece) -> Option<OrderEvent> {
    match piece {
        Piece::Text(text) => OrderEvent::parse(text, now()).ok(),
        Piece::TooLong | Piece::Broken(_) => None,
    }
}

/// Posts the body, and reads what became of it.
async fn post(form: Form, body: &[u8], pieces: &[(u64, Piece)]) {
    let events: Vec<Option<OrderEvent>> = pieces.iter().map(|(_, piece)| event(piece)).collect();
    let Some(known) = events.iter().flatten().next() else { return };
    let app = TestApp::new();
    let results = match form {
        Form::Lines => app.post_ndjson(body.to_vec()).await.lines(),
        Form::Json => {
            let answer =
                app.request(Method::POST, "/api/orders/events", "application/json", body.to_vec()).await.json();
            answer["results"].as_array().unwrap().clone()
        }
    };
    assert_eq!(results.len(), pieces.len(), "each event is answered");
    for ((result, (number, _)), event) in results.iter().zip(pieces).zip(&events) {
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
}
