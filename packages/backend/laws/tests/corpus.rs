//! What the fuzzer kept: each file of its corpora is held to its law.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;

use goody_fuzz_laws::{cursors, events, mapping, posts, stream};

/// Holds each file of a corpus to its law, and names the file that breaks it.
fn each(corpus: &str, hold: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(corpus);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 10, "{} has hardly anything in it", folder.display());
    files.sort();
    let mut taken = 0;
    for file in &files {
        let data = std::fs::read(file).unwrap();
        let held = std::panic::catch_unwind(|| hold(&data));
        assert!(held.is_ok(), "{} breaks its law: see above", file.display());
        taken += usize::from(held.unwrap());
    }
    assert!(taken >= 5, "hardly any of {} is taken: look for newer words of the program", folder.display());
}

#[test]
fn events_hold_their_law() {
    each("events", events::hold);
}

#[test]
fn posted_events_hold_their_law() {
    each("posts", posts::hold);
}

#[test]
fn cursors_hold_their_law() {
    each("cursors", cursors::hold);
}

#[test]
fn mapped_rows_hold_their_law() {
    each("mapping", mapping::hold);
}

#[test]
fn stream_records_hold_their_law() {
    each("stream", stream::hold);
}
