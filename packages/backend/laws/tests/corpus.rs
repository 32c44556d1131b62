//! The fuzz corpora: each file in each archive is held to its law.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use goody_fuzz_laws::{cursors, events, mapping, posts, stream};
use tar::Archive;

/// Holds each of the archive's files to its law, and names the file that breaks it. `minimum` is a bound below the number
/// of files, so that an archive that lost its files fails.
fn each(corpus: &str, minimum: usize, hold: fn(&[u8]) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fuzz/corpus/{corpus}.tar.gz"));
    let mut archive = Archive::new(GzDecoder::new(std::fs::File::open(&path).unwrap()));
    let (mut files, mut taken) = (0, 0);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        let held = std::panic::catch_unwind(|| hold(&data));
        assert!(held.is_ok(), "{name} of {} breaks its law: see above", path.display());
        files += 1;
        taken += usize::from(held.unwrap());
    }
    eprintln!("{corpus}: {files} files, {taken} taken");
    assert!(files >= minimum, "{} has {files} files, fewer than {minimum}", path.display());
    assert!(taken >= 5, "hardly any of {} is taken: look for newer words of the program", path.display());
}

#[test]
fn events_hold_their_law() {
    each("events", 350, events::hold);
}

#[test]
fn posted_events_hold_their_law() {
    each("posts", 380, posts::hold);
}

#[test]
fn cursors_hold_their_law() {
    each("cursors", 520, cursors::hold);
}

#[test]
fn mapped_rows_hold_their_law() {
    each("mapping", 560, mapping::hold);
}

#[test]
fn stream_records_hold_their_law() {
    each("stream", 750, stream::hold);
}
