//! The fuzz corpora: each file of each archive satisfies its law.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use goody_fuzz_harness::{cursors, encodings, events, mapping, posts, stream, webhooks, workbooks};
use tar::Archive;

/// Checks the law on each file of the archive and names the file that violates it. An archive with fewer than `minimum` files
/// fails: it has lost files.
fn check_corpus(corpus: &str, minimum: usize, check: fn(&[u8]) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fuzz/corpus/{corpus}.tar.gz"));
    let mut archive = Archive::new(GzDecoder::new(std::fs::File::open(&path).unwrap()));
    let (mut files, mut accepted) = (0, 0);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        let result = std::panic::catch_unwind(|| check(&data));
        assert!(result.is_ok(), "{name} of {} violates its law: see the panic above", path.display());
        files += 1;
        accepted += usize::from(result.unwrap());
    }
    eprintln!("{corpus}: {files} files, {accepted} accepted");
    assert!(files >= minimum, "{} has {files} files, fewer than {minimum}", path.display());
    assert!(
        accepted >= minimum.min(5),
        "only {accepted} files of {} are accepted: update the corpus to the current format",
        path.display()
    );
}

#[test]
fn the_law_of_events_holds_for_its_corpus() {
    check_corpus("events", 350, events::check);
}

#[test]
fn the_law_of_posted_events_holds_for_its_corpus() {
    check_corpus("posts", 380, posts::check);
}

#[test]
fn the_law_of_cursors_holds_for_its_corpus() {
    check_corpus("cursors", 520, cursors::check);
}

#[test]
fn the_law_of_mapped_rows_holds_for_its_corpus() {
    check_corpus("mapping", 560, mapping::check);
}

#[test]
fn the_law_of_stream_records_holds_for_its_corpus() {
    check_corpus("stream", 750, stream::check);
}

#[test]
fn the_law_of_encodings_holds_for_its_corpus() {
    check_corpus("encodings", 2, encodings::check);
}

#[test]
fn the_law_of_workbooks_holds_for_its_corpus() {
    check_corpus("workbooks", 1, workbooks::check);
}

#[test]
fn the_law_of_webhooks_of_shopify_holds_for_its_corpus() {
    check_corpus("webhook_shopify", 270, webhooks::shopify);
}

#[test]
fn the_law_of_webhooks_of_woocommerce_holds_for_its_corpus() {
    check_corpus("webhook_woocommerce", 215, webhooks::woocommerce);
}

#[test]
fn the_law_of_webhooks_of_easypost_holds_for_its_corpus() {
    check_corpus("webhook_easypost", 225, webhooks::easypost);
}

#[test]
fn the_law_of_webhooks_of_shippo_holds_for_its_corpus() {
    check_corpus("webhook_shippo", 235, webhooks::shippo);
}

#[test]
fn the_law_of_webhooks_of_aftership_holds_for_its_corpus() {
    check_corpus("webhook_aftership", 240, webhooks::aftership);
}

#[test]
fn the_law_of_webhooks_of_shipengine_holds_for_its_corpus() {
    check_corpus("webhook_shipengine", 215, webhooks::shipengine);
}

#[test]
fn the_law_of_webhooks_of_ups_holds_for_its_corpus() {
    check_corpus("webhook_ups", 190, webhooks::ups);
}

#[test]
fn the_law_of_webhooks_of_generic_holds_for_its_corpus() {
    check_corpus("webhook_generic", 310, webhooks::generic);
}

#[test]
fn the_law_of_cloud_events_holds_for_its_corpus() {
    check_corpus("cloud_events", 440, webhooks::cloud);
}

#[test]
fn the_law_of_signatures_holds_for_its_corpus() {
    check_corpus("signatures", 170, webhooks::signatures);
}
