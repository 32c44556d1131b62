//! Events as they are posted: a body of any bytes, cut into events wherever it is broken, and read.
//!
//! A zero byte stands for as many of the byte after it as no event may have, so that long bodies are found, too.

use goody_domain::{LONGEST_EVENT, OrderEvent};
use goody_testkit::now;
use serde_json::Value;

pub(crate) use self::event_splitter::BodyFormat;
use self::event_splitter::{EventSplitter, RawEvent};

#[path = "../../crates/http/src/event_splitter.rs"]
mod event_splitter;

/// How a body may tell of events.
pub(crate) const FORMS: [BodyFormat; 2] = [BodyFormat::Ndjson, BodyFormat::Json];

/// The law of events that are cut out of a body and read.
pub fn hold(data: &[u8]) -> bool {
    let body = unfolded(data);
    let mut taken = false;
    for form in FORMS {
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
    }
    taken
}

/// What is posted: the first zero byte and the one after it become a long run.
pub(crate) fn unfolded(data: &[u8]) -> Vec<u8> {
    let mut body = data.to_vec();
    if let Some(at) = data.iter().position(|byte| *byte == 0)
        && let Some(repeated) = data.get(at + 1)
    {
        body.splice(at..at + 2, vec![*repeated; LONGEST_EVENT + 1]);
    }
    body
}

/// The pieces of a body that comes so many bytes at a time, each with the number of its line or its element.
pub(crate) fn cut(form: BodyFormat, body: &[u8], at_a_time: usize) -> Vec<(u64, RawEvent)> {
    let mut splitter = EventSplitter::new(form);
    let mut pieces = Vec::new();
    for bytes in body.chunks(at_a_time) {
        splitter.push(bytes);
        while let Some(piece) = splitter.next() {
            pieces.push(piece);
        }
    }
    pieces.extend(splitter.finish());
    pieces
}

/// What a plainer way of cutting says, where it can say something.
fn compare(form: BodyFormat, body: &[u8], pieces: &[(u64, RawEvent)]) {
    if body.len() >= LONGEST_EVENT {
        return;
    }
    let texts = pieces.iter().filter_map(|(_, piece)| match piece {
        RawEvent::Text(text) => Some(text.trim_ascii()),
        RawEvent::TooLong | RawEvent::Malformed(_) => None,
    });
    match form {
        BodyFormat::Ndjson => {
            let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
            assert!(lines.eq(texts), "the pieces are the lines that are not blank");
        }
        BodyFormat::Json => {
            if let Ok(array) = serde_json::from_slice::<Vec<Value>>(body) {
                let elements: Vec<Value> = texts.map(|text| serde_json::from_slice(text).unwrap()).collect();
                assert_eq!(elements, array, "the pieces are the elements of the array");
            }
        }
    }
}

/// The event that a piece tells of.
pub(crate) fn event(piece: &RawEvent) -> Option<OrderEvent> {
    match piece {
        RawEvent::Text(text) => OrderEvent::parse(text, now()).ok(),
        RawEvent::TooLong | RawEvent::Malformed(_) => None,
    }
}
