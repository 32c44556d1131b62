//! What must hold of whatever bytes come in, one law for each place where bytes from outside are read.
//!
//! A law takes any bytes, panics where it does not hold, and says whether any of the bytes were taken. The fuzzer looks
//! for such bytes; the inputs worth keeping are archives in `packages/backend/fuzz/corpus`, and a test holds each
//! of them to the same laws.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a law that does not hold fails loudly")]

pub mod cursors;
pub mod events;
pub mod mapping;
pub mod posts;
pub mod stream;

use goody_domain::{OrderEvent, WireEvent};
use goody_testkit::now;

/// An event that was accepted is the same when it is printed and read again.
fn reads_as_it_is_printed(event: &OrderEvent) {
    let printed = serde_json::to_vec(&WireEvent::from(event)).unwrap();
    assert_eq!(OrderEvent::parse(&printed, now()).as_ref(), Ok(event), "{}", String::from_utf8_lossy(&printed));
}
