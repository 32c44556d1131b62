//! Request bodies with events: any bytes, delivered in chunks of any size, split into events and parsed.
//!
//! A zero byte and the byte after it expand to a run longer than the longest allowed event, so that the fuzzer finds long
//! bodies, too.

use goody_domain::{LONGEST_EVENT, OrderEvent};
pub(crate) use goody_formats::event_splitter::BodyFormat;
use goody_formats::event_splitter::{EventSplitter, RawEvent};
use goody_testkit::now;
use serde_json::Value;

/// The formats of a body.
pub(crate) const BODY_FORMATS: [BodyFormat; 2] = [BodyFormat::Ndjson, BodyFormat::Json];

/// The law of bodies: the size of the chunks does not change the events. Returns whether an event was accepted.
pub fn check(data: &[u8]) -> bool {
    let body = unfolded(data);
    let mut accepted = false;
    for form in BODY_FORMATS {
        let pieces = cut(form, &body, usize::MAX);
        for at_a_time in [1, 3, 64, 1_000, 65_536] {
            assert_eq!(cut(form, &body, at_a_time), pieces, "{form:?}, {at_a_time} bytes at a time");
        }
        compare(form, &body, &pieces);
        for (_, piece) in &pieces {
            if let Some(event) = event(piece) {
                crate::assert_round_trip(&event);
                accepted = true;
            }
        }
    }
    accepted
}

/// The body: the first zero byte and the byte after it become a long run.
pub(crate) fn unfolded(data: &[u8]) -> Vec<u8> {
    let mut body = data.to_vec();
    if let Some(at) = data.iter().position(|byte| *byte == 0)
        && let Some(repeated) = data.get(at + 1)
    {
        body.splice(at..at + 2, vec![*repeated; LONGEST_EVENT + 1]);
    }
    body
}

/// The pieces of a body that arrives in chunks of `at_a_time` bytes, each with the number of its line or element.
pub(crate) fn cut(form: BodyFormat, body: &[u8], at_a_time: usize) -> Vec<(u64, RawEvent)> {
    let mut cutter = EventSplitter::new(form);
    let mut pieces = Vec::new();
    for bytes in body.chunks(at_a_time) {
        cutter.push(bytes);
        while let Some(piece) = cutter.next_event() {
            pieces.push(piece);
        }
    }
    pieces.extend(cutter.finish());
    pieces
}

/// Compares the pieces with those of a simple splitter. Skips bodies that it cannot split.
fn compare(form: BodyFormat, body: &[u8], pieces: &[(u64, RawEvent)]) {
    if body.len() >= LONGEST_EVENT {
        return;
    }
    let texts = pieces.iter().filter_map(|(_, piece)| match piece {
        RawEvent::Text(text) => Some(text.trim_ascii()),
        RawEvent::TooLong(_) | RawEvent::Malformed(..) => None,
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

/// The event in a piece, if it is valid.
pub(crate) fn event(piece: &RawEvent) -> Option<OrderEvent> {
    match piece {
        RawEvent::Text(text) => OrderEvent::parse(text, now()).ok(),
        RawEvent::TooLong(_) | RawEvent::Malformed(..) => None,
    }
}
