//! The detection and the explanation give the results of their reference implementation.
//!
//! A vector has the name of a function, its input, its output and the tolerance of the output. docs/INSIGHT.md says where the vectors
//! come from.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod explanation;
mod json;
mod signals;
mod tide;

use std::path::{Path, PathBuf};

use goody_testkit::conditional::reference_vectors;
use serde_json::Value;

fn own_vectors() -> Result<PathBuf, String> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/insight/vectors.json"))
}

fn the_own_vectors_are_met(file: PathBuf) {
    check(&file);
}

fn the_vectors_of_the_reference_are_met(file: PathBuf) {
    check(&file);
}

fn check(file: &Path) {
    let vectors: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut checked = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let (input, output) = (&vector["input"], &vector["output"]);
        let found = match vector["fn"].as_str().unwrap() {
            "signals" => signals::signals(input),
            "shifted" => signals::shifted(input),
            "tidePart" => tide::parts(input),
            "lift" => tide::lifts(input),
            "fleetMeans" => tide::fleet_means(input),
            "blindSlots" => tide::blind_slots(input),
            "explain" => explanation::explanation(input),
            other => panic!("no function {other}"),
        };
        json::assert_near(&found, output, vector["tol"].as_f64().unwrap(), &vector["id"].to_string());
        checked += 1;
    }
    assert!(checked > 0, "no vectors in {}", file.display());
}

goody_testkit::conditional_tests! {
    the_own_vectors_are_met, needs own_vectors();
    the_vectors_of_the_reference_are_met, needs reference_vectors("vectors.public.json");
}
