//! Laws: properties that hold for any input bytes. There is one law for each parser of external bytes.
//!
//! A law takes any bytes, panics when it is violated, and returns whether any of the input was accepted. The fuzzer searches
//! for violations. Its useful inputs are archives in `packages/backend/fuzz/corpus`; a test checks the laws on each of them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a law that does not hold fails loudly")]

pub mod cursors;
pub mod encodings;
pub mod events;
pub mod mapping;
pub mod posts;
pub mod stream;
pub mod webhooks;
pub mod workbooks;

use goody_domain::{OrderEvent, WireEvent};
use goody_testkit::now;

/// An accepted event equals the event that is parsed from its serialized form.
fn assert_round_trip(event: &OrderEvent) {
    let printed = serde_json::to_vec(&WireEvent::from(event)).unwrap();
    assert_eq!(OrderEvent::parse(&printed, now()).as_ref(), Ok(event), "{}", String::from_utf8_lossy(&printed));
}
